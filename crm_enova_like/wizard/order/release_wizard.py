from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmServiceReleaseWizard(models.TransientModel):
    """Who collects which devices, and how it is noted."""

    _name = "crm.service.release.wizard"
    _description = "Hand Devices Back"
    _inherit = ["crm.named.wizard.mixin"]

    order_ids = fields.Many2many("crm.service.order", readonly=True)
    candidate_ids = fields.Many2many(
        "crm.service.order.device", compute="_compute_candidate_ids", string="Devices of the Orders")
    device_line_ids = fields.Many2many("crm.service.order.device", string="Devices")
    owner_name = fields.Char(string="Collected By", compute="_compute_owner_name")
    by_other = fields.Boolean(string="Somebody Else Collects")
    released_to = fields.Char(string="Collector", help="Who collects in place of the owner.")
    id_checked = fields.Boolean(
        string="Identity Checked", help="A document was shown. Its number is not kept.")
    is_early = fields.Boolean(compute="_compute_is_early")
    reason = fields.Char(help="Why a device goes back before it is finished.")
    company_id = fields.Many2one("res.company", compute="_compute_amount")
    currency_id = fields.Many2one("res.currency", compute="_compute_amount")
    amount = fields.Monetary(string="To Pay, with Tax", compute="_compute_amount")
    reminder = fields.Text(string="Hand Over", compute="_compute_reminder")

    @api.depends("order_ids")
    def _compute_candidate_ids(self):
        for wizard in self:
            wizard.candidate_ids = wizard.order_ids.device_line_ids.filtered(lambda line: not line.date_released)

    @api.depends("device_line_ids")
    def _compute_owner_name(self):
        for wizard in self:
            names = dict.fromkeys(line._get_expected_collector() for line in wizard.device_line_ids)
            wizard.owner_name = ", ".join(filter(None, names))

    @api.depends("device_line_ids")
    def _compute_is_early(self):
        for wizard in self:
            wizard.is_early = any(line._is_unfinished() for line in wizard.device_line_ids)

    @api.depends("device_line_ids")
    def _compute_amount(self):
        for wizard in self:
            wizard.company_id = wizard.device_line_ids.company_id[:1]
            wizard.currency_id = wizard.company_id.currency_id or self.env.company.currency_id
            wizard.amount = sum(wizard.device_line_ids.mapped("estimate"))

    @api.depends("device_line_ids")
    def _compute_reminder(self):
        for wizard in self:
            rows = []
            for line in wizard.device_line_ids:
                facts = ", ".join(filter(None, [
                    line.shelf and self.env._("shelf %(shelf)s", shelf=line.shelf),
                    line.accessories,
                    line.wants_old_parts and self.env._("the old parts"),
                ]))
                if facts:
                    rows.append(f"{line.device_id.display_name}: {facts}")
            wizard.reminder = "\n".join(rows)

    def action_release(self):
        """Hand the devices back.

        :raises UserError: no device is chosen, the collector who is not the owner has no name, or a device that is
            not finished has no reason
        """
        self.ensure_one()
        if not self.device_line_ids:
            raise UserError(self.env._("Choose at least one device to hand back."))
        collector = (self.released_to or "").strip()
        if self.by_other and not collector:
            raise UserError(self.env._(
                "%(devices)s: write down the name of who collects in place of the owner.",
                devices=", ".join(self.device_line_ids.device_id.mapped("display_name"))))
        self.device_line_ids.action_release(
            released_to=collector if self.by_other else None, id_checked=self.id_checked, reason=self.reason)
        return {"type": "ir.actions.act_window_close"}

    def action_release_and_print(self):
        """Hand the devices back and print the protocol for the collector to sign."""
        self.action_release()
        return {**self.device_line_ids.action_print_release(), "close_on_report_download": True}
