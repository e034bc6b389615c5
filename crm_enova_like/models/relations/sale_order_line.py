from collections import defaultdict

from odoo import models

from ..common.locks import lock_rows


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _action_launch_stock_rule(self, **options):
        # whatever makes a delivery passes here: confirming, a line that is added, a quantity that is raised
        if self.env.context.get("skip_procurement"):
            return super()._action_launch_stock_rule(**options)
        launched = self._get_launched_for_orders(**options)
        lock_rows(self.env["crm.service.order"].union(*launched))
        result = super()._action_launch_stock_rule(**options)
        for orders, products in launched.items():
            orders._check_may_bill(products)
        return result

    def _get_launched_for_orders(self, previous_product_uom_qty=False):
        """Goods of which sales orders that are linked to service orders are to deliver more than they do.

        :param previous_product_uom_qty: {line id: quantity before}, as core has it
        :return: {orders: products}
        """
        goods = self.filtered(lambda line: line.state == "sale" and line.product_id.type == "consu")
        linked = goods.order_id._get_linked_orders()
        launched = defaultdict(self.env["product.product"].browse)
        for line in goods:
            if line.order_id in linked and line.product_uom_id.compare(
                    line.product_uom_qty, line._get_qty_procurement(previous_product_uom_qty)) > 0:
                launched[linked[line.order_id]] |= line.product_id
        return launched

    def _get_brought_goods(self, waiting=False):
        """What deliveries of the lines brought to the customer, less what came back (with all rights).

        :param waiting: what they are still to bring counts, too, and so does a confirmed line that has no delivery yet
        :return: {product: quantity in its unit}; of a kit, its components
        """
        brought = defaultdict(float, self.move_ids._get_brought_goods(waiting))
        # sections, notes and down payments have no product
        for line in self.filtered("product_id") if waiting else ():
            if not line.move_ids and line.state == "sale":
                quantity = line.product_uom_id._compute_quantity(
                    line.product_uom_qty, line.product_id.uom_id, round=False)
                for product, part in line.product_id._get_goods(quantity, line.company_id).items():
                    brought[product] += part
        return brought
