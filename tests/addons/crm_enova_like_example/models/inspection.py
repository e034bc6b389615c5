from odoo import models


class CrmServiceInspection(models.Model):
    _inherit = "crm.service.inspection"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state"):
            self.env["crm.example.move.seen"]._note(self, vals["state"])
        return result
