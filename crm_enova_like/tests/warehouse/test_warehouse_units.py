from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import ServiceCommon


class UnitsCommon(ServiceCommon):
    """Pieces and dozens, grams and kilograms."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls.env.ref("uom.product_uom_unit")
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.dozen.active = True
        cls.gram, cls.kilogram = cls.env.ref("uom.product_uom_gram"), cls.env.ref("uom.product_uom_kgm")


@tagged("post_install", "-at_install")
class TestUnits(UnitsCommon):
    """Parts in whatever unit was chosen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.screw = cls._new_product("Screw", list_price=2.0, standard_price=1.0, uom_ids=[Command.set(cls.dozen.ids)])
        cls._stock(cls.screw, 36)
        cls.order = cls.make_order(cls.device)

    def test_price_follows_the_unit(self):
        line = self.add_part(self.order, self.screw, 1)
        line.uom_id = self.dozen
        self.assertEqual((line.price_unit, line.subtotal), (24, 24))
        line.price_unit = 18    # agreed for a dozen
        line.uom_id = self.unit
        self.assertEqual(line.price_unit, 1.5)
        line.write({"uom_id": self.dozen.id, "price_unit": 20})
        self.assertEqual(line.price_unit, 20, "what is written with the unit is meant for it")
        self.assertEqual(self.add_part(self.order, self.screw, 2, uom_id=self.dozen.id).subtotal, 48)
        line.product_id = self.part
        self.assertEqual((line.uom_id, line.price_unit), (self.unit, 90))

    def test_price_on_the_screen_is_the_price_that_is_saved(self):
        self.env.user.group_ids |= self.env.ref("uom.group_uom")
        line = self.add_part(self.order, self.screw, 1, price_unit=1.5)
        with Form(self.order) as form, form.line_ids.edit(0) as row:
            row.uom_id = self.dozen
            self.assertEqual(row.price_unit, 18)
            row.uom_id = self.unit
            self.assertEqual(row.price_unit, 1.5)
            row.uom_id = self.dozen
        self.assertEqual(line.price_unit, 18)
        with Form(self.order) as form, form.line_ids.new() as row:
            row.kind, row.product_id = "part", self.screw
            row.price_unit = 3
            row.uom_id = self.dozen
            self.assertEqual(row.price_unit, 36)

    def test_free_is_never_rounded_up(self):
        line = self.add_part(self.order, self.screw, 1, uom_id=self.dozen.id)
        self._stock(self.screw, -31)    # 5 are left: 0.4166 of a dozen, which a person writes as 0.42
        self.assertEqual(line.free_qty, 0.42)
        with self.assertRaisesRegex(UserError, "12 .* needed, 5 free"):
            self.order.action_issue_parts()
        self._stock(self.screw, -0.1)    # 4.9 are left: 0.4083, and 0.41 would be 4.92
        line.invalidate_recordset(["free_qty"])
        self.assertEqual(line.free_qty, 0.40)

    def test_thirds_of_a_dozen(self):
        line = self.add_part(self.order, self.screw, 1, uom_id=self.dozen.id)
        self.order.action_issue_parts()
        self.assertEqual(line.cost, 12)
        for back in (1, 5, 3, 2):    # pieces, as a person writes them in dozens
            line.return_to_stock(round(back / 12, 2))
        self.assertStock(self.screw, 35)
        self.assertEqual(line.cost, 1)
        self.assertEqual(line.quantity, 0.08, "one piece is planned, and used")
        self.assertFalse(line.needs_issue)
        line.return_to_stock(line._get_returnable_quantity())
        self.assertStock(self.screw, 36)
        self.assertEqual((line.cost, line.quantity), (0, 0))

    def test_one_piece_is_issued_of_a_dozen(self):
        line = self.add_part(self.order, self.screw, 0.08, uom_id=self.dozen.id)
        self.order.action_issue_parts()
        self.assertStock(self.screw, 35)
        self.assertFalse(line.needs_issue)
        self.assertEqual(line.quantity_issued, 0.08)

    def test_grams_of_a_kilogram(self):
        grease = self._new_product("Grease", uom_id=self.kilogram.id, uom_ids=[Command.set(self.gram.ids)],
                                   list_price=100.0, standard_price=60.0)
        self._stock(grease, 2)
        line = self.add_part(self.order, grease, 250, uom_id=self.gram.id)
        self.assertEqual(line.subtotal, 25)
        self.assertEqual(line.free_qty, 2000)
        self.order.action_issue_parts()
        self.assertStock(grease, 1.75)
        line.return_to_stock(50)
        self.assertStock(grease, 1.8)
        self.assertEqual((line.cost, line.quantity), (12, 200))

    def test_any_number_of_pieces_in_dozens(self):
        for pieces in (2, 5, 7, 14, 17):
            line = self.add_part(self.make_order(self.device2), self.screw, round(pieces / 12, 2), uom_id=self.dozen.id)
            line.order_id.action_issue_parts()
            for left in range(pieces - 1, -1, -1):
                line.return_to_stock(0.08)
                self.assertEqual(line.cost, left, f"of {pieces}")
                self.assertFalse(line.needs_issue, f"{left} of {pieces}")
        self.assertStock(self.screw, 36)

    def test_pieces_of_what_lies_in_dozens(self):
        box = self._new_product("Box of screws", uom_id=self.dozen.id, uom_ids=[Command.set(self.unit.ids)],
                                standard_price=12.0)
        self._stock(box, 50)
        for pieces in range(1, 25):
            line = self.add_part(self.make_order(self.device2), box, pieces, uom_id=self.unit.id)
            line.order_id.action_issue_parts()
            self.assertFalse(line.needs_issue, pieces)
            line.return_to_stock(pieces)
            self.assertEqual((line.cost, line.quantity), (0, 0))
        self.assertStock(box, 50)

    def test_one_more_of_a_dozen_is_a_piece(self):
        self.screw.barcode = "5901234500007"
        line = self.add_part(self.order, self.screw, 1, uom_id=self.dozen.id)
        self.order.action_scan("5901234500007", confirmed=True)
        self.order.action_issue_parts()
        self.assertEqual((line.quantity_issued, line.move_ids.quantity), (1.08, 13))

    def test_return_by_hand_in_dozens(self):
        line = self.add_part(self.order, self.screw, 10)
        self.order.action_issue_parts()
        zw = self.env["stock.picking"].create({
            "picking_type_id": self.warehouse.zw_type_id.id, "service_order_id": self.order.id,
            "location_id": self.consumption.id, "location_dest_id": self.stock.id, "move_ids": [Command.create({
                "product_id": self.screw.id, "product_uom": self.dozen.id, "product_uom_qty": 0.83,
                "location_id": self.consumption.id, "location_dest_id": self.stock.id})]})
        zw.action_confirm()
        zw.move_ids.picked = True
        zw._action_done()
        self.assertEqual((zw.move_ids.quantity, line.quantity_returned, line.cost), (10, 10, 0))

    def test_corrected_unit_keeps_what_happened(self):
        pack = self.env.ref("uom.product_uom_pack_6")
        filter_ = self._new_product("Filter", uom_id=pack.id, standard_price=3.0)
        self._stock(filter_, 50)
        line = self.add_part(self.order, filter_, 4)
        self.order.action_issue_parts()
        line.return_to_stock(1)
        planned = self.add_part(self.make_order(self.device2), filter_, 2)
        planned.order_id.action_reserve_parts()
        before = (line.quantity, line.quantity_issued, line.quantity_returned, line.cost)
        filter_.product_tmpl_id.uom_id = self.unit
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((line | planned).uom_id, self.unit)
        self.assertEqual((line.quantity, line.quantity_issued, line.quantity_returned, line.cost), before)
        planned.order_id.action_issue_parts()
        self.assertStock(filter_, 45)
        with self.assertRaisesRegex(UserError, "validated"):
            self.order.picking_ids[0].move_ids.product_uom = pack

    def test_unit_that_cannot_be_corrected(self):
        self.add_part(self.order, self.screw, 1, uom_id=self.dozen.id)
        with self.assertRaisesRegex(UserError, "Screw.*Dozens"):
            self.screw.product_tmpl_id.uom_id = self.env.ref("uom.product_uom_pack_6")

    def test_precision_changed_while_open(self):
        line = self.add_part(self.order, self.screw, 0.5, uom_id=self.dozen.id)
        self.order.action_reserve_parts()
        precision = self.env["decimal.precision"].search([("name", "=", "Product Unit")])
        precision.digits = 4
        third = self.add_part(self.order, self.screw, 0.3333, uom_id=self.dozen.id)
        self.order.action_issue_parts()
        self.assertStock(self.screw, 26, )
        self.assertFalse((line | third).filtered("needs_issue"))
        precision.digits = 2
        line.return_to_stock(0.5)
        third.return_to_stock(0.33)
        self.assertStock(self.screw, 36)
        self.assertEqual(self.order.total_cost, 0)

    # PRODUCTS THAT CHANGE WHILE THEY ARE PLANNED

    def test_part_becomes_a_service(self):
        line = self.add_part(self.order, self._new_product("Programming"), 1)
        line.product_id.product_tmpl_id.type = "service"
        for press in (self.order.action_reserve_parts, self.order.action_issue_parts,
                      self.order.action_issue_parts_screen):
            with self.assertRaisesRegex(UserError, f"{self.order.name}.*Programming.*service"):
                press()
        self.assertFalse(self.order.picking_ids)
        line.kind = "labour"
        self.assertFalse(self.order.parts_to_issue)

    def test_part_is_archived(self):
        line = self.add_part(self.order, self.screw, 2)
        self.order.action_reserve_parts()
        self.screw.active = False
        self.order.action_issue_parts()
        line.return_to_stock(1)
        self.assertEqual((line.quantity_issued, line.quantity_returned), (2, 1))

    def test_part_gets_tracked(self):
        self.add_part(self.order, self.screw, 2)
        self.order.action_reserve_parts()
        self.screw.product_tmpl_id.tracking = "lot"
        with self.assertRaisesRegex(UserError, f"{self.order.name}.*Screw.*lot"):
            self.order.action_issue_parts()


@tagged("post_install", "-at_install")
class TestOwners(ServiceCommon):
    """What others own lies in the warehouse too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.oil = cls._new_product("Oil", standard_price=10.0)
        cls._stock(cls.oil, 1)
        cls._stock_of(cls.other_contractor, 3)
        cls.order = cls.make_order(cls.device)
        cls.line = cls.add_part(cls.order, cls.oil, 2)

    @classmethod
    def _stock_of(cls, owner, quantity):
        cls.env["stock.quant"]._update_available_quantity(cls.oil, cls.stock, quantity, owner_id=owner)

    def test_nobody_elses_goods(self):
        self.assertEqual(self.line.free_qty, 1)
        with self.assertRaisesRegex(UserError, "2 pcs needed, 1 free"):
            self.order.action_issue_parts()
        self.order._issue_available()
        self.assertEqual(self.line.quantity_issued, 1)
        self.assertFalse(self.order.picking_ids.move_line_ids.owner_id)

    def test_keeper_takes_them_all_the_same(self):
        self.order.action_reserve_parts()
        rw = self.order.picking_ids.with_user(self.keeper)
        rw.move_line_ids.create({
            "picking_id": rw.id, "move_id": rw.move_ids.id, "product_id": self.oil.id, "quantity": 1,
            "owner_id": self.other_contractor.id, "location_id": self.stock.id,
            "location_dest_id": self.consumption.id})
        rw.move_ids.picked = True
        with self.assertRaisesRegex(UserError, "Oil belongs to Hurtownia Beta"):
            rw.button_validate()
        rw.move_line_ids.filtered("owner_id").owner_id = self.contractor
        self._stock_of(self.contractor, 1)
        rw._action_done()
        self.assertEqual(self.line.quantity_issued, 2, "what the contractor left goes into his own device")
        self.assertEqual(self.line.cost, 10)
