from odoo import models


class StockPicking(models.Model):
    """Contractors of done deliveries that are corrected: the device cards follow."""

    _inherit = "stock.picking"

    def write(self, vals):
        rows = self._get_device_rows() if "partner_id" in vals else self.env["stock.move.line"]
        before = rows._read_said_by_crossings()
        res = super().write(vals)
        if before:
            rows._follow_partners(before)
        return res

    def _get_device_rows(self):
        """The rows of done transfers whose pieces have device cards."""
        # sudo: whoever corrects a transfer need not have rights on devices
        rows = self.filtered(lambda picking: picking.state == "done").sudo().move_line_ids
        return rows._filter_pieces_with_cards().filtered(lambda line: line._get_crossing())
