"""Programs of the system that Odoo and its tests call, and ports."""
import os
import shutil
import socket

from . import common
from .common import Fail, say

PRINTING = {"wkhtmltopdf": "wkhtmltopdf"}
BROWSER = {"chromium": "chromium"}
OTHER_BROWSERS = ("chromium-browser", "google-chrome", "google-chrome-stable")


def missing(programs):
    found = []
    for program, package in programs.items():
        names = (program, *OTHER_BROWSERS) if program == "chromium" else (program,)
        if not any(shutil.which(name) for name in names):
            found.append(package)
    return found


def need(programs, why, *, must):
    """Install what is missing, where that is ours to do; else say how."""
    packages = missing(programs)
    if not packages:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages, "fonts-dejavu-core"]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"Installing {' and '.join(packages)} ({' '.join(command[:2])}), {why}")
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        code, output = common.run(command, env=environment)
        if code:
            common.run(["apt-get", "update"], env=environment)
            code, output = common.run(command, env=environment, log=common.LOGS / "apt.log")
        if not missing(programs):
            return
    names = " and ".join(packages)
    sentence = f"{names} is not installed, {why}: install it (Debian: apt-get install {' '.join(packages)})."
    if must:
        raise Fail(sentence)
    say("Note: " + sentence)


def check_port(text):
    """The port as a number, free at this moment."""
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Fail(f"PORT={text} is not a port: give a number from 1 to 65535.")
    port = int(text)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Fail(f"Port {port} is for root only: choose one above 1023, as in PORT=8070 bin/demo.") from None
        except OSError:
            raise Fail(f"Port {port} is taken by another program: stop that one, or choose another port, "
                       f"as in PORT={port + 1 if port < 65535 else 8070} bin/demo.") from None
    return port
