from odoo import fields, models


class CrmServiceOrder(models.Model):
    """Tasks and events of an order, with buttons both ways."""

    _inherit = "crm.service.order"

    task_ids = fields.One2many("crm.task", "order_id", string="Tasks")
    event_ids = fields.One2many("crm.event", "order_id", string="Events")
    task_count = fields.Integer(compute="_compute_action_counts")
    event_count = fields.Integer(compute="_compute_action_counts")

    def _compute_action_counts(self):
        for model, name in (("crm.task", "task_count"), ("crm.event", "event_count")):
            counts = dict(self.env[model]._read_group([("order_id", "in", self.ids)], ["order_id"], ["__count"]))
            for order in self:
                order[name] = counts.get(order, 0)

    def _get_action_defaults(self):
        return {
            "default_order_id": self.id, "default_partner_id": self.partner_id.id,
            "default_person_id": self.person_id.id, "default_project_id": self.project_id.id,
            "default_device_id": self.main_device_id.id, "default_company_id": self.company_id.id}

    def action_view_tasks(self):
        """The tasks of one order."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_enova_like.action_crm_task")
        action.update(domain=[("order_id", "=", self.id)], context=self._get_action_defaults())
        return action

    def action_view_events(self):
        """The events of one order."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_enova_like.action_crm_event")
        action.update(domain=[("order_id", "=", self.id)], context=self._get_action_defaults())
        return action

    def action_log_crm_event(self):
        """Note an event about one order, in a form that is filled in."""
        return self.env["crm.event"]._get_new_action(self._get_action_defaults())

    def action_plan_visit(self):
        """*Plan next visit*: a task of the shipped type, in a form that is filled in."""
        self.ensure_one()
        visit = self.env.ref("crm_enova_like.task_type_visit", raise_if_not_found=False)
        return {
            "type": "ir.actions.act_window", "name": self.env._("Plan next visit"), "res_model": "crm.task",
            "view_mode": "form", "views": [(False, "form")], "target": "new",
            "context": {
                **self._get_action_defaults(), "default_type_id": visit.id if visit else False,
                "default_name": self.env._("Service visit: %(order)s", order=self.name),
                "default_user_id": (self.user_id or self.env.user).id},
        }
