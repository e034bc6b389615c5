from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..common.actions import open_list
from ..common.readable import copy_readable

# whose fields they are; whether somebody is an operator, one group says
FOR_OPERATORS = "crm_enova_like.group_user,crm_enova_like.group_reader"
FOR_TECHNICIANS = "crm_enova_like.group_technician,crm_enova_like.group_reader"
COST = "crm_enova_like.group_cost"


class ProjectProject(models.Model):
    """Odoo's project as what groups our tasks, events and orders towards one goal."""

    _name = "project.project"
    _inherit = ["project.project", "crm.history.mixin"]

    goal = fields.Text(tracking=True)
    campaign_id = fields.Many2one(
        "utm.campaign", index="btree_not_null", ondelete="restrict", tracking=True,
        domain="['|', ('company_id', '=', False), ('company_id', '=?', company_id)]")
    crm_task_ids = fields.One2many("crm.task", "project_id", string="Tasks to Do", groups=FOR_TECHNICIANS)
    crm_event_ids = fields.One2many("crm.event", "project_id", string="Events", groups=FOR_TECHNICIANS)
    service_order_ids = fields.One2many(
        "crm.service.order", "project_id", string="Service Orders", groups=FOR_TECHNICIANS)
    crm_task_count = fields.Integer(string="CRM Tasks", compute="_compute_crm_counts", groups=FOR_TECHNICIANS)
    crm_event_count = fields.Integer(string="Number of Events", compute="_compute_crm_counts", groups=FOR_TECHNICIANS)
    service_order_count = fields.Integer(
        string="Number of Orders", compute="_compute_crm_counts", groups=FOR_TECHNICIANS)
    progress = fields.Float(
        compute="_compute_progress", groups=FOR_TECHNICIANS, aggregator=None,
        help="Tasks that are done, of those that were not cancelled.")
    # copied by whoever may read it: core copies for all who may copy a project
    planned_value = fields.Monetary(groups=FOR_OPERATORS, tracking=True, copy=False)
    real_value = fields.Monetary(
        compute="_compute_real_value", groups=FOR_OPERATORS,
        help="Of the confirmed documents linked as revenue to its tasks, events and orders, less refunds, and what is "
             "to bill of the orders that have none, or refunds alone.")
    real_cost = fields.Monetary(
        compute="_compute_real_value", groups=COST,
        help="Of the parts in its orders, and of the confirmed documents linked as cost, less vendors' credit notes.")

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
        if not Order.has_access("read"):
            # a keeper reads what parts cost, and no orders
            self.real_value = self.real_cost = 0.0
            return
        orders = Order.search([("project_id", "in", self.ids), ("state", "!=", "cancelled")]).grouped("project_id")
        Link = self.env["crm.document.link"]
        links = Link._get_group_links("project_id", self)
        for project in self:
            project.real_value, project.real_cost = orders.get(project, Order)._get_totals(
                links.get(project, Link), project.currency_id)

    @api.constrains("campaign_id", "company_id")
    def _check_campaign_company(self):
        for project in self.filtered("company_id"):
            if not project.campaign_id._is_open_to(project.company_id):
                # sudo: what our rule hides is named, since it is to be left
                raise ValidationError(self.env._(
                    "Project %(project)s and campaign %(campaign)s belong to different companies.",
                    project=project.name, campaign=project.campaign_id.sudo().display_name))

    def copy_data(self, default=None):
        return copy_readable(self, super().copy_data(default), ["planned_value"], default)

    # WHERE THE BUTTONS LEAD

    def _get_crm_defaults(self):
        """What a new task, event or order of one project begins with."""
        self.ensure_one()
        defaults = {
            "default_project_id": self.id, "default_partner_id": self.partner_id.commercial_partner_id.id,
            "default_campaign_id": self.campaign_id.id}
        return {**defaults, "default_company_id": self.company_id.id} if self.company_id else defaults

    def _get_crm_action(self, xml_id):
        return open_list(self.env, xml_id, [("project_id", "=", self.id)], self._get_crm_defaults())

    def action_view_crm_tasks(self):
        """Our tasks of one project."""
        return self._get_crm_action("crm_enova_like.action_crm_task")

    def action_view_crm_events(self):
        """The events of one project."""
        return self._get_crm_action("crm_enova_like.action_crm_event")

    def action_log_crm_event(self):
        """Note an event of one project, in a form that is filled in."""
        return self.env["crm.event"]._get_new_action(self._get_crm_defaults())

    def action_view_service_orders(self):
        """The service orders of one project."""
        return self._get_crm_action("crm_enova_like.action_crm_service_order")
