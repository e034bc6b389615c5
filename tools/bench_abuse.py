"""bin/bench abuse: calls that no screen makes, by every role, on all that we have and all of Odoo's that we extend."""
import json
import os
import random
import re

from . import common, databases, testing
from .common import ADDON, ROOT, Fail, say

CALLS, MOST = 18_000, 10_000_000
SHOWN = 40    # faults
CLASSES = ("ok", "refused", "core", "fault")
HEADING = f"{'role':12}" + "".join(f"{name:>10}" for name in ("calls", *CLASSES))


def asked_of(arguments):
    """(first call, number of calls, seed or None, words) that the command line asks for."""
    numbers, given, words = {"--seed": None, "--call": None}, [], []
    rest = iter(arguments)
    for argument in rest:
        if argument in numbers:
            value = next(rest, "")
            if not re.fullmatch(r"[0-9]{1,9}", value):
                raise Fail(f"{argument} {value} is no number: give one, as in bin/bench abuse {argument} 7.")
            numbers[argument] = int(value)
        elif re.fullmatch(r"[0-9][0-9_,]*", argument) and not given:
            given.append(int(re.sub(r"[_,]", "", argument)))
        elif re.match(r"[0-9-]|$", argument):
            raise Fail(f"{argument} says nothing here: give the number of calls, --seed and --call with a number, "
                       "and words of the methods, as in bin/bench abuse 2000 --seed 7 crm.task.")
        else:
            words.append(argument)
    count = given[0] if given else CALLS
    if not 0 < count <= MOST:
        raise Fail(f"{count} is no number of calls: give one from 1 to {MOST:,}.")
    if numbers["--call"] is not None:
        if numbers["--seed"] is None:
            raise Fail("A call is known by its seed and its number: give --seed as well.")
        return numbers["--call"], 1, numbers["--seed"], []
    return 0, count, numbers["--seed"], words


def table(rows):
    """How the calls of each role ended, as text."""
    total = {name: sum(row[name] for row in rows.values()) for name in CLASSES}
    return "\n".join([HEADING, *(
        f"{role:12}" + "".join(f"{number:10,}" for number in (sum(row.values()), *(row[name] for name in CLASSES)))
        for role, row in {**rows, "all": total}.items())])


def tell(outcome, seed):
    """The outcome as lines."""
    yield "\n" + table(outcome["rows"])
    yield (f"\non {outcome['models']} models, {outcome['methods']} methods of ours, seed {seed}. Refused: a sentence "
           "to the user. Core: an error of the server that Odoo's own code raises.")
    for number, (place, (count, call, what, _below)) in enumerate(outcome["core"]):
        if number < SHOWN // 2:
            yield f"core {count:5} × {place}: {what[:120]} (call {call})"
    for slow in outcome["slow"]:
        yield f"slow: {slow['seconds']} s, call {slow['number']}: {slow['call']}"
    for fault in outcome["faults"][:SHOWN]:
        yield f"\nFAULT {fault['what']}\n  {fault['call']}"
        if fault["number"] >= 0:
            yield f"  again by: bin/bench abuse --seed {seed} --call {fault['number']}"
    count = len(outcome["faults"])
    yield f"\n{count} faults" if count else "\nno fault"


def play(database, first, count, seed, words, environment):
    """Make the calls; what came of them."""
    result = common.VAR / f"bench-abuse-{os.getpid()}.json"
    environment = {**environment, "BENCH_FIRST": str(first), "BENCH_COUNT": str(count), "BENCH_SEED": str(seed),
                   "BENCH_WORDS": "|".join(words), "BENCH_RESULT": str(result)}
    try:
        with open(ROOT / "bench" / "abuse_shell.py") as script:
            databases.odoo("bench-abuse", "shell", "-d", database, "--no-http", "--log-level=critical",
                           environment=environment, stdin=script)
        return json.loads(result.read_text())
    finally:
        result.unlink(missing_ok=True)


def make(database, base, environment):
    """The demo firm, whose records the calls name."""
    with databases.timed(f"Making the demo firm in {database}"):
        if not databases.copy_of_the_run(database):
            databases.clone(base, database)
            databases.odoo("bench-abuse-install", "-d", database, "-i", f"{ADDON},l10n_pl", "--stop-after-init",
                           "--no-http", environment=environment)
        with open(ROOT / "tools" / "load_demo.py") as script:
            databases.odoo("bench-abuse-demo", "shell", "-d", database, "--no-http", environment=environment,
                           stdin=script)


def run(arguments, source, environment):
    """The table of all calls; fails where one is a fault."""
    first, count, seed, words = asked_of(arguments)
    seed = random.randrange(1_000_000) if seed is None else seed
    prefix = f"bench_crm_{common.checkout_hash()[:6]}_"
    database = f"{prefix}{os.getpid()}_abuse"
    testing.drop_leftovers(prefix)
    base = databases.base(source, environment)
    try:
        make(database, base, environment)
        with databases.timed(f"Calling {count:,} times, seed {seed}"):
            outcome = play(database, first, count, seed, words, environment)
    finally:
        for made in databases.like(database):
            databases.drop(made)
    for text in tell(outcome, seed):
        say(text)
    if count == 1:
        say(f"The traceback is in {common.LOGS / 'bench-abuse.log'}.")
    return bool(outcome["faults"])
