from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

TASK_STATES = [("open", "Open"), ("in_progress", "In Progress"), ("done", "Done"), ("cancelled", "Cancelled")]


OPEN_TASK_STATES = ("open", "in_progress")


# from which states each one may be reached, by buttons and by writing alike
BEFORE = {
    "open": ("in_progress", "done", "cancelled"), "in_progress": ("open",),
    "done": OPEN_TASK_STATES, "cancelled": OPEN_TASK_STATES,
}


class CrmTask(models.Model):
    """What has to be done (zadanie)."""

    _name = "crm.task"
    _description = "Task"
    _inherit = ["crm.action.mixin"]
    _order = "priority desc, date_deadline, planned_start, id desc"

    type_id = fields.Many2one(
        "crm.task.type", check_company=True, index="btree_not_null", ondelete="restrict", tracking=True)
    requester_id = fields.Many2one(
        "res.users", string="Requested By", default=lambda self: self.env.user, tracking=True, index=True,
        domain="[('share', '=', False)]", copy=False, check_company=True)
    planned_start = fields.Datetime(tracking=True)
    planned_stop = fields.Datetime(
        compute="_compute_planned_stop", store=True, readonly=False, precompute=True)
    date_deadline = fields.Date(string="Deadline", tracking=True)
    priority = fields.Selection(
        [("0", "Normal"), ("1", "Urgent")], compute="_compute_priority", store=True, readonly=False, precompute=True,
        default="0", tracking=True)
    state = fields.Selection(TASK_STATES, required=True, default="open", tracking=True, copy=False)
    date_done = fields.Datetime(readonly=True, copy=False)
    alarm_ids = fields.Many2many("calendar.alarm", string="Reminders")
    parent_id = fields.Many2one(
        "crm.task", string="Thread", check_company=True, index="btree_not_null", ondelete="set null",
        help="The task that this one follows.")
    child_ids = fields.One2many("crm.task", "parent_id", string="Follow-ups")
    event_ids = fields.One2many("crm.event", "task_id", string="Events")
    event_count = fields.Integer(compute="_compute_event_count")
    is_overdue = fields.Boolean(compute="_compute_is_overdue", search="_search_is_overdue")

    _todo_idx = models.Index("(company_id, date_deadline, id) WHERE state IN ('open', 'in_progress')")
    _user_todo_idx = models.Index("(user_id, date_deadline) WHERE state IN ('open', 'in_progress')")
    _planned_idx = models.Index("(planned_start) WHERE planned_start IS NOT NULL")
    _planned_order = models.Constraint(
        "CHECK(planned_stop IS NULL OR planned_start IS NULL OR planned_stop >= planned_start)",
        "The planned end of a task cannot be before its planned start.")

    @api.depends("planned_start", "type_id")
    def _compute_planned_stop(self):
        for task in self:
            if not task.planned_start:
                task.planned_stop = False
            elif not task.planned_stop or task._origin.planned_start != task.planned_start:
                length = timedelta(hours=task.type_id.duration or 1.0)
                if task._origin.planned_start and task._origin.planned_stop:
                    length = task._origin.planned_stop - task._origin.planned_start
                task.planned_stop = task.planned_start + length

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
        today, now = fields.Date.context_today(self), fields.Datetime.now()
        return Domain("state", "in", OPEN_TASK_STATES) & (
            Domain("date_deadline", "<", today)
            | (Domain("date_deadline", "=", False) & Domain("planned_stop", "<", now)))

    @api.depends("state", "date_deadline", "planned_stop")
    def _compute_is_overdue(self):
        today, now = fields.Date.context_today(self), fields.Datetime.now()
        for task in self:
            late = task.date_deadline < today if task.date_deadline else (
                task.planned_stop and task.planned_stop < now)
            task.is_overdue = bool(late and task.state in OPEN_TASK_STATES)

    def _search_is_overdue(self, operator, value):
        return self._get_overdue_domain() if operator == "in" else NotImplemented

    @api.constrains("parent_id")
    def _check_thread(self):
        if self._has_cycle():
            raise ValidationError(self.env._(
                "A task cannot follow itself: %(tasks)s.", tasks=", ".join(self.mapped("name"))))

    @api.model_create_multi
    def create(self, vals_list):
        now = fields.Datetime.now()
        return super().create([
            {**vals, "date_done": vals.get("date_done", now)} if vals.get("state") == "done" else vals
            for vals in vals_list])

    def write(self, vals):
        state = vals.get("state")
        if state in BEFORE:
            changed = self.filtered(lambda task: task.state != state)
            changed._check_state(*BEFORE[state])
            if changed and "date_done" not in vals:
                # what was done already keeps its date
                super(CrmTask, changed).write({"date_done": fields.Datetime.now() if state == "done" else False})
        start = fields.Datetime.to_datetime(vals.get("planned_start"))
        if not start or "planned_stop" in vals:
            return super().write(vals)
        # moved, a task keeps its length; planned anew, it takes what its type takes
        for length, tasks in self.grouped(lambda task: (
                task.planned_stop - task.planned_start if task.planned_start and task.planned_stop
                else timedelta(hours=task.type_id.duration or 1.0))).items():
            super(CrmTask, tasks).write({**vals, "planned_stop": start + length})
        return True

    # WHAT BECOMES OF A TASK

    def _check_state(self, *states):
        names = dict(self._fields["state"]._description_selection(self.env))
        for task in self:
            if task.state not in states:
                raise UserError(self.env._(
                    "Task %(task)s is “%(state)s”: this is possible only when it is %(states)s.",
                    task=task.name, state=names[task.state],
                    states=", ".join(self.env._("“%(state)s”", state=names[state]) for state in states)))

    def action_start(self):
        """Begin tasks (any number)."""
        self._check_state("open")
        self.write({"state": "in_progress"})
        return True

    def action_done(self, event_vals=None):
        """Finish tasks, with the event that came of each where it is given.

        :param event_vals: values of the event; what it lacks comes from the task
        :raises UserError: a task is finished or cancelled already
        :return: the events made, as ids
        """
        self._check_state(*OPEN_TASK_STATES)
        self.write({"state": "done"})
        if event_vals is None:
            return []
        events = self.env["crm.event"].create([{**task._prepare_event_vals(), **event_vals} for task in self])
        return events.ids

    def action_cancel(self):
        """Cancel tasks that are to do."""
        self._check_state(*OPEN_TASK_STATES)
        self.write({"state": "cancelled"})
        return True

    def action_reopen(self):
        """Take back that tasks were done or cancelled."""
        self._check_state("done", "cancelled")
        self.write({"state": "open"})
        return True

    def action_take(self):
        """Take tasks over that are nobody's or somebody else's."""
        self._check_state(*OPEN_TASK_STATES)
        self.lock_for_update()
        self.write({"user_id": self.env.uid})
        return True

    def action_assign(self, user, note=None):
        """Hand tasks over to a colleague, with a note in their chatter.

        :param user: res.users record or id; empty for nobody yet
        :return: the action of the task list, since the task may leave our sight
        :raises UserError: the colleague does not work in a task's company
        """
        user = self.env["res.users"].browse(getattr(user, "id", user) or []).exists()
        self.check_access("write")
        self._check_state(*OPEN_TASK_STATES)
        for task in self:
            if user and task.company_id not in user.sudo().company_ids:
                raise UserError(self.env._(
                    "Task %(task)s: %(user)s does not work in company %(company)s.",
                    task=task.name, user=user.sudo().name, company=task.company_id.name))
            if note:
                task.message_post(body=note)
        # the rights were checked above; the task may leave the user's sight
        self.sudo().write({"user_id": user.id})
        return self.env["ir.actions.act_window"]._for_xml_id("crm_enova_like.action_crm_task")

    def action_postpone(self, days=1):
        """Move tasks by a number of days (*Przełóż*): the deadline, and the plan with it.

        A task without any date gets its deadline that many days from today.
        """
        self._check_state(*OPEN_TASK_STATES)
        self._postpone(days)
        return True

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
        self._check_state(*OPEN_TASK_STATES)
        return {
            "type": "ir.actions.act_window", "name": self.env._("Done"),
            "res_model": "crm.task.done.wizard", "view_mode": "form", "views": [(False, "form")], "target": "new",
            "context": {"default_task_id": self.ensure_one().id},
        }

    def action_open_assign(self):
        """Ask to whom the tasks are handed over."""
        return {
            "type": "ir.actions.act_window", "name": self.env._("Hand over"),
            "res_model": "crm.task.assign.wizard", "view_mode": "form", "views": [(False, "form")], "target": "new",
            "context": {"default_task_ids": self.ids},
        }

    def action_log_crm_event(self):
        """Note an event about one task that goes on, in a form that is filled in."""
        self.ensure_one()
        return self.env["crm.event"]._get_new_action({
            f"default_{name}": value for name, value in self._prepare_event_vals().items() if name != "duration"})

    def action_view_events(self):
        """The events that came of the tasks."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_enova_like.action_crm_event")
        action.update(domain=[("task_id", "in", self.ids)], context={"default_task_id": self[:1].id})
        return action

    @api.ondelete(at_uninstall=False)
    def _check_deletable(self):
        if not self.env.su and not self.env.user.has_group("crm_enova_like.group_manager"):
            for task in self:
                if task.requester_id != self.env.user:
                    raise AccessError(self.env._(
                        "Task %(task)s was requested by somebody else: cancel it instead.", task=task.name))
