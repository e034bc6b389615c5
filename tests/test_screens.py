"""Each screen of the app as the role that uses it, in Polish: words, errors, and access for all; and the checks
themselves, which find what is planted."""
import pytest
import screens
from browser import Rpc, cinema, expect, load_demo, setting

pytestmark = pytest.mark.browser

ADDON = "crm_enova_like"
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 360, "height": 800, "is_mobile": True, "has_touch": True}
MENUS = """
    async () => {
        const menus = await (await fetch("/web/webclient/load_menus")).json();
        const root = Object.values(menus).find((menu) => menu.xmlid === "crm_enova_like.menu_root");
        const found = new Map();
        const walk = (menu) => {
            if (menu.actionID && !found.has(menu.actionID)) {
                found.set(menu.actionID, menu.name);
            }
            menu.children.forEach((child) => walk(menus[child]));
        };
        walk(root);
        return [...found];
    }
"""
# an action's first view, or the form of its first record; gives whether there is one
OPEN = """
    async ([actionId, form]) => {
        const { action, orm } = odoo.__WOWL_DEBUG__.root.env.services;
        if (!form) {
            await action.doAction(actionId, { clearBreadcrumbs: true });
            return true;
        }
        const { res_model: model, domain, views, context } = action.currentController.action;
        // an entry of the calendar has Odoo's form
        if (!views?.some(([, type]) => type === "form") || views[0][1] === "form" || model === "calendar.event") {
            return false;
        }
        const [resId] = await orm.search(model, domain || [], { limit: 1, context });
        if (resId) {
            await action.doAction(actionId, { viewType: "form", props: { resId }, clearBreadcrumbs: true });
        }
        return !!resId;
    }
"""
CALL = """
    async ([model, method, ids]) => {
        const { action, orm } = odoo.__WOWL_DEBUG__.root.env.services;
        await action.doAction(await orm.call(model, method, [ids]));
    }
"""
SHOWN = ".o_action_manager :is(.o_view_controller, .o_action, .o_crm_checklist), .modal .o_form_view"
# what opens by a button: on which records, by which method
DIALOGS = (
    ("crm.service.order", [("has_ready", "=", True)], "action_open_release"),
    ("crm.service.order", [("state", "=", "in_progress")], "action_open_wait"),
    ("crm.service.order", [("state", "=", "in_progress")], "action_open_assign"),
    ("crm.service.order", [("state", "=", "in_progress")], "action_open_correction"),
    ("crm.service.order", [("state", "=", "in_progress")], "action_open_add_devices"),
    ("crm.service.order", [("holds_parts", "=", True), ("is_open", "=", True)], "action_open_return"),
    ("crm.service.order.device", [("state", "=", "open"), ("order_is_open", "=", True)], "action_open_outcome"),
    ("crm.service.inspection", [("state", "=", "planned"), ("performed_by", "=", "us")], "action_arrange"),
    ("crm.service.device", [], "action_open_copy"),
    ("crm.task", [("is_open", "=", True)], "action_open_done"),
    ("utm.campaign", [], "action_open_contractors"),
)
# the same on the phone of a technician
PAGES = (
    ("crm.service.order", [("state", "=", "in_progress"), ("user_id.login", "=", "serwisant")], "action_open_job"),
    ("crm.service.order.device", [
        ("order_id.state", "=", "in_progress"), ("order_id.user_id.login", "=", "serwisant")], "action_open_job"),
    ("crm.service.order", [("inspection_ids.state", "=", "ordered"), ("user_id.login", "=", "serwisant")],
     "action_open_checklist"),
)


class Walk:
    """One person at one screen; `found` is what is wrong, by the name of the screen."""

    def __init__(self, show, login, **device):
        self.screen, self.login, self.found = show.screen(f"{login} {device['width']}", **device), login, {}
        self.page = self.screen.page
        self.screen.login(login, login)

    def look(self, name):
        expect(self.screen.locator(SHOWN).first).to_be_visible()
        expect(self.screen.locator(".o_loading_indicator")).to_have_count(0)
        for line in screens.look(self.screen):
            self.found.setdefault(line, f"{self.login}: {name}")
        self.screen.problems.clear()

    def registers(self):
        """What the menu opens, and the first record of each."""
        for action, name in self.page.evaluate(MENUS):
            self.page.evaluate(OPEN, [action, False])
            self.look(name)
            if self.page.evaluate(OPEN, [action, True]):
                expect(self.screen.locator(".o_form_view").first).to_be_visible()
                self.look(f"{name}, a record")

    def opened(self, admin, dialogs):
        for model, domain, method in dialogs:
            ids = admin.call(model, "search", domain, limit=1)
            assert ids, f"the demo firm has no {model} with {domain}"
            self.page.evaluate(CALL, [model, method, ids])
            self.look(f"{model}.{method}")
            close = self.screen.locator(".modal .btn-close")
            if close.count():
                close.click()
                expect(self.screen.locator(".modal")).to_have_count(0)


def play(show):
    admin = Rpc(show.server, "admin", "admin")
    manager = Walk(show, "kierownik", **DESK)
    manager.registers()
    manager.opened(admin, DIALOGS)
    technician = Walk(show, "serwisant", **PHONE)
    technician.registers()
    technician.opened(admin, PAGES)
    keeper = Walk(show, "magazyn", **DESK)
    keeper.registers()
    found = {line: name for walk in (manager, technician, keeper) for line, name in walk.found.items()}
    assert not found, "\n".join(f"{name}: {line}" for line, name in found.items())


BARE = "<html lang='pl'><body><div class='o_action_manager'>%s</div></body></html>"
PLANTED = {
    "English: 'Take in a device'": "<p>Take in a device</p>",
    "English: 'Serial Number'": "<i title='Serial Number'></i>",
    "English: '5 Units'": "<p>5 Units</p>",
    "English: 'Jednostki'": "<p>Jednostki</p>",
    "axe: button-name": "<button class='btn'><i class='fa fa-check'></i></button>",
    "axe: label": "<input name='phone'/>",
    "axe: image-alt": "<img src='data:,'/>",
    "axe: color-contrast": "<p style='color: #999; background: #fff'>Termin</p>",
}
FINE = "<p>Zamówienie sprzedaży</p><p>Kontrahent</p><p>Jednostkowe</p><label>Numer <input/></label>"


def planted(show):
    """Each check finds its fault where it stands on a screen of ours, and nothing in what is well made."""
    screen = show.screen("planted", **DESK)
    page = screen.page
    page.set_content(BARE % FINE)
    assert screens.look(screen) == []
    for line, html in PLANTED.items():
        page.set_content(BARE % html)
        found = screens.look(screen)
        assert [text for text in found if text.startswith(line)], (line, found)
    page.evaluate("() => console.error('planted')")
    assert [line for line in screens.look(screen) if line.startswith("error: console: planted")]
    screen.problems.clear()


def test_each_screen_of_each_role():
    with cinema("screens", setting("ODOO_TEST_DB"), load_demo) as show, show.filming():
        planted(show)
        play(show)
