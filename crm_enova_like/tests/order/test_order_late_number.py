from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.common.kept import get_kept
from ...models.order.order_form import FORM
from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestLateNumber(ServiceCommon):
    """An order that is made alone draws its number at the end, and nobody sees it without one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Orders = cls.env["crm.service.order"].with_user(cls.operator).with_context(tracking_disable=False)

    def test_number(self):
        order = self.Orders.create({"partner_id": self.contractor.id})
        self.assertRegex(order.name, r"^ZSR/\d{4}/\d+$")
        self.assertEqual(order.display_name, order.name)
        order.invalidate_recordset()
        self.assertRegex(order.name, r"^ZSR/\d{4}/\d+$")
        following = self.Orders.create([{"partner_id": self.contractor.id}] * 2)
        numbers = [int(name.rpartition("/")[2]) for name in (order | following).mapped("name")]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 3)), "one after the other, late or not")

    def test_a_refused_order_is_a_new_one(self):
        for rows in ([Command.create({"kind": "part", "name": "Something"})],):
            with self.assertRaises(UserError) as caught:
                self.Orders.create({"partner_id": self.contractor.id, "line_ids": rows})
            self.assertIn("New", str(caught.exception))
            self.assertNotIn("False", str(caught.exception))

    def test_who_is_told_is_told_the_number(self):
        """Where something that is made with an order names it, the number is there before."""
        model = self.env["ir.model"]._get_id("crm.service.order")
        order = self.Orders.create({"partner_id": self.contractor.id, "activity_ids": [Command.create({
            "summary": "Call back", "user_id": self.technician.id, "res_model_id": model})]})
        self.assertEqual(order.activity_ids.sudo().res_name, order.name)
        planned = self.Orders.create({
            "partner_id": self.contractor.id, "user_id": self.technician.id, "planned_start": "2026-03-02 09:00:00"})
        self.assertIn(planned.name, planned.sudo().calendar_event_id.name)

    def test_automation_rules_see_the_number(self):
        """They run already when something of a new order is computed."""
        Orders, seen = type(self.env["crm.service.order"]), set()
        compute = Orders._compute_field_value

        def watch(orders, field):
            seen.update(orders.filtered("id").mapped("name"))
            return compute(orders, field)

        self.patch(Orders, "_compute_field_value", watch)
        self.patch(Orders, "_has_automation_rules", lambda orders: True)
        order = self.Orders.create({
            "partner_id": self.contractor.id, "device_line_ids": [Command.create({"device_id": self.device.id})]})
        self.env.flush_all()
        self.assertEqual(seen, {order.name})

    def test_automation_rules_are_found(self):
        if "base.automation" not in self.env:
            self.assertFalse(self.Orders._has_automation_rules())
            self.skipTest("base_automation is not installed")
        self.env["base.automation"].search([]).unlink()
        for model in ("res.partner", "crm.service.order.line"):
            self.env["base.automation"].create({
                "name": "Told", "model_id": self.env["ir.model"]._get_id(model), "trigger": "on_create_or_write"})
            self.assertEqual(self.Orders._has_automation_rules(), model != "res.partner")

    def test_default_performer(self):
        order = self.Orders.with_context(default_user_id=self.technician.id).create({"partner_id": self.contractor.id})
        self.assertEqual(order.user_id, self.technician)
        self.assertRegex(order.name, r"^ZSR/")

    def test_a_form_is_read_before_the_number_is_drawn(self):
        """Others wait for their numbers until the request ends: little is asked meanwhile."""
        vals = {
            "partner_id": self.contractor.id, "device_line_ids": [Command.create({"device_id": self.device.id})],
            "line_ids": [Command.create({"kind": "part", "product_id": self.part.id, "quantity": 1})]}
        rows = {"fields": {"display_name": {}, "order_id": {"fields": {"display_name": {}}}, "company_id": {}}}
        asked = {
            "name": {}, "display_name": {}, "state": {}, "partner_id": {"fields": {"display_name": {}}},
            "amount_billable": {}, "device_line_ids": rows, "line_ids": rows}
        drawn = self._watch_draw()
        for _warm in range(2):
            [values] = self.Orders.web_save(vals, asked)
            self.env.flush_all()
            late = self.env.cr.sql_log_count - drawn[-1]
        self.assertLessEqual(late, 1, "statements while others wait")
        self.assertRegex(values["name"], r"^ZSR/")
        self.assertEqual(values["display_name"], values["name"])
        for row in values["device_line_ids"] + values["line_ids"]:
            self.assertEqual(row["order_id"]["display_name"], values["name"])
        self.assertEqual(values, self.Orders.browse(values["id"]).web_read(asked)[0])
        self.assertIsNone(get_kept(self.env, FORM))
