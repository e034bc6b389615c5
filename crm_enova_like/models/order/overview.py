from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .stage import OPEN_STATES

BACK_DAYS = 30    # a device that is back sooner after its repair counts against the repair


class CrmServiceOrder(models.Model):
    """The manager's numbers (Overview): what is open, late, waiting to be collected, and what came back."""

    _inherit = "crm.service.order"

    is_back = fields.Boolean(
        string="Back after a Repair", compute="_compute_is_back", search="_search_is_back",
        help="A device of the order was repaired and handed back or closed no more than 30 days before it was "
             "received again.")

    def _compute_is_back(self):
        back = self.search([("id", "in", self.ids), ("is_back", "=", True)])
        for order in self:
            order.is_back = order in back

    def _search_is_back(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.env["crm.service.order.device"].flush_model(
            ["device_id", "order_id", "state", "date_received", "date_released", "date_closed"])
        return Domain("id", "in", SQL(
            """(SELECT again.order_id FROM crm_service_order_device again
                  JOIN crm_service_order_device repair
                    ON repair.device_id = again.device_id AND repair.order_id != again.order_id
                   AND repair.state IN ('repaired', 'replaced')
                   AND COALESCE(repair.date_released, repair.date_closed) <= again.date_received
                   AND COALESCE(repair.date_released, repair.date_closed) >= again.date_received - %s)""",
            timedelta(days=BACK_DAYS)))

    @api.model
    def get_service_overview(self):
        """The numbers of the companies that the user works in now, as far as they may read the orders.

        :return: list of {name, title, tiles}; a tile is {name, label, count, amounts, danger, res_model, domain}, and
            `domain` opens the list behind the number; amounts is a list of [amount, currency id], one a company
        """
        companies = Domain("company_id", "in", self.env.companies.ids)
        is_open = companies & Domain("state", "in", OPEN_STATES)
        with_parts = is_open & Domain("line_ids.quantity_issued", ">", 0)
        since = fields.Datetime.to_string(fields.Datetime.now() - timedelta(days=BACK_DAYS))
        ready = companies & Domain([
            ("state", "!=", "open"), ("date_released", "=", False), ("order_state", "!=", "cancelled")])
        devices = "crm.service.order.device"
        return [
            {"name": "stages", "title": self.env._("Open orders"), "tiles": self._get_stage_tiles(is_open)},
            {"name": "now", "title": self.env._("To look at"), "tiles": [
                self._get_tile("overdue", self.env._("Overdue"), companies & Domain("is_overdue", "=", True),
                               danger=True),
                self._get_tile("ready", self.env._("Ready, not collected"), ready, devices),
                {**self._get_tile("parts", self.env._("Parts in open orders"), with_parts),
                 "amounts": self._get_parts_value(with_parts)},
                self._get_tile(
                    "back", self.env._("Back within 30 days of a repair, last 30 days"),
                    companies & Domain("date_received", ">=", since) & Domain("is_back", "=", True), danger=True),
            ]},
        ]

    @api.model
    def _get_stage_tiles(self, domain):
        several = len(self.env.companies) > 1
        tiles = []
        for stage, count in self._read_group(domain, ["stage_id"], ["__count"]):
            label = f"{stage.name} ({stage.company_id.name})" if several else stage.name
            in_stage = domain & Domain("stage_id", "=", stage.id)
            tiles.append(self._prepare_tile(f"stage_{stage.id}", label, in_stage, count))
        return tiles

    @api.model
    def _get_tile(self, name, label, domain, model_name="crm.service.order", danger=False):
        [[count]] = self.env[model_name]._read_group(domain, [], ["__count"])
        return self._prepare_tile(name, label, domain, count, model_name, danger)

    @api.model
    def _prepare_tile(self, name, label, domain, count, model_name="crm.service.order", danger=False):
        return {
            "name": name, "label": label, "count": count, "amounts": [], "danger": danger and bool(count),
            "res_model": model_name, "domain": list(domain),
        }

    @api.model
    def _get_parts_value(self, domain):
        """What the parts in the orders of a domain are worth, as the stock issued them, less what came back.

        :return: list of [amount, currency id], one for each company
        """
        # the user's own orders decide; the moves are the stock's, and only their sum is told
        Move = self.env["stock.move"].sudo()
        moves = Domain("service_line_id.order_id", "in", self._search(domain)) & Domain("state", "=", "done")
        returned = Domain("origin_returned_move_id", "!=", False) | Domain(
            "picking_type_id.service_document", "=", "zw")
        values = {}
        for sign, part in ((1, moves & ~returned), (-1, moves & returned)):
            for company, value in Move._read_group(part, ["company_id"], ["value:sum"]):
                values[company] = values.get(company, 0.0) + sign * value
        return [[value, company.currency_id.id] for company, value in values.items()]
