"""Hostile calls inside Odoo: each as RPC makes it, and rolled back; what went wrong is told with its number."""
import json
import logging
import os
import signal
import time
import traceback
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import odoo
from odoo import api
from odoo.exceptions import UserError
from odoo.service.model import call_kw
from odoo.sql_db import Cursor
from odoo.tools.json import json_default

from . import abuse_firm
from .abuse_calls import ADDON, ROLES, ROOT, Calls
from .abuse_firm import Fault

PATIENCE = 20    # seconds after which a statement is given up
LIMIT = 30       # seconds after which a call is
LONG = 10        # seconds that are told
ODOO = str(Path(odoo.__path__[0]))
OURS = (str(ROOT / ADDON), str(ROOT / "tests"))
# what executes a statement that somebody else has written
CARRIERS = (f"{ODOO}/sql_db.py", f"{ODOO}/orm/environments.py", f"{ODOO}/tools/query.py")
CLASSES = ("ok", "refused", "core", "fault")
MISSES = 500     # calls that are looked at for one that has the words
SHOWN = 300      # signs of a call in a line of its table


class GivenUp(BaseException):
    """A call took too long. No Exception: nobody below may catch it."""


def run(env):
    """All calls, told by the environment; the outcome is written to a file."""
    first, count = int(os.environ.get("BENCH_FIRST", 0)), int(os.environ["BENCH_COUNT"])
    words = [word for word in os.environ.get("BENCH_WORDS", "").split("|") if word]
    firm = abuse_firm.Firm(env)
    firm.make()
    calls = Calls(env, os.environ["BENCH_SEED"], words, abuse_firm.MARKER)
    with Abuse(env, firm, calls) as abuse:
        abuse.play(first, count)
    with open(os.environ["BENCH_RESULT"], "w") as file:
        json.dump(abuse.outcome(), file)


def place_of(error):
    """(file:line of the deepest frame that is Odoo's or ours, whether it is ours, whether one of ours is above it).

    Whoever writes a statement is its place, not who executes it; and who calls a library, not the library.
    """
    frames = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    frames = [(name, line) for name, line in frames if name.startswith((ODOO, *OURS)) and name not in CARRIERS]
    if not frames:
        return "?", False, False
    name, line = frames[-1]
    shown = name.removeprefix(f"{ROOT}/").removeprefix(f"{ODOO}/")
    return f"{shown}:{line}", name.startswith(OURS), any(name.startswith(OURS) for name, _line in frames)


class Abuse:
    """Plays calls and keeps account of them."""

    def __init__(self, env, firm, calls):
        self.env, self.firm, self.calls = env, firm, calls
        self.counts, self.faults, self.core, self.slow = Counter(), [], {}, []
        self.commits = 0

    def __enter__(self):
        abuse, cr = self, self.env.cr
        cr.execute("SET statement_timeout = %s", [PATIENCE * 1000])
        cr.commit()

        def commit(_cr):
            abuse.commits += 1

        def give_up(*_signal):
            raise GivenUp

        self.patched = patch.object(Cursor, "commit", commit)
        self.patched.start()
        signal.signal(signal.SIGALRM, give_up)
        logging.disable(logging.CRITICAL)
        return self

    def __exit__(self, *_error):
        self.patched.stop()
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        logging.disable(logging.NOTSET)

    def play(self, first, count):
        before, made = self.firm.whole(), 0
        for number in range(first, first + count * MISSES):
            call = self.calls.make(number)
            if call is not None:
                self.one(call, alone=count == 1)
                made += 1
            if made == count:
                break
        if self.firm.whole() != before:
            self.faults.append({"number": -1, "what": "rows that were there have changed after all calls", "call": ""})

    def outcome(self):
        rows = {role: {name: self.counts[role, name] for name in CLASSES} for role in ROLES}
        core = sorted(self.core.items(), key=lambda one: -one[1][0])
        return {"rows": rows, "faults": self.faults, "core": core, "slow": self.slow,
                "models": len(self.calls.ours) + len(self.calls.near), "methods": len(self.calls.methods)}

    @contextmanager
    def undone(self):
        """Nothing that the body does stays."""
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.env.cr.rollback()
            self.env.registry.reset_changes()

    def one(self, call, *, alone):
        start, error, kind = time.monotonic(), None, "ok"
        self.commits = 0
        with self.undone():
            try:
                signal.setitimer(signal.ITIMER_REAL, LIMIT)
                self.act(call)
            except UserError as sentence:
                kind, error = "refused", sentence
            except (Exception, GivenUp) as other:    # whatever it is, it is told
                kind, error = "core", other
        if alone and error is not None:
            traceback.print_exception(error)
        took = time.monotonic() - start
        try:
            kind = self.judge(call, kind, error, took)
        except Fault as fault:
            kind = "fault"
            self.faults.append({"number": call.number, "what": str(fault), "call": self.shown(call)})
        self.counts[call.role, kind] += 1

    def act(self, call):
        """A call, what it leads to, and what may not have come of it."""
        env = api.Environment(self.env.cr, self.firm.users[call.role], {})
        result = self.answer(env, call.kind, call.model, call.method, call.args, call.kwargs)
        env.cr.flush()
        # what Odoo's own methods do to Odoo's own records, and tell of them, is Odoo's
        core = call.model not in self.calls.ours and (call.model, call.method) not in self.calls.methods
        self.firm.check_rows(call.role, env.cr, core=core)
        if not core:
            self.check_answer(call.role, result)
        for method, args in self.calls.follow(call, result):
            kind = "paper" if method.startswith(f"{ADDON}.") else "call"
            try:
                with env.cr.savepoint():
                    self.check_answer(call.role, self.answer(env, kind, call.model, method, args, {}))
            except UserError as sentence:
                self.check_answer(call.role, str(sentence))
            except Exception as error:
                error.add_note(f"after it: {call.model}.{method}({json.dumps(args)[:SHOWN]})")
                raise
        env.cr.flush()
        self.firm.check_rows(call.role, env.cr, core=core)

    @staticmethod
    def answer(env, kind, model, method, args, kwargs):
        """What the server answers: as text, as it is sent."""
        if kind == "paper":
            # as /report/html/NAME/IDS
            ids = args[0] if isinstance(args[0], list) else [args[0]]
            ids = [one for one in ids if type(one) is int and abs(one) < 2**31]
            return env["ir.actions.report"]._render_qweb_html(method, ids)[0].decode()
        kwargs = json.loads(json.dumps(kwargs))
        return json.loads(json.dumps(call_kw(env[model], method, json.loads(json.dumps(args)), kwargs),
                                     default=json_default))

    def check_answer(self, role, answer):
        text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
        told = self.firm.told(role, text)
        if told:
            place = text.index(told[0])
            raise Fault(f"tells what {role} may not read: …{text[max(place - 150, 0):place + 50]}…")

    def judge(self, call, kind, error, took):
        """The class of a call that has ended.

        :raises Fault: says what is wrong
        """
        if took > LONG:
            self.slow.append({"number": call.number, "seconds": round(took), "call": self.shown(call)})
        if isinstance(error, Fault):
            raise error
        if error is None:
            return kind
        if kind == "refused":
            if call.model not in self.calls.ours and not place_of(error)[1]:
                return kind    # Odoo's sentence about Odoo's record
            self.check_answer(call.role, " ".join(map(str, (error, *error.args))))
            if self.commits:
                raise Fault(f"committed {self.commits} times, and was refused")
            return kind
        where, ours, below = place_of(error)
        what = " ".join(f"{type(error).__name__}: {error}".split())[:SHOWN]
        notes = " ".join(getattr(error, "__notes__", ()))
        if isinstance(error, GivenUp):
            raise Fault(f"takes more than {LIMIT} s, at {where}")
        if type(error).__name__ == "QueryCanceled":
            raise Fault(f"a statement takes more than {PATIENCE} s, at {where}")
        if type(error).__name__ in ("UniqueViolation", "ForeignKeyViolation", "NotNullViolation", "CheckViolation",
                                    "ExclusionViolation", "RestrictViolation"):
            return "refused"    # Odoo's server makes a sentence of these
        if ours:
            raise Fault(f"{where} {what} {notes}")
        key = f"{where} {'(called by ours) ' if below else ''}{type(error).__name__}"
        counted = self.core.setdefault(key, [0, call.number, f"{what} {notes}", below])
        counted[0] += 1
        return "core"

    @staticmethod
    def shown(call):
        args = ", ".join([*(json.dumps(each, ensure_ascii=True) for each in call.args), *(
            f"{name}={json.dumps(value)}" for name, value in call.kwargs.items())])
        return f"{call.role}: {call.model}.{call.method}({args[:SHOWN * 2]})"
