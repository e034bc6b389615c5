from odoo import models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "crm.billing.mixin"]

    def _filter_unconfirmed(self):
        return self.filtered(lambda sale: sale.state != "sale")

    def _get_taken_products(self):
        return self.sudo().order_line.filtered(lambda line: line.state == "sale").product_id
