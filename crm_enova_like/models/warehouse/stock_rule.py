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

    def _push_prepare_move_copy_values(self, move_to_copy, new_date):
        # what came back by a ZW and is pushed on, to another shelf, is no part of an order any more
        return {
            **super()._push_prepare_move_copy_values(move_to_copy, new_date), "service_line_id": False,
            "service_ratio": 0.0}
