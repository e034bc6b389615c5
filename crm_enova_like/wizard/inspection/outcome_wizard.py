from odoo import api, fields, models

from ...models.inspection.inspection import RESULTS


class CrmServiceOutcomeWizard(models.TransientModel):
    """The result of the inspections, for many devices at once."""

    _inherit = "crm.service.outcome.wizard"

    inspection_result = fields.Selection(
        RESULTS, help="Empty: what the checklists of the inspections say.")
    has_inspection = fields.Boolean(compute="_compute_has_inspection")

    @api.depends("line_ids")
    def _compute_has_inspection(self):
        for wizard in self:
            wizard.has_inspection = any(wizard.line_ids.mapped("has_inspection"))

    def _get_row_values(self):
        values = super()._get_row_values()
        return {**values, "inspection_result": self.inspection_result} if self.inspection_result else values
