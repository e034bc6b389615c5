"""A customer at the counter, in a browser, in Polish: a device taken in by keyboard, a repair declined, one of two
devices handed back to somebody else."""
import pytest
from browser import Rpc, cinema, expect, setting

pytestmark = pytest.mark.browser

ADDON = "crm_enova_like"
ROOT, SERVICE = f"{ADDON}.menu_root", f"{ADDON}.menu_service"
PERSON, PHONE, SERIAL, MODEL = "Jan Nowak", "601 222 333", "SN 4711", "Nano E"
FAULT, CONDITION, WITH_IT = "Nie drukuje", "Rysy na obudowie", "Zasilacz"
COLLECTOR, FEE = "Ewa Sąsiadka", 80.0
DEVICES = '.o_field_widget[name="device_line_ids"]'
# fields that get a letter, and presses of the mouse
COUNT = """
    window.typed = new Set();
    window.clicks = 0;
    document.addEventListener("input", (ev) => window.typed.add(
        (ev.target.closest(".modal") ? "dialog " : "") + ev.target.closest(".o_field_widget")?.getAttribute("name")));
    document.addEventListener("pointerdown", () => (window.clicks += 1), true);
"""


def settle_in(admin):
    """A receptionist, a model of devices, a fee for the diagnosis, and an order with two devices."""
    admin.create(
        "res.users", name="Renata Recepcja", login="recepcja", password="recepcja", lang="pl_PL", tz="Europe/Warsaw",
        group_ids=[(6, 0, [admin.ref(group) for group in ("base.group_user", f"{ADDON}.group_user")])])
    device_type = admin.create("crm.service.device.type", name="Kasa fiskalna", prefix="KF")
    model = admin.create("crm.service.device.model", name=MODEL, type_id=device_type)
    types = admin.call("crm.service.order.type", "search", [])
    admin.call("crm.service.order.type", "write", types, {"diagnosis_fee": FEE})
    firm = admin.create("res.partner", name="Hurtownia Beta", is_company=True, lang="pl_PL")
    devices = [admin.create("crm.service.device", serial_number=serial, model_id=model, partner_id=firm)
               for serial in ("BETA 1", "BETA 2")]
    return admin.create("crm.service.order", partner_id=firm, device_line_ids=[
        (0, 0, {"device_id": device, "fault": FAULT}) for device in devices])


def printed(screen):
    """What the next press prints: the server's answer, which has to be a PDF."""
    return screen.page.expect_response(lambda response: "/report/download" in response.url, timeout=120_000)


def is_pdf(answer):
    assert answer.value.status == 200, answer.value.status
    assert answer.value.headers["content-type"] == "application/pdf"


def take_in(screen):
    """Everything by keyboard, from the first letter to the paper. Returns what it took."""
    page, keyboard = screen.page, screen.page.keyboard
    screen.login("recepcja", "recepcja")
    screen.app(ROOT)
    screen.menu(SERVICE, f"{ADDON}.menu_service_counter")
    page.evaluate(COUNT)
    contractor = screen.field("partner_id").locator("input")
    expect(contractor).to_be_focused()
    # nobody has this name: the first thing offered is to write it down
    keyboard.type(PERSON)
    expect(screen.locator(".o_m2o_dropdown_option_create_edit")).to_be_visible()
    keyboard.press("Enter")
    expect(screen.field("name", ".modal").locator("input")).to_be_focused()
    expect(screen.field("name", ".modal").locator("input")).to_have_value(PERSON)
    keyboard.press("Tab")
    keyboard.type(PHONE)
    keyboard.press("Alt+c")
    expect(screen.locator(".modal")).to_have_count(0)
    expect(contractor).to_be_focused()
    expect(contractor).to_have_value(PERSON)
    keyboard.press("Tab")
    expect(screen.field("partner_phone").locator("input")).to_have_value("+48 601 222 333")
    keyboard.press("Tab")
    device = screen.field("device_id", f"{DEVICES} .o_selected_row")
    expect(device.locator("input")).to_be_focused()
    keyboard.type(SERIAL)
    expect(screen.locator(".o_m2o_dropdown_option_create_edit")).to_be_visible()
    keyboard.press("Enter")
    model = screen.field("model_id", ".modal").locator("input")
    expect(model).to_be_focused()
    keyboard.type(MODEL)
    expect(screen.offered(MODEL, on_enter=True)).to_be_visible()
    keyboard.press("Enter")
    expect(model).to_have_value(MODEL)
    expect(screen.field("name", ".modal").locator("input")).to_have_value(MODEL)
    keyboard.press("Alt+c")
    expect(screen.locator(".modal")).to_have_count(0)
    expect(screen.locator(".o_form_view .alert-info:visible")).to_contain_text(SERIAL)
    for text in (FAULT, CONDITION, WITH_IT):
        keyboard.press("Tab")
        keyboard.type(text)
    with printed(screen) as answer:
        keyboard.press("Alt+r")
    is_pdf(answer)
    # with the receipt in the customer's hand the order is accepted
    expect(screen.stage()).to_have_text("Przyjęte")
    return page.evaluate("[window.clicks, [...window.typed]]")


def decline(screen, admin):
    """The customer does not want the repair at its price: what remains to pay is the diagnosis."""
    screen.press("action_open_details", DEVICES)
    screen.press("action_decline", ".modal")
    # the question stands above the form, which has a button to save
    expect(screen.locator(".modal")).to_have_count(2)
    screen.locator(".modal").last.locator(".modal-footer .btn-primary").click()
    expect(screen.locator(".modal")).to_have_count(0)
    screen.tab("lines")
    expect(screen.rows(inside='.o_field_widget[name="line_ids"]')).to_have_count(1)
    expect(screen.rows(inside='.o_field_widget[name="line_ids"]')).to_contain_text("80,00")
    [line] = admin.read("crm.service.order.line", [("order_id.partner_id.name", "=", PERSON)],
                        "kind", "billing", "subtotal")
    assert (line["kind"], line["billing"], line["subtotal"]) == ("labour", "billable", FEE)


def hand_back_one(screen, admin, order):
    """One of two devices goes to somebody else, whose name stays on the paper and in the order."""
    screen.open(f"/odoo/service-orders/{order}")
    screen.rows("BETA 1", DEVICES).locator('button[name="action_repaired"]').click()
    screen.press("action_open_release")
    expect(screen.locator('.modal .o_field_widget[name="device_line_ids"] input:checked')).to_have_count(1)
    screen.field("by_other", ".modal").locator("input").check()
    screen.fill("released_to", COLLECTOR, ".modal")
    screen.field("id_checked", ".modal").locator("input").check()
    with printed(screen) as answer:
        screen.press("action_release_and_print", ".modal")
    is_pdf(answer)
    expect(screen.locator(".modal")).to_have_count(0)
    lines = admin.read("crm.service.order.device", [("order_id", "=", order)],
                       "serial_number", "date_released", "released_to", "collector_id_checked")
    by_serial = {line["serial_number"]: line for line in lines}
    assert by_serial["BETA 1"]["date_released"]
    assert by_serial["BETA 1"]["released_to"] == COLLECTOR
    assert by_serial["BETA 1"]["collector_id_checked"]
    assert not by_serial["BETA 2"]["date_released"]


def play(show):
    admin = Rpc(show.server, "admin", "admin")
    order = settle_in(admin)
    screen = show.screen("recepcja", width=1366, height=768)
    clicks, typed = take_in(screen)
    print(f"Take a device in: 2 clicks for the menu, {len(typed)} fields typed: {', '.join(typed)}")
    assert clicks == 0, "after the menu and its item, nothing"
    assert len(typed) == 7, typed
    decline(screen, admin)
    hand_back_one(screen, admin, order)


def test_a_customer_at_the_counter():
    with cinema("counter", setting("ODOO_TEST_DB")) as show, show.filming():
        play(show)
