"""bin/bench load: people at work on a threaded and on a two-worker server, with our screens and with Repairs'."""
import contextlib
import json
import os
import re
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from . import common, databases, demo, testing
from .common import ADDON, LOGS, PYTHON, ROOT, Fail, say

SECONDS, MOST = 20, 600
LEAST = 5    # seconds of a run that tells something; a shorter one shows that the benchmark runs
USERS, ROUNDS, OPEN = (8, 32), 3, 100
FEW_USERS, FEW_OPEN = (1, 2), 5
SERVERS = {"threads": 0, "two workers": 2}
QUEUE = 8    # connections that may wait for each worker: what Odoo asks the system for
SIDES = ("ours", "repairs")
# each side's step in which parts leave the shelf
ISSUE = {"ours": "issue", "repairs": "end"}
ORDERS_WANTED, ISSUE_WANTED = 1.2, 1.5
AGAIN = re.compile(r" tries left, try again in | maximum number of tries reached")
REQUEST = re.compile(r'"POST /web/dataset/\S+ HTTP/\S+" \d+ - (\d+) ')
START = 240    # seconds until a server answers


def seconds_of(arguments):
    """How long a run takes, at least."""
    if not arguments:
        return SECONDS
    text = arguments[0]
    if len(arguments) > 1 or not (text.isascii() and text.isdigit() and len(text) < 4 and 0 < int(text) <= MOST):
        raise Fail(f"{' '.join(arguments)} is no number of seconds: give one number from 1 to {MOST}, "
                   "as in bin/bench load 20.")
    return int(text)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def server(name, database, environment):
    """A running server: its process, its port, and its log."""
    log, port = LOGS / f"bench-load-{SERVERS[name]}.log", free_port()
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w") as output:
        process = common.spawn(
            # a file, not a module: the server starts itself once more for what is live
            [PYTHON, ROOT / "bench" / "server.py", "-d", database, "--db-filter", f"^{re.escape(database)}$",
             "--http-port", port, "--gevent-port", free_port(), "--workers", SERVERS[name], "--max-cron-threads", 0],
            env=environment, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + START
        while not demo.answers(port):
            if process.poll() is not None or time.monotonic() > until:
                raise Fail(f"Odoo does not answer: its log is {log}.")
            time.sleep(0.3)
        yield process, port, log
    finally:
        common.end(process)


def processor_ms(process):
    """Processor time of a server with its workers, which are in its session."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            told = stat.read_text().rpartition(")")[2].split()
            if int(told[3]) == process.pid:
                ticks += int(told[11]) + int(told[12])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def clients(plan, port, folder, environment):
    """What bench/load_client.py tells of a plan."""
    file = folder / "run.json"
    file.write_text(json.dumps({**plan, "port": port}))
    code, told = common.run([PYTHON, "-m", "bench.load_client", file], cwd=ROOT, env=environment)
    if code:
        raise Fail(f"The people of the benchmark failed ({common.last_line(told, ('Error',))}).")
    return json.loads(told)


def play(plan, running, folder, environment):
    """One run: the figures of its people, and of the server meanwhile."""
    process, port, log = running
    read, used, start = log.stat().st_size, processor_ms(process), time.monotonic()
    figures = clients(plan, port, folder, environment)
    elapsed, used = time.monotonic() - start, processor_ms(process) - used
    with open(log, errors="replace") as lines:
        lines.seek(read)
        said = lines.read()
    requests = [int(statements) for statements in REQUEST.findall(said)]
    # of all orders, those before and after the measured ones too
    return {**figures, "again": len(AGAIN.findall(said)), "requests": len(requests) / elapsed,
            "statements": sum(requests) / figures["played"], "cpu": used / figures["played"]}


def measure(plan, folder, seconds, environment):
    """All runs: {(server, users): {side: list of figures}}."""
    small, measured = seconds < LEAST, {}
    for name in SERVERS:
        with databases.timed(f"Starting the server with {name}"):
            running = contextlib.ExitStack()
            started = running.enter_context(server(name, plan["database"], environment))
        with running:
            with databases.timed("Everybody comes in"):
                # each worker has caches of its own
                come = clients({**plan, "warm": 2 * SERVERS[name] + 1}, started[1], folder, environment)
            if come["errors"]:
                raise Fail(f"An order could not be played: {come['errors'][0]}")
            for who, cookie in zip(plan["people"], come["cookies"], strict=True):
                who["cookie"] = cookie
            for users in FEW_USERS if small else USERS:
                runs = measured[name, users] = {side: [] for side in SIDES}
                for turn in range(1 if small else ROUNDS):
                    # whoever is first is so in turn: the database grows, and caches fill
                    for side in SIDES[::-1 if turn % 2 else 1]:
                        with databases.timed(f"{name}, {users} people, round {turn + 1}: {side}"):
                            figures = play({
                                **plan, "side": side, "users": users, "seconds": seconds,
                                "at_once": QUEUE * SERVERS[name]}, started, folder, environment)
                        runs[side].append(figures)
                        say(f"  {figures['rate']:.2f} orders per second")
    return measured


def percentile(times, share):
    times = sorted(times)
    return times[min(len(times) - 1, int(len(times) * share))]


def step_times(runs):
    """{step: its times in all runs, in ms}."""
    times = {}
    for figures in runs:
        for step, some in figures["steps"].items():
            times.setdefault(step, []).extend(some)
    return times


def lay_out(lines):
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    return "\n".join("  ".join(
        cell.rjust(width) if place else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))) for cells in lines)


COLUMNS = ("orders per s", "least", "most", "orders", "requests per s", "statements per order",
           "processor ms per order", "errors", "run again")


def rows(measured):
    """A line for each server, number of people and side."""
    lines = [("", *COLUMNS)]
    for (name, users), sides in measured.items():
        for side, runs in sides.items():
            rates = [figures["rate"] for figures in runs]
            lines.append((
                f"{name}, {users} people, {side}", f"{statistics.median(rates):.2f}", f"{min(rates):.2f}",
                f"{max(rates):.2f}", f"{sum(figures['done'] for figures in runs):,}",
                *(f"{statistics.median(figures[what] for figures in runs):,.{digits}f}"
                  for what, digits in (("requests", 1), ("statements", 0), ("cpu", 0))),
                str(sum(len(figures["errors"]) for figures in runs)), str(sum(figures["again"] for figures in runs))))
    return lay_out(lines)


def step_rows(measured, side):
    """A column for each server and number of people, with p50 and p95 of each step of one side."""
    times = {key: step_times(sides[side]) for key, sides in measured.items()}
    lines = [(f"{side}, p50 / p95 ms", *(f"{name}, {users} people" for name, users in times))]
    for step in dict.fromkeys(step for some in times.values() for step in some):
        lines.append((step, *(
            f"{percentile(some[step], 0.5):,.0f} / {percentile(some[step], 0.95):,.0f}" if some.get(step) else "-"
            for some in times.values())))
    return lay_out(lines)


def judge(measured):
    """What came of the bounds: (sentence, whether it was missed) for each."""
    for (name, users), sides in measured.items():
        where = f"{name}, {users} people"
        rate = {side: statistics.median(figures["rate"] for figures in runs) for side, runs in sides.items()}
        p95 = {side: percentile(step_times(runs).get(ISSUE[side], [0]), 0.95) for side, runs in sides.items()}
        many = rate["ours"] / rate["repairs"] if rate["repairs"] else 0
        slow = p95["ours"] / p95["repairs"] if p95["repairs"] else 0
        errors = sum(len(figures["errors"]) for figures in sides["ours"])
        for sentence, missed in (
                (f"{many:.2f} × Repairs' orders per second, at least {ORDERS_WANTED} wanted", many < ORDERS_WANTED),
                (f"p95 of an issue {slow:.2f} × Repairs', under {ISSUE_WANTED} wanted", slow >= ISSUE_WANTED),
                (f"{errors} errors shown, none wanted", bool(errors))):
            yield f"{where}: {sentence}: {'missed' if missed else 'met'}", missed


def prepare(database, folder, seconds, environment):
    """The plan of all runs: people, what they work on, what their screens ask for."""
    small, file = seconds < LEAST, folder / "plan.json"
    environment = {**environment, "BENCH_COUNT": str(max(FEW_USERS if small else USERS)),
                   "BENCH_OPEN": str(FEW_OPEN if small else OPEN), "BENCH_PLAN": str(file)}
    with databases.timed("Making people, parts and devices"), open(ROOT / "bench" / "load_shell.py") as script:
        databases.odoo("bench-load-prepare", "shell", "-d", database, "--no-http", environment=environment,
                       stdin=script)
    return {**json.loads(file.read_text()), "database": database}


def run(arguments, source, environment):
    """The tables of all runs; fails where a bound is missed, at the smallest size where an error was shown."""
    seconds = seconds_of(arguments)
    prefix = f"bench_crm_{common.checkout_hash()[:6]}_"
    database = f"{prefix}{os.getpid()}_load"
    testing.drop_leftovers(prefix)
    base = databases.base(source, environment)
    try:
        with tempfile.TemporaryDirectory(prefix="bench-load-") as folder:
            folder = Path(folder)
            with databases.timed(f"Installing {ADDON} and repair into {database}"):
                if not databases.copy_of_the_run(database):
                    databases.clone(base, database)
                databases.odoo("bench-load-install", "-d", database, "-i", f"{ADDON},l10n_pl,repair",
                               "--stop-after-init", "--no-http", environment=environment)
            measured = measure(prepare(database, folder, seconds, environment), folder, seconds, environment)
    finally:
        for made in databases.like(database):
            databases.drop(made)
    say("\n" + rows(measured) + "\n")
    for side in SIDES:
        say(step_rows(measured, side) + "\n")
    judged = list(judge(measured))
    for sentence, _missed in judged:
        say(sentence)
    errors = sorted({f"{side}: {error}" for sides in measured.values() for side, runs in sides.items()
                     for figures in runs for error in figures["errors"]})
    for error in errors[:20]:
        say(error)
    if seconds < LEAST:
        say(f"Runs of less than {LEAST} seconds tell that the benchmark runs, and no more.")
        return bool(errors)
    return any(missed for _sentence, missed in judged)
