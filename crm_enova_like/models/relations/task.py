from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain

from ..common.actions import open_action, open_dialog, open_list
from ..common.state_mixin import MANAGERS
from .calendar_mixin import CALENDAR_LATER


class CrmTask(models.Model):
    """What has to be done (zadanie)."""

    _name = "crm.task"
    _description = "Task"
    _inherit = [
        "crm.action.mixin", "crm.calendar.mixin", "crm.linked.mixin", "crm.assignment.mixin", "crm.sorted.mixin"]
    _order = "priority desc, date_deadline, planned_start, id desc"

    # their own indexes are below
    user_id = fields.Many2one(index=False)
    partner_id = fields.Many2one(index=False)
    type_id = fields.Many2one(
        "crm.task.type", check_company=True, index="btree_not_null", ondelete="restrict", tracking=True)
    requester_id = fields.Many2one(
        "res.users", string="Requested By", default=lambda self: self.env.user, tracking=True,
        domain="[('share', '=', False)]", copy=False, check_company=True)
    priority = fields.Selection(
        [("0", "Normal"), ("1", "Urgent")], compute="_compute_priority", store=True, readonly=False, precompute=True,
        default="0", tracking=True)
    state = fields.Selection(
        [("open", "Open"), ("in_progress", "In Progress"), ("done", "Done"), ("cancelled", "Cancelled")],
        required=True, default="open", tracking=True, copy=False)
    date_done = fields.Datetime(readonly=True, copy=False)
    alarm_ids = fields.Many2many("calendar.alarm", string="Reminders")
    parent_id = fields.Many2one(
        "crm.task", string="Thread", check_company=True, index="btree_not_null", ondelete="set null",
        help="The task that this one follows.")
    child_ids = fields.One2many("crm.task", "parent_id", string="Follow-ups")
    event_id = fields.Many2one(
        "crm.event", string="After Event", check_company=True, index="btree_not_null", ondelete="set null",
        help="The event that this task follows.")
    event_ids = fields.One2many("crm.event", "task_id", string="Events")
    event_count = fields.Integer(compute="_compute_event_count")
    document_link_ids = fields.One2many("crm.document.link", "task_id", string="Documents")

    # the list's own order, of all tasks and of those that a filter asks for. Not by company: a user of several reads
    # them in one order, and nearly all rows are of the companies that are asked for
    _order_idx = models.Index("(priority DESC, date_deadline, planned_start, id DESC)")
    _open_idx = models.Index("(priority DESC, date_deadline, planned_start, id DESC) WHERE is_open IS TRUE")
    _cancelled_idx = models.Index("(priority DESC, date_deadline, planned_start, id DESC) WHERE state = 'cancelled'")
    _archived_idx = models.Index("(priority DESC, date_deadline, planned_start, id DESC) WHERE active IS NOT TRUE")
    _nobody_idx = models.Index("(priority DESC, date_deadline, planned_start, id DESC) WHERE user_id IS NULL")
    _user_idx = models.Index("(user_id, priority DESC, date_deadline, planned_start, id DESC)")
    _user_open_idx = models.Index(
        "(user_id, priority DESC, date_deadline, planned_start, id DESC) WHERE is_open IS TRUE")
    # what I handed to others is counted in the index alone
    _requester_idx = models.Index(
        "(requester_id, priority DESC, date_deadline, planned_start, id DESC) INCLUDE (user_id, company_id, active)")
    _requester_open_idx = models.Index(
        "(requester_id, priority DESC, date_deadline, planned_start, id DESC) WHERE is_open IS TRUE")
    # the timeline of a contractor: all by which it sorts, since the reader's time zone decides about the days
    _partner_idx = models.Index(
        "(partner_id) INCLUDE (id, active, company_id, date_done, planned_start, date_deadline, create_date) "
        "WHERE partner_id IS NOT NULL")
    # what comes next with a contractor
    _partner_open_idx = models.Index("(partner_id) WHERE is_open IS TRUE AND partner_id IS NOT NULL")
    _person_open_idx = models.Index("(person_id) WHERE is_open IS TRUE AND person_id IS NOT NULL")
    # My tasks, which keep their own order; the number of a group's rows is read from the index alone
    _work_idx = models.Index(
        "(priority DESC, date_nearest, planned_start, id) INCLUDE (user_id, requester_id, company_id, date_deadline) "
        "WHERE active IS TRUE AND is_open IS TRUE")
    _work_user_idx = models.Index(
        "(user_id, priority DESC, date_nearest, planned_start, id) "
        "INCLUDE (requester_id, company_id, date_deadline, state) WHERE active IS TRUE AND is_open IS TRUE")
    _work_requester_idx = models.Index(
        "(requester_id, priority DESC, date_nearest, planned_start, id) INCLUDE (user_id, company_id, date_deadline) "
        "WHERE active IS TRUE AND is_open IS TRUE")
    # sorted by a column
    _deadline_idx = models.Index("(date_deadline)")
    # with what makes a task late
    _deadline_open_idx = models.Index(
        "(date_deadline) INCLUDE (company_id, active, planned_stop) WHERE is_open IS TRUE")
    _planned_idx = models.Index("(planned_start)")
    _planned_open_idx = models.Index("(planned_start) WHERE is_open IS TRUE")

    @api.model
    def _get_sortable_fields(self):
        return super()._get_sortable_fields() | {"date_deadline", "planned_start"}

    @api.depends("type_id")
    def _compute_planned_stop(self):
        return super()._compute_planned_stop()

    def _get_usual_length(self):
        return timedelta(hours=self.type_id.duration or 1.0)

    @api.depends("type_id")
    def _compute_priority(self):
        for task in self:
            task.priority = task.type_id.priority or task.priority or "0"

    def _compute_event_count(self):
        counts = dict(self.env["crm.event"]._read_group([("task_id", "in", self.ids)], ["task_id"], ["__count"]))
        for task in self:
            task.event_count = counts.get(task, 0)

    @api.model
    def _get_overdue_domain(self):
        # without a deadline, it is late when its plan is over
        return super()._get_overdue_domain() | (
            Domain("is_open", "=", True) & Domain("date_deadline", "=", False)
            & Domain("planned_stop", "<", fields.Datetime.now()))

    @api.depends("planned_stop")
    def _compute_is_overdue(self):
        return super()._compute_is_overdue()

    @api.constrains("parent_id")
    def _check_thread(self):
        if self._has_cycle():
            raise ValidationError(self.env._(
                "A task cannot follow itself: %(tasks)s.", tasks=", ".join(self.mapped("name"))))

    # THE DOOR

    @api.model
    def _get_open_states(self):
        return ("open", "in_progress")

    @api.model
    def _get_states_before(self):
        """From which states each one may be reached, by buttons and by writing alike: {state: states}.

        An addon that adds a state extends this; a state that is missing here is reached from every one.
        """
        is_open = tuple(self._get_open_states())
        return {
            "open": ("in_progress", "done", "cancelled"), "in_progress": ("open",), "done": is_open,
            "cancelled": is_open}

    @api.model
    def _get_fact_fields(self):
        return super()._get_fact_fields() | {
            "requester_id", "date_done", "series_id", "series_index", "series_anchor_id"}

    @api.model
    def _get_initial_facts(self):
        # whoever makes a task says who asked for it
        return super()._get_initial_facts() | {"requester_id"}

    @api.model_create_multi
    def create(self, vals_list):
        plain, late = self._split_late_values(vals_list, "open")
        # a task that comes done has no entry in the calendar
        creating = self._without_default_state().with_context(**{CALENDAR_LATER: True})
        tasks = super(CrmTask, creating).create(plain).with_env(self.env)
        tasks._write_late_values(late)
        tasks._check_performers_here()
        tasks._sync_calendar()
        return tasks

    def write(self, vals):
        """The one door of a task's state: buttons, a drag, an import and RPC all write it here.

        :raises UserError: a fact is typed, or a task cannot go from its state to the new one
        """
        self._check_facts(vals)
        changed, moved, state = self._filter_rule_changes(vals), self.browse(), vals.get("state")
        if "state" in vals:
            moved = self.filtered(lambda task: task.state != state)
            moved._check_move(state, vals)
        before, handed = {task: task.state for task in moved}, self._filter_handed(vals)
        # the others of a series are counted from what was planned, and not from what is written afterwards
        with self._keep_series(self._filter_day_kept() - changed.filtered("is_open")):
            if moved:
                super(CrmTask, moved).write({**vals, **moved._prepare_move_vals(state, vals)})
            if self - moved:
                super(CrmTask, self - moved).write(vals)
        changed._count_from_here()
        handed._check_performers_here()
        if moved:
            moved._after_move(before, state)
        return True

    def _check_move(self, state, vals):
        """Whether tasks may go to a state; asked of all of them before the first is written.

        :param self: any number of tasks that are in another state
        :param vals: all that is written with the state
        :raises UserError: there is no such state, or it is not reached from a task's own
        """
        if state not in self._get_state_names():
            raise UserError(self.env._("A task has no state “%(state)s”.", state=state))
        before = self._get_states_before()
        if state in before:
            self._check_state(*before[state])

    def _prepare_move_vals(self, state, vals):
        """What is written with a state, beside what the caller writes."""
        return {"date_done": (vals.get("date_done") or fields.Datetime.now()) if state == "done" else False}

    def _after_move(self, old_states, state):
        """What follows when tasks have gone to a state.

        :param self: the tasks that moved; all are in ``state`` now
        :param old_states: {task: the state in which it was}
        """
        states = self._get_open_states()
        self.filtered(lambda task: old_states[task] in states and not task.is_open)._make_next()

    def action_start(self):
        """Begin tasks (any number).

        :raises UserError: a task is begun, finished or cancelled already
        """
        self._check_state(*self._get_states_before()["in_progress"])
        return self.write({"state": "in_progress"})

    def action_done(self, event_vals: dict = None):
        """Finish tasks, with the event that came of each where it is given.

        :param event_vals: values of the event; what it lacks comes from the task
        :raises UserError: a task is finished or cancelled already
        :return: the events made, as ids
        """
        self._check_state(*self._get_open_states())
        self.write({"state": "done"})
        if event_vals is None:
            return []
        events = self.env["crm.event"].create([{**task._prepare_event_vals(), **event_vals} for task in self])
        return events.ids

    def action_cancel(self):
        """Cancel tasks that are to do.

        :raises UserError: a task is finished or cancelled already
        """
        self._check_state(*self._get_open_states())
        return self.write({"state": "cancelled"})

    def action_reopen(self):
        """Take back that tasks were done or cancelled.

        :raises UserError: a task is open
        """
        states = self._get_open_states()
        self._check_state(*(state for state in self._get_state_names() if state not in states))
        return self.write({"state": "open"})

    def _may_archive(self, active):
        # as it may be deleted
        return super()._may_archive(active) or self.requester_id == self.env.user

    @api.ondelete(at_uninstall=False)
    def _check_deletable(self):
        if not self.env.su and not self.env.user.has_group(MANAGERS):
            for task in self:
                if task.requester_id != self.env.user:
                    raise AccessError(self.env._(
                        "Task %(task)s was requested by somebody else: cancel it instead.", task=task.name))

    # EVENTS THAT COME OF A TASK

    def _prepare_event_vals(self):
        """The event that comes of one task, with what the task knows."""
        self.ensure_one()
        Type = self.env["crm.event.type"]
        return {
            "name": self.name,
            "type_id": (self.type_id.event_type_id or Type._get_default()).id,
            "direction": self.type_id.event_type_id.direction or "out",
            "partner_id": self.partner_id.id, "person_id": self.person_id.id,
            "project_id": self.project_id.id, "campaign_id": self.campaign_id.id,
            "order_id": self.order_id.id, "device_id": self.device_id.id,
            "user_id": self.env.uid, "task_id": self.id, "company_id": self.company_id.id,
            "duration": self.type_id.duration,
        }

    def action_open_done(self):
        """Finish one task, and ask for the event that came of it."""
        self._check_state(*self._get_open_states())
        return open_dialog(
            self.env, "crm.task.done.wizard", self.env._("Done"), {"default_task_id": self.ensure_one().id})

    def action_log_crm_event(self):
        """Note an event about one task that goes on, in a form that is filled in."""
        self.ensure_one()
        return self.env["crm.event"]._get_new_action({
            f"default_{name}": value for name, value in self._prepare_event_vals().items() if name != "duration"})

    def action_view_events(self):
        """The events that came of the tasks."""
        return open_list(
            self.env, "crm_enova_like.action_crm_event", [("task_id", "in", self.ids)],
            {"default_task_id": self[:1].id})

    @api.model
    def _get_list_action(self):
        return open_action(self.env, "crm_enova_like.action_crm_task")

    # IN THE CALENDAR

    @api.model
    def _get_calendar_fields(self):
        return super()._get_calendar_fields() | {"alarm_ids"}

    def _get_calendar_vals(self):
        return {**super()._get_calendar_vals(), "alarm_ids": [Command.set(self.alarm_ids.ids)]}

    @api.depends("device_id.name")
    def _compute_calendar_tile(self):
        return super()._compute_calendar_tile()

    def _get_tile_lines(self):
        return [self.name, self._get_tile_place(self.partner_id), self.device_id.display_name]
