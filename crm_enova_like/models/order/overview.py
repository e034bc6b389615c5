from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

BACK_DAYS = 30    # a device that is back sooner after its repair counts against the repair


class CrmServiceOrder(models.Model):
    """The manager's numbers (Overview): what is open, late, waiting to be collected, and what came back."""

    _inherit = "crm.service.order"

    is_back = fields.Boolean(
        string="Back after a Repair", compute="_compute_is_back", search="_search_is_back",
        help="A device of the order was repaired and handed back or closed no more than 30 days before it was "
             "received again.")

    is_back_lately = fields.Boolean(
        string="Back after a Repair, Lately", compute="_compute_is_back_lately", search="_search_is_back_lately",
        help="The order was received in the last 30 days, and is one of those that are back.")

    def _compute_is_back_lately(self):
        back = self.search([("id", "in", self.ids), ("is_back_lately", "=", True)])
        for order in self:
            order.is_back_lately = order in back

    def _compute_is_back(self):
        back = self.search([("id", "in", self.ids), ("is_back", "=", True)])
        for order in self:
            order.is_back = order in back

    def _search_is_back(self, operator, value):
        return self._get_back_domain() if operator == "in" else NotImplemented

    def _search_is_back_lately(self, operator, value):
        if operator != "in":
            return NotImplemented
        # what no repair can have ended before need not be gone through
        since = fields.Datetime.now() - timedelta(days=BACK_DAYS)
        return Domain("date_received", ">=", since) & self._get_back_domain(SQL(
            "again.date_received >= %s AND COALESCE(repair.date_released, repair.date_closed) >= %s",
            since, since - timedelta(days=BACK_DAYS)))

    @api.model
    def _get_back_domain(self, narrowed=None):
        """Orders with a device that was repaired shortly before.

        :param narrowed: SQL that is true of all rows that count, of the device ``again`` and of its ``repair``
        """
        self.env["crm.service.order.device"].flush_model(
            ["device_id", "order_id", "state", "date_received", "date_released", "date_closed"])
        return Domain("id", "in", SQL(
            """(SELECT again.order_id FROM crm_service_order_device again
                  JOIN crm_service_order_device repair
                    ON repair.device_id = again.device_id AND repair.order_id != again.order_id
                   AND repair.state IN %s
                   AND COALESCE(repair.date_released, repair.date_closed) <= again.date_received
                   AND COALESCE(repair.date_released, repair.date_closed) >= again.date_received - %s
                 WHERE %s)""",
            tuple(self.device_line_ids._get_repair_outcomes()), timedelta(days=BACK_DAYS), narrowed or SQL("true")))

    @api.model
    def get_service_overview(self):
        """The numbers of the companies that the user works in now, as far as they may read the orders.

        :return: list of {name, title, tiles}; a tile is as :meth:`_get_tile` makes it
        """
        is_open = Domain("company_id", "in", self.env.companies.ids) & Domain("is_open", "=", True)
        return [
            {"name": "stages", "title": self.env._("Open orders"), "tiles": self._get_stage_tiles(is_open)},
            {"name": "now", "title": self.env._("To look at"),
             "tiles": sorted(self._get_overview_tiles(is_open), key=lambda tile: tile["sequence"])},
        ]

    @api.model
    def _get_stage_tiles(self, is_open):
        several = len(self.env.companies) > 1
        return [
            self._prepare_tile(
                f"stage_{stage.id}", f"{stage.name} ({stage.company_id.name})" if several else stage.name,
                is_open & Domain("stage_id", "=", stage.id), count)
            for stage, count in self._read_group(is_open, ["stage_id"], ["__count"])]

    @api.model
    def _get_overview_tiles(self, is_open):
        """What there is to look at; each wing above adds its own tiles.

        :param is_open: the domain of the open orders of the companies that the user works in now
        :return: list of tiles, see :meth:`_get_tile`
        """
        companies = Domain("company_id", "in", self.env.companies.ids)
        ready = companies & Domain([
            ("is_open", "=", False), ("date_released", "=", False), ("is_on_site", "=", False),
            ("order_state", "!=", "cancelled")])
        return [
            self._get_tile(
                "overdue", self.env._("Overdue"), companies & Domain("is_overdue", "=", True), sequence=10,
                danger=True),
            self._get_tile(
                "ready", self.env._("Ready, not collected"), ready, "crm.service.order.device", sequence=20),
            self._get_tile(
                "back", self.env._("Back within 30 days of a repair, last 30 days"),
                companies & Domain("is_back_lately", "=", True), sequence=40, danger=True),
        ]

    @api.model
    def _get_tile(self, name, label, domain, model_name="crm.service.order", **options):
        """A tile with the number of records of a domain.

        :param name: of the tile, technical
        :param domain: Domain; opens the list behind the number
        :param options: sequence (where it stands), danger (whether any number but 0 is bad), amounts (list of
            [amount, currency id], one a company, shown under the number)
        :return: dict with all of these, and the number as count
        """
        [[count]] = self.env[model_name]._read_group(domain, [], ["__count"])
        return self._prepare_tile(name, label, domain, count, model_name, **options)

    @api.model
    def _prepare_tile(
            self, name, label, domain, count, model_name="crm.service.order", sequence=10, danger=False, amounts=()):
        return {
            "name": name, "label": label, "count": count, "amounts": list(amounts), "danger": danger and bool(count),
            "res_model": model_name, "domain": list(domain), "sequence": sequence,
        }
