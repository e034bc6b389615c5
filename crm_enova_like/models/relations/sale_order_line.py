from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _action_launch_stock_rule(self, **options):
        # whatever makes a delivery passes here: confirming, a line that is added, a quantity that is raised
        if not self.env.context.get("skip_procurement"):
            self._check_not_issued(**options)
        return super()._action_launch_stock_rule(**options)

    def _check_not_issued(self, previous_product_uom_qty=False):
        """Refuse to deliver what an RW of a linked order has issued.

        :param previous_product_uom_qty: {line id: quantity before}, as core has it
        :raises UserError: names the order and the part
        """
        stored = self.filtered(lambda line: line.state == "sale" and line.product_id.is_storable)
        for sale, orders in stored.order_id._get_linked_orders().items():
            more = stored.filtered(
                lambda line, sale=sale: line.order_id == sale and line.product_uom_id.compare(
                    line.product_uom_qty, line._get_qty_procurement(previous_product_uom_qty)) > 0)
            orders._check_may_bill(more.product_id)

    def _get_unbilled_delivery(self):
        """What done deliveries of one line brought to the customer, less what is posted already, in the line's unit
        (with all rights)."""
        self.ensure_one()
        quantity, unit = 0.0, self.product_uom_id
        for move in self.move_ids:
            if move.state == "done" and move.product_id == self.product_id:
                went = move.location_dest_id._is_outgoing() - move.location_id._is_outgoing()
                quantity += went * move.product_uom._compute_quantity(move.quantity, unit)
        for billed in self.invoice_lines:
            if billed.parent_state == "posted":
                billed_quantity = billed.product_uom_id._compute_quantity(billed.quantity, unit)
                quantity -= -billed_quantity if billed.move_id.move_type == "out_refund" else billed_quantity
        return quantity
