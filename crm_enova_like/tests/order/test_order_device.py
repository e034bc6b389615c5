from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..common import ServiceCommon

OUTCOMES = {
    "action_repaired": "repaired",
    "action_no_fault": "no_fault",
    "action_replaced": "replaced",
    "action_unrepairable": "unrepairable",
    "action_decline": "declined",
    "action_refuse_claim": "claim_refused",
}
DROPPING = ("no_fault", "unrepairable", "declined", "claim_refused")


@tagged("post_install", "-at_install")
class TestOrderDevice(ServiceCommon):
    """Each device of an order has its own ground, outcome and way back."""

    # THE GROUND

    def test_basis_paid_or_warranty(self):
        today = self.company._service_today()
        self.device.warranty_end = today
        self.device2.warranty_end = today - relativedelta(days=1)
        order = self.make_order(self.device, self.device2)
        self.assertEqual(order.device_line_ids.mapped("basis"), ["warranty", "paid"])

    @freeze_time("2027-02-01 10:00:00")
    def test_basis_rework_inside_the_repair_warranty(self):
        self.order_type.repair_warranty_months = 3
        self.device.warranty_end = "2030-01-01"
        first = self.make_order(self.device)
        self.assertEqual(first.device_line_ids.basis, "warranty")
        first.device_line_ids.action_repaired()
        first.action_done()
        self.assertEqual(str(first.device_line_ids.repair_warranty_until), "2027-05-01")
        inside = self.make_order(self.device, date_received="2027-05-01 21:00:00")
        self.assertEqual(inside.device_line_ids.basis, "rework")
        self.assertEqual(inside.device_line_ids.rework_of_id, first.device_line_ids)
        outside = self.make_order(self.device, date_received="2027-05-01 22:30:00")
        self.assertEqual(outside.device_line_ids.basis, "warranty", "it is the 2nd of May there")
        self.assertFalse(outside.device_line_ids.rework_of_id)

    def test_no_repair_warranty_without_a_repair(self):
        for outcome in ("action_no_fault", "action_decline", "action_unrepairable"):
            order = self.make_order(self.device)
            getattr(order.device_line_ids, outcome)()
            self.assertFalse(order.device_line_ids.repair_warranty_until, outcome)
        self.assertEqual(self.make_order(self.device).device_line_ids.basis, "paid")

    def test_chosen_basis_stays(self):
        self.device.warranty_end = "2099-01-01"
        order = self.make_order(device_line_ids=[
            Command.create({"device_id": self.device.id, "basis": "goodwill"})])
        self.assertEqual(order.device_line_ids.basis, "goodwill")
        order.priority = "1"
        order.device_line_ids.fault = "Other"
        self.assertEqual(order.device_line_ids.basis, "goodwill")

    def test_billing_follows_the_basis(self):
        order = self.make_order(self.device)
        line = self.add_part(order, quantity=2)
        self.assertEqual(line.billing, "billable")
        self.assertEqual(line.subtotal, 180)
        for basis, billing in {
                "warranty": "warranty", "nonconformity": "warranty", "statutory": "warranty",
                "rework": "warranty", "contract": "included", "goodwill": "included",
                "inspection": "included", "paid": "billable"}.items():
            order.device_line_ids.basis = basis
            self.assertEqual(line.billing, billing, basis)
            self.assertEqual(line.subtotal, 180 if billing == "billable" else 0)

    # LINES AND DEVICES

    def test_only_device_is_every_lines_device(self):
        order = self.make_order(self.device, line_ids=[
            Command.create({"kind": "part", "product_id": self.part.id})])
        self.assertEqual(order.line_ids.device_id, self.device)
        self.assertEqual(self.add_part(order).device_id, self.device)

    def test_device_entered_after_the_lines(self):
        order = self.make_order()
        line = self.add_part(order)
        order.device_line_ids = [Command.create({"device_id": self.device.id, "basis": "warranty"})]
        self.assertEqual(line.device_id, self.device)
        self.assertEqual(line.billing, "warranty")

    def test_two_devices_ask(self):
        order = self.make_order(self.device, self.device2)
        self.assertFalse(self.add_part(order).device_line_id)

    def test_line_for_a_device_of_another_order(self):
        other = self.make_order(self.device)
        order = self.make_order(self.device2)
        with self.assertRaisesRegex(ValidationError, "not in this order"):
            self.add_part(order, device_line_id=other.device_line_ids.id)

    def test_names_of_the_devices_of_an_order(self):
        devices = self.env["crm.service.device"].create(
            [{"name": f"Machine {number}", "partner_id": self.contractor.id} for number in range(4)])
        names = devices.mapped("display_name")
        told = {0: "", 1: names[0], 2: ", ".join(names[:2]), 4: ", ".join(names[:3]) + " (+1)"}
        for count, expected in told.items():
            with self.subTest(devices=count):
                order = self.make_order(*devices[:count])
                self.assertEqual(order.device_names, expected)
                self.env.invalidate_all()
                self.assertEqual(order.device_names, expected)
        order.device_line_ids[1:].unlink()
        self.assertEqual(order.device_names, names[0])

    def test_device_in_another_open_order_is_told(self):
        first = self.make_order(self.device)
        second = self.make_order(self.device)
        self.assertEqual(second.device_line_ids.other_open_order_id, first)
        self.assertIn(first.name, second.device_warning)
        first.device_line_ids.action_repaired()
        first.action_done()
        second.invalidate_recordset()
        second.device_line_ids.invalidate_recordset()
        self.assertFalse(second.device_line_ids.other_open_order_id)

    def test_device_of_another_contractor(self):
        self.device.partner_id = self.other_contractor
        order = self.make_order(self.device, user=self.operator)
        self.assertTrue(order.device_line_ids.is_foreign)
        self.assertIn("Hurtownia Beta", order.device_warning)
        theirs = self.make_order(self.device, user=self.operator)
        order.device_line_ids.action_change_owner()
        self.assertEqual(self.device.partner_id, self.contractor)
        self.device.partner_id = self.other_contractor
        theirs.device_line_ids.action_owner_is_contractor()
        self.assertEqual(theirs.partner_id, self.other_contractor)
        self.assertEqual(theirs.invoice_partner_id, self.contractor, "who brought it pays")

    # OUTCOMES

    def test_every_outcome(self):
        for button, state in OUTCOMES.items():
            with self.subTest(button):
                order = self.make_order(self.device, user=self.technician)
                line = order.device_line_ids
                line.diagnosis = "Dust"
                getattr(line, button)()
                self.assertEqual(line.state, state)
                self.assertTrue(line.date_closed)
                with self.assertRaisesRegex(UserError, "already"):
                    line.action_repaired()
                line.action_reopen()
                self.assertEqual(line.state, "open")
                self.assertFalse(line.date_closed)
                getattr(line, button)()
                order.action_done()
                self.assertEqual(line.diagnosis, "Dust", "every outcome keeps its notes")
                self.assertIn(line, self.device.order_line_ids)

    def test_parts_after_each_outcome(self):
        for button, state in OUTCOMES.items():
            with self.subTest(button):
                order = self.make_order(self.device, user=self.technician)
                issued, planned = self.add_part(order, quantity=1), self.add_part(order, quantity=2)
                planned.quantity = 0
                order.action_issue_parts()
                issued.quantity = 3
                planned.quantity = 1
                order.action_reserve_parts()
                open_rw = order.sudo()._get_open_rw()
                self.assertEqual(len(open_rw.move_ids), 2)
                getattr(order.device_line_ids, button)()
                if state in DROPPING:
                    self.assertFalse(planned.exists())
                    self.assertEqual(issued.quantity, 1, "what was used stays in the history")
                    self.assertEqual(open_rw.state, "cancel")
                    order.action_done()
                else:
                    self.assertEqual(issued.quantity_to_issue, 2)
                    with self.assertRaisesRegex(UserError, "not issued"):
                        order.action_done()
                    order.sudo()._get_open_rw().action_cancel()

    def test_decline_leaves_the_other_devices_parts(self):
        order = self.make_order(self.device, self.device2, user=self.technician)
        first, second = order.device_line_ids
        mine = self.add_part(order, quantity=2, device_line_id=first.id)
        others = self.add_part(order, quantity=3, device_line_id=second.id)
        order.action_reserve_parts()
        first.action_decline()
        self.assertFalse(mine.exists())
        self.assertEqual(others.quantity_to_issue, 3)
        rw = order.sudo()._get_open_rw()
        live = rw.move_ids.filtered(lambda move: move.state != "cancel")
        self.assertEqual(live.service_line_id, others)
        self.assertEqual(self.part.free_qty, 7)
        order.action_issue_parts()
        self.assertStock(self.part, 7)

    def test_device_with_issued_parts_stays(self):
        order = self.make_order(self.device, user=self.technician)
        self.add_part(order)
        order.action_issue_parts()
        with self.assertRaisesRegex(UserError, "issued parts"):
            order.device_line_ids.unlink()

    # THE WAY BACK

    def test_release(self):
        order = self.make_order(self.device, user=self.technician, person_id=self.person.id)
        line = order.device_line_ids
        with self.assertRaisesRegex(UserError, "no outcome yet"):
            line.action_release()
        line.action_repaired()
        ready = [("state", "!=", "open"), ("date_released", "=", False), ("id", "=", line.id)]
        self.assertTrue(line.search(ready))
        order.action_done()
        line.action_release()
        self.assertTrue(line.date_released)
        self.assertEqual(line.released_to, "Anna Kłos")
        self.assertFalse(line.search(ready))
        with self.assertRaisesRegex(UserError, "already"):
            line.action_release()
        order.with_user(self.manager).action_reopen()
        with self.assertRaisesRegex(UserError, "was handed back"):
            line.action_reopen()

    def test_outcome_is_not_written_past_the_buttons(self):
        order = self.make_order(self.device, user=self.technician)
        line = order.device_line_ids
        self.add_part(order)
        line.write({"state": "declined"})
        self.assertEqual(line.state, "declined")
        self.assertTrue(line.date_closed)
        self.assertFalse(order.line_ids, "an import drops the parts as the button does")
        with self.assertRaisesRegex(UserError, "already"):
            line.write({"state": "repaired"})
        order.action_done()
        with self.assertRaisesRegex(UserError, "closed"):
            line.write({"state": "open"})
