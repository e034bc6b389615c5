"""One day of an operator, in a browser, in Polish: a call, a task for a colleague, a task done, an invoice linked."""
import datetime
from zoneinfo import ZoneInfo

import pytest
from browser import Rpc, cinema, expect, setting

pytestmark = pytest.mark.browser

ADDON = "crm_enova_like"
ROOT = f"{ADDON}.menu_root"
MY_WORK, CRM = f"{ADDON}.menu_my_work", f"{ADDON}.menu_crm"
PEOPLE = {
    "operator": ("Olga Operator", (f"{ADDON}.group_user", "account.group_account_invoice")),
    "kolega": ("Karol Kolega", (f"{ADDON}.group_user",)),
}
CONTRACTOR, PHONE = "Piekarnia Kłos", "+48 61 555 22 33"
VISIT, TEN, NOON = "Wizyta w piekarni", 10, 12
CALL, FOLLOW_UP, DUE, SAID = "Pytanie o przegląd", "Wysłać ofertę", "Oddzwonić w sprawie kasy", "Umówiono na środę"


def today():
    """The firm's day, at every hour."""
    return datetime.datetime.now(ZoneInfo("Europe/Warsaw")).date()


def at(hour):
    """Today at an hour in Warsaw, as the database keeps it."""
    local = datetime.datetime.combine(today(), datetime.time(hour), ZoneInfo("Europe/Warsaw"))
    return local.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S")


def settle_in(admin):
    """Two operators, a contractor with an invoice, and a task that is due today."""
    users = {}
    for login, (name, groups) in PEOPLE.items():
        users[login] = admin.create(
            "res.users", name=name, login=login, password=login, lang="pl_PL", tz="Europe/Warsaw",
            group_ids=[(6, 0, [admin.ref(group) for group in ("base.group_user", *groups)])])
    contractor = admin.create("res.partner", name=CONTRACTOR, is_company=True, phone=PHONE)
    admin.create("crm.task", name=DUE, partner_id=contractor, user_id=users["operator"], requester_id=users["kolega"],
                 type_id=admin.ref(f"{ADDON}.task_type_phone"), date_deadline=str(today()))
    admin.create("crm.task", name=VISIT, partner_id=contractor, user_id=users["operator"], planned_start=at(TEN),
                 planned_stop=at(TEN + 1))
    invoice = admin.create(
        "account.move", move_type="out_invoice", partner_id=contractor,
        invoice_line_ids=[(0, 0, {"name": "Przegląd kasy", "quantity": 1, "price_unit": 150.0, "tax_ids": [(5,)]})])
    admin.call("account.move", "action_post", [invoice])
    return contractor, admin.read("account.move", [("id", "=", invoice)], "name")[0]["name"]


def take_a_call(screen):
    """*+ Zdarzenie* from the top bar; the number finds the contractor, and a follow-up goes to a colleague."""
    screen.login("operator", "operator")
    screen.app(ROOT)
    screen.menu(MY_WORK, f"{ADDON}.menu_my_work_mine")
    expect(screen.rows(DUE)).to_have_count(1)
    screen.locator(".o_crm_quick_event").click()
    screen.fill("name", CALL, ".modal")
    number = screen.field("phone", ".modal").locator("input")
    number.fill("615552233")
    number.press("Tab")
    expect(screen.field("partner_id", ".modal").locator("input")).to_have_value(CONTRACTOR)
    screen.locator(".modal .o_form_button_save").click()
    expect(screen.locator(".modal")).to_have_count(0)
    screen.menu(CRM, f"{ADDON}.menu_event")
    screen.rows(CALL).locator('td[name="name"]').click()
    screen.press("action_follow_up")
    screen.fill("name", FOLLOW_UP, ".modal")
    screen.choose("user_id", PEOPLE["kolega"][0], ".modal")
    screen.locator(".modal .o_form_button_save").click()
    expect(screen.locator(".modal")).to_have_count(0)
    screen.menu(MY_WORK, f"{ADDON}.menu_my_work_delegated")
    expect(screen.rows(FOLLOW_UP)).to_have_count(1)
    expect(screen.rows(DUE)).to_have_count(0)


def drag_an_appointment(screen, admin):
    """In the operators' calendar, from ten to noon: the task moves with it."""
    screen.menu(MY_WORK, f"{ADDON}.menu_team_calendar")
    entry = screen.locator(".o_calendar_view .fc-event", has_text=VISIT)
    ten, noon = (screen.locator(f'.fc-timegrid-slot-lane[data-time="{hour}:00:00"]') for hour in (TEN, NOON))
    entry.scroll_into_view_if_needed()
    box, distance = entry.bounding_box(), noon.bounding_box()["y"] - ten.bounding_box()["y"]
    x, y = box["x"] + box["width"] / 2, box["y"] + 8
    mouse = screen.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x, y + distance / 2, steps=5)
    mouse.move(x, y + distance, steps=5)
    with screen.page.expect_response(lambda response: "calendar.event/" in response.url):
        mouse.up()
    [task] = admin.read("crm.task", [("name", "=", VISIT)], "planned_start", "planned_stop")
    start, stop = map(datetime.datetime.fromisoformat, (task["planned_start"], task["planned_stop"]))
    # a hand is not exact: the screen snaps to a quarter of an hour
    assert abs(start - datetime.datetime.fromisoformat(at(NOON))) <= datetime.timedelta(minutes=15)
    assert stop - start == datetime.timedelta(hours=1)


def finish_a_task(screen):
    """From the row of *My tasks*, with the event that came of it."""
    screen.menu(MY_WORK, f"{ADDON}.menu_my_work_mine")
    screen.rows(DUE).locator('button[name="action_done"]').click()
    screen.fill("description", SAID, ".modal")
    screen.press("action_done_with_event", ".modal")
    expect(screen.locator(".modal")).to_have_count(0)
    expect(screen.rows(DUE)).to_have_count(0)


def link_an_invoice(screen, admin, contractor, invoice):
    """On the event that came of the task: its kind, its number, and what it counts as."""
    [event] = admin.read("crm.event", [("description", "=", SAID)], "task_id", "partner_id")
    assert event["partner_id"][0] == contractor
    assert event["task_id"][1] == DUE
    screen.menu(CRM, f"{ADDON}.menu_event")
    screen.rows(DUE).locator('td[name="name"]').click()
    screen.tab("documents")
    screen.field("document_link_ids").locator(".o_field_x2many_list_row_add a").click()
    row = screen.locator(".o_selected_row")
    row.locator('td[name="res_model"] input').click()
    screen.locator(".o_select_menu_item", has_text="Faktura").click()
    row.locator('td[name="res_id"] input').fill(invoice)
    screen.offered(invoice).first.click()
    screen.save()
    expect(screen.field("document_link_ids").locator(".o_data_row")).to_contain_text("150,00")
    expect(screen.field("linked_revenue")).to_contain_text("150,00")


def read_timeline(screen):
    """The contractor's timeline tells what was, newest first; what is planned, too, where its filter is let go."""
    screen.menu(CRM, f"{ADDON}.menu_contractor")
    screen.rows(CONTRACTOR).locator('button[name="action_view_crm_timeline"]').click()
    for text in (CALL, DUE, SAID):
        expect(screen.rows(text).first).to_be_visible()
    expect(screen.rows(FOLLOW_UP)).to_have_count(0)
    screen.locator(".o_facet_remove").click()
    for text in (FOLLOW_UP, CALL, DUE):
        expect(screen.rows(text).first).to_be_visible()


def play(show):
    admin = Rpc(show.server, "admin", "admin")
    contractor, invoice = settle_in(admin)
    screen = show.screen("operator")
    take_a_call(screen)
    drag_an_appointment(screen, admin)
    finish_a_task(screen)
    link_an_invoice(screen, admin, contractor, invoice)
    read_timeline(screen)
    # the colleague has it among his own
    colleague = Rpc(show.server, "kolega", "kolega")
    [row] = colleague.read("crm.my.work", [("name", "=", FOLLOW_UP)], "user_id", "requester_id", "partner_id")
    assert row["user_id"][1] == PEOPLE["kolega"][0]
    assert row["requester_id"][1] == PEOPLE["operator"][0]
    assert row["partner_id"][0] == contractor


def test_one_day_of_an_operator():
    with cinema("operator", setting("ODOO_TEST_DB")) as show, show.filming():
        play(show)
