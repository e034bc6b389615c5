"""The benchmarks that are played in a browser run, at their smallest size."""
import pytest
from test_bench import run

from tools import bench

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", [name for name, command in bench.COMMANDS.items() if command.browser])
def test_smallest(name):
    run(name)
