from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

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

    def test_default_performer(self):
        order = self.Orders.with_context(default_user_id=self.technician.id).create({"partner_id": self.contractor.id})
        self.assertEqual(order.user_id, self.technician)
        self.assertRegex(order.name, r"^ZSR/")
