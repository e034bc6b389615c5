from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from ..common import ServiceCommon

SIGNED = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="


@tagged("post_install", "-at_install")
class TestOrderCorrection(ServiceCommon):
    """A correction leaves an order, or a device in it, what its state says; and an order stays in sight."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))
        cls.order = cls.make_order(
            cls.device, user_id=cls.technician.id, requester_id=cls.operator.id, date_received="2026-03-02 08:00:00")
        cls.row = cls.order.device_line_ids

    def _close(self):
        self.row.action_repaired()
        self.order.action_done()

    def assertKept(self, record, vals, says):
        before = {name: record[name] for name in vals}
        with self.subTest(record=record._name, **vals), self.assertRaisesRegex(UserError, says):
            record.with_user(self.manager).correct_facts(vals, "typing error")
        self.assertEqual({name: record[name] for name in vals}, before)

    def test_what_a_state_needs_is_not_emptied(self):
        self._close()
        self.row.action_release("Jan")
        self.order.customer_signature = SIGNED
        for record, names in (
                (self.order, ("name", "date_closed", "requester_id", "customer_signed_on")),
                (self.row, ("date_closed", "released_to"))):
            for name in names:
                self.assertKept(record, {name: False}, "cannot be emptied")
        self.assertKept(self.order, {"name": "  "}, "cannot be emptied")
        # what no state needs may be: a hand-over that was none
        self.row.with_user(self.manager).correct_facts({"date_released": False}, "still here")
        self.assertFalse(self.row.date_released)

    def test_what_a_state_does_not_have(self):
        self.assertKept(self.order, {"date_closed": "2026-03-10 10:00:00"}, "in this state")
        self.assertKept(self.row, {"date_closed": "2026-03-10 10:00:00"}, "in this state")

    def test_moments(self):
        self._close()
        self.row.action_release("Jan")
        for record, vals, says in (
                (self.order, {"date_closed": "2026-03-12 10:00:00"}, "in the future.*2026"),
                (self.order, {"date_closed": "2026-03-02 07:00:00"}, "Closed On.*before.*Received On"),
                (self.row, {"date_closed": "2026-03-01 10:00:00"}, "before.*Received"),
                (self.row, {"date_released": "2027-03-12 10:00:00"}, "in the future"),
                (self.row, {"date_released": "2026-03-10 10:00:00"}, "before"),
                (self.row, {"date_released": "2026-03-05 10:00:00", "date_closed": "2026-03-06 10:00:00"}, "before")):
            self.assertKept(record, vals, says)
        self.row.with_user(self.manager).correct_facts(
            {"date_closed": "2026-03-05 10:00:00", "date_released": "2026-03-06 10:00:00"}, "entered late")
        self.order.with_user(self.manager).correct_facts({"date_closed": "2026-03-05 10:00:00"}, "entered late")
        self.assertEqual(self.order.date_closed, fields.Datetime.to_datetime("2026-03-05 10:00:00"))

    def test_one_that_went_back_unfinished_has_its_outcome_later(self):
        self.row.action_release("Jan", reason="urgent")
        self.row.action_repaired()
        self.row.with_user(self.manager).correct_facts({"date_released": "2026-03-10 10:00:00"}, "entered late")
        self.assertLess(self.row.date_released, self.row.date_closed)

    def test_a_number_is_nobody_elses(self):
        other = self.make_order(self.device2, active=False)
        self.assertKept(self.order, {"name": other.name}, "is taken by another document")
        orders = (self.order | other).with_user(self.manager)
        with self.assertRaisesRegex(UserError, "one at a time"):
            orders.correct_facts({"name": "ZSR/1"}, "as on paper")
        self.order.with_user(self.manager).correct_facts({"name": "ZSR/1"}, "as on paper")
        self.assertEqual(self.order.name, "ZSR/1")

    def test_the_dialog_opens_of_what_has_no_name(self):
        self._close()
        self.order._write_facts({"name": False})
        action = self.order.with_user(self.manager).action_open_correction()
        wizard = self.env[action["res_model"]].with_user(self.manager).browse(action["res_id"])
        wizard.fact_id = wizard.fact_ids.filtered(lambda fact: fact.name == "name")
        wizard.write({"value_text": "ZSR/2", "reason": "lost"})
        wizard.action_correct()
        self.assertEqual(self.order.name, "ZSR/2")

    # WHO ARCHIVES

    def test_an_order_is_archived_by_operators(self):
        order = self.order.with_user(self.technician)
        device = self.device.with_user(self.technician)
        self.assertTrue(order.fields_get(["active"], ["readonly"])["active"]["readonly"])
        for closed in (False, True):
            if closed:
                self._close()
            for archive in (
                    order.action_archive, lambda: order.write({"active": False, "note": "Gone"}),
                    lambda: order.load([".id", "active"], [[str(order.id), "0"]]), device.action_archive):
                with self.subTest(closed=closed):
                    try:
                        result = archive()
                    except AccessError as error:
                        self.assertIn("cannot archive", str(error))
                    else:
                        self.assertTrue(isinstance(result, dict) and result["messages"])
                    self.assertTrue(self.order.active and self.device.active)
            order.active = True    # no change
            operators = self.order.with_user(self.operator)
            operators.action_archive()
            self.assertFalse(self.order.active)
            with self.assertRaisesRegex(AccessError, "cannot restore"):
                order.action_unarchive()
            operators.action_unarchive()
        self.assertFalse(operators.fields_get(["active"], ["readonly"])["active"]["readonly"])

    def test_nor_is_one_made_out_of_sight(self):
        for model, vals in (
                ("crm.service.order", {"partner_id": self.contractor.id}),
                ("crm.service.device", {"name": "Nano X", "type_id": self.device_type.id})):
            Model = self.env[model].with_user(self.technician)
            for make in (
                    lambda M=Model, v=vals: M.create({**v, "active": False}),
                    lambda M=Model, v=vals: M.with_context(default_active=False).create(v)):
                with self.subTest(model=model), self.assertRaisesRegex(AccessError, "cannot archive"):
                    make()

    def test_who_takes_in_a_device_restores_it(self):
        self.device2.active = False
        self.device2.with_user(self.technician).action_unarchive()
        self.assertTrue(self.device2.active)

    # WHY IT WAS CLOSED

    def test_why_it_was_closed_is_not_said_of_a_new_one(self):
        Order = self.env["crm.service.order"].with_user(self.operator)
        base = {"partner_id": self.contractor.id, "device_line_ids": [Command.create({"device_id": self.device2.id})]}
        for name in sorted(Order._get_decision_fields()):
            with self.subTest(name), self.assertRaisesRegex(UserError, "written when the order is closed"):
                Order.create([{**base, "device_line_ids": []}, {**base, name: "Too early"}])
            order = Order.with_context(**{f"default_{name}": "Too early"}).create(base)
            self.env.flush_all()
            order.invalidate_recordset()
            self.assertFalse(order[name])
            with self.assertRaisesRegex(UserError, "written when the order is closed"):
                order.copy({name: "Too early"})
        self.assertEqual(Order.create({
            "partner_id": self.contractor.id, "state": "cancelled", "cancel_reason": "Changed their mind",
        }).cancel_reason, "Changed their mind")
