"""One day of a warehouse keeper, in a browser, in Polish, at the width of a common laptop: an RW that is short of a
part, what is ordered for it, the RW issued and printed, the register, and a part that comes back."""
import re
from datetime import date

import pytest
import screens
from browser import Rpc, cinema, expect, setting
from clipped import clipped

pytestmark = pytest.mark.browser

ADDON = "crm_enova_like"
WAREHOUSE = f"{ADDON}.menu_warehouse"
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 360, "height": 800, "is_mobile": True, "has_touch": True}
PEOPLE = {
    "recepcja": ("Renata Recepcja", f"{ADDON}.group_user"),
    "serwisant": ("Aleksandra Wiśniewska-Brzęczyszczykiewicz", f"{ADDON}.group_technician"),
    "magazyn": ("Mariola Magazyn", "stock.group_stock_user"),
}
# as long as Polish names are
CONTRACTOR = "Przedsiębiorstwo Produkcyjno-Handlowo-Usługowe Wawrzyniak-Zet"
DEVICE = "Kasa fiskalna przenośna z kopią elektroniczną Nano Online XL"
FAULT = "Nie drukuje paragonów po wymianie rolki, a wyświetlacz mignie"
HEAD = "Głowica drukująca termiczna z taśmą i kompletem mocowań Nano"
ROLLER = "Rolka podajnika papieru z łożyskami do kas przenośnych Nano"
HEAD_COST, ROLLER_COST = 223.0, 50.0
REGISTER = ("name", "date_done", "service_order_name", "partner_id", "service_value", "state")
MODAL = ".modal"
CALL = """
    async ([model, method, ids]) => {
        const { action, orm } = odoo.__WOWL_DEBUG__.root.env.services;
        await action.doAction(await orm.call(model, method, [ids]));
    }
"""


def settle_in(admin):
    """The firm's people; two orders of a technician, whose parts the keeper issues: of the first one is missing."""
    admin.call("res.config.settings", "execute", [admin.create("res.config.settings", group_uom=True)])
    users = {login: admin.create(
        "res.users", name=name, login=login, password=login, lang="pl_PL", tz="Europe/Warsaw",
        group_ids=[(6, 0, [admin.ref("base.group_user"), admin.ref(group)])])
        for login, (name, group) in PEOPLE.items()}
    contractor = admin.create("res.partner", name=CONTRACTOR, is_company=True, city="Poznań")
    kind = admin.create("crm.service.device.type", name="Kasa fiskalna", prefix="KASA")
    [warehouse] = admin.read("stock.warehouse", [], "lot_stock_id", "in_type_id")
    # what is ordered comes from a vendor: without Odoo's Purchase a route has to say so
    shelf = warehouse["lot_stock_id"][0]
    route = admin.create("stock.route", name="Od dostawcy", product_selectable=True, rule_ids=[(0, 0, {
        "name": "Dostawca", "action": "pull", "location_src_id": admin.ref("stock.stock_location_suppliers"),
        "location_dest_id": shelf, "picking_type_id": warehouse["in_type_id"][0]})])
    parts = {}
    for name, cost, there in ((HEAD, HEAD_COST, 2.0), (ROLLER, ROLLER_COST, 5.0)):
        parts[name] = admin.create("product.product", name=name, type="consu", is_storable=True, standard_price=cost,
                                   route_ids=[(6, 0, [route])])
        quant = admin.create("stock.quant", product_id=parts[name], location_id=shelf, inventory_quantity=there)
        admin.call("stock.quant", "action_apply_inventory", [quant])
    for order_type in admin.call("crm.service.order.type", "search", []):
        admin.call("crm.service.order.type", "write", [order_type], {"issue_by": "warehouse"})
    reception, technician = (Rpc(admin.server, login, login) for login in ("recepcja", "serwisant"))
    orders = []
    for number, planned in enumerate(({ROLLER: 1.0, HEAD: 1.0}, {HEAD: 2.0}), start=1):
        device = admin.create("crm.service.device", name=DEVICE, type_id=kind, serial_number=f"KEEP-{number}",
                              partner_id=contractor)
        order = reception.create(
            "crm.service.order", partner_id=contractor, user_id=users["serwisant"], date_deadline=f"{date.today()}",
            device_line_ids=[(0, 0, {"device_id": device, "fault": FAULT})], line_ids=[
                (0, 0, {"kind": "part", "product_id": parts[part], "quantity": quantity})
                for part, quantity in planned.items()])
        reception.call("crm.service.order", "action_accept", [order])
        technician.call("crm.service.order", "action_issue_parts", [order])
        orders += reception.read("crm.service.order", [("id", "=", order)], "name")
    return orders


def look(screen, *columns):
    """Nothing on the screen is English, wrong, closed to anybody or cut."""
    expect(screen.locator(".o_loading_indicator")).to_have_count(0)
    # and what the calls of this story, which have no language, left in the chatter
    names = {HEAD, ROLLER, DEVICE, CONTRACTOR, FAULT, "Waiting", "Ready"}
    assert not (found := screens.look(screen, columns, names)), "\n".join(found)


def to_issue(screen, number):
    """The list with which a keeper begins: the name of the app leads there from everywhere."""
    screen.locator(".o_menu_brand").click()
    expect(screen.locator(".o_breadcrumb")).to_contain_text("RW do wydania")
    return screen.rows(number)


def short_of_a_part(screen, complete, short, number):
    """One can be issued, one cannot: the keeper sees which; what is there leaves, and the rest waits."""
    screen.login("magazyn", "magazyn")
    expect(screen.locator(".o_breadcrumb")).to_contain_text("RW do wydania")
    expect(screen.rows()).to_have_count(2)
    for order in (complete, short):
        expect(screen.rows(order["name"])).to_contain_text(DEVICE)
    expect(screen.rows(complete["name"]).locator('[name="products_availability"]')).to_have_text("Dostępny")
    expect(screen.rows(short["name"]).locator('[name="products_availability"]')).to_contain_text("Niedostępny")
    look(screen, "name", "service_order_name", "service_device_names", "service_user_id", "products_availability")
    screen.rows(short["name"]).locator('td[name="name"]').click()
    expect(screen.field("service_order_name")).to_have_text(short["name"])
    look(screen)
    screen.press("button_validate")
    dialog = screen.locator(MODAL)
    expect(dialog.locator('button[name="process"]')).to_be_visible()
    look(screen)
    screen.press("process", MODAL)
    expect(dialog).to_have_count(0)
    expect(screen.field("name")).to_have_text(number)


def order_it(screen, admin, short):
    """*Zapotrzebowanie* says what is missing and for whom, and orders it; the delivery comes."""
    screen.menu(WAREHOUSE, f"{ADDON}.menu_part_demand")
    row = screen.rows(HEAD)
    expect(row.locator('[name="shortage"]')).to_have_text(re.compile(r"^1\b"))
    expect(row.locator('[name="uom_id"]')).to_have_text("szt.")
    expect(row).to_contain_text(short["name"])
    look(screen, "product_id", "quantity", "free_qty", "shortage", "order_names")
    row.locator('button[name="action_replenish"]').click()
    expect(screen.field("quantity", MODAL).locator("input")).to_have_value(re.compile(r"^1\b"))
    screen.press("launch_replenishment", MODAL)
    expect(screen.locator(MODAL)).to_have_count(0)
    screen.menu(WAREHOUSE, f"{ADDON}.menu_part_demand")
    expect(screen.rows(HEAD).locator('[name="quantity_requested"]')).to_have_text(re.compile(r"^1\b"))
    keeper = Rpc(admin.server, "magazyn", "magazyn")
    [receipt] = keeper.call("stock.picking", "search", [("picking_type_code", "=", "incoming")])
    keeper.call("stock.picking", "button_validate", [receipt])


def issue(screen, order, number):
    """Complete, and issued by one press."""
    row = to_issue(screen, order["name"])
    expect(row.locator('[name="products_availability"]')).to_have_text("Dostępny")
    row.locator('td[name="name"]').click()
    expect(screen.field("service_order_name")).to_have_text(order["name"])
    screen.press("button_validate")
    expect(screen.field("name")).to_have_text(number)
    expect(screen.button("button_validate")).to_have_count(0)
    expect(screen.locator(MODAL)).to_have_count(0)


def print_it(screen, admin, document, words):
    """One button prints it, and pieces are *szt.* on the paper."""
    [shown] = admin.call("stock.picking", "search", [("name", "=", screen.field("name").inner_text().strip())])
    button = screen.locator(".o_statusbar_buttons button:visible", has_text="Drukuj")
    expect(button).to_have_count(1)
    expect(button).to_have_text(f"Drukuj {document}")
    with screen.page.expect_response(lambda answer: "/report/download" in answer.url, timeout=120_000) as printed:
        button.click()
    assert printed.value.status == 200, printed.value.status
    paper = screen.context.request.get(
        f"{screen.server.url}/report/html/{ADDON}.report_rw_document/{shown}").text()
    text = " ".join(re.sub("<[^>]*>", " ", paper).split())
    for word in (document, "szt.", *words):
        assert word in text, (word, text)
    assert "Jednostki" not in text and "Units" not in text
    look(screen)


def read_register(screen, numbers):
    """By number, the last first; what each is worth, and their sum."""
    screen.menu(WAREHOUSE, f"{ADDON}.menu_rw")
    expect(screen.rows()).to_have_count(len(numbers))
    assert screen.rows().locator('td[name="name"]').all_inner_texts() == sorted(numbers, reverse=True)
    for number, value in numbers.items():
        expect(screen.rows(number).locator('td[name="service_value"]')).to_contain_text(money(value))
        expect(screen.rows(number).locator('td[name="state"]')).not_to_have_text("")
    expect(screen.locator(".o_list_footer")).to_contain_text(money(sum(numbers.values())))
    look(screen, *REGISTER)


def money(value):
    return f"{value:.2f}".replace(".", ",")


def take_back(screen, admin, rw, zw):
    """A head comes back, by the RW with which it left."""
    screen.rows(rw).locator('td[name="name"]').click()
    screen.locator('.o_statusbar_buttons button[data-hotkey="k"]').click()
    row = screen.rows(HEAD, MODAL)
    row.locator('td[name="quantity"]').click()
    # the dialog is core's own
    screen.fill("quantity", "1,00", MODAL)
    screen.press("action_create_returns", MODAL)
    expect(screen.locator(MODAL)).to_have_count(0)
    screen.press("button_validate")
    expect(screen.field("name")).to_have_text(zw)
    expect(screen.button("button_validate")).to_have_count(0)
    print_it(screen, admin, "ZW", [HEAD])
    screen.menu(WAREHOUSE, f"{ADDON}.menu_zw")
    expect(screen.rows(zw).locator('td[name="service_value"]')).to_contain_text(money(HEAD_COST))
    look(screen, *REGISTER)


def return_on_the_phone(screen, admin, order):
    """The technician gives a part back: the dialog is as wide as the phone, and its row can be filled in there."""
    screen.login("serwisant", "serwisant")
    screen.page.evaluate(CALL, ["crm.service.order", "action_open_return", [order["id"]]])
    row = screen.rows(ROLLER, MODAL)
    expect(row).to_be_visible()
    found = clipped(screen.page, ("product_id", "quantity_issued", "quantity"), f"{MODAL} .o_list_renderer")
    assert not found, "\n".join(found)
    table = screen.locator(f"{MODAL} .o_list_renderer")
    assert table.evaluate("el => el.scrollWidth <= el.clientWidth + 1"), "the table is wider than the phone"
    look(screen)
    row.locator('td[name="quantity"]').click()
    screen.fill("quantity", "1,00", MODAL)
    button = screen.button("action_return", MODAL)
    box = button.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"] and box["height"] >= 40, box
    button.click()
    expect(screen.locator(MODAL)).to_have_count(0)
    [document] = admin.read(
        "stock.picking", [("service_document", "=", "zw"), ("service_order_id", "=", order["id"])], "state", "move_ids")
    assert document["state"] == "assigned", "what a technician gives back waits for the keeper"
    [move] = admin.read("stock.move", [("id", "in", document["move_ids"])], "product_id", "product_uom_qty")
    assert (move["product_id"][1], move["product_uom_qty"]) == (ROLLER, 1.0)


def play(show):
    admin = Rpc(show.server, "admin", "admin")
    complete, short = settle_in(admin)
    year = complete["name"].split("/")[1]
    first, second, third = (f"RW/{year}/0000{number}" for number in (1, 2, 3))
    keeper = show.screen("keeper", **DESK)
    short_of_a_part(keeper, complete, short, first)
    order_it(keeper, admin, short)
    issue(keeper, short, second)
    print_it(keeper, admin, "RW", [HEAD, short["name"], money(HEAD_COST)])
    issue(keeper, complete, third)
    print_it(keeper, admin, "RW", [HEAD, ROLLER, complete["name"]])
    read_register(keeper, {first: HEAD_COST, second: HEAD_COST, third: HEAD_COST + ROLLER_COST})
    take_back(keeper, admin, first, f"ZW/{year}/00001")
    return_on_the_phone(show.screen("phone", **PHONE), admin, complete)


def test_one_day_of_a_keeper():
    for name in (CONTRACTOR, DEVICE, FAULT, HEAD, ROLLER):
        assert len(name) >= 58, name
    with cinema("keeper", setting("ODOO_TEST_DB")) as show, show.filming():
        play(show)
