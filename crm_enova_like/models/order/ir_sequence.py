from odoo import api, models


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.model
    def _get_service_sequences(self):
        OrderType = self.env["crm.service.order.type"].with_context(active_test=False)
        order_types = OrderType.search([])    # pylint: disable=no-search-all  # types are few
        return super()._get_service_sequences() | order_types.sequence_id
