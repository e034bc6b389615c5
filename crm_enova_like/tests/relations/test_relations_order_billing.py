from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .billing import BillingCommon

REFUSED = "has issued and expensed Compressor already"


@tagged("post_install", "-at_install")
class TestOrderBilling(BillingCommon):
    """What an RW has expensed is not delivered nor expensed again by a document that is linked to its order."""

    # AN INVOICE

    def test_an_invoice_by_the_button_expenses_nothing_again(self):
        order = self._order()
        self.assertMovedOnce()
        action = order.action_new_invoice()
        form = Form(self.env["account.move"].with_context(**action["context"]))
        with form.invoice_line_ids.new() as line:
            line.product_id = self.compressor
        invoice = form.save()
        with self.assertRaisesRegex(UserError, REFUSED) as caught:
            invoice.action_post()
        for word in (order.name, order.sudo().picking_ids.name, "ZW"):
            self.assertIn(word, str(caught.exception))
        self.assertEqual(invoice.state, "draft")
        self.assertMovedOnce()
        # as a service, or as a line of text, it is billed
        invoice.invoice_line_ids.unlink()
        invoice.invoice_line_ids = [
            Command.create({"product_id": self.labour.id, "quantity": 1, "price_unit": 150}),
            Command.create({"name": "Compressor, two pieces", "quantity": 2, "price_unit": 100})]
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")
        self.assertMovedOnce()

    def test_a_draft_that_is_linked_afterwards(self):
        invoice, receipt = self._invoice(self.compressor), self._invoice(self.compressor, move_type="out_receipt")
        order = self._order()
        for document in (invoice, receipt):
            order._link_documents(document)
            with self.assertRaisesRegex(UserError, REFUSED):
                document.action_post()
        self.assertMovedOnce()

    def test_what_the_order_has_not_used_is_billed(self):
        order = self._order()
        self._invoice(self.valve, order=order).action_post()
        self._invoice(self.compressor).action_post()    # linked to no order: somebody bought it at the counter
        waits = self.make_order(self.device2)
        self.add_part(waits, self.compressor)
        self._invoice(self.compressor, order=waits).action_post()    # planned only

    def test_refunds_pass(self):
        self._invoice(self.compressor, order=self._order(), move_type="out_refund").action_post()

    def test_after_a_full_return_it_is_billed(self):
        order = self._order()
        invoice = self._invoice(self.compressor, order=order)
        self.line.return_to_stock(1)
        with self.assertRaisesRegex(UserError, REFUSED):
            invoice.action_post()
        self.line.return_to_stock(1)
        self.assertMovedOnce(0.0)
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")

    def test_one_of_many_invoices_names_each_part(self):
        order = self._order()
        self.add_part(order, self.valve)
        order.action_issue_parts()
        first = self._invoice(self.compressor, self.valve, order=order)
        other = self._invoice(self.labour)
        with self.assertRaises(UserError) as caught:
            (other | first).action_post()
        self.assertEqual(str(caught.exception).count(order.name), 2)
        self.assertIn("Valve", str(caught.exception))

    # A SALES ORDER

    def test_a_quotation_delivers_nothing_again(self):
        order = self._order()
        action = order.action_new_quotation()
        form = Form(self.env["sale.order"].with_context(**action["context"]))
        with form.order_line.new() as line:
            line.product_id = self.compressor
        quotation = form.save()
        with self.assertRaisesRegex(UserError, REFUSED):
            quotation.action_confirm()
        self.assertFalse(quotation.picking_ids)
        self.assertMovedOnce()
        quotation.order_line.unlink()
        quotation.order_line = [Command.create({"product_id": self.labour.id, "product_uom_qty": 2})]
        quotation.action_confirm()
        self.assertEqual(quotation.state, "sale")

    def test_a_line_that_is_added_and_a_quantity_that_is_raised(self):
        order = self._order()
        self.add_part(order, self.compressor, supply="sale")
        sale = self._sale(self.compressor, self.labour, order=order)
        sale.action_confirm()
        with self.assertRaisesRegex(UserError, REFUSED):
            sale.order_line[0].product_uom_qty = 3
        with self.assertRaisesRegex(UserError, REFUSED):
            sale.order_line = [Command.create({"product_id": self.compressor.id, "product_uom_qty": 1})]
        # what delivers no more is free to be written
        sale.order_line[1].product_uom_qty = 3
        sale.order_line[0].price_unit = 90
        sale.order_line = [Command.create({"product_id": self.valve.id, "product_uom_qty": 1})]
        self.assertEqual(sale.order_line.mapped("product_uom_qty"), [1, 3, 1])

    def test_what_a_sale_of_its_own_bills_before_it_delivers(self):
        order = self._order()
        sale = self._sale(self.compressor)
        sale.action_confirm()    # linked to no order
        self.compressor.invoice_policy = "order"
        invoice = sale._create_invoices()
        order._link_documents(invoice)
        with self.assertRaisesRegex(UserError, REFUSED):
            invoice.action_post()    # nothing was delivered: this would be the RW's piece
        self._deliver(sale)
        invoice.action_post()

    def test_after_a_full_return_it_is_delivered(self):
        order = self._order()
        sale = self._sale(self.compressor, order=order)
        self.line.return_to_stock(2)
        sale.action_confirm()
        self.assertEqual(sale.picking_ids.move_ids.product_id, self.compressor)

    def test_a_piece_that_a_delivery_brings_is_another(self):
        """Where the order plans it by a line that the sales order delivers."""
        order = self._order()
        sale = self._sale(self.compressor, order=order)
        with self.assertRaisesRegex(UserError, f"{REFUSED}.* plan it on the order as a part supplied by sales"):
            sale.action_confirm()
        self.add_part(order, self.compressor, supply="sale")
        sale.action_confirm()
        self.compressor.invoice_policy = "order"
        invoice = sale._create_invoices()
        self._deliver(sale)
        self.add_part(order, self.compressor)
        order.action_issue_parts()
        invoice.invoice_line_ids.quantity = 2
        with self.assertRaisesRegex(UserError, REFUSED):
            invoice.action_post()
        invoice.invoice_line_ids.quantity = 1
        order._link_documents(invoice)
        invoice.action_post()
        again = invoice.copy()
        again.invoice_line_ids.sale_line_ids = sale.order_line
        with self.assertRaisesRegex(UserError, REFUSED):
            again.action_post()    # its one piece is billed

    # WHO

    def test_who_sees_no_orders_is_refused_as_well(self):
        order = self._order()
        sale = self._sale(self.compressor, order=order, user=self.seller)
        invoice = self._invoice(self.compressor, order=order, user=self.accountant)
        for document, act in ((sale, "action_confirm"), (invoice, "action_post")):
            with self.assertRaises(AccessError):
                order.with_user(document.env.user).check_access("read")
            with self.assertRaisesRegex(UserError, REFUSED):
                getattr(document, act)()

    def test_technicians_and_the_counter(self):
        order = self._order(user_id=self.technician.id)
        for user, group in ((self.technician, "group_sale_salesman_all_leads"), (self.operator, "group_sale_manager")):
            sale = self._sale(self.compressor, order=order)
            with self.assertRaises(AccessError):
                sale.with_user(user).action_confirm()
            user.group_ids |= self.env.ref(f"sales_team.{group}")
            with self.assertRaisesRegex(UserError, REFUSED):
                sale.with_user(user).action_confirm()
            labour = self._sale(self.labour, order=order).with_user(user)
            labour.action_confirm()
            self.assertEqual(labour.state, "sale")
