from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..common.state_mixin import MANAGERS

DAY = timedelta(days=1)
CUSTOMER_DAYS = 3    # a customer who has not decided for longer is called
READY_DAYS = 14    # what was not collected for longer takes up the shelf
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

    # THE NUMBERS

    @api.model
    def get_service_overview(self):
        """The numbers of the companies that the user works in now, as far as they may read the orders.

        :return: list of {name, kind, title, tiles}; the kind says how the section is drawn: "tiles", "bar" (one bar of
            all tiles, in their colours), "load" (its ``rows``, see :meth:`_get_load_rows`); a tile is as
            :meth:`_get_tile` makes it
        """
        is_open = Domain("company_id", "in", self.env.companies.ids) & Domain("is_open", "=", True)
        tiles = sorted(self._get_overview_tiles(is_open), key=lambda tile: tile["sequence"])
        sections = [
            {"name": "now", "kind": "tiles", "title": self.env._("Needs action"),
             "tiles": [tile for tile in tiles if not tile["is_money"]]},
            {"name": "stages", "kind": "bar", "title": self.env._("Open orders"),
             "tiles": self._get_stage_tiles(is_open)},
        ]
        # how full somebody's week is, is their manager's to know
        if self.env.user.has_group(MANAGERS):
            sections.append({
                "name": "load", "kind": "load", "title": self.env._("Load of technicians"), "tiles": [],
                "rows": self._get_load_rows()})
        if money := [tile for tile in tiles if tile["is_money"]]:
            sections.append({"name": "money", "kind": "tiles", "title": self.env._("Money"), "tiles": money})
        return sections

    @api.model
    def _get_stage_tiles(self, is_open):
        several = len(self.env.companies) > 1
        return [
            self._prepare_tile(
                f"stage_{stage.id}", f"{stage.name} ({stage.company_id.name})" if several else stage.name,
                is_open & Domain("stage_id", "=", stage.id), count, color=stage.color)
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
                "overdue", self.env._("Overdue orders"), companies & Domain("is_overdue", "=", True), sequence=10,
                danger=True, oldest="date_deadline"),
            self._get_due_soon_tile(is_open),
            self._get_tile(
                "queue", self.env._("In the queue for more than a working day"),
                is_open & self._get_queued_domain(), sequence=14, danger=True, oldest="date_received"),
            self._get_waiting_tile(
                "waiting_customer", self.env._("Waiting for the customer's decision for more than 3 days"),
                is_open & Domain("stage_id.wait_for", "=", "customer"), CUSTOMER_DAYS, sequence=16),
            self._get_waiting_tile(
                "waiting_parts", self.env._("Waiting for parts"),
                is_open & Domain("stage_id.wait_for", "=", "parts"), 0, sequence=18),
            self._get_ready_tile(ready),
            self._get_tile(
                "back", self.env._("Back within 30 days of a repair"),
                companies & Domain("is_back_lately", "=", True), sequence=25, danger=True,
                note=self.env._("in the last 30 days")),
        ]

    @api.model
    def _get_due_soon_tile(self, is_open):
        domain = is_open & Domain.OR(
            of_day & Domain("date_deadline", "in", [today, today + DAY])
            for today, of_day in self.env.companies._group_by_today())
        counts = dict(self._read_group(domain, ["date_deadline:day"], ["__count"]))
        first = min(counts, default=None)
        return self._prepare_tile(
            "due_soon", self.env._("Due today and tomorrow"), domain, sum(counts.values()), sequence=12, danger=True,
            note=self.env._("on %(date)s: %(count)s", date=format_date(self.env, first), count=counts[first])
            if first else "")

    @api.model
    def _get_queued_domain(self):
        """Orders that nobody has taken since the hour of now on the last working day before today."""
        now = fields.Datetime.now()
        return Domain("user_id", "=", False) & Domain.OR(
            Domain("company_id", "=", company.id) & Domain("date_received", "<", now - company._get_last_workday_gap())
            for company in self.env.companies)

    @api.model
    def _get_waiting_tile(self, name, label, domain, days, **options):
        """A tile of orders that stand in a waiting stage for longer than some days."""
        # sudo: since when orders that the user may read have stood where they are
        Stay = self.env["crm.service.stage.time"].sudo()
        stays = Domain("is_current", "=", True) & Domain("order_id", "in", self._search(domain))
        if days:
            stays &= Domain("date_start", "<", fields.Datetime.now() - timedelta(days=days))
            found = dict(Stay._read_group(stays, ["order_id"], ["date_start:min"]))
            count, oldest = len(found), min(found.values(), default=None)
            # the client is given what it can send back
            domain &= Domain("id", "in", [order.id for order in found])
        else:
            [[count, oldest]] = Stay._read_group(stays, [], ["__count", "date_start:min"])
        return self._prepare_tile(
            name, label, domain, count, danger=True, note=self._get_age_note(oldest), **options)

    @api.model
    def _get_ready_tile(self, ready):
        since = self.env.company._service_today() - timedelta(days=READY_DAYS)
        # by day, so that one statement tells both numbers
        counts = self.env["crm.service.order.device"]._read_group(ready, ["date_closed:day"], ["__count"])
        long = sum(count for day, count in counts if day and day.date() < since)
        return self._prepare_tile(
            "ready", self.env._("Ready, not collected"), ready, sum(count for _day, count in counts),
            "crm.service.order.device", sequence=20, danger=True,
            note=self.env._("longer than %(days)s days: %(count)s", days=READY_DAYS, count=long))

    @api.model
    def _get_age_note(self, moment):
        """How old the worst case is, in words.

        :param moment: date or datetime (UTC), or nothing
        """
        if not moment:
            return ""
        company = self.env.company
        day = company._service_date(moment) if isinstance(moment, datetime) else moment
        days = max((company._service_today() - day).days, 0)
        if not days:
            return self.env._("oldest: today")
        return self.env._("oldest: 1 day") if days == 1 else self.env._("oldest: %(days)s days", days=days)

    @api.model
    def _get_tile(self, name, label, domain, model_name="crm.service.order", oldest=None, **options):
        """A tile with the number of records of a domain.

        :param name: of the tile, technical
        :param domain: Domain; opens the list behind the number
        :param oldest: name of a date of the records: the tile says how old the oldest one is
        :param options: sequence (where it stands), danger (whether any number but 0 is bad), note (of the worst case,
            under the number), amounts (list of [amount, currency id], one a company, shown under the number),
            is_money (stands with the money)
        :return: dict with all of these, and the number as count
        """
        aggregates = ["__count", f"{oldest}:min"] if oldest else ["__count"]
        [[count, *worst]] = self.env[model_name]._read_group(domain, [], aggregates)
        if oldest:
            options["note"] = self._get_age_note(worst[0])
        return self._prepare_tile(name, label, domain, count, model_name, **options)

    @api.model
    def _prepare_tile(
            self, name, label, domain, count, model_name="crm.service.order", sequence=10, danger=False, amounts=(),
            note="", color=0, is_money=False):
        return {
            "name": name, "label": label, "count": count, "amounts": list(amounts), "danger": danger and bool(count),
            "res_model": model_name, "domain": list(domain), "sequence": sequence, "note": note if count else "",
            "color": color, "is_money": is_money,
        }
