from odoo import api, models


class CrmServiceOrderLine(models.Model):
    _inherit = "crm.service.order.line"

    @api.model
    def _get_basis_billing(self):
        # who rents a device has paid for its repairs
        return {**super()._get_basis_billing(), "rental": "included"}
