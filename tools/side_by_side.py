"""Several pytests at once, and one output that can be read.

While they run, each line of a part's progress is shown under the part's name. The rest, what pytest says at its end of
failures and times, comes in one piece when the part has ended. All of it is in the part's log at once.
"""
import contextlib
import re
import time

from . import common
from .common import ROOT, say

PAUSE = 0.1    # seconds between looks at the logs
NO_TESTS = 5    # pytest's code where it was given nothing to run
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
HEADING = re.compile(r"=+ (.*) =+")
COLLECTED = re.compile(r"collected \d|\d+ workers? \[")
# what pytest is saying: first of itself and the platform, then what it runs, then of failures and times
HEAD, PROGRESS, END = "head", "progress", "end"


def outcome(code):
    if code is None:
        return "stopped"
    return "passed" if code == 0 else f"pytest ended with {code}"


def ending(title, code, seconds):
    return f"== {title}: {outcome(code)}, {seconds:.0f} s"


class Part:
    """One pytest: its process, its log and what of it was shown."""

    def __init__(self, name, title, command, log, environment):
        self.name, self.title, self.command, self.log, self.environment = name, title, command, log, environment
        self.process = self.code = self.reader = self.saying = None
        # a browser shows what a person waits for: the others take what it leaves, and all end sooner
        self.politeness = [] if name == "browser" else ["nice", "-n", "10"]
        self.began = self.seconds = 0
        self.begun = ""    # a line that is not at its end
        self.held = []     # lines that are shown when it has ended

    def start(self):
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.began = time.monotonic()
        with open(self.log, "w") as output:
            self.process = common.spawn(
                [*self.politeness, *self.command], env=self.environment, cwd=ROOT, stdout=output, stderr=output)
        self.reader = open(self.log, errors="replace")

    def hear(self, line):
        """What pytest says by this line."""
        plain = COLOUR.sub("", line).strip()
        heading = HEADING.fullmatch(plain)
        if self.saying is None and plain:
            return HEAD if heading and heading[1] == "test session starts" else PROGRESS
        if self.saying == HEAD and COLLECTED.match(plain):
            self.held = []
            return PROGRESS
        return END if heading else self.saying

    def read(self):
        """The lines to show now, of those that came since."""
        *lines, self.begun = (self.begun + self.reader.read()).split("\n")
        for line in lines:
            self.saying = self.hear(line)
            if self.saying == PROGRESS:
                yield line
            else:
                self.held.append(line)

    def show(self):
        for line in self.read():
            if line.strip():
                say(f"{self.name:<8}| {line}")

    def ended(self):
        """Whether its process has ended; its last words are shown then."""
        if self.process.poll() is None:
            return False
        self.stop()
        self.code = self.process.returncode
        return True

    def stop(self):
        """End it, where it runs; show the rest of what it said."""
        common.end(self.process)
        self.seconds = time.monotonic() - self.began
        self.show()
        self.reader.close()
        say(f"\n== {self.title}")
        for line in filter(None, [*self.held, self.begun]):
            say(line)


@contextlib.contextmanager
def begun(parts):
    """They run beside what the body does, which is to give them to `run`; they end with it however it ends."""
    try:
        for part in parts:
            part.start()
        yield
    finally:
        for part in parts:
            if part.process:
                common.end(part.process)


def run(parts, hasty=False):
    """Run them all at once to their ends, also those that have begun; `hasty` stops the others when one has failed."""
    running = []
    try:
        for part in parts:
            if not part.process:
                part.start()
            running.append(part)
        while running:
            time.sleep(PAUSE)
            for part in list(running):
                part.show()
                if part.ended():
                    running.remove(part)
                    say(ending(part.title, part.code, part.seconds))
            if hasty and any(part.code not in (None, 0, NO_TESTS) for part in parts):
                for part in list(running):
                    running.remove(part)
                    part.stop()
                    say(ending(part.title, part.code, part.seconds))
    finally:
        for part in running:
            common.end(part.process)
