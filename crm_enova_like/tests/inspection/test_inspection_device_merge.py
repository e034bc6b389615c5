from datetime import date
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import InspectionCommon


@tagged("post_install", "-at_install")
class TestInspectionDeviceMerge(InspectionCommon):
    """The plans and inspections of two cards that become one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kept, cls.gone = cls._new_device("Kept"), cls._new_device("Gone")

    def _merge(self):
        self.kept.with_user(self.manager)._merge_from(self.gone)
        self.assertFalse(self.gone.exists())

    def test_one_plan_a_regime(self):
        kept, gone = (self._new_plan(self.monthly, date(2026, 1, 31), device) for device in (self.kept, self.gone))
        own = self._new_plan(self.half_year, date(2026, 1, 10), self.gone)
        dates = self._dates(kept)
        self._merge()
        self.assertFalse(gone.exists())
        self.assertEqual(self.kept.plan_ids, kept | own)
        self.assertEqual(self._dates(kept), dates, "each date once")
        self.assertEqual(kept.next_date, min(dates))
        self.assertEqual(own.inspection_ids.device_id, self.kept)

    def test_what_was_done_stays(self):
        kept, gone = (self._new_plan(self.half_year, date(2025, 7, 1), device) for device in (self.kept, self.gone))
        done = gone.inspection_ids[0]
        done.action_done("2026-03-05")
        number, day = done.protocol_number, done.planned_date
        twin = kept.inspection_ids.filtered(lambda inspection: inspection.planned_date == day)
        self._merge()
        self.assertEqual((done.state, str(done.date_done), done.protocol_number), ("done", "2026-03-05", number))
        self.assertEqual((done.device_id, done.plan_id), (self.kept, kept))
        self.assertTrue(not twin.exists() or twin.state == "cancelled" and "two cards" in twin.cancel_reason)
        self.assertEqual(str(kept.date_last_done), "2026-03-05")
        self.assertEqual(str(kept.next_date), "2026-09-05", "the schedule follows what was done")

    def test_two_live_ones_on_one_day(self):
        kept, gone = (self._new_inspection(device=device) for device in (self.kept, self.gone))
        other = self._new_inspection(device=self.gone, planned_date="2026-03-21")
        gone.write({"date_agreed": "2026-03-20 10:00:00"})
        self._merge()
        self.assertEqual(gone.state, "planned", "with somebody who waits for it")
        self.assertEqual(kept.state, "cancelled")
        self.assertIn("two cards", kept.cancel_reason)
        self.assertEqual((gone.device_id, other.device_id, other.state), (self.kept, self.kept, "planned"))

    def test_ordered_on_one_of_them(self):
        kept, gone = (self._new_plan(self.monthly, date(2026, 2, 28), device) for device in (self.kept, self.gone))
        first = gone.inspection_ids.sorted("planned_date")[0]
        order = self._order(first)
        twin = kept.inspection_ids.filtered(lambda inspection: inspection.planned_date == first.planned_date)
        self._merge()
        self.assertEqual((first.state, first.order_id, first.plan_id), ("ordered", order, kept))
        self.assertEqual(order.device_line_ids.device_id, self.kept)
        self.assertTrue(not twin.exists() or twin.state == "cancelled")
        self.assertEqual(len(kept.inspection_ids.filtered(
            lambda inspection: inspection.planned_date == first.planned_date)), 1)

    def test_device_with_inspections_stays(self):
        from_plan = self._new_plan(self.monthly, date(2026, 2, 28), self.gone).inspection_ids.sorted("planned_date")[0]
        self.assertFalse(self.gone._get_with_history(), "what is only planned is no history")
        from_plan.action_done("2026-03-09")
        with self.assertRaisesRegex(Exception, "has a history"):
            self.gone.unlink()

    # INSPECTIONS FOR ONE DATE OF THE PLAN, ON DIFFERENT DAYS

    def _new_twins(self):
        """The first inspection of each card's plan, both for 28 March."""
        plans = [self._new_plan(self.monthly, date(2026, 2, 28), card) for card in (self.kept, self.gone)]
        twins = [plan.inspection_ids.sorted("planned_date")[0] for plan in plans]
        self.assertEqual(twins[0].schedule_date, twins[1].schedule_date)
        return plans[0], *twins

    def test_both_moved_by_hand(self):
        plan, own, other = self._new_twins()
        own.planned_date, other.planned_date = "2026-03-30", "2026-04-02"
        self._merge()
        self.assertEqual((own.state, own.plan_id, str(own.planned_date)), ("planned", plan, "2026-03-30"))
        self.assertEqual((other.state, other.plan_id.id, other.device_id), ("cancelled", False, self.kept))
        self.assertIn("two cards", other.cancel_reason)

    def test_moved_and_arranged_and_cancelled(self):
        plan, own, other = self._new_twins()
        other.write({"planned_date": "2026-04-01", "date_agreed": "2026-04-01 09:00:00"})
        own.action_cancel("Not needed")
        self._merge()
        self.assertEqual((other.state, other.plan_id), ("planned", plan), "with somebody who waits for it")
        self.assertEqual((own.state, own.plan_id.id, own.cancel_reason), ("cancelled", False, "Not needed"))

    def test_three_cards_moved_to_three_days(self):
        plan, own, other = self._new_twins()
        third = self._new_plan(self.monthly, date(2026, 2, 28), self._new_device("Third"))
        its = third.inspection_ids.sorted("planned_date")[0]
        own.planned_date, other.planned_date, its.planned_date = "2026-03-29", "2026-03-30", "2026-03-31"
        its.date_agreed = "2026-03-31 09:00:00"
        self.kept.with_user(self.manager)._merge_from(self.gone | third.device_id)
        self.assertEqual((own.state, other.state, its.state, its.plan_id), ("cancelled", "cancelled", "planned", plan))
        dates = [one.schedule_date for one in plan.inspection_ids]
        self.assertEqual(len(dates), len(set(dates)))

    def test_done_ahead_of_its_date_on_one_of_them(self):
        plan, own, other = self._new_twins()
        own.write({"planned_date": "2026-03-29", "date_agreed": "2026-03-29 09:00:00"})
        other.action_done("2026-03-10")
        self._merge()
        self.assertEqual((other.state, other.plan_id), ("done", plan))
        self.assertEqual((own.state, own.plan_id.id), ("cancelled", False), "one visit is enough")

    def test_what_is_still_in_the_way_is_named(self):
        _plan, own, other = self._new_twins()
        own.planned_date, other.planned_date = "2026-03-30", "2026-04-02"
        with patch.object(type(self.kept), "_resolve_double_inspections", lambda *args: None), \
                mute_logger("odoo.sql_db"), self.assertRaisesRegex(UserError, self.monthly.name):
            self._merge()
