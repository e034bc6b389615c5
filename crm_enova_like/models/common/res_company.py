import re
from datetime import timezone

import pytz

from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import html2plaintext

from .formats import format_day, format_moment

# what nearly each request asks of a company
FACTS = (
    "name", "partner_id", "currency_id", "resource_calendar_id", "alias_domain_id", "parent_id", "parent_path",
    "active")


def translate_name(records, get_name):
    """Give records that the addon makes by code their name in each installed language.

    :param get_name: called with an environment, returns the name in its language
    """
    for code, _name in records.env["res.lang"].get_installed():
        translated = records.with_context(lang=code)
        translated.name = get_name(translated.env)


class ResCompany(models.Model):
    """Days at the company's place: its time zone and its today."""

    _inherit = "res.company"

    assignment_notice = fields.Boolean(
        string="Notices of Assignment",
        help="Whoever is handed a task or an order by somebody else is told, in one message for all of them.")

    start_screens = fields.Boolean(
        default=True,
        help="Whoever chose no Home Action begins with the screen of their role: managers with the overview, operators "
             "with the orders, technicians with their tasks, the warehouse with what is to be issued.")

    service_coordinator_id = fields.Many2one(
        "res.users", string="Coordinator", domain="[('share', '=', False)]", ondelete="set null",
        help="Who gets what would go to somebody who left: reminders, and what comes of the tasks they asked for.")

    def _get_someone_here(self, *candidates):
        """To whom something goes: the first of the candidates who works here, else one company's coordinator.

        :param candidates: res.users records, each may be empty
        :return: res.users record; empty where nobody is here
        """
        # sudo: who looks after a company's work is no secret
        return self.env["res.users"].concat(
            *candidates, self.sudo().service_coordinator_id.with_env(self.env))._get_here()

    def _find_manager(self):
        """A service manager who works in one company, for what nobody else is here for."""
        # sudo: who manages the service is no secret
        return self.env["res.users"].sudo().search([
            ("all_group_ids", "in", self.env.ref("crm_enova_like.group_manager").ids), ("share", "=", False),
            ("company_ids", "in", self.ids)], order="id", limit=1).with_env(self.env)

    def _with_facts(self):
        """The companies, with their few facts read: whoever reads one of a company reads all its hundred columns."""
        self.fetch(FACTS)
        return self

    def _service_tz(self):
        """The company's time zone (pytz): its contact's, else its country's
        only or first one, else its calendar's, else UTC. Documents are dated
        by it, whoever makes them from wherever."""
        self.ensure_one()
        return pytz.timezone(self._find_zone(self.id) if self.id else self._get_zone())

    def _get_zone(self):
        """The name of one company's time zone."""
        # sudo: of the company, what dates its documents
        company = self.sudo()._with_facts()
        contact = company.partner_id
        contact.fetch(["tz", "country_id"])
        # one that is being typed has none yet
        country = contact.country_id if contact else company.country_id
        return contact.tz or self._find_country_zone(country.id) or company.resource_calendar_id.tz or "UTC"

    @tools.ormcache("company_id")
    def _find_zone(self, company_id):
        """The name of a company's time zone; kept in the registry's cache, since each list asks what is late. It is
        forgotten when the company, its contact (see there) or its schedule is written."""
        return self.browse(company_id)._get_zone()

    @tools.ormcache()
    def _find_contact_ids(self):
        """The contacts of all companies: set of ids."""
        return frozenset(self.sudo().with_context(active_test=False).search([]).partner_id.ids)    # pylint: disable=no-search-all  # companies are few

    def write(self, vals):
        result = super().write(vals)
        if {"partner_id", "resource_calendar_id"} & vals.keys():
            self.env.registry.clear_cache()
        return result

    # core empties this cache when a country's code changes
    @tools.ormcache("country_id", cache="stable")
    def _find_country_zone(self, country_id):
        """The only or first time zone of a country: str, None if there is none."""
        code = self.env["res.country"].sudo().browse(country_id or []).code or ""
        return next(iter(pytz.country_timezones.get(code.upper(), [])), None)

    def _service_today(self):
        """Today's date at the company's place."""
        return self._service_date(fields.Datetime.now())

    @api.model
    def _get_in_sight(self):
        """The companies whose records a search may find."""
        if not self.env.su:
            return self.env.companies
        return self.search([])    # pylint: disable=no-search-all  # companies are few

    def _group_by_today(self):
        """Today, which is each company's own: [(date, domain of the records of the companies that have it)].

        The companies of all records that are asked for; where they have the same day, the domain is true.
        """
        # sudo: what day it is somewhere is no secret
        days = self.sudo().grouped(lambda company: company._service_today())
        if len(days) == 1:
            return [(today, Domain.TRUE) for today in days]
        return [(today, Domain("company_id", "in", of_day.ids)) for today, of_day in days.items()]

    def _service_date(self, moment):
        """The date on which a UTC datetime falls at the company's place."""
        return moment.replace(tzinfo=timezone.utc).astimezone(self._service_tz()).date()

    def _print_day(self, moment):
        """The day of a UTC datetime at the company's place, as a paper in the company's context has it."""
        return format_day(self.env, self, moment)

    def _print_moment(self, moment):
        """Day and hour of a UTC datetime at the company's place, as a paper in the company's context has them."""
        return format_moment(self.env, self, moment)

    def _get_paper_contacts(self):
        """What the letterhead of one company does not say and a paper has to: [(label, phone or tax number)]."""
        self.ensure_one()
        # sudo: of the company, what is on each of its papers
        company = self.sudo()
        said = re.sub(r"[^0-9A-Z]", "", html2plaintext(
            f"{company.company_details or ''} {company.report_footer or ''}").upper())
        facts = [
            (self.env._("Phone"), company.phone),
            (company.country_id.vat_label or self.env._("Tax ID"), company.vat)]
        return [
            (label, value) for label, value in facts
            # with or without the prefix of the country
            if value and re.sub(r"\D", "", value)[-9:] not in said]

    def _in_own_language(self):
        """The company in the language in which names are made for it that are not translated: its contact's."""
        self.ensure_one()
        return self.with_context(lang=self.sudo().partner_id.lang or self.env.lang)
