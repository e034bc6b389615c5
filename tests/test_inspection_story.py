"""From an inspection that falls due to the printed protocol and the next date, in a browser, in Polish."""
import datetime
import io
import re
from zoneinfo import ZoneInfo

import pytest
from browser import Rpc, cinema, expect, setting
from dateutil.relativedelta import relativedelta
from pypdf import PdfReader

pytestmark = pytest.mark.browser

ADDON = "crm_enova_like"
ROOT, SERVICE = f"{ADDON}.menu_root", f"{ADDON}.menu_service"
PEOPLE = {
    "recepcja": ("Renata Recepcja", f"{ADDON}.group_user"),
    "serwisant": ("Stefan Serwisant", f"{ADDON}.group_technician"),
}
CONTRACTOR, REGIME, LAW = "Piekarnia Kłos", "Kasa fiskalna: przegląd próbny", "Ustawa próbna, art. 1"
SERIALS = ("ABC-2001", "ABC-2002")
SEAL, CLOCK, PRINT = "Plomba i tabliczka", "Odchyłka zegara", "Wydruk raportu dobowego"
AGREED_WITH, REMARK = "Pani Kłos", "plomba zerwana"
PHONE = {"width": 390, "height": 844}


def settle_in(admin, today):
    """Two cash registers of one contractor, whose inspections fall due in ten days."""
    for login, (name, group) in PEOPLE.items():
        admin.create("res.users", name=name, login=login, password=login, lang="pl_PL",
                     group_ids=[(6, 0, [admin.ref("base.group_user"), admin.ref(group)])])
    contractor = admin.create("res.partner", name=CONTRACTOR, is_company=True, phone="+48 22 555 01 01")
    regime = admin.create(
        "crm.service.inspection.regime", name=REGIME, code="PROBA", interval_number=12, counting="last_done",
        lead_days=30, legal_basis=LAW, checklist_ids=[
            (0, 0, {"name": SEAL, "sequence": 1}),
            (0, 0, {"name": CLOCK, "sequence": 2, "measure": "max", "value_max": 5, "unit": "min"}),
            (0, 0, {"name": PRINT, "sequence": 3})])
    kind = admin.create("crm.service.device.type", name="Kasa próbna", prefix="PROB", regime_ids=[(6, 0, [regime])])
    for serial in SERIALS:
        admin.create(
            "crm.service.device", name="Kasa Nano E", type_id=kind, serial_number=serial, partner_id=contractor,
            date_commissioned=str(today + datetime.timedelta(days=10) - relativedelta(years=1)))


def arrange(screen):
    """The receptionist phones, notes the date for both devices at once, and makes the order."""
    screen.login("recepcja", "recepcja")
    screen.app(ROOT)
    screen.menu(SERVICE, f"{ADDON}.menu_inspection")
    for serial in SERIALS:
        expect(screen.rows(serial)).to_have_count(1)
        screen.rows(serial).locator(".o_list_record_selector input").click()
    screen.press("action_arrange", ".o_control_panel")
    expect(screen.rows(inside=".modal")).to_have_count(2)
    screen.choose("user_id", PEOPLE["serwisant"][0], ".modal")
    screen.fill("agreed_with", AGREED_WITH, ".modal")
    picker = screen.field("date_agreed", ".modal").locator("input, button").first
    picker.click()
    screen.locator(".o_datetime_picker .o_today, .o_datetime_picker .o_date_item_cell:not([disabled])").last.click()
    screen.page.keyboard.press("Escape")
    screen.field("make_order", ".modal").locator("input").click()
    screen.press("action_arrange", ".modal footer")
    expect(screen.locator(".modal")).to_have_count(0)
    expect(screen.rows(SERIALS[0], '.o_field_widget[name="device_line_ids"]')).to_have_count(1)
    expect(screen.rows(SERIALS[1], '.o_field_widget[name="device_line_ids"]')).to_have_count(1)
    return screen.field("name").inner_text()


def item(screen, text, device=0):
    return screen.locator(".o_crm_device").nth(device).locator(".o_crm_check", has_text=text)


def answer(screen, text, value):
    item(screen, text).locator(f'[data-answer="{value}"]').click()


def type_in(box, text):
    box.fill(text)
    box.press("Tab")


def fill_in(screen, admin, number):
    """The technician, on a phone: one item failed, one measured; the rest is OK, without a connection."""
    screen.login("serwisant", "serwisant")
    [order] = admin.read("crm.service.order", [("name", "=", number)], "user_id")
    assert order["user_id"][1] == PEOPLE["serwisant"][0]
    screen.open(f"/odoo/action-{ADDON}.action_crm_service_order_my/{order['id']}")
    screen.press("action_open_checklist")
    expect(screen.locator(".o_crm_device")).to_have_count(2)
    answer(screen, SEAL, "not_ok")
    type_in(item(screen, SEAL).locator(".o_crm_remark"), REMARK)
    expect(screen.locator(".o_crm_all_sent")).to_be_visible()
    checks = [("inspection_id.order_id", "=", order["id"]), ("result", "!=", False)]
    [saved] = admin.read("crm.service.inspection.check", checks, "name", "result", "remark")
    assert (saved["name"], saved["result"], saved["remark"]) == (SEAL, "not_ok", REMARK)

    screen.context.set_offline(True)
    type_in(item(screen, CLOCK).locator(".o_crm_value"), "2,5")
    expect(item(screen, CLOCK).locator('[data-answer="ok"]')).to_have_attribute("aria-pressed", "true")
    screen.locator(".o_crm_all_ok").click()
    expect(screen.locator(".o_crm_offline strong")).to_have_text("4")
    assert len(admin.read("crm.service.inspection.check", checks, "name")) == 1
    return order["id"], checks


def send(screen, admin, checks):
    """The page is closed in a cellar and opened again outside: all that was typed arrives."""
    order_url = screen.page.url
    screen.page.goto("about:blank")
    screen.context.set_offline(False)
    screen.page.goto(order_url)
    expect(screen.locator(".o_crm_all_sent")).to_be_visible()
    # the second device, which still lacks a value, is the one that opens
    expect(item(screen, CLOCK, 1).locator(".o_crm_value")).to_have_value("")
    screen.locator(".o_crm_device .card-header").first.click()
    expect(item(screen, CLOCK).locator(".o_crm_value")).to_have_value("2,5")
    found = admin.read("crm.service.inspection.check", checks, "name", "result", "value")
    assert sorted((each["name"], each["result"]) for each in found) == [
        (CLOCK, "ok"), (SEAL, "not_ok"), (SEAL, "ok"), (PRINT, "ok"), (PRINT, "ok")]
    assert [each["value"] for each in found if each["name"] == CLOCK] == [2.5]


def sign(screen):
    screen.locator(".o_crm_sign").click()
    name = screen.locator(".modal input.o_web_sign_name_input")
    name.fill(AGREED_WITH)
    canvas = screen.locator(".modal canvas.o_web_sign_signature")
    box = canvas.bounding_box()
    mouse = screen.page.mouse
    mouse.move(box["x"] + 20, box["y"] + 20)
    mouse.down()
    mouse.move(box["x"] + 90, box["y"] + 50, steps=5)
    mouse.move(box["x"] + 160, box["y"] + 25, steps=5)
    mouse.up()
    screen.locator(".modal footer .btn-primary").click()
    expect(screen.locator(".o_crm_sign")).to_contain_text(AGREED_WITH)


def finish(screen):
    """Both devices are finished; the printed protocol of the visit."""
    screen.locator(".o_crm_device .card-header").nth(1).click()
    type_in(item(screen, CLOCK, 1).locator(".o_crm_value"), "0")
    screen.locator(".o_crm_finish_all:not([disabled])").click()
    # one failed: what follows is asked, and it is red
    expect(screen.locator(".modal")).to_contain_text(SEAL)
    screen.locator('.modal [name="choice"] input[data-value="order"]').click()
    screen.press("action_apply", ".modal footer")
    expect(screen.locator(".modal")).to_have_count(0)
    expect(screen.locator(".o_crm_device .o_crm_failed.text-bg-danger")).to_have_count(1)
    expect(screen.locator(".o_crm_complete")).to_be_visible()
    with screen.page.expect_download(timeout=120_000) as download:
        screen.locator(".o_crm_print").click()
    # read now: the file goes with the browser
    pdf = PdfReader(io.BytesIO(download.value.path().read_bytes()))
    screen.locator(".o_crm_complete").click()
    expect(screen.locator(".o_crm_complete")).to_have_count(0)
    return pdf


def read_protocols(pdf, phone, admin, order_id, today):
    """What is printed, and what the inspections and plans say."""
    done = admin.read("crm.service.inspection", [("order_id", "=", order_id)], "state", "result", "protocol_number",
                      "date_done", "agreed_with", "plan_id", "done_next_date", "repair_order_id")
    [failed] = [each for each in done if each["result"] == "failed"]
    assert failed["repair_order_id"] and not failed["done_next_date"], "due again after the repair"
    assert [each["state"] for each in done] == ["done", "done"]
    assert sorted(each["result"] for each in done) == ["failed", "passed"]
    assert sorted(each["protocol_number"] for each in done) == [
        f"PROBA/{today.year}/0001", f"PROBA/{today.year}/0002"]
    assert {each["agreed_with"] for each in done} == {AGREED_WITH}
    assert len(pdf.pages) == 2
    # the printer draws letters as shapes; the page that it was given has them as text
    ids = ",".join(str(each["id"]) for each in done)
    page = phone.context.request.get(
        f"{phone.server.url}/report/html/{ADDON}.report_inspection_protocol/{ids}").text()
    assert page.count("max-width: 60mm") == 2, "the contractor's signature on both"
    text = " ".join(re.sub("<[^>]*>", " ", page).split())
    next_date = today + relativedelta(years=1)
    for part in (*SERIALS, REGIME, LAW, SEAL, REMARK, CLOCK, "2,5 min", AGREED_WITH,
                 f"PROBA/{today.year}/0001", f"PROBA/{today.year}/0002", f"{next_date:%d.%m.%Y}"):
        assert part in text, (part, text)
    plans = admin.read("crm.service.inspection.plan", [("id", "in", [each["plan_id"][0] for each in done])],
                       "next_date", "date_last_done")
    # finished ten days early, and counted from that day
    assert {(plan["next_date"], plan["date_last_done"]) for plan in plans} == {(str(next_date), str(today))}


def play(show):
    today = datetime.datetime.now(ZoneInfo("Europe/Warsaw")).date()    # the firm's day, at every hour
    admin = Rpc(show.server, "admin", "admin")
    settle_in(admin, today)
    number = arrange(show.screen("recepcja"))
    assert re.fullmatch(r"ZSR/20\d\d/\d{5}", number), number
    phone = show.screen("serwisant", **PHONE)
    order_id, checks = fill_in(phone, admin, number)
    # the browser's own complaint about the connection that the test took away
    phone.problems = [text for text in phone.problems if "ERR_INTERNET_DISCONNECTED" not in text]
    send(phone, admin, checks)
    sign(phone)
    pdf = finish(phone)
    read_protocols(pdf, phone, admin, order_id, today)


def test_from_a_due_inspection_to_the_next_date():
    with cinema("inspection", setting("ODOO_TEST_DB")) as show, show.filming():
        play(show)
