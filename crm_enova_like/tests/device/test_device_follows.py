from unittest.mock import patch

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .test_device_corrections import SerialCommon


@tagged("post_install", "-at_install")
class TestDeviceFollows(SerialCommon):
    """Cards of devices that were renamed twice, came back for good, or went to another contractor than was written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lot, cls.today = cls.wrong, cls.company._service_today()
        cls.product.invoice_policy = "delivery"

    def _give_back(self, picking, *lots, refund=True):
        """Core's return, with or without *Update quantities on SO/PO*."""
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.write({"quantity": len(lots), "to_refund": refund})
        return self._finish(wizard._create_return(), *lots)

    def _bill(self, sale):
        invoice = sale._create_invoices()
        invoice.action_post()
        return invoice

    # RENAMED

    def test_renamed_to_a_taken_number_and_then_to_the_right_one(self):
        self._sell(self.lot)
        card, lot = self._card(self.lot), self.lot.with_user(self.keeper)
        self.Device.create({"name": "Other", "type_id": self.device_type.id, "serial_number": "TAKEN"})
        for name, follows in (("TAKEN", "SN-W"), ("taken", "SN-W"), ("SN-7", "SN-7"), ("SN-8", "SN-8")):
            lot.name = name
            self.assertEqual(card.serial_number, follows, name)
        self.assertIn("SN-W was corrected to SN-7", self._told(card))

    def test_number_typed_since_stays(self):
        self._sell(self.lot)
        card = self._card(self.lot)
        self.Device.create({"name": "Other", "type_id": self.device_type.id, "serial_number": "TAKEN"})
        self.lot.name = "TAKEN"
        card.serial_number = "FACTORY-1"
        self.lot.name = "SN-7"
        self.assertEqual(card.serial_number, "FACTORY-1")

    # CAME BACK FOR GOOD

    def test_refund_while_an_order_is_open(self):
        delivery = self._sell(self.lot, self.right)
        cards = self._card(self.lot) | self._card(self.right)
        order = self.make_order(*cards)
        back = self._give_back(delivery, self.lot)
        self._give_back(delivery, self.right, refund=False)
        self.assertRecordValues(cards, [
            {"ownership": "own", "partner_id": False, "address_id": False},
            {"ownership": "customer", "partner_id": self.contractor.id, "address_id": delivery.partner_id.id}])
        self.assertEqual(order.partner_id, self.contractor)
        # as the transfers say, too
        self._correct(back, quantity=0)
        self.assertSold(cards[0], self.contractor, self.today)
        self._correct(back, quantity=1)
        self.assertEqual(cards[0].ownership, "own")
        self._sell(self.lot, partner=self.other_contractor)
        self.assertSold(cards[0], self.other_contractor, self.today)

    def test_sold_again_to_who_was_refunded(self):
        """By hand, without a sales order: once the first sale is not billed any more it is a new one."""
        delivery = self._sell(self.lot)
        card = self._card(self.lot)
        card.date_sold = "2025-06-01"
        self._bill(delivery.sale_id)
        self._give_back(delivery, self.lot)
        self._send(self.lot)
        self.assertSold(card, self.contractor, "2025-06-01")
        self._bring(self.lot)
        self._send(self.lot)
        self.assertSold(card, self.contractor, "2025-06-01")
        # the same once more, and a credit note
        other = self._sell(self.right)
        card = self._card(self.right)
        card.date_sold = "2025-06-01"
        self._bill(other.sale_id)
        self._give_back(other, self.right)
        credit = other.sale_id._create_invoices(final=True)
        self.assertEqual(credit.move_type, "out_refund")
        sent = self._send(self.right)
        self.assertSold(card, self.contractor, self.today)
        self._correct(sent, quantity=0)
        self._correct(sent, quantity=1)
        self.assertSold(card, self.contractor, self.today)

    def test_refund_taken_back(self):
        """The return of the return: the first sale stands again."""
        delivery = self._sell(self.lot)
        card = self._card(self.lot)
        card.date_sold = "2025-06-01"
        back = self._give_back(delivery, self.lot)
        self._give_back(back, self.lot)
        self.assertSold(card, self.contractor, "2025-06-01")

    # THE CONTRACTOR OF A DONE DELIVERY

    def test_contractor_corrected(self):
        delivery = self._sell(self.lot, self.right)
        card, other = self._card(self.lot), self._card(self.right)
        card.write({"date_sold": "2025-06-01", "warranty_end": "2027-07-01"})
        other.partner_id = self.person
        delivery.with_user(self.keeper).partner_id = self.other_contractor
        self.assertEqual(card.partner_id, self.other_contractor)
        self.assertEqual(card.address_id, self.other_contractor)
        self.assertEqual(card.sold_to_id, self.other_contractor)
        self.assertEqual((str(card.date_sold), str(card.warranty_end)), ("2025-06-01", "2027-07-01"))
        self.assertIn(f"The contractor of {delivery.name} was corrected", self._told(card))
        self.assertEqual(other.partner_id, self.person, "whoever took it over keeps it")
        self.assertEqual(other.sold_to_id, self.contractor)

    def test_place_corrected(self):
        delivery = self._sell(self.lot)
        delivery.partner_id = self.shop
        self.assertSold(self._card(self.lot), self.contractor, self.today)
        self.assertEqual(self._card(self.lot).address_id, self.shop)

    def test_contractor_of_an_earlier_delivery_corrected(self):
        """It was here since, and went to whoever the last delivery says."""
        delivery = self._sell(self.lot)
        delivery.date_done = "2024-05-05 10:00:00"
        back = self._bring(self.lot)
        card = self._card(self.lot)
        self.assertEqual(card.ownership, "own")
        delivery.partner_id = back.partner_id = self.shop
        self.assertEqual(card.ownership, "own")
        self.assertFalse(card.partner_id)
        self._sell(self.lot, partner=self.other_contractor)
        delivery.partner_id = self.env["res.partner"].create({"name": "Third"})
        self.assertSold(card, self.other_contractor, self.today)

    def test_repaired_one_went_to_another(self):
        """Whoever it really went to bought it."""
        self._sell(self.lot)
        card = self._card(self.lot)
        card.date_sold = "2025-06-01"
        self._bring(self.lot)
        sent = self._send(self.lot)
        self.assertSold(card, self.contractor, "2025-06-01")
        sent.partner_id = self.other_contractor
        self.assertSold(card, self.other_contractor, self.today)

    def test_refused_card_does_not_block_the_correction(self):
        delivery = self._sell(self.lot)
        with patch.object(self.registry["crm.service.device"], "write", side_effect=ValidationError("Secret")):
            delivery.with_user(self.keeper).partner_id = self.other_contractor
        self.assertEqual(delivery.partner_id, self.other_contractor)
        self.assertIn("could not follow the correction of SN-W", self._told(delivery))

    def test_contractor_of_what_has_no_card(self):
        delivery = self._sell(self.lot)
        draft = self.env["stock.picking"].create({
            "picking_type_id": self.warehouse.out_type_id.id, "partner_id": self.contractor.id, "move_ids": [
                Command.create({"product_id": self.product.id, "product_uom_qty": 1})]})
        with patch.object(self.registry["stock.move.line"], "_search_crossings") as asked:
            draft.partner_id = self.shop
            self.product.service_device_card = False
            delivery.partner_id = self.shop
        asked.assert_not_called()
