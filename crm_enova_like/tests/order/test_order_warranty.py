from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from ..common.firm import ServiceCommon


@tagged("post_install", "-at_install")
class TestOrderWarranty(ServiceCommon):
    """The warranty of a repair follows the hand-over, unless a day was agreed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order_type.repair_warranty_months = 3
        with freeze_time("2026-11-30 10:00:00"):
            cls.row = cls.make_order(cls.device, date_received="2026-11-02 08:00:00").device_line_ids
            cls.row.action_repaired()
        cls.managed = cls.row.with_user(cls.manager)

    def _release(self, moment, **given):
        with freeze_time(moment):
            self.row.action_release("Anna", **given)
        return self.row.repair_warranty_until

    def test_a_day_that_was_agreed_may_be_a_whole_number_of_months_away(self):
        self.managed.repair_warranty_until = "2027-05-30"
        self.assertEqual(self._release("2027-01-15 10:00:00"), date(2027, 5, 30))

    def test_the_same_day_brought_back_agrees_nothing(self):
        self.managed.write({"repair_warranty_until": "2027-02-28", "fault": "Noise"})
        self.assertEqual(self._release("2027-01-15 10:00:00"), date(2027, 4, 15))

    def test_the_day_that_it_has_may_be_confirmed(self):
        self.managed.correct_facts({"repair_warranty_until": "2027-02-28"}, "confirmed by letter")
        self.assertEqual(self._release("2027-01-15 10:00:00"), date(2027, 2, 28))

    def test_handed_over_once_more(self):
        self._release("2027-01-15 10:00:00")
        self.managed.correct_facts({"date_released": False}, "the wrong device")
        self.assertEqual(self.row.repair_warranty_until, date(2027, 2, 28))
        self.assertEqual(self._release("2027-02-20 10:00:00"), date(2027, 5, 20))

    @freeze_time("2027-02-01 10:00:00")
    def test_corrected_dates_move_it(self):
        self.managed.correct_facts({"date_closed": "2026-11-03 10:00:00"}, "entered late")
        self.assertEqual(self.row.repair_warranty_until, date(2027, 2, 3))
        self._release("2027-01-15 10:00:00")
        self.managed.correct_facts({"date_released": "2027-01-10 10:00:00"}, "entered late")
        self.assertEqual(self.row.repair_warranty_until, date(2027, 4, 10))
        self.managed.repair_warranty_until = "2027-04-10"
        self.managed.repair_warranty_until = "2027-12-10"
        self.managed.correct_facts({"date_released": "2027-01-11 10:00:00"}, "entered late")
        self.assertEqual(self.row.repair_warranty_until, date(2027, 12, 10), "agreed")

    def test_agreed_with_the_outcome(self):
        row = self.make_order(self.device2).device_line_ids
        row.with_user(self.manager).write({"state": "replaced", "repair_warranty_until": "2030-01-31"})
        self.assertEqual(row.repair_warranty_until, date(2030, 1, 31))
        row.action_reopen()
        self.assertFalse(row.repair_warranty_until)
        with freeze_time("2026-12-01 10:00:00"):
            row.action_repaired()
        self.assertEqual(row.repair_warranty_until, date(2027, 3, 1))

    def test_repaired_after_it_went_back(self):
        row = self.make_order(self.device2).device_line_ids
        with freeze_time("2026-12-01 10:00:00"):
            row.action_release("Anna", reason="needed for the fair")
        self.assertFalse(row.repair_warranty_until)
        with freeze_time("2026-12-20 10:00:00"):
            row.action_repaired()
        self.assertEqual(row.repair_warranty_until, date(2027, 3, 20))
