"""A technician with a phone and a keeper at a desk: an order from the queue to its end, in a browser, in Polish."""
import base64
import re

import pytest
from browser import Rpc, cinema, expect, setting

pytestmark = pytest.mark.browser

ADDON = "crm_enova_like"
PHONE = {"width": 360, "height": 740, "has_touch": True, "is_mobile": True}
THUMB = 40    # pixels, the least height of what a thumb has to hit
PEOPLE = {
    "recepcja": ("Renata Recepcja", f"{ADDON}.group_user"),
    "serwisant": ("Stefan Serwisant", f"{ADDON}.group_technician"),
    "magazyn": ("Mariola Magazyn", "stock.group_stock_user"),
}
CONTRACTOR, STREET, NUMBER = "Piekarnia Kłos", "Rynek 5", "+48 61 555 22 33"
DEVICE, SERIAL, FAULT, DIAGNOSIS = "Kasa Nano E", "ABC-2001", "Nie drukuje", "Zużyta głowica i rolka"
HEAD, HEAD_CODE = "Głowica drukująca", "5901111000014"
ROLLER, ROLLER_CODE = "Rolka podajnika", "5901111000021"
OTHER, OTHER_CODE = "Wentylator", "5901111000038"
IN_STOCK = 5.0
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
SCAN, ANSWER = ".o_crm_scan_code", ".o_crm_scan_answer"
COUNT = """() => {
    window.crmCount = { clicks: 0, typed: 0 };
    document.addEventListener("click", (ev) => { window.crmCount.clicks += ev.isTrusted ? 1 : 0; }, true);
    document.addEventListener("change", (ev) => { window.crmCount.typed += ev.isTrusted ? 1 : 0; }, true);
}"""


def settle_in(admin):
    """The firm's people, a contractor with an address, a device, parts with barcodes, and an order in the queue."""
    users = {}
    for login, (name, group) in PEOPLE.items():
        users[login] = admin.create(
            "res.users", name=name, login=login, password=login, lang="pl_PL", tz="Europe/Warsaw",
            group_ids=[(6, 0, [admin.ref("base.group_user"), admin.ref(group)])])
    contractor = admin.create(
        "res.partner", name=CONTRACTOR, is_company=True, street=STREET, zip="60-001", city="Poznań", phone=NUMBER)
    kind = admin.create("crm.service.device.type", name="Kasa fiskalna", prefix="KASA")
    device = admin.create(
        "crm.service.device", name=DEVICE, type_id=kind, serial_number=SERIAL, partner_id=contractor)
    [warehouse] = admin.read("stock.warehouse", [], "lot_stock_id")
    for name, code in ((HEAD, HEAD_CODE), (ROLLER, ROLLER_CODE), (OTHER, OTHER_CODE)):
        part = admin.create(
            "product.product", name=name, barcode=code, type="consu", is_storable=True, standard_price=50.0)
        quant = admin.create(
            "stock.quant", product_id=part, location_id=warehouse["lot_stock_id"][0], inventory_quantity=IN_STOCK)
        admin.call("stock.quant", "action_apply_inventory", [quant])
    [order_type] = admin.call("crm.service.order.type", "search", [], limit=1)
    admin.call("crm.service.order.type", "write", [order_type], {"issue_by": "warehouse"})
    reception = Rpc(admin.server, "recepcja", "recepcja")
    return new_order(reception, contractor, device), order_type


def new_order(reception, contractor, device, **vals):
    order = reception.create("crm.service.order", partner_id=contractor, device_line_ids=[
        (0, 0, {"device_id": device, "fault": FAULT})], **vals)
    reception.call("crm.service.order", "action_accept", [order])
    [data] = reception.read("crm.service.order", [("id", "=", order)], "name")
    return data


def statuses(admin):
    """The words that a part's status has on the screen."""
    names = admin.call("crm.service.order.line", "fields_get", ["issue_status"], context={"lang": "pl_PL"})
    return dict(names["issue_status"]["selection"])


def fits(screen, *selectors):
    """Nothing is wider than the phone, and each of these is within it and as high as a thumb."""
    for selector in selectors:
        element = screen.locator(f"{selector}:visible").first
        expect(element).to_be_visible()
        box = element.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"], (selector, box)
        assert box["height"] >= THUMB, (selector, box)
    width, inner = screen.page.evaluate("() => [document.scrollingElement.scrollWidth, window.innerWidth]")
    assert inner == PHONE["width"] and width <= inner, (width, inner)


def button(name):
    return f'button[name="{name}"]'


def scan(screen, code):
    """As a hand scanner does it: the digits, and Enter."""
    field = screen.locator(SCAN)
    field.fill(code)
    field.press("Enter")


def scan_anywhere(screen, code):
    """A hand scanner while no field has the cursor, its keys as fast as one sends them, however busy the machine is."""
    screen.page.evaluate("""(code) => {
        for (const key of [...code, "Enter"]) {
            const pressed = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
            document.activeElement.dispatchEvent(pressed);
        }
    }""", code)


def scanned(screen, kind, text):
    expect(screen.locator(f"{ANSWER}.alert-{kind}")).to_contain_text(text)


def card(screen, text):
    return screen.locator(".o_kanban_record:not(.o_kanban_ghost)", has_text=text)


def part(screen, name):
    return card(screen, name).filter(has=screen.locator(".badge"))


def my_orders(screen):
    screen.open(f"/odoo/action-{ADDON}.action_crm_service_order_my")
    expect(screen.locator(".o_kanban_view")).to_be_visible()


def take(screen, number):
    """From the list of cards that a phone opens with: the queue is under one's own orders."""
    screen.login("serwisant", "serwisant")
    my_orders(screen)
    expect(screen.locator(".o_kanban_group")).to_have_count(0)
    order = card(screen, number)
    expect(order).to_contain_text(CONTRACTOR)
    expect(order.locator("a.o_crm_job_map")).to_have_attribute("href", re.compile(r"google\.com/maps.*Rynek"))
    expect(order.locator("a.o_crm_job_phone")).to_have_attribute("href", "tel:+48615552233")
    fits(screen, button("action_take"), "a.o_crm_job_phone", "a.o_crm_job_map")
    order.locator(button("action_take")).click()
    fits(screen, button("action_start"))
    order.locator(button("action_start")).click()
    expect(order.locator(button("action_open_job"))).to_be_visible()
    fits(screen, button("action_open_job"))
    order.locator(button("action_open_job")).click()
    expect(screen.locator(".o_form_view .o_crm_job")).to_be_visible()


def diagnose(screen):
    devices = '.o_field_widget[name="device_line_ids"]'
    fits(screen, f'{devices} {button("action_open_job")}', button("action_add_from_catalog"), SCAN,
         button("action_wait_for_parts"), button("action_done"))
    screen.locator(f'{devices} {button("action_open_job")}').click()
    screen.fill("diagnosis", DIAGNOSIS)
    fits(screen, button("action_repaired"), button("action_no_fault"), button("action_decline"),
         '[name="photo_before_ids"] button.o_attach', '[name="photo_after_ids"] button.o_attach')
    screen.locator(".o_back_button").click()
    expect(screen.locator(f"{devices} .o_kanban_record", has_text=DIAGNOSIS)).to_be_visible()


def add_parts(screen, names):
    """By barcode; a device's number is no part, and the same part again is asked about."""
    scan(screen, HEAD_CODE)
    scanned(screen, "success", HEAD)
    scan(screen, SERIAL)
    scanned(screen, "danger", SERIAL)
    scan(screen, HEAD_CODE)
    scanned(screen, "warning", HEAD)
    fits(screen, ".o_crm_scan_more", ".o_crm_scan_enough")
    screen.locator(".o_crm_scan_enough").click()
    expect(screen.locator(ANSWER)).to_have_count(0)
    scan(screen, ROLLER_CODE)
    scanned(screen, "success", ROLLER)
    for name in (HEAD, ROLLER):
        expect(part(screen, name)).to_contain_text(names["planned"])
    fits(screen, button("action_issue_parts_screen"))
    screen.locator(f'{button("action_issue_parts_screen")}:visible').click()
    for name in (HEAD, ROLLER):
        expect(part(screen, name)).to_contain_text(names["keeper"])
    expect(screen.locator(f'{button("action_issue_parts_screen")}:visible')).to_have_count(0)
    fits(screen, SCAN)
    # a catalogue is there as well
    screen.locator(button("action_add_from_catalog")).click()
    expect(card(screen, OTHER)).to_be_visible()
    expect(screen.locator(".o-kanban-button-back").first).to_have_text("Powrót do zlecenia")
    fits(screen)
    screen.locator(".o_back_button").click()
    expect(screen.locator(SCAN)).to_be_visible()


def issue(screen, admin, number):
    """The keeper: the order's RW from the list, both parts by scan, and what is scanned by mistake."""
    screen.login("magazyn", "magazyn")
    screen.open(f"/odoo/action-{ADDON}.action_rw_to_issue")
    row = screen.rows(number)
    expect(row).to_contain_text(PEOPLE["serwisant"][0])
    expect(row).to_contain_text(DEVICE)
    screen.page.evaluate(COUNT)
    row.locator('td[name="name"]').click()
    expect(screen.locator(SCAN)).to_be_visible()
    scan_anywhere(screen, HEAD_CODE)
    scanned(screen, "success", HEAD)
    scan(screen, OTHER_CODE)
    scanned(screen, "danger", OTHER)
    scan(screen, HEAD_CODE)
    scanned(screen, "danger", HEAD)
    scan(screen, ROLLER_CODE)
    scanned(screen, "success", ROLLER)
    screen.press("button_validate")
    expect(screen.field("name")).to_have_text(re.compile(r"RW/20\d\d/\d{5}"))
    count = screen.page.evaluate("() => window.crmCount")
    print(f"two parts by the keeper: {count['clicks']} clicks, 2 scans (2 more were mistakes)")
    assert count["clicks"] == 2, count
    lines = admin.read("crm.service.order.line", [("order_id.name", "=", number)], "quantity", "quantity_issued")
    assert [(line["quantity"], line["quantity_issued"]) for line in lines] == [(1.0, 1.0), (1.0, 1.0)]


def finish(screen, admin, number, names):
    """The technician sees that the parts are out, photographs the device and ends the order."""
    my_orders(screen)
    expect(card(screen, number)).to_contain_text(names["issued"])
    [activity] = admin.read("mail.activity", [("res_model", "=", "crm.service.order")], "user_id", "note")
    assert activity["user_id"][1] == PEOPLE["serwisant"][0]
    assert HEAD in activity["note"] and ROLLER in activity["note"]
    card(screen, number).locator(button("action_open_job")).click()
    for name in (HEAD, ROLLER):
        expect(part(screen, name)).to_contain_text(names["issued"])
    screen.locator(f'.o_field_widget[name="device_line_ids"] {button("action_open_job")}').click()
    for field in ("photo_before_ids", "photo_after_ids"):
        screen.locator(f'[name="{field}"] input[type="file"]').set_input_files(
            {"name": f"{field}.png", "mimeType": "image/png", "buffer": PICTURE})
        expect(screen.locator(f'[name="{field}"] .o_attachment')).to_have_count(1)
    fits(screen, button("action_repaired"))
    screen.locator(button("action_repaired")).click()
    expect(screen.locator(button("action_reopen"))).to_be_visible()
    screen.locator(".o_back_button").click()
    fits(screen, button("action_done"))
    screen.locator(button("action_done")).click()
    expect(screen.locator(button("action_done"))).to_have_count(0)
    fits(screen)
    [order] = admin.read("crm.service.order", [("name", "=", number)], "state", "user_id")
    assert (order["state"], order["user_id"][1]) == ("done", PEOPLE["serwisant"][0])
    [device] = admin.read("crm.service.order.device", [("order_id.name", "=", number)],
                          "photo_before_ids", "photo_after_ids", "diagnosis", "state")
    assert len(device["photo_before_ids"]) == len(device["photo_after_ids"]) == 1
    assert (device["diagnosis"], device["state"]) == (DIAGNOSIS, "repaired")
    assert not admin.read("mail.activity", [("res_model", "=", "crm.service.order")])


def issue_at_once(show, admin, order_type):
    """Where the technician issues: two parts on an open order, at a desk, counted."""
    admin.call("crm.service.order.type", "write", [order_type], {"issue_by": "technician"})
    [contractor] = admin.call("res.partner", "search", [("name", "=", CONTRACTOR)])
    [device] = admin.call("crm.service.device", "search", [("serial_number", "=", SERIAL)])
    [technician] = admin.call("res.users", "search", [("login", "=", "serwisant")])
    order = new_order(Rpc(show.server, "recepcja", "recepcja"), contractor, device, user_id=technician)
    screen = show.screen("desk")
    screen.login("serwisant", "serwisant")
    screen.open(f"/odoo/action-{ADDON}.action_crm_service_order/{order['id']}")
    expect(screen.field("name")).to_have_text(order["name"])
    screen.page.evaluate(COUNT)
    screen.tab("lines")
    expect(screen.locator(SCAN)).to_be_visible()
    scan_anywhere(screen, HEAD_CODE)
    scanned(screen, "success", HEAD)
    scan(screen, ROLLER_CODE)
    scanned(screen, "success", ROLLER)
    screen.press("action_issue_parts_screen")
    expect(screen.button("action_issue_parts_screen")).to_have_count(0)
    count = screen.page.evaluate("() => window.crmCount")
    print(f"two parts by the technician: {count['clicks']} clicks, 2 scans")
    assert count["clicks"] == 2, count
    lines = admin.read("crm.service.order.line", [("order_id", "=", order["id"])], "quantity_issued")
    assert [line["quantity_issued"] for line in lines] == [1.0, 1.0]


def play(show):
    admin = Rpc(show.server, "admin", "admin")
    order, order_type = settle_in(admin)
    names = statuses(admin)
    phone = show.screen("phone", **PHONE)
    take(phone, order["name"])
    diagnose(phone)
    add_parts(phone, names)
    issue(show.screen("keeper"), admin, order["name"])
    finish(phone, admin, order["name"], names)
    issue_at_once(show, admin, order_type)


def test_a_technician_with_a_phone_and_a_keeper():
    with cinema("phone", setting("ODOO_TEST_DB")) as show, show.filming():
        play(show)
