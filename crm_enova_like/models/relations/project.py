from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .document_link import SOURCES

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
