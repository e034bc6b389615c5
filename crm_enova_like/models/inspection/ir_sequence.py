from odoo import api, models

from .protocol import CODE


class IrSequence(models.Model):
    """Protocols are numbered by years."""

    _inherit = "ir.sequence"

    @api.model
    def _get_service_sequences(self):
        return super()._get_service_sequences() | self.search([("code", "=", CODE)])
