from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import ServiceCommon


class ReturnsCommon(ServiceCommon):
    """One line whose parts were issued by several RWs, each at another cost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_order(cls.device)
        cls.line = cls.add_part(cls.order, quantity=0.0)

    def _issue(self, cost, quantity=1, product=None, line=None):
        """What is issued at a cost, by one RW."""
        product, line = product or self.part, line or self.line
        product.standard_price = cost
        line.quantity += quantity
        before = self.order.picking_ids
        self.order.action_issue_parts()
        return self.order.picking_ids - before

    def _return(self, picking, quantity):
        """Core's return of a transfer, by the keeper, not validated."""
        wizard = self.env["stock.return.picking"].with_user(self.keeper).create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = quantity
        return wizard._create_return()

    def _hand_made(self, quantity, product=None):
        zw = self.env["stock.picking"].with_user(self.keeper).create({
            "picking_type_id": self.warehouse.zw_type_id.id, "service_order_id": self.order.id,
            "location_id": self.consumption.id, "location_dest_id": self.stock.id, "move_ids": [Command.create({
                "product_id": (product or self.part).id, "product_uom_qty": quantity,
                "location_id": self.consumption.id, "location_dest_id": self.stock.id})]})
        zw.action_confirm()
        return zw

    def _validate(self, zw):
        zw.move_ids.picked = True
        zw.button_validate()
        self.assertEqual(zw.state, "done")
        return zw.sudo()

    def _numbers(self):
        return (self.line.quantity, self.line.quantity_issued, self.line.quantity_returned, self.line.cost)


@tagged("post_install", "-at_install")
class TestReturnsOfAKeeper(ReturnsCommon):
    """Whatever way a keeper takes parts back, each comes back at the value at which it was issued."""

    def test_hand_made_of_several_issues(self):
        for cost in (10, 20, 30):
            self._issue(cost)
        zw = self._validate(self._hand_made(3))
        self.assertEqual(self._numbers(), (0, 3, 3, 0))
        self.assertEqual(sorted(zw.move_ids.mapped("value")), [10, 20, 30])
        self.assertEqual(
            zw.move_ids.origin_returned_move_id, self.order.picking_ids.move_ids._filter_service_issues())
        self.assertStock(self.part, 10)

    def test_hand_made_one_by_one(self):
        self._issue(10)
        self._issue(20)
        self._validate(self._hand_made(1))
        self.assertEqual(self.line.cost, 10, "what went out last comes back first")
        waiting = self._hand_made(1)
        with self.assertRaisesRegex(UserError, f"no Print head of order {self.order.name}"):
            self._hand_made(1)
        self._validate(waiting)
        self.assertEqual(self._numbers(), (0, 2, 2, 0))

    def test_raised(self):
        rw = self._issue(10)
        self._issue(30)
        zw = self._return(rw, 1)
        zw.move_ids.product_uom_qty = 2
        zw.move_ids.quantity = 2
        self._validate(zw)
        self.assertEqual(self._numbers(), (0, 2, 2, 0))
        self.assertFalse(self.order.picking_ids.filtered(lambda picking: picking.state != "done"), "no backorder")

    def test_raised_by_what_is_held_alone_and_in_part(self):
        self._issue(10, 2)
        rw = self._issue(30, 3)
        zw = self._return(rw, 4)
        zw.move_ids.quantity = 3
        zw.move_ids.picked = True
        zw.with_context(skip_backorder=True).button_validate()
        self.assertEqual(self.line.cost, 20)
        rest = self.order.picking_ids._filter_open().with_user(self.keeper)
        self.assertEqual(rest.move_ids.product_uom_qty, 1)
        rest.move_ids.quantity = 2
        self._validate(rest)
        self.assertEqual(self._numbers(), (0, 5, 5, 0))

    def test_copied(self):
        rw = self._issue(10, 2)
        zw = self._validate(self._return(rw, 1))
        self.part.standard_price = 25
        copied = zw.with_user(self.keeper).copy()
        copied.action_confirm()
        self._validate(copied)
        self.assertEqual(self._numbers(), (0, 2, 2, 0))
        again = zw.with_user(self.keeper).copy()
        again.action_confirm()
        again.move_ids.picked = True
        with self.assertRaisesRegex(UserError, f"1 pcs of Print head cannot be returned, order {self.order.name} "
                                               "has only 0 issued"):
            again.button_validate()
        self.assertNotRegex(again.name, "^ZW/")

    def test_more_than_was_issued(self):
        self._issue(10)
        self._issue(20)
        zw = self._hand_made(3)
        zw.move_ids.picked = True
        with self.assertRaisesRegex(UserError, "3 pcs of Print head cannot be returned.*only 2 issued. Lower"):
            zw.button_validate()
        self.assertEqual(self._numbers(), (2, 2, 0, 30))
        zw.move_ids.quantity = 2
        zw.with_context(cancel_backorder=True)._action_done()
        self.assertEqual(self._numbers(), (0, 2, 2, 0))

    def test_two_moves_of_one_document(self):
        rw = self._issue(10)
        self._issue(20)
        zw = self._return(rw, 1)
        self.env["stock.move"].with_user(self.keeper).create({
            "picking_id": zw.id, "product_id": self.part.id, "product_uom_qty": 1,
            "location_id": self.consumption.id, "location_dest_id": self.stock.id})
        zw.action_confirm()
        self._validate(zw)
        self.assertEqual(self._numbers(), (0, 2, 2, 0))

    def test_two_lines_of_one_product(self):
        self._issue(10)
        other = self.add_part(self.order, quantity=0.0)
        self._issue(20, 2, line=other)
        self._validate(self._hand_made(3))
        self.assertEqual(self._numbers(), (0, 1, 1, 0))
        self.assertEqual((other.quantity, other.quantity_returned, other.cost), (0, 2, 0))

    def test_dozen_over_pieces(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        screw = self._new_product("Screw", standard_price=1.0, uom_ids=[Command.set(dozen.ids)])
        self._stock(screw, 36)
        line = self.add_part(self.order, screw, 0.0)
        for cost, quantity in ((1, 5), (2, 7)):
            self._issue(cost, quantity, screw, line)
        zw = self._hand_made(0, screw)
        zw.move_ids.product_uom = dozen
        zw.move_ids.write({"product_uom_qty": 1, "quantity": 1})
        self._validate(zw)
        self.assertEqual(sorted(zw.move_ids.mapped("value")), [5, 14])
        self.assertEqual((line.quantity, line.quantity_returned, line.cost), (0, 12, 0))
        self.assertStock(screw, 36)

    def test_lots_are_those_of_their_issue(self):
        lots = [self._new_lot(self.lot_part, name, 2) for name in ("L-1", "L-2")]
        line = self.add_part(self.order, self.lot_part, 0.0, lot_name="L-1")
        self._issue(10, 1, self.lot_part, line)
        line.lot_name = "L-2"
        self._issue(20, 1, self.lot_part, line)
        zw = self._hand_made(1, self.lot_part)
        zw.move_ids.move_line_ids.unlink()
        zw.move_line_ids.create({
            "picking_id": zw.id, "move_id": zw.move_ids.id, "product_id": self.lot_part.id, "quantity": 1,
            "lot_id": lots[0].id, "location_id": self.consumption.id, "location_dest_id": self.stock.id})
        self._validate(zw)
        self.assertEqual(line.cost, 20, "the lot says which of them came back")
        line.return_to_stock(1)
        self.assertEqual(line.cost, 0)
        for lot in lots:
            self.assertEqual(lot.product_qty, 2)


@tagged("post_install", "-at_install")
class TestReturnsOfATechnician(ReturnsCommon):
    """A technician's return brings all that he asks for, or nothing."""

    def _chain(self):
        """Two are used: one of the RW, and one that came back and went out again."""
        rw = self._issue(10, 2)
        zw = self._validate(self._return(rw, 1))
        self.part.standard_price = 30
        return rw, self._validate(self._return(zw, 1))

    def test_all_after_a_chain(self):
        self._chain()
        self.assertEqual(self._numbers(), (2, 3, 1, 40))
        self.line.return_to_stock(2)
        self.assertEqual(self._numbers(), (0, 3, 3, 0))
        self.assertFalse(self.order.picking_ids._filter_open())
        self.assertStock(self.part, 10)

    def test_order_cancelled_after_a_chain(self):
        self._chain()
        self.order._return_all_parts()
        self.assertEqual(self._numbers(), (0, 3, 3, 0))
        self.order.action_cancel()
        self.assertEqual(self.order.state, "cancelled")

    def test_returns_that_wait_keep_what_they_hold(self):
        rw, _again = self._chain()
        self.order_type.issue_by = "warehouse"
        line = self.line.with_user(self.technician)
        for _time in range(2):
            line.return_to_stock(1)
        waiting = self.order.picking_ids._filter_open()
        self.assertEqual(waiting.move_ids.mapped("quantity"), [1, 1])
        for zw in waiting.with_user(self.keeper):
            self._validate(zw)
        self.assertEqual(self._numbers(), (0, 3, 3, 0))
        rw = self._issue(10, 4)
        first, second = self._return(rw, 1), self._return(rw, 2)
        self.assertEqual((first.move_ids.quantity, second.move_ids.quantity), (1, 2))

    def test_lot_of_the_chain(self):
        for name in ("L-1", "L-2"):
            self._new_lot(self.lot_part, name, 2)
        line = self.add_part(self.order, self.lot_part, 0.0, lot_name="L-1")
        rw = self._issue(10, 2, self.lot_part, line)
        zw = self._validate(self._return(rw, 1))
        line.lot_name = "L-2"
        again = self._return(zw, 1)
        again.move_line_ids.lot_id = line.lot_id
        self._validate(again)
        line.return_to_stock(1)
        self.assertEqual(line._get_used_lots().mapped("name"), ["L-1"], "L-2 went out last")

    def test_nothing_moved_draws_no_number(self):
        rw = self._issue(10, 2)
        zw = self._return(rw, 1)
        zw.move_ids.quantity = 0
        with self.assertRaisesRegex(UserError, "moves nothing"):
            zw._action_done()
        zw.move_ids.write({"quantity": 1, "picked": False})
        zw.move_ids._action_done()
        self.assertEqual(zw.state, "assigned", "core moves what is picked alone")
        self.assertNotRegex(zw.name, "^ZW/")
        zw.move_ids.quantity = 1
        self._validate(zw)
        self.assertRegex(zw.name, "^ZW/.*/00001$")

    def test_all_or_nothing(self):
        self._issue(10, 2)
        with patch.object(type(self.env["stock.move"]), "_action_assign", lambda *_args, **_kwargs: None), \
                self.assertRaisesRegex(UserError, f"{self.order.name}.*Print head.*nothing was returned"):
            self.line.return_to_stock(1)
