from collections import defaultdict

from odoo import models

from ..common.locks import lock_rows


class StockMove(models.Model):
    """What sales orders deliver that are linked to service orders."""

    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        delivered = self._get_delivered_for_orders()
        lock_rows(self.env["crm.service.order"].union(*delivered))
        done = super()._action_done(cancel_backorder=cancel_backorder)
        for orders, products in delivered.items():
            orders._check_may_bill(products)
        return done

    def _get_delivered_for_orders(self):
        """What moves bring to customers on deliveries of sales orders that are linked to service orders.

        sudo: whoever works in the warehouse need not read sales orders.

        :return: {orders: products}
        """
        delivered = defaultdict(self.env["product.product"].browse)
        moves = self.sudo().filtered(
            lambda move: (move.sale_line_id or move.picking_id.sale_id) and move._is_last_to_customer())
        linked = (moves.sale_line_id.order_id | moves.picking_id.sale_id)._get_linked_orders()
        for move in moves if linked else ():
            orders = linked.get(move.sale_line_id.order_id or move.picking_id.sale_id)
            if orders:
                delivered[orders] |= move.product_id
        return delivered

    def _get_brought_goods(self, waiting=False):
        """What moves brought to the customer, less what came back.

        :param waiting: what they are still to bring counts, too
        :return: {product: quantity in its unit}
        """
        brought = defaultdict(float)
        for move in self:
            if move.state == "done":
                went = move.location_dest_id._is_outgoing() - move.location_id._is_outgoing()
                brought[move.product_id] += went * move._sum_in_product_unit()
            elif waiting and move.state != "cancel" and move._is_last_to_customer():
                brought[move.product_id] += move._sum_in_product_unit("product_uom_qty")
        return brought

    def _is_last_to_customer(self):
        """Whether one waiting move is the one of its chain that counts as a delivery: it goes to the customer, or is
        the only step so far of a chain that will."""
        self.ensure_one()
        if self.location_id._is_outgoing():
            return False
        if self.location_dest_id._is_outgoing():
            return True
        return not self.move_dest_ids and bool(self.location_final_id) and self.location_final_id._is_outgoing()
