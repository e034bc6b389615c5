"""One working day of a receptionist, in a browser, in Polish: three devices taken in, *kiedy gotowe?* answered, a call
with what follows from it, a device handed back with its paper. The names have sixty characters."""
import re

import pytest
from browser import Rpc, cinema, expect, setting
from days import ADDON, DEVICE, FAULT, FIRM, Day, day, employ, long, shown

pytestmark = pytest.mark.browser

SERVICE, CRM = f"{ADDON}.menu_service", f"{ADDON}.menu_crm"
RECEPTION = "recepcja"
PEOPLE = {
    RECEPTION: ("Katarzyna Brzęczyszczykiewicz", (f"{ADDON}.group_user",)),
    "technik": ("Aleksandra Szczepańska-Kwiatkowska", (f"{ADDON}.group_technician",)),
}
COUNTERS = ["Do odbioru", "Termin dziś", "Przeterminowane", "Czeka na decyzję klienta", "Zgłoszenia nowe",
            "Do zadzwonienia dziś"]
# known by phone, new, and known by NIP
KNOWN, KNOWN_PHONE, TYPED_PHONE = long("Zofia Wiśniewska"), "+48 602 555 200", "602-555-200"
NEW, NEW_PHONE = long("Jan Nowak"), "601 222 333"
NIP, TYPED_NIP = "PL7849990021", "784-999-00-21"
SERIALS = {"known": "SN-2026-KASA-000123", "new": "SN-2026-KASA-000777", "firm": "SN-2026-KASA-000999"}
READY, READY_OWNER, ASKER_PHONE = "SN-2026-GOTOWA-01", long("Anna Zawadzka"), "603555201"
ASKER, DUE = long("Tomasz Hoffmann"), 23
CALL, SAID = long("Pytanie o cenę przeglądu kas w sklepach"), "Prosi o ofertę na piśmie"
DEVICES, MODAL = '.o_field_widget[name="device_line_ids"]', ".modal"
PRESSES = """
    if (window.presses === undefined) {
        document.addEventListener("pointerdown", () => (window.presses += 1), true);
    }
    window.presses = 0;
"""


def settle_in(admin):
    """The firm: two who bring something again, one who asks, and one whose device is ready."""
    users = employ(admin, PEOPLE)
    device_type = admin.create("crm.service.device.type", name=long("Kasy i drukarki fiskalne"), prefix="KF")
    model = admin.create("crm.service.device.model", name=DEVICE, type_id=device_type)

    def contractor(name, **vals):
        return admin.create("res.partner", name=name, lang="pl_PL", city="Ostrowiec Świętokrzyski", **vals)

    def device(serial, owner):
        return admin.create("crm.service.device", name=DEVICE, serial_number=serial, model_id=model, partner_id=owner)

    device(SERIALS["known"], contractor(KNOWN, phone=KNOWN_PHONE))
    device(SERIALS["firm"], contractor(FIRM, is_company=True, vat=NIP, phone="+48 61 555 22 33"))
    order = {"user_id": users["technik"], "requester_id": users[RECEPTION]}
    asker = contractor(ASKER, phone=ASKER_PHONE)
    admin.create("crm.service.order", partner_id=asker, date_deadline=day(DUE), **order, device_line_ids=[
        (0, 0, {"device_id": device("SN-2026-PYTANIE-01", asker), "fault": FAULT})])
    owner = contractor(READY_OWNER, phone="604 555 202")
    ready = admin.create("crm.service.order", partner_id=owner, date_deadline=day(1), **order, device_line_ids=[
        (0, 0, {"device_id": device(READY, owner), "fault": FAULT})])
    admin.call("crm.service.order", "action_accept", [ready])
    admin.call("crm.service.order", "action_start", [ready])
    admin.call("crm.service.order", "action_done_repaired", [ready])
    return ready


def begin(today):
    """The orders, without choosing a menu: six counters above, the search box has the focus, nothing under the plus."""
    screen = today.screen
    screen.login(RECEPTION, RECEPTION)
    expect(screen.locator(".o_list_view .o_order_strip")).to_be_visible()
    expect(screen.locator(".o_order_counter_label")).to_have_text(COUNTERS)
    expect(screen.locator(".o_searchview_input")).to_be_focused()
    expect(screen.locator(".o_menu_sections_more:visible")).to_have_count(0)
    expect(screen.rows(ASKER)).to_have_count(1)
    today.visit("orders", "orders")


def when_ready(today):
    """*Kiedy gotowe?* by a phone number: typed and Enter, and the row says the date."""
    screen = today.screen
    today.page.evaluate(PRESSES)
    screen.page.keyboard.type(ASKER_PHONE)
    screen.page.keyboard.press("Enter")
    expect(screen.rows()).to_have_count(1)
    expect(screen.rows(ASKER).locator('td[name="date_deadline"]')).to_contain_text(shown(day(DUE)))
    assert today.page.evaluate("window.presses") <= 2
    today.visit("orders by phone", "orders")


def counter(today):
    """Alt+N from the orders; a new order that is not wanted is discarded, and the receptionist is still in the app."""
    screen = today.screen
    screen.page.keyboard.press("Alt+n")
    contractor = screen.field("partner_id").locator("input")
    expect(contractor).to_be_focused()
    return contractor


def discard(today):
    counter(today)
    today.screen.locator(".o_form_button_cancel").click()
    expect(today.screen.locator(".o_list_view .o_order_strip")).to_be_visible()
    expect(today.screen.locator(".o_menu_brand")).to_have_text("CRM i serwis")


def accept(today, serial, kind):
    """The fault, and the paper: with it in the customer's hand the order is accepted."""
    screen, keyboard = today.screen, today.page.keyboard
    expect(screen.locator(".o_form_view .alert-info:visible")).to_contain_text(serial)
    keyboard.press("Tab")
    keyboard.type(FAULT)
    today.visit(f"counter: {kind}")
    receipt = today.paper(lambda: keyboard.press("Alt+r"))
    assert len(receipt.pages) >= 1
    expect(screen.stage()).to_have_text("Przyjęte")
    expect(screen.button("action_start")).to_be_visible()
    today.visit(f"order: {kind}")


def type_known_device(screen, serial):
    device = screen.field("device_id", f"{DEVICES} .o_selected_row").locator("input")
    expect(device).to_be_focused()
    screen.page.keyboard.type(serial)
    expect(screen.offered(serial, on_enter=True)).to_be_visible()
    screen.page.keyboard.press("Enter")


def take_in_known(today, typed, name, serial, tabs):
    """Somebody found by a number of theirs, however it is written."""
    screen, keyboard = today.screen, today.page.keyboard
    contractor = counter(today)
    keyboard.type(typed)
    expect(screen.offered(name[:30], on_enter=True)).to_be_visible()
    keyboard.press("Enter")
    # a firm's name is followed by its NIP
    expect(contractor).to_have_value(re.compile(re.escape(name)))
    for _tab in range(tabs):
        keyboard.press("Tab")
    type_known_device(screen, serial)
    accept(today, serial, "a firm" if name == FIRM else "a person")


def take_in_new(today):
    """A private person whom nobody knows, with a device that nobody knows: all by keyboard."""
    screen, keyboard = today.screen, today.page.keyboard
    contractor = counter(today)
    keyboard.type(NEW)
    expect(screen.locator(".o_m2o_dropdown_option_create_edit")).to_be_visible()
    keyboard.press("Enter")
    name = screen.field("name", MODAL).locator("input")
    expect(name).to_be_focused()
    expect(name).to_have_value(NEW)
    keyboard.press("Tab")
    keyboard.type(NEW_PHONE)
    today.visit("new person")
    keyboard.press("Alt+c")
    today.dialog_is_gone()
    expect(contractor).to_have_value(NEW)
    keyboard.press("Tab")
    expect(screen.field("partner_phone").locator("input")).to_have_value("+48 601 222 333")
    keyboard.press("Tab")
    device = screen.field("device_id", f"{DEVICES} .o_selected_row").locator("input")
    expect(device).to_be_focused()
    keyboard.type(SERIALS["new"])
    expect(screen.locator(".o_m2o_dropdown_option_create_edit")).to_be_visible()
    keyboard.press("Enter")
    model = screen.field("model_id", MODAL).locator("input")
    expect(model).to_be_focused()
    keyboard.type(DEVICE)
    expect(screen.offered(DEVICE, on_enter=True)).to_be_visible()
    keyboard.press("Enter")
    expect(screen.field("name", MODAL).locator("input")).to_have_value(DEVICE)
    today.visit("new device")
    keyboard.press("Alt+c")
    today.dialog_is_gone()
    accept(today, SERIALS["new"], "a person")


def take_in_three(today, admin):
    # a private person has a phone behind the name, a firm whoever brought it, too
    take_in_known(today, TYPED_PHONE, KNOWN, SERIALS["known"], 2)
    back_to_orders(today)
    take_in_new(today)
    back_to_orders(today)
    take_in_known(today, TYPED_NIP, FIRM, SERIALS["firm"], 3)
    lines = admin.read("crm.service.order.device", [("device_id.serial_number", "in", list(SERIALS.values()))],
                       "fault", "order_state")
    assert [(line["fault"], line["order_state"]) for line in lines] == 3 * [(FAULT, "accepted")]
    back_to_orders(today)


def back_to_orders(today):
    """The app's name in the bar is the way to where the day began."""
    today.screen.locator(".o_menu_brand").click()
    expect(today.screen.locator(".o_list_view .o_order_strip")).to_be_visible()


def take_a_call(today, admin):
    """A number is typed, the contractor and the person are there; what follows is planned by the press that saves."""
    screen = today.screen
    screen.locator(".o_crm_quick_event").click()
    screen.fill("name", CALL, MODAL)
    number = screen.field("phone", MODAL).locator("input")
    number.fill(ASKER_PHONE)
    number.press("Tab")
    expect(screen.field("partner_id", MODAL).locator("input")).to_have_value(ASKER)
    screen.fill("description", SAID, MODAL)
    today.visit("a call")
    today.page.evaluate(PRESSES)
    screen.button("action_follow_up", MODAL).click()
    expect(screen.locator(MODAL, has_text="Zadanie")).to_be_visible()
    assert today.page.evaluate("window.presses") == 1
    today.visit("the task of a call")
    screen.locator(f"{MODAL} .o_form_button_save:visible").last.click()
    today.dialog_is_gone()
    [event] = admin.read("crm.event", [("name", "=", CALL)], "partner_id", "follow_up_ids", "description")
    assert event["partner_id"][1].startswith(ASKER)
    [task] = admin.read("crm.task", [("id", "in", event["follow_up_ids"])], "partner_id", "user_id")
    assert task["partner_id"] == event["partner_id"]
    screen.menu(CRM, f"{ADDON}.menu_event")
    expect(screen.rows(CALL)).to_have_count(1)
    today.visit("events", "events")


def hand_back(today, admin, order):
    """*Do odbioru*, the order, the dialog, the paper; and the paper once more from the order."""
    screen = today.screen
    screen.menu(SERVICE, f"{ADDON}.menu_service_order_ready")
    expect(screen.locator(".o_control_panel .o_breadcrumb, .o_control_panel .breadcrumb").first).to_contain_text(
        "Do odbioru")
    expect(screen.rows()).to_have_count(1)
    today.visit("ready for collection")
    screen.rows(READY_OWNER[:30]).locator('td[name="name"]').click()
    screen.press("action_open_release")
    expect(screen.field("device_line_ids", MODAL).locator("input:checked")).to_have_count(1)
    today.visit("handing back")
    paper = today.paper(lambda: screen.press("action_release_and_print", MODAL))
    today.dialog_is_gone()
    [line] = admin.read("crm.service.order.device", [("order_id", "=", order)], "date_released", "released_to")
    assert line["date_released"]
    screen.locator(".o_crm_papers").click()
    offered = screen.locator(".o-dropdown--menu .o-dropdown-item", has_text="wydania")
    expect(offered).to_have_count(1)
    today.visit("the order's papers")
    again = today.paper(offered.click)
    assert len(again.pages) == len(paper.pages)
    screen.menu(SERVICE, f"{ADDON}.menu_service_order_ready")
    expect(screen.rows()).to_have_count(0)


def play(show):
    admin = Rpc(show.server, "admin", "admin")
    ready = settle_in(admin)
    today = Day(show, RECEPTION)
    begin(today)
    when_ready(today)
    discard(today)
    take_in_three(today, admin)
    take_a_call(today, admin)
    hand_back(today, admin, ready)
    today.end()


def test_one_day_of_a_receptionist():
    assert {len(name) for name in (FIRM, DEVICE, FAULT)} == {60}
    with cinema("receptionist_day", setting("ODOO_TEST_DB")) as show, show.filming():
        play(show)
