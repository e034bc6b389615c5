from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..common import ServiceCommon

REFUSED = "has issued and expensed Compressor already"


@tagged("post_install", "-at_install")
class TestOrderBilling(ServiceCommon):
    """What an RW has expensed is not delivered nor expensed again by a document that is linked to its order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.company.chart_template != "pl":
            cls.env["account.chart.template"].try_loading("pl", company=cls.company, install_demo=False)
        Account = cls.env["account.account"]
        cls.stock_account, cls.cost_account, variation = Account.create([
            {"name": name, "code": code, "account_type": kind, "company_ids": [Command.set(cls.company.ids)]}
            for name, code, kind in (
                ("Parts in stock", "998001", "asset_current"), ("Parts used in service", "998002", "expense"),
                ("Parts variation", "998003", "expense"))])
        cls.stock_account.account_stock_variation_id = variation
        cls.consumption.valuation_account_id = cls.cost_account
        category = cls.env["product.category"].create({
            "name": "Parts at once", "property_valuation": "real_time", "property_cost_method": "standard",
            "property_stock_valuation_account_id": cls.stock_account.id})
        cls.compressor = cls._new_product("Compressor", categ_id=category.id, standard_price=40.0, list_price=100.0)
        cls.valve = cls._new_product("Valve", categ_id=category.id, standard_price=5.0, list_price=12.0)
        cls._stock(cls.compressor, 10)
        cls._stock(cls.valve, 10)
        cls.labour.invoice_policy = "order"
        cls.seller = new_test_user(
            cls.env, "service_seller_only", groups="sales_team.group_sale_salesman_all_leads")
        cls.accountant = new_test_user(cls.env, "service_accountant", groups="account.group_account_invoice")

    def _order(self, **vals):
        """An order for which an RW has issued two compressors."""
        order = self.make_order(self.device, **vals)
        self.line = self.add_part(order, self.compressor, 2)
        order.action_issue_parts()
        return order

    def _sale(self, *products, order=None, user=None, **vals):
        sale = self.env["sale.order"].create({"partner_id": self.contractor.id, "order_line": [
            Command.create({"product_id": product.id, "product_uom_qty": 1, "tax_ids": [Command.clear()], **vals})
            for product in products]})
        if order:
            order._link_documents(sale)
        return sale.with_user(user) if user else sale

    def _invoice(self, *products, order=None, move_type="out_invoice", user=None):
        invoice = self.env["account.move"].create({
            "move_type": move_type, "partner_id": self.contractor.id, "invoice_date": "2026-03-09",
            "invoice_line_ids": [Command.create({
                "product_id": product.id, "quantity": 1, "price_unit": 100.0, "tax_ids": [Command.clear()]})
                for product in products]})
        if order:
            order._link_documents(invoice)
        return invoice.with_user(user) if user else invoice

    def _balance(self, account):
        self.env.flush_all()
        return sum(self.env["account.move.line"].search([
            ("account_id", "=", account.id), ("parent_state", "=", "posted")]).mapped("balance"))

    def assertMovedOnce(self, balance=-80.0):
        """The stock's account, and the shelf, know the RW alone."""
        self.assertEqual(self._balance(self.stock_account), balance)
        self.assertEqual(self._balance(self.cost_account), -balance)

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
        order = self.make_order(self.device)
        sale = self._sale(self.compressor, self.labour, order=order)
        sale.action_confirm()
        self.add_part(order, self.compressor, 2)
        order.action_issue_parts()
        with self.assertRaisesRegex(UserError, REFUSED):
            sale.order_line[0].product_uom_qty = 3
        with self.assertRaisesRegex(UserError, REFUSED):
            sale.order_line = [Command.create({"product_id": self.compressor.id, "product_uom_qty": 1})]
        # what delivers no more is free to be written
        sale.order_line[1].product_uom_qty = 3
        sale.order_line[0].price_unit = 90
        sale.order_line = [Command.create({"product_id": self.valve.id, "product_uom_qty": 1})]
        self.assertEqual(sale.order_line.mapped("product_uom_qty"), [1, 3, 1])

    def test_after_a_full_return_it_is_delivered(self):
        order = self._order()
        sale = self._sale(self.compressor, order=order)
        self.line.return_to_stock(2)
        sale.action_confirm()
        self.assertEqual(sale.picking_ids.move_ids.product_id, self.compressor)

    def test_a_piece_that_a_delivery_brought_is_another(self):
        order = self.make_order(self.device)
        sale = self._sale(self.compressor, order=order)
        sale.action_confirm()
        self.add_part(order, self.compressor, 2)
        order.action_issue_parts()
        self.compressor.invoice_policy = "order"
        invoice = sale._create_invoices()
        with self.assertRaisesRegex(UserError, REFUSED):
            invoice.action_post()    # nothing was delivered: this would be the RW's piece
        delivery = sale.picking_ids
        delivery.move_ids.quantity = 1
        delivery.move_ids.picked = True
        delivery.button_validate()
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
