"""One working day of a manager, in a browser, in Polish: from a red tile to the order that somebody else has now, an
inspection that failed, somebody absent, a campaign by letter, an export. The names have sixty characters."""
import pytest
from browser import Rpc, cinema, expect, setting
from days import ADDON, DEVICE, FAULT, FIRM, Day, day, employ, long

pytestmark = pytest.mark.browser

MY_WORK, SERVICE, CRM = f"{ADDON}.menu_my_work", f"{ADDON}.menu_service", f"{ADDON}.menu_crm"
MANAGER, ABSENT, HERE = "kierownik", "Aleksandra Szczepańska-Kwiatkowska", "Krzysztof Brzęczyszczykiewicz-Lis"
PEOPLE = {
    MANAGER: ("Małgorzata Wróblewska-Zielińska", (f"{ADDON}.group_manager",)),
    "chora": (ABSENT, (f"{ADDON}.group_technician",)),
    "zdrowy": (HERE, (f"{ADDON}.group_technician",)),
}
GROUPS = ["my_work", "service", "crm", "warehouse", "reporting", "config"]
OTHER, PHONE, TOWN = long("Hurtownia Beta"), "+48 602 555 200", "Ostrowiec Świętokrzyski"
LATE, INSPECTED, TODAY = "SN-2026-ZALEGLA-01", "SN-2026-PRZEGLAD-01", long("Wymienić papier i sprawdzić zegar")
REGIME, CAMPAIGN = long("Przegląd próbny kas fiskalnych"), long("Wymiana kas na rok szkolny")
MODAL = ".modal"


def settle_in(admin):
    """An order that is late, an inspection that is due, a task for today, and a campaign."""
    users = employ(admin, PEOPLE)
    firm, other = (
        admin.create("res.partner", name=name, is_company=True, lang="pl_PL", phone=PHONE, city=TOWN,
                     street="Aleja Niepodległości 128/134 lok. 12", zip="27-400")
        for name in (FIRM, OTHER))
    regime = admin.create(
        "crm.service.inspection.regime", name=REGIME, code="PROBA", interval_number=12, lead_days=30)
    device_type = admin.create("crm.service.device.type", name=long("Kasy i drukarki fiskalne"), prefix="KF")
    late, inspected = (
        admin.create("crm.service.device", name=DEVICE, serial_number=serial, type_id=device_type, partner_id=firm)
        for serial in (LATE, INSPECTED))
    order = admin.create(
        "crm.service.order", partner_id=firm, user_id=users["chora"], date_received=f"{day(-20)} 08:00:00",
        date_deadline=day(-12), device_line_ids=[(0, 0, {"device_id": late, "fault": FAULT})])
    admin.create("crm.service.inspection", device_id=inspected, regime_id=regime, planned_date=day(3),
                 user_id=users["zdrowy"])
    admin.create("crm.task", name=TODAY, partner_id=other, user_id=users["chora"], date_deadline=day(0))
    admin.create("utm.campaign", title=CAMPAIGN)
    return order


def begin(today):
    """*Pulpit*, without choosing a menu; all groups stand in the bar."""
    screen = today.screen
    screen.login(MANAGER, MANAGER)
    expect(screen.locator(".o_service_overview h1")).to_have_text("Pulpit")
    screen.put_mouse_away()
    shown = screen.locator(".o_menu_sections [data-menu-xmlid]:visible")
    assert shown.evaluate_all("nodes => nodes.map(node => node.dataset.menuXmlid)") == [
        f"{ADDON}.menu_{group}" for group in GROUPS]
    expect(screen.locator(".o_menu_sections_more:visible")).to_have_count(0)
    today.visit("overview")


def hand_over_late(today, admin, order):
    """The red tile, its list, the order chosen, and whom it goes to."""
    screen = today.screen
    tile = screen.locator('.o_service_tile[data-name="overdue"]')
    expect(tile.locator(".text-danger")).to_have_text("1")
    tile.click()
    expect(screen.rows(FIRM)).to_have_count(1)
    today.visit("overdue orders", "orders")
    screen.rows(FIRM).locator(".o_list_record_selector input").click()
    screen.press("action_open_assign", ".o_control_panel")
    expect(screen.field("work_names", MODAL)).to_be_visible()
    screen.choose("user_id", HERE, MODAL)
    today.visit("hand over")
    screen.press("action_assign", f"{MODAL} footer")
    today.dialog_is_gone()
    expect(screen.rows(FIRM)).to_contain_text(HERE)
    screen.rows(FIRM).locator('td[name="name"]').click()
    expect(screen.field("user_id").locator("input")).to_have_value(HERE)
    today.visit("the order of somebody else")
    [found] = admin.read("crm.service.order", [("id", "=", order)], "user_id")
    assert found["user_id"][1] == HERE


def repair_what_failed(today, admin):
    """An inspection is finished with a bad result: it asks what follows, and the repair order is one press away."""
    screen = today.screen
    screen.menu(SERVICE, f"{ADDON}.menu_inspection")
    expect(screen.rows(INSPECTED)).to_have_count(1)
    today.visit("planned inspections", "inspections")
    screen.rows(INSPECTED).locator('td[name="planned_date"]').click()
    result = screen.field("result").locator("input")
    result.click()
    screen.locator(".o_select_menu_item", has_text="Negatywny").click()
    screen.press("action_done")
    expect(screen.locator(MODAL)).to_contain_text(INSPECTED)
    today.visit("what follows")
    screen.field("choice", MODAL).locator('input[data-value="order"]').click()
    screen.press("action_apply", f"{MODAL} footer")
    today.dialog_is_gone()
    expect(screen.field("repair_order_id")).to_be_visible()
    expect(screen.locator(".o_form_view .text-bg-danger", has_text="Wynik negatywny")).to_be_visible()
    today.visit("a failed inspection")
    screen.field("repair_order_id").locator("a").first.click()
    expect(screen.rows(INSPECTED, '.o_field_widget[name="device_line_ids"]')).to_have_count(1)
    today.visit("its repair order")
    [inspection] = admin.read(
        "crm.service.inspection", [("device_id.serial_number", "=", INSPECTED), ("state", "=", "done")],
        "result", "repair_order_id")
    assert inspection["result"] == "failed"
    assert inspection["repair_order_id"]


def somebody_is_absent(today, admin):
    """*Nieobecny dziś*: what a colleague had to do goes to another, and the dialog says whom to call."""
    screen = today.screen
    screen.menu(MY_WORK, f"{ADDON}.menu_my_work_mine")
    screen.locator(".o_control_panel button", has_text="Nieobecny dziś").click()
    screen.choose("user_id", ABSENT, MODAL)
    lines = screen.rows(inside=f'{MODAL} .o_field_widget[name="line_ids"]')
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text(OTHER[:20])
    screen.choose("substitute_id", HERE, MODAL)
    today.visit("absent today")
    screen.press("action_apply", f"{MODAL} footer")
    expect(screen.locator(MODAL)).to_contain_text("Do kogo zadzwonić")
    expect(lines).to_contain_text(PHONE)
    today.visit("whom to call")
    screen.locator(f"{MODAL} footer button:visible", has_text="Zamknij").click()
    today.dialog_is_gone()
    [task] = admin.read("crm.task", [("name", "=", TODAY)], "user_id")
    assert task["user_id"][1] == HERE


def campaign_by_letter(today, admin):
    """Nobody has to agree to a letter: both get a project, and are told so before."""
    screen = today.screen
    screen.menu(CRM, f"{ADDON}.menu_campaign")
    today.visit("campaigns")
    screen.rows(CAMPAIGN).locator('td[name="title"]').click()
    today.visit("a campaign")
    screen.press("action_open_contractors")
    for name in (FIRM, OTHER):
        screen.choose("partner_ids", name[:40], MODAL)
    preview = screen.field("preview", MODAL)
    # by phone nobody has agreed
    expect(preview.locator(".text-danger")).to_have_count(2)
    screen.field("channel", MODAL).locator('input[data-value="letter"]').click()
    expect(preview.locator(".text-success")).to_have_count(2)
    expect(preview).to_contain_text(FIRM)
    # a letter is called as a list is in English
    today.visit("who gets a letter", allowed=("List",))
    screen.press("action_create", f"{MODAL} footer")
    today.dialog_is_gone()
    expect(screen.locator(".o_list_view .o_data_row, .o_kanban_record:not(.o_kanban_ghost)")).to_have_count(2)
    today.visit("projects of a campaign")
    projects = admin.read("project.project", [("campaign_id.title", "=", CAMPAIGN)], "partner_id")
    assert sorted(project["partner_id"][1] for project in projects) == sorted((FIRM, OTHER))


def export(today):
    """What is selected can be taken out into a sheet."""
    screen = today.screen
    screen.menu(SERVICE, f"{ADDON}.menu_service_order")
    # the list before has rows of the firm, too
    expect(screen.locator(".o_list_view .o_order_strip .o_order_counter").first).to_be_visible()
    screen.rows(FIRM).first.locator(".o_list_record_selector input").click()
    expect(screen.locator(".o_list_selection_box, .o_selection_box").first).to_be_visible()
    screen.locator(".o_cp_action_menus button").last.click()
    screen.locator(".o-dropdown--menu .o-dropdown-item", has_text="Eksport").click()
    expect(screen.locator(f"{MODAL} .o_export_data_dialog, {MODAL} .o_export")).to_be_visible()


def play(show):
    admin = Rpc(show.server, "admin", "admin")
    order = settle_in(admin)
    today = Day(show, MANAGER)
    begin(today)
    hand_over_late(today, admin, order)
    repair_what_failed(today, admin)
    somebody_is_absent(today, admin)
    campaign_by_letter(today, admin)
    export(today)
    today.end()


def test_one_day_of_a_manager():
    with cinema("manager_day", setting("ODOO_TEST_DB")) as show, show.filming():
        play(show)
