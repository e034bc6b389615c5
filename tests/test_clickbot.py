"""Odoo's own click-through of every menu, view and filter of the app, on the demo firm."""
import time

import pytest
from browser import cinema, load_demo, setting

pytestmark = pytest.mark.unattended

START = """
    odoo.loader.modules.get("@web/webclient/clickbot/clickbot_loader").startClickEverywhere("crm_enova_like.menu_root")
"""
SUCCESS = "clickbot test succeeded"
LIMIT = 1200    # seconds; on an idle machine of two cores all of them take about two minutes
PEOPLE = ("kierownik", "serwisant", "magazyn", "podglad")


def finished(screen):
    if screen.problems:
        screen.ask_again()
    return SUCCESS in screen.said or screen.problems


@pytest.mark.timeout(LIMIT + 600)
def test_every_menu_for_each_role():
    with cinema("clickbot", setting("ODOO_TEST_DB"), load_demo, beside=True) as show, show.filming():
        for login in PEOPLE:
            show.screen(login, height=500).login(login, login)    # nobody looks: there is less to draw
        # all at once: the server's work for one goes on while another's browser draws
        for screen in show.screens.values():
            screen.page.evaluate(START)
        until = time.monotonic() + LIMIT
        for login, screen in show.screens.items():
            while not finished(screen):
                assert time.monotonic() < until, (login, screen.said[-20:])
                screen.page.wait_for_timeout(500)
            assert SUCCESS in screen.said, (login, screen.problems, screen.said[-20:])
            assert any(text.startswith("Testing menu") for text in screen.said), (login, screen.said)
