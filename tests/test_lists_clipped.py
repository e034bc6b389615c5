"""The lists of each role with names of sixty characters: what counts in a row is read whole, at the desk and on a
phone, and nothing lies beyond the edge of the screen."""
import datetime
from zoneinfo import ZoneInfo

import pytest
from browser import Rpc, cinema, expect, setting
from clipped import clipped

pytestmark = pytest.mark.browser

ADDON = "crm_enova_like"
CONTRACTOR = "Przedsiębiorstwo Handlowo-Usługowe Złoty Kłos Nowakowscy S.A."
DEVICE = "Kasa fiskalna online z drukarką paragonów i modułem gastrono."
SERIAL, FAULT = "SN-2026-KASA-000123", "Nie drukuje paragonów, a po włączeniu wyświetla błąd pamięci."
PERSON, TOWN = "Małgorzata Wiśniewska-Kowalczyk", "Ostrowiec Świętokrzyski"
SUBJECT = "Uzgodnić z księgowością termin przeglądu kas we wszystkich skl"
PEOPLE = {
    "technik": ("Aleksandra Szczepańska-Kwiatkowska", ("group_technician",)),
    "operator": ("Katarzyna Brzęczyszczykiewicz", ("group_user",)),
    "kierownik": ("Krzysztof Wróblewski-Zieliński", ("group_manager",)),
    "magazyn": ("Bartłomiej Kaczmarek", ()),
}
# what counts in each list, by who reads it: {action: (columns, roles)}
LISTS = {
    "action_crm_my_work": (("planned_start", "date_deadline", "subject", "partner_id"), ("technik", "operator")),
    "action_crm_my_work_delegated": (
        ("date_deadline", "subject", "partner_id", "user_id"), ("operator",)),
    "action_crm_service_order": (
        ("name", "partner_id", "device_names", "fault_text", "user_id", "date_deadline", "stage_id"),
        ("operator", "kierownik")),
    "action_crm_service_inspection": (
        ("planned_date", "device_id", "partner_id", "city", "regime_id", "state_name"), ("operator",)),
    "action_crm_service_inspection_plan": (("device_id", "regime_id", "partner_id", "next_date"), ("operator",)),
    "action_crm_service_device": (
        ("identifier", "serial_number", "name", "partner_id", "address_id", "next_inspection_date"), ("operator",)),
    "action_crm_service_order_device": (
        ("order_id", "device_id", "partner_id", "fault", "technician_id", "state_name"), ("operator",)),
    "action_crm_contractor": (("complete_name", "vat", "phone", "city"), ("operator",)),
    "action_crm_person": (("name", "parent_id", "phone"), ("operator",)),
    "action_crm_task": (("planned_start", "date_deadline", "name", "partner_id", "user_id"), ("operator",)),
    "action_crm_event": (("date", "name", "partner_id", "person_id", "user_id"), ("operator",)),
    "action_rw_to_issue": (("name", "service_order_name", "state"), ("magazyn",)),
}
# what a phone shows, each action as cards
CARDS = {
    "technik": ("action_crm_my_work", "action_crm_service_order_my", "action_crm_service_order", "action_crm_task"),
    "operator": ("action_crm_event", "action_crm_service_inspection"),
}

ZONES = "odoo.loader.modules.get('@web/session').session.crm_zones"


def day(days):
    return datetime.datetime.now(ZoneInfo("Europe/Warsaw")).date() + datetime.timedelta(days=days)


def plant(admin):
    """A firm whose names are long: one order, its device, an inspection, tasks and an event."""
    users = {}
    for login, (name, groups) in PEOPLE.items():
        found = admin.read("res.users", [("login", "=", login)], "name")
        ids = [admin.ref("base.group_user"), *(admin.ref(f"{ADDON}.{group}") for group in groups)]
        if login == "magazyn":
            ids.append(admin.ref("stock.group_stock_user"))
        users[login] = found[0]["id"] if found else admin.create(
            "res.users", name=name, login=login, password=login, lang="pl_PL", tz="Europe/Warsaw",
            group_ids=[(6, 0, ids)])
    contractor = admin.create(
        "res.partner", name=CONTRACTOR, is_company=True, vat="PL7849990021", phone="+48 602 555 200", city=TOWN,
        street="Aleja Niepodległości 128/134 lok. 12", zip="27-400", email="sekretariat@zloty-klos-nowakowscy.example")
    person = admin.create("res.partner", name=PERSON, parent_id=contractor, phone="+48 602 555 201", type="contact")
    regime = admin.read("crm.service.inspection.regime", [], "name")[0]["id"]
    device_type = admin.create("crm.service.device.type", name="Kasy fiskalne do testu szerokości")
    device = admin.create(
        "crm.service.device", name=DEVICE, serial_number=SERIAL, type_id=device_type, partner_id=contractor)
    order = admin.create(
        "crm.service.order", partner_id=contractor, person_id=person, user_id=users["technik"],
        requester_id=users["operator"], date_deadline=str(day(3)),
        device_line_ids=[(0, 0, {"device_id": device, "fault": FAULT})])
    admin.create("crm.service.inspection", device_id=device, regime_id=regime, planned_date=str(day(20)),
                 user_id=users["technik"])
    for user, deadline in (("technik", 1), ("operator", -1)):
        admin.create(
            "crm.task", name=SUBJECT, partner_id=contractor, person_id=person, user_id=users[user],
            requester_id=users["operator"], date_deadline=str(day(deadline)),
            planned_start=f"{day(0)} 07:00:00", planned_stop=f"{day(0)} 08:00:00")
    admin.create("crm.event", name=SUBJECT, partner_id=contractor, person_id=person, user_id=users["operator"],
                 description=FAULT)
    return order


def visit(screen, action, rows):
    screen.open(f"/odoo/action-{ADDON}.{action}")
    expect(screen.locator(rows).first).to_be_visible()
    screen.page.wait_for_function("document.fonts.status === 'loaded'")
    screen.put_mouse_away()


def find_lists(screen, login):
    found = {}
    for action, (columns, roles) in LISTS.items():
        if login in roles:
            visit(screen, action, ".o_list_view .o_data_row, .o_list_view .o_view_nocontent")
            if cut := clipped(screen.page, columns):
                found[action] = cut
    return found


def find_cards(screen, login):
    found = {}
    for action in CARDS.get(login, ()):
        visit(screen, action, ".o_kanban_view .o_kanban_record:not(.o_kanban_ghost)")
        if cut := clipped(screen.page):
            found[action] = cut
    return found


def test_lists():
    with cinema("lists_clipped", setting("ODOO_TEST_DB")) as show, show.filming():
        plant(Rpc(show.server, "admin", "admin"))
        found = {}
        for login in PEOPLE:
            screen = show.screen(login, width=1366, height=768)
            screen.login(login, login)
            found[login, 1366] = find_lists(screen, login)
            # by which a deadline's colour is found
            assert all(screen.page.evaluate(ZONES).values())
            if login in CARDS:
                phone = show.screen(f"{login} on a phone", width=360, height=800, is_mobile=True, has_touch=True)
                phone.login(login, login)
                found[login, 360] = find_cards(phone, login)
        assert not {key: cut for key, cut in found.items() if cut}
