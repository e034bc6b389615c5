from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_warehouse_race import RaceCase


@tagged("post_install", "-at_install")
class TestRacePlan(RaceCase):
    """A keeper validates an RW while its order's plan changes: whoever comes second meets what the first left, and
    nothing stays reserved without a document."""

    def _reserve(self, planned, on_hand=5):
        """An order with an RW that waits for the keeper, all of it reserved.

        :return: (id of the part, of the order, of its line)
        """
        part = self._new_part(on_hand)
        order = self._new_order(part)
        with self._environment() as env:
            line = env["crm.service.order"].browse(order).line_ids
            line.quantity = planned
            line.order_id.action_reserve_parts()
        return part, order, line.id

    def _validate(self, order):
        def validate(env):
            picking = env["stock.picking"].search([("service_order_id", "=", order)])
            picking.move_ids.picked = True
            return picking.with_context(skip_backorder=True).button_validate()
        return self.keeper, validate

    def _write(self, line, **vals):
        return self.anna, lambda env: env["crm.service.order.line"].browse(line).write(vals)

    def _assert_issued(self, part, order, line, planned, issued, left):
        """What the order's documents say, the shelf holds, and nothing is reserved for nobody."""
        self._assert_stock(part, left)
        with self._environment() as env:
            moves = env["stock.move"].search([("product_id", "=", part)])
            self.assertEqual(set(moves.mapped("state")) - {"cancel"}, {"done"} if issued else set())
            self.assertEqual(sum(moves.filtered(lambda move: move.state == "done").mapped("quantity")), issued)
            line = env["crm.service.order.line"].browse(line).exists()
            if line:
                self.assertEqual((line.quantity, line.quantity_issued), (planned, issued))
        # another order may have what is left
        other = self._new_order(part)
        with self._environment() as env:
            env["crm.service.order"].browse(other).line_ids.quantity = left
            env["crm.service.order"].browse(other).action_issue_parts()
        self._assert_stock(part, 0)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_plan_is_lowered_first(self):
        part, order, line = self._reserve(3)
        lowered, validated = self._one_after_the_other(self._write(line, quantity=1), self._validate(order))
        self.assertFalse(lowered.error or validated.error)
        self._assert_issued(part, order, line, 1, 1, 4)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_keeper_is_first(self):
        part, order, line = self._reserve(3)
        validated, lowered = self._one_after_the_other(self._validate(order), self._write(line, quantity=1))
        self.assertFalse(validated.error)
        self.assertIn("3", str(lowered.error), "what is issued is not planned away")
        self._assert_issued(part, order, line, 3, 3, 2)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_plan_is_raised(self):
        part, order, line = self._reserve(2)
        raised, validated = self._one_after_the_other(self._write(line, quantity=4), self._validate(order))
        self.assertFalse(raised.error or validated.error)
        self._assert_issued(part, order, line, 4, 2, 3)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_line_is_deleted_first(self):
        part, order, line = self._reserve(3)
        deleted, validated = self._one_after_the_other(
            (self.anna, lambda env: env["crm.service.order.line"].browse(line).unlink()), self._validate(order))
        self.assertFalse(deleted.error)
        self.assertTrue(validated.error, "there is nothing to issue any more")
        self._assert_issued(part, order, line, 0, 0, 5)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_order_is_cancelled_first(self):
        part, order, line = self._reserve(3)
        cancelled, validated = self._one_after_the_other(
            (self.anna, lambda env: env["crm.service.order"].browse(order).action_cancel()), self._validate(order))
        self.assertFalse(cancelled.error)
        self.assertTrue(validated.error)
        self._assert_issued(part, order, line, 3, 0, 5)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_freely(self):
        for _round in range(3):
            part, order, line = self._reserve(3)
            lowered, validated = self._at_once(self._write(line, quantity=1), self._validate(order))
            self.assertFalse(validated.error)
            issued = 3 if lowered.error else 1
            with self.subTest(issued=issued):
                self._assert_issued(part, order, line, issued, issued, 5 - issued)
