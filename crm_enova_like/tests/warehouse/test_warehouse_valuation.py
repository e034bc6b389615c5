from odoo import Command
from odoo.tests import tagged

from ..common import ServiceCommon


class ValuationFirm:
    """A company with a chart, accounts and goods at a cost."""

    @classmethod
    def _set_up_firm(cls, firm, chart):
        cls.firm = firm
        if firm.chart_template != chart:
            cls.env["account.chart.template"].try_loading(chart, company=firm, install_demo=False)
        cls.firm_warehouse = cls.env["stock.warehouse"].search([("company_id", "=", firm.id)], limit=1)
        cls.firm_stock = cls.firm_warehouse.lot_stock_id
        Account = cls.env["account.account"].with_company(firm)
        cls.stock_account, cls.cost_account = Account.create([
            {"name": "Parts in stock", "code": "998001", "account_type": "asset_current",
             "company_ids": [Command.set(firm.ids)]},
            {"name": "Parts used in service", "code": "998002", "account_type": "expense",
             "company_ids": [Command.set(firm.ids)]},
        ])
        variation = Account.create({
            "name": "Parts variation", "code": "998003", "account_type": "expense",
            "company_ids": [Command.set(firm.ids)]})
        cls.stock_account.account_stock_variation_id = variation

    def _order(self, product, quantity=3):
        env = self.env(context={**self.env.context, "allowed_company_ids": self.firm.ids})
        order = env["crm.service.order"].create({
            "partner_id": self.contractor.id, "company_id": self.firm.id,
            "line_ids": [Command.create(
                {"kind": "part", "product_id": product.id, "quantity": quantity})],
        })
        order.action_issue_parts()
        return order

    def _product(self, valuation, **vals):
        category = self.env["product.category"].with_company(self.firm).create({
            "name": f"Parts, {valuation}", "property_valuation": valuation,
            "property_cost_method": vals.pop("cost_method", "standard"),
            "property_stock_valuation_account_id": self.stock_account.id,
        })
        product = self.env["product.product"].with_company(self.firm).create({
            "name": "Compressor", "is_storable": True, "categ_id": category.id,
            "standard_price": 40.0, **vals})
        if product.is_storable:
            self.env["stock.quant"]._update_available_quantity(product, self.firm_stock, 10)
        return product

    def _consumption_account(self, account):
        self.firm.service_location_id.valuation_account_id = account

    def _amounts(self, entry):
        """{account: debit − credit} of an entry."""
        return {
            account: sum(lines.mapped("balance"))
            for account, lines in entry.line_ids.grouped("account_id").items()}

    def _move(self, order, document):
        return order.picking_ids.filtered(
            lambda picking: picking.service_document == document).move_ids

    def _receive(self, product, quantity, price):
        suppliers = self.env.ref("stock.stock_location_suppliers")
        move = self.env["stock.move"].with_company(self.firm).create({
            "product_id": product.id, "product_uom_qty": quantity, "price_unit": price,
            "location_id": suppliers.id, "location_dest_id": self.firm_stock.id,
            "company_id": self.firm.id, "picking_type_id": self.firm_warehouse.in_type_id.id,
        })
        move._action_confirm()
        move.quantity = quantity
        move.picked = True
        move.value_manual = quantity * price
        move._action_done()
        return move


class ValuationCases(ValuationFirm):
    """What an RW costs and which entry it posts, in one company."""

    def test_periodic(self):
        for account in (self.cost_account, self.env["account.account"]):
            with self.subTest(account=account.name):
                self._consumption_account(account)
                order = self._order(self._product("periodic"))
                rw = self._move(order, "rw")
                self.assertEqual(rw.value, 120)
                self.assertFalse(rw.account_move_id, "posted at closing")
                self.assertEqual(order.line_ids.cost, 120)
                order.line_ids.return_to_stock(1)
                zw = self._move(order, "zw")
                self.assertEqual(zw.value, 40)
                self.assertFalse(zw.account_move_id)
                self.assertEqual(order.line_ids.cost, 80)
                self.assertEqual(order.total_cost, 80)

    def test_real_time_with_the_account(self):
        self._consumption_account(self.cost_account)
        order = self._order(self._product("real_time"))
        rw = self._move(order, "rw")
        self.assertEqual(rw.value, 120)
        entry = rw.account_move_id
        self.assertEqual(entry.state, "posted")
        self.assertEqual(entry.company_id, self.firm)
        self.assertEqual(
            self._amounts(entry), {self.cost_account: 120, self.stock_account: -120})
        self.assertEqual(order.line_ids.cost, 120)
        order.line_ids.return_to_stock(1)
        zw = self._move(order, "zw")
        self.assertEqual(zw.value, 40)
        self.assertEqual(
            self._amounts(zw.account_move_id), {self.cost_account: -40, self.stock_account: 40})
        self.assertEqual(order.line_ids.cost, 80)
        order.line_ids.return_to_stock(2)
        entries = order.picking_ids.move_ids.account_move_id
        self.assertEqual(self._amounts(entries), {self.cost_account: 0, self.stock_account: 0})

    def test_real_time_without_the_account(self):
        self._consumption_account(self.env["account.account"])
        order = self._order(self._product("real_time"))
        rw = self._move(order, "rw")
        expense = rw.product_id.with_company(self.firm)._get_product_accounts()["expense"]
        self.assertTrue(expense)
        self.assertEqual(self._amounts(rw.account_move_id), {expense: 120, self.stock_account: -120})
        order.line_ids.return_to_stock(3)
        zw = self._move(order, "zw")
        self.assertEqual(self._amounts(zw.account_move_id), {expense: -120, self.stock_account: 120})
        self.assertEqual(order.line_ids.cost, 0)

    def test_entry_names_the_document_and_the_contractor(self):
        self._consumption_account(self.cost_account)
        order = self._order(self._product("real_time"))
        order.line_ids.return_to_stock(1)
        for document in ("rw", "zw"):
            move = self._move(order, document)
            entry = move.account_move_id
            self.assertRegex(move.picking_id.name, f"^{document.upper()}/")
            self.assertEqual(entry.ref, move.picking_id.name)
            self.assertEqual(entry.partner_id, self.contractor)
            self.assertEqual(entry.line_ids.partner_id, self.contractor)
            for line in entry.line_ids:
                self.assertIn(move.picking_id.name, line.name, "no label has the name of the buffer")

    def test_two_documents_at_once_have_an_entry_each(self):
        self._consumption_account(self.cost_account)
        product = self._product("real_time")
        orders = self._order(product, 1) | self._order(product, 1)
        entries = orders.picking_ids.move_ids.account_move_id
        self.assertEqual(len(entries), 2)
        self.assertEqual(set(entries.mapped("ref")), set(orders.picking_ids.mapped("name")))

    def test_cost_zero_is_said(self):
        order = self._order(self._product("periodic", standard_price=0.0), 1)
        rw = order.picking_ids
        for record in (order, rw):
            self.assertTrue([
                message for message in record.message_ids if "Compressor" in message.body and rw.name in message.body
                and "zero" in message.body])
        free = self.env["stock.picking"].search([
            ("state", "=", "done"), ("move_ids", "any", [("is_out", "=", True), ("value", "=", 0)])])
        self.assertIn(rw, free)
        dear = self._order(self._product("periodic"), 1).picking_ids
        self.assertNotIn(dear, free)
        self.assertEqual(dear.service_value, 40)

    def test_return_at_the_value_at_which_it_left(self):
        self._consumption_account(self.cost_account)
        for cost_method in ("average", "fifo"):
            with self.subTest(cost_method):
                product = self._product("real_time", cost_method=cost_method)
                self._receive(product, 4, 40)
                order = self._order(product, 2)
                value = self._move(order, "rw").value
                self.assertGreater(value, 0)
                self._receive(product, 4, 100)
                order.line_ids.return_to_stock(2)
                zw = self._move(order, "zw")
                self.assertAlmostEqual(zw.value, value)
                self.assertEqual(
                    self._amounts(zw.account_move_id),
                    {self.cost_account: -value, self.stock_account: value})
                self.assertEqual(order.line_ids.cost, 0)

    def test_consumable_posts_nothing(self):
        self._consumption_account(self.cost_account)
        product = self._product("real_time", is_storable=False)
        rw = self._move(self._order(product), "rw")
        self.assertEqual(rw.state, "done")
        self.assertFalse(rw.account_move_id)


@tagged("post_install", "-at_install")
class TestValuationPoland(ValuationCases, ServiceCommon):
    """The Polish chart."""
    allow_inherited_tests_method = True    # else Odoo's own runner leaves out those of ValuationCases

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_firm(cls.company, "pl")

    def test_chart(self):
        self.assertEqual(self.firm.chart_template, "pl")
        self.assertTrue(self.firm.account_stock_journal_id)


@tagged("post_install", "-at_install")
class TestValuationGeneric(ValuationCases, ServiceCommon):
    """The generic chart, in a company of its own."""
    allow_inherited_tests_method = True    # else Odoo's own runner leaves out those of ValuationCases

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        firm = cls.env["res.company"].create({"name": "Generic Firm"})
        cls._set_up_firm(firm, "generic_coa")

    def test_chart(self):
        self.assertEqual(self.firm.chart_template, "generic_coa")
        self.assertTrue(self.firm.account_stock_journal_id)
