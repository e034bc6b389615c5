from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_datetime

from ..common.actions import open_dialog, open_list
from ..common.readable import readable
from ..common.state_mixin import MANAGERS
from .action_type import DIRECTIONS, LONGEST


class CrmEvent(models.Model):
    """A fact that happened between us and a contractor (zdarzenie)."""

    _name = "crm.event"
    _description = "Event"
    _inherit = ["crm.action.mixin", "crm.linked.mixin", "crm.sorted.mixin", "crm.facts.mixin"]
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
    person_id = fields.Many2one(
        index=False, compute="_compute_person_id", store=True, readonly=False, precompute=True)
    duration = fields.Float(help="Hours.", tracking=True)
    description = fields.Text(string="What Was Said", tracking=True, index="trigram")
    participant_ids = fields.Many2many("res.partner", string="Took Part", check_company=True, ondelete="restrict")
    phone = fields.Char(string="Phone Number", help="Of the caller; finds who it is.")
    task_id = fields.Many2one(
        "crm.task", check_company=True, index="btree_not_null", ondelete="set null", help="The task that it came of.")
    # who else may read it: kept here, since the rule would join whole tables
    task_user_id = fields.Many2one(
        "res.users", string="Performer of the Task", compute="_compute_readers", store=True, index="btree_not_null")
    order_user_id = fields.Many2one(
        "res.users", string="Technician of the Order", compute="_compute_readers", store=True, index="btree_not_null")
    is_user_kept = fields.Boolean(string="Performer Stays", compute="_compute_is_user_kept")
    follow_up_ids = fields.One2many("crm.task", "event_id", string="Follow-ups")
    follow_up_count = fields.Integer(string="Number of Follow-ups", compute="_compute_follow_up_count")
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
    # PostgreSQL takes what is no number for larger than all of them
    _duration_positive = models.Constraint(
        f"CHECK(duration >= 0 AND duration <= {LONGEST})",
        "The duration of an event is a number of hours, from 0 to 10,000.")

    @api.model
    def _get_ranged_fields(self):
        return super()._get_ranged_fields() | {"date"}

    @api.model
    def _get_sortable_fields(self):
        return super()._get_sortable_fields() | {"date"}

    @api.depends("task_id.user_id", "order_id.user_id")
    def _compute_readers(self):
        for event in self:
            # an event that is not saved has none, and tells nobody whose a task or order is
            is_saved = bool(event._origin)
            event.task_user_id = event.task_id.user_id if is_saved else False
            event.order_user_id = event.order_id.user_id if is_saved else False

    @api.depends("type_id")
    def _compute_direction(self):
        for event in self:
            event.direction = event.type_id.direction or event.direction or "out"

    @api.depends("project_id", "order_id", "person_id", "device_id", "task_id", "phone")
    def _compute_partner_id(self):
        result = super()._compute_partner_id()
        tasks = readable(self.filtered(lambda event: not event.partner_id).task_id)
        for event in self:
            event.partner_id = event.partner_id or (event.task_id._origin & tasks).partner_id
        unknown = self.filtered(lambda event: event.phone and not event.partner_id and not event.person_id)
        for event in unknown:
            contractor = self._find_by_phone(event.phone).commercial_partner_id
            if len(contractor) == 1:
                event.partner_id = contractor
        return result

    @api.depends("phone")
    def _compute_person_id(self):
        """Who calls, by the number: the one person that has it, of the contractor where that is given."""
        found = {}
        for event in self:
            if not event.phone or event.person_id:
                event.person_id = event.person_id
                continue
            if event.phone not in found:
                found[event.phone] = self._find_by_phone(event.phone)
            contractor = event.partner_id.commercial_partner_id._origin
            persons = found[event.phone].filtered(lambda partner, contractor=contractor: not partner.is_company and (
                not contractor or partner.commercial_partner_id == contractor))
            event.person_id = persons if len(persons) == 1 else False

    def _compute_follow_up_count(self):
        counts = dict(self.env["crm.task"]._read_group([("event_id", "in", self.ids)], ["event_id"], ["__count"]))
        for event in self:
            event.follow_up_count = counts.get(event, 0)

    @api.model
    def _find_by_phone(self, number):
        """Contractors and persons with a phone number, however it is written.

        :param number: text; the last nine digits decide
        """
        return self.env["res.partner"]._find_by_phone(number)

    @api.model
    def _get_fact_fields(self):
        return super()._get_fact_fields() | {"user_id", "sender_email"}

    @api.model
    def _get_initial_facts(self):
        # whoever notes an event says whose it was
        return super()._get_initial_facts() | {"user_id"}

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_is_user_kept(self):
        corrects = self.env.user.has_group(MANAGERS)
        for event in self:
            # what is just chosen in the form is not said yet
            event.is_user_kept = bool(event._origin.user_id) and not corrects

    def write(self, vals):
        """Whose event it was is said once, and corrected by a manager.

        :raises UserError: it is said anew, or what follows from others is typed
        """
        facts = dict(vals)
        if not self.user_id or self.env.user.has_group(MANAGERS) or all(
                event.user_id.id == vals.get("user_id") for event in self):
            facts.pop("user_id", None)
        self._check_facts(facts)
        return super().write(vals)

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

    def action_view_follow_ups(self):
        """The tasks that follow one event, done ones too."""
        self.ensure_one()
        return open_list(
            self.env, "crm_enova_like.action_crm_task", [("event_id", "=", self.id)],
            {"default_event_id": self.id}, name=self.env._("Follow-ups: %(event)s", event=self.name))

    def action_follow_up(self):
        """A task that follows one event, in a form that is filled in with whom and what it is about, and what was said.
        """
        self.ensure_one()
        task_type, days = self.task_id.type_id.follow_up_type_id, self.task_id.type_id.follow_up_days or 7
        return open_dialog(self.env, "crm.task", self.env._("Follow-up"), {
            "default_name": self.name, "default_description": self.description,
            "default_partner_id": self.partner_id.id,
            "default_person_id": self.person_id.id, "default_project_id": self.project_id.id,
            "default_campaign_id": self.campaign_id.id, "default_order_id": self.order_id.id,
            "default_device_id": self.device_id.id, "default_event_id": self.id,
            "default_parent_id": self.task_id.id, "default_type_id": task_type.id,
            "default_date_deadline": fields.Date.to_string(
                (self.company_id or self.env.company)._service_today() + timedelta(days=days)),
        })
