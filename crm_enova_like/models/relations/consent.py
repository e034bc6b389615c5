from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..common.defaults import with_defaults
from ..common.state_mixin import MANAGERS


class CrmConsent(models.Model):
    """Consent of a person, or of a contractor, to marketing by one channel.

    Art. 398 of the Polish Electronic Communications Law (*Prawo komunikacji elektronicznej*): no marketing
    by phone, e-mail or SMS without the consent given before. What was given and withdrawn stays on record.
    """

    _name = "crm.consent"
    _description = "Consent to Marketing"
    _inherit = ["crm.facts.mixin", "mail.thread"]
    _order = "state, date_given desc, id desc"
    _check_company_auto = True
    _rec_names_search = ["partner_id.name", "source"]

    partner_id = fields.Many2one(
        "res.partner", string="Person or Contractor", required=True, ondelete="restrict", index=True, tracking=True,
        check_company=True)
    contractor_id = fields.Many2one(
        related="partner_id.commercial_partner_id", string="Contractor", store=True, index=True)
    company_id = fields.Many2one(
        "res.company", required=True, compute="_compute_company_id", store=True, readonly=False, precompute=True,
        index=True,
        help="To whom it was given. What one company was allowed, another one with the same contractor was not.")
    channel = fields.Selection(
        [("phone", "Phone"), ("email", "E-mail"), ("sms", "SMS")], required=True, tracking=True,
        help="Art. 398 of the Electronic Communications Law (PKE): consent is given for each channel by itself.")
    state = fields.Selection(
        [("given", "Given"), ("withdrawn", "Withdrawn"), ("replaced", "Replaced")], required=True, default="given",
        tracking=True, copy=False,
        help="Without consent given before, art. 398 PKE forbids marketing by phone, e-mail and SMS. "
             "It may be withdrawn at any time, as easily as it was given. Replaced: the person was recorded twice, and "
             "another consent for the channel speaks for both.")
    date_given = fields.Date(
        string="Given On", required=True, default=fields.Date.context_today, tracking=True, copy=False)
    source = fields.Char(
        required=True, tracking=True, help="How it was given, so that it can be shown: a form, a recording, a letter.")
    date_withdrawn = fields.Date(string="Withdrawn On", tracking=True, copy=False)
    note = fields.Text()

    _live_uniq = models.UniqueIndex(
        "(partner_id, channel, company_id) WHERE state = 'given'",
        "This person or contractor has given consent for this channel already.")
    _withdrawn_has_date = models.Constraint(
        "CHECK((state = 'withdrawn') = (date_withdrawn IS NOT NULL))", "A consent that is withdrawn has its date.")

    @api.depends("partner_id")
    def _compute_company_id(self):
        for consent in self:
            consent.company_id = consent.partner_id.company_id or consent.company_id or self.env.company

    def _creation_message(self):
        # an import speaks no language: core would name the kind in English in the user's sentence
        return super(CrmConsent, self._fallback_lang())._creation_message()

    @api.depends_context("lang")
    @api.depends("partner_id", "channel")
    def _compute_display_name(self):
        names = dict(self._fields["channel"]._description_selection(self.env))
        for consent in self:
            consent.display_name = " – ".join(filter(None, [
                consent.partner_id.name, names.get(consent.channel)]))

    @api.constrains("date_given", "date_withdrawn")
    def _check_dates(self):
        today = fields.Date.context_today(self)
        for consent in self:
            if consent.date_given > today:
                raise ValidationError(self.env._(
                    "Consent of %(consent)s cannot be given in the future.", consent=consent.display_name))
            if consent.date_withdrawn and consent.date_withdrawn < consent.date_given:
                raise ValidationError(self.env._(
                    "Consent of %(consent)s is withdrawn before it was given.", consent=consent.display_name))

    @api.model
    def _get_fact_fields(self):
        # what shows that consent was given, to whom and when; and when it ended
        return super()._get_fact_fields() | {
            "partner_id", "company_id", "channel", "date_given", "source", "date_withdrawn"}

    @api.model
    def _get_initial_facts(self):
        # whoever records a consent says it; one that is moved in may have been withdrawn
        return super()._get_initial_facts() | self._get_fact_fields()

    @api.model_create_multi
    def create(self, vals_list):
        # given again on the day it was withdrawn: the index of live ones must know
        self.flush_model(["state", "date_withdrawn"])
        vals_list = with_defaults(self, vals_list, ["state", "date_withdrawn"])
        for vals in vals_list:
            self._check_replacing(vals)
        return super().create([self._add_date_withdrawn(vals) for vals in vals_list])

    def write(self, vals):
        """What was recorded is corrected by a manager alone, and the chatter tells it.

        :raises UserError: a fact is typed by somebody else, or a consent comes back that has ended
        """
        self._check_replacing(vals)
        ended = self.filtered(lambda consent: consent.state != "given")
        if vals.get("state", "withdrawn") != "withdrawn" and ended:
            raise UserError(self.env._(
                "Consent of %(consent)s was withdrawn. If it is given again, record a new one.",
                consent=ended[0].display_name))
        if not self.env.user.has_group(MANAGERS):
            # the day is said with the withdrawal itself; what the record says already is no change
            said = {"date_withdrawn"} if vals.get("state") == "withdrawn" and not ended else set()
            self._check_facts({name: vals[name] for name in vals.keys() - said if self._differs(name, vals[name])})
        result = super().write(self._add_date_withdrawn(vals))
        if "company_id" in vals:
            # nobody moves it into a company that they do not work in
            self.check_access("write")
        return result

    def _differs(self, name, value):
        """Whether a field of one of the consents has another value; what is no field is core's to refuse."""
        field = self._fields.get(name)
        return not field or any(
            field.convert_to_cache(value, consent) != field.convert_to_cache(consent[name], consent)
            for consent in self)

    @api.model
    def _check_replacing(self, vals):
        """A consent is replaced where contacts are merged, and by nobody.

        :raises UserError: somebody writes it
        """
        if vals.get("state") == "replaced" and not self.env.su:
            raise UserError(self.env._("A consent is replaced by another one where two contacts are merged only."))

    @api.model
    def _add_date_withdrawn(self, vals):
        if vals.get("state") == "withdrawn" and not vals.get("date_withdrawn"):
            return {**vals, "date_withdrawn": fields.Date.context_today(self)}
        return vals

    def action_withdraw(self):
        """Withdraw consents (any number), as of today."""
        self.filtered(lambda consent: consent.state == "given").write({"state": "withdrawn"})
        return True

    @api.model
    def _get_campaign_channels(self):
        """By what a campaign speaks to contractors: the channels of consents, and those that need none.

        :return: list of (value, name), as of a selection
        """
        visit, letter = self.env._("Visit"), self.env._("Posted letter")
        return [
            *self._fields["channel"]._description_selection(self.env), ("visit", visit), ("letter", letter)]

    @api.model
    def _needs_consent(self, channel):
        """Whether marketing by a channel of a campaign asks for consent: art. 398 PKE is about electronic ones."""
        return channel in dict(self._fields["channel"].selection)

    @api.model
    def _get_given(self, contractors, channel=None, company=None):
        """Consents that hold, of contractors or of any of their people.

        :param contractors: res.partner recordset
        :param channel: one channel; all of them by default
        :param company: to which they were given; the current one by default
        :return: {contractor: its consents}
        """
        domain = (
            Domain("state", "=", "given") & Domain("company_id", "=", (company or self.env.company).id)
            & Domain("contractor_id", "in", contractors.commercial_partner_id.ids)
            & Domain("partner_id.active", "=", True))
        if channel:
            domain &= Domain("channel", "=", channel)
        found = self.search(domain).grouped("contractor_id")
        return {contractor: found.get(contractor.commercial_partner_id, self.browse()) for contractor in contractors}
