from collections import defaultdict
from datetime import datetime, time, timedelta

import pytz

from odoo import api, models
from odoo.fields import Domain

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
LONG = timedelta(hours=12)    # what is planned for longer is worked in the hours of work alone


class CrmServiceOrder(models.Model):
    """How full the technicians' weeks are: what is planned, of their working hours less leave."""

    _inherit = "crm.service.order"

    @api.model
    def _get_load_rows(self):
        """A row for each technician with work, by name, and one for what is planned and nobody's.

        :return: list of {user_id, name, weeks, domain}; weeks are this one and the next: {planned (hours), hours
            (working hours less leave, 0 in the row of nobody), percent, danger}
        """
        weeks = self._get_load_weeks()
        begin, end = weeks[0][0], weeks[-1][1]
        is_open = Domain("company_id", "in", self.env.companies.ids) & Domain("is_open", "=", True)
        spans = defaultdict(list)
        for user_id, start, stop in self._get_planned_spans(begin.replace(tzinfo=None), end.replace(tzinfo=None)):
            spans[user_id].append((pytz.utc.localize(start), pytz.utc.localize(stop)))
        users = self.env["res.users"].browse(
            {user.id for [user] in self._read_group(is_open & Domain("user_id", "!=", False), ["user_id"])}
            | {user_id for user_id in spans if user_id})
        # sudo: a colleague's name is no secret
        users = users.sudo().filtered("active").sorted("name")
        worked = users._get_work_intervals(begin, end)
        company_hours = self.env.company._get_work_intervals(begin, end)
        nobody = ((False, self.env._("Unassigned"), company_hours),)
        rows = []
        for user_id, name, intervals in (*((user.id, user.name, worked[user.id]) for user in users), *nobody):
            shares = []
            for first, last in weeks:
                hours = _overlap(intervals, first, last) / HOUR if user_id else 0.0
                planned = sum((
                    _get_length(intervals, max(start, first), min(stop, last))
                    for start, stop in spans[user_id]), timedelta()) / HOUR
                percent = round(100 * planned / hours) if hours else 0
                shares.append({
                    "planned": planned, "hours": hours, "percent": percent,
                    "danger": percent > 100 or bool(user_id and planned and not hours)})
            rows.append({
                "user_id": user_id, "name": name, "weeks": shares,
                "domain": list(is_open & Domain("user_id", "=", user_id))})
        return rows

    @api.model
    def _get_load_weeks(self):
        """This week and the next at the company's place: [(begin, end)], datetimes in UTC with a time zone."""
        zone, today = self.env.company._service_tz(), self.env.company._service_today()
        monday = today - timedelta(days=today.weekday())
        starts = [
            zone.localize(datetime.combine(monday + number * WEEK, time.min)).astimezone(pytz.utc)
            for number in range(3)]
        return list(zip(starts, starts[1:], strict=False))

    @api.model
    def _get_planned_spans(self, begin, end):
        """What is planned between two moments, of the companies that the user works in now; a wing adds its own.

        :param begin: UTC, as ``end``
        :return: list of (id of the performer or False, start, stop), in UTC
        """
        return self._get_spans_of(self.browse(), begin, end)

    @api.model
    def _get_spans_of(self, records, begin, end):
        """The spans of one kind of work.

        :param records: of its model, none of them is looked at
        """
        found = records.search_fetch(
            Domain("company_id", "in", self.env.companies.ids) & Domain([
                ("planned_start", ">=", begin - 4 * WEEK), ("planned_start", "<", end), ("planned_stop", ">", begin),
                ("state", "!=", "cancelled")]),
            ["user_id", "planned_start", "planned_stop"])
        return [(row.user_id.id, row.planned_start, row.planned_stop) for row in found]


def _overlap(intervals, begin, end):
    """How much of some intervals lies between two moments: timedelta."""
    return sum((
        min(stop, end) - max(start, begin) for start, stop in intervals if start < end and stop > begin), timedelta())


def _get_length(intervals, start, stop):
    """How long a planned span takes: timedelta."""
    if stop <= start:
        return timedelta()
    return _overlap(intervals, start, stop) if stop - start > LONG else stop - start
