from datetime import date, datetime, time

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time, tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestSeries(ServiceCommon):
    """What happens to a series in the middle: another rule, one task moved, one deleted, one done late."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))
        cls.company.partner_id.tz = "Europe/Warsaw"

    def _series(self, **vals):
        return self.env["crm.task"].with_user(self.operator).create({
            "name": "Count the till", "user_id": self.technician.id, "repeats": True, "repeat_unit": "week",
            "repeat_count": 100, **vals})

    def _next(self, task, times=1):
        first = task.series_id or task
        for _number in range(times):
            if task.is_open:
                task.action_done()
            task = self.env["crm.task"].with_user(self.operator).search(
                [("series_id", "=", first.id)], order="series_index desc", limit=1)
        return task

    # ANOTHER RULE

    def test_another_interval_counts_from_the_task_on_which_it_was_said(self):
        first = self._series(date_deadline=date(2026, 1, 31), repeat_unit="month")
        fourth = self._next(first, 3)
        self.assertEqual(fourth.date_deadline, date(2026, 4, 30))
        fourth.write({"repeat_number": 2, "repeat_unit": "week"})
        self.assertEqual(fourth.series_anchor_id, fourth)
        fifth, sixth = self._next(fourth), self._next(fourth, 2)
        self.assertEqual(
            [(task.date_deadline, task.series_index, task.series_id) for task in (fifth, sixth)],
            [(date(2026, 5, 14), 4, first), (date(2026, 5, 28), 5, first)])
        # and once more, with an hour
        sixth.write({"repeat_unit": "year", "repeat_number": 1, "planned_start": datetime(2026, 5, 29, 6)})
        seventh = self._next(sixth)
        self.assertEqual((seventh.planned_start, seventh.date_deadline), (
            datetime(2027, 5, 29, 6), date(2027, 5, 28)))

    def test_the_same_rule_written_once_more_changes_nothing(self):
        """A form and an import write what is there already."""
        first = self._series(date_deadline=date(2026, 1, 31), repeat_unit="month")
        second = self._next(first)
        second.write({"repeats": True, "repeat_number": 1, "repeat_unit": "month", "repeat_working_days": False})
        self.assertEqual(second.series_anchor_id, first)
        self.assertEqual(self._next(second).date_deadline, date(2026, 3, 31))

    def test_on_working_days_from_now_on(self):
        self.company.resource_calendar_id = self.env["resource.calendar"].create({"name": "Monday to Friday"})
        first = self._series(date_deadline=date(2026, 3, 11), repeat_unit="day")
        third = self._next(first, 2)
        third.repeat_working_days = True
        # the 13th is a Friday
        self.assertEqual([self._next(third, n).date_deadline.day for n in (1, 2)], [16, 17])

    def test_ended_and_begun_again(self):
        first = self._series(date_deadline=date(2026, 3, 16))
        second = self._next(first)
        second.repeats = False
        second.action_done()
        self.assertEqual(self._next(second), second)
        second.action_reopen()
        second.write({"repeats": True, "date_deadline": date(2026, 3, 25)})
        self.assertEqual(self._next(second).date_deadline, date(2026, 4, 1))

    # ON WORKING DAYS

    def _work_on(self, *days):
        calendar = self.env["resource.calendar"].create({
            "name": "Shifts", "tz": "Europe/Warsaw", "company_id": self.company.id, "attendance_ids": [
                Command.clear(), *(Command.create({
                    "name": "Shift", "dayofweek": str(day), "hour_from": 8, "hour_to": 16}) for day in days)]})
        self.company.write({"country_id": self.env.ref("base.pl").id, "resource_calendar_id": calendar.id})
        return calendar

    def _take_off(self, day):
        self.env["resource.calendar.leaves"].create({
            "name": "Closed", "calendar_id": self.company.resource_calendar_id.id, "company_id": self.company.id,
            "date_from": datetime.combine(day, time(0)), "date_to": datetime.combine(day, time(22))})

    def test_holidays_of_the_past_that_are_known_since(self):
        """The update of a firm that worked on 11 November, by what Odoo knew."""
        self._work_on(*range(5))
        self.company.public_holidays_off = False
        first = self._series(date_deadline=date(2026, 11, 2), repeat_unit="day", repeat_working_days=True)
        task = self._next(first, 19)
        self.assertEqual((task.date_deadline, task.series_index), (date(2026, 11, 27), 19))
        self.company.public_holidays_off = True
        days = [self._next(task, n).date_deadline for n in (1, 2)]
        self.assertEqual(days, [date(2026, 11, 30), date(2026, 12, 1)])
        # and back: those that are in the calendar no more
        task = self._next(task)
        self.company.public_holidays_off = False
        self.assertEqual(self._next(task).date_deadline, date(2026, 12, 2))

    def test_a_calendar_that_changes_meanwhile(self):
        """Each task is later than the one before, and no day of work is skipped, whatever the past is like now."""
        calendar = self._work_on(*range(5))
        task = self._next(self._series(date_deadline=date(2026, 6, 8), repeat_unit="day", repeat_working_days=True), 7)
        self.assertEqual(task.date_deadline, date(2026, 6, 17))
        self._take_off(date(2026, 6, 10))
        task = self._next(task)
        self.assertEqual(task.date_deadline, date(2026, 6, 18))
        # the day of the task itself
        self._take_off(date(2026, 6, 18))
        task = self._next(task)
        self.assertEqual(task.date_deadline, date(2026, 6, 19))
        # Fridays are no more worked, and are again
        fridays = calendar.attendance_ids.filtered(lambda line: line.dayofweek == "4")
        fridays.dayofweek = "5"
        task = self._next(task)
        self.assertEqual(task.date_deadline, date(2026, 6, 20))
        fridays.dayofweek = "4"
        task = self._next(task)
        self.assertEqual(task.date_deadline, date(2026, 6, 22))
        # no calendar at all
        self.company.resource_calendar_id = False
        self.assertEqual(self._next(task, 6).date_deadline, date(2026, 6, 28))

    def test_the_rhythm_stays_on_working_days(self):
        self._work_on(*range(5))
        task = self._series(date_deadline=date(2026, 1, 31), repeat_unit="month", repeat_working_days=True)
        days = [date(2026, 3, 2), date(2026, 3, 31), date(2026, 4, 30), date(2026, 6, 1), date(2026, 6, 30)]
        # 28 February is a Saturday, 31 May a Sunday
        for day in days:
            task = self._next(task)
            self.assertEqual(task.date_deadline, day)
        # a week's day that is one off when it is over: it was there, and is not once more on Monday
        task = self._next(self._series(date_deadline=date(2026, 6, 12), repeat_working_days=True))
        self._take_off(date(2026, 6, 19))
        self.assertEqual(self._next(task).date_deadline, date(2026, 6, 26))

    def test_on_working_days_one_that_was_moved_by_hand_moves_nothing(self):
        self._work_on(*range(5))
        for vals in ({"date_deadline": date(2026, 6, 17)}, {"date_deadline": date(2026, 6, 12)},
                     {"date_deadline": date(2026, 6, 18), "state": "done"}):
            with self.subTest(vals=vals):
                task = self._next(self._series(
                    date_deadline=date(2026, 6, 12), repeat_unit="day", repeat_working_days=True))
                task.write(vals)
                self.assertEqual(task.series_day, date(2026, 6, 15))
                self.assertEqual(self._next(task).date_deadline, date(2026, 6, 16))
        # with another rule at once, it is counted from where it is
        task = self._next(self._series(date_deadline=date(2026, 6, 12), repeat_unit="day", repeat_working_days=True))
        task.write({"date_deadline": date(2026, 6, 17), "repeat_unit": "week"})
        self.assertEqual(self._next(task).date_deadline, date(2026, 6, 24))

    # ONE OF THEM MOVED

    def test_one_written_to_another_hour_by_hand(self):
        first = self._series(planned_start=datetime(2026, 5, 11, 8), planned_stop=datetime(2026, 5, 11, 10))
        second = self._next(first)
        second.write({"planned_start": datetime(2026, 5, 20, 12), "planned_stop": datetime(2026, 5, 20, 12, 30)})
        third = self._next(second)
        self.assertEqual((third.planned_start, third.planned_stop), (
            datetime(2026, 5, 25, 8), datetime(2026, 5, 25, 10)))

    def test_the_first_one_postponed_twice_and_made_longer_in_the_calendar(self):
        first = self._series(planned_start=datetime(2026, 5, 11, 8), planned_stop=datetime(2026, 5, 11, 9),
                             date_deadline=date(2026, 5, 13))
        first.action_postpone(2)
        first.action_postpone(1)
        entry = first.sudo().calendar_event_id
        entry.with_user(self.technician).write({"stop": datetime(2026, 5, 14, 15)})
        self.assertEqual(first.planned_stop, datetime(2026, 5, 14, 15))
        second = self._next(first)
        self.assertEqual((second.planned_start, second.planned_stop, second.date_deadline), (
            datetime(2026, 5, 18, 8), datetime(2026, 5, 18, 9), date(2026, 5, 20)))

    def test_a_whole_day_put_at_an_hour(self):
        first = self._series(date_deadline=date(2026, 5, 11))
        first.sudo().calendar_event_id.with_user(self.technician).write({
            "allday": False, "start": datetime(2026, 5, 12, 7), "stop": datetime(2026, 5, 12, 8)})
        self.assertEqual(first.planned_start, datetime(2026, 5, 12, 7))
        second = self._next(first)
        self.assertEqual((second.planned_start, second.date_deadline), (False, date(2026, 5, 18)))

    def test_a_done_one_that_is_written_moves_nothing(self):
        first = self._series(date_deadline=date(2026, 3, 16))
        second = self._next(first)
        first.write({"date_deadline": date(2026, 3, 10), "name": "Counted"})
        self.assertEqual(self._next(second).date_deadline, date(2026, 3, 30))

    # DONE EARLY OR LATE, DELETED, MADE AGAIN

    def test_done_late_and_done_early_the_dates_stay(self):
        first = self._series(date_deadline=date(2026, 2, 2))
        second = self._next(first)    # five weeks late
        self.assertEqual(second.date_deadline, date(2026, 2, 9))
        fourth = self._next(second, 2)
        far = self._next(fourth, 8)
        self.assertEqual(far.date_deadline, date(2026, 4, 20))

    def test_one_deleted_in_the_middle(self):
        first = self._series(date_deadline=date(2026, 3, 16))
        second = self._next(first)
        third = self._next(second)
        second.with_user(self.manager).unlink()
        self.assertEqual(self._next(third).date_deadline, date(2026, 4, 6))
        # the last one is deleted, and the one before done once more
        fourth = self._next(third)
        fourth.with_user(self.manager).unlink()
        third.action_reopen()
        self.assertEqual(self._next(third).date_deadline, date(2026, 4, 6))

    def test_that_from_which_is_counted_stays(self):
        first = self._series(date_deadline=date(2026, 3, 16))
        second = self._next(first)
        second.repeat_unit = "month"
        third = self._next(second)
        with self.assertRaisesRegex(UserError, "Count the till.*counted from it"):
            second.with_user(self.manager).unlink()
        self.assertEqual(self._next(third).date_deadline, date(2026, 5, 23))

    # CLOCKS

    def test_both_changes_of_the_clock_and_midnight(self):
        for start, expected in (
                (datetime(2026, 3, 25, 22, 30), datetime(2026, 4, 1, 21, 30)),     # 26 March, 23:30 to 00:30
                (datetime(2026, 3, 22, 23, 30), datetime(2026, 3, 29, 22, 30)),    # half past midnight
                (datetime(2026, 10, 18, 22, 15), datetime(2026, 10, 25, 23, 15)),
                (datetime(2026, 10, 19, 6), datetime(2026, 10, 26, 7))):
            with self.subTest(start=start):
                task = self._series(planned_start=start)
                self.assertEqual(self._next(task).planned_start, expected)

    def test_who_finishes_it_elsewhere_changes_no_hour(self):
        self.operator.tz = "Asia/Tokyo"
        task = self._series(planned_start=datetime(2026, 3, 23, 22, 30))
        self.assertEqual(self._next(task.with_context(tz="Asia/Tokyo")).planned_start, datetime(2026, 3, 30, 21, 30))

    # FORGED

    def test_the_place_in_a_series_is_not_typed(self):
        first = self._series(date_deadline=date(2026, 3, 16))
        second = self._next(first)
        for vals in ({"series_index": 100_000}, {"series_id": False}, {"series_anchor_id": second.id},
                     {"series_day": "2026-01-01"}, {"series_start": "2026-01-01 10:00:00"}):
            with self.subTest(vals=vals):
                for user in (self.technician, self.manager):
                    with self.assertRaisesRegex(UserError, "cannot be entered"):
                        second.with_user(user).write(vals)
        with self.assertRaisesRegex(UserError, "cannot be entered"):
            self._series(date_deadline=date(2026, 3, 16), series_id=first.id, series_index=50)
        made = self.env["crm.task"].with_user(self.operator).with_context(
            default_series_id=first.id, default_series_index=7, default_series_day="2020-01-01").create({
                "name": "By the context", "repeats": True, "repeat_count": 2, "date_deadline": "2026-03-16"})
        self.assertEqual((made.series_id, made.series_index, made.series_day), (
            self.env["crm.task"], 0, date(2026, 3, 16)))

    def test_intervals_that_no_calendar_has(self):
        for vals in ({"repeat_number": 2_000_000}, {"repeat_unit": "year", "repeat_number": 101}):
            with self.subTest(vals=vals), self.assertRaisesRegex(ValidationError, "hundred years"):
                self._series(date_deadline=date(2026, 3, 16), **vals)
        task = self._series(date_deadline=date(2026, 3, 16))
        for days in (10 ** 9, 10 ** 7):
            with self.subTest(days=days), self.assertRaisesRegex(UserError, "can be moved by 3660 days at most"):
                task.action_postpone(days)
