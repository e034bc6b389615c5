from odoo import api, fields, models

from ..common.actions import open_dialog, open_list
from ..common.readable import copy_readable
from .project import COST, FOR_OPERATORS, FOR_TECHNICIANS


class UtmCampaign(models.Model):
    """Odoo's campaign as what groups projects: what it is for, what it costs and what it brings."""

    _name = "utm.campaign"
    _inherit = ["utm.campaign", "crm.history.mixin"]

    goal = fields.Text()
    date_start = fields.Date(string="From Date")
    date_end = fields.Date(string="To Date")
    project_ids = fields.One2many("project.project", "campaign_id", string="Projects")
    project_count = fields.Integer(compute="_compute_crm_counts", groups=FOR_TECHNICIANS)
    crm_task_count = fields.Integer(compute="_compute_crm_counts", groups=FOR_TECHNICIANS)
    crm_event_count = fields.Integer(compute="_compute_crm_counts", groups=FOR_TECHNICIANS)
    budget = fields.Monetary(groups=FOR_OPERATORS, copy=False)
    other_cost = fields.Monetary(
        groups=FOR_OPERATORS, copy=False, help="What no order bears: advertising, leaflets, a stand.")
    cost = fields.Monetary(
        compute="_compute_effectiveness", groups=COST,
        help="Other costs, the parts in the orders, and the confirmed documents linked as cost, less vendors' credit "
             "notes.")
    revenue = fields.Monetary(
        compute="_compute_effectiveness", groups=FOR_OPERATORS,
        help="Of the confirmed documents linked as revenue to the tasks, events and orders of the campaign and its "
             "projects, less refunds, and what is to bill of the orders that have none, or refunds alone.")
    effectiveness = fields.Float(
        compute="_compute_effectiveness", groups=COST, aggregator=None,
        help="(revenue − cost) / cost; empty while there is no cost.")
    is_over_budget = fields.Boolean(compute="_compute_effectiveness", groups=COST)

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
        if not Order.has_access("read"):
            # a keeper reads what parts cost, and no orders
            self.update({"cost": 0.0, "revenue": 0.0, "effectiveness": 0.0, "is_over_budget": False})
            return
        orders = Order.search([
            ("state", "!=", "cancelled"), "|", ("campaign_id", "in", self.ids),
            "&", ("campaign_id", "=", False), ("project_id.campaign_id", "in", self.ids),
        ]).grouped(lambda order: order.campaign_id or order.project_id.campaign_id)
        Link = self.env["crm.document.link"]
        links = Link._get_group_links("campaign_id", self)
        for campaign in self:
            value, cost = orders.get(campaign, Order)._get_totals(
                links.get(campaign, Link), campaign.currency_id or self.env.company.currency_id)
            # sudo: the plan is the operators' to read, what came of it also whoever reads what parts cost
            planned = campaign.sudo()
            cost += planned.other_cost
            campaign.revenue, campaign.cost = value, cost
            campaign.effectiveness = (value - cost) / cost if cost else 0.0
            campaign.is_over_budget = bool(planned.budget and cost > planned.budget)

    @api.constrains("company_id")
    def _check_projects_company(self):
        # sudo: projects that are out of sight count too
        self.sudo().with_context(active_test=False).project_ids._check_campaign_company()

    @api.model
    def _make_crm_stages(self):
        """Stages after the first one, which is all that core has: where nobody made any, and Email Marketing, whose
        campaigns they would be as well, brings none of its own."""
        Stage = self.env["utm.stage"]
        if "mailing.mailing" not in self.env and Stage.search_count([], limit=2) < 2:
            Stage._load_records([
                {"xml_id": f"crm_enova_like.utm_stage_{name}", "noupdate": True,
                 "values": {"name": title, "sequence": sequence}}
                for name, title, sequence in (("running", "In Progress", 20), ("closed", "Finished", 30))])

    def _is_open_to(self, company):
        """Whether one campaign, or none, may be that of a company's records.

        sudo: whose campaign it is; our rule hides other companies', and a project that is shared may name one
        """
        return self.sudo().company_id in (company, self.env["res.company"])

    def copy_data(self, default=None):
        return copy_readable(self, super().copy_data(default), ["budget", "other_cost"], default)

    # WHERE THE BUTTONS LEAD

    def _get_crm_action(self, xml_id):
        self.ensure_one()
        return open_list(
            self.env, xml_id, [("campaign_id", "=", self.id)], {"default_campaign_id": self.id})

    def action_view_crm_projects(self):
        """The projects of one campaign."""
        action = self._get_crm_action("crm_enova_like.action_crm_project")
        # of the register, too, where a project administrator makes one
        action["context"] |= {"default_is_crm_project": True, "default_privacy_visibility": "employees"}
        return action

    def action_view_crm_tasks(self):
        """The tasks of one campaign."""
        return self._get_crm_action("crm_enova_like.action_crm_task")

    def action_view_crm_events(self):
        """The events of one campaign."""
        return self._get_crm_action("crm_enova_like.action_crm_event")

    def action_open_contractors(self):
        """Choose the contractors who get a project each."""
        self.ensure_one()
        return open_dialog(
            self.env, "crm.campaign.wizard", self.env._("Contractors of the campaign"),
            {"default_campaign_id": self.id})


class UtmMixin(models.AbstractModel):
    _inherit = "utm.mixin"

    @api.model
    def _get_unique_names(self, model_name, names):
        # sudo: the identifiers of campaigns are unique in the database, and our rule hides other companies'
        mixin = self.sudo() if model_name == "utm.campaign" else self
        return super(UtmMixin, mixin)._get_unique_names(model_name, names)
