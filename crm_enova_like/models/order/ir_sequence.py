from odoo import api, models


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.model
    def _get_service_sequences(self):
        order_types = self.env["crm.service.order.type"].with_context(active_test=False).search([])
        return super()._get_service_sequences() | order_types.sequence_id
