"""Each role's first screen and its whole menu, in a browser, in Polish, at the width of a common laptop."""
import pytest
from browser import Rpc, cinema, expect, load_demo, setting

pytestmark = pytest.mark.browser

ADDON = "crm_enova_like"
DESK = {"width": 1366, "height": 768}
# where each begins: what is on the screen, and the groups of the menu
ROLES = {
    "kierownik": (".o_service_overview .o_service_tile", (
        "my_work", "service", "crm", "warehouse", "reporting", "config")),
    "recepcja": (".o_list_view .o_order_strip", ("my_work", "service", "crm", "reporting")),
    "serwisant": (".o_list_view", ("my_work", "service", "crm")),
    "magazyn": (".o_list_view", ("warehouse",)),
    "podglad": (".o_list_view", ("service", "crm", "warehouse", "reporting")),
}
# test_screens opens each entry as the others, and looks at it
OPENS_ALL = ("recepcja", "podglad")
# entries that open something else than a list of ours with its search box
SHOWN = ".o_action_manager .o_view_controller, .o_action_manager .o_service_overview"


def groups_of(screen):
    return screen.locator(".o_menu_sections [data-menu-xmlid]:visible").evaluate_all(
        "nodes => nodes.map(node => node.dataset.menuXmlid)")


def open_each_entry(screen, login, groups):
    """Every entry is one press from its group, and opens without an error."""
    found = 0
    for group in groups:
        section = f"{ADDON}.menu_{group}"
        screen.locator(f'.o_menu_sections [data-menu-xmlid="{section}"]').click()
        entries = screen.locator(".o-dropdown--menu [data-menu-xmlid]")
        expect(entries.first).to_be_visible()
        names = entries.evaluate_all("nodes => nodes.map(node => node.dataset.menuXmlid)")
        screen.page.keyboard.press("Escape")
        found += len(names)
        for name in names if login in OPENS_ALL else names[:1]:
            with screen.page.expect_response(lambda answer: "/web/dataset/call_kw/" in answer.url):
                screen.menu(section, name)
            expect(screen.locator(SHOWN).first).to_be_visible()
            expect(screen.locator(".o_error_dialog, .modal .o_form_view_dialog")).to_have_count(0)
            assert not screen.problems, (login, name, screen.problems)
    return found


def begin(show, login):
    selector, groups = ROLES[login]
    screen = show.screen(login, **DESK)
    screen.login(login, login)
    expect(screen.locator(selector).first).to_be_visible()
    screen.put_mouse_away()
    assert groups_of(screen) == [f"{ADDON}.menu_{group}" for group in groups], login
    expect(screen.locator(".o_menu_sections_more:visible")).to_have_count(0)
    # the name of the app in the bar leads back there
    screen.menu(f"{ADDON}.menu_{groups[0]}", {
        "my_work": f"{ADDON}.menu_my_work_mine", "service": f"{ADDON}.menu_service_device",
        "warehouse": f"{ADDON}.menu_zw"}[groups[0]])
    expect(screen.locator(".o_list_view").first).to_be_visible()
    screen.locator(".o_menu_brand").click()
    expect(screen.locator(selector).first).to_be_visible()
    return screen, groups


def press_the_counters(screen):
    """The strip filters the list, and lets go; Alt+N is the counter, and discarding there stays in the app."""
    expect(screen.locator(".o_searchview_input")).to_be_focused()
    before = screen.locator(".o_pager_limit").inner_text()
    counter = screen.locator('.o_order_counter[data-name="ready"]')
    expect(screen.locator(".o_order_counter")).to_have_count(6)
    count = counter.locator("span").first.inner_text()
    counter.click()
    expect(counter).to_have_attribute("aria-pressed", "true")
    expect(screen.locator(".o_facet_value")).to_have_count(1)
    expect(screen.locator(".o_pager_limit")).to_have_text(count)
    counter.click()
    expect(counter).to_have_attribute("aria-pressed", "false")
    expect(screen.locator(".o_pager_limit")).to_have_text(before)
    screen.page.keyboard.press("Alt+n")
    expect(screen.locator(".o_form_view .o_field_widget[name=partner_id]").first).to_be_visible()
    screen.locator(".o_form_button_cancel").click()
    expect(screen.locator(".o_order_strip")).to_be_visible()
    # straight from the menu there is nothing behind it
    screen.menu(f"{ADDON}.menu_service", f"{ADDON}.menu_service_counter")
    expect(screen.locator(".o_form_view")).to_be_visible()
    screen.locator(".o_form_button_cancel").click()
    expect(screen.locator(".o_order_strip")).to_be_visible()


def look_over(show, screen):
    """Eight tiles, four in a row, each opens its list; two in a row on a phone, and the stages are a list there."""
    tiles = screen.locator('section[data-name="now"] .o_service_tile')
    expect(tiles).to_have_count(8)
    assert rows_of(tiles) == 2
    number = screen.locator('.o_service_tile[data-name="overdue"] .h2').inner_text()
    screen.locator('.o_service_tile[data-name="overdue"]').click()
    expect(screen.locator(".o_pager_limit")).to_have_text(number)
    screen.back()
    part = screen.locator(".o_service_bar_part").first
    number = part.locator("span").first.inner_text()
    part.click()
    expect(screen.locator(".o_pager_limit")).to_have_text(number)
    screen.back()
    screen.locator(".o_service_overview_refresh").click()
    expect(screen.locator('tr[data-user="0"]')).to_be_visible()
    phone = show.screen("kierownik_phone", width=360, height=800, has_touch=True, is_mobile=True)
    phone.login("kierownik", "kierownik")
    tiles = phone.locator('section[data-name="now"] .o_service_tile')
    expect(tiles).to_have_count(8)
    assert rows_of(tiles) == 4
    parts = phone.locator(".o_service_bar_part")
    assert rows_of(parts) == parts.count()
    assert phone.page.evaluate("document.querySelector('.o_service_overview').scrollWidth") <= 360


def rows_of(tiles):
    return len(set(tiles.evaluate_all("nodes => nodes.map(node => Math.round(node.getBoundingClientRect().top))")))


@pytest.mark.timeout(1800)
def test_each_role_begins_with_its_day():
    with cinema("start_screens", setting("ODOO_TEST_DB"), load_demo) as show, show.filming():
        admin = Rpc(show.server, "admin", "admin")
        for login in ROLES:
            screen, groups = begin(show, login)
            if login == "recepcja":
                press_the_counters(screen)
            if login == "kierownik":
                look_over(show, screen)
            assert open_each_entry(screen, login, groups) > 2, login
            [user] = admin.read("res.users", [("login", "=", login)], "action_id")
            assert not user["action_id"], "the screen is written to nobody"
