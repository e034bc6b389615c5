from datetime import date, datetime, timezone

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.common.public_holidays import get_polish_holidays
from .firm import ServiceCommon


@tagged("post_install", "-at_install")
class TestWorkingDays(ServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"country_id": cls.env.ref("base.pl").id, "resource_calendar_id": cls._make_calendar(
            *((day, 8, 16) for day in range(5))).id})
        cls.company.partner_id.tz = "Europe/Warsaw"

    @classmethod
    def _make_calendar(cls, *shifts, **vals):
        return cls.env["resource.calendar"].create({
            "name": "Shifts", "tz": "Europe/Warsaw", "company_id": cls.company.id, "attendance_ids": [
                Command.clear(), *(Command.create({
                    "name": "Shift", "dayofweek": str(day), "hour_from": start, "hour_to": stop})
                    for day, start, stop in shifts)], **vals})

    def _add(self, start, days):
        return self.company._add_working_days(start, days)

    def test_days_off_of_poland(self):
        movable = {
            2024: (date(2024, 3, 31), date(2024, 4, 1), date(2024, 5, 19), date(2024, 5, 30)),
            2027: (date(2027, 3, 28), date(2027, 3, 29), date(2027, 5, 16), date(2027, 5, 27)),
            2038: (date(2038, 4, 25), date(2038, 4, 26), date(2038, 6, 13), date(2038, 6, 24))}
        for year, days in movable.items():
            with self.subTest(year=year):
                self.assertLessEqual(set(days), get_polish_holidays(year).keys())
                self.assertIn(date(year, 11, 11), get_polish_holidays(year))
        self.assertEqual([len(get_polish_holidays(year)) for year in (2010, 2024, 2025)], [12, 13, 14])
        self.assertNotIn(date(2024, 12, 24), get_polish_holidays(2024))
        self.assertIn(date(2018, 11, 12), get_polish_holidays(2018))
        self.assertFalse(get_polish_holidays(1) or get_polish_holidays(9999))

    def test_no_working_day_on_a_holiday(self):
        self.assertEqual(self._add(date(2026, 12, 22), 14), date(2027, 1, 15))
        # Easter Monday, 3 May and Corpus Christi
        self.assertEqual(self._add(date(2027, 3, 25), 2), date(2027, 3, 30))
        self.assertEqual(self._add(date(2027, 4, 30), 1), date(2027, 5, 4))
        self.assertEqual(self._add(date(2027, 5, 26), 1), date(2027, 5, 28))

    def test_a_firm_may_work_on_holidays(self):
        self.company.public_holidays_off = False
        self.assertEqual(self._add(date(2026, 12, 22), 14), date(2027, 1, 11))

    def test_holidays_are_the_countrys(self):
        self.company.country_id = self.env.ref("base.de")
        self.assertEqual(self._add(date(2026, 12, 22), 14), date(2027, 1, 11))
        self.company.country_id = self.env.ref("base.pl")
        self.assertEqual(self._add(date(2026, 12, 22), 14), date(2027, 1, 15), "known anew at once")

    def test_schedules_of_all_kinds(self):
        begin = date(2027, 3, 1)
        for name, calendar, expected in (
                ("nights, begun on five evenings", self._make_calendar(
                    *((day, 22, 24) for day in range(5)), *((day, 0, 6) for day in range(1, 6))), date(2027, 3, 19)),
                ("round the clock", self._make_calendar(*((day, 0, 24) for day in range(7))), date(2027, 3, 15)),
                ("Saturdays as well", self._make_calendar(*((day, 9, 17) for day in range(6))), date(2027, 3, 17)),
                ("flexible", self._make_calendar(flexible_hours=True, hours_per_day=7), date(2027, 3, 19)),
                ("nobody", self._make_calendar(), date(2027, 3, 15)),
                ("none", self.env["resource.calendar"], date(2027, 3, 15))):
            with self.subTest(schedule=name):
                self.company.resource_calendar_id = calendar
                self.assertEqual(self._add(begin, 14), expected)

    def test_closed_for_half_a_year(self):
        self.env["resource.calendar.leaves"].create({
            "name": "Rebuilding", "calendar_id": self.company.resource_calendar_id.id,
            "date_from": "2027-03-01 23:00:00", "date_to": "2027-08-31 21:59:59"})
        self.assertEqual(self._add(date(2027, 3, 1), 2), date(2027, 9, 2))

    def test_day_off_of_another_company(self):
        self.env["resource.calendar.leaves"].with_company(self._get_second_company()).create({
            "name": "Inventory", "calendar_id": False,
            "date_from": "2027-03-02 00:00:00", "date_to": "2027-03-02 22:00:00"}).flush_recordset()
        self.assertEqual(self._add(date(2027, 3, 1), 1), date(2027, 3, 2))

    def test_hours_leave_out_holidays(self):
        def hours(start, stop):
            begin, end = (datetime(*moment, tzinfo=timezone.utc) for moment in (start, stop))
            worked = self.company._get_work_intervals(begin, end)
            return sum((to - since).total_seconds() / 3600 for since, to in worked)

        # Thursday 24 December to Monday 28th
        self.assertEqual(hours((2026, 12, 23, 6), (2026, 12, 28, 18)), 16.0)
        self.company.resource_calendar_id = self._make_calendar(flexible_hours=True, hours_per_day=7)
        self.assertEqual(hours((2026, 12, 23, 0), (2026, 12, 29, 0)), 14.0)
        # round the clock, over the change of the clock on Easter Sunday
        self.company.resource_calendar_id = self._make_calendar(*((day, 0, 24) for day in range(7)))
        self.assertAlmostEqual(hours((2027, 3, 26, 23), (2027, 3, 29, 22)), 24.0, 2)

    def test_entered_in_the_schedule(self):
        Leave = self.env["resource.calendar.leaves"]
        year = self.company._service_today().year
        Leave.create({
            "name": "Ours", "calendar_id": self.company.resource_calendar_id.id, "company_id": self.company.id,
            "date_from": f"{year + 1}-11-10 23:00:00", "date_to": f"{year + 1}-11-11 22:59:59"})
        known = {day for each in range(year, year + 3) for day in get_polish_holidays(each)}
        before = Leave.search([])
        self.company.action_enter_public_holidays()
        entered = Leave.search([]) - before
        self.assertEqual(len(entered), len(known) - 1, "what is off already is not entered again")
        self.assertEqual(entered.company_id, self.company)
        other = self._get_second_company()
        before |= entered
        other.action_enter_public_holidays()
        self.assertEqual((Leave.search([]) - before).company_id, other)
        before = Leave.search([]) - entered
        self.assertEqual(self.company._get_days_off(date(year, 1, 1), date(year + 2, 12, 31)), known)
        self.company.action_enter_public_holidays()
        self.assertEqual(Leave.search([]) - before, entered)
        self.company.public_holidays_off = False
        self.assertEqual(self._add(date(year, 12, 31), 1).day, 4 if date(year + 1, 1, 2).weekday() == 5 else 2 if (
            date(year + 1, 1, 2).weekday() < 5) else 3)

    def test_no_holidays_are_known_of_a_country(self):
        self.company.country_id = self.env.ref("base.us")
        with self.assertRaisesRegex(UserError, "No public holidays are known"):
            self.company.action_enter_public_holidays()
