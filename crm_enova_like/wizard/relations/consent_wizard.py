from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class CrmConsentWizard(models.TransientModel):
    """Consent of many contractors or persons to marketing by one channel, recorded at once: a record for each."""

    _name = "crm.consent.wizard"
    _description = "Consents of Many"
    _inherit = ["crm.named.wizard.mixin"]

    partner_ids = fields.Many2many("res.partner", string="Contractors and Persons")
    channel = fields.Selection(selection="_selection_channel", required=True, default="email")
    date_given = fields.Date(string="Given On", required=True, default=fields.Date.context_today)
    source = fields.Char(
        required=True, help="How it was given, so that it can be shown: a form, a recording, a letter.")
    note = fields.Text()
    existing_ids = fields.Many2many(
        "res.partner", "crm_consent_wizard_existing_rel", string="Have It on Record", compute="_compute_existing_ids")

    @api.model
    def _selection_channel(self):
        return self.env["crm.consent"]._fields["channel"]._description_selection(self.env)

    @api.model
    def default_get(self, fields):
        vals = super().default_get(fields)
        if self.env.context.get("active_model") == "res.partner" and "partner_ids" in (fields or ()):
            partners = self.env["res.partner"].browse(self.env.context.get("active_ids") or []).exists()
            vals["partner_ids"] = [Command.set(partners.ids)]
        return vals

    @api.depends("partner_ids", "channel")
    def _compute_existing_ids(self):
        for wizard in self:
            wizard.existing_ids = wizard._get_existing()

    def _get_existing(self):
        """Those of the selected whose consent by the channel is on record."""
        self.ensure_one()
        return self.env["crm.consent"].search([
            ("partner_id", "in", self.partner_ids._origin.ids), ("channel", "=", self.channel),
            ("state", "=", "given"), ("company_id", "=", self.env.company.id)]).partner_id

    def action_record(self):
        """Record the consents of those who have none by the channel; the chatter of each tells it.

        :raises UserError: nobody was selected, or all of them have it on record
        :return: the action of the consents that were recorded
        """
        self.ensure_one()
        partners = self.partner_ids - self._get_existing()
        if not self.partner_ids:
            raise UserError(self.env._("Choose the contractors and persons who gave consent."))
        if not partners:
            raise UserError(self.env._("All of them have given consent by this channel already."))
        consents = self.env["crm.consent"].create([{
            "partner_id": partner.id, "channel": self.channel, "date_given": self.date_given, "source": self.source,
            "note": self.note} for partner in partners])
        channel = dict(self._selection_channel())[self.channel]
        partners._message_log_batch(bodies=dict.fromkeys(partners.ids, Markup("<p>%s</p>") % self.env._(
            "Consent to marketing recorded: %(channel)s, given on %(date)s (%(how)s).", channel=channel,
            date=format_date(self.env, self.date_given), how=self.source)))
        return {
            **self.env["ir.actions.actions"]._for_xml_id("crm_enova_like.action_crm_consent"),
            "domain": [("id", "in", consents.ids)], "context": {}}
