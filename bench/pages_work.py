"""The benchmark of pages inside Odoo: each page on the small firm and on the large one, in turn, in one process."""
import gc
import json
import os
import time

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.sql_db import Cursor
from odoo.tools import SQL

from . import large_firm, pages

ROUNDS = 5
FEW = 1000          # a firm with fewer orders shows that the benchmark runs: one round will do
MORE_MS = 25        # what a page may take more, whatever the ratio
PATIENCE = "20s"    # after which a statement is given up
ENOUGH = 3.0        # seconds: so slow a page is not measured again
SLOW_MS = 5         # statements that take longer are explained where their page misses


def run(env):
    """One step, told by the environment: a database is filled, or both are measured."""
    if os.environ["BENCH_STEP"] == "fill":
        firm = large_firm.Firm(env, int(os.environ["BENCH_COUNT"]))
        firm.fill()
        large_firm.check_sample(env)
        large_firm.vacuum(env)
    else:
        measure(env)


class Listener:
    """Notes the statements of a page and how long each took."""

    def __init__(self):
        self.statements, self.on = [], False
        self.plain = Cursor.execute

    def __enter__(self):
        listener = self

        def execute(cr, query, params=None, log_exceptions=True):
            start = time.perf_counter()
            try:
                return listener.plain(cr, query, params, log_exceptions)
            finally:
                if listener.on:
                    listener.statements.append(((time.perf_counter() - start) * 1000, query, params))

        Cursor.execute = execute
        return self

    def __exit__(self, *_error):
        Cursor.execute = self.plain

    def explain(self, env):
        """The plans of the slow statements of the page that was last listened to."""
        told = []
        for ms, query, params in sorted(self.statements, key=lambda one: -one[0])[:3]:
            if isinstance(query, SQL):
                query, params = query.code, query.params
            written = env.cr.mogrify(query, params).decode() if params else query
            if ms < SLOW_MS or not written.lstrip().upper().startswith(("SELECT", "WITH")):
                continue
            try:
                self.plain(env.cr, "EXPLAIN (ANALYZE, BUFFERS) " + written, log_exceptions=False)
                plan = "\n".join(line for [line] in env.cr.fetchall())
            except psycopg2.Error as error:
                env.cr.rollback()
                plan = str(error)
            told.append(f"{ms:.0f} ms: {written}\n{plan}")
        return told


def once(side, call):
    """(milliseconds, statements) of a page, from an empty cache of records."""
    env = side.env
    env.flush_all()
    env.invalidate_all()
    gc.collect()
    before, start = env.cr.sql_log_count, time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000, env.cr.sql_log_count - before


def compare(calls):
    """Times of one page on both sides.

    :param calls: [(side, function)], the small one first
    :return: ([milliseconds], [milliseconds], [statements of both], what failed)
    """
    times, counts = ([], []), [0, 0]
    rounds = ROUNDS if calls[0][0].facts["count"] >= FEW else 1
    for number in range(rounds + 1):
        if number == 1:
            # the first round warms the caches, of Odoo and of PostgreSQL
            times = ([], [])
        for place, (side, call) in enumerate(calls):
            try:
                ms, counts[place] = once(side, call)
            except psycopg2.Error as error:
                side.env.cr.rollback()
                return times, counts, f"given up: {type(error).__name__}"
            times[place].append(ms)
        if min(times[1]) > ENOUGH * 1000:
            break
    return times, counts, None


def measure(env):
    """All pages, or those whose names match; each is written to the file of results as soon as it is known."""
    words = os.environ.get("BENCH_WORDS", "").split("|")
    large = api.Environment(Registry(os.environ["BENCH_LARGE"]).cursor(), SUPERUSER_ID, {})
    sides = {role: [pages.Side(one, role) for one in (env, large)] for role in (*pages.ALL, "root")}
    for one in (env, large):
        one.cr.execute("SET statement_timeout = %s", [PATIENCE])
        one.cr.commit()
    # what is there for good is not gone through each time that the garbage is collected
    gc.collect()
    gc.freeze()
    with open(os.environ["BENCH_RESULT"], "w") as result, open(os.environ["BENCH_PLANS"], "w") as plans, \
            Listener() as listener:
        for page in (*pages.PAGES, *pages.further_pages(sides[pages.MANAGER][0])):
            for role in page.roles:
                name = f"{page.title} [{role}]"
                if not any(word in name for word in words):
                    continue
                calls = [(side, page.make(side)) for side in sides[role]]
                times, counts, failed = compare(calls)
                row = {"page": name, "small": times[0], "large": times[1], "statements": counts, "failed": failed,
                       "bound": page.bound}
                row["holds"] = holds(row)
                print(json.dumps(row), file=result, flush=True)
                if not row["holds"]:
                    listener.statements, listener.on = [], True
                    try:
                        once(*calls[1])
                    except psycopg2.Error:
                        large.cr.rollback()
                    listener.on = False
                    print(name, *listener.explain(large), sep="\n\n", end="\n\n\n", file=plans, flush=True)
                for one in (env, large):
                    one.cr.rollback()
    large.cr.close()


def holds(row):
    """Whether a page keeps its bound: a ratio of its lowest times, or so many milliseconds more."""
    if row["failed"]:
        return False
    small, large = min(row["small"]), min(row["large"])
    return large <= small * row["bound"] or large - small <= MORE_MS
