from collections import defaultdict

from odoo import models

from ..common.locks import lock_rows

SALES = ("out_invoice", "out_receipt", "out_refund")


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "crm.billing.mixin"]

    def _filter_unconfirmed(self):
        return self.filtered(lambda move: move.state != "posted")

    def _post(self, soft=True):
        # what only cancels another entry is left as it is, as core does
        if self.env.context.get("move_reverse_cancel"):
            return super()._post(soft=soft)
        billed = self._get_billed_orders()
        lock_rows(self.env["crm.service.order"].union(*billed.values()))
        posted = super()._post(soft=soft)
        for invoice, orders in billed.items():
            orders._check_may_bill(invoice._get_taken_products())
        return posted

    def _get_billed_orders(self):
        """The service orders to which invoices with goods are linked, or the sales orders that they bill.

        sudo: whoever bills need not read the sales orders behind them.

        :return: {invoice: orders}; only invoices that have one
        """
        goods = self.sudo().filtered(lambda move: move.move_type in SALES).invoice_line_ids._filter_goods()
        own, sold = goods.move_id._get_linked_orders(), goods.sale_line_ids.order_id._get_linked_orders()
        billed = {}
        for invoice, lines in goods.grouped("move_id").items():
            orders = self.env["crm.service.order"].union(
                *own.get(invoice, ()), *(sold[sale] for sale in lines.sale_line_ids.order_id if sale in sold))
            if orders:
                billed[invoice] = orders
        return billed

    def _get_taken_products(self):
        # what a sales order's own delivery has brought to the customer is not taken by its invoice
        lines = self.sudo().invoice_line_ids._filter_billed_goods()
        return self.env["product.product"].union(*lines._get_expensed_goods())


class AccountMoveLine(models.Model):
    """What customer invoices expense (with all rights)."""

    _inherit = "account.move.line"

    def _filter_goods(self):
        """Those of the lines that bill goods."""
        return self.filtered(lambda line: line.display_type == "product" and line.product_id.type == "consu")

    def _filter_billed_goods(self):
        """Those of the lines that bill goods by posted customer invoices, receipts or refunds."""
        return self.filtered(
            lambda line: line.parent_state == "posted" and line.move_id.move_type in SALES)._filter_goods()

    def _get_goods(self):
        """What lines expense: {stored product: quantity in its unit}; a refund takes it back."""
        goods = defaultdict(float)
        for line in self:
            sign = -1 if line.move_id.move_type == "out_refund" else 1
            quantity = line.product_uom_id._compute_quantity(line.quantity, line.product_id.uom_id, round=False)
            for product, part in line.product_id._get_goods(sign * quantity, line.company_id).items():
                if product.is_storable:
                    goods[product] += part
        return goods

    def _get_expensed_goods(self, sales=()):
        """What posted lines expense beyond what deliveries of their own sales order lines brought.

        A piece that its own delivery brought is expensed once, by this invoice; all that was billed of the sales order
        lines counts against it.

        :param sales: sales orders whose deliveries that still wait count, too
        :return: {stored product: quantity in its unit}, positive
        """
        expensed = defaultdict(float)
        for sale_lines, lines in self.grouped("sale_line_ids").items():
            brought = sale_lines._get_brought_goods(
                waiting=bool(sale_lines) and all(sale in sales for sale in sale_lines.order_id))
            billed = lines | sale_lines.invoice_lines._filter_billed_goods()
            for product, quantity in billed._get_goods().items():
                beyond = quantity - max(brought.get(product, 0.0), 0.0)
                if product.uom_id.compare(beyond, 0.0) > 0:
                    expensed[product] += beyond
        return expensed
