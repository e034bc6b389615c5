"""bin/test: the addon's tests (pytest-odoo) and the tests from outside (plain pytest)."""
import os
import subprocess
import time
from pathlib import Path

from . import common, config, databases, prepare, system
from .common import ADDON, PYTHON, ROOT, Fail, say

USAGE = """usage: bin/test [PATH or pytest option]...

Runs the whole suite, or the part under the paths (files, folders, file::test).
Options go to pytest: bin/test -x -k issue crm_enova_like/tests"""

INSIDE, OUTSIDE = f"{ADDON}/tests", "tests"
# of the outside tests, those that need no database
NO_DATABASE = {"test_tools.py", "test_gate.py", "test_lint_files.py"}
WITH_VALUE = {"-k", "-m", "-n", "-p", "-o", "-W", "-c", "--durations", "--maxfail", "--tb", "--timeout"}


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


def sort(paths):
    """The paths as (inside, outside), relative to the checkout."""
    groups = {INSIDE: [], OUTSIDE: []}
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
            groups[INSIDE].append(inside + colons + rest)
        elif group == OUTSIDE:
            groups[OUTSIDE].append(str(relative) + colons + rest)
        else:
            raise Fail(f"{file} holds no tests of this suite: they are under {INSIDE} and {OUTSIDE}.")
    return groups[INSIDE], groups[OUTSIDE]


def has_tests(paths):
    files = [ROOT / path.partition("::")[0] for path in paths]
    return any(file.is_file() or any(file.rglob("test_*.py")) for file in files)


def pytest(what, command, environment):
    """Run one pytest to its end, its output straight through."""
    say(f"\n== {what}")
    start = time.monotonic()
    process = common.spawn([PYTHON, "-m", "pytest", *command], env=environment, cwd=ROOT, stdout=None,
                           stderr=subprocess.STDOUT)
    try:
        code = process.wait()
    except BaseException:
        common.end(process)
        raise
    common.end(process)
    say(f"== {what}: {'passed' if code == 0 else f'pytest ended with {code}'}, {time.monotonic() - start:.0f} s")
    return code


def drop_leftovers(prefix):
    """Databases of runs that were killed: their process is gone."""
    for database in databases.like(prefix):
        pid = database.removeprefix(prefix).split("_")[0].split("-")[0]
        if not pid.isdigit() or not Path(f"/proc/{pid}").exists():
            databases.drop(database)


def run_all(inside, outside, options, source, environment):
    prefix = f"test_crm_{common.checkout_hash()[:6]}_"
    database = f"{prefix}{os.getpid()}"
    drop_leftovers(prefix)
    base = databases.base(source, environment)
    codes = {}
    try:
        with databases.timed(f"Installing {ADDON} into {database}"):
            databases.clone(base, database)
            databases.odoo("test-install", "-d", database, "-i", f"{ADDON},l10n_pl", "--stop-after-init", "--no-http",
                           environment=environment)
        environment = {**environment, "ODOO_TEST_TEMPLATE": base, "ODOO_TEST_DB": database}
        if inside:
            run = f"{database}_run"
            databases.clone(database, run)
            command = [f"--odoo-config={config.CONF}", f"--odoo-database={run}", "--odoo-http", *options, *inside]
            codes["addon"] = pytest("The addon's tests", command, environment)
            databases.drop(run)
        if outside:
            codes["outside"] = pytest("The tests from outside", ["-p", "no:odoo", *options, *outside], environment)
    finally:
        for made in databases.like(database):
            databases.drop(made)
    return codes


def main(arguments):
    if set(arguments) & {"-h", "--help"}:
        say(USAGE)
        return 0
    start = time.monotonic()
    paths, options = split(arguments)
    inside, outside = sort(paths)
    if not paths:
        # a folder without tests is no failure; one whose tests are not found is
        inside, outside = (group if has_tests(group) else [] for group in (inside, outside))
    if not inside and {Path(path.partition("::")[0]).name for path in outside} <= NO_DATABASE:
        with databases.timed("Preparing"):
            prepare.python_only()
        codes = {"outside": pytest("The tests from outside", ["-p", "no:odoo", *options, *outside], dict(os.environ))}
    else:
        system.need(system.BROWSER, "which the browser tests drive", must=True)
        system.need(system.PRINTING, "which prints the PDF documents", must=False)
        with prepare.odoo_environment() as (source, environment):
            say(f"Prepared in {time.monotonic() - start:.0f} s")
            codes = run_all(inside, outside, options, source, environment)
    selected = any(option.startswith(("-k", "-m")) for option in options)
    if selected and 0 in codes.values():
        codes = {group: code for group, code in codes.items() if code != 5}    # the other group had the chosen tests
    failed = [group for group, code in codes.items() if code]
    say(f"\nWhole run: {time.monotonic() - start:.0f} s" + (f", failed: {' and '.join(failed)}" if failed else ""))
    return 1 if failed else 0
