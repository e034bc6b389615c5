from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import ServiceCommon


class DoneCommon(ServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_order(cls.device)
        cls.line = cls.add_part(cls.order, quantity=2)

    def _issue(self):
        self.order.action_issue_parts()
        return self.order.picking_ids.filtered(lambda picking: picking.state == "done")


@tagged("post_install", "-at_install")
class TestDoneStays(DoneCommon):
    """What a validated RW or ZW moved stays, whoever comes and on whatever way."""

    def setUp(self):
        super().setUp()
        self.rw = self._issue()
        self.line.return_to_stock(1)
        self.zw = self.order.picking_ids - self.rw

    def _refused(self, change):
        """Nobody may do this, and both ways to correct it are named."""
        before = self._state()
        with self.assertRaisesRegex(UserError, "validated.*ZW.*new RW"):
            change()
            self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self._state(), before)

    def _state(self):
        moves = (self.rw | self.zw).move_ids
        return [
            (move.quantity, move.product_uom_qty, move.location_id, move.location_dest_id, move.picking_id,
             move.service_line_id, move.move_line_ids.mapped("quantity")) for move in moves
        ] + [self.part.qty_available, self.order.total_cost, self.rw.name, self.zw.name]

    def test_what_it_moved(self):
        other = self._new_product("Other part")
        elsewhere = self.env["stock.location"].create({"name": "Shelf", "location_id": self.stock.id})
        order2 = self.make_order(self.device2)
        line2 = self.add_part(order2)
        for user in (self.env.user, self.keeper, self.manager, self.env.ref("base.user_root")):
            for picking in self.rw | self.zw:
                picking = picking.with_user(user).sudo(user == self.manager)
                picking.action_toggle_is_locked()
                move, row = picking.move_ids, picking.move_ids.move_line_ids
                with self.subTest(user=user.login, document=picking.name):
                    self._refused(lambda row=row: row.write({"quantity": 9}))
                    self._refused(lambda row=row: row.write({"quantity": 0}))
                    self._refused(lambda row=row: row.write({"location_id": elsewhere.id}))
                    self._refused(lambda row=row: row.write({"location_dest_id": elsewhere.id}))
                    self._refused(lambda row=row: row.write({"owner_id": self.contractor.id}))
                    self._refused(lambda row=row: row.write({"product_uom_id": self.env.ref(
                        "uom.product_uom_dozen").id}))
                    self._refused(lambda row=row: row.copy({"quantity": 1}))
                    self._refused(lambda move=move: move.write({"quantity": 3}))
                    self._refused(lambda move=move: move.write({"product_uom_qty": 80}))
                    self._refused(lambda move=move: move.write({"product_id": other.id}))
                    self._refused(lambda move=move: move.write({"service_line_id": line2.id}))
                    self._refused(lambda move=move: move.write({"state": "cancel"}))
                    self._refused(lambda move=move: move.write({"date": "2020-01-01"}))
                    self._refused(lambda picking=picking: picking.write({"service_order_id": order2.id}))
                    self._refused(lambda picking=picking: picking.write({"name": "RW/1"}))
                    if not picking.env.su:    # code and data files bring the past
                        self._refused(lambda picking=picking: picking.write({"date_done": "2025-12-31 10:00:00"}))
                    self._refused(lambda picking=picking: picking.write({"location_id": elsewhere.id}))
                    self._refused(lambda picking=picking: picking.write({"owner_id": self.contractor.id}))
                    self._refused(lambda picking=picking, other=other: picking.write({"move_ids": [Command.create({
                        "product_id": other.id, "product_uom_qty": 1, "location_id": picking.location_id.id,
                        "location_dest_id": picking.location_dest_id.id})]}))
                    self._refused(lambda picking=picking, other=other: picking.env["stock.move.line"].create({
                        "picking_id": picking.id, "product_id": other.id, "quantity": 1,
                        "location_id": picking.location_id.id, "location_dest_id": picking.location_dest_id.id}))

    def test_move_from_elsewhere_does_not_join_it(self):
        transfer = self.env["stock.picking"].create({
            "picking_type_id": self.warehouse.int_type_id.id, "location_id": self.stock.id,
            "location_dest_id": self.consumption.id, "move_ids": [Command.create({
                "product_id": self.part.id, "product_uom_qty": 1, "location_id": self.stock.id,
                "location_dest_id": self.consumption.id})]})
        self._refused(lambda: transfer.move_ids.write({"picking_id": self.rw.id}))

    def test_lots_stay(self):
        lot, other = self._new_lot(self.lot_part, "L-1", 5), self._new_lot(self.lot_part, "L-2", 5)
        order = self.make_order(self.device2)
        self.add_part(order, self.lot_part, lot_name="L-1")
        order.action_issue_parts()
        row = order.picking_ids.move_line_ids
        for vals in ({"lot_id": other.id}, {"lot_name": "L-2"}):
            with self.assertRaisesRegex(UserError, order.picking_ids.name):
                row.write(vals)
        self.assertEqual(row.lot_id, lot)

    def test_same_value_and_notes_pass(self):
        self.rw.move_ids.move_line_ids.write({"quantity": 2})
        self.rw.write({"note": "Signed on paper", "name": self.rw.name, "date_done": self.rw.date_done})
        self.assertIn("Signed", self.rw.note)

    def test_other_transfers_are_cores_to_guard(self):
        transfer = self.env["stock.picking"].create({
            "picking_type_id": self.warehouse.out_type_id.id, "location_id": self.stock.id,
            "location_dest_id": self.env.ref("stock.stock_location_customers").id, "move_ids": [Command.create({
                "product_id": self.part.id, "product_uom_qty": 1, "location_id": self.stock.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id})]})
        transfer.action_confirm()
        transfer.move_ids.write({"quantity": 1, "picked": True})
        transfer._action_done()
        transfer.move_ids.move_line_ids.quantity = 2
        self.assertEqual(transfer.move_ids.quantity, 2)


class WaitingCommon(DoneCommon):
    """An RW that waits for the keeper, and a part that he may add."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order_type.issue_by = "warehouse"
        cls.order.action_reserve_parts()
        cls.rw = cls.order.picking_ids.with_user(cls.keeper)
        cls.seal = cls._new_product("Seal", standard_price=7.0, list_price=12.0)
        cls._stock(cls.seal, 10)


@tagged("post_install", "-at_install")
class TestWaitingDocument(WaitingCommon):
    """What waits to be issued stays its order's; what a keeper adds becomes the order's."""

    def _add(self, product, quantity=2, **vals):
        return self.env["stock.move"].with_user(self.keeper).create({
            "picking_id": self.rw.id, "product_id": product.id, "product_uom_qty": quantity,
            "location_id": self.rw.location_id.id, "location_dest_id": self.rw.location_dest_id.id, **vals})

    def _validate(self):
        self.rw.action_confirm()
        self.rw.action_assign()
        self.rw.move_ids.picked = True
        self.rw.button_validate()
        self.assertEqual(self.rw.state, "done")

    def test_added_part_is_the_orders(self):
        self.order.device_line_ids.basis = "warranty"
        move = self._add(self.seal)
        line = move.sudo().service_line_id
        self.assertEqual(line.order_id, self.order)
        self.assertEqual((line.product_id, line.quantity), (self.seal, 2))
        self.assertEqual(line.device_line_id, self.order.device_line_ids)
        self.assertEqual(line.billing, "warranty", "as the ground of the device's repair has it")
        self.assertTrue(line.added_by_warehouse)
        [note] = [message for message in self.order.message_ids if "Seal" in message.body]
        self.assertIn(self.rw.name, note.body)
        self._validate()
        self.assertEqual(self.order.total_cost, 2 * 50 + 2 * 7)
        self.assertIn("Seal × 2", self.order.device_line_ids.parts_summary)
        self.assertFalse(self.order.parts_to_issue)

    def test_added_in_the_form(self):
        with Form(self.rw) as form, form.move_ids.new() as row:
            row.product_id = self.seal
            row.product_uom_qty = 3
        line = self.order.line_ids.filtered(lambda line: line.product_id == self.seal)
        self.assertEqual(line.quantity, 3)

    def test_added_as_a_detailed_row(self):
        self.env["stock.move.line"].with_user(self.keeper).create({
            "picking_id": self.rw.id, "product_id": self.seal.id, "quantity": 4,
            "location_id": self.rw.location_id.id, "location_dest_id": self.rw.location_dest_id.id})
        self._validate()
        line = self.order.line_ids.filtered(lambda line: line.product_id == self.seal)
        self.assertEqual((line.quantity, line.quantity_issued, line.cost), (4, 4, 28))

    def test_dozen_added_is_moved_in_pieces(self):
        """Pieces are scanned of it, and seven of them are no hundredths of a dozen."""
        dozen = self.env.ref("uom.product_uom_dozen")
        self.seal.uom_ids = dozen
        self._stock(self.seal, 10)
        move = self._add(self.seal, 1, product_uom=dozen.id)
        self.assertEqual((move.product_uom, move.product_uom_qty), (self.seal.uom_id, 12))
        self.rw.action_confirm()
        self.rw.action_assign()
        for _piece in range(7):
            move._scan_take(self.env["stock.lot"])
        move.quantity = move.service_scanned
        move.picked = True
        self.rw.with_context(skip_backorder=True).button_validate()
        self.assertStock(self.seal, 13)
        line = move.sudo().service_line_id
        self.assertEqual((line.uom_id, line.quantity, line.cost), (dozen, 1, 49))

    def test_more_of_it_raises_its_plan(self):
        move = self._add(self.seal)
        self.rw.action_confirm()
        move.quantity = 3
        self._validate()
        line = move.sudo().service_line_id
        self.assertEqual((line.quantity, line.quantity_issued), (3, 3))

    def test_taken_out_again(self):
        move = self._add(self.seal)
        line = move.sudo().service_line_id
        move.with_user(self.env.user).unlink()    # a warehouse manager's
        self.assertFalse(line.exists())
        self.assertEqual(self.order.line_ids, self.line)

    def test_service_is_no_part(self):
        with self.assertRaisesRegex(UserError, "service"):
            self._add(self.labour)

    def test_which_device(self):
        order = self.make_order(self.device, self.device2)
        self.add_part(order, device_line_id=order.device_line_ids[1].id)
        order.action_reserve_parts()
        move = self.env["stock.move"].create({
            "picking_id": order.picking_ids.id, "product_id": self.seal.id, "product_uom_qty": 1,
            "location_id": self.stock.id, "location_dest_id": self.consumption.id})
        self.assertEqual(move.service_line_id.device_line_id, order.device_line_ids[1])
        self.add_part(order, device_line_id=order.device_line_ids[0].id)
        order.action_reserve_parts()
        move = self.env["stock.move"].create({
            "picking_id": order.picking_ids.id, "product_id": self.seal.id, "product_uom_qty": 1,
            "location_id": self.stock.id, "location_dest_id": self.consumption.id})
        self.assertFalse(move.service_line_id.device_line_id, "of two devices, nobody knows which")

    def test_product_order_and_place_stay(self):
        order2 = self.make_order(self.device2)
        line2 = self.add_part(order2)
        order2.action_reserve_parts()
        customers = self.env.ref("stock.stock_location_customers")
        move = self.rw.move_ids
        for change in (
                lambda: move.write({"location_dest_id": customers.id}),
                lambda: self.rw.write({"location_dest_id": customers.id}),
                lambda: move.write({"service_line_id": line2.id}),
                lambda: move.write({"service_line_id": False}),
                lambda: move.write({"picking_id": order2.picking_ids.id}),
                lambda: self.rw.write({"service_order_id": order2.id}),
                lambda: self.rw.write({"service_order_id": False})):
            with self.assertRaisesRegex(UserError, self.order.name):
                change()
                self.env.flush_all()
            self.env.invalidate_all()
        self.assertEqual(move.location_dest_id, self.consumption)

    def test_product_of_a_draft_stays(self):
        self.order.action_cancel()
        order = self.make_order(self.device2)
        line = self.add_part(order)
        rw = order.sudo()._create_rw()
        move = self.env["stock.move"].create(order._prepare_rw_move_vals(line, rw, 1))
        with self.assertRaisesRegex(UserError, order.name):
            move.product_id = self.seal

    def test_goods_go_to_consumption_without_an_order_too(self):
        customers = self.env.ref("stock.stock_location_customers")
        rw = self.env["stock.picking"].create({
            "picking_type_id": self.warehouse.rw_type_id.id, "location_id": self.stock.id,
            "location_dest_id": customers.id, "move_ids": [Command.create({
                "product_id": self.seal.id, "product_uom_qty": 1, "location_id": self.stock.id,
                "location_dest_id": customers.id})]})
        rw.action_confirm()
        rw.move_ids.picked = True
        with self.assertRaisesRegex(UserError, "Seal goes from"):
            rw._action_done()
        self.assertNotRegex(rw.name, "RW/20", "what was refused drew no number")

    def test_hand_made_return_is_the_lines(self):
        self._validate()
        zw = self.env["stock.picking"].with_user(self.keeper).create({
            "picking_type_id": self.warehouse.zw_type_id.id, "location_id": self.consumption.id,
            "location_dest_id": self.stock.id, "service_order_id": self.order.id})
        vals = {"picking_id": zw.id, "product_uom_qty": 1, "location_id": self.consumption.id,
                "location_dest_id": self.stock.id}
        move = zw.move_ids.create({**vals, "product_id": self.part.id})
        self.assertEqual(move.sudo().service_line_id, self.line)
        with self.assertRaisesRegex(UserError, "no Seal of order"):
            zw.move_ids.create({**vals, "product_id": self.seal.id})
        zw.action_confirm()
        zw.move_ids.picked = True
        zw.button_validate()
        self.assertEqual((self.line.quantity, self.line.quantity_returned, self.line.cost), (1, 1, 50))
