from odoo import api, models
from odoo.fields import Domain

from .order_closed import OPERATORS


class CrmServiceOrder(models.Model):
    """The receptionist's strip of counters above the orders: what the day asks for, each a filter of the list."""

    _inherit = "crm.service.order"

    @api.model
    @api.readonly
    def get_order_counters(self):
        """What waits for the counter now, in the companies that the user works in.

        :return: list of {name, label, count, danger}; the name is that of the filter of the orders' search view that
            the counter presses; empty for who is no operator
        """
        if not self.env.user.has_group(OPERATORS):
            return []
        companies = Domain("company_id", "in", self.env.companies.ids)
        return [
            {"name": name, "label": label, "count": self.search_count(companies & domain),
             "danger": name in self._get_counters_of_trouble()}
            for name, (label, domain) in self._get_order_counters().items()]

    @api.model
    def _get_order_counters(self):
        """The counters in their order; a wing or another addon adds its own, with a filter of the same name and domain
        in the search view.

        :return: {name of the filter: (label, Domain)}
        """
        return {
            "ready": (self.env._("Ready for collection"), Domain("has_ready", "=", True)),
            "due_today": (self.env._("Due today"), Domain([("is_open", "=", True), ("date_deadline", "=", "today")])),
            "overdue": (self.env._("Overdue"), Domain("is_overdue", "=", True)),
            "waiting_customer": (
                self.env._("Waiting for the customer's decision"),
                Domain([("is_open", "=", True), ("stage_id.wait_for", "=", "customer")])),
            "reported": (self.env._("New reports"), Domain([("is_open", "=", True), ("state", "=", "new")])),
        }

    @api.model
    def _get_counters_of_trouble(self):
        """Names of the counters that are bad with any number but 0: set."""
        return {"overdue"}
