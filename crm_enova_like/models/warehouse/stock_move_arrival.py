from odoo import models


class StockMove(models.Model):
    """Parts that arrive tell the orders that wait for them."""

    _inherit = "stock.move"

    def _tell_waiting_orders(self):
        """Parts that arrive raise an activity on the orders that wait for them, and for which there are enough now.

        :param self: done moves; those that bring goods into stock count
        """
        arrived = self.filtered(
            lambda move: move.state == "done" and move.location_dest_id.usage == "internal"
            and move.location_id.usage != "internal")
        if not arrived:
            return
        arrived = arrived._as_service()
        lines = arrived.env["crm.service.order.line"]._get_waiting_lines(arrived.product_id, arrived.company_id)
        waiting, served = lines.grouped(lambda line: (line.product_id, line.company_id)), lines.browse()
        for (product, company), moves in arrived.grouped(lambda move: (move.product_id, move.company_id)).items():
            if (product, company) not in waiting:
                continue
            # those that asked for it have it first
            asked = moves.reference_ids.service_order_id
            queue = waiting[product, company]._sort_by_urgency().sorted(
                lambda line, asked=asked: line.order_id not in asked)
            asking = queue.filtered("quantity_requested")
            queue._take_arrived(product, sum(
                move.product_uom._compute_quantity(move.quantity, product.uom_id) for move in moves))
            # whose delivery is there is told, too, even where more is needed by now
            served |= queue._filter_covered(product) | asking.filtered(lambda line: not line.quantity_requested)
        for order, order_lines in served.grouped("order_id").items():
            order._tell_technician(
                "crm_enova_like.mail_activity_parts_arrived",
                ", ".join(order_lines.product_id.mapped("display_name")))
