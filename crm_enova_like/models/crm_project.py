from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .crm_document_link import SOURCES

OPERATORS = "crm_enova_like.group_user"
TECHNICIANS = "crm_enova_like.group_technician"


class CrmServiceOrder(models.Model):
    _inherit = "crm.service.order"

    @api.onchange("project_id")
    def _onchange_project_id(self):
        # as with tasks and events: what is chosen already stays
        self.partner_id = self.partner_id or self.project_id.partner_id.commercial_partner_id
        campaign = self.project_id.campaign_id
        if not self.campaign_id and campaign.sudo().company_id in (self.company_id, self.env["res.company"]):
            self.campaign_id = campaign

    def _get_totals(self, links, currency):
        """What orders bring and what they cost, with the documents linked to them, in one currency.

        What a confirmed document bills of an order counts in place of what its lines say; a linked cost comes on
        top of the parts.

        :param links: crm.document.link records of these orders, and of tasks and events beside them
        :return: (value, cost)
        """
        value, cost = links._get_total(currency)
        billed = links.filtered(lambda link: link.role == "revenue" and link.is_counted).order_id
        today = fields.Date.context_today(self)
        for order in self:
            to_bill = 0.0 if order in billed else order.amount_billable
            rate = 1.0
            if currency and order.currency_id != currency:
                rate = order.currency_id._get_conversion_rate(order.currency_id, currency, order.company_id, today)
            value, cost = value + to_bill * rate, cost + order.total_cost * rate
        return value, cost


class CrmDocumentLink(models.Model):
    _inherit = "crm.document.link"

    @api.model
    def _get_group_links(self, field, groups):
        """The links with a role of the tasks, events and orders of projects or campaigns.

        :param field: "project_id" or "campaign_id"
        :return: {project or campaign: links}
        """
        paths = [f"{source}.{field}" for source in SOURCES]
        if field == "campaign_id":
            # what names no campaign is its project's
            paths += [f"{source}.project_id.{field}" for source in SOURCES]
        links = self.search(
            Domain("role", "!=", "none") & Domain.OR(Domain(path, "in", groups.ids) for path in paths))

        def group(link):
            source = link._get_source()
            return source.project_id if field == "project_id" else source.campaign_id or source.project_id.campaign_id

        return links.grouped(group)


class ProjectProject(models.Model):
    """Odoo's project as what groups our tasks, events and orders towards one goal."""

    _inherit = "project.project"

    goal = fields.Text(tracking=True)
    campaign_id = fields.Many2one(
        "utm.campaign", index="btree_not_null", ondelete="restrict", tracking=True,
        domain="['|', ('company_id', '=', False), ('company_id', '=?', company_id)]")
    crm_task_ids = fields.One2many("crm.task", "project_id", string="Tasks to Do", groups=TECHNICIANS)
    crm_event_ids = fields.One2many("crm.event", "project_id", string="Events", groups=TECHNICIANS)
    service_order_ids = fields.One2many(
        "crm.service.order", "project_id", string="Service Orders", groups=TECHNICIANS)
    crm_task_count = fields.Integer(string="CRM Tasks", compute="_compute_crm_counts", groups=TECHNICIANS)
    crm_event_count = fields.Integer(string="Number of Events", compute="_compute_crm_counts", groups=TECHNICIANS)
    service_order_count = fields.Integer(
        string="Number of Orders", compute="_compute_crm_counts", groups=TECHNICIANS)
    progress = fields.Float(
        compute="_compute_progress", groups=TECHNICIANS, aggregator=None,
        help="Tasks that are done, of those that were not cancelled.")
    planned_value = fields.Monetary(groups=OPERATORS, tracking=True)
    real_value = fields.Monetary(
        compute="_compute_real_value", groups=OPERATORS,
        help="Of the confirmed documents linked as revenue to its tasks, events and orders, and what is to bill of the "
             "orders that have none.")
    real_cost = fields.Monetary(
        compute="_compute_real_value", groups=OPERATORS,
        help="Of the parts in its orders, and of the confirmed documents linked as cost.")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_crm_counts(self):
        for model, name in (
                ("crm.task", "crm_task_count"), ("crm.event", "crm_event_count"),
                ("crm.service.order", "service_order_count")):
            counts = dict(self.env[model]._read_group([("project_id", "in", self.ids)], ["project_id"], ["__count"]))
            for project in self:
                project[name] = counts.get(project, 0)

    @api.depends_context("uid", "allowed_company_ids")
    @api.depends("crm_task_ids.state")
    def _compute_progress(self):
        counts = self.env["crm.task"]._read_group(
            [("project_id", "in", self.ids), ("state", "!=", "cancelled")], ["project_id", "state"], ["__count"])
        for project in self:
            own = [(state, count) for other, state, count in counts if other == project]
            total = sum(count for _state, count in own)
            project.progress = 100.0 * dict(own).get("done", 0) / total if total else 0.0

    @api.depends_context("uid", "allowed_company_ids")
    @api.depends("service_order_ids.line_ids.subtotal", "service_order_ids.state", "company_id")
    def _compute_real_value(self):
        Order = self.env["crm.service.order"]
        orders = Order.search([("project_id", "in", self.ids), ("state", "!=", "cancelled")]).grouped("project_id")
        Link = self.env["crm.document.link"]
        links = Link._get_group_links("project_id", self)
        for project in self:
            project.real_value, project.real_cost = orders.get(project, Order)._get_totals(
                links.get(project, Link), project.currency_id)

    @api.constrains("campaign_id", "company_id")
    def _check_campaign_company(self):
        for project in self.filtered("company_id"):
            company = project.campaign_id.sudo().company_id
            if company and company != project.company_id:
                raise ValidationError(self.env._(
                    "Project %(project)s and campaign %(campaign)s belong to different companies.",
                    project=project.name, campaign=project.campaign_id.sudo().display_name))

    # WHERE THE BUTTONS LEAD

    def _get_crm_action(self, xml_id):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        context = {
            "default_project_id": self.id, "default_partner_id": self.partner_id.commercial_partner_id.id,
            "default_campaign_id": self.campaign_id.id}
        if self.company_id:
            context["default_company_id"] = self.company_id.id
        action.update(domain=[("project_id", "=", self.id)], context=context)
        return action

    def action_view_crm_tasks(self):
        """Our tasks of one project."""
        return self._get_crm_action("crm_enova_like.action_crm_task")

    def action_view_crm_events(self):
        """The events of one project."""
        return self._get_crm_action("crm_enova_like.action_crm_event")

    def action_log_crm_event(self):
        """Note an event of one project, in a form that is filled in."""
        return self.env["crm.event"]._get_new_action(
            self._get_crm_action("crm_enova_like.action_crm_event")["context"])

    def action_view_service_orders(self):
        """The service orders of one project."""
        return self._get_crm_action("crm_enova_like.action_crm_service_order")


class UtmCampaign(models.Model):
    """Odoo's campaign as what groups projects: what it is for, what it costs and what it brings."""

    _inherit = "utm.campaign"

    goal = fields.Text()
    date_start = fields.Date(string="From")
    date_end = fields.Date(string="To")
    project_ids = fields.One2many("project.project", "campaign_id", string="Projects")
    project_count = fields.Integer(compute="_compute_crm_counts", groups=TECHNICIANS)
    crm_task_count = fields.Integer(compute="_compute_crm_counts", groups=TECHNICIANS)
    crm_event_count = fields.Integer(compute="_compute_crm_counts", groups=TECHNICIANS)
    budget = fields.Monetary(groups=OPERATORS)
    other_cost = fields.Monetary(groups=OPERATORS, help="What no order bears: advertising, leaflets, a stand.")
    cost = fields.Monetary(
        compute="_compute_effectiveness", groups=OPERATORS,
        help="Other costs, the parts in the orders, and the confirmed documents linked as cost.")
    revenue = fields.Monetary(
        compute="_compute_effectiveness", groups=OPERATORS,
        help="Of the confirmed documents linked as revenue to the tasks, events and orders of the campaign and its "
             "projects, and what is to bill of the orders that have none.")
    effectiveness = fields.Float(
        compute="_compute_effectiveness", groups=OPERATORS, aggregator=None,
        help="(revenue − cost) / cost; empty while there is no cost.")
    is_over_budget = fields.Boolean(compute="_compute_effectiveness", groups=OPERATORS)

    _dates_order = models.Constraint(
        "CHECK(date_end IS NULL OR date_start IS NULL OR date_end >= date_start)",
        "A campaign cannot end before it begins.")
    _money_positive = models.Constraint(
        "CHECK(COALESCE(budget, 0) >= 0 AND COALESCE(other_cost, 0) >= 0)",
        "The budget and the costs of a campaign cannot be negative.")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_crm_counts(self):
        for model, name in (
                ("project.project", "project_count"), ("crm.task", "crm_task_count"),
                ("crm.event", "crm_event_count")):
            counts = dict(self.env[model]._read_group(
                [("campaign_id", "in", self.ids)], ["campaign_id"], ["__count"]))
            for campaign in self:
                campaign[name] = counts.get(campaign, 0)

    @api.depends_context("uid", "allowed_company_ids")
    @api.depends("other_cost", "budget", "company_id")
    def _compute_effectiveness(self):
        Order = self.env["crm.service.order"]
        orders = Order.search([
            ("state", "!=", "cancelled"), "|", ("campaign_id", "in", self.ids),
            "&", ("campaign_id", "=", False), ("project_id.campaign_id", "in", self.ids),
        ]).grouped(lambda order: order.campaign_id or order.project_id.campaign_id)
        Link = self.env["crm.document.link"]
        links = Link._get_group_links("campaign_id", self)
        for campaign in self:
            value, cost = orders.get(campaign, Order)._get_totals(
                links.get(campaign, Link), campaign.currency_id or self.env.company.currency_id)
            campaign.revenue, campaign.cost = value, cost + campaign.other_cost
            campaign.effectiveness = (value - campaign.cost) / campaign.cost if campaign.cost else 0.0
            campaign.is_over_budget = bool(campaign.budget and campaign.cost > campaign.budget)

    @api.constrains("company_id")
    def _check_projects_company(self):
        self.sudo().with_context(active_test=False).project_ids._check_campaign_company()

    # WHERE THE BUTTONS LEAD

    def _get_crm_action(self, xml_id):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        action.update(domain=[("campaign_id", "=", self.id)], context={"default_campaign_id": self.id})
        return action

    def action_view_crm_projects(self):
        """The projects of one campaign."""
        return self._get_crm_action("crm_enova_like.action_crm_project")

    def action_view_crm_tasks(self):
        """The tasks of one campaign."""
        return self._get_crm_action("crm_enova_like.action_crm_task")

    def action_view_crm_events(self):
        """The events of one campaign."""
        return self._get_crm_action("crm_enova_like.action_crm_event")

    def action_open_contractors(self):
        """Choose the contractors who get a project each."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "name": self.env._("Contractors of the campaign"),
            "res_model": "crm.campaign.wizard", "view_mode": "form", "views": [(False, "form")], "target": "new",
            "context": {"default_campaign_id": self.id}}


class UtmMixin(models.AbstractModel):
    _inherit = "utm.mixin"

    @api.model
    def _get_unique_names(self, model_name, names):
        # the identifiers of campaigns are unique in the database, and our rule hides other companies'
        mixin = self.sudo() if model_name == "utm.campaign" else self
        return super(UtmMixin, mixin)._get_unique_names(model_name, names)
