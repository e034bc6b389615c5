"""bin/bench work: what is done all day, beside Odoo's Repairs, project tasks and calendar and OCA's addons."""
import json
import os
import statistics
from collections import namedtuple

from . import common, databases, oca, postgres, testing
from .common import ADDON, ROOT, Fail, say

PLANS = 10_000
MOST = 1_000_000
PEERS = ("repair", "project", "calendar", "fieldservice")
STEPS = (
    ("rounds", "Doing each piece of work in turn with those of its peers (a few minutes)"),
    ("reminders", "Making inspections that are due, and reminding of them"),
    ("pages", "Reading devices in service, a page at a time"),
)

# Bounds: `time` and `statements` are at most so much of the peer's, `each` at most so many statements for one,
# `more` at most so many statements more than the peer, `seconds` at most so long in all
Row = namedtuple("Row", "title ours peer time statements each more seconds", defaults=(None,) * 6)
ROWS = (
    Row("order of 1 device and 1 part, in a batch", "orders", "repairs", time=0.5),
    Row("the same beside fsm.order", "orders", "field orders", time=1.0),
    Row("order, one by one", "orders one by one", "repairs one by one", time=0.6),
    Row("order to done by an RW, 1 part", "orders to done, 1", "repairs to done, 1", time=0.9, statements=0.8),
    Row("order to done by an RW, 5 parts", "orders to done, 5", "repairs to done, 5", statements=0.85),
    Row("(floor) bare transfer, 1 part", "transfers, 1", "repairs to done, 1"),
    Row("(floor) bare transfer, 5 parts", "transfers, 5", "repairs to done, 5"),
    Row("order, forty issued in one call", "orders issued at once", each=12),
    Row("task in a batch, beside project.task", "tasks", "project tasks", time=1.0, each=0.5),
    Row("task's calendar entry, beside calendar.event", "mirrors", "entries", time=1.3),
    Row("inspection, beside maintenance_plan", "inspections", "maintenance requests", time=1 / 50),
    Row("reminding of all that is due", "reminders", seconds=60),
    Row("reminding, nothing to do", "nothing to remind", each=20),
    Row("page of 80 devices in service, beside 10", "a page", "a short page", more=4),
)
TITLES = ("", "ms", "least–most", "statements", "theirs: ms", "least–most", "statements", "of their time",
          "of their statements", "bound", "verdict")


def count_of(arguments):
    """How many plans both generators get; 0 to see that it runs, with next to nothing of all."""
    if not arguments:
        return PLANS
    text = arguments[0].replace("_", "").replace(",", "")
    digits = text.isascii() and text.isdigit() and len(text) <= len(str(MOST))
    if len(arguments) > 1 or not digits or int(text) > MOST:
        raise Fail(f"{' '.join(arguments)} is no number of plans: give one number from 0 to {MOST}, "
                   "as in bin/bench work 2000.")
    return int(text)


# THE TABLE

def middle(figures, what):
    return statistics.median(each[what] for each in figures)


def ratio(ours, theirs, what):
    """The middle of what the rounds say, each of them beside the peer's of the same round; None where there is none."""
    parts = [mine[what] / other[what] for mine, other in zip(ours, theirs, strict=True) if other[what] > 0]
    return statistics.median(parts) if parts else None


def cells(figures):
    """Processor time, its spread and statements of one side."""
    if not figures:
        return ("", "", "")
    times = [each["cpu"] for each in figures]
    spread = f"{min(times):,.2f}–{max(times):,.2f}" if len(times) > 1 else ""
    return (f"{statistics.median(times):,.2f}", spread, f"{middle(figures, 'statements'):,.2f}")


def bounds(row, ours, theirs):
    """[(what is asked, whether it holds)]"""
    asked = []
    for what, limit, name in (("cpu", row.time, "time"), ("statements", row.statements, "statements")):
        if limit is not None:
            found = ratio(ours, theirs, what)
            asked.append((f"{name} ≤ {limit:.2g}", found is not None and found <= limit))
    if row.each is not None:
        asked.append((f"≤ {row.each:g} statements", middle(ours, "statements") <= row.each))
    if row.more is not None:
        more = middle(ours, "statements") - middle(theirs, "statements")
        asked.append((f"≤ {row.more:g} statements more", more <= row.more))
    if row.seconds is not None:
        asked.append((f"≤ {row.seconds:g} s", middle(ours, "ms") <= row.seconds * 1000))
    return asked


def line(row, measured, judged):
    """The cells of one row, and whether it holds."""
    ours, theirs = measured[row.ours], measured.get(row.peer, [])
    parts = [ratio(ours, theirs, what) if theirs else None for what in ("cpu", "statements")]
    asked = bounds(row, ours, theirs)
    holds = all(kept for _text, kept in asked)
    verdict = ("holds" if holds else "MISSES") if judged else "runs"
    return (row.title, *cells(ours), *cells(theirs), *(f"{part:.2f}" if part is not None else "" for part in parts),
            ", ".join(text for text, _kept in asked), verdict if asked else ""), holds


def table(measured, judged=True):
    """The table as text, and whether every bound of it holds.

    :param judged: whether so much was done that the figures say anything
    """
    rows = [line(row, measured, judged) for row in ROWS if row.ours in measured]
    lines = [TITLES, *(found for found, _holds in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = "\n".join("  ".join(
        cell.rjust(width) if place else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(found, widths, strict=True))).rstrip() for found in lines)
    return text, all(holds for _found, holds in rows)


# THE RUN

def odoo(log, addons, *arguments, environment, **options):
    databases.odoo(f"bench-work-{log}", *arguments, "--addons-path", ",".join(map(str, addons)), "--no-http",
                   environment=environment, **options)


def measure(database, addons, size, environment):
    """What bench/work.py tells of each piece of work: {name: figures of each round}."""
    result = common.VAR / f"bench-work-{os.getpid()}.json"
    environment = {**environment, "BENCH_SIZE": size, "BENCH_RESULT": str(result)}
    try:
        for step, what in STEPS:
            with databases.timed(what), open(ROOT / "bench" / "work_shell.py") as script:
                odoo(step, addons, "shell", "-d", database, "--log-level=warn",
                     environment={**environment, "BENCH_STEP": step}, stdin=script)
            postgres.query("ANALYZE", database)    # else it depends on autovacuum's timing
        return json.loads(result.read_text())
    finally:
        result.unlink(missing_ok=True)


def plans_of(measured):
    """The figures of bin/bench plans, for one inspection each."""
    names = {"ours": "inspections", "theirs": "maintenance requests"}
    return {names[side]: [{
        "ms": run["ms"] / run["made"], "cpu": run["ms"] / run["made"], "statements": run["statements"] / run["made"],
    } for run in runs[:1]] for side, runs in measured.items()}


def run(arguments, source, environment, plans):
    """The table of all work; fails where a bound does not hold, but for the smallest size, which only runs.

    :param plans: runs both generators of inspections with a number of plans, see bin/bench plans
    """
    count = count_of(arguments)
    prefix = f"bench_crm_{common.checkout_hash()[:6]}_"
    database = f"{prefix}{os.getpid()}_work"
    testing.drop_leftovers(prefix)
    addons = [*source.addons, oca.get(oca.FIELDSERVICE), ROOT]
    base = databases.base(source, environment)
    try:
        with databases.timed(f"Installing {ADDON} and {', '.join(PEERS)} into {database}"):
            if not databases.copy_of_the_run(database):
                databases.clone(base, database)
            odoo("install", addons, "-d", database, "-i", ",".join((ADDON, "l10n_pl", *PEERS)), "--stop-after-init",
                 environment=environment)
        measured = measure(database, addons, "whole" if count else "smallest", environment)
    finally:
        for made in databases.like(database):
            databases.drop(made)
    if count:
        measured.update(plans_of(plans(count, source, environment)))
    text, holds = table(measured, judged=bool(count))
    say("\n" + text)
    say("\nProcessor time of Odoo and PostgreSQL and statements, each for one; inspections: time by the clock.")
    return bool(count) and not holds
