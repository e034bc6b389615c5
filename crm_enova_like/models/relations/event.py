from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize_all, format_datetime, html2plaintext

from ..common.actions import open_dialog
from .action_type import DIRECTIONS


class CrmEvent(models.Model):
    """A fact that happened between us and a contractor (zdarzenie)."""

    _name = "crm.event"
    _description = "Event"
    _inherit = ["crm.action.mixin", "crm.linked.mixin", "crm.sorted.mixin"]
    _order = "date desc, id desc"

    type_id = fields.Many2one(
        "crm.event.type", required=True, index=True, ondelete="restrict", tracking=True,
        default=lambda self: self.env["crm.event.type"]._get_default(), check_company=True)
    direction = fields.Selection(
        DIRECTIONS, required=True, compute="_compute_direction", store=True, readonly=False, precompute=True,
        tracking=True)
    date = fields.Datetime(required=True, default=fields.Datetime.now, tracking=True)
    # their indexes are below, with the date
    user_id = fields.Many2one(index=False)
    partner_id = fields.Many2one(index=False)
    person_id = fields.Many2one(index=False)
    duration = fields.Float(help="Hours.", tracking=True)
    description = fields.Text(string="What Was Said", tracking=True, index="trigram")
    participant_ids = fields.Many2many("res.partner", string="Took Part", check_company=True)
    phone = fields.Char(string="Phone Number", help="Of the caller; finds who it is.")
    task_id = fields.Many2one(
        "crm.task", check_company=True, index="btree_not_null", ondelete="set null", help="The task that it came of.")
    # who else may read it: kept here, since the rule would join whole tables
    task_user_id = fields.Many2one(
        "res.users", string="Performer of the Task", related="task_id.user_id", store=True, index="btree_not_null")
    order_user_id = fields.Many2one(
        "res.users", string="Technician of the Order", related="order_id.user_id", store=True, index="btree_not_null")
    follow_up_ids = fields.One2many("crm.task", "event_id", string="Follow-ups")
    document_link_ids = fields.One2many("crm.document.link", "event_id", string="Documents")
    is_letter = fields.Boolean(related="type_id.is_letter")
    is_call = fields.Boolean(related="type_id.is_call")
    letter_reference = fields.Char(string="Reference", tracking=True, help="Of a letter (znak pisma).")
    letter_date = fields.Date(tracking=True)
    letter_received = fields.Date(string="Received On", tracking=True)

    # not by company, see the tasks
    _date_idx = models.Index("(date DESC, id DESC) INCLUDE (company_id, active)")
    # what a year's graph counts, type by type
    _type_date_idx = models.Index("(company_id, type_id, date) WHERE active IS TRUE")
    # with what a technician's rule asks: how many there are is read from the index alone
    _user_idx = models.Index(
        "(user_id, date DESC, id DESC) INCLUDE (company_id, active, order_user_id, task_user_id)")
    _unknown_idx = models.Index("(date DESC, id DESC) WHERE partner_id IS NULL")
    _archived_idx = models.Index("(date DESC, id DESC) WHERE active IS NOT TRUE")
    # with what the timeline of a large contractor looks at, before it reads the rows that it shows
    _partner_date_idx = models.Index(
        "(partner_id, date DESC, id DESC) INCLUDE (active, company_id) WHERE partner_id IS NOT NULL")
    _person_date_idx = models.Index("(person_id, date DESC, id DESC) WHERE person_id IS NOT NULL")
    _duration_positive = models.Constraint("CHECK(duration >= 0)", "The duration of an event cannot be negative.")

    @api.model
    def _get_ranged_fields(self):
        return super()._get_ranged_fields() | {"date"}

    @api.model
    def _get_sortable_fields(self):
        return super()._get_sortable_fields() | {"date"}

    @api.depends("type_id")
    def _compute_direction(self):
        for event in self:
            event.direction = event.type_id.direction or event.direction or "out"

    @api.depends("project_id", "order_id", "person_id", "device_id", "task_id", "phone")
    def _compute_partner_id(self):
        result = super()._compute_partner_id()
        for event in self:
            event.partner_id = event.partner_id or event.task_id.partner_id
        unknown = self.filtered(lambda event: event.phone and not event.partner_id and not event.person_id)
        for event in unknown:
            found = self._find_by_phone(event.phone)
            if len(found) == 1:
                event.partner_id = found.commercial_partner_id
        return result

    @api.model
    def _find_by_phone(self, number):
        """Contractors and persons with a phone number, however it is written.

        :param number: text; the last nine digits decide
        """
        return self.env["res.partner"]._find_by_phone(number)

    @api.model
    def message_new(self, msg_dict: dict, custom_values: dict = None):
        """An e-mail to our alias is an event; the contractor is found by the address.

        A colleague who writes with the alias in copy notes an outgoing e-mail.

        :param msg_dict: the parsed e-mail, see ``mail.thread.message_process``
        :param custom_values: the alias' defaults; they go first (company_id: for which company)
        """
        custom_values = dict(custom_values or {})
        company = self.env["res.company"].browse(custom_values.get("company_id") or self.env.company.id)
        sender = email_normalize_all(msg_dict.get("email_from") or "")[:1]
        # sudo: the addresses of colleagues, whoever's name the mail server goes by
        colleague = self.env["res.users"].sudo().search([
            ("email_normalized", "in", sender), ("share", "=", False), ("company_ids", "in", company.ids)], limit=1)
        addresses = email_normalize_all(
            f"{msg_dict.get('to') or ''},{msg_dict.get('cc') or ''}") if colleague else sender
        email_type = self.env.ref("crm_enova_like.event_type_email", raise_if_not_found=False)
        now = fields.Datetime.now()
        vals = {
            "name": msg_dict.get("subject") or self.env._("E-mail without a subject"),
            "type_id": (email_type or self.env["crm.event.type"]._get_default()).id,
            "direction": "out" if colleague else "in",
            # a sender's clock may be ahead
            "date": min(fields.Datetime.to_datetime(msg_dict.get("date")) or now, now),
            "description": html2plaintext(msg_dict.get("body") or "").strip(),
            "company_id": company.id, "user_id": colleague.id,
            **self._prepare_contractor_of(addresses, company), **custom_values,
        }
        return super().message_new(msg_dict, vals)

    @api.model
    def _prepare_contractor_of(self, addresses, company):
        """Contractor and person of e-mail addresses, as far as there is no doubt."""
        found = self.env["res.partner"].search([
            ("email_normalized", "in", addresses), ("company_id", "in", [False, company.id]),
            ("partner_share", "=", True)])
        contractor = found.commercial_partner_id
        if len(contractor) != 1:
            return {}
        persons = (found - contractor).filtered(lambda person: person.type == "contact" and not person.is_company)
        return {"partner_id": contractor.id, "person_id": persons.id if len(persons) == 1 else False}

    @api.constrains("date")
    def _check_date(self):
        # a clock that is a little ahead is no future
        limit = fields.Datetime.now() + timedelta(minutes=5)
        for event in self:
            if event.date > limit:
                raise ValidationError(self.env._(
                    "Event %(event)s is dated %(date)s, in the future. What is still to come is a task.",
                    event=event.name, date=format_datetime(self.env, event.date)))

    @api.model
    def _get_new_action(self, context):
        """The form of a new event, in a window over what it is about."""
        return open_dialog(self.env, self._name, self.env._("New event"), context)

    def action_follow_up(self):
        """A task that follows one event, in a form that is filled in."""
        self.ensure_one()
        task_type = self.task_id.type_id.follow_up_type_id
        return open_dialog(self.env, "crm.task", self.env._("Follow-up"), {
            "default_name": self.name, "default_partner_id": self.partner_id.id,
            "default_person_id": self.person_id.id, "default_project_id": self.project_id.id,
            "default_campaign_id": self.campaign_id.id, "default_order_id": self.order_id.id,
            "default_device_id": self.device_id.id, "default_event_id": self.id,
            "default_parent_id": self.task_id.id, "default_type_id": task_type.id,
            "default_date_deadline": fields.Date.to_string(
                fields.Date.context_today(self) + timedelta(days=self.task_id.type_id.follow_up_days or 7)),
        })
