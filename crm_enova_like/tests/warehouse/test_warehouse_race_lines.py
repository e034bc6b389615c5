from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_warehouse_race import RaceCase


@tagged("post_install", "-at_install")
class TestRaceLines(RaceCase):
    """An order is completed while a colleague writes its labour: either the line is part of the order that is closed,
    or it is refused."""

    def _new_labour(self):
        """(id of an order, of its line of labour)"""
        with self._environment() as env:
            order = env["crm.service.order"].create({
                "partner_id": self.contractor_id, "line_ids": [(0, 0, {
                    "kind": "labour", "name": "Cleaning", "quantity": 1.0, "price_unit": 100.0,
                    "billing": "billable"})]})
            self.made["crm.service.order"] += order.ids
            return order.id, order.line_ids.id

    def _close(self, order):
        return self.anna, lambda env: env["crm.service.order"].browse(order).action_done()

    def _change(self, line):
        return self.jan, lambda env: env["crm.service.order.line"].browse(line).write({"price_unit": 1.0})

    def _add(self, order):
        return self.jan, lambda env: env["crm.service.order.line"].create({
            "order_id": order, "kind": "labour", "name": "Tea", "quantity": 1.0, "price_unit": 77.0,
            "billing": "billable"})

    def _state(self, order):
        with self._environment() as env:
            record = env["crm.service.order"].browse(order)
            return record.state, record.amount_billable, len(record.done_lines or {})

    def test_closed_before_the_colleague_writes(self):
        for change in ("price", "line"):
            with self.subTest(change=change):
                order, line = self._new_labour()
                _close, late = self._one_after_the_other(
                    self._close(order), self._change(line) if change == "price" else self._add(order))
                self.assertIsInstance(late.error, UserError)
                self.assertEqual(self._state(order), ("done", 100.0, 1))

    def test_closed_after_the_colleague_wrote(self):
        for change, expected in (("price", ("done", 1.0, 1)), ("line", ("done", 177.0, 2))):
            with self.subTest(change=change):
                order, line = self._new_labour()
                requests = self._one_after_the_other(
                    self._change(line) if change == "price" else self._add(order), self._close(order))
                self.assertEqual([request.error for request in requests], [None, None])
                self.assertEqual(self._state(order), expected, "what is kept of it is what was there")
