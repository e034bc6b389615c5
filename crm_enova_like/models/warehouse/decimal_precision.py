from odoo import models


class DecimalPrecision(models.Model):
    _inherit = "decimal.precision"

    def write(self, vals):
        result = super().write(vals)
        if "digits" in vals and "Product Unit" in self.mapped("name"):
            # what the new decimals cannot tell from nothing is to be issued no more
            self.env["crm.service.order.line"]._count_anew()
        return result
