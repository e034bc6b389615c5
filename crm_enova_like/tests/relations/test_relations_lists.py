from lxml import etree

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestLists(ServiceCommon):
    """What the lists and forms of the addon have in common."""

    def _archs(self):
        """{xml id: arch} of the addon's views."""
        views = self.env["ir.model.data"].search(
            [("module", "=", "crm_enova_like"), ("model", "=", "ir.ui.view")])
        return {
            data.name: etree.fromstring(view.arch) for data in views
            if (view := self.env["ir.ui.view"].browse(data.res_id)).type != "qweb"}

    def _arch(self, model, view, kind="list", user=None):
        return etree.fromstring(self.env[model].with_user(user or self.operator).get_view(
            self.env.ref(f"crm_enova_like.{view}").id if view else None, kind)["arch"])

    def test_no_date_is_told_in_words_of_distance(self):
        for name, arch in self._archs().items():
            self.assertFalse(arch.xpath("//field[@widget='remaining_days']"), name)

    def test_each_list_and_each_row_of_cards_is_read_whole(self):
        for name, arch in self._archs().items():
            if arch.tag == "list" and not arch.get("position"):    # what builds on another list has its class
                self.assertIn("o_crm_list", arch.get("class", ""), name)
            for cell in arch.xpath("/kanban//t[@t-name='card']//field[contains(@class, 'text-truncate')]"):
                self.assertTrue(
                    arch.xpath("//div[contains(@class, 'o_crm_job_card')]"), f"{name}: {cell.get('name')} is cut")

    def test_the_deadline_of_what_is_closed_is_no_alarm(self):
        for model, view in (
                ("crm.service.order", "view_crm_service_order_list"), ("crm.task", "view_crm_task_list")):
            [field] = self._arch(model, view).xpath("//field[@name='date_deadline']")
            self.assertEqual(field.get("widget"), "crm_day")
            self.assertEqual(safe_eval(field.get("options")), {"open_field": "is_open"})

    def test_what_is_closed_is_not_edited_in_a_list(self):
        for model, view, names in (
                ("crm.service.order", "view_crm_service_order_list",
                 ("priority", "user_id", "planned_start", "date_deadline", "date_received")),
                ("crm.task", "view_crm_task_list", ("user_id", "planned_start", "date_deadline")),
                ("crm.service.inspection", "view_crm_service_inspection_list",
                 ("user_id", "date_agreed", "agreed_with"))):
            arch = self._arch(model, view)
            for name in names:
                [field] = arch.xpath(f"//field[@name='{name}']")
                self.assertEqual(field.get("readonly"), "not is_open", f"{view}: {name}")

    def test_a_person_beside_the_contractor_is_not_called_by_its_name_too(self):
        self.env["res.partner"].browse(self.person.id).parent_id = self.contractor
        for model, view in (
                ("crm.event", "view_crm_event_list"), ("crm.task", "view_crm_task_list"),
                ("crm.timeline", "view_crm_timeline_list"), ("crm.service.order", "view_crm_service_order_list")):
            [field] = self._arch(model, view).xpath("//field[@name='person_id']")
            context = safe_eval(field.get("context", "{}"))
            self.assertEqual(self.person.with_context(**context).display_name, self.person.name, view)

    def test_a_contractors_devices_orders_and_tasks_are_not_under_more(self):
        def buttons(user):
            arch = self._arch("res.partner", None, "form", user)
            return [button.get("name") for button in arch.xpath("//div[@name='button_box']//button")]

        ours = ["action_view_service_devices", "action_view_service_orders", "action_view_crm_tasks",
                "action_view_crm_events", "action_view_crm_timeline", "action_log_crm_event"]
        self.operator.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads") + self.env.ref(
            "account.group_account_invoice")
        self.assertEqual(buttons(self.operator)[:6], ours)
        self.assertFalse({*ours} & {*buttons(self.employee)}, "other departments' form is Odoo's own")
