from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.intervals import Intervals

from .actions import notify
from .public_holidays import get_polish_holidays

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WEEKEND = (5, 6)
YEARS = 3    # for how many a manager enters the days off at once


class ResCompany(models.Model):
    """The days and hours on which a company works: its schedule, less days off and public holidays."""

    _inherit = "res.company"

    public_holidays_off = fields.Boolean(
        string="Public Holidays", default=True,
        help="No working day falls on a public holiday, whether or not it stands in the working schedule. "
             "The days of Poland are known, for each year.")

    # PUBLIC HOLIDAYS

    def _get_holiday_names(self):
        """What the public holidays are called, in the reader's language: {key: name}."""
        return {
            "new_year": self.env._("New Year"), "epiphany": self.env._("Epiphany"),
            "easter": self.env._("Easter"), "easter_monday": self.env._("Easter Monday"),
            "labour_day": self.env._("Labour Day"), "constitution_day": self.env._("Constitution Day"),
            "pentecost": self.env._("Pentecost"), "corpus_christi": self.env._("Corpus Christi"),
            "assumption": self.env._("Assumption of Mary"), "all_saints": self.env._("All Saints' Day"),
            "independence_day": self.env._("Independence Day"),
            "independence_centenary": self.env._("Centenary of Independence"),
            "christmas_eve": self.env._("Christmas Eve"), "christmas": self.env._("Christmas Day"),
            "christmas_second": self.env._("Second Day of Christmas"),
        }

    @api.model
    def _get_public_holidays(self, country_code, year):
        """The public holidays of a country in a year; another addon adds those of other countries.

        :param country_code: "PL"
        :return: {date: key in :meth:`_get_holiday_names`}
        """
        return get_polish_holidays(year) if country_code == "PL" else {}

    def _get_holiday_country(self):
        """Code of the country whose public holidays are no working days of one company; "" where none are."""
        self.ensure_one()
        # sudo: of the company, what tells its working days
        company = self.sudo()
        return company.public_holidays_off and company.partner_id.country_id.code or ""

    @api.model
    def _is_public_holiday(self, country_code, day):
        return day in self._get_public_holidays(country_code, day.year)

    def action_enter_public_holidays(self):
        """Enter the public holidays of this year and the next two into the working schedule, where all of Odoo sees
        them. A day that is off already stays as it is.

        :param self: any number of companies
        :raises AccessError: the user may not enter days off
        :raises UserError: no public holidays are known of a company's country
        """
        Leave = self.env["resource.calendar.leaves"]
        Leave.check_access("create")
        names, ends = self._get_holiday_names(), []
        for company in self:
            first = company._service_today().year
            known = {
                day: key for year in range(first, first + YEARS)
                for day, key in company._get_public_holidays(company.country_id.code, year).items()}
            if not known:
                raise UserError(self.env._(
                    "No public holidays are known of the country of company “%(company)s”. Enter its country, or the "
                    "days in the working schedule.", company=company.name))
            taken = company._get_days_off(min(known), max(known))
            # core takes the company of a day off of all schedules from where it is worked out
            leaves = Leave.with_company(company).create([
                company._prepare_day_off(names[key], day) for day, key in sorted(known.items()) if day not in taken])
            leaves.flush_recordset()
            ends += leaves.mapped("date_to")
        if not ends:
            return notify(self.env._("The public holidays are in the working schedule already."))
        return notify(self.env._(
            "Days off entered: %(count)s, until %(date)s.", count=len(ends), date=format_date(self.env, max(ends))))

    def _prepare_day_off(self, name, day):
        """Values of a day that one company has off as a whole, whatever the schedule."""
        self.ensure_one()
        zone = pytz.timezone(self.resource_calendar_id.tz or self._service_tz().zone)
        begin, end = (
            zone.localize(datetime.combine(day, at)).astimezone(pytz.utc).replace(tzinfo=None)
            for at in (time.min, time(23, 59, 59)))
        return {
            "name": name, "calendar_id": False, "company_id": self.id, "time_type": "leave",
            "date_from": begin, "date_to": end}

    def _get_days_off(self, begin, end):
        """The days that one company has off as a whole, by what was entered: set of dates."""
        self.ensure_one()
        zone = self._service_tz()
        days = set()
        for leave in self.env["resource.calendar.leaves"].search([
                ("resource_id", "=", False), ("company_id", "in", (False, self.id)),
                ("calendar_id", "in", (False, self.resource_calendar_id.id)),
                ("date_from", "<=", datetime.combine(end, time.max)),
                ("date_to", ">=", datetime.combine(begin, time.min))]):
            # the day at whose noon they have off
            day = pytz.utc.localize(leave.date_from).astimezone(zone).date()
            while day <= leave.date_to.date():
                noon = zone.localize(datetime.combine(day, time(12))).astimezone(pytz.utc).replace(tzinfo=None)
                if leave.date_from <= noon <= leave.date_to:
                    days.add(day)
                day += DAY
        return days

    # WORKING HOURS

    def _get_work_intervals(self, begin, end):
        """When one company works between two moments, by its schedule, in order: [(start, stop)], in its time zone.

        A flexible schedule, which knows how long but not when, is worked from Monday to Friday, around noon.

        :param begin: datetime with a time zone, as ``end``
        """
        self.ensure_one()
        # sudo: the hours are the company's, whoever asks
        calendar, zone = self.sudo().resource_calendar_id, self._service_tz()
        # a day off that another company declared for all its schedules is none of ours
        ours = [("time_type", "=", "leave"), ("company_id", "in", (False, self.id))]
        if calendar.flexible_hours:
            worked = Intervals(self._get_flexible_intervals(calendar, begin, end)) - (
                calendar._leave_intervals_batch(begin, end, domain=ours)[False])
        else:
            worked = calendar._work_intervals_batch(begin, end, domain=ours)[False]
        country = self._get_holiday_country()
        intervals = []
        for start, stop, _records in worked:
            intervals += self._without_holidays(country, start.astimezone(zone), stop.astimezone(zone))
        return intervals

    @api.model
    def _get_flexible_intervals(self, calendar, begin, end):
        """The usual hours of a flexible schedule, as intervals of core's kind."""
        zone, half = pytz.timezone(calendar.tz or "UTC"), timedelta(hours=min(calendar.hours_per_day or 8.0, 24.0) / 2)
        day, last = begin.astimezone(zone).date(), end.astimezone(zone).date()
        intervals = []
        while day <= last:
            noon = zone.localize(datetime.combine(day, time(12)))
            start, stop = max(noon - half, begin), min(noon + half, end)
            if day.weekday() not in WEEKEND and start < stop:
                intervals.append((start, stop, calendar))
            day += DAY
        return intervals

    @api.model
    def _without_holidays(self, country, start, stop):
        """What is left of an interval without the public holidays in it: [(start, stop)]."""
        if not country:
            return [(start, stop)]
        zone, pieces, day, last = pytz.timezone(start.tzinfo.zone), [], start.date(), (stop - MINUTE).date()
        while day <= last:
            midnight = zone.localize(datetime.combine(day + DAY, time.min))
            until = min(stop, midnight)
            if not self._is_public_holiday(country, day):
                if pieces and pieces[-1][1] == start:
                    pieces[-1] = (pieces[-1][0], until)
                else:
                    pieces.append((start, until))
            start, day = until, day + DAY
        return pieces

    # WORKING DAYS

    def _get_working_days(self, begin, end):
        """The days from one to another on which the company works, in order."""
        self.ensure_one()
        # sudo: of the company, what its days are kept by
        return list(self._find_working_days(
            self.id, self.sudo().resource_calendar_id.id, self._service_tz().zone, self._get_holiday_country(),
            begin, end))

    @tools.ormcache("company_id", "calendar_id", "zone", "country", "begin", "end")
    def _find_working_days(self, company_id, calendar_id, zone, country, begin, end):
        """The working days of a company with a schedule, in a zone and country; kept in the registry's cache, since
        each new order asks.

        A night shift is worked on the day on which it begins.
        """
        zone = pytz.timezone(zone)
        intervals = self.browse(company_id)._get_work_intervals(
            zone.localize(datetime.combine(begin, time.min)), zone.localize(datetime.combine(end, time.max)))
        joined = []
        for start, stop in intervals:
            # core ends a day that is worked until midnight a moment before it
            if joined and start - joined[-1][1] <= MINUTE:
                joined[-1][1] = max(stop, joined[-1][1])
            else:
                joined.append([start, stop])
        days = set()
        for start, stop in joined:
            day, last = start.date(), (stop - MINUTE).date()
            if stop - start < DAY:
                last = day
            # round the clock, one interval is many days
            while day <= last:
                days.add(day)
                day += DAY
        return tuple(sorted(days))

    def _get_last_workday_gap(self):
        """From now back to the same hour of the last working day of one company before today: timedelta."""
        self.ensure_one()
        today = self._service_today()
        # sudo: of the company, whether it has a schedule
        working = self._get_working_days(today - 14 * DAY, today - DAY) if self.sudo().resource_calendar_id else ()
        return today - working[-1] if working else DAY

    def _add_working_days(self, start, days):
        """The day that is ``days`` working days of one company after ``start``.

        Without a schedule, or with one in which nobody works, all days are alike.
        """
        self.ensure_one()
        # sudo: of the company, how its days are counted
        if self.sudo().resource_calendar_id:
            # two days off a week and as many feasts: one look at the schedule is enough, unless the firm is closed
            span = 2 * days + 14
            for _look in range(3):
                working = self._get_working_days(start + DAY, start + timedelta(days=span))
                if len(working) >= days:
                    return working[days - 1]
                span *= 4
        return start + timedelta(days=days)
