from lxml import etree

from odoo import fields
from odoo.fields import Domain
from odoo.tests import HttpCase, tagged
from odoo.tools.safe_eval import safe_eval

from .common import ServiceCommon

ACTIONS = {
    "manager": "action_service_overview", "operator": "action_crm_service_order", "technician": "action_crm_my_work",
    "keeper": "action_rw_to_issue", "reader": "action_crm_service_order", "employee": None}


@tagged("post_install", "-at_install")
class TestStartScreens(ServiceCommon):
    """Where each role begins."""

    def _start(self, user):
        return user.with_user(user)._get_start_action()

    def test_each_role(self):
        for role, name in ACTIONS.items():
            with self.subTest(role):
                self.assertEqual(
                    self._start(getattr(self, role)).id, self.env.ref(f"crm_enova_like.{name}").id if name else False)

    def test_the_first_that_fits(self):
        self.keeper.group_ids += self.env.ref("crm_enova_like.group_technician")
        self.assertEqual(self._start(self.keeper), self.env.ref("crm_enova_like.action_crm_my_work"))
        self.keeper.group_ids += self.env.ref("crm_enova_like.group_user")
        self.assertEqual(self._start(self.keeper), self.env.ref("crm_enova_like.action_crm_service_order"))
        self.keeper.group_ids += self.env.ref("crm_enova_like.group_manager")
        self.assertEqual(self._start(self.keeper), self.env.ref("crm_enova_like.action_service_overview"))

    def test_a_company_turns_it_off(self):
        self.company.start_screens = False
        for role in ACTIONS:
            with self.subTest(role):
                self.assertFalse(self._start(getattr(self, role)))

    def test_portal_users_begin_as_before(self):
        portal = self._new_user("portal", "base.group_portal")
        self.assertFalse(self._start(portal))

    def test_the_apps_icon_opens_the_same_screen(self):
        root = self.env.ref("crm_enova_like.menu_root").id
        for role, name in ACTIONS.items():
            user = getattr(self, role)
            app = self.env["ir.ui.menu"].with_user(user).load_web_menus(False).get(root)
            with self.subTest(role):
                self.assertEqual(bool(app), bool(name))
                if name:
                    action = self.env.ref(f"crm_enova_like.{name}")
                    self.assertEqual((app["actionID"], app["actionModel"]), (action.id, action.sudo().type))

    def test_counters(self):
        # as the list's filter has it, by the clock of who reads
        today = fields.Date.context_today(self.env["res.users"].with_user(self.operator))
        Order = self.env["crm.service.order"]
        before = {row["name"]: row["count"] for row in Order.with_user(self.operator).get_order_counters()}
        self.assertEqual(list(before), ["ready", "due_today", "overdue", "waiting_customer", "reported", "to_call"])
        order = self._new_order(self.device)
        order.date_deadline = today
        ready = self._new_order(self.device2)
        ready.device_line_ids.action_repaired()
        self.env.flush_all()

        def counts():
            rows = {row["name"]: row["count"] for row in Order.with_user(self.operator).get_order_counters()}
            return {name: rows[name] - before[name] for name in rows if rows[name] != before[name]}

        self.assertEqual(counts(), {"ready": 1, "due_today": 1, "reported": 2, "to_call": 1})
        self.env["crm.event"].create({"name": "Told", "order_id": ready.id})
        self.assertNotIn("to_call", counts())
        call = self.env["crm.task"].create({
            "name": "Call", "order_id": order.id, "date_deadline": today,
            "type_id": self.env.ref("crm_enova_like.task_type_phone").id})
        self.assertEqual(counts()["to_call"], 1)
        self.assertTrue(order.to_call)
        call.action_done()
        self.assertNotIn("to_call", counts())
        for role in ("technician", "reader", "keeper"):
            self.assertEqual(Order.with_user(getattr(self, role)).get_order_counters(), [])

    def test_counters_are_filters_of_the_list(self):
        """A counter says how many rows its filter finds."""
        Order = self.env["crm.service.order"]
        arch = Order.get_view(self.env.ref("crm_enova_like.view_crm_service_order_search").id, "search")["arch"]
        filters = {
            node.get("name"): safe_eval(node.get("domain"), {"uid": self.env.uid})
            for node in etree.fromstring(arch).xpath("//filter[@domain]")}
        for name, (_label, domain) in Order._get_order_counters().items():
            with self.subTest(name):
                self.assertEqual(Domain(filters[name]), domain)

    def test_statements_of_the_counters(self):
        Order = self.env["crm.service.order"].with_user(self.operator)
        Order.get_order_counters()
        self.env.flush_all()
        with self.assertQueryCount(6):
            Order.get_order_counters()


@tagged("post_install", "-at_install")
class TestStartSession(HttpCase):

    def test_session(self):
        user = self.env["res.users"].create({
            "name": "Anna", "login": "start_anna", "password": "start_anna_2026",
            "group_ids": [(6, 0, [self.env.ref("crm_enova_like.group_user").id])]})
        home = self.env.ref("crm_enova_like.action_crm_service_order").id
        session = self.authenticate("start_anna", "start_anna_2026")
        self.assertTrue(session)
        info = self.make_jsonrpc_request("/web/session/get_session_info")
        self.assertEqual(info["home_action_id"], home)
        self.assertFalse(user.action_id, "never written to the user")
        user.action_id = self.env.ref("base.action_res_users").id
        self.assertEqual(
            self.make_jsonrpc_request("/web/session/get_session_info")["home_action_id"], user.action_id.id)
