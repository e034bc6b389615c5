from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestDirection(ServiceCommon):
    """Issue and return are told by where goods go."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_order(cls.device)
        cls.line = cls.add_part(cls.order, quantity=5)
        cls.order.action_issue_parts()
        cls.rw = cls.order.picking_ids

    def _return(self, picking, quantity):
        """Core's return of a transfer, validated."""
        wizard = self.env["stock.return.picking"].with_user(self.keeper).create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = quantity
        back = wizard._create_return()
        back.move_ids.picked = True
        back._action_done()
        return back.sudo()

    def _numbers(self):
        return (self.line.quantity, self.line.quantity_issued, self.line.quantity_returned, self.line.cost)

    def test_chain_of_returns(self):
        zw = self._return(self.rw, 3)
        self.assertEqual(self._numbers(), (2, 5, 3, 100))
        again = self._return(zw, 2)
        self.assertEqual(again.service_document, "rw", "what goes out again is an issue")
        self.assertRegex(again.name, "^RW/")
        self.assertEqual(self._numbers(), (4, 7, 3, 200), "and is planned again")
        self.assertStock(self.part, 6)
        back = self._return(again, 2)
        self.assertRegex(back.name, "^ZW/")
        self.assertEqual(self._numbers(), (2, 7, 5, 100))
        self.line.return_to_stock(2)
        self.assertEqual(self._numbers(), (0, 7, 7, 0))
        self.assertStock(self.part, 10)
        self.assertFalse(self.order.parts_to_issue)

    def test_reports_and_history_say_the_same(self):
        zw = self._return(self.rw, 3)
        self._return(zw, 1)
        self.assertIn("Print head × 3", self.order.device_line_ids.parts_summary)
        domain = [("id", "=", self.order.id)]
        self.assertEqual(self.env["crm.service.order"]._get_parts_value(domain)[0][0], 150)
        self.assertEqual(self.order.total_cost, 150)
        moves = self.order.picking_ids.move_ids
        Move = self.env["stock.move"]
        self.assertEqual(moves.filtered_domain(Move._get_service_issue_domain()), moves._filter_service_issues())
        self.assertEqual(moves.filtered_domain(Move._get_service_return_domain()), moves._filter_service_returns())
        self.assertEqual(len(moves._filter_service_issues()), 2)

    def test_second_place_of_consumption(self):
        """Another addon, or a later version, has a place for each ground of a repair."""
        warranty = self.consumption.copy({"name": "Warranty parts", "service_consumption": True})
        order = self.make_order(self.device2)
        line = self.add_part(order, quantity=2)
        order.action_reserve_parts()
        order.picking_ids.location_dest_id = warranty
        order.action_issue_parts()
        self.assertEqual(order.picking_ids.move_ids.location_dest_id, warranty)
        self.assertEqual((line.quantity_issued, line.cost), (2, 100))
        line.return_to_stock(1)
        self.assertEqual((line.quantity_returned, line.cost), (1, 50))

    def test_mark_stays_where_parts_went(self):
        with self.assertRaisesRegex(ValidationError, self.consumption.name):
            self.consumption.service_consumption = False
        with self.assertRaisesRegex(ValidationError, "Production"):
            self.stock.service_consumption = True

    def test_lots_that_stayed(self):
        self._new_lot(self.lot_part, "BAD", 1)
        self._new_lot(self.lot_part, "GOOD", 1)
        order = self.make_order(self.device2)
        bad = self.add_part(order, self.lot_part, lot_name="BAD")
        order.action_issue_parts()
        bad.return_to_stock(1)
        bad.lot_name = "GOOD"
        bad.quantity = 1
        order.action_issue_parts()
        self.assertEqual(bad.lot_names, "GOOD", "what came back is not in the device")
        self.assertEqual(order.device_line_ids.lot_summary, "GOOD")
