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

    @api.onchange("basis")
    def _onchange_basis(self):
        # the statutory warranty of the Civil Code is not a consumer's since the Consumer Rights Act has its own
        if self.basis == "statutory" and self.device_id._get_conformity_end():
            return {"warning": {
                "title": self.env._("A consumer's purchase"),
                "message": self.env._(
                    "%(device)s was bought here by a consumer: a claim is made for non-conformity with the contract "
                    "(art. 43a of the Consumer Rights Act), and not under the statutory warranty.",
                    device=self.device_id.display_name)}}
        return None
