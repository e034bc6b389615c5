from odoo import api, models
from odoo.fields import Domain

from .order_line import COST


class CrmServiceOrder(models.Model):
    """The manager's number of what lies in open orders, as the stock issued it."""

    _inherit = "crm.service.order"

    @api.model
    def _get_overview_tiles(self, is_open):
        tiles = super()._get_overview_tiles(is_open)
        if self.env.user.has_group(COST):
            with_parts = is_open & Domain("holds_parts", "=", True)
            tiles.append(self._get_tile(
                "parts", self.env._("Parts in open orders"), with_parts, sequence=30, is_money=True,
                amounts=self._get_parts_value(with_parts)))
        return tiles

    @api.model
    def _get_parts_value(self, domain):
        """What the parts in the orders of a domain are worth, as the stock issued them, less what came back.

        :return: list of [amount, currency id], one for each company
        """
        # sudo: the user's own orders decide; the moves are the stock's, and only their sum is told
        Move = self.env["stock.move"].sudo()
        # from the few orders to their lines and moves, and not through all moves that there ever were
        lines = self.env["crm.service.order.line"].sudo()._search([("order_id", "in", self._search(domain))])
        issues, returns = Move._get_service_issue_domain(), Move._get_service_return_domain()
        values = {}
        for company, is_issue, value in Move._read_group(
                Domain("service_line_id", "in", lines) & Domain("state", "=", "done") & (issues | returns),
                ["company_id", "location_dest_id.service_consumption"], ["value:sum"]):
            values[company] = values.get(company, 0.0) + (value if is_issue else -value)
        return [[value, company.currency_id.id] for company, value in values.items()]
