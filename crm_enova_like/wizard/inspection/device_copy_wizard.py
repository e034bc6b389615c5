from odoo import api, fields, models


class CrmServiceDeviceCopyWizard(models.TransientModel):
    """Copies of a device with its inspection plans."""

    _inherit = "crm.service.device.copy.wizard"

    copy_plans = fields.Boolean(
        string="With Its Inspection Plans", default=lambda self: self._can_plan(),
        help="The same plans with the same date from which is counted. Off: the plans of the type and model.")
    has_plans = fields.Boolean(compute="_compute_has_plans")

    @api.model
    def _can_plan(self):
        return self.env["crm.service.inspection.plan"].has_access("create")

    @api.depends("device_id")
    def _compute_has_plans(self):
        can_plan = self._can_plan()
        for wizard in self:
            wizard.has_plans = can_plan and bool(wizard.device_id.plan_ids)

    def _get_copy_options(self):
        return {**super()._get_copy_options(), "copy_plans": self.copy_plans and self.has_plans}
