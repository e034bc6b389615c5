"""The tests from outside find the tools, and the databases that bin/test made for them."""
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def database(variable):
    if not os.environ.get(variable):
        pytest.skip(f"{variable} is not set: run this by bin/test")
    return os.environ[variable]


@pytest.fixture(scope="session")
def base_database():
    """A Polish company without the addon, to be copied only (tools.databases.clone)."""
    return database("ODOO_TEST_TEMPLATE")


@pytest.fixture(scope="session")
def addon_database():
    """The same with the addon, to be copied only; copies are named after it, so that bin/test drops them."""
    return database("ODOO_TEST_DB")
