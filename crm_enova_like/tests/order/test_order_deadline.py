from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common.firm import ServiceCommon


@tagged("post_install", "-at_install")
class TestDeadline(ServiceCommon):
    """What the law says of claims, and what was agreed by hand, go before the order type."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order_type.deadline_days = 14
        cls.quick = cls.order_type.copy({"deadline_days": 2})

    def _take_in(self, *bases, **vals):
        devices = self.device | self.device2
        rows = [Command.create({"device_id": device.id, "basis": basis})
                for device, basis in zip(devices, bases, strict=False)]
        return self.env["crm.service.order"].create({
            "partner_id": self.contractor.id, "date_received": "2026-11-28 09:00:00", "type_id": self.order_type.id,
            "device_line_ids": rows, **vals})

    def test_claims_have_fourteen_days(self):
        for bases, expected in (
                (["warranty"], date(2026, 12, 12)), (["nonconformity"], date(2026, 12, 12)),
                (["paid", "statutory"], date(2026, 12, 12)), (["paid"], date(2026, 12, 17)),
                (["goodwill"], date(2026, 12, 17)), (["rework"], date(2026, 12, 17))):
            with self.subTest(bases=bases):
                self.assertEqual(self._take_in(*bases).date_deadline, expected)

    def test_whatever_the_type_says(self):
        for days in (0, 2, 90):
            self.quick.deadline_days = days
            with self.subTest(days=days):
                order = self._take_in("statutory", type_id=self.quick.id)
                self.assertEqual(order.date_deadline, date(2026, 12, 12))

    def test_the_ground_changes(self):
        order = self._take_in("paid")
        order.device_line_ids.basis = "nonconformity"
        self.assertEqual(order.date_deadline, date(2026, 12, 12))
        order.device_line_ids.basis = "goodwill"
        self.assertEqual(order.date_deadline, date(2026, 12, 17))
        order.device_line_ids.unlink()
        order.device_line_ids = [Command.create({"device_id": self.device.id, "basis": "warranty"})]
        self.assertEqual(order.date_deadline, date(2026, 12, 12))

    def test_proposed_by_the_warranty_of_the_device(self):
        self.device.warranty_end = "2027-01-31"
        order = self.env["crm.service.order"].create({
            "partner_id": self.contractor.id, "date_received": "2026-11-28 09:00:00", "type_id": self.order_type.id,
            "device_line_ids": [Command.create({"device_id": self.device.id})]})
        self.assertEqual((order.device_line_ids.basis, order.date_deadline), ("warranty", date(2026, 12, 12)))

    def test_agreed_by_hand_it_stays(self):
        order = self._take_in("paid", date_deadline="2027-01-15")
        order.type_id = self.quick
        order.device_line_ids.basis = "warranty"
        order.date_received = "2026-11-29 09:00:00"
        self.assertEqual(order.date_deadline, date(2027, 1, 15))
        later = self._take_in("paid")
        later.date_deadline = "2026-12-01"
        later.type_id = self.quick
        self.assertEqual(later.date_deadline, date(2026, 12, 1))

    def test_proposed_it_follows(self):
        order = self._take_in("paid")
        order.type_id = self.quick
        self.assertEqual(order.date_deadline, date(2026, 12, 1))
        order.date_deadline = False
        order.type_id = self.order_type
        self.assertEqual(order.date_deadline, date(2026, 12, 17), "emptied, it is proposed again")

    def test_on_the_form(self):
        form = Form(self.env["crm.service.order"])
        form.partner_id, form.type_id = self.contractor, self.order_type
        form.date_received = "2026-11-28 09:00:00"
        form.type_id = self.quick
        self.assertEqual(str(form.date_deadline), "2026-12-01")
        form.date_deadline = "2026-12-24"
        form.type_id = self.order_type
        self.assertEqual(str(form.date_deadline), "2026-12-24")
        order = form.save()
        with Form(order) as form:
            form.type_id = self.quick
            self.assertEqual(str(form.date_deadline), "2026-12-24")
            form.date_deadline = False
            form.type_id = self.order_type
        self.assertEqual(order.date_deadline, date(2026, 12, 17))

    def test_what_is_proposed_is_not_typed(self):
        with self.assertRaises(UserError):
            self._take_in("paid").with_user(self.operator).write({"deadline_proposed": "2030-01-01"})
