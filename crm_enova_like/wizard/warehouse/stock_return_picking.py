from odoo import models


class StockReturnPicking(models.TransientModel):
    _inherit = "stock.return.picking"

    def _create_return(self):
        # core lets go of what earlier returns of the same moves hold, and these would stay empty
        picking = super(StockReturnPicking, self.with_context(service_returning=True))._create_return()
        return picking.with_env(self.env)
