"""Presses of the mouse and fields typed for the same work with this addon and with Odoo's own apps: Repairs, and
beside it Contacts and Inventory.

Both sides are played in a browser on one database, on the shortest way that was found; what a key does (Tab, Enter, a
shortcut that a screen shows) is free on both. Run by bin/bench clicks, which prints the table of the README.
"""
import datetime

from browser import Rpc, cinema, expect, setting

ADDON = "crm_enova_like"
PERSON, PHONE, FAULT = "Jan Nowak", "601 222 333", "Nie drukuje"
ROOT, SERVICE = f"{ADDON}.menu_root", f"{ADDON}.menu_service"
MODEL, PARTS = "Nano E", ("Głowica drukująca", "Zasilacz sieciowy")
NEW_SERIAL, KNOWN_SERIAL = "SN 4711", "SN 0001"
CALLER, CALLER_PHONE, SAID, NEXT = "Anna Zawadzka", "602 555 200", "Pyta o termin", "Oddzwonić"
SEAL, FOUND = "Plomba", "Plomba zerwana"


class Hand:
    """One person at one screen, and what the work takes."""

    def __init__(self, screen):
        self.screen, self.page, self.clicks, self.typed = screen, screen.page, 0, 0

    def click(self, target):
        """Press what is seen, by locator or selector."""
        target = self.screen.locator(target) if isinstance(target, str) else target
        target.first.click()
        self.clicks += 1

    def type(self, text, *keys):
        """Type into the field that has the focus, and leave it by keys."""
        # what is offered under the mouse would be what Enter takes
        self.screen.put_mouse_away()
        self.page.keyboard.type(text)
        self.typed += 1
        for key in keys:
            self.page.keyboard.press(key)

    def into(self, field, text, *keys):
        """Go to a field by Tab (here in one step), and type."""
        while not field.evaluate("field => field === document.activeElement"):
            field.focus()
            self.page.wait_for_timeout(300)    # a new row takes the cursor to its first field when it is drawn
        self.type(text, *keys)

    def offered(self, text):
        """Wait until the field offers a record, as a person does, and Enter takes it."""
        expect(self.screen.offered(text, on_enter=True)).to_be_visible()

    def menu(self, *names):
        """The way through the app's menu: each step is a press."""
        self.screen.menu(*names)
        self.clicks += len(names)


def printed(hand):
    return hand.page.expect_response(lambda answer: "/report/download" in answer.url, timeout=120_000)


# ODOO'S REPAIRS

def repairs_take_in(hand, firm):
    screen = hand.screen
    screen.app("repair.menu_repair_order")
    hand.click(".o_list_button_add:visible, .o-kanban-button-new:visible")
    hand.into(screen.field("partner_id").locator("input"), PERSON)
    hand.click(".o_m2o_dropdown_option_create_edit")
    hand.into(screen.field("phone", ".modal").locator("input"), PHONE, "Tab", "Alt+c")
    expect(screen.locator(".modal")).to_have_count(0)
    hand.into(screen.field("product_id").locator("input"), MODEL)
    hand.offered(MODEL)
    hand.page.keyboard.press("Enter")
    serial = screen.field("lot_id").locator("input")
    expect(serial).to_be_visible()
    hand.into(serial, NEW_SERIAL)
    expect(screen.locator(".o_m2o_dropdown_option_create")).to_be_visible()
    hand.page.keyboard.press("Enter")
    expect(serial).to_have_value(NEW_SERIAL)
    hand.click('.o_notebook_headers a[name="repair_notes"]')
    hand.into(screen.field("internal_notes").locator(".odoo-editor-editable"), FAULT)
    hand.click(".o_cp_action_menus button")
    with printed(hand):
        hand.click(screen.locator(".o-dropdown--menu .o_menu_item:has(.fa-print)"))


def repairs_issue(hand, firm):
    screen = hand.screen
    screen.open(f"/odoo/repairs/{firm['repair']}")
    for part in PARTS:
        hand.click(screen.field("move_ids").locator(".o_field_x2many_list_row_add a"))
        product = screen.locator('.o_selected_row td[name="product_id"] input')
        expect(product).to_have_value("")
        hand.into(product, part)
        hand.offered(part)
        hand.page.keyboard.press("Enter")
        expect(product).to_have_value(part)
    for button in ("action_validate", "action_repair_start", "action_repair_end"):
        hand.click(screen.button(button))
    expect(screen.locator(".o_statusbar_status .o_arrow_button_current[data-value='done']")).to_be_visible()


def repairs_find(hand, firm):
    screen = hand.screen
    screen.app("stock.menu_stock_root")
    hand.menu("stock.menu_stock_inventory_control", "stock.menu_action_production_lot_form")
    look_up(hand)
    hand.click(screen.rows(KNOWN_SERIAL).locator("td[name='name']"))
    hand.click(screen.button("action_lot_open_repairs"))
    # a list of its repairs, also where it is one
    hand.click(screen.locator(".o_list_view .o_data_row td[name='product_id']"))
    expect(screen.field("product_id")).to_contain_text(MODEL)


def contacts_call(hand, firm):
    """The call in the caller's chatter, and an activity."""
    screen, keyboard = hand.screen, hand.page.keyboard
    screen.open("/odoo/action-contacts.action_contacts?view_type=list")
    search = screen.locator(".o_searchview_input")
    hand.into(search, CALLER_PHONE)
    by_phone = screen.locator(".o_searchview_autocomplete .o-dropdown-item", has_text="elefon").first
    expect(by_phone).to_be_visible()
    while "focus" not in (by_phone.get_attribute("class") or ""):
        keyboard.press("ArrowDown")
    keyboard.press("Enter")
    hand.click(screen.locator(".o_kanban_record, .o_data_row td[name='complete_name']", has_text=CALLER))
    hand.click(".o-mail-Chatter-logNote:enabled")
    hand.into(screen.locator(".o-mail-Composer-input"), SAID, "Control+Enter")
    expect(screen.locator(".o-mail-Message", has_text=SAID)).to_be_visible()
    hand.click(".o-mail-Chatter-activity")
    hand.into(screen.field("summary", ".modal").locator("input"), NEXT)
    hand.click(screen.button("action_schedule_activities", ".modal"))
    expect(screen.locator(".o-mail-Activity", has_text=NEXT)).to_be_visible()


def repairs_failed(hand, firm):
    """What was found at an inspection is typed anew: nothing leads from there to Repairs."""
    screen = hand.screen
    screen.app("repair.menu_repair_order")
    hand.click(".o_list_button_add:visible, .o-kanban-button-new:visible")
    for field, text in (("partner_id", firm["customer"]), ("product_id", MODEL)):
        hand.into(screen.field(field).locator("input"), text)
        hand.offered(text)
        hand.page.keyboard.press("Enter")
    hand.into(screen.field("lot_id").locator("input"), "SN 0002")
    hand.offered("SN 0002")
    hand.page.keyboard.press("Enter")
    hand.click('.o_notebook_headers a[name="repair_notes"]')
    hand.into(screen.field("internal_notes").locator(".odoo-editor-editable"), FOUND)
    hand.click(".o_form_button_save")


def stock_hand_back(hand, firm):
    """The receipt by which the device came is returned, and the slip printed."""
    screen = hand.screen
    screen.open(f"/odoo/action-stock.action_picking_tree_all/{firm['receipt']}")
    hand.click(screen.locator(".o_statusbar_buttons button", has_text="Zwrot"))
    hand.click(screen.button("action_create_returns_all", ".modal"))
    expect(screen.locator(".modal")).to_have_count(0)
    hand.click(screen.button("button_validate"))
    expect(screen.locator(".o_statusbar_status .o_arrow_button_current[data-value='done']")).to_be_visible()
    with printed(hand):
        hand.click(screen.locator(".o_statusbar_buttons button:visible", has_text="Drukuj"))


# OURS

def ours_take_in(hand, firm):
    screen, keyboard = hand.screen, hand.page.keyboard
    screen.app(ROOT)
    hand.menu(SERVICE, f"{ADDON}.menu_service_counter")
    expect(screen.field("partner_id").locator("input")).to_be_focused()
    hand.type(PERSON)
    expect(screen.locator(".o_m2o_dropdown_option_create_edit")).to_be_visible()
    keyboard.press("Enter")
    expect(screen.field("name", ".modal").locator("input")).to_be_focused()
    keyboard.press("Tab")
    hand.type(PHONE, "Alt+c")
    expect(screen.locator(".modal")).to_have_count(0)
    expect(screen.field("partner_id").locator("input")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Tab")
    expect(screen.field("device_id", ".o_selected_row").locator("input")).to_be_focused()
    hand.type(NEW_SERIAL)
    expect(screen.locator(".o_m2o_dropdown_option_create_edit")).to_be_visible()
    keyboard.press("Enter")
    expect(screen.field("model_id", ".modal").locator("input")).to_be_focused()
    hand.type(MODEL)
    hand.offered(MODEL)
    keyboard.press("Enter")
    expect(screen.field("name", ".modal").locator("input")).to_have_value(MODEL)
    keyboard.press("Alt+c")
    expect(screen.locator(".modal")).to_have_count(0)
    keyboard.press("Tab")
    hand.type(FAULT)
    with printed(hand):
        keyboard.press("Alt+r")


def ours_issue(hand, firm):
    screen = hand.screen
    screen.open(f"/odoo/service-orders/{firm['order']}")
    hand.click('.o_notebook_headers a[name="lines"]')
    for part in PARTS:
        hand.click(screen.field("line_ids").locator(".o_field_x2many_list_row_add a"))
        product = screen.locator('.o_selected_row td[name="product_id"] input')
        expect(product).to_have_value("")
        hand.into(product, part)
        hand.offered(part)
        hand.page.keyboard.press("Enter")
        expect(product).to_have_value(part)
    hand.click(screen.button("action_issue_parts_screen"))
    expect(screen.field("line_ids").locator(".o_data_row td[name='quantity_issued']").last).to_contain_text("1")


def ours_find(hand, firm):
    screen = hand.screen
    screen.app(ROOT)
    hand.menu(SERVICE, f"{ADDON}.menu_service_device")
    look_up(hand)
    hand.click(screen.rows(KNOWN_SERIAL).locator("td[name='serial_number']"))
    expect(screen.locator(".o_form_view")).to_contain_text(FAULT)


def ours_call(hand, firm):
    screen = hand.screen
    screen.app(ROOT)
    hand.click(".o_crm_quick_event")
    hand.into(screen.field("name", ".modal").locator("input"), SAID)
    hand.into(screen.field("phone", ".modal").locator("input"), CALLER_PHONE, "Tab")
    expect(screen.field("partner_id", ".modal").locator("input")).to_have_value(CALLER)
    hand.click(screen.button("action_follow_up", ".modal"))
    expect(screen.field("date_deadline", ".modal")).to_be_visible()
    name = screen.field("name", ".modal").locator("input")
    if not name.input_value():
        hand.into(name, NEXT)
    hand.click(".modal .o_form_button_save")
    expect(screen.locator(".modal")).to_have_count(0)


def ours_failed(hand, firm):
    screen = hand.screen
    screen.open(f"/odoo/service-orders/{firm['inspected']}")
    # where the one who inspects is
    screen.button("action_open_checklist").click()
    hand.click('[data-answer="not_ok"]')
    hand.click(".o_crm_add_repair")
    expect(screen.locator(".o_crm_add_repair")).to_have_count(0)


def ours_hand_back(hand, firm):
    screen = hand.screen
    screen.open(f"/odoo/service-orders/{firm['repaired']}")
    hand.click(screen.button("action_open_release"))
    with printed(hand):
        hand.click(screen.button("action_release_and_print", ".modal"))


def look_up(hand):
    """Type the serial number where a list is searched; the cursor is there already."""
    hand.into(hand.screen.locator(".o_searchview_input"), KNOWN_SERIAL, "Enter")
    expect(hand.screen.rows(KNOWN_SERIAL)).to_have_count(1)


SIDES = ("crm_enova_like", "Odoo's own apps")
WORK = {
    "take a device in, with its paper": (ours_take_in, repairs_take_in),
    "issue two parts": (ours_issue, repairs_issue),
    "find a device's last repair by serial number": (ours_find, repairs_find),
    "note a call, with what follows": (ours_call, contacts_call),
    "a failed inspection's repair": (ours_failed, repairs_failed),
    "hand a private person's device back, with its paper": (ours_hand_back, stock_hand_back),
}


def settle_in(admin):
    """A firm that both addons know: a kind of device, parts on the shelf, a device that was repaired before."""
    admin.call("res.users", "write", [admin.uid], {
        "lang": "pl_PL", "group_ids": [(4, admin.ref(group)) for group in (
            "stock.group_production_lot", "stock.group_stock_manager")]})
    # else the first paper asks an administrator how papers are to look
    [company] = admin.read("res.company", [], "id")[:1]
    admin.call("res.company", "write", [company["id"]], {
        "external_report_layout_id": admin.ref("web.external_layout_standard"),
        # and the first delivery, whether to send messages
        "has_received_warning_stock_sms": True})
    [shelf] = {row["lot_stock_id"][0] for row in admin.read("stock.warehouse", [], "lot_stock_id")[:1]}
    machine = admin.create("product.product", name=MODEL, type="consu", is_storable=True, tracking="serial")
    lots = [admin.create("stock.lot", name=serial, product_id=machine) for serial in (KNOWN_SERIAL, "SN 0002")]
    parts = [admin.create("product.product", name=part, type="consu", is_storable=True) for part in PARTS]
    # the device on the shelf, too: else Repairs asks about it
    shelved = [{"product_id": machine, "lot_id": lot, "quantity": 1} for lot in lots]
    for row in [*shelved, *({"product_id": part, "quantity": 5} for part in parts)]:
        quant = admin.create("stock.quant", product_id=row["product_id"], lot_id=row.get("lot_id", False),
                             location_id=shelf, inventory_quantity=row["quantity"])
        admin.call("stock.quant", "action_apply_inventory", [quant])
    old = admin.create("repair.order", product_id=machine, lot_id=lots[0], internal_notes=FAULT)
    for step in ("action_validate", "action_repair_start", "action_repair_end"):
        admin.call("repair.order", step, [old])
    customer = admin.create("res.partner", name="Piekarnia Kłos", is_company=True)
    device_type = admin.create("crm.service.device.type", name="Kasa fiskalna", prefix="KF")
    model = admin.create("crm.service.device.model", name=MODEL, type_id=device_type)
    devices = [admin.create("crm.service.device", serial_number=serial, model_id=model, partner_id=customer)
               for serial in (KNOWN_SERIAL, "SN 0002")]
    orders = [admin.create("crm.service.order", partner_id=customer, device_line_ids=[
        (0, 0, {"device_id": device, "fault": FAULT})]) for device in devices]
    admin.call("crm.service.order.device", "action_repaired",
               [row["id"] for row in admin.read("crm.service.order.device", [("order_id", "=", orders[0])], "id")])
    admin.call("crm.service.order", "action_done", [orders[0]])
    return {
        "order": orders[1], "repair": admin.create("repair.order", product_id=machine, lot_id=lots[1]),
        "customer": "Piekarnia Kłos", **settle_more(admin, machine, model)}


def settle_more(admin, machine, model):
    """A caller; an inspection on its order; a private person's device, repaired here, and there received."""
    person = admin.create("res.partner", name=CALLER, phone=CALLER_PHONE)
    regime = admin.create("crm.service.inspection.regime", name="Przegląd kasy", code="P", interval_number=12,
                          checklist_ids=[(0, 0, {"name": SEAL})], lead_days=30)
    inspected, repaired = (admin.create(
        "crm.service.device", serial_number=serial, model_id=model, partner_id=person) for serial in ("SN 5", "SN 6"))
    plan = admin.create("crm.service.inspection.plan", device_id=inspected, regime_id=regime,
                        anchor_date=str(datetime.date.today() - datetime.timedelta(days=360)))
    admin.call("crm.service.inspection.plan", "action_generate", [plan])
    [inspection] = admin.call("crm.service.inspection", "search", [("plan_id", "=", plan)])
    admin.call("crm.service.inspection", "action_create_order", [inspection])
    [made] = admin.read("crm.service.inspection", [("id", "=", inspection)], "order_id")
    order = admin.create("crm.service.order", partner_id=person, device_line_ids=[
        (0, 0, {"device_id": repaired, "fault": FAULT})])
    admin.call("crm.service.order.device", "action_repaired", [
        row["id"] for row in admin.read("crm.service.order.device", [("order_id", "=", order)], "id")])
    admin.call("crm.service.order", "action_done", [order])
    [kind] = admin.read("stock.picking.type", [("code", "=", "incoming")], "default_location_dest_id")[:1]
    receipt = admin.create("stock.picking", picking_type_id=kind["id"], partner_id=person, move_ids=[(0, 0, {
        "product_id": machine, "product_uom_qty": 1, "location_id": admin.ref("stock.stock_location_customers"),
        "location_dest_id": kind["default_location_dest_id"][0],
        "move_line_ids": [(0, 0, {"product_id": machine, "lot_name": "SN 6", "quantity": 1})]})])
    admin.call("stock.picking", "button_validate", [receipt])
    return {"inspected": made["order_id"][0], "repaired": order, "receipt": receipt}


def test_clicks_and_fields():
    with cinema("clicks", setting("ODOO_TEST_DB")) as show, show.filming():
        admin = Rpc(show.server, "admin", "admin")
        firm = settle_in(admin)
        screens = {side: show.screen(side) for side in SIDES}
        for screen in screens.values():
            screen.login("admin", "admin")
        rows = []
        for what, plays in WORK.items():
            counts = []
            for side, play in zip(SIDES, plays, strict=True):
                hand = Hand(screens[side])
                play(hand, firm)
                counts.append((hand.clicks, hand.typed))
            rows.append((what, *counts))
        print(f"\n| | {' | '.join(SIDES)} |\n|---|---|---|")
        for what, *counts in rows:
            cells = [f"{clicks} clicks, {typed} fields" for clicks, typed in counts]
            print(f"| {what} | {' | '.join(cells)} |")
        for what, ours, theirs in rows:
            assert sum(ours) < sum(theirs), what
