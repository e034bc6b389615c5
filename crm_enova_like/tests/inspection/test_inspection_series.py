from datetime import date, datetime, timedelta
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ...models.common.schedule import nth_date
from ..common import InspectionCommon

COUNTINGS = ("last_done", "anchor", "month_end")


@tagged("post_install", "-at_install")
class TestInspectionSeries(InspectionCommon):
    """Each date of a plan has its inspection, once, wherever it is moved to and whatever is changed midway."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "Europe/Warsaw"
        cls.regimes = {
            counting: cls._new_regime(f"Quarterly {counting}", interval_number=3, counting=counting)
            for counting in COUNTINGS}

    def _run_cron(self):
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: 9):
            self.env["crm.service.inspection.plan"]._cron_generate()

    def _stir(self, plan):
        """All that plans anew."""
        regime = plan.regime_id
        plan.action_generate()
        self._run_cron()
        regime.write({"interval_number": regime.interval_number})
        plan.write({"anchor_date": plan.anchor_date})
        plan.active = False
        plan.active = True
        plan.device_id.active = False
        plan.device_id.active = True
        regime.active = False
        regime.active = True
        self._run_cron()

    def _slots(self, plan):
        """The dates of the plan that stand for, in order."""
        return sorted(plan.inspection_ids.mapped("schedule_date"))

    def test_one_moved_by_hand_keeps_its_place(self):
        for counting in COUNTINGS:
            for days in (-40, -9, 9, 40):
                with self.subTest(counting=counting, days=days):
                    plan = self._new_plan(self.regimes[counting], date(2026, 2, 28), self._new_device())
                    before = self._slots(plan)
                    second = plan.inspection_ids.sorted("planned_date")[1]
                    slot = second.schedule_date
                    day = slot + timedelta(days=days)
                    second.with_user(self.operator).write({"planned_date": day})
                    self._stir(plan)
                    self.assertEqual(self._slots(plan), before)
                    self.assertEqual((second.planned_date, second.schedule_date), (day, slot))

    def test_a_moved_one_goes_through_each_state_and_comes_back(self):
        for counting in COUNTINGS:
            with self.subTest(counting=counting):
                plan = self._new_plan(self.regimes[counting], date(2026, 2, 28), self._new_device())
                before = self._slots(plan)
                second = plan.inspection_ids.sorted("planned_date")[1]
                second.planned_date -= timedelta(days=12)
                second.action_create_order()
                self._stir(plan)
                self.assertEqual(self._slots(plan), before)
                second.order_id.action_customer_absent("Locked")
                self._stir(plan)
                self.assertEqual(self._slots(plan), before)
                second.action_cancel("Not needed")
                self._stir(plan)
                self.assertEqual(self._slots(plan), before)
                second.action_reopen()
                self._stir(plan)
                self.assertEqual(self._slots(plan), before)

    def test_done_ahead_of_its_date_and_planned_anew(self):
        for counting in ("anchor", "month_end"):
            with self.subTest(counting=counting):
                plan = self._new_plan(self.regimes[counting], date(2025, 12, 31), self._new_device())
                before = self._slots(plan)
                first = plan.inspection_ids.sorted("planned_date")[0]
                first.planned_date = date(2026, 3, 9)
                first.action_done(date(2026, 3, 9))
                self._stir(plan)
                self.assertEqual(self._slots(plan), before)
                first.action_reopen()
                self._stir(plan)
                self.assertEqual(self._slots(plan), before)

    def test_five_years_of_life(self):
        """Done early, late, moved, skipped: no date twice, none lost, never further apart than the interval."""
        self.company.inspection_horizon_months = 6
        for counting in COUNTINGS:
            plan = self._new_plan(self.regimes[counting], date(2026, 1, 31), self._new_device())
            for month in range(1, 61):
                with freeze_time(datetime(2026, 3, 10, 10) + relativedelta(months=month)):
                    self.env.invalidate_all()
                    today = self.company._service_today()
                    self._run_cron()
                    due = plan.inspection_ids.filtered(
                        lambda i, today=today: i.state == "planned" and i.planned_date <= today + timedelta(days=20))
                    for inspection in due.sorted("planned_date")[:1]:
                        if month % 7 == 0:
                            inspection.planned_date = today + timedelta(days=5)
                        elif month % 11 == 0:
                            inspection.action_cancel("Skipped")
                        else:
                            inspection.action_done()
                    if month % 10 == 0:
                        self._stir(plan)
            with self.subTest(counting=counting):
                slots = self._slots(plan)
                live = plan.inspection_ids.filtered("is_open").mapped("schedule_date")
                self.assertEqual(len(set(live)), len(live))
                if counting == "last_done":
                    done = sorted(filter(None, plan.inspection_ids.mapped("date_done")))
                    self.assertEqual(len(set(done)), len(done))
                    self.assertLessEqual(
                        max((b - a).days for a, b in zip(done, done[1:], strict=False)), 7 * 31, "one skipped at most")
                else:
                    expected = [
                        nth_date(date(2026, 1, 31), n, 3, "month", counting == "month_end")
                        for n in range(1, len(slots) + 1)]
                    self.assertEqual(slots, expected, "each date, once")

    def test_an_interval_changed_midway_leaves_no_gap(self):
        for counting in COUNTINGS:
            for number, unit in ((2, "month"), (4, "month"), (45, "day"), (1, "year")):
                with self.subTest(counting=counting, number=number, unit=unit):
                    regime = self._new_regime("Changing", interval_number=3, counting=counting)
                    plan = self._new_plan(regime, date(2025, 12, 20), self._new_device())
                    second = plan.inspection_ids.sorted("planned_date")[1]
                    second.write({"date_agreed": datetime(2026, 6, 18, 8)})
                    regime.write({"interval_number": number, "interval_unit": unit})
                    dates = sorted(plan.inspection_ids.filtered("is_open").mapped("planned_date"))
                    self.assertEqual(len(set(dates)), len(dates))
                    # the arranged one stands for the date before it: no more than one is waited for in vain
                    step = timedelta(days=2 * number * {"day": 1, "month": 31, "year": 366}[unit])
                    for a, b in zip(dates, dates[1:], strict=False):
                        self.assertLessEqual(b - a, step)
                    again = sorted(plan.inspection_ids.mapped("planned_date"))
                    self._stir(plan)
                    self.assertEqual(sorted(plan.inspection_ids.mapped("planned_date")), again)

    def test_from_the_last_one_done_an_arranged_one_is_the_first(self):
        plan = self._new_plan(self.half_year, date(2025, 9, 20))
        first, second = plan.inspection_ids.sorted("planned_date")[:2]
        second.date_agreed = datetime(2026, 9, 19, 8)
        with freeze_time("2026-05-04 10:00:00"):
            # late: the next would be due on 4 November, and they come on 20 September
            first.action_done()
            self.assertEqual(self._dates(plan, "planned"), [date(2026, 9, 20), date(2027, 5, 4)])
            second.action_cancel("Called off")
            self.assertEqual(self._dates(plan, "planned"), [date(2026, 11, 4), date(2027, 5, 4)])

    def test_two_of_one_plan_are_on_no_day(self):
        plan = self._new_plan(self.monthly, date(2026, 2, 15))
        first, second = plan.inspection_ids.sorted("planned_date")[:2]
        with self.assertRaisesRegex(UserError, "another one of its plan is on"):
            first.planned_date = second.planned_date

    def test_the_database_holds_one_of_a_date_wherever_it_is(self):
        plan = self._new_plan(self.monthly, date(2026, 2, 15))
        first = plan.inspection_ids.sorted("planned_date")[0]
        slot = first.schedule_date
        first.planned_date = slot + timedelta(days=3)
        self.env.flush_all()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            plan.inspection_ids.create(
                {"plan_id": plan.id, "device_id": plan.device_id.id, "planned_date": slot}).flush_recordset()

    def test_a_plan_made_in_place_of_another_plans_no_date_twice(self):
        plan = self._new_plan(self.monthly, date(2026, 2, 15))
        plan.inspection_ids.sorted("planned_date")[1].planned_date = date(2026, 4, 18)
        plan.with_user(self.manager).unlink()
        self.assertFalse(self.device.inspection_ids)

    # THE NEXT DATE

    def test_the_next_date_is_known_beyond_the_horizon(self):
        yearly = self._new_regime("Every ten years", interval_number=10, interval_unit="year", counting="anchor")
        plan = self._new_plan(yearly, date(2025, 5, 5))
        self.assertFalse(plan.inspection_ids)
        self.assertEqual((plan.next_date, self.device.next_inspection_date), 2 * (date(2035, 5, 5),))
        found = self.env["crm.service.inspection.plan"].search([("next_date", "=", "2035-05-05")])
        self.assertEqual(found, plan)
        plan.date_end = date(2030, 1, 1)
        self.assertFalse(plan.next_date)
        plan.date_end = False
        self.assertTrue(plan.next_date)
        for record in plan, self.device, yearly:
            record.active = False
            self.assertFalse(plan.next_date, record)
            record.active = True
            self.assertEqual(plan.next_date, date(2035, 5, 5), record)
        self.assertFalse(self.device2.next_inspection_date)

    def test_the_earliest_live_one_comes_first(self):
        plan = self._new_plan(self.half_year, date(2025, 10, 1))
        self.assertEqual(plan.next_date, date(2026, 4, 1))
        plan.inspection_ids.action_cancel("Closed")
        self.assertEqual(plan.next_date, plan.date_to_make)

    # DAYS

    def test_overdue_is_by_the_companys_day(self):
        there = self._get_second_company()
        there.partner_id.tz = "America/Los_Angeles"
        yonder = self.env["crm.service.device"].with_company(there).create({
            "name": "Yonder", "type_id": self.device_type.id, "company_id": there.id,
            "partner_id": self.contractor.id})
        ours = self._new_inspection(self.half_year, self._new_device(), "2026-03-10")
        theirs = self._new_inspection(self.half_year, yonder, "2026-03-10")
        both = ours | theirs
        for tz in ("Europe/Warsaw", "Asia/Tokyo", "America/Los_Angeles"):
            # the 11th in Warsaw, the 10th in Los Angeles, whoever looks
            reader = both.with_context(tz=tz)
            with freeze_time("2026-03-10 23:30:00"), self.subTest(tz=tz):
                reader.invalidate_recordset(["is_overdue", "is_due_soon"])
                self.assertEqual(reader.filtered("is_overdue"), ours)
                self.assertEqual(reader.search([("id", "in", both.ids), ("is_overdue", "=", True)]), ours)
                self.assertEqual(reader.filtered("is_due_soon"), theirs)
                self.assertEqual(reader.search([("id", "in", both.ids), ("is_due_soon", "=", True)]), theirs)

    def test_due_soon_is_the_same_in_lists_and_on_records(self):
        regimes = [self._new_regime(f"Notice {days}", lead_days=days, tolerance_days=10) for days in (0, 5, 60)]
        regimes[2].active = False
        inspections = self.env["crm.service.inspection"].union(*(
            self._new_inspection(regime, self._new_device(), date(2026, 3, 10) + timedelta(days=days))
            for regime in regimes for days in (-11, -10, -1, 0, 1, 5, 6, 60, 61)))
        self.assertEqual(
            inspections.filtered("is_due_soon"),
            inspections.search([("id", "in", inspections.ids), ("is_due_soon", "=", True)]).sorted("id"))

    # OUT OF RANGE

    def test_dates_that_cannot_be_are_refused_in_a_sentence(self):
        inspection = self._new_inspection(self._new_regime("Late", tolerance_days=3660))
        for day in ("9999-12-31", "0001-01-01", "2100-01-01"):
            with self.subTest(day=day), self.assertRaisesRegex(UserError, "cannot be right"):
                inspection.planned_date = day
        for vals in ({"date_agreed": "9999-12-31 20:00:00"}, {"state": "done", "date_done": "0001-01-01"}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "cannot be right"):
                inspection.write(vals)
        for hours in (float("nan"), float("inf"), -1, 10**9):
            with self.subTest(hours=hours), self.assertRaisesRegex(UserError, "planned hours|Planned Hours"):
                self._order(self._new_inspection(device=self._new_device())).planned_hours = hours
        with self.assertRaisesRegex(ValidationError, "of another device than its plan"):
            self.env["crm.service.inspection"].with_user(self.operator).create({
                "plan_id": self._new_plan(self.monthly, date(2026, 1, 1)).id, "device_id": self.device2.id,
                "planned_date": "2026-05-05"})

    def test_a_bad_plan_stops_no_other(self):
        good, bad = (self._new_plan(self.monthly, date(2026, 1, 15), self._new_device()) for _each in range(2))
        more = self._new_plan(self.half_year, date(2026, 1, 15), self._new_device())
        (good | bad | more).inspection_ids.unlink()
        (good | bad | more)._reset_date_to_make()
        self.env.flush_all()
        Plan = type(bad)
        original = Plan._prepare_inspections

        def prepare(plan, *args, **kwargs):
            if plan.id == bad.id:
                raise ValidationError("inconsistent")    # pylint: disable=translation-required  # never shown
            return original(plan, *args, **kwargs)

        with patch.object(Plan, "_prepare_inspections", prepare), self.assertLogs(
                "odoo.addons.crm_enova_like.models.inspection.plan_generation", "WARNING") as logs:
            self._run_cron()
        self.assertIn(f"plan {bad.id} ", logs.output[0])
        self.assertTrue(good.inspection_ids and more.inspection_ids)
        self.assertFalse(bad.inspection_ids)
        self._run_cron()
        self.assertTrue(bad.inspection_ids, "tried again by the next run")
