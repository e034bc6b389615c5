import functools
from datetime import timedelta
from urllib.parse import quote

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..order.stage import OPEN_STATES
from .task import OPEN_TASK_STATES, TASK_STATES

# in the order in which a day is planned; the key sorts the groups
BUCKETS = [
    ("1_overdue", "Overdue"), ("2_today", "Today"), ("3_tomorrow", "Tomorrow"), ("4_week", "This Week"),
    ("5_later", "Later"), ("6_none", "No Date")]


STATES = TASK_STATES[:2] + [("new", "New"), ("accepted", "Accepted"), ("waiting", "Waiting")]


class CrmMyWork(models.Model):
    """*Moje zadania*: open tasks and service orders in one list, mine and
    those that I handed to others.

    A row is its source: whoever may not read the source does not find, count,
    group, export or read the row. That is done in ``_search`` and
    ``_check_access``, since the domain of a record rule is evaluated with sudo
    and would let through what the source's own rules hide.
    """

    _name = "crm.my.work"
    _description = "My Task"
    _auto = False
    _order = "bucket, priority desc, date_deadline, planned_start, id"
    _depends = {
        "crm.task": ["active", "name", "partner_id", "person_id", "user_id", "requester_id", "planned_start",
                     "planned_stop", "date_deadline", "state", "priority", "company_id", "project_id", "type_id"],
        "crm.service.order": ["active", "name", "partner_id", "person_id", "address_id", "user_id", "requester_id",
                              "planned_start", "planned_stop", "date_deadline", "state", "priority", "company_id",
                              "project_id"],
    }

    task_id = fields.Many2one("crm.task", readonly=True)
    order_id = fields.Many2one("crm.service.order", string="Service Order", readonly=True)
    res_model = fields.Char(string="Source Model", readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", string="Source", readonly=True)
    kind = fields.Selection([("task", "Task"), ("order", "Service order")], readonly=True)
    name = fields.Char(string="Subject", readonly=True)
    type_id = fields.Many2one("crm.task.type", string="Task Type", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Contractor", readonly=True)
    person_id = fields.Many2one("res.partner", string="Person", readonly=True)
    address_id = fields.Many2one("res.partner", string="Place", readonly=True)
    user_id = fields.Many2one("res.users", string="Performer", readonly=True)
    requester_id = fields.Many2one("res.users", string="Requested By", readonly=True)
    project_id = fields.Many2one("project.project", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    planned_start = fields.Datetime(readonly=True)
    planned_stop = fields.Datetime(readonly=True)
    date_deadline = fields.Date(string="Deadline", readonly=True)
    date_work = fields.Date(string="Date", readonly=True, help="The deadline, or the planned day where there is none.")
    priority = fields.Selection([("0", "Normal"), ("1", "Urgent")], readonly=True)
    state = fields.Selection(STATES, readonly=True)
    # what core's own all-day entries span
    allday = fields.Boolean(readonly=True)
    calendar_start = fields.Datetime(readonly=True)
    calendar_stop = fields.Datetime(readonly=True)
    bucket = fields.Selection(BUCKETS, string="When", readonly=True)
    phone = fields.Char(compute="_compute_contact")
    address = fields.Char(compute="_compute_contact")
    map_url = fields.Char(compute="_compute_contact")

    @property
    def _table_query(self):
        today = fields.Date.context_today(self)
        sunday = today + timedelta(days=6 - today.weekday())
        return SQL(
            """
            SELECT w.*, w.planned_start IS NULL AS allday,
                   COALESCE(w.planned_start, w.date_deadline + time '08:00') AS calendar_start,
                   COALESCE(w.planned_stop, w.planned_start, w.date_deadline + time '18:00') AS calendar_stop, CASE
                WHEN w.date_work IS NULL THEN '6_none'
                WHEN w.date_work < %(today)s THEN '1_overdue'
                WHEN w.date_work = %(today)s THEN '2_today'
                WHEN w.date_work = %(tomorrow)s THEN '3_tomorrow'
                WHEN w.date_work <= %(sunday)s THEN '4_week'
                ELSE '5_later' END AS bucket
              FROM (
                SELECT t.id * 2 AS id, t.id AS task_id, NULL::integer AS order_id, 'crm.task' AS res_model,
                       t.id AS res_id, 'task' AS kind, t.name, t.type_id, t.partner_id, t.person_id,
                       t.partner_id AS address_id, t.user_id, t.requester_id, t.project_id, t.company_id,
                       t.planned_start, t.planned_stop, t.date_deadline, t.priority, t.state,
                       COALESCE(t.date_deadline,
                                (t.planned_start AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date) AS date_work
                  FROM crm_task t
                 WHERE t.active AND t.state IN %(todo)s
                UNION ALL
                SELECT o.id * 2 + 1, NULL, o.id, 'crm.service.order', o.id, 'order', o.name, NULL, o.partner_id,
                       o.person_id, o.address_id, o.user_id, o.requester_id, o.project_id, o.company_id,
                       o.planned_start, o.planned_stop, o.date_deadline, o.priority, o.state,
                       COALESCE(o.date_deadline,
                                (o.planned_start AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date)
                  FROM crm_service_order o
                 WHERE o.active AND o.state IN %(open)s
              ) w
            """,
            today=today, tomorrow=today + timedelta(days=1), sunday=sunday, zone=self.env.tz.zone,
            todo=tuple(OPEN_TASK_STATES), open=tuple(OPEN_STATES))

    @api.model
    def _get_access_domain(self):
        """The rows whose source the user may read."""
        domains = []
        for field, model in (("task_id", "crm.task"), ("order_id", "crm.service.order")):
            if self.env[model].has_access("read"):
                domains.append(Domain(field, "in", self.env[model]._search(Domain.TRUE, active_test=False)))
        return Domain.OR(domains)

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, *, active_test=True, bypass_access=False):
        if not self.env.su and not bypass_access:
            domain = Domain(domain) & self._get_access_domain()
        return super()._search(
            domain, offset, limit, order, active_test=active_test, bypass_access=bypass_access)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if result or self.env.su or not any(self._ids):
            return result
        # a known id is no key to a row that its source hides
        forbidden = self - self.search([("id", "in", self.ids)])
        if forbidden:
            return forbidden, functools.partial(
                self.env["ir.rule"]._make_access_error, operation, forbidden)
        return None

    @api.depends("partner_id", "person_id", "address_id")
    def _compute_contact(self):
        for row in self:
            row.phone = row.person_id.phone or row.partner_id.phone
            row.address = " ".join((row.address_id.contact_address_inline or "").split())
            # the phone's own choice of a map
            row.map_url = f"geo:0,0?q={quote(row.address)}" if row.address else False

    def _get_source(self):
        """The task or order of one row."""
        self.ensure_one()
        return self.task_id or self.order_id

    def action_open(self):
        """Open the task or order of one row."""
        return self._get_source().get_formview_action()

    def action_done(self):
        """Finish the task of one row, asking for its event, or complete its order.

        :raises UserError: something of the order is open; says what
        """
        self.ensure_one()
        return self.task_id.action_open_done() if self.task_id else self.order_id.action_done()

    def action_take(self):
        """Take tasks and orders over."""
        for row in self:
            row._get_source().action_take()
        return True

    def action_postpone(self, days=1):
        """Move tasks and orders by a number of days (*Przełóż*); what is late, from today.

        :raises UserError: a task is finished or cancelled meanwhile
        """
        self.task_id.action_postpone(days)
        self.order_id._postpone(days)
        return True

    def action_postpone_week(self):
        """Move tasks and orders by a week."""
        return self.action_postpone(7)
