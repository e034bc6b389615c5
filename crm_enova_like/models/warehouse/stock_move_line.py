from odoo import fields, models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    service_scanned = fields.Float(
        string="Scanned", digits="Product Unit", copy=False,
        help="Counted by scanning on an RW that waits to be issued, in the row's unit.")
