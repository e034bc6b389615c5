"""bin/lint: ruff, pylint-odoo, our own checks of files and of the documentation, and the gate between the wings."""
import time

from . import common, prepare
from .common import ADDON, PYTHON, ROOT, say

USAGE = """usage: bin/lint

Static checks of the addon, the tools and the tests; `.venv/bin/ruff check --fix` mends much of what ruff finds."""

# of pylint-odoo, for all files: it counts by addon, and would have one class for what the wings add to a model each
LEFT_OUT = ("consider-merging-classes-inherited",)
EXAMPLE = "tests/addons/crm_enova_like_example"


def checks():
    bin_dir = PYTHON.parent
    return (
        ("ruff", [bin_dir / "ruff", "check", "--quiet", ADDON, "tools", "tests", "bench"]),
        ("pylint-odoo", [PYTHON, "-m", "pylint", "--rcfile=pyproject.toml", "--score=n",
                         f"--disable={','.join(LEFT_OUT)}", ADDON, EXAMPLE]),
        ("compile", [PYTHON, "-W", "error", "-m", "compileall", "-q", "-f", ADDON, "tools", "tests", "bench"]),
        ("files", [PYTHON, ROOT / "tools" / "lint_files.py"]),
        ("readme", [PYTHON, "-m", "tools.readme", "--check"]),
        ("gate", [PYTHON, "-m", "tools.gate"]),
    )


def main(arguments):
    if arguments:
        say(USAGE)
        return 0 if arguments[0] in ("-h", "--help") else 2
    prepare.python_only()
    failed = []
    for name, command in checks():
        start = time.monotonic()
        code, output = common.run(command, cwd=ROOT)
        say(f"{name}: {'passed' if code == 0 else 'FAILED'} ({time.monotonic() - start:.1f} s)")
        if code:
            failed.append(name)
            say(output.rstrip())
    say(f"lint: {len(checks()) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0
