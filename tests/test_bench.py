"""Every benchmark of bin/bench runs, at its smallest size; those in a browser are in test_bench_browser.py."""
import re
import subprocess

import pytest

from tools import bench, common


def run(name):
    """Run a benchmark at its smallest size; it ends well and prints its table."""
    command = bench.COMMANDS[name]
    done = subprocess.run([common.ROOT / "bin" / "bench", name, *command.smallest], cwd=common.ROOT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=800, check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stdout
    for pattern in command.says:
        assert any(re.fullmatch(pattern, line.strip()) for line in done.stdout.splitlines()), (pattern, done.stdout)
    assert command.says, "a benchmark that prints nothing measures nothing"


@pytest.mark.parametrize("name", [name for name, command in bench.COMMANDS.items() if not command.browser])
def test_smallest(name):
    run(name)
