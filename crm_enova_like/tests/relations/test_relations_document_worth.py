from datetime import date

from odoo import Command
from odoo.tests import freeze_time, tagged

from ...models.relations.document_link_worth import get_worth
from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestDocumentWorth(ServiceCommon):
    """Invoices, bills and what takes them back: what an order, its project and its campaign gain and bear."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-10 10:00:00"))
        cls.campaign = cls.env["utm.campaign"].create({"title": "Spring"})
        cls.project = cls.env["project.project"].create({
            "name": "Bakery", "campaign_id": cls.campaign.id, "company_id": cls.company.id})
        cls.order = cls.make_order(cls.device, project_id=cls.project.id)
        cls.task = cls.env["crm.task"].create({"name": "Visit", "project_id": cls.project.id})
        cls.labour.invoice_policy = "order"

    def _document(self, move_type, amount, **vals):
        document = self.env["account.move"].create({
            "move_type": move_type, "partner_id": self.contractor.id, "invoice_date": "2026-03-09",
            "invoice_line_ids": [Command.create({
                "name": "Service", "quantity": 1, "price_unit": amount, "tax_ids": [Command.clear()]})], **vals})
        document.action_post()
        return document

    def _sale(self, amount):
        sale = self.env["sale.order"].create({"partner_id": self.contractor.id, "order_line": [Command.create({
            "product_id": self.labour.id, "product_uom_qty": 1, "price_unit": amount, "tax_ids": [Command.clear()]})]})
        sale.action_confirm()
        return sale

    def _bill(self, sales, **options):
        invoices = sales._create_invoices(**options)
        invoices.invoice_date = date(2026, 3, 9)
        invoices.action_post()
        return invoices

    def _take_back(self, document, amount=None):
        """What reverses a document, in full or partly."""
        refund = document._reverse_moves([{"invoice_date": date(2026, 3, 10), "date": date(2026, 3, 10)}])
        if amount:
            refund.invoice_line_ids.price_unit = amount
        refund.action_post()
        return refund


    def assertWorth(self, revenue, cost, message=None):
        """The order, its project and its campaign, where the documents are linked to the order alone."""
        self.env.invalidate_all()
        for record, fields in (
                (self.order, ("linked_revenue", "linked_cost")), (self.project, ("real_value", "real_cost")),
                (self.campaign, ("revenue", "cost"))):
            self.assertEqual([round(record[field], 2) for field in fields], [revenue, cost], (record._name, message))

    # AS COST, AS REVENUE

    def test_what_a_vendor_gives_back_lowers_the_cost(self):
        bill = self._document("in_invoice", 640)
        self.order._link_documents(bill)
        self.assertWorth(0, 640)
        self.order._link_documents(self._take_back(bill, 90))
        self.assertWorth(0, 550, "a credit note for a part of it")
        self.order._link_documents(self._document("in_receipt", 25))
        self.assertWorth(0, 575, "a receipt is a cost")
        self.order._link_documents(self._document("in_refund", 600))
        self.assertWorth(0, -25, "a credit note whose bill is not here")

    def test_each_document_is_signed_in_whatever_role(self):
        amounts = {
            "out_invoice": 100, "out_receipt": 100, "in_refund": 100,
            "out_refund": -100, "in_invoice": -100, "in_receipt": -100}
        for move_type, gained in amounts.items():
            document = self._document(move_type, 100)
            for role, amount in (("revenue", gained), ("cost", -gained)):
                with self.subTest(move_type=move_type, role=role):
                    task = self.env["crm.task"].create({"name": move_type})
                    self.assertEqual(task._link_documents(document, role=role).amount, amount)
                    self.assertEqual(task[f"linked_{role}"], amount)

    def test_a_refund_lowers_the_revenue(self):
        invoice = self._document("out_invoice", 820)
        self.order._link_documents(invoice)
        self.order._link_documents(self._document("out_receipt", 80))
        self.assertWorth(900, 0)
        refund = self._take_back(invoice, 300)
        self.order._link_documents(refund)
        self.assertWorth(600, 0)
        self.order._link_documents(self._take_back(refund))
        self.assertWorth(900, 0, "the refund is taken back")

    # WITHIN A SALES ORDER

    def test_a_sale_its_invoice_its_refund_and_the_invoice_anew(self):
        sale = self._sale(700)
        self.order._link_documents(sale)
        invoice = self._bill(sale)
        self.order._link_documents(invoice)
        self.assertWorth(700, 0, "the invoice is in the sale")
        refund = self._take_back(invoice)
        self.order._link_documents(refund)
        self.assertWorth(0, 0, "what was sold was given back")
        self.order._link_documents(self._bill(sale))
        self.assertWorth(700, 0, "billed anew")
        self.order.document_link_ids.filtered(lambda link: link.res_id == invoice.id).unlink()
        self.assertWorth(700, 0, "what was billed first need not be linked")

    def test_a_refund_that_is_taken_back(self):
        sale = self._sale(700)
        invoice = self._bill(sale)
        refund = self._take_back(invoice, 200)
        again = self._take_back(refund)
        self.order._link_documents(sale)
        self.order._link_documents(refund)
        self.assertWorth(500, 0, "the refund without its invoice")
        self.order._link_documents(again)
        self.assertWorth(700, 0)
        self.order._link_documents(invoice)
        self.assertWorth(700, 0, "nor does it matter whether the invoice is there")
        self.order.document_link_ids.filtered(lambda link: link.res_id == refund.id).unlink()
        self.assertWorth(900, 0, "an invoice on top of what was sold")

    def test_a_down_payment_is_in_its_sale(self):
        sale = self._sale(1000)
        wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=sale.ids).create({
            "advance_payment_method": "fixed", "fixed_amount": 300})
        wizard.create_invoices()
        down_payment = sale.invoice_ids
        down_payment.invoice_line_ids.tax_ids = [Command.clear()]
        down_payment.invoice_date = date(2026, 3, 9)
        down_payment.action_post()
        self.order._link_documents(sale)
        self.order._link_documents(down_payment)
        self.assertWorth(1000, 0)
        self.order._link_documents(self._bill(sale, final=True))
        self.assertWorth(1000, 0, "with the rest of it")
        self.order._link_documents(self._take_back(down_payment))
        self.assertWorth(700, 0, "the down payment was given back")

    def test_an_invoice_may_bill_two_sales(self):
        sales = self._sale(400) | self._sale(600)
        invoice = self._bill(sales)
        self.assertEqual(len(invoice), 1)
        # on different records of one project, and one of them twice
        self.order._link_documents(sales[0])
        self.task._link_documents(sales)
        self.task._link_documents(invoice)
        self.env.invalidate_all()
        self.assertEqual((self.project.real_value, self.order.linked_revenue, self.task.linked_revenue),
                         (1000, 400, 1000))
        self.order._link_documents(self._take_back(invoice, 100))
        self.env.invalidate_all()
        self.assertEqual((self.project.real_value, self.campaign.revenue), (800, 800), "100 of each line")
        self.assertEqual(self.order.linked_revenue, 200, "the order knows its sale and the refund")

    def test_a_sale_of_two_that_is_not_linked(self):
        sales = self._sale(400) | self._sale(600)
        self.order._link_documents(sales[0])
        self.order._link_documents(self._bill(sales))
        self.assertWorth(1000, 0, "more was billed than the linked sale says")

    def test_the_arithmetic(self):
        for worth, wholes, parts, corrections in (
                (1000, [1000], [], []), (1000, [1000], [300], []), (1200, [1000], [900, 300], []),
                (0, [1000], [1000, -1000], []), (-1000, [], [-1000], []), (-200, [-200], [], []),
                (-200, [-200], [-200], []), (-100, [-200], [-200, 100], []), (1000, [1000], [-200], [200]),
                (0, [0], [500, -500], [])):
            with self.subTest(wholes=wholes, parts=parts, corrections=corrections):
                self.assertEqual(get_worth(wholes, parts, corrections), worth)

    # WHAT IS TO BILL

    def test_a_refund_bills_nothing(self):
        self.order.line_ids.create({
            "order_id": self.order.id, "kind": "labour", "product_id": self.labour.id, "quantity": 1,
            "price_unit": 150, "billing": "billable"})
        self.order._link_documents(self._document("out_refund", 40))
        self.env.invalidate_all()
        self.assertEqual((self.project.real_value, self.campaign.revenue), (110, 110), "150 to bill, 40 given back")
        self.assertEqual(self.order.linked_revenue, -40)
        self.order._link_documents(self._document("out_invoice", 170))
        self.env.invalidate_all()
        self.assertEqual((self.project.real_value, self.campaign.revenue), (130, 130), "billed 170, 40 given back")

    # CURRENCIES AND COMPANIES

    def _currency(self, rate, company=None):
        currency = self.env["res.currency"].with_context(active_test=False).search([
            ("id", "not in", (self.env["res.company"].search([]).currency_id).ids)], limit=1)
        currency.active = True
        currency.rate_ids.unlink()
        self.env["res.currency.rate"].create([
            {"currency_id": currency.id, "company_id": other.id, "name": date(2020, 1, 1), "rate": rate}
            for other in self.company | (company or self.company)])
        return currency

    def test_a_bill_and_its_credit_note_in_another_currency(self):
        currency = self._currency(0.25)
        bill = self._document("in_invoice", 100, currency_id=currency.id)
        self.order._link_documents(bill)
        self.assertWorth(0, 400)
        self.order._link_documents(self._take_back(bill, 30))
        self.assertWorth(0, 280)

    def test_another_companys_bill_is_converted_from_its_own_currency(self):
        other = self._get_second_company()
        currency = self._currency(0.5, company=other)
        other.currency_id = currency
        env = self.env(context={**self.env.context, "allowed_company_ids": (self.company | other).ids})
        journal = env["account.journal"].create({
            "name": "Bills", "code": "BLX", "type": "purchase", "company_id": other.id})
        expense = env["account.account"].with_company(other).create({
            "name": "Foreign services", "code": "998877", "account_type": "expense",
            "company_ids": [Command.set(other.ids)]})
        payable = env["account.account"].with_company(other).create({
            "name": "To pay", "code": "998878", "account_type": "liability_payable", "reconcile": True,
            "company_ids": [Command.set(other.ids)]})
        vendor = env["res.partner"].create({"name": "Vendor"})
        vendor.with_company(other).property_account_payable_id = payable
        bill = env["account.move"].with_company(other).create({
            "move_type": "in_invoice", "partner_id": vendor.id, "invoice_date": "2026-03-09",
            "journal_id": journal.id, "invoice_line_ids": [Command.create({
                "name": "Service", "quantity": 1, "price_unit": 50, "account_id": expense.id,
                "tax_ids": [Command.clear()]})]})
        bill.action_post()
        link = self.order.with_env(env)._link_documents(bill)
        self.assertEqual((link.company_id, link.currency_id), (self.company, self.company.currency_id))
        self.assertEqual(link.amount, 100)
