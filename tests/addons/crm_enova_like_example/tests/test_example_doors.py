from odoo.tests import tagged

from odoo.addons.crm_enova_like.tests.common import InspectionCommon


@tagged("post_install", "-at_install")
class TestDoors(InspectionCommon):
    """Whoever overrides ``write`` sees every button, as it sees a drag."""

    def _seen(self, record):
        """The states that passed the override for a record, in order; the next call tells what comes after."""
        moves = self.env["crm.example.move.seen"].search([
            ("res_model", "=", record._name), ("res_id", "=", record.id)])
        values = moves.mapped("value")
        moves.unlink()
        return values

    def assertSeen(self, record, *values):
        self.assertEqual(self._seen(record), list(values))
        self.assertEqual(record.state, values[-1])

    def test_the_six_actions_of_an_order(self):
        order = self._new_order().with_user(self.manager)
        self._seen(order)
        order.action_accept()
        self.assertSeen(order, "accepted")
        order.action_start()
        self.assertSeen(order, "in_progress")
        order.action_wait()
        self.assertSeen(order, "waiting")
        order.action_done()
        self.assertSeen(order, "done")
        order.action_reopen()
        self.assertSeen(order, "in_progress")
        order.action_cancel()
        self.assertSeen(order, "cancelled")

    def test_an_order_is_dragged_and_imported(self):
        order = self._new_order().with_user(self.operator)
        order.stage_id = order._find_stage(order.company_id, order.type_id, "accepted")
        self.assertSeen(order, "accepted")
        order.write({"state": "waiting"})
        self.assertSeen(order, "waiting")
        imported = order.create({"partner_id": self.contractor.id, "state": "done"})
        self.assertSeen(imported, "done")

    def test_orders_of_several_at_once(self):
        orders = self._new_order() | self._new_order()
        orders.with_user(self.operator).action_accept()
        for order in orders:
            self.assertSeen(order, "accepted")

    def test_the_seven_actions_of_a_device(self):
        outcomes = {
            "action_repaired": "repaired", "action_no_fault": "no_fault", "action_replaced": "replaced",
            "action_unrepairable": "unrepairable", "action_decline": "declined",
            "action_refuse_claim": "claim_refused"}
        row = self._new_order(self.device, user_id=self.technician.id).device_line_ids.with_user(self.technician)
        row.basis = "warranty"
        for action, state in outcomes.items():
            with self.subTest(action):
                getattr(row, action)()
                self.assertSeen(row, state)
                row.action_reopen()
                self.assertSeen(row, "open")
        self.assertEqual(
            {*outcomes.values(), "open", "scrapped"}, {value for value, _name in row._fields["state"].selection},
            "an outcome that has no button here")

    def test_an_outcome_is_imported_and_set_for_many(self):
        rows = self._new_order(self.device, self.device2).device_line_ids.with_user(self.operator)
        rows[0].write({"state": "replaced"})
        self.assertSeen(rows[0], "replaced")
        self.env["crm.service.outcome.wizard"].with_user(self.operator).create({
            "line_ids": [(6, 0, rows[1].ids)], "outcome": "scrapped"}).action_apply()
        self.assertSeen(rows[1], "scrapped")

    def test_the_four_actions_of_an_inspection(self):
        inspection = self._new_inspection().with_user(self.manager)
        self._seen(inspection)
        inspection.action_create_order()
        self.assertSeen(inspection, "ordered")
        inspection.action_done()
        self.assertSeen(inspection, "done")
        inspection.action_reopen()
        self.assertSeen(inspection, "planned")
        inspection.action_cancel("The device was sold")
        self.assertSeen(inspection, "cancelled")

    def test_what_follows_from_another_record_is_seen_too(self):
        """An order that is cancelled puts its inspections back, by their door."""
        inspection = self._new_inspection()
        order = self._order(inspection)
        self._seen(inspection)
        order.with_user(self.operator).action_cancel()
        self.assertSeen(inspection, "planned")
