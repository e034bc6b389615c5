from datetime import date

from odoo.tests import BaseCase, tagged

from ...models.common.schedule import dates_until, next_date, nth_date


@tagged("post_install", "-at_install")
class TestInspectionSchedule(BaseCase):
    """Dates of a schedule, without a database."""

    def test_the_last_of_january_never_drifts(self):
        dates = [nth_date(date(2026, 1, 31), n, 1, "month") for n in range(1, 6)]
        self.assertEqual(dates, [
            date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30)])

    def test_the_29th_of_february_by_years(self):
        dates = [nth_date(date(2024, 2, 29), n, 1, "year") for n in range(1, 5)]
        self.assertEqual(dates, [
            date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)])

    def test_month_end(self):
        self.assertEqual(nth_date(date(2026, 11, 30), 1, 3, "month", month_end=True), date(2027, 2, 28))
        self.assertEqual(nth_date(date(2026, 4, 15), 1, 1, "month", month_end=True), date(2026, 5, 31))

    def test_days_and_weeks(self):
        self.assertEqual(nth_date(date(2026, 3, 28), 1, 30, "day"), date(2026, 4, 27))
        self.assertEqual(nth_date(date(2026, 12, 28), 2, 1, "week"), date(2027, 1, 11))

    def test_the_next_date_is_the_first_after(self):
        for unit, number in (("day", 1), ("day", 30), ("week", 2), ("month", 1), ("month", 7), ("year", 2)):
            for anchor in (date(2020, 1, 31), date(2020, 2, 29), date(1990, 12, 31)):
                for after in (date(2019, 1, 1), anchor, date(2026, 2, 28), date(2026, 11, 24)):
                    n, found = next_date(anchor, after, number, unit)
                    self.assertEqual(found, nth_date(anchor, n, number, unit))
                    self.assertGreater(found, after)
                    if n > 1:
                        self.assertLessEqual(nth_date(anchor, n - 1, number, unit), after)

    def test_dates_until_include_both_ends(self):
        self.assertEqual(
            dates_until(date(2026, 1, 31), date(2026, 2, 28), date(2026, 4, 30), 1, "month"),
            [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)])
