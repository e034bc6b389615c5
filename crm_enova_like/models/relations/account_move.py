from odoo import models


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "crm.linkable.mixin"]

    def _post(self, soft=True):
        # what only cancels another entry is left as it is, as core does
        if not self.env.context.get("move_reverse_cancel"):
            self._check_not_issued()
        return super()._post(soft=soft)

    def _check_not_issued(self):
        """Refuse to bill as goods, and so to expense, what an RW of a linked order has issued.

        The orders are those to which an invoice is linked, or the sales orders that it bills. Refunds pass, and so
        does what a sales order's own delivery has brought to the customer: that is another piece.

        :raises UserError: names the order and the part
        """
        goods = self._get_goods_billed()
        own, sold = goods.move_id._get_linked_orders(), goods.sale_line_ids.order_id._get_linked_orders()
        for invoice, lines in goods.grouped("move_id").items():
            orders = own.get(invoice, self.env["crm.service.order"])
            for sale in lines.sale_line_ids.order_id:
                orders |= sold.get(sale, orders)
            if orders:
                orders._check_may_bill(lines._filter_not_delivered().product_id)

    def _get_goods_billed(self):
        """Lines of stored products on the customer invoices and receipts among the entries.

        sudo: whoever bills need not read the sales orders behind them.
        """
        invoices = self.sudo().filtered(lambda move: move.move_type in ("out_invoice", "out_receipt"))
        return invoices.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and line.quantity > 0 and line.product_id.is_storable)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _filter_not_delivered(self):
        """Those of one invoice's lines that bill more than their own sales order lines' deliveries brought (with all
        rights)."""
        left = {line: line._get_unbilled_delivery() for line in self.sale_line_ids}
        missing = self.browse()
        for line in self:
            for sale_line in line.sale_line_ids:
                left[sale_line] -= line.product_uom_id._compute_quantity(line.quantity, sale_line.product_uom_id)
            sale_lines = line.sale_line_ids
            if not sale_lines or any(sale.product_uom_id.compare(left[sale], 0.0) < 0 for sale in sale_lines):
                missing |= line
        return missing
