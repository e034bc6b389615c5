from odoo import api, fields, models
from odoo.tools import SQL

from ..common.actions import open_dialog, open_list
from .calendar_mixin import CALENDAR_LATER
from .document_link_rw import COST


class CrmServiceOrder(models.Model):
    """What an order has to do with tasks, events, projects, linked documents and the calendar."""

    _name = "crm.service.order"
    _inherit = ["crm.service.order", "crm.calendar.mixin", "crm.linked.mixin"]

    task_ids = fields.One2many("crm.task", "order_id", string="Tasks")
    event_ids = fields.One2many("crm.event", "order_id", string="Events")
    task_count = fields.Integer(compute="_compute_action_counts")
    event_count = fields.Integer(compute="_compute_action_counts")
    document_link_ids = fields.One2many(
        "crm.document.link", "order_id", string="Documents", domain=[("is_cancelled", "=", False)])

    # My tasks, which keep their own order; the number of a group's rows is read from the index alone
    _work_idx = models.Index(
        "(priority DESC, date_nearest, planned_start, id) INCLUDE (user_id, requester_id, company_id, date_deadline) "
        "WHERE active IS TRUE AND is_open IS TRUE")
    _work_user_idx = models.Index(
        "(user_id, priority DESC, date_nearest, planned_start, id) INCLUDE (requester_id, company_id, date_deadline) "
        "WHERE active IS TRUE AND is_open IS TRUE")
    _work_requester_idx = models.Index(
        "(requester_id, priority DESC, date_nearest, planned_start, id) INCLUDE (user_id, company_id, date_deadline) "
        "WHERE active IS TRUE AND is_open IS TRUE")
    _work_queue_idx = models.Index(
        "(priority DESC, date_nearest, planned_start, id) INCLUDE (company_id, date_deadline) "
        "WHERE active IS TRUE AND is_open IS TRUE AND user_id IS NULL")

    @api.model_create_multi
    def create(self, vals_list):
        # an order that comes closed has no entry in the calendar
        creating = self.with_context(**{CALENDAR_LATER: True})
        orders = super(CrmServiceOrder, creating).create(vals_list).with_env(self.env)
        orders._check_performers_here()
        orders._sync_calendar()
        return orders

    def write(self, vals):
        handed = self._filter_handed(vals)
        result = super().write(vals)
        handed._check_performers_here()
        return result

    @api.model
    def _get_seldom_fields(self):
        return super()._get_seldom_fields() | {"document_link_ids", "task_ids", "event_ids"}

    def _compute_action_counts(self):
        names = {"task_count": "task_ids", "event_count": "event_ids"}
        # both at once: the form asks after each press
        queries = [query for name, linked in names.items() if (query := self._get_count_query(name, linked))]
        counts = {(name, order_id): count for name, order_id, count in self.env.execute_query(
            SQL(" UNION ALL ").join(queries))} if queries else {}
        for order in self:
            for name in names:
                order[name] = counts.get((name, order.id), 0)

    def _get_count_query(self, name, linked):
        """SQL that counts, for each order, what a field holds that the user may read: (name, id of the order, number).

        :return: SQL; None where there is nothing to count
        """
        asked = self.filtered(lambda order: not order._is_noted_empty(linked))
        Model = self.env[self._fields[linked].comodel_name]
        query = Model._search([("order_id", "in", asked.ids)])
        if query.is_empty():
            return None
        order_id = Model._field_to_sql(query.table, "order_id", query)
        query.groupby, query.order = order_id, None
        return query.select(SQL("%s", name), order_id, SQL("COUNT(*)"))

    @api.model
    def _get_calendar_fields(self):
        return super()._get_calendar_fields() | {"stage_id"}

    # TASKS AND EVENTS

    def _get_action_defaults(self):
        """What a new task or event of one order begins with."""
        self.ensure_one()
        return {
            "default_order_id": self.id, "default_partner_id": self.partner_id.id,
            "default_person_id": self.person_id.id, "default_project_id": self.project_id.id,
            "default_device_id": self.main_device_id.id, "default_company_id": self.company_id.id}

    def action_view_tasks(self):
        """The tasks of one order."""
        return open_list(
            self.env, "crm_enova_like.action_crm_task", [("order_id", "=", self.id)], self._get_action_defaults())

    def action_view_events(self):
        """The events of one order."""
        return open_list(
            self.env, "crm_enova_like.action_crm_event", [("order_id", "=", self.id)], self._get_action_defaults())

    def action_log_crm_event(self):
        """Note an event about one order, in a form that is filled in."""
        return self.env["crm.event"]._get_new_action(self._get_action_defaults())

    def action_plan_visit(self):
        """*Plan next visit*: a task of the shipped type, in a form that is filled in."""
        self.ensure_one()
        visit = self.env.ref("crm_enova_like.task_type_visit", raise_if_not_found=False)
        return open_dialog(self.env, "crm.task", self.env._("Plan next visit"), {
            **self._get_action_defaults(), "default_type_id": visit.id if visit else False,
            "default_name": self.env._("Service visit: %(order)s", order=self.name),
            "default_user_id": (self.user_id._get_here() or self.env.user).id})

    # PROJECTS

    @api.onchange("project_id")
    def _onchange_project_id(self):
        # as with tasks and events: what is chosen already stays
        self.partner_id = self.partner_id or self.project_id.partner_id.commercial_partner_id
        campaign = self.project_id.campaign_id
        if not self.campaign_id and campaign._is_open_to(self.company_id):
            self.campaign_id = campaign

    def _get_own_cost(self):
        # the same number as beside the lines
        return self.total_cost if self.env.su or self.env.user.has_group(COST) else 0.0

    def _get_totals(self, links, currency):
        """What orders bring and what they cost, with the documents linked to them, in one currency.

        What a confirmed document bills of an order counts in place of what its lines say; a linked cost comes on
        top of the parts. What is linked to a task or event of an order bills that order. A refund bills nothing: an
        order that has none but refunds still has its lines to bill, less what was given back.

        :param links: crm.document.link records of these orders, and of tasks and events beside them
        :return: (value, cost)
        """
        value, cost = links._get_total(currency)
        billed = links.filtered(
            lambda link: link.role == "revenue" and link.is_counted and link.amount >= 0)._get_orders()
        # sudo: of all parts at once, whoever reads totals; what each cost is a right of its own
        for order, costed in zip(self, self.sudo(), strict=True):
            to_bill = 0.0 if order in billed else order.amount_billable
            rate = 1.0
            if currency and order.currency_id != currency:
                rate = order.currency_id._get_conversion_rate(
                    order.currency_id, currency, order.company_id, order.company_id._service_today())
            value, cost = value + to_bill * rate, cost + costed.total_cost * rate
        return value, cost
