from datetime import date, datetime

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..common.firm import ServiceCommon


@tagged("post_install", "-at_install")
class TestOrderMovedIn(ServiceCommon):
    """A manager moves in orders of the past: they end when they did, and not today."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order_type.repair_warranty_months = 6
        cls.company.partner_id.tz = "Europe/Warsaw"

    def _move_in(self, row=None, **vals):
        return self.env["crm.service.order"].with_user(self.manager).create({
            "partner_id": self.contractor.id, "date_received": "2019-03-01 09:00:00", "state": "done",
            "device_line_ids": [Command.create({"device_id": self.device.id, "state": "repaired", **(row or {})})],
            **vals})

    def _until(self, row=None, **vals):
        return self._move_in(row, **vals).device_line_ids.repair_warranty_until

    def test_the_warranty_counts_from_the_hand_over_of_that_time(self):
        ended = {"date_closed": "2019-03-08 10:00:00", "date_released": "2019-04-11 23:30:00"}    # the 12th there
        self.assertEqual(self._until(ended), date(2019, 10, 12))
        again = self.make_order(self.device, date_received="2019-11-02 10:00:00").device_line_ids
        self.assertEqual((again.basis, again.rework_of_id.id), ("paid", False))
        within = self.make_order(self.device, date_received="2019-10-12 10:00:00").device_line_ids
        self.assertEqual(within.basis, "rework")

    def test_else_from_the_outcome_or_the_end_of_the_order(self):
        self.assertEqual(self._until({"date_closed": "2019-03-08 10:00:00"}), date(2019, 9, 8))
        order = self._move_in(date_closed="2019-05-05 10:00:00")
        row = order.device_line_ids
        self.assertEqual((row.date_closed, row.repair_warranty_until), (datetime(2019, 5, 5, 10), date(2019, 11, 5)))
        self.assertEqual(self._until({"date_released": "2019-07-01 10:00:00"}), date(2020, 1, 1))
        row = self._move_in({"date_released": "2019-07-01 10:00:00"}, date_closed="2019-07-20 10:00:00").device_line_ids
        self.assertEqual(row.date_closed, datetime(2019, 7, 1, 10))

    def test_what_is_given_stays(self):
        ended = {"date_closed": "2019-03-08 10:00:00", "date_released": "2019-04-11 10:00:00"}
        self.assertEqual(self._until({**ended, "repair_warranty_until": "2019-10-31"}), date(2019, 10, 31))
        self.assertFalse(self._until({**ended, "repair_warranty_until": False}))
        self.assertEqual(self._until({**ended, "repair_warranty_months": 24}), date(2021, 4, 11))

    def test_by_an_import(self):
        result = self.env["crm.service.order"].with_user(self.manager).load(
            ["partner_id/.id", "date_received", "state", "device_line_ids/device_id/.id", "device_line_ids/state",
             "device_line_ids/date_closed", "device_line_ids/date_released"],
            [[str(self.contractor.id), "2019-03-01 09:00:00", "done", str(self.device.id), "replaced",
              "2019-03-08 10:00:00", "2019-04-11 10:00:00"],
             ["", "", "", str(self.device2.id), "repaired", "2019-03-09 10:00:00", ""]])
        self.assertFalse(result["messages"])
        rows = self.env["crm.service.order"].browse(result["ids"]).device_line_ids
        self.assertEqual(rows.mapped("repair_warranty_until"), [date(2019, 10, 11), date(2019, 9, 9)])

    def test_it_is_no_rework_of_a_later_repair(self):
        with freeze_time("2026-11-02 10:00:00"):
            self.make_order(self.device, date_received="2026-11-01 10:00:00").device_line_ids.action_repaired()
        row = self._move_in({"date_closed": "2019-03-08 10:00:00"}).device_line_ids
        self.assertEqual((row.basis, row.rework_of_id.id), ("paid", False))

    def test_its_copies_are_of_later(self):
        ended = {"date_closed": "2019-03-08 10:00:00"}
        order = self._move_in(ended, date_closed="2019-05-05 10:00:00")
        self.assertTrue(order.done_is_estimate)
        self.assertTrue(order.device_line_ids.done_is_estimate)
        given = self._move_in(
            {**ended, "done_is_estimate": False}, date_closed="2019-05-05 10:00:00", done_is_estimate=False)
        self.assertFalse(given.done_is_estimate or given.device_line_ids.done_is_estimate)
        row = self._move_in(ended).device_line_ids
        copies = {name: row[name].id if name == "done_partner_id" else row[name]
                  for name in row._get_done_fields() - {"done_is_estimate"}}
        same = self._move_in({**ended, **copies, "done_device_name": "As it was called"}).device_line_ids
        self.assertEqual(same.done_device_name, "As it was called")
        self.assertFalse(same.done_is_estimate)
        today = self.make_order(self.device2)
        today.device_line_ids.action_repaired()
        today.action_done()
        self.assertFalse(today.done_is_estimate or today.device_line_ids.done_is_estimate)
        self.assertFalse(self._move_in().done_is_estimate)
