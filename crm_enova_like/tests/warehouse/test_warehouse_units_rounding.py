from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .test_warehouse_units import UnitsCommon

PIECES = range(1, 25)
# one by one, the last of them go through all smaller numbers
ONE_BY_ONE = (1, 2, 5, 8, 11, 14, 24)


@tagged("post_install", "-at_install")
class TestUnitsRounding(UnitsCommon):
    """Parts move in their product's unit and are planned in their line's: in between nothing is lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # kept in pieces and kept in dozens; both cost 10 apiece
        cls.screw = cls._new_product("Screw", standard_price=10.0, uom_ids=[Command.set(cls.dozen.ids)])
        cls.seal = cls._new_product(
            "Seal", standard_price=120.0, uom_id=cls.dozen.id, uom_ids=[Command.set(cls.unit.ids)])
        cls.gas = cls._new_product(
            "Gas", standard_price=100.0, uom_id=cls.kilogram.id, uom_ids=[Command.set(cls.gram.ids)])
        cls._stock(cls.screw, 300)
        cls._stock(cls.seal, 30)
        cls._stock(cls.gas, 1)
        cls.order = cls.make_order(cls.device)

    def _issue_pieces(self, product, unit, table=PIECES):
        """One line for each number of pieces, all issued by one RW: {pieces: line}."""
        size = 12.0 if unit == self.dozen else 1.0
        lines = {
            pieces: self.add_part(self.order, product, round(pieces / size, 2), uom_id=unit.id) for pieces in table}
        self.order.action_issue_parts()
        self.assertFalse(self.order.parts_to_issue)
        for pieces, line in lines.items():
            self.assertEqual(line.quantity_issued, line.quantity, f"{pieces} pieces")
            self.assertFalse(line.quantity_to_issue)
        return lines

    def _return_pieces(self, lines, size):
        """Return of all lines one piece after another as long as there is any."""
        for pieces, line in lines.items():
            for left in reversed(range(pieces)):
                line.return_to_stock(round(1 / size, 2))
                self.assertEqual(line.quantity, round(left / size, 2), f"{left} of {pieces} pieces are out")
                self.assertFalse(line.needs_issue)
        self._check_all_back(lines)

    def _return_one_and_the_rest(self, lines, size):
        for pieces, line in lines.items():
            if pieces > 1:
                line.return_to_stock(round(1 / size, 2))
                self.assertEqual(line.quantity, round((pieces - 1) / size, 2), f"one of {pieces} pieces is back")
            line.return_to_stock(line.quantity)
        self._check_all_back(lines)

    def _check_all_back(self, lines):
        for pieces, line in lines.items():
            self.assertEqual(
                (line.quantity, line.quantity_returned, line.cost, line.needs_issue),
                (0, line.quantity_issued, 0, False), f"{pieces} pieces")
        self.assertEqual(self.order.total_cost, 0)
        self.assertFalse(self.order._get_issued_lines())
        with self.assertRaisesRegex(UserError, "only 0 are issued"):
            line.return_to_stock(1)

    # DOZENS AND PIECES

    def test_dozens_of_pieces_at_once(self):
        lines = self._issue_pieces(self.screw, self.dozen)
        self.assertStock(self.screw, 0)
        self._return_one_and_the_rest(lines, 12)
        self.assertStock(self.screw, 300)

    def test_dozens_of_pieces_one_by_one(self):
        lines = self._issue_pieces(self.screw, self.dozen, ONE_BY_ONE)
        self._return_pieces(lines, 12)
        self.assertStock(self.screw, 300)

    def test_pieces_of_dozens_at_once(self):
        lines = self._issue_pieces(self.seal, self.unit)
        self._return_one_and_the_rest(lines, 1)
        self.assertStock(self.seal, 30)

    def test_pieces_of_dozens_one_by_one(self):
        lines = self._issue_pieces(self.seal, self.unit, ONE_BY_ONE)
        self._return_pieces(lines, 1)
        self.assertStock(self.seal, 30)

    def test_keeper_returns_one_piece(self):
        """Core's return wizard, in the unit in which the RW moved."""
        for product, unit, size, one in ((self.screw, self.dozen, 12, 1), (self.seal, self.unit, 1, 0.08)):
            for pieces in (2, 5, 8, 11, 14):
                order = self.make_order(self.device)
                line = self.add_part(order, product, round(pieces / size, 2), uom_id=unit.id)
                order.action_issue_parts()
                wizard = self.env["stock.return.picking"].with_user(self.keeper).create(
                    {"picking_id": order.picking_ids.id})
                wizard.product_return_moves.quantity = one
                wizard._create_return().button_validate()
                self.assertFalse(line.needs_issue, f"{pieces} pieces")
                line.return_to_stock(line._get_returnable_quantity())
                self.assertEqual((line.quantity, line.cost), (0, 0), f"{pieces} pieces")
        self.assertStock(self.screw, 300)
        self.assertStock(self.seal, 30)

    def test_plan_of_what_waits_stays(self):
        """More is planned than was issued when one piece comes back."""
        for product, unit, size in ((self.screw, self.dozen, 12), (self.seal, self.unit, 1)):
            line = self.add_part(self.order, product, round(5 / size, 2), uom_id=unit.id)
            self.order.action_issue_parts()
            line.quantity = round(10 / size, 2)
            line.return_to_stock(round(1 / size, 2))
            self.assertEqual(line.quantity, round(9 / size, 2))
            self.assertEqual(line.quantity_to_issue, round(5 / size, 2))
            self.order.action_issue_parts()
            self.assertEqual((line.quantity_issued - line.quantity_returned, line.needs_issue),
                             (line.quantity, False))
            line.return_to_stock(line.quantity)
            self.assertEqual((line.quantity, line.cost), (0, 0))

    def test_pieces_are_planned_one_after_another(self):
        line = self.add_part(self.order, self.seal, 0, uom_id=self.unit.id)
        for pieces in PIECES:
            line.quantity = pieces
            self.order.action_issue_parts()
            self.assertEqual((line.quantity_issued, line.needs_issue), (pieces, False))
        self.assertStock(self.seal, 28)

    def test_metres_of_a_reel(self):
        """Of a large unit many pieces have the same number: what is left of them comes back as well."""
        reel = self.env["uom.uom"].create(
            {"name": "Reel", "relative_factor": 1000, "relative_uom_id": self.env.ref("uom.product_uom_meter").id})
        cable = self._new_product("Cable", standard_price=1.0, uom_id=self.env.ref("uom.product_uom_meter").id,
                                  uom_ids=[Command.set(reel.ids)])
        self._stock(cable, 1000)
        line = self.add_part(self.order, cable, 1, uom_id=reel.id)
        self.order.action_issue_parts()
        for metres in (3.4, 5, 6, 7.25):
            wizard = self.env["stock.return.picking"].with_user(self.keeper).create(
                {"picking_id": self.order.picking_ids.filtered(lambda rw: rw.service_document == "rw").id})
            wizard.product_return_moves.quantity = metres
            wizard._create_return().button_validate()
            self.assertFalse(line.needs_issue, f"{metres} m")
        self.assertEqual((line.quantity, line.cost), (0.98, 978.35))
        line.return_to_stock(0.5)
        line.return_to_stock(line.quantity)
        self.assertEqual((line.quantity, line.cost), (0, 0))
        self.assertStock(cable, 1000)

    # A UNIT THAT IS COARSER THAN THE LINE'S

    def test_less_than_a_step_is_refused_when_it_is_planned(self):
        with self.assertRaisesRegex(ValidationError, f"{self.order.name}.*Gas.*4 g .*kg.*0.01"):
            self.add_part(self.order, self.gas, 4, uom_id=self.gram.id)
        line = self.add_part(self.order, self.gas, 40, uom_id=self.gram.id)
        with self.assertRaisesRegex(ValidationError, "4 g come to nothing"):
            line.quantity = 4
        with self.assertRaisesRegex(ValidationError, "come to nothing"):
            self.add_part(self.order, self.gas, 3).uom_id = self.gram
        self.assertTrue(self.add_part(self.order, self.gas, 4, uom_id=self.gram.id, supply="sale"))

    def test_grams_are_rounded_as_they_move(self):
        for planned, issued in ((6, 10), (333, 330), (335, 340)):
            order = self.make_order(self.device)
            line = self.add_part(order, self.gas, planned, uom_id=self.gram.id)
            order.action_issue_parts()
            self.assertEqual((line.quantity_issued, line.quantity_to_issue, line.needs_issue), (issued, 0, False))
            self.assertEqual(order.issue_status, "issued")
            with self.assertRaisesRegex(UserError, "everything planned has been issued"):
                order.action_issue_parts()
            self.assertEqual(order.picking_ids.mapped("state"), ["done"])
            if issued > 10:
                line.return_to_stock(100)
                self.assertEqual((line.quantity, line.quantity_returned, line.needs_issue), (issued - 100, 100, False))
                with self.assertRaisesRegex(UserError, "4 g come to nothing"):
                    line.return_to_stock(4)
            line.return_to_stock(line.quantity)
            self.assertEqual((line.quantity, line.cost), (0, 0))
        self.assertStock(self.gas, 1)

    def test_document_that_moves_nothing_takes_no_number(self):
        self.add_part(self.order, self.screw, 1)
        self.order.action_reserve_parts()
        rw = self.order.picking_ids.with_user(self.keeper)
        name = rw.name
        rw.move_ids.write({"quantity": 0.0, "picked": True})
        with self.assertRaisesRegex(UserError, "moves nothing"):
            rw._action_done()
        self.assertEqual((rw.name, rw.state == "done"), (name, False))

    # SET-UP CHANGED WHILE PARTS ARE OUT

    def _set_decimals(self, digits):
        self.env.flush_all()
        self.env["decimal.precision"].search([("name", "=", "Product Unit")]).digits = digits
        self.env.flush_all()
        self.env.invalidate_all()

    def _issue(self, *quantities):
        """Orders of which each has got so much."""
        lines = self.env["crm.service.order.line"].concat(*(
            self.add_part(self.make_order(self.device), self.screw, quantity) for quantity in quantities))
        lines.order_id.action_issue_parts()
        return lines

    def test_decimals_are_taken_away_while_parts_are_out(self):
        whole, pieces, little = lines = self._issue(2.5, 2.5, 1.25)
        self._set_decimals(0)
        self.assertFalse(lines.filtered("needs_issue"))
        for line in whole | little:
            line.return_to_stock(line._get_returnable_quantity())
        pieces.return_to_stock(2)
        self.assertEqual((pieces.quantity, pieces.needs_issue), (1, False))
        pieces.return_to_stock(1)
        for line in lines:
            self.assertEqual((line.quantity, line.needs_issue), (0, False))
            self.assertFalse(line.order_id._get_issued_lines())
            self.assertEqual(line._get_returnable_quantity(), 0)

    def test_keeper_returns_after_decimals_were_taken_away(self):
        line = self._issue(2.5)
        self._set_decimals(0)
        wizard = self.env["stock.return.picking"].with_user(self.keeper).create(
            {"picking_id": line.order_id.picking_ids.id})
        wizard.action_create_returns_all()
        line.order_id.picking_ids.filtered(lambda zw: zw.state != "done").with_user(self.keeper).button_validate()
        self.assertEqual((line.quantity, line.needs_issue, line._get_returnable_quantity()), (0, False, 0))

    def test_what_decimals_make_nothing_is_not_to_issue(self):
        line = self.add_part(self.order, self.screw, 0.4)
        self.order.action_reserve_parts()
        self._set_decimals(0)
        self.assertFalse(self.order.parts_to_issue)
        with self.assertRaisesRegex(UserError, "has no parts to issue"):
            self.order.action_issue_parts()
        self._set_decimals(2)
        line.quantity = 0.5
        self.order.action_issue_parts()
        self.assertEqual((line.quantity_issued, line.needs_issue), (0.5, False))

    def test_unit_that_was_issued_keeps_what_it_contains(self):
        carton = self.env["uom.uom"].create(
            {"name": "Carton", "relative_factor": 10, "relative_uom_id": self.unit.id})
        pallet = self.env["uom.uom"].create(
            {"name": "Pallet", "relative_factor": 4, "relative_uom_id": carton.id})
        self.screw.uom_ids = [Command.set((carton | pallet).ids)]
        line = self.add_part(self.order, self.screw, 2, uom_id=pallet.id)
        self.order.action_reserve_parts()
        carton.relative_factor = 12
        self.order.action_issue_parts()
        self.assertStock(self.screw, 300 - 2 * 4 * 12)
        self.assertFalse(line.needs_issue)
        for unit, factor in ((carton, 10), (pallet, 5)):
            with self.assertRaisesRegex(UserError, f"Pallet.*{self.order.name}.*Screw"):
                unit.relative_factor = factor
        carton.relative_factor = 12
        carton.name = "Box"
        line.return_to_stock(1)
        line.return_to_stock(line.quantity)
        self.assertEqual((line.quantity, line.cost), (0, 0))
