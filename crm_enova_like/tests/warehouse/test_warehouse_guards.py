from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .test_warehouse_done import DoneCommon, WaitingCommon


@tagged("post_install", "-at_install")
class TestSideDoors(DoneCommon):
    """What a validated RW or ZW says is not changed by what stands around it, either: a keeper comes by RPC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rw = cls._issue(cls).with_user(cls.keeper)
        cls.waiting_order = cls.make_order(cls.device2)
        cls.waiting_line = cls.add_part(cls.waiting_order, quantity=3)
        cls.order_type.issue_by = "warehouse"
        cls.waiting_order.action_reserve_parts()
        cls.waiting = cls.waiting_order.picking_ids.with_user(cls.keeper)

    def _assert_refused(self, change, words="validated.*ZW.*new RW"):
        with self.assertRaisesRegex(UserError, words):
            change()
            self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((self.line.quantity_issued, self.line.cost, self.part.qty_available), (2, 100, 8))
        self.assertEqual((self.rw.service_document, self.rw.move_ids.quantity), ("rw", 2))
        self.assertEqual(self.waiting_line.quantity_issued, 0)

    def test_rows_that_wait_are_not_put_into_it(self):
        done, row = self.rw.move_ids, self.waiting.move_ids.move_line_ids
        for change in (
                lambda: row.write({"move_id": done.id}),
                lambda: row.write({"picking_id": self.rw.id}),
                lambda: (row | done.move_line_ids).write({"move_id": done.id}),
                lambda: self.waiting.move_ids.write({"picking_id": self.rw.id})):
            self._assert_refused(change)

    def test_defaults_of_the_context(self):
        done = self.rw.move_ids
        vals = {"product_id": self.part.id, "quantity": 2, "company_id": self.rw.company_id.id,
                "location_id": done.location_id.id, "location_dest_id": done.location_dest_id.id}
        Row = self.env["stock.move.line"].with_user(self.keeper)
        Move = self.env["stock.move"].with_user(self.keeper)
        self._assert_refused(lambda: Row.with_context(default_move_id=done.id).create(vals))
        self._assert_refused(lambda: Row.with_context(default_picking_id=self.rw.id).create(vals))
        self._assert_refused(lambda: Move.with_context(default_picking_id=self.rw.id).create({
            "product_id": self.part.id, "product_uom_qty": 2, "location_id": done.location_id.id,
            "location_dest_id": done.location_dest_id.id}))

    def test_marks_and_facts(self):
        done, row = self.rw.move_ids, self.rw.move_ids.move_line_ids
        for record, vals in (
                (self.rw, {"service_document": False}), (self.rw, {"state": "draft"}),
                (self.rw, {"partner_id": self.device2.partner_id.id + 1}), (row, {"state": "draft"}),
                (row, {"quantity_product_uom": 1}), (done, {"value": 1}), (done, {"is_out": False}),
                (done, {"price_unit": 3}), (done, {"reference": "RW/7"})):
            with self.subTest(**vals):
                self._assert_refused(lambda record=record, vals=vals: record.write(vals))

    def test_what_it_cost_stays(self):
        value = self.env["product.value"]
        self._assert_refused(lambda: value.create({"move_id": self.rw.move_ids.id, "value": 7}))
        self._assert_refused(lambda: value.with_context(default_move_id=self.rw.move_ids.id).create({"value": 7}))
        # a price that is corrected later is that of what comes
        self.part.standard_price = 70
        self.rw.move_ids.sudo()._set_value()
        self.assertEqual((self.line.cost, self.rw.move_ids.sudo().value), (100, 100))

    def test_a_lot_valued_anew(self):
        self.lot_part.lot_valuated = True
        lot = self._new_lot(self.lot_part, "V-1", 5)
        lot.standard_price = 30
        order = self.make_order(self.device2)
        line = self.add_part(order, self.lot_part, quantity=2, lot_name="V-1")
        self.order_type.issue_by = "technician"
        order.action_issue_parts()
        self.assertEqual(line.cost, 60)
        lot.standard_price = 45
        self.env.invalidate_all()
        self.assertEqual((line.cost, order.picking_ids.move_ids.value), (60, 60))

    def test_done_is_what_was_validated(self):
        move, row = self.waiting.move_ids, self.waiting.move_ids.move_line_ids
        self._assert_refused(lambda: move.write({"state": "done"}), "done when it is validated")
        self._assert_refused(lambda: row.write({"state": "done"}), "follows from its document")
        self._assert_refused(lambda: row.write({"quantity_product_uom": 1}), "follows from its document")
        self._assert_refused(lambda: move.write({"service_ratio": 1000}), self.waiting_order.name)
        new = move.move_line_ids.with_user(self.keeper).create({
            "move_id": move.id, "product_id": self.part.id, "quantity": 1, "quantity_product_uom": 0.1,
            "state": "done", "location_id": move.location_id.id, "location_dest_id": move.location_dest_id.id})
        self.assertEqual((new.quantity_product_uom, new.state), (1, move.state))

    def test_rows_that_do_not_name_their_document(self):
        move = self.waiting.move_ids
        row = move.move_line_ids.with_user(self.keeper).create({
            "move_id": move.id, "product_id": self.part.id, "quantity": 1,
            "location_id": move.location_id.id, "location_dest_id": move.location_dest_id.id})
        self.assertEqual(row.picking_id, self.waiting)
        self._assert_refused(lambda: row.write({"picking_id": False}), self.waiting_order.name)
        self._assert_refused(lambda: self.waiting.write({"state": "done"}), "done when it is validated")
        self.env.cr.execute("UPDATE stock_move_line SET picking_id = NULL WHERE picking_id = %s", [self.rw.id])
        self.env.invalidate_all()
        self._assert_refused(lambda: self.rw.move_ids.move_line_ids.write({"quantity": 1}))

    def test_other_transfers_are_no_lines(self):
        """An ordinary transfer to the place of consumption moves parts of nobody's order."""
        def transfer(**vals):
            return self.env["stock.picking"].with_user(self.keeper).create({
                "picking_type_id": self.warehouse.int_type_id.id, "location_id": self.stock.id,
                "location_dest_id": self.consumption.id, "move_ids": [Command.create({
                    "product_id": self.part.id, "product_uom_qty": 1, "location_id": self.stock.id,
                    "location_dest_id": self.consumption.id, **vals})]})

        order = self.waiting_order.name
        self._assert_refused(lambda: transfer(service_line_id=self.waiting_line.id), order)
        by_hand = transfer()
        self._assert_refused(lambda: by_hand.move_ids.write({"service_line_id": self.waiting_line.id}), order)
        by_hand.action_confirm()
        by_hand.move_ids.write({"quantity": 1, "picked": True})
        by_hand._action_done()
        with self.assertRaisesRegex(UserError, order):
            by_hand.move_ids.write({"service_line_id": self.waiting_line.id})

    def test_operation_types_stay_what_they_are(self):
        types = self.warehouse.rw_type_id | self.warehouse.zw_type_id
        boss = self._new_user("boss", "stock.group_stock_manager")
        for vals, words in (
                ({"service_document": False}, "stays as it is"),
                ({"return_picking_type_id": self.warehouse.int_type_id.id}, "type of returns"),
                ({"return_picking_type_id": False}, "type of returns"),
                ({"code": "outgoing"}, "internal transfer"),
                ({"default_location_dest_id": self.env.ref("stock.stock_location_customers").id}, "internal transfer"),
                ({"default_location_src_id": self.env.ref("stock.stock_location_suppliers").id}, "internal transfer")):
            for picking_type in types.with_user(boss):
                with self.subTest(type=picking_type.name, **vals), self.assertRaisesRegex(ValidationError, words):
                    picking_type.write(vals)
        with self.assertRaisesRegex(ValidationError, "stays as it is"):
            self.warehouse.int_type_id.with_user(boss).write(
                {"service_document": "rw"})

    def test_the_mark_stays(self):
        self.line.return_to_stock(2)
        for vals in ({"service_consumption": False}, {"service_consumption": False, "usage": "internal"}):
            with self.subTest(**vals), self.assertRaises(UserError):
                self.consumption.write(vals)

    def test_place_in_use_is_not_archived(self):
        with self.assertRaisesRegex(ValidationError, "Choose another one"):
            self.consumption.active = False

    def test_manufacturing_keeps_its_place(self):
        place = self.env["stock.location"].browse(self.env["ir.default"]._get(
            "product.template", "property_stock_production", company_id=self.env.company.id))
        self.assertTrue(place)
        with self.assertRaisesRegex(ValidationError, "manufacturing"):
            self.env.company.service_location_id = place


@tagged("post_install", "-at_install")
class TestRowsOfDocuments(DoneCommon):
    """What is validated goes from where to where its document says, and no other way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.vendors = cls.env.ref("stock.stock_location_suppliers")

    def _reserve(self):
        self.order.action_reserve_parts()
        return self.order.picking_ids.with_user(self.keeper)

    def _return(self, quantity=2):
        rw = self._issue()
        wizard = self.env["stock.return.picking"].with_user(self.keeper).with_context(
            active_id=rw.id, active_model="stock.picking").create({})
        wizard.product_return_moves.quantity = quantity
        return self.env["stock.picking"].with_user(self.keeper).browse(wizard.action_create_returns()["res_id"])

    def _validate(self, picking):
        picking.move_ids.picked = True
        return picking.with_context(skip_backorder=True).button_validate()

    def _assert_refused(self, picking, words="make another transfer"):
        name = picking.name
        with self.assertRaisesRegex(UserError, words):
            self._validate(picking)
        self.env.invalidate_all()
        self.assertEqual((picking.state, picking.name), ("assigned", name), "no number is drawn")

    def test_rows_of_an_rw(self):
        rw = self._reserve()
        for vals in ({"location_dest_id": self.customers.id}, {"location_dest_id": self.stock.id},
                     {"location_id": self.vendors.id}, {"location_id": self.consumption.id}):
            with self.subTest(**vals), self.env.cr.savepoint() as savepoint:
                rw.move_line_ids.write(vals)
                self._assert_refused(rw)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_zw_brings_back(self):
        zw = self._return()
        for record, vals in ((zw, {"location_dest_id": self.customers.id}),
                             (zw.move_line_ids, {"location_dest_id": self.customers.id}),
                             (zw.move_line_ids, {"location_id": self.vendors.id})):
            with self.subTest(**vals), self.env.cr.savepoint() as savepoint:
                record.write(vals)
                self._assert_refused(zw)
                savepoint.rollback()
            self.env.invalidate_all()
        self._validate(zw)
        self.assertEqual((zw.state, self.line.cost), ("done", 0))

    def test_zw_brings_back_what_is_there(self):
        zw = self._return()
        by_hand = self.env["stock.picking"].create({
            "picking_type_id": self.warehouse.int_type_id.id, "location_id": self.consumption.id,
            "location_dest_id": self.stock.id, "move_ids": [Command.create({
                "product_id": self.part.id, "product_uom_qty": 2, "location_id": self.consumption.id,
                "location_dest_id": self.stock.id})]})
        by_hand.action_confirm()
        by_hand.move_ids.write({"quantity": 2, "picked": True})
        by_hand._action_done()
        self._assert_refused(zw, f"has left .* by {by_hand.name}")
        self.assertStock(self.part, 10)

    def test_scrapped_where_it_was_used(self):
        zw = self._return()
        scrap = self.env["stock.scrap"].create({
            "product_id": self.part.id, "scrap_qty": 1, "location_id": self.consumption.id})
        scrap.action_validate()
        self._assert_refused(zw, "has left")

    def test_the_document_that_is_short_is_named(self):
        rw = self._reserve()
        order = self.make_order(self.device2)
        self.add_part(order, self._new_product("Fuse"))
        order.action_reserve_parts()
        other = order.picking_ids.with_user(self.keeper)
        other.move_ids.quantity = 1
        with self.assertRaisesRegex(UserError, f"^{other.name}: not enough"):
            self._validate(rw | other)

    def test_the_contractor_of_what_waits(self):
        rw = self._reserve()
        self.order.partner_id = self.other_contractor
        self.assertEqual(rw.partner_id, self.other_contractor)

    def test_scrapped_from_what_waits(self):
        rw = self._reserve()
        name = rw.name
        scrap = self.env["stock.scrap"].with_user(self.keeper).create({
            "picking_id": rw.id, "product_id": self.part.id, "scrap_qty": 1, "location_id": self.stock.id})
        scrap.action_validate()
        self.assertEqual((rw.name, rw.state), (name, "assigned"))
        self._validate(rw)
        self.assertEqual(rw.name, self._number("RW", 1))

    def _number(self, code, number):
        return f"{code}/{self.env.company._service_today().year}/{number:05}"

    def test_an_order_given_later(self):
        rw = self.env["stock.picking"].with_user(self.keeper).create({
            "picking_type_id": self.warehouse.rw_type_id.id, "location_id": self.stock.id,
            "location_dest_id": self.consumption.id, "move_ids": [Command.create({
                "product_id": self.part.id, "product_uom_qty": 3, "location_id": self.stock.id,
                "location_dest_id": self.consumption.id})]})
        order = self.make_order(self.device2)
        rw.write({"service_order_id": order.id})
        rw.action_confirm()
        self._validate(rw)
        self.assertEqual((order.line_ids.quantity_issued, order.total_cost), (3, 150))

    def test_no_rw_for_a_closed_order(self):
        rw = self._issue()
        self.order.device_line_ids.action_repaired()
        self.order.action_done()
        with self.assertRaisesRegex(UserError, self.order.name):
            rw.with_user(self.keeper).copy()

    def test_nothing_is_no_document(self):
        rw = self._reserve()
        rw.move_line_ids.quantity = 0
        with self.assertRaisesRegex(UserError, "moves nothing"):
            rw.sudo()._action_done()
        self.assertTrue(rw.name.startswith("BUFOR"))


@tagged("post_install", "-at_install")
class TestAddedParts(WaitingCommon):
    """The line of a part that the keeper added plans what he puts on the RW, from the first row to the last."""

    def _add_row(self, quantity):
        return self.env["stock.move.line"].with_user(self.keeper).create({
            "picking_id": self.rw.id, "product_id": self.seal.id, "quantity": quantity,
            "location_id": self.rw.location_id.id, "location_dest_id": self.rw.location_dest_id.id})

    def _line(self):
        return self.order.line_ids.filtered(lambda line: line.product_id == self.seal)

    def test_reserved_again(self):
        row = self._add_row(3)
        self.assertEqual((self._line().quantity, self._line().quantity_to_issue), (3, 3))
        self.add_part(self.order, quantity=1)
        self.order.action_reserve_parts()
        self.assertEqual(row.move_id.quantity, 3)
        row.quantity = 5
        self.order.action_reserve_parts()
        self.assertEqual((row.move_id.quantity, self._line().quantity), (5, 5))
        self.rw.move_ids.picked = True
        self.rw.button_validate()
        self.assertEqual((self._line().quantity_issued, self._line().cost), (5, 35))

    def test_the_rest_is_not_wanted(self):
        move = self._add_row(4).move_id
        move.quantity = 1
        self.rw.move_ids.picked = True
        self.rw.with_context(skip_backorder=True, picking_ids_not_to_backorder=self.rw.ids).button_validate()
        self.assertEqual((self._line().quantity, self._line().quantity_to_issue), (1, 0))

    def test_rw_cancelled(self):
        self._add_row(4)
        self.rw.action_cancel()
        self.assertEqual((self._line().quantity, self.line.quantity), (0, 2))
        self.assertFalse(self._line().needs_issue)

    def test_another_lot_than_was_planned(self):
        lots = self._new_lot(self.lot_part, "L-1", 5) | self._new_lot(self.lot_part, "L-2", 5)
        order = self.make_order(self.device2)
        line = self.add_part(order, self.lot_part, quantity=2, lot_name="L-1")
        order.action_reserve_parts()
        rw = order.picking_ids.with_user(self.keeper)
        rw.move_line_ids.lot_id = lots[1]
        rw.move_ids.picked = True
        rw.button_validate()
        self.assertEqual((line.lot_name, line.lot_names), ("L-2", "L-2"))
