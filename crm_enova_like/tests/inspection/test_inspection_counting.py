from datetime import date, datetime

import psycopg2

from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..common import InspectionCommon


@tagged("post_install", "-at_install")
class TestInspectionCounting(InspectionCommon):
    """The next date, by the day: early, late, cancelled, reopened, archived, sold."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.month_end = cls._new_regime("Month's end", interval_number=6, counting="month_end")
        cls.fixed = cls._new_regime("Fixed", interval_number=6, counting="anchor")

    def _first(self, plan):
        return plan.inspection_ids.filtered(
            lambda inspection: inspection.state == "planned").sorted("planned_date")[:1]

    def test_early_and_late_completion_of_each_counting(self):
        for regime, anchor, done, following in [
            # on the day, early, late; the first date of both anchors falls due on or before 10 March
            (self.half_year, date(2025, 9, 10), date(2026, 3, 10), [date(2026, 9, 10), date(2027, 3, 10)]),
            (self.half_year, date(2025, 9, 10), date(2026, 2, 20), [date(2026, 8, 20), date(2027, 2, 20)]),
            (self.half_year, date(2025, 8, 1), date(2026, 3, 9), [date(2026, 9, 9), date(2027, 3, 9)]),
            (self.fixed, date(2025, 9, 10), date(2026, 3, 10), [date(2026, 9, 10), date(2027, 3, 10)]),
            (self.fixed, date(2025, 9, 10), date(2026, 2, 20), [date(2026, 9, 10), date(2027, 3, 10)]),
            (self.fixed, date(2025, 8, 1), date(2026, 3, 9), [date(2026, 8, 1), date(2027, 2, 1)]),
            (self.month_end, date(2025, 9, 30), date(2026, 3, 10), [date(2026, 9, 30)]),
            (self.month_end, date(2025, 9, 30), date(2026, 2, 20), [date(2026, 9, 30)]),
            (self.month_end, date(2025, 8, 30), date(2026, 3, 9), [date(2026, 8, 31), date(2027, 2, 28)]),
        ]:
            with self.subTest(counting=regime.counting, done=done):
                plan = self._new_plan(regime, anchor, self._new_device())
                self._first(plan).action_done(date_done=done)
                self.assertEqual(self._dates(plan, "planned"), following)
                self.assertEqual(plan.next_date, following[0])
                self.assertEqual(plan.date_last_done, done)

    def test_a_whole_interval_early_is_due_one_interval_later(self):
        plan = self._new_plan(self.half_year, date(2026, 3, 10))
        first = self._first(plan)
        self.assertEqual(first.planned_date, date(2026, 9, 10))
        first.action_done()
        self.assertEqual(self._dates(plan, "planned"), [date(2026, 9, 10), date(2027, 3, 10)])

    def test_more_than_an_interval_early_is_due_one_interval_later(self):
        plan = self._new_plan(self.half_year, date(2025, 10, 1))
        second = plan.inspection_ids.sorted("planned_date")[1]
        self.assertEqual(second.planned_date, date(2026, 10, 1))
        second.action_done()
        self.assertEqual(self._dates(plan, "planned"), [date(2026, 9, 10), date(2027, 3, 10)])

    def test_a_day_corrected_later_moves_the_next_date(self):
        plan = self._new_plan(self.half_year, date(2025, 9, 10))
        first = self._first(plan)
        first.action_done()
        first.with_user(self.manager).correct_facts({"date_done": date(2026, 3, 2)}, "Read from the protocol")
        self.assertEqual(self._dates(plan, "planned"), [date(2026, 9, 2), date(2027, 3, 2)])
        with self.assertRaisesRegex(ValidationError, "Half-yearly.*in the future"):
            first.with_user(self.manager).correct_facts({"date_done": date(2026, 3, 11)}, "Typing error")
        self.assertEqual(first.date_done, date(2026, 3, 2))

    def test_a_whole_interval_early_can_be_reopened(self):
        plan = self._new_plan(self.half_year, date(2026, 3, 10))
        first = self._first(plan)
        first.action_done()
        first.action_reopen()
        self.assertEqual(self._dates(plan), [date(2026, 9, 10), date(2027, 3, 10)])
        self.assertIn(first, plan.inspection_ids)
        first.action_done()
        self._first(plan).write({"date_agreed": datetime(2026, 9, 8, 8)})
        with self.assertRaisesRegex(UserError, "Half-yearly.*cannot be reopened"):
            first.action_reopen()
        self.assertEqual(first.state, "done")

    def test_a_device_reopened_in_its_order_takes_the_early_date_back(self):
        plan = self._new_plan(self.half_year, date(2026, 3, 10))
        first = self._first(plan)
        first.action_create_order()
        first.order_device_id.action_repaired()
        self.assertEqual(self._dates(plan, "planned"), [date(2026, 9, 10), date(2027, 3, 10)])
        first.order_device_id.action_reopen()
        self.assertEqual(first.state, "ordered")
        self.assertEqual(self._dates(plan), [date(2026, 9, 10), date(2027, 3, 10)])

    def test_the_database_refuses_a_second_one_of_what_was_cancelled_or_done_on_time(self):
        plan = self._new_plan(self.fixed, date(2025, 9, 10))
        done, cancelled = plan.inspection_ids.sorted("planned_date")[:2]
        done.action_done()
        cancelled.action_cancel("Closed")
        for inspection in done, cancelled:
            with self.subTest(state=inspection.state), self.assertRaises(psycopg2.IntegrityError), \
                    mute_logger("odoo.sql_db"):
                plan.inspection_ids.create({
                    "plan_id": plan.id, "device_id": plan.device_id.id, "planned_date": inspection.planned_date})
                self.env.flush_all()

    def test_leap_day_by_years(self):
        yearly = self._new_regime("Yearly", interval_number=1, interval_unit="year", counting="anchor")
        self.company.write({"inspection_catch_up": "all", "inspection_horizon_months": 24})
        plan = self._new_plan(yearly, date(2024, 2, 29))
        self.assertEqual(self._dates(plan), [
            date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)])

    def test_the_last_of_january_by_months(self):
        plan = self._new_plan(self.monthly, date(2026, 1, 31))
        self.assertEqual(self._dates(plan), [
            date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30),
            date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 30),
            date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28)])

    def test_month_end_from_the_30th_of_january(self):
        regime = self._new_regime("Quarterly, month's end", interval_number=3, counting="month_end")
        plan = self._new_plan(regime, date(2026, 1, 30))
        self.assertEqual(self._dates(plan), [
            date(2026, 4, 30), date(2026, 7, 31), date(2026, 10, 31), date(2027, 1, 31)])

    def test_both_nights_of_daylight_saving(self):
        self.company.partner_id.tz = "Europe/Warsaw"
        daily = self._new_regime("Daily", interval_number=1, interval_unit="day", counting="last_done")
        self.company.inspection_horizon_months = 1
        for before, after, eve, day in [
            # midnight in Warsaw: UTC+1 on the night to summer time, UTC+2 on the night to winter time
            ("2026-03-28 22:59:59", "2026-03-28 23:00:01", date(2026, 3, 28), date(2026, 3, 29)),
            ("2026-10-24 21:59:59", "2026-10-24 22:00:01", date(2026, 10, 24), date(2026, 10, 25)),
            # and a day later, when the clocks have moved
            ("2026-03-29 21:59:59", "2026-03-29 22:00:01", date(2026, 3, 29), date(2026, 3, 30)),
            ("2026-10-25 22:59:59", "2026-10-25 23:00:01", date(2026, 10, 25), date(2026, 10, 26)),
        ]:
            for moment, today in ((before, eve), (after, day)):
                with self.subTest(moment=moment), freeze_time(moment):
                    plan = self._new_plan(daily, eve.replace(day=eve.day - 5), self._new_device())
                    first = self._first(plan)
                    first.action_done()
                    self.assertEqual(first.date_done, today)
                    self.assertEqual(min(self._dates(plan, "planned")), today.replace(day=today.day + 1))

    # CANCELLED, ARRANGED AND DONE AHEAD OF TIME DO NOT STOP THE SCHEDULE

    def test_archived_and_restored_loses_no_date(self):
        for what in ("device", "plan"):
            for change in ("cancel", "arrange", "done"):
                with self.subTest(what=what, change=change):
                    plan = self._new_plan(self.monthly, date(2026, 1, 31), self._new_device())
                    before = self._dates(plan)
                    far = plan.inspection_ids.filtered(lambda i: i.planned_date == date(2026, 8, 31))
                    if change == "cancel":
                        far.action_cancel("Closed in August")
                    elif change == "arrange":
                        far.date_agreed = datetime(2026, 8, 31, 8)
                    else:
                        far.action_done()
                    record = plan.device_id if what == "device" else plan
                    record.active = False
                    self.assertEqual(self._dates(plan), [date(2026, 2, 28), date(2026, 8, 31)])
                    record.active = True
                    self.assertEqual(self._dates(plan), before)

    def test_a_cancelled_date_is_made_again_by_no_change(self):
        plan = self._new_plan(self.half_year, date(2025, 11, 1))
        plan.inspection_ids.sorted("planned_date")[1].action_cancel("Closed")
        self.half_year.interval_number = 9
        self.half_year.interval_number = 6
        self.assertEqual(self._dates(plan, "planned"), [date(2026, 5, 1)])
        self.assertEqual(self._dates(plan, "cancelled"), [date(2026, 11, 1)])

    def test_what_is_arranged_stands_for_the_date_before_it(self):
        plan = self._new_plan(self.monthly, date(2026, 1, 31))
        arranged = plan.inspection_ids.filtered(lambda i: i.planned_date == date(2026, 4, 30))
        arranged.date_agreed = datetime(2026, 4, 28, 8)
        plan.anchor_date = date(2026, 2, 15)
        self.assertEqual(self._dates(plan)[:5], [
            date(2026, 2, 28), date(2026, 3, 15), date(2026, 4, 30), date(2026, 5, 15), date(2026, 6, 15)])

    def test_a_deleted_plan_leaves_no_dates_to_be_made_twice(self):
        plan = self._new_plan(self.monthly, date(2026, 1, 31))
        arranged, overdue = (
            plan.inspection_ids.filtered(lambda i, day=day: i.planned_date == day)
            for day in (date(2026, 4, 30), date(2026, 2, 28)))
        arranged.date_agreed = datetime(2026, 4, 28, 8)
        plan.with_user(self.manager).unlink()
        self.assertEqual(self.device.inspection_ids, arranged | overdue)

    def test_an_archived_regime_plans_nothing_until_it_is_restored(self):
        plan = self._new_plan(self.monthly, date(2026, 1, 31))
        before = self._dates(plan)
        self.monthly.active = False
        self.assertEqual(self._dates(plan), [date(2026, 2, 28)])
        plan.action_generate()
        self.assertEqual(self._dates(plan), [date(2026, 2, 28)])
        self.monthly.active = True
        self.assertEqual(self._dates(plan), before)

    def test_the_button_makes_nothing_for_an_archived_device(self):
        plan = self._new_plan(self.monthly, date(2026, 1, 31))
        self.device.active = False
        plan.action_generate()
        plan.inspection_ids.action_cancel("Scrapped")
        self.assertEqual(self._dates(plan), [date(2026, 2, 28)])

    def test_while_a_device_is_archived_nothing_is_made(self):
        plan = self._new_plan(self.monthly, date(2026, 1, 31))
        self.device.active = False
        with freeze_time("2026-09-10 10:00:00"), self.enter_registry_test_mode():
            self.env.ref("crm_enova_like.ir_cron_generate_inspections").method_direct_trigger()
            self.assertEqual(self._dates(plan), [date(2026, 2, 28)])
        with freeze_time("2026-09-10 10:00:00"):
            self.device.active = True
            # the overdue one is still there: no flood of what was missed
            self.assertEqual(self._dates(plan)[:3], [date(2026, 2, 28), date(2026, 9, 30), date(2026, 10, 31)])

    def test_a_device_sold_keeps_what_is_planned_and_the_past_stays_with_it(self):
        plan = self._new_plan(self.fixed, date(2025, 9, 10))
        done = self._first(plan)
        done.action_done()
        dates = self._dates(plan)
        self.device.write({"partner_id": self.other_contractor.id, "address_id": False})
        self.assertEqual(self._dates(plan), dates)
        live = plan.inspection_ids - done
        self.assertEqual((live.partner_id, live.address_id), (self.other_contractor, self.shop.browse()))
        self.assertEqual((done.state, done.partner_id, done.address_id), ("done", self.contractor, self.shop))

    def test_two_companies_have_their_own_days_and_horizons(self):
        there = self._get_second_company()
        self.company.partner_id.tz, there.partner_id.tz = "Europe/Warsaw", "America/Los_Angeles"
        there.inspection_horizon_months = 3
        yonder = self.env["crm.service.device"].with_company(there).create({
            "name": "Yonder", "type_id": self.device_type.id, "company_id": there.id,
            "partner_id": self.contractor.id})
        plans = self.env["crm.service.inspection.plan"].create([
            {"device_id": device.id, "regime_id": self.monthly.id, "anchor_date": date(2026, 1, 10)}
            for device in (self.device, yonder)])
        with freeze_time("2026-03-10 23:30:00"), self.enter_registry_test_mode():
            # the 11th in Warsaw, the 10th in Los Angeles
            self.env.ref("crm_enova_like.ir_cron_generate_inspections").method_direct_trigger()
        ours, theirs = plans
        self.assertEqual(self._dates(ours)[:2], [date(2026, 3, 10), date(2026, 4, 10)])
        self.assertEqual(self._dates(ours)[-1], date(2027, 3, 10))
        self.assertEqual(self._dates(theirs), [
            date(2026, 2, 10), date(2026, 3, 10), date(2026, 4, 10), date(2026, 5, 10), date(2026, 6, 10)])
        self.assertEqual(theirs.inspection_ids.company_id, there)
