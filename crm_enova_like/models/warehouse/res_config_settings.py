from odoo import api, fields, models

ACCOUNTING = "account.group_account_readonly,account.group_account_invoice"


class ResConfigSettings(models.TransientModel):
    """Where parts go that a repair used, and to which account."""

    _inherit = "res.config.settings"

    group_operators_see_cost = fields.Boolean(
        string="Operators See Purchase Cost", implied_group="crm_enova_like.group_cost",
        group="crm_enova_like.group_user",
        help="Managers, the warehouse and accounting always do. A single user gets the right “Service: Sees Purchase "
             "Cost” from an administrator.")
    service_location_id = fields.Many2one(related="company_id.service_location_id", readonly=False)
    service_valuation_account_id = fields.Many2one(
        "account.account", string="Cost Account of Service Parts",
        compute="_compute_service_valuation_account_id", inverse="_inverse_service_valuation_account_id",
        check_company=True, groups=ACCOUNTING)
    service_account_missing = fields.Boolean(compute="_compute_service_account_missing")
    service_account_proposal_id = fields.Many2one(
        "account.account", string="Proposed Account", compute="_compute_service_account_proposal_id",
        groups=ACCOUNTING)

    @api.depends("company_id", "service_location_id")
    def _compute_service_valuation_account_id(self):
        for settings in self:
            settings.service_valuation_account_id = settings.service_location_id.sudo().valuation_account_id

    def _inverse_service_valuation_account_id(self):
        for settings in self:
            # the settings are an administrator's; the location may be guarded by stock rights
            location = settings.service_location_id.sudo()
            if location and location.valuation_account_id != settings.service_valuation_account_id:
                location.valuation_account_id = settings.service_valuation_account_id

    @api.depends("company_id", "service_location_id", "service_valuation_account_id")
    def _compute_service_account_missing(self):
        """Whether RWs of real-time products post no entry, for want of an account."""
        for settings in self.sudo():
            settings.service_account_missing = (
                not settings.service_valuation_account_id
                and settings.company_id._has_real_time_products()
            )

    @api.depends("company_id", "service_valuation_account_id")
    def _compute_service_account_proposal_id(self):
        for settings in self:
            settings.service_account_proposal_id = (
                not settings.service_valuation_account_id
                and settings.company_id.sudo()._get_service_account_proposal())

    def action_use_service_account_proposal(self):
        """Take the proposed cost account; accounting is changed by no other way
        than a person's own press."""
        self.ensure_one()
        self.check_access("write")
        # an accountant need not hold stock rights to set the account of RWs
        location = self.company_id._get_service_location()
        location.valuation_account_id = self.company_id.sudo()._get_service_account_proposal()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
