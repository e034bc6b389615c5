"""bin/bench pages: every page of every role on a small firm and on one a hundred times as large, in turn."""
import json
import os
import re
import statistics
import time

from . import common, databases, testing
from .common import ADDON, ROOT, Fail, say

SMALL, LARGE = 10_000, 1_000_000
LEAST, MOST = 100, 10_000_000
PAUSE = 0.5    # seconds between looks at the results
SHOWN = 20     # pages that miss, in the order of their ratio


def sizes_of(arguments):
    """(orders of the small firm, of the large one, words of pages' names) that the command line asks for."""
    numbers = [text.replace("_", "").replace(",", "") for text in arguments]
    counts = [int(text) for text in numbers[:2] if re.fullmatch(r"[0-9]{1,8}", text)]
    words = arguments[len(counts):]
    small, large = counts if len(counts) == 2 else (SMALL, LARGE)
    if len(counts) == 1 or not LEAST <= small < large <= MOST:
        raise Fail(f"{' '.join(arguments[:2])} are no two sizes: give two numbers of orders from {LEAST:,} to "
                   f"{MOST:,}, the smaller one first, as in bin/bench pages 10000 1000000.")
    return small, large, words


def line(row):
    """A page as a line of the table."""
    def middle(times):
        if not times:
            return " " * 27
        return f"{min(times):9.1f} {statistics.median(times):9.1f} ±{(max(times) - min(times)) / 2:6.1f}"

    small, large = row["small"], row["large"]
    ratio = f"× {min(large) / min(small):7.2f}" if small and large else " " * 9
    counts = "{:4} → {:4} SQL".format(*row["statements"])
    verdict = "holds" if row["holds"] else row["failed"] or "MISSES"
    return f"{row['page']:68} {middle(small)} → {middle(large)} {ratio}  {counts}  {verdict}"


HEADING = f"{'page [role]':68} {'lowest':>9} {'median':>9} {'':>7} → {'lowest':>9} {'median':>9}    (milliseconds)"


def watch(process, result):
    """Show each page as it is measured, until the process ends."""
    rows, begun, seen = [], "", 0
    while True:
        ended = process.poll() is not None
        if result.exists():
            with open(result) as file:
                file.seek(seen)
                begun += file.read()
                seen = file.tell()
        *complete, begun = begun.split("\n")
        for text in complete:
            rows.append(json.loads(text))
            say(line(rows[-1]))
        if ended:
            return rows
        time.sleep(PAUSE)


def shell(step, database, environment):
    """A step of bench/pages_work.py in a database."""
    return databases.beside(
        f"bench-pages-{step}", "shell", "-d", database, "--no-http", "--log-level=critical",
        environment={**environment, "BENCH_STEP": step}, stdin=open(ROOT / "bench" / "pages_shell.py"))


def make(database, base, count, environment):
    """A firm with so many orders."""
    with databases.timed(f"Making a firm with {count:,} orders in {database}"):
        if not databases.copy_of_the_run(database):
            databases.clone(base, database)
            databases.odoo("bench-pages-install", "-d", database, "-i", f"{ADDON},l10n_pl", "--stop-after-init",
                           "--no-http", environment=environment)
        with shell("fill", database, {**environment, "BENCH_COUNT": str(count)}):
            pass


def run(arguments, source, environment):
    """The table of all pages; fails where one grows with the firm."""
    small, large, words = sizes_of(arguments)
    prefix = f"bench_crm_{common.checkout_hash()[:6]}_"
    database = f"{prefix}{os.getpid()}_pages"
    testing.drop_leftovers(prefix)
    base = databases.base(source, environment)
    result, plans = common.VAR / f"bench-pages-{os.getpid()}.jsonl", common.LOGS / "bench-pages-plans.txt"
    try:
        for count in (small, large):
            make(f"{database}_{count}", base, count, environment)
        say("\n" + HEADING)
        with shell("measure", f"{database}_{small}", {
                **environment, "BENCH_LARGE": f"{database}_{large}", "BENCH_RESULT": str(result),
                "BENCH_PLANS": str(plans), "BENCH_WORDS": "|".join(words)}) as process:
            rows = watch(process, result)
    finally:
        result.unlink(missing_ok=True)
        for made in databases.like(database):
            databases.drop(made)
    missed = [row for row in rows if not row["holds"]]
    say(f"\n{len(rows) - len(missed)} of {len(rows)} pages hold from {small:,} to {large:,} orders, {len(missed)} miss")
    if missed:
        say("\n".join(["", HEADING, *map(line, missed[:SHOWN]), f"\nTheir plans are in {plans}."]))
    # at the smallest size, in bin/test, it is enough that all of it runs
    failed = [row["page"] for row in rows if row["failed"]]
    return bool(failed if os.environ.get("ODOO_TEST_DB") else missed)
