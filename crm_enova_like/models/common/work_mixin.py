from datetime import timedelta

import pytz
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime

from .actions import open_dialog
from .clock import on_day
from .given import find_given

WAITING = "crm_assignment_notices"    # what the transaction has to tell, by performer
MOST_DAYS = 3660    # by which work is moved at once


class CrmAssignmentMixin(models.AbstractModel):
    """Work: it is planned, has a performer, is taken and handed over, and may be late.

    Nobody is mailed that it is theirs: it is in *My tasks*. A company may have one notice per performer and batch.
    The model has ``company_id`` and ``partner_id``, and a ``state`` (see ``crm.state.mixin``).
    """

    _name = "crm.assignment.mixin"
    _description = "Assigned Work"
    _inherit = ["crm.performer.mixin", "crm.state.mixin"]

    planned_start = fields.Datetime(tracking=True)
    planned_stop = fields.Datetime(
        compute="_compute_planned_stop", store=True, readonly=False, precompute=True)
    date_deadline = fields.Date(string="Deadline", tracking=True)
    # what an index finds the work of a day by; of a planned hour, the reader's clock counts (crm.my.work)
    date_nearest = fields.Date(
        string="Day of Work", compute="_compute_date_nearest", store=True, precompute=True,
        help="Of what is open: the deadline or the planned day at the company's place, whichever comes first.")
    is_overdue = fields.Boolean(compute="_compute_is_overdue", search="_search_is_overdue")

    _planned_order = models.Constraint(
        "CHECK(planned_stop IS NULL OR planned_start IS NULL OR planned_stop >= planned_start)",
        "The planned end cannot be before the planned start.")

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._notice_assignment()
        return records

    def write(self, vals):
        handed = self.browse()
        if "user_id" in vals:
            handed = self.filtered(lambda record: record.user_id.id != vals["user_id"])
        for values, records in self._group_by_plan(vals):
            super(CrmAssignmentMixin, records).write(values)
        handed._notice_assignment()
        return True

    # THE PLAN

    @api.depends("planned_start")
    def _compute_planned_stop(self):
        for record in self:
            start, before = record.planned_start, record._origin
            if not start:
                record.planned_stop = False
            elif not record.planned_stop or before.planned_start != start:
                length = before._get_planned_length() or record._get_usual_length()
                record.planned_stop = start + length if length else record.planned_stop

    @api.depends("planned_start", "date_deadline", "company_id", "is_open")
    def _compute_date_nearest(self):
        for record in self:
            days = [record.date_deadline] if record.date_deadline else []
            if record.is_open and record.planned_start and record.company_id:
                days.append(record.company_id._service_date(record.planned_start))
            record.date_nearest = record.is_open and min(days, default=False)

    def _get_planned_length(self):
        """How long one record is planned for, as timedelta; None where its start or end is open."""
        return self.planned_stop - self.planned_start if self.planned_start and self.planned_stop else None

    def _get_usual_length(self):
        """How long one record takes where nobody says so, as timedelta; None leaves its end open."""
        return None

    def _group_by_plan(self, vals):
        """Values of a ``write``, with the planned end that follows from a new planned start.

        :return: [(values, records)]
        """
        start = fields.Datetime.to_datetime(vals.get("planned_start"))
        if not start or "planned_stop" in vals:
            return [(vals, self)]
        # moved, it keeps its length; planned anew, it takes what it usually takes
        lengths = self.grouped(lambda record: record._get_planned_length() or record._get_usual_length())
        return [
            ({**vals, "planned_stop": start + length} if length else vals, records)
            for length, records in lengths.items()]

    @api.constrains("planned_start", "planned_stop")
    def _check_planned_order(self):
        # the database refuses it too; here it is said in the reader's hours, before the calendar is asked
        for record in self:
            if record.planned_start and record.planned_stop and record.planned_stop < record.planned_start:
                raise ValidationError(self.env._(
                    "%(record)s would end on %(stop)s, before it begins on %(start)s.",
                    record=record._get_state_record_name(), stop=format_datetime(self.env, record.planned_stop),
                    start=format_datetime(self.env, record.planned_start)))

    def _on_day(self, day):
        """The plan of one planned record on a day of the reader's: it keeps its hour at the company's place, also where
        the clocks change in between.

        :param day: date
        :return: (planned start, planned end), the end False where it is open
        """
        self.ensure_one()
        start = on_day(self.planned_start, day, self.company_id._service_tz(), self.env.tz)
        length = self._get_planned_length()
        return start, False if length is None else start + length

    def action_postpone(self, days: int = 1):
        """Move work by a number of days (*Przełóż*): the plan, and the deadline with it.

        What is late is counted from today; without any date, the deadline is that many days from today.

        :raises UserError: it is closed, or would be at a time that no calendar has
        """
        self._check_open()
        if abs(days) > MOST_DAYS:
            raise UserError(self.env._(
                "Work can be moved by %(most)s days at most, not by %(days)s.", most=MOST_DAYS, days=days))
        self._postpone(days)
        return True

    def _postpone(self, days):
        """Move records by days, see :meth:`action_postpone`."""
        now, shift = fields.Date.context_today(self), timedelta(days=days)
        for record in self:
            vals = {}
            if record.planned_start:
                # a plan has an hour, which is the reader's; a deadline is a day at the company's place
                planned = pytz.utc.localize(record.planned_start).astimezone(record.env.tz).date()
                vals["planned_start"], vals["planned_stop"] = record._on_day(max(planned, now) + shift)
            if record.date_deadline or not vals:
                today = (record.company_id or self.env.company)._service_today()
                vals["date_deadline"] = max(record.date_deadline or today, today) + shift
            record._move(vals)

    def _move(self, vals):
        """Write the dates of one record that was moved by hand."""
        self.ensure_one()
        self.write(vals)

    @api.model
    def _get_overdue_domain(self):
        """What is late: it is open, and its deadline is past at the company's place, wherever the reader is. The
        deadline's own day is in time.

        :param self: the records of which it is asked; none for a search
        """
        companies = self.company_id or self.env["res.company"]._get_in_sight()
        return Domain("is_open", "=", True) & Domain.OR(
            of_day & Domain("date_deadline", "<", today) for today, of_day in companies._group_by_today())

    @api.depends("is_open", "date_deadline", "company_id")
    def _compute_is_overdue(self):
        self.is_overdue = False
        self.filtered_domain(self._get_overdue_domain()).is_overdue = True

    def _search_is_overdue(self, operator, value):
        return self._get_overdue_domain() if operator == "in" else NotImplemented

    # HAND-OVER

    def action_take(self):
        """Take work over (any number of records).

        Both of two people who press at once write the same row: the database refuses the second, whose request is
        run again on what is there by then.

        :raises UserError: it is closed, or it may not be taken from who has it
        """
        self.browse().check_access("write")
        self._check_takeable()
        self.check_access("write")
        self._check_open()
        return self.write({"user_id": self.env.uid})

    def _check_takeable(self):
        """Refuse to take what somebody else has, where that may not be.

        :raises UserError: says who has it
        """

    def action_assign(self, user, note: str = None):
        """Hand work over, with a note in its chatter.

        A plain write would fail on the re-read, once the record is none of ours any more; so this ends on the list.

        :param self: any number of records
        :param user: res.users record or id; empty for nobody (yet)
        :return: the action of the list
        :raises UserError: it is closed, or the colleague cannot have it
        """
        user = self._find_performer(user)
        self.check_access("write")
        self._check_open()
        self._check_performer(user)
        if note:
            for record in self:
                record.message_post(body=note)
        # sudo: the rights were checked above; the record may leave the user's sight
        self.sudo().write({"user_id": user.id})
        return self._get_list_action()

    @api.model
    def _find_performer(self, user):
        """The user whom a caller named.

        :param user: res.users record, or id; empty for nobody
        :raises UserError: there is no such user
        """
        found = find_given(self.env["res.users"], user)
        if user and not found:
            raise UserError(self.env._("There is no user “%(user)s”.", user=getattr(user, "id", user)))
        return found

    def _check_performer(self, user):
        """Whether records may be somebody's; asked of all of them before the first is handed over.

        :param user: res.users record, empty for nobody
        :raises UserError: the user has left, or does not work in a record's company
        """
        if user:
            self._check_here(user)
        # sudo: which companies a colleague works in
        companies = user.sudo().company_ids
        for record in self:
            if user and record.company_id not in companies:
                raise UserError(self.env._(
                    "%(record)s: %(user)s does not work in company %(company)s.",
                    record=record._get_state_record_name(), user=user.sudo().name, company=record.company_id.name))

    @api.model
    def _has_queue(self):
        """Whether work is put back in a queue, so that nobody may be chosen in the dialog."""
        return False

    @api.model
    def _get_list_action(self):
        """Where one goes after a hand-over: the action of the model's list."""
        # sudo: the name of a kind is no secret
        name = self.env["ir.model"].sudo()._get(self._name).name
        return {
            "type": "ir.actions.act_window", "name": name, "res_model": self._name, "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")], "context": {}}

    def action_open_assign(self):
        """Ask to whom the records are handed over."""
        return open_dialog(
            self.env, "crm.assign.wizard", self.env._("Hand over"),
            {"default_res_model": self._name, "default_res_ids": self.ids})

    def action_open_done(self):
        """Finish one record from a list; a model that asks something first says so here."""
        return self.ensure_one().action_done()

    # NOTICES

    def _is_noticed(self):
        """Whether the performer of one record is told that it is theirs."""
        self.ensure_one()
        return bool(
            self.user_id and self.user_id != self.env.user and self.company_id.sudo().assignment_notice)

    def _notice_assignment(self):
        """Tell the performers when the transaction ends, each of them once."""
        records = self.filtered(lambda record: record._is_noticed())
        if not records:
            return
        precommit = self.env.cr.precommit
        if WAITING not in precommit.data:
            precommit.data[WAITING] = {}
            precommit.add(self.env["crm.assignment.mixin"]._send_assignment_notices)
        for record in records:
            precommit.data[WAITING].setdefault(record.user_id.id, {})[record._name, record.id] = True

    @api.model
    def _send_assignment_notices(self):
        # sudo: what is handed on may be out of sight of who did it
        env = self.sudo().env
        for user_id, keys in env.cr.precommit.data.pop(WAITING, {}).items():
            user = env["res.users"].browse(user_id)
            work = [env[model].browse(res_id).exists() for model, res_id in keys]
            # handed over and taken back within the transaction, or done by then, it is nothing new
            work = [record for record in work if record.user_id == user and record.is_open]
            if work:
                self._send_assignment_notice(user, work)

    @api.model
    def _send_assignment_notice(self, user, work):
        """One message to a user about what became theirs.

        :param user: res.users record
        :param work: list of tasks and orders
        """
        env = self.with_context(lang=user.lang).env
        rows = Markup().join(
            Markup('<li><a href="/mail/view?model=%s&amp;res_id=%s">%s</a>%s</li>') % (
                record._name, record.id, record.display_name, "".join(
                    f" – {part}" for part in (record.partner_id.name, format_date(env, record.date_deadline)) if part))
            for record in work)
        env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids, author_id=self.env.user.partner_id.id,
            subject=env._("Handed over to you: %(count)s", count=len(work)),
            body=Markup("<p>%s</p><ul>%s</ul>") % (
                env._("%(user)s handed over to you:", user=self.env.user.name), rows))
