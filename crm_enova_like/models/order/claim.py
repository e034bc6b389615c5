from odoo import api, fields, models


class CrmServiceOrderDevice(models.Model):
    """Repairs that the customer claims, and does not pay for: a claim can be refused."""

    _inherit = "crm.service.order.device"

    is_claim = fields.Boolean(compute="_compute_is_claim")

    @api.model
    def _get_claim_bases(self):
        """The grounds of a repair that are a claim of the customer: set of bases."""
        return {"warranty", "nonconformity", "statutory", "rework"}

    @api.depends("basis")
    def _compute_is_claim(self):
        claims = self._get_claim_bases()
        for line in self:
            line.is_claim = line.basis in claims
