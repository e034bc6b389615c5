from datetime import date

from odoo.tests import tagged

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
