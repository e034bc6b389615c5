from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmServiceOrder(models.Model):
    """Whom to call today: nobody told the customer yet that a device is ready, or a call about the order is due."""

    _inherit = "crm.service.order"

    to_call = fields.Boolean(
        string="To Call Today", compute="_compute_to_call", search="_search_to_call",
        help="A device is ready and no event with the customer was noted since, or a phone call about the order is due "
             "today or earlier.")

    def _compute_to_call(self):
        due = self.search([("id", "in", self.ids), ("to_call", "=", True)])
        for order in self:
            order.to_call = order in due

    def _search_to_call(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.env["crm.service.order.device"].flush_model(["order_id", "is_open", "date_closed", "date_released"])
        self.env["crm.event"].flush_model(["order_id", "date", "active"])
        self.env["crm.task"].flush_model(["order_id", "is_open", "active", "type_id", "date_nearest"])
        self.flush_model(["has_ready"])
        return Domain("id", "in", SQL(
            """(SELECT told.id FROM crm_service_order told
                 WHERE told.has_ready IS TRUE AND COALESCE(
                       (SELECT max(event.date) FROM crm_event event
                         WHERE event.order_id = told.id AND event.active IS TRUE)
                       < (SELECT max(line.date_closed) FROM crm_service_order_device line
                           WHERE line.order_id = told.id AND line.is_open IS NOT TRUE
                             AND line.date_released IS NULL), TRUE)
                UNION
                SELECT task.order_id FROM crm_task task
                  JOIN crm_task_type kind ON kind.id = task.type_id
                  JOIN crm_event_type how ON how.id = kind.event_type_id AND how.is_call IS TRUE
                 WHERE task.is_open IS TRUE AND task.active IS TRUE AND task.order_id IS NOT NULL
                   AND task.date_nearest <= %s)""", fields.Date.context_today(self)))

    @api.model
    def _get_order_counters(self):
        return {
            **super()._get_order_counters(), "to_call": (self.env._("To call today"), Domain("to_call", "=", True))}
