from collections.abc import Collection
from datetime import timedelta
from urllib.parse import quote

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# how far the reader's day of a planned hour may be from that of the company's place, for which the index stands
FARTHEST = timedelta(days=2)
DAY = (SQL("time '08:00'"), SQL("time '18:00'"))    # what core's own all-day entries span


def days_from(today):
    """What the groups of a day begin and end with: (today, tomorrow, the Sunday of this week)."""
    return today, today + timedelta(days=1), today + timedelta(days=6 - today.weekday())


class CrmMyWork(models.Model):
    """*Moje zadania*: open tasks and service orders in one list, mine and those that I handed to others.

    The sources are models with ``crm.assignment.mixin``.
    """

    _name = "crm.my.work"
    _description = "My Task"
    _inherit = ["crm.source.view"]
    _auto = False
    _order = "bucket, priority desc, date_nearest, planned_start, id"
    _depends = {
        "crm.task": ["active", "name", "partner_id", "person_id", "user_id", "requester_id", "planned_start",
                     "planned_stop", "date_deadline", "date_nearest", "state", "is_open", "priority", "company_id",
                     "project_id", "type_id"],
        "crm.service.order": ["active", "name", "partner_id", "person_id", "address_id", "user_id", "requester_id",
                              "planned_start", "planned_stop", "date_deadline", "date_nearest", "state", "is_open",
                              "priority", "company_id", "project_id"],
    }

    kind = fields.Selection(selection_add=[("task", "Task"), ("order", "Service order")])
    task_id = fields.Many2one("crm.task", readonly=True)
    order_id = fields.Many2one("crm.service.order", string="Service Order", readonly=True)
    name = fields.Char(string="Subject", readonly=True)
    type_id = fields.Many2one("crm.task.type", string="Task Type", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Contractor", readonly=True)
    person_id = fields.Many2one("res.partner", readonly=True)
    address_id = fields.Many2one("res.partner", string="Place", readonly=True)
    user_id = fields.Many2one("res.users", string="Performer", readonly=True)
    requester_id = fields.Many2one("res.users", string="Requested By", readonly=True)
    project_id = fields.Many2one("project.project", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    planned_start = fields.Datetime(readonly=True)
    planned_stop = fields.Datetime(readonly=True)
    date_deadline = fields.Date(string="Deadline", readonly=True)
    date_work = fields.Date(
        string="Date", readonly=True, help="The planned day or the deadline, whichever comes first.")
    date_nearest = fields.Date(string="Day of Work", readonly=True)
    priority = fields.Selection([("0", "Normal"), ("1", "Urgent")], readonly=True)
    state = fields.Selection(selection="_selection_state", readonly=True)
    allday = fields.Boolean(readonly=True)
    calendar_start = fields.Datetime(readonly=True)
    calendar_stop = fields.Datetime(readonly=True)
    # in the order in which a day is planned; the key sorts the groups
    bucket = fields.Selection([
        ("1_overdue", "Overdue"), ("2_today", "Today"), ("3_tomorrow", "Tomorrow"), ("4_week", "This Week"),
        ("5_later", "Later"), ("6_none", "No Date")], string="When", readonly=True)
    subject = fields.Char(
        string="Task or Order", compute="_compute_subject",
        help="Of a task its subject, of an order its number, devices and fault.")
    device_names = fields.Char(string="Devices", compute="_compute_subject")
    fault_text = fields.Char(string="Fault", compute="_compute_subject")
    phone = fields.Char(compute="_compute_phone")
    address = fields.Char(compute="_compute_address")
    map_url = fields.Char(compute="_compute_address")

    # THE ROWS

    @api.model
    def _get_source_fields(self):
        return {**super()._get_source_fields(), "task": "task_id", "order": "order_id"}

    @api.model
    def _selection_state(self):
        """The open states of all sources; where two have the same one, the first source's name counts."""
        states = {}
        for name in self._get_source_fields().values():
            Source = self.env[self._fields[name].comodel_name]
            names = Source._get_state_names()
            states = {**{state: names[state] for state in Source._get_open_states()}, **states}
        return list(states.items())

    @api.model
    def _get_sources(self):
        common = {
            "where": SQL("s.active IS TRUE AND s.is_open IS TRUE"),
            **{name: SQL("s.%s", SQL.identifier(name)) for name in (
                "name", "partner_id", "person_id", "user_id", "requester_id", "project_id", "company_id",
                "planned_start", "planned_stop", "date_deadline", "date_nearest", "priority", "state")}}
        return {
            **super()._get_sources(),
            "task": {
                **common, "from": SQL("crm_task s"), "type_id": SQL("s.type_id"), "address_id": SQL("s.partner_id")},
            "order": {**common, "from": SQL("crm_service_order s"), "address_id": SQL("s.address_id")},
        }

    @api.model
    def _get_derived_columns(self):
        start, stop = DAY
        day = SQL("LEAST(w.date_deadline, %s)", self._get_planned_sql())
        buckets = SQL(" ").join(
            SQL("WHEN %s THEN %s", condition, bucket) for bucket, condition in self._get_buckets(day).items())
        return {
            **super()._get_derived_columns(),
            "date_work": day,
            "allday": SQL("w.planned_start IS NULL"),
            "calendar_start": SQL("COALESCE(w.planned_start, w.date_deadline + %s)", start),
            "calendar_stop": SQL("COALESCE(w.planned_stop, w.planned_start, w.date_deadline + %s)", stop),
            "bucket": SQL("CASE %s ELSE '5_later' END", buckets),
        }

    @api.model
    def _get_buckets(self, day):
        """The conditions of the groups of a day, the first one that holds counts; the rest comes later.

        Late is what has a deadline that is past, or no deadline and a planned day that is. What was planned for a day
        that is past, and may still be done in time, stands under *Today*.

        :param day: SQL of the row's day
        :return: {value of ``bucket``: SQL}
        """
        planned = self._get_planned_sql()
        today, tomorrow, sunday = (
            SQL("(w.date_deadline <= %s OR %s <= %s)", self._get_day_sql(place), planned,
                days_from(fields.Date.context_today(self))[place])
            for place in range(3))
        return {
            "6_none": SQL("%s IS NULL", day),
            "1_overdue": SQL(
                "CASE WHEN w.date_deadline IS NULL THEN %s < %s ELSE w.date_deadline < %s END", planned,
                fields.Date.context_today(self), self._get_day_sql(0)),
            "2_today": today,
            "3_tomorrow": tomorrow,
            "4_week": sunday,
        }

    @api.model
    def _get_planned_sql(self):
        """SQL of the planned day of the row ``w``, as the reader's clock has it."""
        return SQL("(w.planned_start AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", self.env.tz.zone)

    @api.model
    def _get_day_sql(self, place):
        """SQL of a day with which the deadline of the row ``w`` is compared: it is the company's.

        :param place: of the day in what :func:`days_from` gives
        """
        own = days_from(fields.Date.context_today(self))[place]
        others = [
            (days_from(today)[place], companies) for today, companies in self._get_company_days().items()]
        cases = [
            SQL("WHEN w.company_id IN %s THEN %s", tuple(companies.ids), day)
            for day, companies in others if day != own]
        return SQL("CASE %s ELSE %s END", SQL(" ").join(cases), own) if cases else SQL("%s", own)

    @api.model
    def _get_company_days(self):
        """Today at the places of the companies in sight: {date: companies}."""
        # sudo: what day it is somewhere is no secret
        return self.env["res.company"]._get_in_sight().sudo().grouped(lambda company: company._service_today())

    @api.model
    def _get_bucket_days(self):
        """Between which days the rows of a group are at most: {value of ``bucket``: (first, last)}, None without end.

        An index finds them by it; which of them belong to the group, its condition says.
        """
        days = [days_from(today) for today in {fields.Date.context_today(self), *self._get_company_days()}]
        _today, tomorrow, _sunday = map(min, *days) if len(days) > 1 else days[0]
        last, last_tomorrow, sunday = map(max, *days) if len(days) > 1 else days[0]
        return {
            # what is planned for a day that is past may be due much later
            "1_overdue": (None, last), "2_today": (None, last), "3_tomorrow": (tomorrow, last_tomorrow),
            "4_week": (tomorrow, sunday), "5_later": (tomorrow, None)}

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, **options):
        domain = Domain(domain).map_conditions(self._add_days)
        return super()._search(domain, offset, limit, order, **options)

    @api.model
    def _add_days(self, condition):
        """A condition on the groups, with one on the stored day."""
        if condition.field_expr != "bucket" or condition.operator not in ("=", "in") or not condition.value:
            return condition
        value = condition.value
        buckets = list(value) if isinstance(value, Collection) and not isinstance(value, str) else [value]
        known, days = self._get_bucket_days(), []
        for bucket in buckets:
            if bucket == "6_none":
                days.append(Domain("date_nearest", "=", False))
            elif isinstance(bucket, str) and bucket in known:
                first, last = known[bucket]
                days.append(
                    (Domain("date_nearest", ">=", first - FARTHEST) if first else Domain("date_nearest", "!=", False))
                    & (Domain("date_nearest", "<=", last + FARTHEST) if last else Domain.TRUE))
            else:
                return condition
        # PostgreSQL takes an expression that is equal to something for rare, and would read and sort all that it finds
        return Domain.OR(days) & Domain.custom(to_sql=lambda _model, alias, _query: SQL(
            "COALESCE(%s IN %s, FALSE)", SQL.identifier(alias, "bucket"), tuple(buckets)))

    @api.depends("name", "order_id")
    def _compute_subject(self):
        for row in self:
            order = row.order_id
            row.device_names, row.fault_text = order.device_names, order.fault_text
            about = ": ".join(filter(None, [row.device_names, row.fault_text]))
            row.subject = " – ".join(filter(None, [row.name, about]))

    @api.depends("partner_id", "person_id")
    def _compute_phone(self):
        # of all that a contact has; their names are shown beside
        (self.partner_id | self.person_id).fetch(["name", "complete_name", "phone"])
        for row in self:
            row.phone = row.person_id.phone or row.partner_id.phone

    @api.depends("address_id")
    def _compute_address(self):
        for row in self:
            place = row.address_id
            # the contractor's name stands beside; before the street it would push that off a phone's screen
            row.address = ", ".join(filter(None, [
                place.street, place.street2, " ".join(filter(None, [place.zip, place.city]))]))
            # the phone's own choice of a map
            row.map_url = f"geo:0,0?q={quote(row.address)}" if row.address else False

    # WHAT IS DONE WITH THEM

    @api.readonly
    def action_open(self):
        """Open the task or order of one row."""
        return self._get_source().get_formview_action()

    def action_done(self):
        """Finish the task of one row, asking for its event, or complete its order.

        :raises UserError: something of the order is open; says what
        """
        return self._get_source().action_open_done()

    def action_take(self):
        """Take tasks and orders over."""
        for sources in self._group_sources():
            sources.action_take()
        return True

    def action_postpone(self, days: int = 1):
        """Move tasks and orders by a number of days (*Przełóż*); what is late, from today.

        :raises UserError: one of them is closed meanwhile
        """
        for sources in self._group_sources():
            sources.action_postpone(days)
        return True

    def action_postpone_week(self):
        """Move tasks and orders by a week."""
        return self.action_postpone(7)
