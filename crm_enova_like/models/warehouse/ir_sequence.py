from odoo import api, models


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.model
    def _get_service_sequences(self):
        types = self.env["stock.picking.type"].with_context(active_test=False).search(
            [("service_document", "!=", False)])
        return super()._get_service_sequences() | types.sequence_id
