from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..common.clock import on_day
from ..common.schedule import next_date, nth_date

# a hundred years, by the unit of the interval
LONGEST_INTERVAL = {"day": 36_500, "week": 5_200, "month": 1_200, "year": 100}
LONGEST_LEAVE = timedelta(days=60)    # a calendar that does not work for longer moves nothing


class CrmTask(models.Model):
    """Recurrence: the next task of a series is made when one is done or cancelled.

    The n-th date is counted from the first one, or from that with which the rule changed, so it never drifts. On
    working days, the next one follows the day of the one before, in the first one's rhythm.
    """

    _inherit = "crm.task"

    repeats = fields.Boolean(string="Recurrent", tracking=True)
    repeat_number = fields.Integer(string="Repeat Every", default=1)
    repeat_unit = fields.Selection(
        [("day", "Days"), ("week", "Weeks"), ("month", "Months"), ("year", "Years")], default="week", required=True)
    repeat_until = fields.Date(string="Until", help="The last day on which a task of the series may be.")
    repeat_count = fields.Integer(string="Number of Times", help="How many tasks the series has; 0: until the date.")
    repeat_working_days = fields.Boolean(
        string="On Working Days", help="A day off of the company's calendar moves the task to the next working day.")
    series_id = fields.Many2one(
        "crm.task", string="First of the Series", copy=False, readonly=True, index="btree_not_null",
        ondelete="set null")
    series_index = fields.Integer(copy=False, readonly=True)
    series_anchor_id = fields.Many2one(
        "crm.task", string="Counted From", copy=False, readonly=True, index="btree_not_null", ondelete="set null",
        help="The task of the series from which the dates are counted: the first one, or the one with which the rule "
             "was changed.")
    # where a task of a series was to be: whatever becomes of it, the others are planned by the anchor's
    series_day = fields.Date(
        compute="_compute_series", store=True, precompute=True, copy=False,
        help="The day from which the dates of the series are counted. Postponing the task or dragging it in the "
             "calendar leaves it.")
    series_start = fields.Datetime(compute="_compute_series", store=True, precompute=True, copy=False)
    series_stop = fields.Datetime(compute="_compute_series", store=True, precompute=True, copy=False)
    series_deadline = fields.Date(compute="_compute_series", store=True, precompute=True, copy=False)

    _series_uniq = models.UniqueIndex(
        "(series_id, series_index) WHERE series_id IS NOT NULL", "This task of the series exists already.")
    _repeat_positive = models.Constraint(
        "CHECK(NOT repeats OR (repeat_number >= 1 AND repeat_count >= 0))",
        "A task repeats every 1 or more days, weeks, months or years.")

    @api.depends("repeats", "planned_start", "planned_stop", "date_deadline")
    def _compute_series(self):
        for task in self:
            task.series_day = task.repeats and task._get_planned_day()
            task.series_start = task.repeats and task.planned_start
            task.series_stop = task.repeats and task.planned_stop
            task.series_deadline = task.repeats and task.date_deadline

    def _get_planned_day(self):
        """The day of one task in its company's time zone: of its plan, else its deadline."""
        self.ensure_one()
        return self.company_id._service_date(self.planned_start) if self.planned_start else self.date_deadline

    @api.constrains("repeats", "repeat_until", "repeat_count", "repeat_number", "planned_start", "date_deadline")
    def _check_repeat(self):
        for task in self.filtered("repeats"):
            if task.repeat_number > LONGEST_INTERVAL[task.repeat_unit]:
                raise ValidationError(self.env._(
                    "Task %(task)s would repeat after more than a hundred years.", task=task.name))
            if not task.repeat_until and task.repeat_count < 1:
                raise ValidationError(self.env._(
                    "Task %(task)s would repeat without end: give the last day, or the number of times.",
                    task=task.name))
            if not task.planned_start and not task.date_deadline:
                raise ValidationError(self.env._(
                    "Task %(task)s repeats, so it needs a deadline or a planned start.", task=task.name))

    def _move(self, vals):
        # one task of a series was moved: the others stay where they were to be
        with self._keep_series(self):
            return super()._move(vals)

    def _keep_series(self, tasks):
        """A context in which the dates of tasks are written, and those of their series stay.

        :param tasks: which of them; of others, the series follows what is planned
        """
        names = ("series_day", "series_start", "series_stop", "series_deadline")
        return self.env.protecting([self._fields[name] for name in names], tasks.filtered("repeats"))

    def _filter_rule_changes(self, vals):
        """Those of the tasks whose series goes on by another rule with some values.

        :param vals: of a ``write``
        """
        names = {"repeats", "repeat_number", "repeat_unit", "repeat_working_days"} & vals.keys()
        if not names:
            return self.browse()
        return self.filtered(lambda task: any(
            task[name] != task._fields[name].convert_to_cache(vals[name], task) for name in names))

    def _filter_day_kept(self):
        """Those of the tasks whose day in the series stays, whatever is planned for them: what is finished, and what
        is followed by the next working day of a series that is counted from another task."""
        return self.filtered(lambda task: not task.is_open or (
            task.repeat_working_days and (task.series_anchor_id or task.series_id or task) != task))

    def _count_from_here(self):
        """Tasks whose rule was changed: what follows is counted from each of them."""
        for task in self:
            task._write_facts({"series_anchor_id": task.id})

    def _make_next(self):
        """Make the next task of each series, once.

        sudo: a series goes on, whoever finished one of it; its other tasks, and what it is about, may be out of sight.

        :param self: tasks that are finished just now
        """
        recurrent, vals_list = self.filtered("repeats"), []
        if not recurrent:
            return
        # two people at once: the second waits here, tries again, and is told that the task is done
        recurrent.flush_recordset(["state", "is_open"])
        for task in recurrent.sudo():
            first, index = task.series_id or task, (task.series_index or 0) + 1
            if task.repeat_count and index >= task.repeat_count:
                continue
            vals = task._prepare_next(first, index)
            if vals:
                vals_list.append(vals)
        have = {(series.id, index) for series, index in self.sudo().with_context(active_test=False)._read_group(
            [("series_id", "in", [vals["series_id"] for vals in vals_list])], ["series_id", "series_index"])}
        self.sudo().create([vals for vals in vals_list if (vals["series_id"], vals["series_index"]) not in have])

    def _prepare_next(self, first, index):
        """Values of one series' task with a number, or None past its end."""
        self.ensure_one()
        anchor, zone = self.series_anchor_id or first, self.company_id._service_tz()
        # one that repeats no more itself has its plan alone
        kept = "series" if anchor.series_day else "planned"
        day = anchor.series_day or anchor._get_planned_day()
        start, stop = anchor[f"{kept}_start"], anchor[f"{kept}_stop"]
        deadline = anchor.series_deadline if anchor.series_day else anchor.date_deadline
        due = self._get_series_date(day, index - (anchor.series_index or 0))
        if self.repeat_until and due > self.repeat_until:
            return None
        vals = {**self.copy_data()[0], "series_id": first.id, "series_index": index, "series_anchor_id": anchor.id,
                "state": "open", "parent_id": self.parent_id.id, **self._prepare_next_people()}
        if start:
            begin = on_day(start, due, zone)
            vals.update(
                planned_start=begin, planned_stop=stop and begin + (stop - start),
                date_deadline=deadline and due + (deadline - day))
        else:
            # where one of the series was planned at an hour, the others are not
            vals.update(planned_start=False, planned_stop=False, date_deadline=due)
        return vals

    def _prepare_next_people(self):
        """Who does the next task of one series, and for whom: nobody who left."""
        company = self.company_id
        performer = self.user_id and (self.user_id | self.requester_id)._get_here()
        requester = self.requester_id and (
            company._get_someone_here(self.requester_id) or self.env.user._get_here() or self.requester_id)
        return {"user_id": performer.id, "requester_id": requester.id}

    def _get_series_date(self, first, index):
        """The date of the task that follows one of a series.

        On working days, it is the first one of the rhythm after the day on which this task was to be, moved by the
        calendar as it is now. Dates that were moved to that day are one with it: a daily task goes from Friday to
        Monday, and is there once. It is not counted up from the first: whenever a day of the past becomes one off, or
        a working one, the number of tasks that there were until now would lead to another day.

        :param first: the day from which the dates are counted
        :param index: how many tasks after that it is
        """
        number, unit = self.repeat_number, self.repeat_unit
        if not self.repeat_working_days:
            return nth_date(first, index, number, unit)
        _n, due = next_date(first, self.series_day or self._get_planned_day(), number, unit)
        if not self.company_id.resource_calendar_id:
            return due
        return next(iter(self.company_id._get_working_days(due, due + LONGEST_LEAVE)), due)

    @api.ondelete(at_uninstall=False)
    def _check_not_first(self):
        # the dates of the others are counted from it
        following = self.with_context(active_test=False).sudo().search(
            ["|", ("series_id", "in", self.ids), ("series_anchor_id", "in", self.ids), ("id", "not in", self.ids)],
            limit=1)
        if following:
            raise UserError(self.env._(
                "Task %(task)s is the first of a series, and the others are counted from it: archive it instead.",
                task=(following.series_id & self or following.series_anchor_id).name))
