from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestWarehouseLimit(ServiceCommon):
    """No part leaves the stock for which the customer would pay more than was agreed, whoever issues it, and how."""

    def setUp(self):
        super().setUp()
        self.part.taxes_id = False
        self.order = self._take_in(self.device, cost_limit=100.0)
        self.order.user_id = self.technician
        self.line = self.add_part(self.order, quantity=2.0)    # 180 of 100
        self.mine = self.order.with_user(self.technician)

    def _wizard(self, user):
        action = self.order.with_user(user).action_issue_parts_screen()
        self.assertEqual(action["res_model"], "crm.service.limit.wizard")
        return self.env[action["res_model"]].with_user(user).with_context(**action["context"]).create(
            {"said_by": "Anna Kłos"})

    def _refused(self, act):
        with self.assertRaisesRegex(UserError, rf"{self.order.name}.*more than agreed[\s\S]*ABC 2001"), \
                self.env.cr.savepoint():
            act()
        self.env.invalidate_all()
        self.assertEqual(self.line.quantity_issued, 0.0)
        self.assertStock(self.part, 10)

    def test_the_technician_is_asked_first(self):
        wizard = self._wizard(self.technician)
        self.assertEqual(wizard.device_line_ids, self.mine.device_line_ids)
        self.assertStock(self.part, 10)
        wizard.action_agree()
        self.env.invalidate_all()
        self.assertEqual(self.line.quantity_issued, 2.0)
        self.assertEqual((self.order.device_line_ids.cost_limit, self.order.device_line_ids.limit_said_by),
                         (180.0, "Anna Kłos"))
        self.assertStock(self.part, 8)

    def test_no_way_around(self):
        self._refused(self.mine.action_issue_parts)
        self._refused(self.mine.with_context(crm_service_limit_passed=True).action_issue_parts_screen)
        self._refused(self.mine._issue_available)
        self._refused(self._wizard(self.technician).action_issue_anyway)
        self._refused(self.order.with_user(self.operator).action_issue_parts)
        with self.assertRaisesRegex(UserError, "agreed to"):
            self.mine.device_line_ids.cost_limit = 1000.0

    def test_a_part_for_no_device(self):
        """Taken off its device, a part is still paid for by the same customer."""
        self.line.with_user(self.technician).device_line_id = False
        self.assertEqual(self.order.device_line_ids.estimate, 180.0)
        self._refused(self.mine.action_issue_parts)
        # of several devices, it has to be said for which one
        self.order.device_line_ids = [(0, 0, {"device_id": self.device2.id})]
        self.assertFalse(self.line.device_line_id)
        self.assertEqual(self.order.device_line_ids.mapped("estimate"), [0.0, 0.0])
        with self.assertRaisesRegex(UserError, f"{self.order.name}.*for which device"), self.env.cr.savepoint():
            self.mine.action_issue_parts()
        self.assertStock(self.part, 10)
        self.line.with_user(self.technician).device_line_id = self.order.device_line_ids[1]
        self.mine.action_issue_parts()
        self.assertStock(self.part, 8)

    def test_the_keeper_is_told_no_sums(self):
        self.order_type.issue_by = "warehouse"
        self._refused(self.mine.action_issue_parts)
        self.mine.action_reserve_parts()
        rw = self.order.sudo().picking_ids.with_user(self.keeper)
        with self.assertRaisesRegex(UserError, "more than agreed") as refusal, self.env.cr.savepoint():
            rw.move_ids.picked = True
            rw._action_done()
        self.assertNotIn("180", str(refusal.exception))
        self.mine.device_line_ids.agree_limit("Anna Kłos")
        rw.move_ids.picked = True
        rw._action_done()
        self.assertStock(self.part, 8)

    def test_a_manager_may_and_the_order_notes_it(self):
        self._wizard(self.manager).action_issue_anyway()
        self.env.invalidate_all()
        self.assertEqual(self.line.quantity_issued, 2.0)
        self.assertEqual(self.order.device_line_ids.cost_limit, 100.0)
        self.assertTrue(any("above the cost limit" in body for body in self.order.message_ids.mapped("body")))

    def test_what_the_customer_does_not_pay_for_is_issued(self):
        self.env["crm.service.order.line"].create({
            "order_id": self.order.id, "kind": "labour", "product_id": self.labour.id, "quantity": 3.0})
        self.line.billing = "warranty"
        self.assertTrue(self.order.device_line_ids.is_over_limit)
        self.assertIs(self.mine.action_issue_parts_screen(), True)
        self.assertStock(self.part, 8)

    def test_within_the_limit_nothing_is_asked(self):
        self.line.quantity = 1.0
        self.assertIs(self.mine.action_issue_parts_screen(), True)
        self.assertStock(self.part, 9)

    def test_short_and_dear(self):
        self.line.quantity = 12.0
        wizard = self._wizard(self.technician)
        self.assertEqual(wizard.action_agree()["res_model"], "crm.service.issue.wizard")

    def test_a_colleague_is_not_told(self):
        with self.assertRaises(AccessError):
            self.order.with_user(self.technician2).action_issue_parts_screen()

    # WHAT COMES NEXT

    def test_the_next_step(self):
        order = self._new_order(self.device2).with_user(self.technician)
        self.add_part(order)
        self.assertEqual(order.next_step, "take")
        order.action_take()
        self.assertEqual(order.next_step, "start")
        action = order.action_start_job()
        self.assertEqual((order.next_step, action["res_id"]), ("issue", order.id))
        order.action_issue_parts()
        self.env.invalidate_all()
        self.assertEqual(order.next_step, "outcome")
        self.assertEqual(order.action_open_next_device()["res_id"], order.device_line_ids.id)
        order.device_line_ids.action_repaired()
        self.assertEqual(order.next_step, "done")
        order.action_done()
        self.assertFalse(order.next_step)

    def test_the_next_step_where_the_keeper_issues(self):
        self.order_type.issue_by = "warehouse"
        order = self._new_order(self.device2, user_id=self.technician.id).with_user(self.technician)
        self.add_part(order)
        order.action_start()
        self.assertEqual(order.next_step, "request")
        order.action_issue_parts()
        self.env.invalidate_all()
        self.assertEqual(order.next_step, "outcome")
        order.device_line_ids.action_repaired()
        self.assertFalse(order.next_step, "the keeper's turn")
