"""A plugin of pytest for test_loader.py: notes what pytest collects in an addon, and what Odoo's own loader finds."""
import json
import os
from pathlib import Path

from odoo.tests.loader import get_module_test_cases, get_test_modules


def ident(case, method):
    return f"{case.__module__}:{case.__qualname__}.{method}"


def pytest_collection_finish(session):
    collected = [ident(item.cls, item.name) if item.cls else item.nodeid for item in session.items]
    found = [
        ident(type(test), test._testMethodName)
        for module in get_test_modules(os.environ["LOADER_ADDON"]) for test in get_module_test_cases(module)]
    Path(os.environ["LOADER_RESULT"]).write_text(json.dumps([sorted(collected), sorted(found)]))
