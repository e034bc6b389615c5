"""The pictures of the README and of the Apps page, taken anew of a demo that bin/demo --fresh has made and serves:

    .venv/bin/python -m tools.pictures [http://localhost:8069] [NAMES…]

They go to crm_enova_like/static/description: in Polish, and in English those whose names begin with en_.
"""
import contextlib
import io
import os
import sys
from collections import namedtuple
from types import SimpleNamespace

from PIL import Image

from .common import ADDON, ROOT

FOLDER = ROOT / ADDON / "static" / "description"
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 360, "height": 740, "is_mobile": True, "has_touch": True}
PAPER = {"width": 794, "height": 1123}
OPEN = "async action => { await odoo.__WOWL_DEBUG__.root.env.services.action.doAction(action); }"
AT_WORK = [("state", "=", "in_progress"), ("inspection_ids", "=", False)]
REPAIRED = [("order_line_ids", "any", [
    ("order_id.state", "=", "done"), ("basis", "!=", "inspection"), ("order_id.line_ids", "!=", False)])]
ORDERS, LINES, DEVICES = "crm.service.order", "crm.service.order.device", "crm.service.device"

# login, the window, and what is done until there is something to see
Picture = namedtuple("Picture", "login window steps")


class Sight:
    """One person before one picture."""

    def __init__(self, screen, admin, me, code):
        self.screen, self.page, self.admin, self.me, self.code = screen, screen.page, admin, me, code

    def first(self, model, domain):
        found = self.me.call(model, "search", domain, limit=1)
        if not found:
            raise SystemExit(f"The demo has no {model} with {domain}: take the pictures of a fresh one.")
        return found[0]

    def action(self, name, record=""):
        self.screen.open(f"/odoo/action-{ADDON}.{name}{record and '/'}{record}")

    def call(self, model, domain, method, count=1):
        """Open what a button gives on the first records that it is for."""
        ids = self.me.call(model, "search", domain, limit=count)
        # what a window is called comes in the language of the call
        self.page.evaluate(OPEN, self.me.call(model, method, ids, context={"lang": self.code}))

    def report(self, name, record):
        [report] = self.admin.read("ir.actions.report", [("id", "=", self.admin.ref(f"{ADDON}.{name}"))], "report_name")
        self.page.goto(f"{self.screen.server.url}/report/html/{report['report_name']}/{record}")


def register(name):
    return lambda sight: sight.action(name)


def dialog(model, domain, method, count=1):
    def steps(sight):
        sight.call(model, domain, method, count)
        sight.page.wait_for_selector(".modal .o_form_view")
        # where a date comes first, its calendar opens before the rest
        sight.screen.locator(".modal-header").click(position={"x": 300, "y": 10})
    return steps


def page(model, domain, method):
    return lambda sight: sight.call(model, domain, method)


def order(sight):
    sight.action("action_crm_service_order", sight.first(ORDERS, [*AT_WORK, ("line_ids", "!=", False)]))
    sight.screen.tab("lines")


def counter(sight):
    screen = sight.screen
    sight.action("action_crm_service_counter")
    [known] = sight.admin.read(DEVICES, [("id", "=", sight.first(DEVICES, [
        ("open_order_id", "=", False), ("order_line_ids", "!=", False), ("partner_id.phone", "!=", False)]))],
        "serial_number", "partner_id")
    screen.choose("partner_id", known["partner_id"][1])
    screen.locator('.o_field_widget[name="device_line_ids"] .o_field_x2many_list_row_add a').click()
    screen.choose("device_id", known["serial_number"], ".o_selected_row")
    screen.fill("fault", "Nie działa, pokazuje błąd E07", ".o_selected_row")


def serials(sight):
    dialog(ORDERS, [("state", "=", "in_progress")], "action_open_add_devices")(sight)
    elsewhere = sight.me.call(
        DEVICES, "search_read", [("open_order_id", "!=", False), ("serial_number", "!=", False)], ["serial_number"],
        limit=2)
    new = ["GP6-24-0101", "GP6-24-0102", "GP6-24-0103"]
    sight.screen.fill("serials", "\n".join([*new, new[1], *(row["serial_number"] for row in elsewhere)]), ".modal")
    [kind] = sight.me.call(f"{DEVICES}.type", "search_read", [], ["name"], limit=1, context={"lang": sight.code})
    sight.screen.choose("type_id", kind["name"], ".modal")
    sight.screen.press("action_preview", ".modal")
    sight.page.wait_for_selector(".modal .o_data_row")


def device(sight):
    sight.action("action_crm_service_device", sight.first(DEVICES, REPAIRED))


def papers(sight):
    sight.action("action_crm_service_order", sight.first(ORDERS, [("device_line_ids.date_released", "!=", False)]))
    sight.screen.locator(".o_crm_papers").click()
    sight.page.wait_for_selector(".o-dropdown-item")


def absence(sight):
    sight.action("action_crm_team_calendar")
    sight.page.wait_for_selector(".o_calendar_view")
    sight.page.evaluate(OPEN, f"{ADDON}.action_crm_absence_wizard")
    sight.page.wait_for_selector(".modal .o_form_view")
    for name, login in (("user_id", "serwisant"), ("substitute_id", "serwisant2")):
        [user] = sight.admin.read("res.users", [("login", "=", login)], "name")
        sight.screen.choose(name, user["name"], ".modal")
    sight.page.wait_for_selector(".modal .o_data_row")


def rw(sight):
    sight.action("action_rw_to_issue")
    sight.screen.locator(".o_data_row td[name='name']").first.click()
    sight.page.wait_for_selector(".o_form_view")


def paper(report, model, domain):
    def steps(sight):
        sight.report(report, sight.first(model, domain))
        sight.page.wait_for_selector("main, .article")
    return steps


MINE = ("user_id.login", "=", "serwisant")
SCREENS = {
    "screen_overview": Picture("kierownik", DESK, register("action_service_overview")),
    "screen_orders": Picture("recepcja", DESK, register("action_crm_service_order")),
    "screen_order": Picture("kierownik", DESK, order),
    "screen_counter": Picture("recepcja", DESK, counter),
    "screen_release": Picture("recepcja", DESK, dialog(ORDERS, [("has_ready", "=", True)], "action_open_release")),
    "screen_add_devices": Picture("recepcja", DESK, serials),
    "screen_my_tasks": Picture("serwisant", DESK, register("action_crm_my_work")),
    "screen_my_phone": Picture("serwisant", PHONE, register("action_crm_my_work")),
    "screen_absence": Picture("recepcja", DESK, absence),
    "screen_papers": Picture("recepcja", DESK, papers),
    "screen_calendar": Picture("kierownik", DESK, register("action_crm_team_calendar")),
    "screen_device": Picture("recepcja", DESK, device),
    "screen_copy": Picture("kierownik", DESK, dialog(DEVICES, [("serial_number", "!=", False)], "action_open_copy")),
    "screen_inspections": Picture("recepcja", DESK, register("action_crm_service_inspection")),
    "screen_arrange": Picture("recepcja", DESK, dialog(
        "crm.service.inspection", [("state", "=", "planned"), ("performed_by", "=", "us")], "action_arrange")),
    "screen_numbers": Picture("kierownik", DESK, register("action_crm_service_inspection_report")),
    "screen_rw": Picture("magazyn", DESK, rw),
    "screen_demand": Picture("magazyn", DESK, register("action_crm_service_part_demand")),
    "screen_phone": Picture("serwisant", PHONE, register("action_crm_service_order_my")),
    "screen_job": Picture("serwisant", PHONE, page(ORDERS, [*AT_WORK, MINE], "action_open_job")),
    "screen_job_device": Picture("serwisant", PHONE, page(
        LINES, [("order_id.state", "=", "in_progress"), ("order_id.user_id.login", "=", "serwisant")],
        "action_open_job")),
    "screen_checklist": Picture("serwisant", PHONE, page(
        ORDERS, [("inspection_ids.state", "=", "ordered"), MINE], "action_open_checklist")),
    "paper_receipt": Picture("recepcja", PAPER, paper(
        "action_report_service_receipt", ORDERS, AT_WORK)),
    "paper_release": Picture("recepcja", PAPER, paper(
        "action_report_service_release", LINES, [
            ("date_released", "!=", False), ("basis", "!=", "inspection"), ("order_id.line_ids", "!=", False)])),
    "paper_history": Picture("recepcja", PAPER, paper(
        "action_report_device_history", DEVICES, REPAIRED)),
}
ENGLISH = ("overview", "orders", "order", "counter", "my_tasks", "calendar", "device", "inspections", "rw", "phone",
           "job")
PICTURES = {**SCREENS, **{f"en_{name}": SCREENS[f"screen_{name}"] for name in ENGLISH}}
# made by other means: the icon, and the label, which is a PDF alone
OTHERS = {"icon", "paper_label"}


@contextlib.contextmanager
def language(admin, login, code):
    """A person's language, for as long as a picture takes: a demo begins with Polish alone."""
    [user] = admin.read("res.users", [("login", "=", login)], "lang")
    [spoken] = admin.call("res.lang", "search_read", [("code", "=", code)], ["active"], context={"active_test": False})
    if not spoken["active"]:
        admin.call("res.lang", "write", [spoken["id"]], {"active": True})
    admin.call("res.users", "write", [user["id"]], {"lang": code})
    try:
        yield
    finally:
        admin.call("res.users", "write", [user["id"]], {"lang": user["lang"]})
        if not spoken["active"]:
            admin.call("res.lang", "write", [spoken["id"]], {"active": False})


def take(browser, server, admin, name):
    """One picture: of a paper what stands on it, of a screen the window."""
    picture, code = PICTURES[name], "en_US" if name.startswith("en_") else "pl_PL"
    with language(admin, picture.login, code):
        me = browser.Rpc(server, picture.login, picture.login)
        screen = browser.Screen(browser.browser(), server, **picture.window)
        try:
            screen.login(picture.login, picture.login)
            picture.steps(Sight(screen, admin, me, code))
            if picture.window is not PAPER:
                screen.page.wait_for_selector(".o_action_manager > *, .modal .o_form_view")
            screen.put_mouse_away()
            screen.page.wait_for_timeout(2000)    # what slides and fades, and pictures of people
            shot = screen.page.screenshot(full_page=picture.window is PAPER)
        finally:
            screen.context.close()
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    image.quantize(256).save(FOLDER / f"{name}.png", optimize=True)


def main(arguments):
    url = next((word for word in arguments if "://" in word), "http://localhost:8069")
    names = [word for word in arguments if "://" not in word] or list(PICTURES)
    sys.path.insert(0, str(ROOT / "tests"))
    import browser  # noqa: PLC0415 - the tests' browser, found by the line above
    server = SimpleNamespace(url=url.rstrip("/"), database=os.environ.get("DEMO_DB") or "demo")
    admin = browser.Rpc(server, "admin", "admin")
    for name in names:
        print(name)
        take(browser, server, admin, name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
