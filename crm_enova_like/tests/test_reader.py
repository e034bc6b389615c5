from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ServiceCommon

COST = "crm_enova_like.group_cost"
HEADS = ("menu_service", "menu_crm", "menu_warehouse", "menu_reporting")


@tagged("post_install", "-at_install")
class TestReader(ServiceCommon):
    """The owner, the accountant, the auditor: they read every register, and change nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._new_order(cls.device, user_id=cls.technician.id)
        cls.line = cls.add_part(cls.order)
        cls.order.action_start()
        cls.order.action_issue_parts()
        cls.regime = cls.env["crm.service.inspection.regime"].create({"name": "Every two years"})
        cls.plan = cls.env["crm.service.inspection.plan"].create({
            "device_id": cls.device2.id, "regime_id": cls.regime.id, "anchor_date": "2026-01-31"})
        cls.plan.action_generate()
        cls.task = cls.env["crm.task"].create({"name": "Call", "user_id": cls.technician.id})
        cls.event = cls.env["crm.event"].create({"name": "Called", "user_id": cls.technician.id})
        cls.campaign = cls.env["utm.campaign"].create({"name": "Autumn", "title": "Autumn"})
        cls.project = cls.env["project.project"].create({"name": "Goal", "campaign_id": cls.campaign.id})
        cls.consent = cls.env["crm.consent"].create({
            "partner_id": cls.contractor.id, "channel": "phone", "source": "Form"})

    def _menus(self):
        menus = self.env["ir.ui.menu"].with_user(self.reader).load_web_menus(False)
        return {menu["xmlid"]: menu for menu in menus.values()}

    def test_the_menus_of_a_reader(self):
        menus = self._menus()
        ours = {name.split(".")[1] for name in menus if name.startswith("crm_enova_like.")}
        self.assertLessEqual({*HEADS, "menu_root"}, ours)
        self.assertLessEqual({
            "menu_service_order", "menu_service_order_ready", "menu_inspection", "menu_inspection_plan",
            "menu_service_device", "menu_service_order_device", "menu_contractor", "menu_person", "menu_campaign",
            "menu_project", "menu_task", "menu_event", "menu_consent", "menu_rw", "menu_zw", "menu_overview",
            "menu_report_orders", "menu_report_lines", "menu_report_inspections"}, ours)
        self.assertFalse({
            "menu_my_work", "menu_service_counter", "menu_rw_to_issue", "menu_part_demand", "menu_config"} & ours)

    def test_each_register_opens(self):
        """As the web client does: the views, the rows, and the first record in its form."""
        self.env["crm.service.order"].with_user(self.reader).get_service_overview()
        opened = set()
        for xmlid, menu in self._menus().items():
            if not xmlid.startswith("crm_enova_like.") or menu["actionModel"] != "ir.actions.act_window":
                continue
            action = self.env["ir.actions.act_window"].browse(menu["actionID"])
            Model = self.env[action.res_model].with_user(self.reader)
            with self.subTest(menu=xmlid):
                self.env.invalidate_all()
                views = Model.get_views([*action.views, (action.search_view_id.id, "search")])["views"]
                for kind, view in views.items():
                    if kind not in ("list", "kanban", "form"):
                        continue
                    tree = etree.fromstring(view["arch"])
                    if Model._name != "utm.campaign":    # core lets every employee make campaigns
                        for name in ("create", "edit"):
                            self.assertIn(tree.get(name, "false").lower(), ("false", "0"))
                rows = Model.web_search_read([], {"display_name": {}}, limit=1)["records"]
                form = {kind: ident for ident, kind in action.views}.get("form")
                if rows and "form" in views:
                    record = Model.browse(rows[0]["id"])
                    opened.add(Model._name)
                    shown = Form(record, view=form or None)
                    record.web_read(shown._view["fields_spec"])
        self.assertLessEqual({
            "crm.service.order", "crm.service.device", "crm.service.inspection", "crm.service.inspection.plan",
            "crm.task", "crm.event", "crm.consent", "res.partner", "project.project", "stock.picking"}, opened)

    def test_no_button_changes_anything(self):
        for record in (self.order, self.device, self.plan, self.plan.inspection_ids[:1], self.task, self.event,
                       self.consent):
            arch = record.with_user(self.reader).get_view(view_type="form")["arch"]
            names = {node.get("name") for node in etree.fromstring(arch).xpath("//button[@type='object']")}
            with self.subTest(record=record):
                self.assertFalse({name for name in names if not name.startswith((
                    "action_view_", "action_print_", "action_open_details"))})
        for user in (self.technician, self.operator):
            arch = self.order.with_user(user).get_view(view_type="form")["arch"]
            self.assertIn("action_start", arch)

    def test_nothing_is_changed_by_rpc(self):
        order = self.order.with_user(self.reader)
        for name in ("action_done", "action_wait", "action_take", "action_issue_parts"):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(order, name)()
        order.action_cancel()    # asks a question
        self.assertEqual(self.order.state, "in_progress")
        with self.assertRaises(AccessError):
            self.env["crm.service.cancel.wizard"].with_user(self.reader).create({})
        with self.assertRaises(AccessError):
            order.action_assign(self.technician)
        for record, vals in ((order, {"note": "x"}), (self.task, {"name": "x"}), (self.event, {"name": "x"}),
                             (self.device, {"name": "x"}), (self.project, {"name": "x"}),
                             (self.picking, {"note": "x"})):
            with self.subTest(record=record), self.assertRaises(AccessError):
                record.with_user(self.reader).write(vals)
        for record in (order, self.plan.inspection_ids[:1].with_user(self.reader)):
            with self.subTest(record=record), self.assertRaises(AccessError):
                record.message_post(body="x")
            with self.subTest(record=record), self.assertRaises(AccessError):
                record.activity_schedule("mail.mail_activity_data_todo")
        with self.assertRaises(UserError):    # nobody may
            self.picking.move_ids.with_user(self.reader).write({"quantity": 3})

    @property
    def picking(self):
        return self.order.sudo().picking_ids

    def test_cost_is_a_right_of_its_own(self):
        order, move = self.order.with_user(self.reader), self.picking.move_ids.with_user(self.reader)
        self.env.invalidate_all()
        for record, name in ((order, "total_cost"), (move, "value"), (move, "price_unit")):
            with self.subTest(name), self.assertRaises(AccessError):
                record.read([name])
        self.assertNotIn("parts", [
            tile["name"] for section in order.get_service_overview() for tile in section["tiles"]])
        self.reader.group_ids += self.env.ref(COST)
        self.env.invalidate_all()
        self.assertEqual(order.total_cost, 50.0)
        self.assertEqual(move.read(["value"])[0]["value"], 50.0)

    def test_what_is_private_stays_private(self):
        row = self.order.device_line_ids
        row.access_code = "1234"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(row.with_user(self.technician).access_code, "1234")
        self.env.invalidate_all()
        self.assertFalse(row.with_user(self.reader).access_code)
        with self.assertRaises(AccessError):
            row.with_user(self.reader).read(["access_secret"])
        self.task.write({"planned_start": "2026-01-15 10:00:00", "planned_stop": "2026-01-15 11:00:00"})
        entry = self.task.sudo().calendar_event_id
        entry.privacy = "private"
        self.env.flush_all()
        self.env.invalidate_all()
        [shown] = entry.with_user(self.reader).read(["name"])
        self.assertNotEqual(shown["name"], self.task.name)

    def test_technician_who_reads_changes_their_own_alone(self):
        self.technician2.group_ids += self.env.ref("crm_enova_like.group_reader")
        self.env.invalidate_all()
        order = self.order.with_user(self.technician2)
        self.assertEqual(order.read(["name"])[0]["name"], self.order.name)
        with self.assertRaises(AccessError):
            order.note = "x"
        mine = self._new_order(self.device2, user_id=self.technician2.id).with_user(self.technician2)
        mine.note = "x"
        self.assertIn("action_start", mine.get_view(view_type="form")["arch"])

    def test_papers_are_printed(self):
        for name, docs in (("action_report_device_history", self.device),
                           ("action_report_rw_document", self.picking)):
            html, _kind = self.env["ir.actions.report"].with_user(self.reader)._render_qweb_html(
                f"crm_enova_like.{name}", docs.ids)
            self.assertTrue(html)
