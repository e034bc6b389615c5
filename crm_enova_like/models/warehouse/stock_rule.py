from odoo import api, models


class StockRule(models.Model):
    _inherit = "stock.rule"

    @api.model
    def run(self, procurements, raise_user_error=True):
        # core's replenishment wizard has one origin for all; ours names the orders
        procurements = [
            procurement._replace(origin=procurement.values["service_origin"])
            if procurement.values.get("service_origin") else procurement
            for procurement in procurements]
        return super().run(procurements, raise_user_error=raise_user_error)
