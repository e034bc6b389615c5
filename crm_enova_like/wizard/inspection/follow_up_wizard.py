from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.inspection.follow_up import FOLLOW_UPS


class CrmServiceInspectionFollowUpWizard(models.TransientModel):
    """What follows from inspections that failed: asked when they are finished, one by one or many at once."""

    _name = "crm.service.inspection.follow.up.wizard"
    _description = "After a Failed Inspection"
    _inherit = ["crm.named.wizard.mixin"]

    failed_ids = fields.Many2many(
        "crm.service.inspection", "crm_service_follow_up_inspection_rel", "wizard_id", "inspection_id",
        string="Failed Inspections")
    order_id = fields.Many2one("crm.service.order", compute="_compute_order_id")
    findings = fields.Text(compute="_compute_findings")
    choice = fields.Selection(
        FOLLOW_UPS, string="What Follows", required=True, compute="_compute_choice", store=True, readonly=False,
        precompute=True)
    recheck_date = fields.Date(
        string="Inspected Again On", compute="_compute_recheck_date", store=True, readonly=False, precompute=True)
    reason = fields.Char()

    @api.depends("failed_ids")
    def _compute_order_id(self):
        for wizard in self:
            orders = wizard.failed_ids.order_id
            wizard.order_id = orders if len(orders) == 1 and orders.is_open else False

    @api.depends("failed_ids")
    def _compute_findings(self):
        for wizard in self:
            wizard.findings = "\n".join(
                f"{inspection.device_id.display_name}: {inspection._get_findings()}"
                for inspection in wizard.failed_ids._origin)

    @api.depends("failed_ids")
    def _compute_choice(self):
        for wizard in self:
            wizard.choice = wizard.choice or ("row" if wizard.order_id else "order")

    @api.depends("choice", "failed_ids")
    def _compute_recheck_date(self):
        for wizard in self:
            days = min(filter(None, wizard.failed_ids.regime_id.mapped("recheck_days")), default=0)
            if wizard.choice == "none":
                wizard.recheck_date = False
            elif days and not wizard.recheck_date:
                # by the law of the strictest regime
                wizard.recheck_date = min(wizard.failed_ids.mapped("date_done")) + timedelta(days=days)

    def action_apply(self):
        """Decide for the inspections that are listed; those that were taken off the list are asked for next.

        :raises UserError: nothing is listed, or what was chosen is not possible
        """
        self.ensure_one()
        if not self.failed_ids:
            raise UserError(self.env._("Choose at least one inspection."))
        self.failed_ids.action_follow_up(
            self.choice, **({"recheck_date": self.recheck_date} if self.recheck_date else {}),
            **({"reason": self.reason} if self.reason else {}))
        left = self.failed_ids.order_id.inspection_ids._open_follow_up()
        return left or {"type": "ir.actions.act_window_close"}
