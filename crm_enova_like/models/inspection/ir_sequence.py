from odoo import api, models

from .protocol import CODE


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.model
    def _cron_prepare_service_ranges(self):
        result = super()._cron_prepare_service_ranges()
        self.search([("code", "=", CODE)])._prepare_service_ranges()
        return result
