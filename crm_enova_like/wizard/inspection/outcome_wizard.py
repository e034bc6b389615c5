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

    @api.model
    def _get_written_fields(self):
        return [*super()._get_written_fields(), "inspection_result"]

    def action_apply(self):
        """As everywhere; of inspections that failed by it, it is asked what follows."""
        result = super().action_apply()
        return self.line_ids.inspection_ids._open_follow_up() or result
