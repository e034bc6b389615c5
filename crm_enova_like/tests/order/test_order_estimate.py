from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestOrderEstimate(ServiceCommon):
    """What the customer agrees to: a cost limit, and a fee for the diagnosis of what they decline."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order_type.diagnosis_fee = 80.0

    # WHAT IS AGREED

    def test_warning_above_the_cost_limit(self):
        order = self._take_in(self.device, cost_limit=300.0)
        line = order.device_line_ids
        self.labour.taxes_id = False
        row = self.env["crm.service.order.line"].with_user(self.operator).create({
            "order_id": order.id, "kind": "labour", "product_id": self.labour.id, "quantity": 2.0})
        self.assertEqual(row.device_line_id, line)
        self.assertFalse(order.limit_warning, "300 of 300")
        row.quantity = 2.5
        self.assertIn("ABC 2001", order.limit_warning)
        self.assertIn("375", order.limit_warning)
        row.billing = "warranty"
        self.assertFalse(order.limit_warning, "the customer pays nothing")
        row.billing = "billable"
        line.action_repaired()
        self.assertFalse(order.limit_warning, "it is done")

    def test_cost_limit_is_with_tax(self):
        tax = self.env["account.tax"].create({"name": "VAT 23", "amount": 23.0, "amount_type": "percent"})
        self.labour.taxes_id = tax
        order = self._take_in(self.device, cost_limit=160.0)
        self.env["crm.service.order.line"].with_user(self.technician).create({
            "order_id": order.id, "kind": "labour", "product_id": self.labour.id})
        self.assertAlmostEqual(order.device_line_ids.estimate, 184.5)
        self.assertTrue(order.device_line_ids.is_over_limit)

    def test_no_limit(self):
        order = self._take_in(self.device)
        self.add_part(order, quantity=9)
        self.assertFalse(order.limit_warning)

    def test_negative_amounts(self):
        order = self._take_in(self.device)
        for name in ("cost_limit", "diagnosis_fee"):
            with self.subTest(name), self.assertRaisesRegex(ValidationError, f"ABC 2001.*{order.name}.*negative"):
                order.device_line_ids[name] = -1.0

    def test_fee_follows_the_type_and_the_basis(self):
        paid = self._take_in(self.device)
        self.assertEqual(paid.device_line_ids.diagnosis_fee, 80.0)
        self.device2.warranty_end = self.company._service_today()
        self.assertFalse(self._take_in(self.device2).device_line_ids.diagnosis_fee)

    def test_customer_declines(self):
        order = self._take_in(self.device, self.device2)
        line, other = order.device_line_ids
        estimated = self.env["crm.service.order.line"].with_user(self.technician).create({
            "order_id": order.id, "device_line_id": line.id, "kind": "labour", "product_id": self.labour.id})
        self.add_part(order, device_line_id=line.id)
        line.with_user(self.technician).action_decline()
        fee = line.line_ids - estimated
        self.assertEqual((fee.kind, fee.billing, fee.subtotal, fee.device_line_id), ("labour", "billable", 80.0, line))
        self.assertEqual(estimated.billing, "included", "the fee stands in place of the estimate")
        self.assertEqual(order.amount_billable, 80.0)
        self.assertFalse(other.line_ids)
        line.action_reopen()
        self.assertEqual(line.line_ids, estimated)
        self.assertEqual(estimated.billing, "billable")
        line.action_decline()
        self.assertEqual(order.amount_billable, 80.0, "billed once")

    def test_no_fee_is_billed_where_none_was_agreed(self):
        order = self._take_in(self.device, diagnosis_fee=0.0)
        order.device_line_ids.action_decline()
        self.assertFalse(order.line_ids)
        other = self._take_in(self.device2)
        other.device_line_ids.action_unrepairable()
        self.assertFalse(other.line_ids)

    def test_fee_is_billed_as_the_types_product(self):
        self.order_type.diagnosis_product_id = self.labour
        order = self._take_in(self.device)
        order.device_line_ids.write({"state": "declined"})    # an import does as the button
        self.assertEqual(order.line_ids.product_id, self.labour)
        self.assertEqual(order.line_ids.price_unit, 80.0)
