from unittest.mock import patch

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..common import ServiceCommon


class SerialCommon(ServiceCommon):
    """Pieces with serial numbers that go to customers and come back, as sales and the keeper do it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Device = cls.env["crm.service.device"].with_context(active_test=False)
        cls.product = cls._new_product(
            "Nano E", tracking="serial", service_device_card=True, service_device_type_id=cls.device_type.id)
        cls.wrong, cls.right = (cls._new_lot(cls.product, name, 1) for name in ("SN-W", "SN-R"))
        cls.customers = cls.env.ref("stock.stock_location_customers")

    def _sell(self, *lots, partner=None):
        """The delivery of a sale order, done by the keeper."""
        sale = self.env["sale.order"].create({
            "partner_id": (partner or self.contractor).id, "order_line": [
                Command.create({"product_id": self.product.id, "product_uom_qty": len(lots)})]})
        sale.action_confirm()
        return self._finish(sale.picking_ids, *lots)

    def _finish(self, picking, *lots, **vals):
        """Let these pieces, and no others, go with a transfer that waits."""
        picking.move_line_ids.unlink()
        move = picking.move_ids
        move.move_line_ids = [Command.create({
            "product_id": lot.product_id.id, "lot_id": lot.id, "quantity": 1, "picking_id": picking.id,
            "location_id": move.location_id.id, "location_dest_id": move.location_dest_id.id, **vals}) for lot in lots]
        move.picked = True
        move.with_user(self.keeper)._action_done()
        self.assertEqual(move.state, "done")
        picking.is_locked = False
        return picking

    def _return(self, picking, *lots, **vals):
        """The transfer that takes back what a transfer brought; of a return, it brings it once more."""
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = len(lots)
        return self._finish(wizard._create_return(), *lots, **vals)

    def _transfer(self, outgoing, *lots, partner=None, **vals):
        """A transfer made by hand, without a sale."""
        places = [self.stock.id, self.customers.id]
        source, destination = places if outgoing else reversed(places)
        picking = self.env["stock.picking"].create({
            "partner_id": (partner or self.contractor).id, "location_id": source, "location_dest_id": destination,
            "picking_type_id": (self.warehouse.out_type_id if outgoing else self.warehouse.in_type_id).id,
            "move_ids": [Command.create({
                "product_id": self.product.id, "product_uom_qty": len(lots),
                "location_id": source, "location_dest_id": destination})]})
        picking.action_confirm()
        return self._finish(picking, *lots, **vals)

    def _bring(self, *lots, **vals):
        return self._transfer(False, *lots, **vals)

    def _send(self, *lots, **vals):
        return self._transfer(True, *lots, **vals)

    def _card(self, lot, company=None):
        return self.Device.search([("lot_id", "=", lot.id), ("company_id", "=", (company or self.company).id)])

    def _told(self, record):
        return "".join(record.message_ids.mapped("body"))

    def _correct(self, picking, **vals):
        picking.move_line_ids.with_user(self.keeper).write(vals)

    def assertOurs(self, card):
        self.assertRecordValues(card, [{
            "ownership": "own", "partner_id": False, "address_id": False, "date_sold": False, "warranty_end": False,
            "sold_to_id": False}])

    def assertSold(self, card, partner, day, owner=None):
        """The card says that it is a customer's, since this day (an ISO date), two years under warranty."""
        self.assertEqual(card.ownership, "customer")
        self.assertEqual(card.partner_id, owner or partner)
        self.assertEqual(card.sold_to_id, partner)
        self.assertEqual(str(card.date_sold), str(day))
        self.assertEqual(card.warranty_end.year, card.date_sold.year + 2)


@tagged("post_install", "-at_install")
class TestDeviceCorrections(SerialCommon):
    """What is corrected on a done transfer, or renamed, is followed by the device cards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._service_today()

    def _make_older(self, card):
        """The card was there before its delivery."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_service_device SET create_date = '2020-01-01' WHERE id = %s", [card.id])
        card.invalidate_recordset()

    def test_card_goes_with_the_piece(self):
        """Made by this delivery, with a repair since: the card is the device, under its right number."""
        delivery = self._sell(self.wrong)
        card = self._card(self.wrong)
        card.date_sold = "2025-06-01"
        order = self.make_order(card)
        self._correct(delivery, lot_id=self.right.id)
        self.assertEqual(self._card(self.right), card)
        self.assertEqual(card.serial_number, "SN-R")
        self.assertEqual(order.device_line_ids.device_id.lot_id, self.right)
        self.assertSold(card, self.contractor, "2025-06-01")
        self.assertFalse(self._card(self.wrong))
        self.assertIn("from serial number SN-W to SN-R", self._told(card))

    def test_both_have_cards(self):
        """The piece that the customer has is on its card as theirs, the other one ours."""
        right = self.Device.create({
            "name": "Made by hand", "type_id": self.device_type.id, "serial_number": "sn-r", "ownership": "own"})
        delivery = self._sell(self.wrong)
        self._correct(delivery, lot_id=self.right.id)
        self.assertEqual(self._card(self.right), right)
        self.assertSold(right, self.contractor, self.today)
        self.assertOurs(self._card(self.wrong))
        for card in (right, self._card(self.wrong)):
            self.assertIn(f"{delivery.name} was corrected", self._told(card))

    def test_card_of_before_the_delivery_stays_with_its_number(self):
        ours = self.Device.create({
            "name": "Shown in the shop", "type_id": self.device_type.id, "serial_number": "SN-W",
            "ownership": "own", "product_id": self.product.id})
        self._make_older(ours)
        delivery = self._sell(self.wrong)
        self._correct(delivery, lot_id=self.right.id)
        self.assertEqual(self._card(self.wrong), ours)
        self.assertOurs(ours)
        self.assertSold(self._card(self.right), self.contractor, self.today)

    def test_wrong_number_of_an_earlier_sale(self):
        """The wrong card goes back to what its own transfers say: it was sold, to whomever, and came back."""
        for buyer in (self.contractor, self.other_contractor):
            with self.subTest(buyer=buyer.name):
                wrong, right = (self._new_lot(self.product, f"{buyer.name} {number}", 1) for number in (1, 2))
                picking = self._sell(wrong, partner=buyer)
                picking.date_done = "2024-05-05 10:00:00"
                for month in (6, 7, 8):
                    picking = self._return(picking, wrong)
                    picking.date_done = f"2024-0{month}-06 10:00:00"
                delivery = self._sell(wrong)
                card = self._card(wrong)
                self.assertSold(card, self.contractor, self.today)
                self._correct(delivery, lot_id=right.id)
                self.assertRecordValues(card, [{
                    "ownership": "own", "partner_id": False, "address_id": False, "sold_to_id": buyer.id}])
                self.assertEqual((str(card.date_sold), str(card.warranty_end)), ("2024-05-05", "2026-05-05"))
                self.assertSold(self._card(right), self.contractor, self.today)

    def test_corrected_return(self):
        """Two pieces at the customer; the one that came back was written down wrongly."""
        delivery = self._sell(self.wrong, self.right)
        wrong, right = self._card(self.wrong), self._card(self.right)
        wrong.date_sold = "2025-03-03"
        back = self._return(delivery, self.wrong)
        self.assertEqual((wrong.ownership, right.ownership), ("own", "customer"))
        self._correct(back, lot_id=self.right.id)
        self.assertSold(wrong, self.contractor, "2025-03-03")
        self.assertEqual(right.ownership, "own")
        self.assertFalse(right.partner_id)
        self.assertEqual(right.sold_to_id, self.contractor)

    def test_quantity_taken_away_and_given_again(self):
        delivery = self._sell(self.wrong)
        card = self._card(self.wrong)
        self._correct(delivery, quantity=0)
        self.assertOurs(card)
        self._correct(delivery, quantity=1)
        self.assertSold(card, self.contractor, self.today)

    def test_destination_corrected(self):
        delivery = self._sell(self.wrong)
        self._correct(delivery, location_dest_id=self.stock.id)
        self.assertOurs(self._card(self.wrong))

    def test_piece_added_to_a_done_delivery(self):
        delivery = self._sell(self.wrong)
        delivery.date_done = "2025-04-04 10:00:00"
        self.env["stock.move.line"].with_user(self.keeper).create({
            "picking_id": delivery.id, "product_id": self.product.id, "lot_id": self.right.id, "quantity": 1,
            "location_id": self.stock.id, "location_dest_id": self.customers.id})
        self.assertSold(self._card(self.right), self.contractor, "2025-04-04")
        self.assertIn("was corrected", self._told(self._card(self.right)))

    def test_swapped_in_one_transfer(self):
        third = self._new_lot(self.product, "SN-3", 1)
        delivery = self._sell(self.wrong, self.right)
        lines = delivery.move_line_ids.with_user(self.keeper)
        lines.filtered(lambda line: line.lot_id == self.wrong).lot_id = third
        self.assertEqual(len(self.Device.search([("product_id", "=", self.product.id)])), 2)
        self.assertSold(self._card(third), self.contractor, self.today)
        self.assertSold(self._card(self.right), self.contractor, self.today)

    def test_lent_piece_stays_lent(self):
        delivery = self._sell(self.wrong)
        card = self._card(self.wrong)
        card.write({"ownership": "loaner", "date_sold": False, "sold_to_id": False})
        self._make_older(card)
        self._correct(delivery, lot_id=self.right.id)
        self.assertEqual(card.ownership, "loaner")
        self.assertFalse(card.partner_id)

    def test_taken_number_does_not_block_the_correction(self):
        other = self._new_product("Other maker's")
        self.Device.create({
            "name": "Other", "type_id": self.device_type.id, "serial_number": "SN-R", "product_id": other.id})
        delivery = self._sell(self.wrong)
        self._correct(delivery, lot_id=self.right.id)
        self.assertOurs(self._card(self.wrong))
        self.assertFalse(self._card(self.right))
        self.assertIn("No device card was made for SN-R", self._told(delivery))

    def test_refused_card_does_not_block_the_correction(self):
        delivery = self._sell(self.wrong)
        with patch.object(self.registry["crm.service.device"], "write", side_effect=ValidationError("Secret")):
            self._correct(delivery, lot_id=self.right.id)
        self.assertEqual(delivery.move_line_ids.lot_id, self.right)
        self.assertIn("could not follow the correction of SN-R", self._told(delivery))
        self.assertNotIn("Secret", self._told(delivery))

    def test_corrections_that_move_nothing(self):
        """A row that crosses to no customer, and one that keeps its piece, write no card."""
        delivery = self._sell(self.wrong)
        receipt = self._bring(self._new_lot(self.product, "SN-4"))
        receipt.move_line_ids.location_id = self.env.ref("stock.stock_location_suppliers")
        with patch.object(self.registry["stock.move.line"], "_correct_device_cards") as correct:
            self._correct(delivery, quantity=1)
            self._correct(receipt, lot_id=self._new_lot(self.product, "SN-3").id)
            self.product.service_device_card = False
            self._correct(delivery, lot_id=self.right.id)
        correct.assert_not_called()

    def test_each_company_has_its_card(self):
        """A number that both companies delivered: the correction of one is not the other's."""
        other = self._get_second_company()
        lot = self.env["stock.lot"].create({"name": "SN-2", "product_id": self.product.id})
        self._stock(self.product, 1, lot)
        delivery = self._sell(lot)
        back = self._bring(lot)
        ours = self._card(lot)
        warehouse = self.env["stock.warehouse"].with_company(other).create({
            "name": "Second", "code": "SEC", "company_id": other.id})
        move = self.env["stock.move"].with_company(other).create({
            "product_id": self.product.id, "product_uom_qty": 1, "company_id": other.id,
            "partner_id": self.other_contractor.id,
            "location_id": warehouse.lot_stock_id.id, "location_dest_id": self.customers.id})
        move._action_confirm()
        move.move_line_ids.unlink()
        move.move_line_ids = [Command.create({
            "product_id": self.product.id, "lot_id": lot.id, "quantity": 1, "picked": True,
            "location_id": warehouse.lot_stock_id.id, "location_dest_id": self.customers.id})]
        move._action_done()
        theirs = self._card(lot, other)
        self.assertSold(theirs, self.other_contractor, self.today)
        self._correct(back, quantity=0)
        self._correct(back, quantity=1)
        self.assertEqual(ours.ownership, "own")
        self._correct(delivery, quantity=0)
        self.assertSold(theirs, self.other_contractor, self.today)

    def test_correction_costs_no_more_for_many(self):
        lots = self.env["stock.lot"].create([
            {"name": f"M-{number}", "product_id": self.product.id, "company_id": self.company.id}
            for number in range(8)])
        for lot in lots:
            self._stock(self.product, 1, lot)
        few, many = self._sell(*lots[:2]), self._sell(*lots[2:])
        counts = []
        for picking in (few, many):
            lines = picking.move_line_ids.sudo()
            self.env.flush_all()
            self.env.invalidate_all()
            before = {line: (lots.browse(), False, line.owner_id) for line in lines}
            start = self.cr.sql_log_count
            lines._correct_device_cards(self.company, before)
            counts.append(self.cr.sql_log_count - start)
        self.assertEqual(*counts)

    # RENAMED

    def test_renamed_lot(self):
        self._sell(self.wrong)
        card = self._card(self.wrong)
        self.wrong.with_user(self.keeper).name = "SN-Ż 7"
        self.assertEqual(card.serial_number, "SN-Ż 7")
        self.assertIn("SN-W was corrected to SN-Ż 7", self._told(card))

    def test_renamed_in_another_script_and_case(self):
        self._sell(self.wrong)
        card = self._card(self.wrong)
        card.serial_number = " sn -w"
        self.wrong.name = "sn-w"
        self.assertEqual(card.serial_number, "sn-w")

    def test_number_typed_on_the_card_stays(self):
        self._sell(self.wrong)
        card = self._card(self.wrong)
        card.serial_number = "FACTORY-1"
        self.wrong.name = "SN-X"
        self.assertEqual(card.serial_number, "FACTORY-1")

    def test_renamed_to_a_number_that_another_has(self):
        self._sell(self.wrong)
        card = self._card(self.wrong)
        other = self.Device.create({
            "name": "Secret name", "type_id": self.device_type.id, "serial_number": "taken 1", "active": False})
        self.wrong.with_user(self.keeper).name = "TAKEN1"
        self.assertEqual(card.serial_number, "SN-W")
        self.assertEqual(self.wrong.name, "TAKEN1")
        self.assertIn("keeps the number SN-W", self._told(self.wrong))
        self.assertNotIn("Secret", self._told(self.wrong))
        self.assertIn(other.display_name, self._told(card))

    def test_several_renamed_at_once(self):
        """Two products of one type: the second card of a number keeps its own; of another type it gets it."""
        other_type = self.device_type.copy({"name": "Printer", "prefix": "DRUK"})
        twin, printer = (self._new_product(
            name, tracking="serial", service_device_card=True, service_device_type_id=device_type.id)
            for name, device_type in (("Twin", self.device_type), ("Printer", other_type)))
        lots = self.wrong | self._new_lot(twin, "T-1", 1) | self._new_lot(printer, "P-1", 1)
        cards = self.Device.create([{
            "name": lot.name, "lot_id": lot.id, "product_id": lot.product_id.id, "serial_number": lot.name,
            "type_id": lot.product_id.service_device_type_id.id} for lot in lots])
        lots.write({"name": "ONE"})
        self.assertEqual(cards[2].serial_number, "ONE")
        self.assertIn(set(cards[:2].mapped("serial_number")), ({"ONE", "T-1"}, {"SN-W", "ONE"}))

    def test_renamed_for_each_company(self):
        other = self._get_second_company()
        lot = self.env["stock.lot"].create({"name": "SN-2", "product_id": self.product.id})
        cards = self.Device.create([{
            "name": "Each", "company_id": company.id, "lot_id": lot.id, "product_id": self.product.id,
            "serial_number": "SN-2"} for company in (self.company, other)])
        lot.with_user(self.keeper).name = "SN-22"
        self.assertEqual(cards.mapped("serial_number"), ["SN-22", "SN-22"])
