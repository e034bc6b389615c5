"""Forty extinguishers come into the workshop: one order, their outcomes, a copied card and the labels, in a browser."""
import io

import pytest
from browser import Rpc, cinema, expect, setting
from pypdf import PdfReader

pytestmark = pytest.mark.browser

ADDON = "crm_enova_like"
OPERATOR = "warsztat"
MODEL, CONTRACTOR, OTHER = "GP-6x próbna", "Piekarnia Kłos", "Hurtownia Beta"
KNOWN = ("W-0001", "W 0002")
FOREIGN, ELSEWHERE = "W-0090", "W-0091"
NEW = [f"N-{number:03}" for number in range(35)]
# of the forty two are known, one is another contractor's, one in another order and one there twice
PASTED = [*NEW[:20], "w-0001", "", "W0002", *NEW[20:], FOREIGN, ELSEWHERE]
SCANNED = "n-000"
LEAK, TESTED, COPIES = "Nieszczelny zawór", "Próba ciśnieniowa", ("K-1", "K-2", "K-3")
DEVICES, MODAL = '.o_field_widget[name="device_line_ids"]', ".modal"


def settle_in(admin):
    """An operator, a contractor with two extinguishers, one of another contractor, and one in another order."""
    admin.create("res.users", name="Wanda Warsztat", login=OPERATOR, password=OPERATOR, lang="pl_PL",
                 group_ids=[(6, 0, [admin.ref("base.group_user"), admin.ref(f"{ADDON}.group_user")])])
    contractor, other = (admin.create("res.partner", name=name, is_company=True) for name in (CONTRACTOR, OTHER))
    kind = admin.create("crm.service.device.type", name="Gaśnica próbna", prefix="GAS")
    model = admin.create("crm.service.device.model", name=MODEL, type_id=kind)
    for serial, owner in (*((serial, contractor) for serial in (*KNOWN, ELSEWHERE)), (FOREIGN, other)):
        admin.create("crm.service.device", serial_number=serial, partner_id=owner, model_id=model)
    [elsewhere] = admin.read("crm.service.device", [("serial_number", "=", ELSEWHERE)], "id")
    admin.create("crm.service.order", partner_id=contractor, device_line_ids=[(0, 0, {"device_id": elsewhere["id"]})])
    return admin.create("crm.service.order", partner_id=contractor)


def rows(screen, name):
    return screen.rows(inside=f'{MODAL} .o_field_widget[name="{name}"]')


def paste(screen, admin, order):
    """The list into the order: what it will be is shown first, then it is done."""
    screen.login(OPERATOR, OPERATOR)
    screen.open(f"/odoo/action-{ADDON}.action_crm_service_order/{order}")
    screen.press("action_open_add_devices", "")
    box = screen.field("serials", MODAL).locator("textarea")
    box.fill("\n".join(PASTED) + "\n")
    # the last one by a scanner, which types it and Enter
    box.press("End")
    screen.page.keyboard.type(SCANNED)
    screen.page.keyboard.press("Enter")
    screen.choose("model_id", MODEL, MODAL)
    screen.press("action_preview", f"{MODAL} footer")
    expect(rows(screen, "taken_line_ids")).to_have_count(len(NEW) + len(KNOWN))
    expect(rows(screen, "asked_line_ids")).to_have_count(1)
    expect(rows(screen, "asked_line_ids")).to_contain_text(OTHER)
    left = rows(screen, "left_line_ids")
    expect(left).to_have_count(2)
    [line] = admin.read("crm.service.order.device", [("device_id.serial_number", "=", ELSEWHERE)], "order_id")
    expect(left.filter(has_text=ELSEWHERE)).to_contain_text(line["order_id"][1])
    expect(left.filter(has_text=SCANNED)).to_have_count(1)
    assert not admin.read("crm.service.order.device", [("order_id", "=", order)], "id"), "only shown so far"
    screen.field("foreign_decision", MODAL).locator("input").first.click()
    screen.press("action_confirm", f"{MODAL} footer")
    expect(rows(screen, "not_taken_line_ids")).to_have_count(2)
    screen.press("action_close", f"{MODAL} footer")
    expect(screen.locator(MODAL)).to_have_count(0)
    expect(screen.rows(inside=DEVICES)).to_have_count(38)
    [device] = admin.read("crm.service.device", [("serial_number", "=", FOREIGN)], "partner_id")
    assert device["partner_id"][1] == CONTRACTOR
    made = admin.read("crm.service.device", [("serial_number", "in", NEW)], "identifier", "partner_id", "model_id")
    assert len({each["identifier"] for each in made}) == len(NEW)
    assert {(each["partner_id"][1], each["model_id"][1]) for each in made} == {(CONTRACTOR, MODEL)}


def select(screen, *serials):
    for serial in serials:
        screen.rows(serial).locator(".o_list_record_selector input").click()


def edit_as_list(screen, admin, order):
    """One fault for three of them, and the outcome for all."""
    screen.press("action_view_device_lines", "")
    expect(screen.rows()).to_have_count(38)
    select(screen, *NEW[:3])
    screen.rows(NEW[0]).locator('td[name="fault"]').click()
    fault = screen.rows(NEW[0]).locator('[name="fault"] textarea, [name="fault"] input').first
    fault.fill(LEAK)
    screen.locator(".o_control_panel .o_list_button_save:visible").click()
    screen.locator(f"{MODAL} footer .btn-primary").click()
    expect(screen.locator(MODAL)).to_have_count(0)
    expect(screen.rows(LEAK)).to_have_count(3)
    screen.locator("thead .o_list_record_selector input").click()
    expect(screen.locator("tbody .o_list_record_selector input:checked")).to_have_count(38)
    screen.press("action_open_outcome", ".o_control_panel")
    outcome = screen.field("outcome", MODAL).locator("input")
    outcome.click()
    outcome.fill("Wykonane")
    screen.locator(".o_select_menu_item", has_text="Wykonane").click()
    expect(screen.locator(".o_select_menu_menu")).to_have_count(0)
    expect(outcome).to_have_value("Wykonane")
    screen.fill("resolution", TESTED, MODAL)
    screen.press("action_apply", f"{MODAL} footer")
    expect(screen.locator(MODAL)).to_have_count(0)
    expect(screen.rows(TESTED)).to_have_count(38)
    lines = admin.read("crm.service.order.device", [("order_id", "=", order)], "state", "fault", "resolution")
    assert {(line["state"], line["resolution"]) for line in lines} == {("repaired", TESTED)}
    assert [line["fault"] for line in lines].count(LEAK) == 3


def copy_device(screen, admin):
    """Three more like one of them, from its card; a number that exists is named."""
    [device] = admin.read("crm.service.device", [("serial_number", "=", NEW[0])], "id")
    screen.open(f"/odoo/action-{ADDON}.action_crm_service_device/{device['id']}")
    screen.press("action_open_copy")
    screen.fill("serials", "\n".join([*COPIES, KNOWN[0].lower(), COPIES[0]]), MODAL)
    screen.press("action_copy", f"{MODAL} footer")
    expect(rows(screen, "copy_ids")).to_have_count(len(COPIES))
    expect(screen.field("result", MODAL)).to_contain_text(KNOWN[0].lower())
    screen.press("action_view_copies", f"{MODAL} footer")
    for serial in COPIES:
        expect(screen.rows(serial)).to_have_count(1)


def print_labels(screen, admin):
    """Of the copies: a page for each; what a scanner reads of the label finds its device."""
    select(screen, *COPIES)
    with screen.page.expect_download(timeout=120_000) as download:
        screen.press("action_print_labels", ".o_control_panel")
    # read now: the file goes with the browser
    pdf = PdfReader(io.BytesIO(download.value.path().read_bytes()))
    assert len(pdf.pages) == len(COPIES)
    width, height = (float(side) * 25.4 / 72 for side in pdf.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (62, 29), "the size of the label"
    copies = admin.read("crm.service.device", [("serial_number", "in", COPIES)], "identifier", "serial_number")
    ids = ",".join(str(each["id"]) for each in copies)
    page = screen.context.request.get(f"{screen.server.url}/report/html/{ADDON}.report_device_label/{ids}").text()
    for each in copies:
        assert each["identifier"] in page
        assert each["serial_number"] in page
    scanned = copies[0]["identifier"]
    screen.open(f"/odoo/action-{ADDON}.action_crm_service_device")
    search = screen.locator(".o_searchview_input")
    search.fill(scanned)
    search.press("Enter")
    expect(screen.rows()).to_have_count(1)
    expect(screen.rows(copies[0]["serial_number"])).to_have_count(1)


def play(show):
    admin = Rpc(show.server, "admin", "admin")
    order = settle_in(admin)
    screen = show.screen(OPERATOR)
    paste(screen, admin, order)
    edit_as_list(screen, admin, order)
    copy_device(screen, admin)
    print_labels(screen, admin)


def test_forty_extinguishers_in_one_order():
    assert len([serial for serial in (*PASTED, SCANNED) if serial]) == 40
    with cinema("workshop", setting("ODOO_TEST_DB")) as show, show.filming():
        play(show)
