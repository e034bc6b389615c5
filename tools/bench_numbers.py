"""bin/bench numbers: eight people on two servers draw numbers at once, beside Odoo's Repairs."""
import contextlib
import json
import os
import shutil

from . import common, databases, testing
from .common import ADDON, ROOT, Fail, say

REQUESTS = 20
MOST = 1000
SERVERS = 2
COLUMNS = ("requests", "committed", "rolled back", "killed", "run again", "of numbers", "errors", "gaps", "doubles",
           "p50 ms", "p95 ms", "per s")


def count_of(arguments):
    """How many requests each person makes of a kind."""
    if not arguments:
        return REQUESTS
    text = arguments[0]
    if len(arguments) > 1 or not (text.isascii() and text.isdigit() and len(text) < 5 and 0 < int(text) <= MOST):
        raise Fail(f"{' '.join(arguments)} is no number of requests: give one number from 1 to {MOST}, "
                   "as in bin/bench numbers 20.")
    return int(text)


def rows(measured):
    """The table as text: a line for each kind of work."""
    lines = [("", *COLUMNS)]
    for name, figures in measured.items():
        lines.append((name, *(
            f"{figures[column]:,.1f}" if column == "per s" else f"{figures[column]:,.0f}" for column in COLUMNS)))
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    return "\n".join("  ".join(
        cell.rjust(width) if place else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))) for cells in lines)


@contextlib.contextmanager
def shell(step, database, environment):
    """Odoo's shell does a step of bench/numbers_work.py while the body runs."""
    with open(ROOT / "bench" / "numbers_shell.py") as script, databases.beside(
            f"bench-numbers-{step}", "shell", "-d", database, "--no-http", "--log-level=critical",
            environment={**environment, "BENCH_STEP": step}, stdin=script):
        yield


def play(database, folder, count, environment):
    environment = {**environment, "BENCH_FOLDER": str(folder), "BENCH_COUNT": str(count)}
    with databases.timed(f"Making what {count * 8:,} requests of each kind need"), shell(
            "prepare", database, environment):
        pass
    with databases.timed("Eight people on two servers work"), contextlib.ExitStack() as servers:
        for number in range(SERVERS):
            servers.enter_context(shell(str(number), database, environment))
    with shell("table", database, environment):
        pass
    return json.loads((folder / "table.json").read_text())


def run(arguments, source, environment):
    """The table of all kinds of work; fails where a number is missing, doubled, or made a request run again.

    Who takes the same part at once may be run again, and once in a while in vain, as with Repairs: that is the shelf's.
    """
    count = count_of(arguments)
    prefix = f"bench_crm_{common.checkout_hash()[:6]}_"
    database = f"{prefix}{os.getpid()}_numbers"
    testing.drop_leftovers(prefix)
    base = databases.base(source, environment)
    folder = common.VAR / f"bench-numbers-{os.getpid()}"
    folder.mkdir(parents=True)
    try:
        with databases.timed(f"Installing {ADDON} and repair into {database}"):
            if not databases.copy_of_the_run(database):
                databases.clone(base, database)
            databases.odoo("bench-numbers-install", "-d", database, "-i", f"{ADDON},l10n_pl,repair",
                           "--stop-after-init", "--no-http", environment=environment)
        measured = play(database, folder, count, environment)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        for made in databases.like(database):
            databases.drop(made)
    say("\n" + rows(measured))
    for name, figures in measured.items():
        for sentence in figures["said"]:
            say(f"{name}: {sentence}")
    return any(
        figures["gaps"] or figures["doubles"] or figures["of numbers"]
        or figures["errors"] and not name.endswith("same part")
        for name, figures in measured.items() if not name.startswith("Repairs"))
