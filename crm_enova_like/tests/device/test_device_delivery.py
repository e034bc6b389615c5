from odoo import Command
from odoo.tests import tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestDeviceDelivery(ServiceCommon):
    """What is delivered under a serial number becomes a device card by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Device = cls.env["crm.service.device"]
        cls.product = cls._new_product(
            "Nano E", tracking="serial", service_device_card=True,
            service_device_type_id=cls.device_type.id)
        cls.lots = cls.env["stock.lot"].create([
            {"name": name, "product_id": cls.product.id, "company_id": cls.company.id}
            for name in ("N-1", "N-2")])
        cls.customers = cls.env.ref("stock.stock_location_customers")

    def _move(self, lots, source, destination, partner, picking_type):
        """Move serial numbers as the warehouse keeper does."""
        picking = self.env["stock.picking"].create({
            "partner_id": partner.id,
            "picking_type_id": picking_type.id,
            "location_id": source.id,
            "location_dest_id": destination.id,
            "move_ids": [Command.create({
                "product_id": lot.product_id.id, "product_uom_qty": 1,
                "location_id": source.id, "location_dest_id": destination.id,
            }) for lot in lots],
        })
        picking.action_confirm()
        picking.move_line_ids.unlink()
        for move, lot in zip(picking.move_ids, lots, strict=False):
            move.move_line_ids = [Command.create({
                "product_id": lot.product_id.id, "lot_id": lot.id, "quantity": 1, "picked": True,
                "location_id": source.id, "location_dest_id": destination.id,
                "picking_id": picking.id,
            })]
        if len(picking.move_ids) < len(lots):
            # core merged equal moves into one
            for lot in lots[1:]:
                picking.move_ids.move_line_ids = [Command.create({
                    "product_id": lot.product_id.id, "lot_id": lot.id, "quantity": 1,
                    "picked": True, "location_id": source.id, "location_dest_id": destination.id,
                    "picking_id": picking.id,
                })]
        picking.with_user(self.keeper).button_validate()
        self.assertEqual(picking.state, "done")
        return picking

    def _deliver(self, lots, partner):
        for lot in lots:
            if lot.product_qty <= 0:
                self._stock(lot.product_id, 1, lot)
        return self._move(
            lots, self.warehouse.lot_stock_id, self.customers, partner, self.warehouse.out_type_id)

    def _return(self, lots, partner):
        return self._move(
            lots, self.customers, self.warehouse.lot_stock_id, partner, self.warehouse.in_type_id)

    def _cards(self, lots):
        return self.Device.with_context(active_test=False).search([("lot_id", "in", lots.ids)])

    def test_delivered_serials_make_cards(self):
        picking = self._deliver(self.lots, self.shop)
        cards = self._cards(self.lots)
        self.assertEqual(len(cards), 2)
        self.assertEqual(set(cards.mapped("serial_number")), {"N-1", "N-2"})
        card = cards[0]
        self.assertEqual(card.partner_id, self.contractor)
        self.assertEqual(card.address_id, self.shop)
        self.assertEqual(card.type_id, self.device_type)
        self.assertEqual(card.product_id, self.product)
        self.assertEqual(card.ownership, "customer")
        self.assertEqual(card.name, "Nano E")
        sold = self.company._service_date(picking.date_done)
        self.assertEqual(card.date_sold, sold)
        self.assertEqual(card.warranty_end.year, sold.year + 2)
        self.assertRegex(card.identifier, "^KASA/")
        self.assertEqual(self.lots[0].service_device_count, 1)
        self.assertEqual(self.product.service_device_count, 2)
        self.assertEqual(self.product.product_tmpl_id.service_device_count, 2)

    def test_number_in_another_spelling_is_the_same_device(self):
        by_hand = self.Device.create({
            "name": "By hand", "type_id": self.device_type.id, "serial_number": "n\u20111\u200b"})
        long = self._new_lot(self.product, "Ż" * 300, 1)
        picking = self._deliver(self.lots[0] | long, self.shop)
        self.assertEqual(self._cards(self.lots[0] | long), by_hand)
        self.assertEqual(by_hand.partner_id, self.contractor)
        self.assertIn("no device can have such", picking.message_ids[0].body)
        self.lots[0].name = "N" * 300
        self.assertEqual(by_hand.serial_number, "n\u20111", "the stock takes what no device can have")

    def test_no_card_without_the_switch(self):
        self.product.service_device_card = False
        self._deliver(self.lots, self.shop)
        self.assertFalse(self._cards(self.lots))

    def test_return_frees_and_second_sale_changes_owner(self):
        self._deliver(self.lots[0], self.shop)
        card = self._cards(self.lots[0])
        card.date_sold = "2020-01-01"
        self._return(self.lots[0], self.shop)
        self.assertEqual(card.ownership, "own")
        self.assertFalse(card.partner_id)
        self.assertFalse(card.address_id)
        card.action_archive()
        self._deliver(self.lots[0], self.other_contractor)
        self.assertEqual(self._cards(self.lots[0]), card, "one card for one serial number")
        self.assertEqual(card.partner_id, self.other_contractor)
        self.assertEqual(card.ownership, "customer")
        self.assertTrue(card.active)
        self.assertNotEqual(str(card.date_sold), "2020-01-01", "the new sale has its warranty")

    def test_loaner_stays_ours(self):
        self._deliver(self.lots[0], self.shop)
        card = self._cards(self.lots[0])
        self._return(self.lots[0], self.shop)
        card.write({"ownership": "loaner", "date_sold": False})
        self._deliver(self.lots[0], self.other_contractor)
        self.assertEqual(card.ownership, "loaner")
        self.assertEqual(card.address_id, self.other_contractor)
        self.assertFalse(card.date_sold)

    def test_card_made_before_the_delivery_is_taken_up(self):
        card = self.Device.create({
            "name": "Ordered", "type_id": self.device_type.id, "serial_number": "N-1"})
        self._deliver(self.lots[0], self.shop)
        self.assertEqual(self._cards(self.lots[0]), card)
        self.assertEqual(card.partner_id, self.contractor)
        self.assertTrue(card.date_sold)

    def test_taken_number_does_not_block_the_delivery(self):
        other = self._new_product("Other maker's", tracking="serial")
        self.Device.create({
            "name": "Other", "type_id": self.device_type.id, "serial_number": "N-1",
            "product_id": other.id})
        picking = self._deliver(self.lots[0], self.shop)
        self.assertFalse(self._cards(self.lots[0]))
        self.assertIn("N-1", "".join(picking.message_ids.mapped("body")))
