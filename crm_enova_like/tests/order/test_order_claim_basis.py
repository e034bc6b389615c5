from datetime import date

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo.tests import tagged

from ..common.firm import ServiceCommon


@tagged("post_install", "-at_install")
class TestClaimBasis(ServiceCommon):
    """What a customer may claim of a device that we sold, and of a repair."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.consumer = cls.env["res.partner"].create({"name": "Anna Lis"})

    def _basis(self, sold, partner=None, received="2026-11-30 10:00:00", **vals):
        device = self.env["crm.service.device"].create({
            "name": "Mixer", "partner_id": (partner or self.consumer).id, "date_sold": sold,
            "warranty_end": date.fromisoformat(sold) + relativedelta(months=12), **vals})
        return self.make_order(device, partner_id=device.partner_id.id, date_received=received).device_line_ids.basis

    def test_a_consumer_bought_it_here(self):
        self.assertEqual(self._basis("2025-05-30"), "nonconformity")
        self.assertEqual(self._basis("2024-11-30"), "nonconformity", "the last day counts")
        self.assertEqual(self._basis("2024-11-29"), "paid")
        self.assertEqual(self._basis("2026-05-30"), "warranty", "the warranty first")

    def test_somebody_else_answers_for_it(self):
        self.assertEqual(self._basis("2025-05-30", bought_elsewhere=True), "paid")
        self.assertEqual(self._basis("2025-05-30", partner=self.contractor), "paid", "a firm")
        trader = self.env["res.partner"].create({"name": "Jan Kot Usługi", "vat": "PL5261040828"})
        self.assertEqual(self._basis("2025-05-30", partner=trader), "paid", "a person who bought it for a trade")
        self.assertEqual(self._basis("2025-05-30", ownership="own"), "paid")
        device = self.env["crm.service.device"].create({"name": "Second hand", "date_sold": "2025-05-30"})
        device.sudo().write({"sold_to_id": self.contractor.id, "partner_id": self.consumer.id})
        self.assertEqual(self.make_order(device, partner_id=self.consumer.id).device_line_ids.basis, "paid",
                         "whoever has it now did not buy it here")

    def test_no_statutory_warranty_for_a_consumer(self):
        row = self.env["crm.service.order.device"].new({"basis": "statutory"})
        for partner, warned in ((self.consumer, True), (self.contractor, False)):
            with self.subTest(partner=partner.name):
                row.device_id = self.env["crm.service.device"].create(
                    {"name": "Mixer", "partner_id": partner.id, "date_sold": "2025-05-30"})
                row.basis = "statutory"    # chosen after the device, which proposes another one
                self.assertEqual(bool(row._onchange_basis()), warned)

    @freeze_time("2026-11-30 10:00:00")
    def test_told_when_it_is_taken_in(self):
        device = self.env["crm.service.device"].create({
            "name": "Mixer", "partner_id": self.consumer.id, "date_sold": "2025-05-30", "warranty_end": "2026-05-30"})
        facts = str(self.make_order(device, partner_id=self.consumer.id).intake_facts)
        self.assertIn("non-conformity can be claimed until 30.05.2027", facts)

    def _repaired(self, **vals):
        order = self.make_order(self.device, **vals)
        row = order.device_line_ids
        row.action_repaired()
        return row

    def test_the_warranty_of_a_repair_runs_from_the_hand_over(self):
        self.order_type.repair_warranty_months = 3
        with freeze_time("2026-11-30 10:00:00"):
            row = self._repaired()
            self.assertEqual(row.repair_warranty_until, date(2027, 2, 28))
        # the type changes meanwhile: what was given stays as long as it was
        self.order_type.repair_warranty_months = 12
        with freeze_time("2027-01-15 23:30:00"):    # the 16th in Warsaw
            self.company.partner_id.tz = "Europe/Warsaw"
            row.action_release("Anna")
        self.assertEqual(row.repair_warranty_until, date(2027, 4, 16))

    def test_a_warranty_that_was_agreed_stays(self):
        self.order_type.repair_warranty_months = 3
        with freeze_time("2026-11-30 10:00:00"):
            row = self._repaired()
            row.correct_facts({"repair_warranty_until": "2026-12-24"}, "as agreed")
        with freeze_time("2027-01-15 10:00:00"):
            row.action_release("Anna")
        self.assertEqual(row.repair_warranty_until, date(2026, 12, 24))

    def test_without_a_warranty_none_begins(self):
        self.order_type.repair_warranty_months = 0
        row = self._repaired()
        row.action_release("Anna")
        self.assertFalse(row.repair_warranty_until)
