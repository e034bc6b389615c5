from odoo import api, fields, models

from .stock_work import get_work


class StockMoveLine(models.Model):
    _name = "stock.move.line"
    _inherit = ["stock.move.line", "crm.rows.mixin", "crm.company.mixin"]

    service_scanned = fields.Float(
        string="Scanned", digits="Product Unit", copy=False,
        help="Counted by scanning on an RW that waits to be issued, in the row's unit.")

    @api.model
    def _get_row_inverses(self):
        inverses = super()._get_row_inverses()
        return inverses | {"move_id", "picking_id"} if get_work(self.env) else inverses

    @api.model
    def _is_asked_at_once(self):
        # what others move is asked as ever
        return bool(get_work(self.env))
