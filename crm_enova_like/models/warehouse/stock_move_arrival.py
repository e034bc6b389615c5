from odoo import models


class StockMove(models.Model):
    """Parts that arrive tell the orders that wait for them."""

    _inherit = "stock.move"

    def _tell_waiting_orders(self):
        """Parts that arrive raise an activity on the orders that wait for them.

        :param self: done moves; those that bring goods into stock count
        """
        arrived = self.filtered(
            lambda move: move.state == "done" and move.location_dest_id.usage == "internal"
            and move.location_id.usage != "internal")
        if not arrived:
            return
        arrived = arrived._as_service()
        lines = arrived.env["crm.service.order.line"]._get_waiting_lines(arrived.product_id, arrived.company_id)
        waiting = lines.grouped(lambda line: (line.product_id, line.company_id))
        for (product, company), moves in arrived.grouped(lambda move: (move.product_id, move.company_id)).items():
            if (product, company) not in waiting:
                continue
            # those that asked for it have it first
            asked = moves.reference_ids.service_order_id
            waiting[product, company]._sort_by_urgency().sorted(
                lambda line, asked=asked: line.order_id not in asked)._take_arrived(product, sum(
                    move.product_uom._compute_quantity(move.quantity, product.uom_id) for move in moves))
        for order, order_lines in lines.grouped("order_id").items():
            order._tell_technician(
                "crm_enova_like.mail_activity_parts_arrived",
                ", ".join(order_lines.product_id.mapped("display_name")))
