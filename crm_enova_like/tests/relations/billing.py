from odoo import Command
from odoo.tests import new_test_user

from ..common import ServiceCommon


class BillingCommon(ServiceCommon):
    """Parts that are valued at once, and the documents that sell and bill them."""

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

    def _deliver(self, sale):
        delivery = sale.picking_ids
        delivery.move_ids.quantity = 1
        delivery.move_ids.picked = True
        delivery.button_validate()

    def _balance(self, account):
        self.env.flush_all()
        return sum(self.env["account.move.line"].search([
            ("account_id", "=", account.id), ("parent_state", "=", "posted")]).mapped("balance"))

    def assertMovedOnce(self, balance=-80.0):
        """The stock's account, and the shelf, know the RW alone."""
        self.assertEqual(self._balance(self.stock_account), balance)
        self.assertEqual(self._balance(self.cost_account), -balance)
