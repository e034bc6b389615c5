from importlib.util import module_from_spec, spec_from_file_location

from odoo.modules.module import get_module_path
from odoo.tests import Form, tagged

from .test_device_corrections import SerialCommon


@tagged("post_install", "-at_install")
class TestDeviceRepair(SerialCommon):
    """A device that comes and goes for repair keeps its sale and its warranty."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lot = cls.wrong

    def setUp(self):
        super().setUp()
        self.delivery = self._sell(self.lot)
        self.card = self._card(self.lot)
        self.card.date_sold = "2025-06-01"

    def test_sale_writes_who_bought(self):
        self._sell(self.right, partner=self.shop)
        self.assertEqual(self._card(self.right).sold_to_id, self.contractor)
        self.assertEqual(self._card(self.right).address_id, self.shop)

    def test_returns_of_returns(self):
        """In and out and in and out again, by returns of the last transfer each time."""
        self.card.warranty_end = "2028-01-01"    # promised longer
        picking = self.delivery
        for _time in range(2):
            picking = self._return(picking, self.lot)
            self.assertEqual(self.card.ownership, "own")
            self.assertFalse(self.card.partner_id)
            self.assertEqual(str(self.card.date_sold), "2025-06-01")
            picking = self._return(picking, self.lot)
            self.assertEqual(self.card.partner_id, self.contractor)
            self.assertEqual(str(self.card.date_sold), "2025-06-01")
            self.assertEqual(str(self.card.warranty_end), "2028-01-01")
        self.assertEqual(self.card.sold_to_id, self.contractor)

    def test_transfers_by_hand(self):
        self._bring(self.lot)
        self._send(self.lot, partner=self.shop)
        self.assertSold(self.card, self.contractor, "2025-06-01")
        self.assertEqual(self.card.address_id, self.shop)

    def test_two_pieces_in_one_transfer(self):
        """One comes back to who bought it, the other one goes there for the first time."""
        self._bring(self.lot)
        self._send(self.lot, self.right)
        self.assertSold(self.card, self.contractor, "2025-06-01")
        self.assertSold(self._card(self.right), self.contractor, self.company._service_today())

    def test_replaced_by_another_piece(self):
        """Another piece goes with the return of the return: that one is sold now."""
        back = self._return(self.delivery, self.lot)
        self._return(back, self.right)
        self.assertSold(self._card(self.right), self.contractor, self.company._service_today())
        self.assertEqual(self.card.ownership, "own")

    def test_new_sale_to_the_same_customer(self):
        self._return(self.delivery, self.lot)
        self._sell(self.lot)
        self.assertSold(self.card, self.contractor, self.company._service_today())

    def test_same_sale_delivered_again(self):
        """The order's line brings the same piece once more: it was sold by that line."""
        line = self.delivery.sale_id.order_line
        self._return(self.delivery, self.lot)
        line.product_uom_qty = 2
        again = self.delivery.sale_id.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))
        self.assertEqual(again.move_ids.sale_line_id, line)
        self._finish(again, self.lot)
        self.assertSold(self.card, self.contractor, "2025-06-01")

    def test_another_customer(self):
        self._bring(self.lot)
        self._send(self.lot, partner=self.other_contractor)
        self.assertSold(self.card, self.other_contractor, self.company._service_today())

    def test_who_took_it_over_keeps_the_warranty(self):
        self.card.write({"partner_id": self.other_contractor.id})
        self._bring(self.lot, partner=self.other_contractor)
        self._send(self.lot, partner=self.other_contractor)
        self.assertSold(self.card, self.other_contractor, "2025-06-01")

    def test_goods_of_the_customer(self):
        """What the warehouse takes in as the customer's stays theirs, and is not sold when it goes back."""
        self.card.address_id = self.shop
        self._bring(self.lot, owner_id=self.contractor.id)
        self.assertSold(self.card, self.contractor, "2025-06-01")
        self.assertEqual(self.card.address_id, self.shop)
        self._send(self.lot, owner_id=self.contractor.id)
        self.assertSold(self.card, self.contractor, "2025-06-01")

    def test_goods_of_another_owner(self):
        self._bring(self.lot, owner_id=self.other_contractor.id)
        self.assertEqual(self.card.ownership, "own")

    def test_foreign_device_gets_no_date_of_sale(self):
        """A device that we never sold came with its owner and goes back: its card says nothing of a sale."""
        lot = self._new_lot(self.product, "FOREIGN")
        back = self._bring(lot, owner_id=self.contractor.id)
        self._return(back, lot, owner_id=self.contractor.id)
        card = self._card(lot)
        self.assertEqual(card.partner_id, self.contractor)
        self.assertFalse(card.date_sold or card.sold_to_id or card.warranty_end)

    def test_here_for_repair(self):
        """A device in an open order stays its owner's while it lies in our warehouse; another one does not."""
        self._send(self.right)
        self.make_order(self.card)
        self._bring(self.lot, self.right)
        self.assertSold(self.card, self.contractor, "2025-06-01")
        self.assertEqual(self._card(self.right).ownership, "own")

    def test_order_closed(self):
        order = self.make_order(self.card)
        self.assertEqual((self.card | self.device)._get_here_for_repair(), self.card)
        order.device_line_ids.action_repaired()
        order.action_done()
        self.assertFalse(self.card._get_here_for_repair())

    def test_asked_once_for_all(self):
        devices = self.card | self.device | self.device2
        self.make_order(*devices)
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.assertEqual(devices._get_here_for_repair(), devices)

    def test_loaner_in_an_order_comes_back(self):
        self.card.write({"ownership": "loaner", "date_sold": False, "sold_to_id": False})
        self.make_order(self.card)
        self._return(self.delivery, self.lot)
        self.assertEqual(self.card.ownership, "loaner")
        self.assertFalse(self.card.partner_id)

    def test_card_of_before_buyers_were_kept(self):
        """It came back before the update: the return of its return still sells nothing."""
        back = self._return(self.delivery, self.lot)
        self.card.sold_to_id = False
        self._return(back, self.lot)
        self.assertSold(self.card, self.contractor, "2025-06-01")

    def test_card_switched_on_between(self):
        """Sold and returned before the product made cards: the day of the sale is the first delivery's."""
        self.product.service_device_card = False
        delivery = self._sell(self.right)
        delivery.date_done = "2024-02-02 10:00:00"
        back = self._return(delivery, self.right)
        self.product.service_device_card = True
        self._return(back, self.right)
        self.assertSold(self._card(self.right), self.contractor, "2024-02-02")

    def test_form_tells_of_another_buyer(self):
        form = Form(self.card.with_user(self.technician))
        self.assertTrue(form._get_modifier("sold_to_id", "invisible"))
        form.partner_id = self.other_contractor
        self.assertFalse(form._get_modifier("sold_to_id", "invisible"))
        self.assertTrue(form._get_modifier("sold_to_id", "readonly"))

    def test_update_fills_who_bought(self):
        """A database of before: whoever has a device that was sold bought it; one that came back tells nobody."""
        self.card.partner_id = self.person
        ours = self._card(self._sell(self.right).move_line_ids.lot_id)
        ours.write({"ownership": "own", "partner_id": False})
        self.device.date_sold = "2025-01-01"    # made by hand
        self.env.flush_all()
        path = f"{get_module_path('crm_enova_like')}/migrations/19.0.3.0.0/pre-sold_to.py"
        spec = spec_from_file_location("pre_sold_to", path)
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        self.env.cr.execute("ALTER TABLE crm_service_device DROP COLUMN sold_to_id")
        script.migrate(self.env.cr, "19.0.2.0.0")
        script.migrate(self.env.cr, "19.0.2.0.0")
        self.env.invalidate_all()
        self.assertEqual(self.card.sold_to_id, self.contractor)
        self.assertFalse((ours | self.device).sold_to_id)
