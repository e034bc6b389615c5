"""A technician with a phone and a keeper at a desk: an order from the queue to its end, in a browser, in Polish."""
import base64
import re
from datetime import date

import pytest
import screens
from browser import Rpc, cinema, expect, setting
from clipped import clipped

pytestmark = pytest.mark.browser

ADDON = "crm_enova_like"
PHONE = {"width": 360, "height": 800, "has_touch": True, "is_mobile": True}
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
LABOUR = "Wymiana głowicy i regulacja obcinacza"
# as long as Polish names are
LONG_CONTRACTOR = "Przedsiębiorstwo Produkcyjno-Handlowo-Usługowe Wawrzyniak-Zet"
LONG_STREET = "ul. Generała Stanisława Maczka-Roweckiego 128 lok. 14"
LONG_DEVICE = "Kasa fiskalna przenośna z kopią elektroniczną Nano Online XL"
LONG_FAULT = "Nie drukuje paragonów po wymianie rolki, a wyświetlacz mignie"
MOBILE, CODE = "+48 602 555 200", "Kod-7788"
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


def look(screen):
    """Nothing is English, wrong, closed to anybody, cut or wider than the phone."""
    expect(screen.locator(".o_loading_indicator")).to_have_count(0)
    found = screens.look(screen, allowed={LONG_CONTRACTOR, LONG_STREET, LONG_DEVICE, LONG_FAULT, LABOUR})
    found += clipped(screen.page)
    assert not found, "\n".join(found)
    fits(screen)


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
    expect(order.locator(button("action_open_next_device"))).to_be_visible()
    fits(screen, button("action_open_next_device"))
    one_large_button(screen, order)
    order.get_by_text(number).click()
    expect(screen.locator(".o_form_view .o_crm_job")).to_be_visible()


def diagnose(screen):
    devices = '.o_field_widget[name="device_line_ids"]'
    fits(screen, f'{devices} {button("action_open_job")}', button("action_add_from_catalog"), SCAN,
         button("action_wait_for_parts"), button("action_open_labour"), button("action_open_next_device"))
    one_large_button(screen)
    expect(screen.locator(f'{button("action_open_done")}:visible')).to_have_count(0)
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
    card(screen, number).get_by_text(number).click()
    for name in (HEAD, ROLLER):
        expect(part(screen, name)).to_contain_text(names["issued"])
    screen.locator(f'.o_field_widget[name="device_line_ids"] {button("action_open_job")}').click()
    for field in ("photo_before_ids", "photo_after_ids"):
        screen.locator(f'[name="{field}"] input[type="file"]').set_input_files(
            {"name": f"{field}.png", "mimeType": "image/png", "buffer": PICTURE})
        expect(screen.locator(f'[name="{field}"] .o_attachment')).to_have_count(1)
    fits(screen, button("action_repaired"))
    screen.locator(button("action_repaired")).click()
    # back on the order, which asks once for what was forgotten
    fits(screen, f'.o_crm_job_bar {button("action_open_done")}')
    one_large_button(screen)
    screen.locator(button("action_open_done")).click()
    fits(screen, f'.modal {button("action_add_labour")}', f'.modal {button("action_finish")}')
    screen.locator(f'.modal {button("action_finish")}').click()
    expect(screen.locator(button("action_open_done"))).to_have_count(0)
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


def one_large_button(screen, inside=None):
    """What comes next is one button, whatever the state."""
    expect((inside or screen.page).locator(".o_crm_job_next button:visible")).to_have_count(1)


def settle_workshop(admin):
    """A firm and a device with names as long as Polish ones are, labour for its type, two orders of a technician."""
    contractor = admin.create(
        "res.partner", name=LONG_CONTRACTOR, is_company=True, street=LONG_STREET, zip="61-001", city="Poznań",
        phone=MOBILE)
    [kind] = admin.call("crm.service.device.type", "search", [("prefix", "=", "KASA")])
    labour = admin.create("product.product", name=LABOUR, type="service", list_price=100.0, taxes_id=[(5,)])
    admin.call("crm.service.device.type", "write", [kind], {"labour_ids": [
        (0, 0, {"product_id": labour, "quantity": 0.5})]})
    [part_id] = admin.call("product.product", "search", [("barcode", "=", HEAD_CODE)])
    admin.call("product.product", "write", [part_id], {"list_price": 200.0, "taxes_id": [(5,)]})
    [technician] = admin.call("res.users", "search", [("login", "=", "serwisant")])
    reception = Rpc(admin.server, "recepcja", "recepcja")
    orders = []
    for number, limit in (("LONG-1", 0.0), ("LONG-2", 150.0)):
        device = admin.create("crm.service.device", name=LONG_DEVICE, type_id=kind, serial_number=number,
                              partner_id=contractor)
        order = reception.create(
            "crm.service.order", partner_id=contractor, user_id=technician, planned_start=soon(), device_line_ids=[
                (0, 0, {"device_id": device, "fault": LONG_FAULT, "cost_limit": limit, "access_code": CODE,
                        "shelf": "R3/2", "wants_old_parts": True})])
        reception.call("crm.service.order", "action_accept", [order])
        [data] = reception.read("crm.service.order", [("id", "=", order)], "name")
        orders.append(data)
    return orders


def soon():
    # today, late, wherever the browser is: what is planned for a day that is past stands elsewhere
    return f"{date.today()} 20:00:00"


def whole(screen, *texts):
    """Each of these is read to its end: it wraps, and nothing cuts it off."""
    for text in texts:
        found = screen.page.get_by_text(text).locator("visible=true").first
        expect(found).to_be_visible()
        cut = found.evaluate("""(el) => {
            for (let node = el; node && !node.matches(".o_content, .modal-body"); node = node.parentElement) {
                if (node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX !== "visible") {
                    return node.className;
                }
            }
            return el.getBoundingClientRect().right > window.innerWidth ? "right" : "";
        }""")
        assert not cut, (text, cut)


def presses(screen):
    return screen.page.evaluate("() => window.crmCount.clicks")


def eight_presses(screen, admin, order):
    """From *Moje zadania*, which opens at login, to *Zakończ*: one device, one part, its labour from the list."""
    number = order["name"]
    screen.login("serwisant", "serwisant")
    expect(screen.locator(".o_main_navbar")).to_contain_text("Moje zadania")
    work = card(screen, number)
    expect(work).to_contain_text(LONG_CONTRACTOR)
    whole(screen, LONG_CONTRACTOR, LONG_STREET, LONG_FAULT, number)
    expect(work.locator("a.o_crm_job_phone")).to_have_attribute("href", "tel:+48602555200")
    expect(work.locator("a.o_crm_job_sms")).to_have_attribute("href", "sms:+48602555200")
    expect(work).to_contain_text(LONG_DEVICE)
    one_large_button(screen, work)
    look(screen)
    screen.page.evaluate(COUNT)
    work.locator(f'.o_crm_job_next {button("action_start")}').click()
    expect(screen.locator(".o_form_view .o_crm_job")).to_be_visible()
    whole(screen, LONG_CONTRACTOR, LONG_STREET, LONG_FAULT, "W realizacji", "Otwarte")
    fits(screen, f'.o_crm_job_bar {button("action_open_next_device")}')
    look(screen)
    scan(screen, HEAD_CODE)
    scanned(screen, "success", HEAD)
    screen.locator(f'.o_crm_job_bar {button("action_issue_parts_screen")}').click()
    fits(screen, f'.o_crm_job_bar {button("action_open_next_device")}')
    one_large_button(screen)
    screen.locator(f'.o_crm_job {button("action_open_labour")}:visible').first.click()
    usual = screen.locator(".modal .o_kanban_record", has_text=LABOUR)
    fits(screen, ".modal .o_crm_labour", f'.modal footer {button("action_add")}')
    look(screen)
    usual.click()
    expect(card(screen, LABOUR)).to_contain_text("0,5")
    look(screen)
    screen.locator(f'.o_crm_job_bar {button("action_open_next_device")}').click()
    expect(screen.locator(button("action_repaired"))).to_be_visible()
    whole(screen, LONG_FAULT)
    # the code is read behind the eye, the old parts and the shelf beside it
    expect(screen.locator(".o_crm_job_secret")).not_to_contain_text(CODE)
    expect(screen.locator('[name="agreed"]')).to_contain_text("R3/2")
    look(screen)
    screen.locator(button("action_repaired")).click()
    # the order, again
    fits(screen, f'.o_crm_job_bar {button("action_open_done")}')
    whole(screen, number)
    look(screen)
    screen.locator(f'.o_crm_job_bar {button("action_open_done")}').click()
    expect(screen.locator(f'{button("action_open_done")}:visible')).to_have_count(0)
    look(screen)
    count = presses(screen)
    print(f"a repair on the phone, from the start screen to its end: {count} presses")
    assert count <= 8, count
    [done] = admin.read("crm.service.order", [("name", "=", number)], "state", "line_ids")
    assert (done["state"], len(done["line_ids"])) == ("done", 2)


def above_the_limit(screen, admin, order):
    """The part costs more than the customer agreed to: nothing leaves the stock before somebody says who agreed."""
    number = order["name"]
    screen.open(f"/odoo/action-{ADDON}.action_crm_my_work")
    card(screen, number).locator(f'.o_crm_job_next {button("action_start")}').click()
    devices = '.o_field_widget[name="device_line_ids"]'
    expect(screen.locator(devices)).to_contain_text("150,00")
    expect(screen.locator(devices)).to_contain_text("R3/2")
    scan(screen, HEAD_CODE)
    scanned(screen, "success", HEAD)
    expect(screen.locator('.alert-danger [name="limit_warning"]')).to_contain_text("150,00")
    screen.locator(f'.o_crm_job_bar {button("action_issue_parts_screen")}').click()
    dialog = screen.locator(".modal")
    expect(dialog).to_contain_text("150,00")
    expect(dialog).to_contain_text("200,00")
    expect(dialog.locator(button("action_issue_anyway"))).to_have_count(0)
    fits(screen, f'.modal {button("action_agree")}:visible', f'.modal {button("action_wait")}')
    whole(screen, LONG_DEVICE)
    look(screen)
    [line] = admin.read("crm.service.order.line", [("order_id", "=", order["id"])], "quantity_issued")
    assert line["quantity_issued"] == 0.0
    dialog.locator('[name="said_by"] input').fill("Anna Nowak")
    dialog.locator(f'{button("action_agree")}:visible').click()
    expect(dialog).to_have_count(0)
    expect(part(screen, HEAD)).to_contain_text(statuses(admin)["issued"])
    expect(screen.locator(devices)).to_contain_text("Anna Nowak")
    [row] = admin.read("crm.service.order.device", [("order_id", "=", order["id"])],
                       "cost_limit", "limit_before", "limit_said_by", "limit_noted_by", "limit_said_on")
    assert (row["cost_limit"], row["limit_before"], row["limit_said_by"]) == (200.0, 150.0, "Anna Nowak")
    assert row["limit_noted_by"][1] == PEOPLE["serwisant"][0] and row["limit_said_on"]
    # the code of the device, once it is asked for
    screen.locator(f'{devices} {button("action_open_job")}').click()
    secret = screen.locator(".o_crm_job_secret")
    expect(secret).to_be_visible()
    expect(secret).not_to_contain_text(CODE)
    secret.locator("button").click()
    expect(secret).to_contain_text(CODE)
    look(screen)


def play(show):
    assert all(len(name) >= 60 for name in (LONG_CONTRACTOR, LONG_DEVICE, LONG_FAULT))
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
    quick, dear = settle_workshop(admin)
    eight_presses(phone, admin, quick)
    above_the_limit(phone, admin, dear)


def test_a_technician_with_a_phone_and_a_keeper():
    with cinema("phone", setting("ODOO_TEST_DB")) as show, show.filming():
        play(show)
