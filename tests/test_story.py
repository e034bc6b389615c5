"""A firm installs the addon and repairs a device, as its people do it: in a browser, in Polish."""
import re

import pytest
from browser import Rpc, cinema, expect, setting

pytestmark = pytest.mark.browser

ADDON = "crm_enova_like"
ROOT, SERVICE, WAREHOUSE = (f"{ADDON}.menu_{name}" for name in ("root", "service", "warehouse"))
PEOPLE = {
    "recepcja": ("Renata Recepcja", f"{ADDON}.group_user"),
    "serwisant": ("Stefan Serwisant", f"{ADDON}.group_technician"),
    "magazyn": ("Mariola Magazyn", "stock.group_stock_user"),
}
CONTRACTOR, DEVICE, SERIAL, PART = "Piekarnia Kłos", "Kasa Nano E", "ABC-2001", "Głowica drukująca"
FAULT, DIAGNOSIS, RESOLUTION = "Nie drukuje", "Zużyta głowica", "Wymieniono głowicę"
IN_STOCK, USED, RETURNED = 10.0, 3.0, 1.0
LINE = ".o_selected_row"


def install_from_apps(screen):
    """As a firm does that has put the addon's folder beside its others."""
    screen.login("admin", "admin")
    screen.open("/odoo/action-base.action_view_base_module_update?debug=1")
    screen.press("update_module", ".modal")
    expect(screen.locator(".modal")).to_have_count(0)
    screen.open("/odoo/apps?debug=0")
    search = screen.locator(".o_searchview_input")
    search.fill("enova-like")
    search.press("Enter")
    card = screen.locator(".o_modules_kanban .o_kanban_record:not(.o_kanban_ghost)", has_text="enova-like")
    expect(card).to_have_count(1)
    with screen.page.expect_navigation(timeout=300_000):
        card.locator('button[name="button_immediate_install"]').click()
    expect(screen.locator(".o_main_navbar")).to_be_visible()
    screen.open("/odoo")
    screen.app(ROOT)
    expect(screen.rows()).to_have_count(0)


def settle_in(admin):
    """The firm's people, a contractor with a cash register, and a part on the shelf."""
    for login, (name, group) in PEOPLE.items():
        admin.create("res.users", name=name, login=login, password=login, lang="pl_PL",
                     group_ids=[(6, 0, [admin.ref("base.group_user"), admin.ref(group)])])
    contractor = admin.create("res.partner", name=CONTRACTOR, is_company=True)
    kind = admin.create("crm.service.device.type", name="Kasa fiskalna", prefix="KASA")
    admin.create("crm.service.device", name=DEVICE, type_id=kind, serial_number=SERIAL, partner_id=contractor)
    part = admin.create("product.product", name=PART, type="consu", is_storable=True, standard_price=50.0)
    [warehouse] = admin.read("stock.warehouse", [], "lot_stock_id")
    quant = admin.create("stock.quant", product_id=part, location_id=warehouse["lot_stock_id"][0],
                         inventory_quantity=IN_STOCK)
    admin.call("stock.quant", "action_apply_inventory", [quant])


def stock(admin):
    """(on hand, free) of the part."""
    [part] = admin.read("product.product", [("name", "=", PART)], "qty_available", "free_qty")
    return part["qty_available"], part["free_qty"]


def in_state(screen, admin, state):
    """The stage on the screen is one of this state."""
    names = [stage["name"] for stage in admin.call(
        "crm.service.stage", "search_read", [("state", "=", state)], ["name"], context={"lang": "pl_PL"})]
    expect(screen.stage()).to_have_text(re.compile("|".join(map(re.escape, names))))


def receive(screen, admin):
    """The receptionist takes the device in and accepts the order."""
    screen.login("recepcja", "recepcja")
    screen.app(ROOT)
    screen.menu(SERVICE, f"{ADDON}.menu_service_order")
    screen.new()
    screen.choose("partner_id", CONTRACTOR)
    screen.tab("devices")
    screen.locator('.o_field_widget[name="device_line_ids"] .o_field_x2many_list_row_add a').first.click()
    screen.choose("device_id", SERIAL, LINE)
    screen.fill("fault", FAULT, LINE)
    screen.save()
    number = screen.field("name").inner_text()
    assert re.fullmatch(r"ZSR/20\d\d/00001", number), number
    screen.press("action_accept")
    in_state(screen, admin, "accepted")
    return number


def take(screen, admin, number):
    """The technician takes the order from the queue and starts."""
    screen.login("serwisant", "serwisant")
    screen.app(ROOT)
    screen.menu(f"{ADDON}.menu_my_work", f"{ADDON}.menu_service_order_queue")
    screen.rows(number).locator('td[name="partner_id"]').click()
    screen.press("action_take")
    expect(screen.field("user_id").locator("input")).to_have_value(PEOPLE["serwisant"][0])
    screen.press("action_start")
    in_state(screen, admin, "in_progress")


def use_parts(screen, admin):
    """A part is planned, reserved and issued, by a technician without stock rights."""
    lines = '.o_field_widget[name="line_ids"]'
    screen.tab("lines")
    screen.locator(f"{lines} .o_field_x2many_list_row_add a").first.click()
    screen.choose("product_id", PART, LINE)
    screen.fill("quantity", f"{USED:.2f}".replace(".", ","), LINE)
    screen.save()
    assert stock(admin) == (IN_STOCK, IN_STOCK)
    screen.press("action_reserve_parts")
    expect(screen.locator(".o_form_view .alert-info:visible")).to_be_visible()
    assert stock(admin) == (IN_STOCK, IN_STOCK - USED)
    screen.press("action_issue_parts_screen")
    expect(screen.button("action_issue_parts_screen")).to_have_count(0)
    expect(screen.locator(f'{lines} td[name="quantity_issued"]')).to_have_text(re.compile(rf"^{USED:.0f}\b"))
    assert stock(admin) == (IN_STOCK - USED, IN_STOCK - USED)


def repair(screen, admin):
    """What was found and done is written down, the device is repaired, the order done."""
    screen.tab("devices")
    row = screen.rows(SERIAL, '.o_field_widget[name="device_line_ids"]')
    row.locator('button[name="action_open_details"]').click()
    screen.fill("diagnosis", DIAGNOSIS, ".modal")
    screen.fill("resolution", RESOLUTION, ".modal")
    screen.press("action_repaired", ".modal")
    expect(screen.locator(".modal")).to_have_count(0)
    expect(row.locator('button[name="action_repaired"]')).to_have_count(0)
    screen.press("action_done")
    in_state(screen, admin, "done")


def read_history(screen, number):
    """The receptionist reads on the device's card what was done to it."""
    screen.menu(SERVICE, f"{ADDON}.menu_service_device")
    screen.rows(SERIAL).locator('td[name="identifier"]').click()
    screen.tab("history")
    history = screen.rows(number, '.o_field_widget[name="order_line_ids"]')
    expect(history).to_have_count(1)
    for text in (FAULT, DIAGNOSIS, RESOLUTION, PART):
        expect(history).to_contain_text(text)


def return_part(screen, number, year):
    """The keeper finds the RW with its order and contractor, and takes one part back by ZW."""
    screen.login("magazyn", "magazyn")
    screen.app(ROOT)
    screen.menu(WAREHOUSE, f"{ADDON}.menu_rw")
    row = screen.rows(f"RW/{year}/00001")
    expect(row).to_contain_text(number)
    expect(row).to_contain_text(CONTRACTOR)
    row.locator('td[name="name"]').click()
    expect(screen.field("service_order_name")).to_have_text(number)
    expect(screen.field("service_purpose")).to_contain_text(DEVICE)
    screen.locator('.o_statusbar_buttons button[data-hotkey="k"]').click()
    screen.locator('.modal td[name="quantity"]').click()
    screen.fill("quantity", f"{RETURNED:.2f}".replace(".", ","), ".modal")
    screen.press("action_create_returns", ".modal")
    expect(screen.locator(".modal")).to_have_count(0)
    screen.press("button_validate")
    expect(screen.field("name")).to_have_text(f"ZW/{year}/00001")
    expect(screen.button("button_validate")).to_have_count(0)
    screen.menu(WAREHOUSE, f"{ADDON}.menu_zw")
    expect(screen.rows(f"ZW/{year}/00001")).to_contain_text(number)


def play(show):
    """From the device's arrival to the returned part."""
    admin = Rpc(show.server, "admin", "admin")
    settle_in(admin)
    reception, technician, keeper = (show.screen(login) for login in PEOPLE)
    number = receive(reception, admin)
    take(technician, admin, number)
    use_parts(technician, admin)
    repair(technician, admin)
    read_history(reception, number)
    assert stock(admin) == (IN_STOCK - USED, IN_STOCK - USED)
    return_part(keeper, number, number.split("/")[1])
    assert stock(admin) == (IN_STOCK - USED + RETURNED,) * 2
    [line] = admin.read(
        "crm.service.order.line", [], "quantity_issued", "quantity_returned", "quantity_to_issue", "cost")
    assert line.pop("id")
    assert line == {"quantity_issued": USED, "quantity_returned": RETURNED, "quantity_to_issue": 0.0,
                    "cost": (USED - RETURNED) * 50.0}


def test_from_the_apps_menu_to_a_returned_part():
    with cinema("story", setting("ODOO_TEST_TEMPLATE")) as show, show.filming():
        install_from_apps(show.screen("admin"))
        play(show)
