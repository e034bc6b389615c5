"""The Python environment .venv/, made from requirements.txt."""
import fcntl
import hashlib
import os
import shutil
import sys

from . import common
from .common import PYTHON, ROOT, VAR, VENV, Fail, say

REQUIREMENTS = ROOT / "requirements.txt"
STAMP = VENV / "complete"
held = []    # the file whose shared lock says that we use .venv


def requirements_hash():
    return hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]


def wanted():
    return f"{requirements_hash()} {sys.version_info[0]}.{sys.version_info[1]}\n"


def made():
    return STAMP.is_file() and STAMP.read_text() == wanted() and PYTHON.exists()


def site_packages():
    return VENV / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def make():
    say("Making the Python environment (.venv)")
    common.check_disk(ROOT)
    shutil.rmtree(VENV, ignore_errors=True)
    code, output = common.run([sys.executable, "-m", "venv", VENV])
    if code:
        raise Fail(f"The Python environment cannot be made ({common.last_line(output)}): install venv "
                   "(Debian: apt-get install python3-venv) and run this again.")
    code, output = common.run([PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                               "-r", REQUIREMENTS], log=common.LOGS / "pip.log")
    if code:
        raise Fail(f"The Python packages cannot be installed ({common.last_line(output, ('ERROR:',))}): "
                   "check the network and run this again; the log is var/log/pip.log.")
    STAMP.write_text(wanted())


def link_odoo(path):
    """Make `import odoo` find the source."""
    link = site_packages() / "odoo-source.pth"
    if path and (not link.exists() or link.read_text() != f"{path}\n"):
        fresh = link.with_suffix(f".{os.getpid()}")
        fresh.write_text(f"{path}\n")
        fresh.replace(link)


def get(path=None):
    """Make the environment where it is missing, half made or of other requirements."""
    VAR.mkdir(exist_ok=True)
    with common.locked(VAR / "setup.lock"):
        users = open(VAR / "venv.lock", "w")
        held.append(users)
        if not made():
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Fail("requirements.txt or Python changed while another command of this checkout runs: "
                           "stop that one and run this again.") from None
            make()
        link_odoo(path)
        fcntl.flock(users, fcntl.LOCK_SH)
