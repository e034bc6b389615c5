"""bin/test: the addon's tests (pytest-odoo) beside the tests from outside (plain pytest), those in a browser apart."""
import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from . import common, config, databases, prepare, side_by_side, system
from .common import ADDON, LOGS, PYTHON, ROOT, VAR, Fail, say

USAGE = """usage: bin/test [PATH or pytest option]...

Runs the whole suite, or the part under the paths (files, folders, file::test).
Options go to pytest: bin/test -x -k issue crm_enova_like/tests

What has tests of several parts runs them side by side: the addon's tests, the stories in a
browser (one at a time), what a browser does alone (Odoo's click-through, the units of the
JavaScript), those that need no database, and the other tests from outside. The log of each is
in var/log."""

INSIDE, OUTSIDE = f"{ADDON}/tests", "tests"
# of the outside tests, those that need no database
NO_DATABASE = {"test_tools.py", "test_gate.py", "test_lint_files.py", "test_readme.py", "test_glossary.py"}
# a line of the files that play in a browser, and their part
IN_A_BROWSER = {f"pytestmark = pytest.mark.{part}": part for part in ("browser", "unattended")}
WITH_VALUE = {"-k", "-m", "-n", "-p", "-o", "-W", "-c", "--durations", "--maxfail", "--tb", "--timeout"}
# options with which pytest speaks to a person, who can listen to one at a time
TO_A_PERSON = {"--pdb", "--trace", "-s", "--capture=no", "--collect-only", "--co", "--fixtures", "--setup-plan"}
FAIL_FAST = ("-x", "--exitfirst", "--maxfail")
TITLES = {
    "static": "The tests without a database", "addon": "The addon's tests", "browser": "The stories in a browser",
    "unattended": "What a browser does alone", "outside": "The tests from outside"}
SLOWEST = 10


def split(arguments):
    """(paths, options): an option that takes a value takes the next word."""
    paths, options, words = [], [], iter(arguments)
    for word in words:
        if word in WITH_VALUE:
            options += [word, next(words, "")]
        elif word.startswith("-"):
            options.append(word)
        else:
            paths.append(word)
    return paths, options


def part_of(path):
    """The part to which a file of outside tests belongs."""
    if path.name in NO_DATABASE:
        return "static"
    return next((IN_A_BROWSER[line] for line in path.read_text().splitlines() if line in IN_A_BROWSER), "outside")


def files(folder):
    """The outside tests of a folder, as plain pytest collects them (norecursedirs in pyproject.toml)."""
    for path in sorted(folder.rglob("test_*.py")):
        if "addons" not in path.relative_to(ROOT).parts:
            yield path


def sort(paths):
    """The paths by the part that they belong to, relative to the checkout.

    A folder without tests is no failure; a file whose tests are not found is.
    """
    parts = {part: [] for part in TITLES}
    for word in paths or [INSIDE, OUTSIDE]:
        file, colons, rest = word.partition("::")
        full = next((each for each in (Path.cwd() / file, ROOT / file) if each.exists()), None)
        if full is None:
            raise Fail(f"{file} does not exist: give a test file or folder under {INSIDE} or {OUTSIDE}.")
        full = full.resolve()
        if full == ROOT:
            return sort([])
        relative = full.relative_to(ROOT) if full.is_relative_to(ROOT) else Path()
        group = relative.parts[0] if relative.parts else ""
        if group == ADDON:
            inside = INSIDE if str(relative) == ADDON else str(relative)
            if full.is_file() or any((ROOT / inside).rglob("test_*.py")):
                parts["addon"].append(inside + colons + rest)
        elif group == OUTSIDE:
            for each in [full] if full.is_file() else files(full):
                parts[part_of(each)].append(str(each.relative_to(ROOT)) + colons + rest)
        else:
            raise Fail(f"{file} holds no tests of this suite: they are under {INSIDE} and {OUTSIDE}.")
    return {part: found for part, found in parts.items() if found}


def command(part, paths, options, database=None):
    """One pytest: what its last run left and the times of its tests are its own."""
    odoo = [f"--odoo-config={config.CONF}", f"--odoo-database={database}", "--odoo-http"]
    return [PYTHON, "-m", "pytest", *(odoo if database else ["-p", "no:odoo"]), "-p", "tools.pytest_times",
            "-o", f"cache_dir=.pytest_cache/{part}", *options, *paths]


def times_file(part):
    return VAR / f"test-times-{part}.json"


def one_by_one(commands, options):
    return len(commands) == 1 or TO_A_PERSON.intersection(options)


def prepare_parts(commands, environment):
    """The pytests of the parts, for side_by_side."""
    return [
        side_by_side.Part(part, TITLES[part], words, LOGS / f"test-{part}.log", with_times(part, environment))
        for part, words in commands.items()]


def run_one_by_one(commands, environment):
    """The pytests of the parts, each straight through: {part: (code, seconds)}."""
    return {part: alone(part, words, environment) for part, words in commands.items()}


def with_times(part, environment):
    return {**environment, "TEST_TIMES": str(times_file(part))}


def alone(part, words, environment):
    """Run one pytest to its end, its output straight through."""
    say(f"\n== {TITLES[part]}")
    start = time.monotonic()
    code = straight_through(words, with_times(part, environment))
    seconds = time.monotonic() - start
    say(side_by_side.ending(TITLES[part], code, seconds))
    return code, seconds


def straight_through(words, environment):
    process = common.spawn(words, env=environment, cwd=ROOT, stdout=None, stderr=subprocess.STDOUT)
    try:
        return process.wait()
    finally:
        common.end(process)


def slowest(parts):
    """[(seconds, test)] of the slowest tests of all parts, with their set-ups."""
    times = {}
    for part in parts:
        if times_file(part).is_file():
            times.update(json.loads(times_file(part).read_text()))
    return sorted(((seconds, test) for test, seconds in times.items()), reverse=True)[:SLOWEST]


def drop_leftovers(prefix):
    """Databases of runs that were killed: their process is gone."""
    for database in databases.like(prefix):
        pid = database.removeprefix(prefix).split("_")[0].split("-")[0]
        if not pid.isdigit() or not Path(f"/proc/{pid}").exists():
            databases.drop(database)


def shell(stack, script, database, environment):
    """A script of this folder in Odoo's shell, beside what else is done until the stack ends."""
    stdin = stack.enter_context(open(Path(__file__).with_name(f"{script}.py")))
    stack.enter_context(databases.beside(f"test-{script}", "shell", "-d", database, "--no-http",
                                         environment=environment, stdin=stdin))


def make_databases(database, run, parts, base, environment):
    """The database with the addon, which the outside tests copy, and the one that the addon's tests run on."""
    with databases.timed(f"Installing {ADDON} into {database}"):
        databases.clone(base, database)
        databases.odoo("test-install", "-d", database, "-i", f"{ADDON},l10n_pl", "--stop-after-init", "--no-http",
                       environment=environment)
        if "addon" in parts:
            databases.clone(database, run)
    pages = not parts.keys().isdisjoint(IN_A_BROWSER.values())
    shared = {"the firm": "addon" in parts, "the scripts and styles of the pages": pages}
    wanted = [what for what, needed in shared.items() if needed]
    if not wanted:
        return
    with databases.timed(f"Making {' and '.join(wanted)}, for all tests"), contextlib.ExitStack() as both:
        if "addon" in parts:
            shell(both, "make_firm", run, environment)
        if pages:
            shell(both, "make_bundles", database, environment)


def run_all(paths, options, source, environment):
    """Databases, then the parts: (how it went, seconds that the databases took)."""
    prefix = f"test_crm_{common.checkout_hash()[:6]}_"
    database = f"{prefix}{os.getpid()}"
    drop_leftovers(prefix)
    run = f"{database}_run"
    commands = {part: command(part, found, options, run if part == "addon" else None) for part, found in paths.items()}
    side = not one_by_one(commands, options)
    environment = {**environment, "ODOO_TEST_DB": database}
    # what needs no database begins before there is one
    early = prepare_parts({"static": commands.pop("static")}, environment) if side and "static" in commands else []
    with side_by_side.begun(early):
        base = databases.base(source, environment)
        environment["ODOO_TEST_TEMPLATE"] = base
        start = time.monotonic()
        try:
            make_databases(database, run, paths, base, environment)
            seconds = time.monotonic() - start
            if not side:
                return run_one_by_one(commands, environment), seconds
            parts = [*early, *prepare_parts(commands, environment)]
            side_by_side.run(parts, hasty=any(option.startswith(FAIL_FAST) for option in options))
            return {part.name: (part.code, part.seconds) for part in parts}, seconds
        finally:
            for made in databases.like(database):
                databases.drop(made)


def summary(parts, took, start):
    """The end of the run, as lines: how long each part took, and which tests took longest."""
    yield "\n== How long it took"
    for what, seconds in took.items():
        yield f"{seconds:6.0f} s  {what}"
    for part, (code, seconds) in parts.items():
        yield f"{seconds:6.0f} s  {TITLES[part]}: {side_by_side.outcome(code)}"
    if len(parts) > 1:
        yield f"\n== The {SLOWEST} slowest tests"
        for seconds, test in slowest(parts):
            yield f"{seconds:6.1f} s  {test}"
    failed = [TITLES[part] for part, (code, _seconds) in parts.items() if code != 0]
    yield f"\nWhole run: {time.monotonic() - start:.0f} s" + (f", failed: {', '.join(failed)}" if failed else "")


def main(arguments):
    if set(arguments) & {"-h", "--help"}:
        say(USAGE)
        return 0
    start = time.monotonic()
    given, options = split(arguments)
    paths = sort(given)
    for part in paths:
        times_file(part).unlink(missing_ok=True)    # of the last run
    if sys.stdout.isatty() and not any(option.startswith("--color") for option in options):
        options.append("--color=yes")
    took = {}
    if list(paths) == ["static"]:
        with databases.timed("Preparing"):
            prepare.python_only()
        parts = run_one_by_one({"static": command("static", paths["static"], options)}, dict(os.environ))
    else:
        if not paths.keys().isdisjoint(IN_A_BROWSER.values()):
            system.need(system.BROWSER, "which the browser tests drive", must=True)
        system.need(system.PRINTING, "which prints the PDF documents", must=False)
        with prepare.odoo_environment() as (source, environment):
            took["preparing"] = time.monotonic() - start
            say(f"Prepared in {took['preparing']:.0f} s")
            parts, took["databases"] = run_all(paths, options, source, environment)
    selected = any(option.startswith(("-k", "-m")) for option in options)
    if selected and any(code == 0 for code, _seconds in parts.values()):
        # another part had the chosen tests
        parts = {part: result for part, result in parts.items() if result[0] != side_by_side.NO_TESTS}
    for line in summary(parts, took, start):
        say(line)
    return 1 if any(code != 0 for code, _seconds in parts.values()) else 0
