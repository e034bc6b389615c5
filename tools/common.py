"""What all commands share: folders, messages, locks, child processes, signals."""
import contextlib
import ctypes
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
LOGS = VAR / "log"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
ADDON = "crm_enova_like"
NEEDED_GB = 3


class Fail(Exception):
    """A sentence for the user that says what to do; the command ends with 1."""


class Stopped(BaseException):
    """Ctrl-C or a TERM signal."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


def cache_dir():
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / ADDON


def checkout_hash():
    return hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]


def say(text):
    print(text, flush=True)


def handle_signals():
    def stop(number, _frame):
        # the first signal stops us in order; more of them must not break that
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, stop)


def check_disk(folder):
    """Refuse to begin what needs space where there is little of it."""
    folder = Path(folder)
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < NEEDED_GB * 10 ** 9:
        raise Fail(f"Only {free / 10 ** 9:.1f} GB are free at {folder}: "
                   f"make room for at least {NEEDED_GB} GB and run this again.")


@contextlib.contextmanager
def locked(path, waiting="another command that prepares the environment", taken=None):
    """Hold an exclusive lock; the kernel lets go of it however we end. With `taken`, fail instead of waiting."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if taken:
                raise Fail(taken) from None
            say(f"Waiting for {waiting}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle


@contextlib.contextmanager
def building(final):
    """A folder to fill, beside `final`, that becomes `final` at the end or goes away.

    Call it under a lock: what a killed command left behind is removed here.
    """
    final = Path(final)
    final.parent.mkdir(parents=True, exist_ok=True)
    prefix = f"tmp-{final.name}-"
    for left in final.parent.glob(prefix + "*"):
        shutil.rmtree(left, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=prefix, dir=final.parent))
    work.chmod(0o755)
    try:
        yield work
        if final.exists():
            shutil.rmtree(final)
        work.rename(final)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def die_with_parent():
    """In a child: get a TERM when the command that started it is killed."""
    with contextlib.suppress(Exception):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_DFL)


def spawn(command, **options):
    """Start a child in a session of its own, so that a Ctrl-C reaches only us."""
    options.setdefault("stdin", subprocess.DEVNULL)
    options.setdefault("start_new_session", True)
    return subprocess.Popen([str(part) for part in command], preexec_fn=die_with_parent, **options)


def end(process, grace=20):
    """Stop a child and its children: TERM, then KILL."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run(command, *, log=None, **options):
    """Run a child to its end and return (code, output); an interrupt ends it too.

    With `log` the output goes to that file, else it is caught.
    """
    with contextlib.ExitStack() as stack:
        if log:
            log = Path(log)
            log.parent.mkdir(parents=True, exist_ok=True)
            output = stack.enter_context(open(log, "w+", errors="replace"))
        else:
            output = stack.enter_context(tempfile.TemporaryFile("w+", errors="replace"))
        process = spawn(command, stdout=output, stderr=subprocess.STDOUT, **options)
        try:
            code = process.wait()
        except BaseException:
            end(process)
            raise
        output.seek(0)
        return code, output.read()


def last_line(output, words=()):
    """The last line of an output that tells most: one with one of the words, else the last."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if any(word in line for word in words)]
    return (telling or lines or ["no output"])[-1][:300]


def is_terminal():
    return sys.stdin is not None and sys.stdin.isatty()
