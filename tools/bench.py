"""bin/bench: our generator of planned inspections beside the one of OCA's maintenance_plan, and our screens beside
those of Odoo's Repairs."""
import json
import os
from collections import namedtuple

from . import (
    bench_abuse,
    bench_load,
    bench_numbers,
    bench_pages,
    bench_work,
    common,
    config,
    databases,
    oca,
    postgres,
    prepare,
    system,
    testing,
)
from .common import ADDON, PYTHON, ROOT, Fail, say

USAGE = """usage: bin/bench [PLANS]
       bin/bench clicks
       bin/bench numbers [REQUESTS]
       bin/bench pages [SMALL LARGE] [WORDS…]
       bin/bench work [PLANS]
       bin/bench load [SECONDS]
       bin/bench abuse [CALLS] [--seed NUMBER] [--call NUMBER] [WORDS…]

Generates the planned inspections of 10,000 devices (or of another number) with crm_enova_like
and with OCA's maintenance_plan, on databases of their own, and prints a table of both.

With "clicks", six pieces of work are played in a browser with crm_enova_like and with Odoo's own
apps, and a table tells the presses of the mouse and the fields typed.

With "numbers", eight people on two servers issue parts, make orders and finish inspections at
once, 20 times each (or another number); a table tells who waited how long, beside Repairs.

With "pages", every page of every role is opened in a firm with 10,000 orders and in one with
1,000,000 (or other numbers), in turn; a page holds where it takes at most 1.3 times as long, or
25 ms more (a pivot or graph: 2 times). Words choose the pages whose names have one of them.

With "work", what is done all day (orders, parts, tasks, inspections, reminders, lists) is done in
turn with what Odoo and OCA have for it, and a table tells the time, the statements and whether
each bound holds; it ends with 1 where one is missed. With 0 it only shows that it runs.

With "load", 8 and 32 people work without a pause in the screens of crm_enova_like and of Repairs, in
turn, on a server with threads and on one with two workers, 20 seconds a run (or another number);
tables tell orders per second, errors shown, and how long each step took.

With "abuse", every role from the public one to the administrator makes 18,000 hostile calls (or another
number) in the demo firm: on each model, of each public method of ours, with values that no screen sends. None is kept.
It ends with 1 where one of them ends in an error of our own code, tells what the role may not read,
changes what it may not, or takes too long; each of these is called again by its seed and number."""

PLANS = 10_000
MOST = 1_000_000
SIDES = ("ours", "theirs")


def count_of(arguments):
    """How many plans the command line asks for."""
    if not arguments:
        return PLANS
    text = arguments[0].replace("_", "").replace(",", "")
    digits = text.isascii() and text.isdigit() and len(text) <= len(str(MOST))
    if len(arguments) > 1 or not digits or not 0 < int(text) <= MOST:
        raise Fail(f"{' '.join(arguments)} is no number of plans: give one number from 1 to {MOST}, "
                   "as in bin/bench 500.")
    return int(text)


def no_more(arguments):
    if arguments:
        raise Fail(f"{' '.join(arguments)} says nothing here: bin/bench clicks takes no more words.")


def columns(count, runs):
    """The measured runs of one side as the cells of its column."""
    first, second = runs
    made = first["made"]
    return (
        f"{count:,}", f"{made:,}", f"{first['ms']:,.0f}", f"{first['cpu_ms']:,.0f}", f"{first['ms'] / made:.2f}",
        f"{first['statements']:,}", f"{first['statements'] / made:.2f}", f"{first['memory_mb']:,.0f}",
        f"{second['ms']:,.0f}", f"{second['statements']:,}",
    )


ROWS = (
    "plans", "inspections made", "time, ms", "of it Python's processor time, ms", "ms per inspection",
    "SQL statements", "SQL statements per inspection", "peak memory of Odoo, MB",
    "run with nothing to do, ms", "run with nothing to do, SQL statements",
)


def table(titles, *sides):
    """A table as text: the row's name, then one column for each side."""
    lines = [("", *titles), *zip(ROWS, *sides, strict=True)]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) if place else cell.ljust(width)
                  for place, (cell, width) in enumerate(zip(cells, widths, strict=True)))
        for cells in lines)


def check_made(side, count, runs):
    """Figures count only where each plan got its one inspection, and the second run none."""
    made = [run["made"] for run in runs]
    if made != [count, 0]:
        raise Fail(f"The runs of {side} made {made[0]} and {made[1]} inspections for {count} plans: "
                   "they cannot be compared.")


def odoo(log, side, addons, *arguments, environment, **options):
    """Odoo with the addons of one side alone."""
    path = ",".join(map(str, addons))
    databases.odoo(f"bench-{side}-{log}", *arguments, "--addons-path", path, "--no-http", environment=environment,
                   **options)


def step(what, side, addons, database, environment):
    with open(ROOT / "bench" / "shell.py") as script:
        odoo(what, side, addons, "shell", "-d", database, environment={**environment, "BENCH_STEP": what}, stdin=script)


def run_side(side, addon, addons, database, base, count, environment):
    """A database, its plans, and two runs of the generator."""
    result = common.VAR / f"bench-{side}.json"
    result.unlink(missing_ok=True)
    environment = {**environment, "BENCH_SIDE": side, "BENCH_COUNT": str(count), "BENCH_RESULT": str(result)}
    with databases.timed(f"Installing {addon} into {database}"):
        if not (addon == ADDON and databases.copy_of_the_run(database)):
            databases.clone(base, database)
            odoo("install", side, addons, "-d", database, "-i", f"{addon},l10n_pl", "--stop-after-init",
                 environment=environment)
    with databases.timed(f"Making {count:,} plans of {addon}"):
        step("prepare", side, addons, database, environment)
        postgres.query("ANALYZE", database)    # else it depends on autovacuum's timing
    with databases.timed(f"Generating the inspections of {addon}"):
        step("generate", side, addons, database, environment)
    runs = json.loads(result.read_text())
    result.unlink()
    check_made(addon, count, runs)
    return runs


def run_all(count, source, environment):
    prefix = f"bench_crm_{common.checkout_hash()[:6]}_"
    database = f"{prefix}{os.getpid()}"
    testing.drop_leftovers(prefix)
    theirs = oca.get()
    base = databases.base(source, environment)
    what = {"ours": (ADDON, [*source.addons, ROOT]), "theirs": (oca.ADDON, [*source.addons, theirs])}
    measured = {}
    try:
        for side in SIDES:
            measured[side] = run_side(side, *what[side], f"{database}_{side}", base, count, environment)
    finally:
        for made in databases.like(database):
            databases.drop(made)
    return measured


def run_plans(arguments, source, environment):
    """The table of both generators."""
    count = count_of(arguments)
    measured = run_all(count, source, environment)
    titles = (f"{ADDON} {config.manifest()['version']}", f"{oca.ADDON} {oca.VERSION} (OCA)")
    say("\n" + table(titles, *(columns(count, measured[side]) for side in SIDES)))
    return 0


def run_work(arguments, source, environment):
    return bench_work.run(arguments, source, environment, run_all)


def run_clicks(_arguments, source, environment):
    """The work of bench/clicks.py, on a database that holds both addons."""
    prefix = f"bench_crm_{common.checkout_hash()[:6]}_"
    database = f"{prefix}{os.getpid()}_clicks"
    testing.drop_leftovers(prefix)
    base = databases.base(source, environment)
    try:
        with databases.timed(f"Installing {ADDON} and repair into {database}"):
            if not databases.copy_of_the_run(database):
                databases.clone(base, database)
            databases.odoo("bench-clicks-install", "-d", database, "-i", f"{ADDON},l10n_pl,repair", "--stop-after-init",
                           "--no-http", environment=environment)
        environment = {**environment, "ODOO_TEST_DB": database, "PYTHONPATH": str(ROOT / "tests")}
        return testing.straight_through(
            [PYTHON, "-m", "pytest", "-p", "no:odoo", "-q", "-s", "bench/clicks.py"], environment)
    finally:
        for made in databases.like(database):
            databases.drop(made)


# `smallest` is what bin/test gives a benchmark to see that it runs; `says`, patterns of lines that it prints then
Command = namedtuple("Command", "check run browser smallest says")
COMMANDS = {
    "plans": Command(count_of, run_plans, False, ("1",), (
        r"plans +1 +1", r"inspections made +1 +1", r"SQL statements( +[\d,]+){2}",
        r"run with nothing to do, ms( +[\d,]+){2}")),
    "numbers": Command(bench_numbers.count_of, bench_numbers.run, False, ("1",), (
        r"RW, each another part( +[\d,]+){5} +0 +0 +0 +0( +[\d,.]+){3}",
        r"RW, all the same part( +[\d,]+){5} +0 +\d+ +0 +0( +[\d,.]+){3}",
        r"protocols( +[\d,]+){5} +0 +0 +0 +0( +[\d,.]+){3}",
        r"Repairs, each another part( +[\d,]+){8}( +-?\d+)?( +[\d,.]+){3}")),
    "pages": Command(bench_pages.sizes_of, bench_pages.run, False, ("100", "200"), (
        r"orders: current \(default\) \[manager\] .*SQL .*", r"my tasks: mine \(default\) \[technician\] .*SQL .*",
        r"\d+ of \d+ pages hold from 100 to 200 orders, \d+ miss")),
    "work": Command(bench_work.count_of, run_work, False, ("0",), (
        r"order of 1 device and 1 part, in a batch +[\d,.]+ .*time ≤ 0.5 +runs",
        r"order to done by an RW, 1 part +[\d,.]+ .*statements ≤ 0.8 +runs",
        r"task's calendar entry, beside calendar.event +-?[\d,.]+ .*runs",
        r"reminding of all that is due +[\d,.]+ .*≤ 60 s +runs",
        r"page of 80 devices in service, beside 10 +[\d,.]+ .*runs")),
    "load": Command(bench_load.seconds_of, bench_load.run, False, ("1",), (
        r"threads, 2 people, ours( +[\d.]+){3} +[1-9][\d,]*( +[\d.,]+){3} +0 +\d+",
        r"two workers, 2 people, repairs( +[\d.]+){3} +[1-9][\d,]*( +[\d.,]+){3} +0 +\d+",
        r"issue( +[\d,]+ / [\d,]+){4}",
        r"two workers, 2 people: 0 errors shown, none wanted: met")),
    "abuse": Command(bench_abuse.asked_of, bench_abuse.run, False, ("2000", "--seed", "1"), (
        r"public +\d+ +\d+ +\d+ +\d+ +0", r"manager +\d+ +[1-9]\d+ +\d+ +\d+ +0", r"all +2,000 .* 0", "no fault")),
    "clicks": Command(no_more, run_clicks, True, (), (
        r"\| take a device in, with its paper( \| \d+ clicks, \d+ fields){2} \|",
        r"\| issue two parts( \| \d+ clicks, \d+ fields){2} \|",
        r"\| find a device's last repair by serial number( \| \d+ clicks, \d+ fields){2} \|",
        r"\| note a call, with what follows( \| \d+ clicks, \d+ fields){2} \|",
        r"\| a failed inspection's repair( \| \d+ clicks, \d+ fields){2} \|",
        r"\| hand a private person's device back, with its paper( \| \d+ clicks, \d+ fields){2} \|")),
}


def main(arguments):
    if set(arguments) & {"-h", "--help"}:
        say(USAGE)
        return 0
    name, rest = (arguments[0], arguments[1:]) if arguments and arguments[0] in COMMANDS else ("plans", arguments)
    command = COMMANDS[name]
    command.check(rest)
    taken = "Another bin/bench of this checkout runs, and would disturb this one: wait for it, or stop it."
    # in bin/test nothing is measured: the benchmarks need not have the machine to themselves
    lock = f"bench-{name}.lock" if os.environ.get("ODOO_TEST_DB") else "bench.lock"
    with common.locked(common.VAR / lock, taken=taken), prepare.odoo_environment() as (source, environment):
        common.check_disk(common.VAR)
        if command.browser:
            system.need(system.BROWSER, "which plays the work", must=True)
            system.need(system.PRINTING, "which prints what the work ends with", must=True)
        return 1 if command.run(rest, source, environment) else 0
