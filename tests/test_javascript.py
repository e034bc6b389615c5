"""The unit tests of the addon's own JavaScript (static/tests), by Odoo's framework for them, Hoot, in a browser."""
import re
import time

import pytest
from browser import cinema, setting

from tools import common

pytestmark = pytest.mark.unattended

ADDON = "crm_enova_like"
FOLDER = common.ROOT / ADDON / "static" / "tests"
LIMIT = 300    # seconds; on an idle machine all of them take about ten
SUCCESS, FAILURE = "Test suite succeeded", "Some tests failed"    # what it says last
PASSED = re.compile(r'Test "@crm_enova_like/([^"]+)" passed')
UNFINISHED = re.compile(r"\.(only|debug|skip|todo)\b")


def ident(suite):
    """Hoot's number for a suite, by which a page runs it alone."""
    number = 0
    for char in suite:
        number = (number * 31 + ord(char)) & 0xFFFFFFFF
    return f"{number:08x}"


def test_hoots_number():
    # the example that Odoo's own test gives
    assert ident("@web/core/autocomplete") == "69a6561d"


def test_none_is_left_out():
    files = sorted(FOLDER.rglob("*.test.js"))
    assert files
    for path in files:
        assert not UNFINISHED.search(path.read_text()), f"{path.name} leaves tests out"


def test_units():
    with cinema("javascript", setting("ODOO_TEST_DB"), beside=True) as show, show.filming():
        screen = show.screen("hoot", width=1366, height=768)
        screen.authenticate("admin", "admin")
        screen.page.goto(f"{show.server.url}/web/tests?headless&loglevel=2&preset=desktop&timeout=15000"
                         f"&id={ident(f'@{ADDON}')}", timeout=LIMIT * 1000)
        until = time.monotonic() + LIMIT
        while not any(SUCCESS in text or FAILURE in text for text in screen.said):
            assert time.monotonic() < until, [*screen.problems, *screen.said[-20:]]
            screen.page.wait_for_timeout(200)
        assert any(SUCCESS in text for text in screen.said), "\n".join(screen.problems)
        tried = {found[1].split("/")[0] for text in screen.said if (found := PASSED.search(text))}
        assert tried == {path.name.removesuffix(".test.js") for path in FOLDER.rglob("*.test.js")}
