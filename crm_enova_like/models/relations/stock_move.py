from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _is_last_to_customer(self):
        """Whether one waiting move is the one of its chain that counts as a delivery: it goes to the customer, or is
        the only step of a chain that will be."""
        self.ensure_one()
        if self.location_id._is_outgoing():
            return False
        if self.location_dest_id._is_outgoing():
            return True
        return not self.move_dest_ids and bool(self.location_final_id) and self.location_final_id._is_outgoing()
