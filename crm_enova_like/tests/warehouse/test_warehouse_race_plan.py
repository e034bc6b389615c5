import threading
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_warehouse_race import PATIENCE, RaceCase, Request


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

    def _in_the_midst(self, first, method, second):
        """Two requests, of which the second acts while the first is about to call a method of pickings.

        :return: the two requests, ended
        """
        snapshots, reached, go_on = threading.Barrier(2, timeout=PATIENCE), threading.Event(), threading.Event()
        Picking = self.registry["stock.picking"]
        original = getattr(Picking, method)

        def held(pickings, *args, **kwargs):
            if threading.current_thread() is requests[0] and not reached.is_set():
                reached.set()
                go_on.wait(PATIENCE)
            return original(pickings, *args, **kwargs)

        def follow():
            snapshots.wait()
            reached.wait(PATIENCE)

        requests = [Request(self, *first, before=snapshots.wait), Request(self, *second, before=follow)]
        with patch.object(Picking, method, held):
            for request in requests:
                request.start()
            self.assertTrue(reached.wait(PATIENCE), f"{method} is called")
            for _attempt in range(PATIENCE * 20):
                requests[1].join(0.05)
                if not requests[1].is_alive() or self._is_waiting(requests[1].pid):
                    break
            go_on.set()
            return self._ended(requests)

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
    def test_the_plan_is_lowered_while_the_keeper_validates(self):
        """He has locked what lies there; core's own release would skip it, and leave the rest reserved for nobody."""
        for what, act, word in (
                ("lowered", lambda line: line.write({"quantity": 1}), "3"),
                ("deleted", lambda line: line.unlink(), "RW"),
                ("cancelled", lambda line: line.order_id.action_cancel(), None)):
            part, order, line = self._reserve(3)
            validated, changed = self._in_the_midst(self._validate(order), "_assign_service_numbers", (
                self.anna, lambda env, line=line, act=act: act(env["crm.service.order.line"].browse(line))))
            with self.subTest(what=what):
                self.assertFalse(validated.error)
                self.assertEqual((validated.tries, changed.tries), (1, 2), "the keeper was first")
                if word:
                    self.assertIn(word, str(changed.error))
                else:
                    self.assertEqual(changed.result["type"], "ir.actions.act_window", "he is asked about the parts")
                self._assert_issued(part, order, line, 3, 3, 2)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_freely(self):
        for _round in range(3):
            part, order, line = self._reserve(3)
            lowered, validated = self._at_once(self._write(line, quantity=1), self._validate(order))
            self.assertFalse(validated.error)
            issued = 3 if lowered.error else 1
            with self.subTest(issued=issued):
                self._assert_issued(part, order, line, issued, issued, 5 - issued)
