from datetime import datetime, time, timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime

from ...models.common.actions import open_dialog
from ...models.common.clock import at_hour, on_day

MOST_DAYS = 31    # of an absence that is dealt with at once

ACTIONS = [
    ("hand", "Hand over"), ("queue", "Back to the queue"), ("move", "To another day"), ("keep", "Leave as it is")]
SOURCES = ("order_id", "inspection_id", "task_id")


class CrmAbsenceWizard(models.TransientModel):
    """*Nieobecny dziś*: what a colleague had to do on some days goes to others, to the queue or to another day."""

    _name = "crm.absence.wizard"
    _description = "Absent Today"
    _inherit = ["crm.named.wizard.mixin"]

    user_id = fields.Many2one("res.users", string="Who Is Absent", required=True, domain="[('share', '=', False)]")
    date_from = fields.Date(string="From Day", required=True, default=lambda self: self.env.company._service_today())
    date_to = fields.Date(
        string="To Day", required=True, compute="_compute_date_to", store=True, readonly=False, precompute=True)
    substitute_id = fields.Many2one(
        "res.users", string="Who Steps In", domain="[('share', '=', False), ('id', '!=', user_id)]",
        help="Gets all that is handed over and where nobody else is chosen.")
    note = fields.Text()
    line_ids = fields.One2many(
        "crm.absence.line", "wizard_id", string="Work", compute="_compute_line_ids", compute_sudo=False, store=True,
        readonly=False)
    is_done = fields.Boolean(readonly=True)

    @api.depends("date_from")
    def _compute_date_to(self):
        for wizard in self:
            if wizard.date_from and (not wizard.date_to or wizard.date_to < wizard.date_from):
                wizard.date_to = wizard.date_from

    @api.depends("user_id", "date_from", "date_to")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [Command.clear(), *map(Command.create, wizard._prepare_lines())]

    # WHAT THEY HAD TO DO

    def _prepare_lines(self):
        """Values of the lines of one wizard: the work of the days that its user may read, by its hour.

        :raises UserError: the days are too many
        """
        if not (self.user_id and self.date_from and self.date_to) or self.date_to < self.date_from:
            return []
        if (self.date_to - self.date_from).days >= MOST_DAYS:
            raise UserError(self.env._("Choose %(most)s days at most.", most=MOST_DAYS))
        user = self.user_id._origin or self.user_id
        # an hour is planned at the reader's place
        first = at_hour(self.date_from, time(), self.env.tz)
        last = at_hour(self.date_to + timedelta(days=1), time(), self.env.tz)
        planned = Domain("planned_start", ">=", first) & Domain("planned_start", "<", last)
        due = Domain("planned_start", "=", False) & self._get_days_domain("date_deadline")
        open_work = Domain("user_id", "=", user.id) & Domain("is_open", "=", True)
        agreed = Domain("date_agreed", ">=", first) & Domain("date_agreed", "<", last)
        vague = Domain("date_agreed", "=", False) & self._get_days_domain("planned_date")
        found = [
            (name, record) for name, domain in (
                ("order_id", open_work & (planned | due)), ("task_id", open_work & (planned | due)),
                ("inspection_id", Domain("user_id", "=", user.id) & Domain("state", "=", "planned") & (agreed | vague)))
            for record in self.env[self.env["crm.absence.line"]._fields[name].comodel_name].search(domain)]
        found.sort(key=lambda pair: (
            self._get_hour(pair[1]) or datetime.max, self._get_day(pair[1]), SOURCES.index(pair[0]), pair[1].id))
        return [{name: record.id, "action": "hand", "seen": self._get_seen(record)} for name, record in found]

    def _get_days_domain(self, name):
        return Domain(name, ">=", self.date_from) & Domain(name, "<=", self.date_to)

    @api.model
    def _get_hour(self, record):
        """When one order, task or inspection is planned; False where no hour is."""
        return record.date_agreed if record._name == "crm.service.inspection" else record.planned_start

    @api.model
    def _get_day(self, record):
        """On which day it is due."""
        return (record.planned_date if record._name == "crm.service.inspection" else record.date_deadline) or (
            datetime.max.date())

    @api.model
    def _get_seen(self, record):
        """What the list was made by: whose a record is, and when."""
        return f"{record.user_id.id} {self._get_hour(record)} {self._get_day(record)}"

    # WHAT BECOMES OF IT

    def action_apply(self):
        """Do what the lines say, all of it or nothing, and show whom to call.

        :raises UserError: nothing is chosen, a line lacks what it needs, or a record changed meanwhile
        """
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.action != "keep")
        if self.is_done or not lines:
            raise UserError(self.env._("There is nothing to hand over: choose who is absent, and the days."))
        lines._check_unchanged()
        lines._check_decided()
        note = self.note or self.env._("%(user)s is absent.", user=self.user_id.name)
        lines.filtered(lambda line: line.action == "move")._move(note)
        handed = lines.filtered(lambda line: line.action == "queue" or line._get_new_user())
        for user, of_user in handed.grouped(lambda line: line._get_new_user()).items():
            of_user._hand(user, note)
        self.is_done = True
        return open_dialog(
            self.env, self._name, self.env._("Whom to call"), {"dialog_size": "extra-large"}, res_id=self.id)


class CrmAbsenceLine(models.TransientModel):
    """An order, a task or an inspection of who is absent."""

    _name = "crm.absence.line"
    _description = "Work of Who Is Absent"
    _inherit = ["crm.named.wizard.mixin"]

    wizard_id = fields.Many2one("crm.absence.wizard", required=True, ondelete="cascade", index=True)
    order_id = fields.Many2one("crm.service.order", ondelete="cascade")
    task_id = fields.Many2one("crm.task", ondelete="cascade")
    inspection_id = fields.Many2one("crm.service.inspection", ondelete="cascade")
    seen = fields.Char()
    name = fields.Char(string="What", compute="_compute_name")
    when = fields.Char(compute="_compute_name")
    partner_id = fields.Many2one("res.partner", string="Contractor", compute="_compute_name")
    person = fields.Char(compute="_compute_name")
    phone = fields.Char(compute="_compute_name")
    action = fields.Selection(ACTIONS, string="What Becomes of It", required=True, default="hand")
    new_user_id = fields.Many2one(
        "res.users", string="To Whom", domain="[('share', '=', False), ('id', '!=', parent.user_id)]")
    new_date = fields.Date(string="New Day")

    _one_source = models.Constraint(
        "CHECK(num_nonnulls(order_id, task_id, inspection_id) = 1)",
        "A line stands for one order, task or inspection.")

    def _get_source(self):
        """What one line stands for."""
        self.ensure_one()
        return next((self[name] for name in SOURCES if self[name]), self.order_id)

    @api.depends(*SOURCES)
    def _compute_name(self):
        Wizard = self.env["crm.absence.wizard"]
        for line in self:
            source = line._get_source()
            # an inspection has no person of its own
            person = self.env["res.partner"] if source == line.inspection_id else source.person_id
            hour = source and Wizard._get_hour(source)
            order = line.order_id
            line.name = " – ".join(filter(None, [order.name, order.device_names])) or source.display_name
            line.partner_id, line.person = source.partner_id, person != source.partner_id and person.name
            line.phone = person.phone or source.partner_id.phone
            line.when = format_datetime(self.env, hour, dt_format="d MMM HH:mm") if hour else (
                source and self.env._("by %(day)s", day=format_date(self.env, Wizard._get_day(source))))

    def _get_new_user(self):
        """To whom one line goes; nobody where it goes to the queue, or stays whose it is."""
        self.ensure_one()
        if self.action == "hand":
            return self.new_user_id or self.wizard_id.substitute_id
        return self.new_user_id if self.action == "move" else self.new_user_id.browse()

    def _check_unchanged(self):
        """Whether all is as it was when the list was made.

        :raises UserError: something is not; says what
        """
        Wizard = self.env["crm.absence.wizard"]
        for line in self:
            source = line._get_source()
            source.check_access("read")
            if not source.is_open or source.user_id != line.wizard_id.user_id or (
                    Wizard._get_seen(source) != line.seen):
                raise UserError(self.env._(
                    "%(record)s was changed meanwhile: choose the days anew, and look at the list again.",
                    record=source._get_state_record_name()))

    def _check_decided(self):
        """:raises UserError: a line lacks whom or when, or its record has no queue"""
        for line in self:
            source = line._get_source()
            name = source._get_state_record_name()
            if line.action == "hand" and not line._get_new_user():
                raise UserError(self.env._("%(record)s: choose to whom it goes.", record=name))
            if line._get_new_user() and line._get_new_user() == line.wizard_id.user_id:
                raise UserError(self.env._(
                    "%(record)s: %(user)s is absent. Choose somebody else.", record=name,
                    user=line.wizard_id.user_id.name))
            # a day that is over is none to move work to
            if line.action == "move" and (
                    not line.new_date or line.new_date < source.company_id._service_today()):
                raise UserError(self.env._("%(record)s: choose the new day.", record=name))
            if line.action == "move" and not line.new_user_id and (
                    line.wizard_id.date_from <= line.new_date <= line.wizard_id.date_to):
                raise UserError(self.env._(
                    "%(record)s: %(user)s is absent on that day, too. Choose another day, or somebody else.",
                    record=name, user=line.wizard_id.user_id.name))
            if line.action == "queue" and line.task_id and not source._has_queue():
                raise UserError(self.env._(
                    "%(record)s: there is no queue of tasks. Hand it over, or move it to another day.", record=name))

    def _move(self, note):
        """Plan what lines stand for on their new days.

        :param note: for their chatter
        """
        for line in self:
            source = line._get_source()
            source.check_access("write")
            source.message_post(body=note)
            if source != line.inspection_id:
                source._check_open()
                source._plan_on_day(line.new_date)
            elif source.date_agreed:
                # sudo: in which time zone a company is
                zone = source.company_id.sudo()._service_tz()
                source.date_agreed = on_day(source.date_agreed, line.new_date, zone, self.env.tz)
            else:
                source.planned_date = line.new_date

    def _hand(self, user, note):
        """Hand what lines stand for over, in a batch of each kind.

        :param user: res.users record; empty for the queue
        :param note: for their chatter
        """
        for work in (self.order_id, self.task_id):
            if work:
                work.action_assign(user, note)
        inspections = self.inspection_id
        if user:
            # sudo: which companies a colleague works in
            companies = user.sudo().company_ids
            for inspection in inspections.filtered(lambda inspection: inspection.company_id not in companies):
                raise UserError(self.env._(
                    "%(record)s: %(user)s does not work in company %(company)s.",
                    record=inspection._get_state_record_name(), user=user.sudo().name,
                    company=inspection.company_id.name))
        for inspection in inspections:
            inspection.message_post(body=note)
        inspections.write({"user_id": user.id})
