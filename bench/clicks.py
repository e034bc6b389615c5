"""Presses of the mouse and fields typed for the same work with this addon and with Odoo's own Repairs.

Both sides are played in a browser on one database, on the shortest way that was found; what a key does (Tab, Enter, a
shortcut that a screen shows) is free on both. Run by bin/bench clicks, which prints the table of the README.
"""
import contextlib

from browser import Rpc, cinema, expect, setting

ADDON = "crm_enova_like"
PERSON, PHONE, FAULT = "Jan Nowak", "601 222 333", "Nie drukuje"
MODEL, PARTS = "Nano E", ("Głowica drukująca", "Zasilacz sieciowy")
CREATE = ".o_m2o_dropdown_option_create"


class Hand:
    """One person at one screen, and what the work takes."""

    def __init__(self, screen):
        self.screen, self.page, self.clicks, self.typed = screen, screen.page, 0, 0

    def click(self, target):
        """Press what is seen, by locator or selector."""
        target = self.screen.locator(target) if isinstance(target, str) else target
        target.first.click()
        self.clicks += 1

    def type(self, text, *keys):
        """Type into the field that has the focus, and leave it by keys."""
        self.page.keyboard.type(text)
        self.typed += 1
        for key in keys:
            self.page.keyboard.press(key)

    def into(self, field, text, *keys):
        """Go to a field by Tab (here in one step), and type."""
        field.focus()
        self.type(text, *keys)

    def offered(self, text):
        """Wait for what the field offers, as a person does."""
        expect(self.screen.locator(".o-autocomplete--dropdown-item", has_text=text).first).to_be_visible()

    def menu(self, *names):
        """The way through the app's menu: each step is a press."""
        self.screen.menu(*names)
        self.clicks += len(names)


def printed(hand):
    return hand.page.expect_response(lambda answer: "/report/download" in answer.url, timeout=120_000)


# ODOO'S REPAIRS

def repair_take_in(hand):
    screen = hand.screen
    screen.app("repair.menu_repair_order")
    hand.click(".o_list_button_add:visible, .o-kanban-button-new:visible")
    hand.into(screen.field("partner_id").locator("input"), PERSON)
    expect(screen.locator(f"{CREATE}_edit")).to_be_visible()
    hand.page.keyboard.press("ArrowDown")
    hand.page.keyboard.press("Enter")
    hand.into(screen.field("phone", ".modal").locator("input"), PHONE)
    hand.page.keyboard.press("Alt+c")
    expect(screen.locator(".modal")).to_have_count(0)
    hand.into(screen.field("product_id").locator("input"), MODEL)
    hand.offered(MODEL)
    hand.page.keyboard.press("Enter")
    hand.into(screen.field("lot_id").locator("input"), "SN 4711")
    expect(screen.locator(CREATE).first).to_be_visible()
    hand.page.keyboard.press("Enter")
    hand.click('.o_notebook_headers a[name="repair_notes"]')
    hand.into(screen.field("internal_notes").locator(".odoo-editor-editable"), FAULT)
    hand.click(".o_cp_action_menus .o-dropdown")
    screen.locator('.o-dropdown--menu .o_menu_item:has-text("Drukuj"), .o-dropdown--menu .dropdown-toggle').first.hover()
    with printed(hand):
        hand.click('.o-dropdown--menu .o_menu_item:has-text("Zlecenie")')
