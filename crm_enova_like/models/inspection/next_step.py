from odoo import api, fields, models


class CrmServiceOrder(models.Model):
    """What is inspected has its outcome from the checklist."""

    _inherit = "crm.service.order"

    next_step = fields.Selection(selection_add=[("checklist", "Checklist")])

    @api.depends("inspection_ids.state")
    def _compute_next_step(self):
        return super()._compute_next_step()

    def _get_next_step(self):
        step = super()._get_next_step()
        return "checklist" if step == "outcome" and self.has_open_inspection else step
