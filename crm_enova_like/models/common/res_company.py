from datetime import datetime, time, timedelta, timezone

import pytz

from odoo import api, fields, models


# name, state, wait_for, colour, folded; the names are translated from the code
# terms of each installed language (see _create_service_defaults)
def _default_stages(env):
    return [
        (env._("New"), "new", False, 0, False),
        (env._("Accepted"), "accepted", False, 4, False),
        (env._("In progress"), "in_progress", False, 10, False),
        (env._("Waiting for parts"), "waiting", "parts", 3, False),
        (env._("Waiting for the customer's decision"), "waiting", "customer", 2, False),
        (env._("In external service"), "waiting", "external", 5, False),
        (env._("Completed"), "done", False, 7, True),
        (env._("Cancelled"), "cancelled", False, 1, True),
    ]


def translate_name(records, get_name):
    """Give records that the addon makes by code their name in each installed language.

    :param get_name: called with an environment, returns the name in its language
    """
    for code, _name in records.env["res.lang"].get_installed():
        translated = records.with_context(lang=code)
        translated.name = get_name(translated.env)


class ResCompany(models.Model):
    _inherit = "res.company"

    service_location_id = fields.Many2one(
        "stock.location", string="Service Consumption Location", check_company=True, copy=False,
        domain="[('usage', '=', 'production'), ('company_id', '=', id)]",
        help="Where parts go that a repair has used.")
    assignment_notice = fields.Boolean(
        string="Notices of Assignment",
        help="Whoever is handed a task or an order by somebody else is told, in one message for all of them.")

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies.sudo()._create_service_defaults()
        return companies

    def _service_tz(self):
        """The company's time zone (pytz): its contact's, else its country's
        only or first one, else its calendar's, else UTC. Documents are dated
        by it, whoever makes them from wherever."""
        self.ensure_one()
        company = self.sudo()
        country_zones = pytz.country_timezones.get((company.country_id.code or "").upper(), [])
        name = (
            company.partner_id.tz
            or (country_zones and country_zones[0])
            or company.resource_calendar_id.tz
            or "UTC"
        )
        return pytz.timezone(name)

    def _service_today(self):
        """Today's date at the company's place."""
        return self._service_date(fields.Datetime.now())

    def _service_date(self, moment):
        """The date on which a UTC datetime falls at the company's place."""
        return moment.replace(tzinfo=timezone.utc).astimezone(self._service_tz()).date()

    def _get_working_days(self, begin, end):
        """The days from one to another on which the company's working schedule works, in order."""
        self.ensure_one()
        zone, calendar = self._service_tz(), self.sudo().resource_calendar_id
        intervals = calendar._work_intervals_batch(
            zone.localize(datetime.combine(begin, time.min)), zone.localize(datetime.combine(end, time.max)))[False]
        days = set()
        for start, stop, _meta in intervals:
            # round the clock, one interval is many days
            day, last = start.astimezone(zone).date(), (stop - timedelta(seconds=1)).astimezone(zone).date()
            while day <= last:
                days.add(day)
                day += timedelta(days=1)
        return sorted(days)

    def _create_service_defaults(self):
        """Give each company its own stages, order type and numbers, where it
        has none yet (post-init hook, new companies)."""
        Stage = self.env["crm.service.stage"].with_context(active_test=False)
        OrderType = self.env["crm.service.order.type"].with_context(active_test=False)
        have_stages = {c for [c] in Stage._read_group([("company_id", "in", self.ids)], ["company_id"])}
        have_types = {c for [c] in OrderType._read_group([("company_id", "in", self.ids)], ["company_id"])}
        for company in self:
            env = self.with_context(lang="en_US", default_company_id=company.id).with_company(company).env
            if company not in have_stages:
                stages = env["crm.service.stage"].create([
                    {"name": name, "state": state, "wait_for": wait_for, "color": color, "fold": fold,
                     "sequence": index * 10, "company_id": company.id}
                    for index, (name, state, wait_for, color, fold) in enumerate(_default_stages(env), 1)
                ])
                for index, stage in enumerate(stages):
                    translate_name(stage, lambda env, index=index: _default_stages(env)[index][0])
            if company not in have_types:
                order_type = env["crm.service.order.type"].create({
                    "name": env._("Repair"), "company_id": company.id, "prefix": "ZSR",
                    "warehouse_id": env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1).id,
                })
                translate_name(order_type, lambda env: env._("Repair"))

    def _get_service_location(self):
        """The company's consumption location “Zużycie serwisowe”, made or
        taken up again where it is missing.

        Usage is *production*: a return works and entries are posted
        (*inventory* means scrap in Odoo 19, *customer* has no account).
        """
        self.ensure_one()
        company = self.sudo()
        if not company.service_location_id:
            Location = self.env["stock.location"].sudo().with_context(active_test=False)
            name = "Zużycie serwisowe"
            location = Location.search(
                [("name", "=", name), ("usage", "=", "production"), ("company_id", "=", company.id)], limit=1)
            if location:
                location.active = True
            else:
                location = Location.create({"name": name, "usage": "production", "company_id": company.id})
            company.service_location_id = location
        return company.service_location_id
