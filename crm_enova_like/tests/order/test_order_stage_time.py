from datetime import datetime
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestStageTime(ServiceCommon):
    """How long orders stand in their stages, and who brings them there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Time = cls.env["crm.service.stage.time"]
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create({
            "name": "Eight to four", "tz": "Europe/Warsaw", "company_id": cls.company.id,
            "attendance_ids": [(5, 0, 0)] + [
                (0, 0, {"name": day, "dayofweek": day, "hour_from": 8, "hour_to": 16, "day_period": "morning"})
                for day in "01234"]})

    def _stays(self, order):
        """[(state of the stage, user, from, to, hours)] in their order; None where nothing is known."""
        self.env.cr.execute(
            """SELECT s.state, t.user_id, t.date_start, t.date_end, t.duration, t.is_current
                 FROM crm_service_stage_time t JOIN crm_service_stage s ON s.id = t.stage_id
                WHERE t.order_id = %s ORDER BY t.id""", [order.id])
        rows = self.env.cr.fetchall()
        self.assertEqual([row[5] for row in rows], [False] * (len(rows) - 1) + [True], "the last one lasts")
        return [row[:5] for row in rows]

    def _stage(self, state):
        return self.env["crm.service.stage"].search(
            [("company_id", "=", self.company.id), ("state", "=", state)], limit=1)

    # WHAT A MOVE WRITES

    def test_from_counter_to_archive(self):
        with freeze_time("2026-03-09 09:00:00"):
            order = self.make_order(user=self.operator, user_id=self.technician.id)
        self.assertEqual(
            self._stays(order), [("new", self.operator.id, datetime(2026, 3, 9, 9), None, None)])
        with freeze_time("2026-03-09 10:30:00"):
            order.with_user(self.technician).action_start()
        with freeze_time("2026-03-10 08:00:00"):
            # dragged on the board
            order.with_user(self.technician).write({"stage_id": self._stage("waiting").id})
        with freeze_time("2026-03-10 08:15:00"):
            # by a colleague who reads no log
            order.with_user(self.operator).action_done()
        self.assertEqual(self._stays(order), [
            ("new", self.operator.id, datetime(2026, 3, 9, 9), datetime(2026, 3, 9, 10, 30), 1.5),
            ("in_progress", self.technician.id, datetime(2026, 3, 9, 10, 30), datetime(2026, 3, 10, 8), 21.5),
            ("waiting", self.technician.id, datetime(2026, 3, 10, 8), datetime(2026, 3, 10, 8, 15), 0.25),
            ("done", self.operator.id, datetime(2026, 3, 10, 8, 15), None, None),
        ])
        with freeze_time("2026-03-12 08:15:00"):
            order.with_user(self.manager).action_reopen()
        self.assertEqual(self._stays(order)[3:], [
            ("done", self.operator.id, datetime(2026, 3, 10, 8, 15), datetime(2026, 3, 12, 8, 15), 48.0),
            ("in_progress", self.manager.id, datetime(2026, 3, 12, 8, 15), None, None),
        ])

    def test_what_was_read_before_the_move_is_read_anew(self):
        order = self.make_order()
        stay = self.Time.search([("order_id", "=", order.id)])
        self.assertTrue(stay.is_current)
        order.action_start()
        self.assertFalse(stay.is_current)
        self.assertTrue(stay.date_end)

    @freeze_time("2026-03-09 09:00:00")
    def test_begins_with_the_receipt(self):
        """An order entered later has stood there since it was received; one that is announced, since now."""
        entered_later = self.make_order(date_received="2026-03-06 15:00:00")
        announced = self.make_order(date_received="2026-03-11 15:00:00")
        self.assertEqual(self._stays(entered_later)[0][2], datetime(2026, 3, 6, 15))
        self.assertEqual(self._stays(announced)[0][2], datetime(2026, 3, 9, 9))

    def test_staying_is_no_move(self):
        order, other = self.make_order(), self.make_order()
        order.action_start()
        (order | other).write({"stage_id": self._stage("in_progress").id, "priority": "1"})
        order.write({"description": "Beeps"})
        self.assertEqual([row[0] for row in self._stays(order)], ["new", "in_progress"])
        self.assertEqual([row[0] for row in self._stays(other)], ["new", "in_progress"])

    def test_refused_move_leaves_nothing(self):
        order = self.make_order(self.device)
        with self.assertRaises(UserError):
            order.action_done()
        self.assertEqual([row[0] for row in self._stays(order)], ["new"])

    def test_copy_begins_anew(self):
        order = self.make_order()
        order.action_start()
        self.assertEqual([row[0] for row in self._stays(order.copy())], ["new"])

    @freeze_time("2026-03-09 09:00:00")
    def test_order_that_comes_closed(self):
        """Moving in: one stay, in the closed stage, since the order was closed. What was before is not known."""
        Order = self.env["crm.service.order"].with_user(self.manager)
        known, unknown = Order.create([{
            "partner_id": self.contractor.id, "state": "done", "date_received": "2024-01-02 10:00:00", **vals,
        } for vals in ({"date_closed": "2024-01-05 12:00:00"}, {})])
        self.assertEqual(self._stays(known), [("done", self.manager.id, datetime(2024, 1, 5, 12), None, None)])
        self.assertEqual(self._stays(unknown), [("done", self.manager.id, datetime(2026, 3, 9, 9), None, None)])

    def test_order_made_in_a_later_stage(self):
        order = self.make_order(stage_id=self._stage("accepted").id)
        self.assertEqual([row[0] for row in self._stays(order)], ["accepted"])

    # COST

    def test_one_statement_for_any_number(self):
        orders = self.env["crm.service.order"].create([{"partner_id": self.contractor.id} for _index in range(250)])
        stage = self._stage("in_progress")
        self.assertTrue(stage.is_open)
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.Time._record_move(orders, stage)
        self.assertEqual(self.Time.search_count([("order_id", "in", orders.ids)]), 500)
        self.assertEqual(self.Time.search_count([("order_id", "in", orders.ids), ("is_current", "=", True)]), 250)

    def test_one_call_for_a_batch(self):
        """Created and moved together, orders are recorded together."""
        with patch.object(type(self.Time), "_record_move", autospec=True) as record:
            orders = self.env["crm.service.order"].create([{"partner_id": self.contractor.id} for _index in range(20)])
            self.assertEqual([(call.args[1], call.args[2].state) for call in record.mock_calls], [(orders, "new")])
            record.reset_mock()
            orders.action_accept()
            self.assertEqual(
                [(call.args[1], call.args[2].state) for call in record.mock_calls], [(orders, "accepted")])

    # RIGHTS AND REFERENCES

    def test_managers_read_and_nobody_writes(self):
        order = self.make_order(user_id=self.technician.id)
        stay = self.Time.search([("order_id", "=", order.id)])
        for user in (self.technician, self.operator, self.keeper, self.employee):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                stay.with_user(user).read(["stage_id"])
        self.assertEqual(stay.with_user(self.manager).display_name, order.stage_id.name)
        with self.assertRaises(AccessError):
            stay.with_user(self.manager).write({"date_start": fields.Datetime.now()})
        with self.assertRaises(AccessError):
            stay.with_user(self.manager).unlink()

    def test_companies_never_see_each_other(self):
        other = self._get_second_company()
        order = self.env["crm.service.order"].with_context(allowed_company_ids=other.ids).create(
            {"partner_id": self.contractor.id, "company_id": other.id})
        stay = self.Time.search([("order_id", "=", order.id)])
        self.assertEqual(stay.company_id, other)
        self.assertFalse(self.Time.with_user(self.manager).search([("id", "=", stay.id)]))
        self.manager.company_ids += other
        both = self.Time.with_user(self.manager).with_context(allowed_company_ids=(self.company | other).ids)
        self.assertEqual(both.search([("id", "=", stay.id)]), stay)

    def test_managers_find_them_in_the_cog(self):
        action = self.env.ref("crm_enova_like.action_crm_service_stage_time")
        order = self.make_order()
        for user, found in ((self.manager, True), (self.operator, False), (self.technician, False)):
            bound = self.env["ir.actions.actions"].with_user(user).get_bindings("crm.service.order")
            with self.subTest(user=user.login):
                self.assertEqual(action.id in [each["id"] for each in bound.get("action", ())], found)
        views = self.Time.with_user(self.manager).get_views([(False, "list"), (False, "search")])
        self.assertIn("working_hours", views["views"]["list"]["arch"])
        domain = fields.Domain("order_id", "in", order.ids)
        self.assertEqual(self.Time.with_user(self.manager).search_count(domain), 1)

    def test_goes_with_its_order(self):
        order = self.make_order()
        stays = self.Time.search([("order_id", "=", order.id)])
        order.with_user(self.manager).unlink()
        self.assertFalse(stays.exists())

    def test_stage_that_orders_have_left_is_archived_not_deleted(self):
        stage, unused = self.env["crm.service.stage"].create([
            {"name": name, "state": "accepted"} for name in ("Weighed", "Never weighed")])
        order = self.make_order(stage_id=stage.id)
        order.action_start()
        with self.assertRaisesRegex(UserError, "archive them instead: Weighed"):
            (stage | unused).with_user(self.manager).unlink()
        unused.with_user(self.manager).unlink()
        self.assertFalse(unused.exists())

    @mute_logger("odoo.sql_db")
    def test_an_order_stands_in_one_stage(self):
        order = self.make_order()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env.cr.execute(
                """INSERT INTO crm_service_stage_time (order_id, company_id, stage_id, is_current)
                   VALUES (%s, %s, %s, TRUE)""", [order.id, self.company.id, order.stage_id.id])

    # WORKING HOURS

    def _stay(self, start, end):
        """An order that was new from one moment to another; its row."""
        with freeze_time(start):
            order = self.make_order()
        with freeze_time(end):
            order.action_accept()
        return self.Time.search([("order_id", "=", order.id)], order="id", limit=1)

    def _fill(self):
        with self.enter_registry_test_mode():
            self.env.ref("crm_enova_like.ir_cron_fill_working_hours").method_direct_trigger()

    def test_working_hours(self):
        # in March the clock in Warsaw is an hour ahead of UTC, from the 29th on two
        over_weekend = self._stay("2026-03-06 14:00:00", "2026-03-09 08:30:00")
        by_night = self._stay("2026-03-10 19:00:00", "2026-03-11 04:00:00")
        over_clock_change = self._stay("2026-03-27 06:00:00", "2026-03-30 14:30:00")
        self._fill()
        self.assertEqual(over_weekend.working_hours, 2.5)
        self.assertEqual(by_night.working_hours, 0.0)
        self.assertEqual(over_clock_change.working_hours, 16.0)
        self.env.cr.execute("SELECT count(*) FROM crm_service_stage_time WHERE id = %s AND working_hours IS NULL",
                            [by_night.id])
        self.assertEqual(self.env.cr.fetchone(), (0,), "counted, and none")
        # the stage in which an order stands is counted once it has left it
        last = self.Time.search([("order_id", "=", by_night.order_id.id), ("is_current", "=", True)])
        self.env.cr.execute("SELECT working_hours FROM crm_service_stage_time WHERE id = %s", [last.id])
        self.assertEqual(self.env.cr.fetchone(), (None,))

    def test_working_hours_are_those_that_core_counts(self):
        calendar = self.company.resource_calendar_id
        self.company.public_holidays_off = False    # core knows none
        calendar.attendance_ids[0].write({"hour_to": 12.5})
        self.env["resource.calendar.leaves"].create({
            "name": "Epiphany", "calendar_id": calendar.id,
            "date_from": "2026-01-05 23:00:00", "date_to": "2026-01-06 22:59:59"})
        stays = [self._stay(start, end) for start, end in (
            ("2026-01-02 09:17:00", "2026-01-07 11:43:00"),
            ("2026-01-05 07:00:00", "2026-01-05 11:30:00"),
            ("2026-01-06 09:00:00", "2026-01-06 10:00:00"),
            ("2025-06-30 23:00:00", "2026-02-28 03:00:00"))]
        self._fill()
        for stay in stays:
            with self.subTest(start=stay.date_start):
                self.assertAlmostEqual(
                    stay.working_hours, calendar.get_work_hours_count(stay.date_start, stay.date_end), 4)
        self.assertEqual(stays[2].working_hours, 0.0, "a day off")

    def test_day_off_of_another_company(self):
        other = self._get_second_company()
        leave = self.env["resource.calendar.leaves"].with_company(other).create({
            "name": "Inventory", "calendar_id": False,
            "date_from": "2026-03-09 00:00:00", "date_to": "2026-03-09 22:00:00"})
        self.assertEqual(leave.company_id, other)
        stay = self._stay("2026-03-09 07:00:00", "2026-03-09 15:00:00")
        self._fill()
        self.assertEqual(stay.working_hours, 8.0)

    def test_without_a_schedule_the_clock_counts(self):
        self.company.resource_calendar_id = False
        stay = self._stay("2026-03-06 14:00:00", "2026-03-09 08:30:00")
        self._fill()
        self.assertEqual(stay.working_hours, 66.5)

    def test_the_schedule_is_asked_once_for_a_batch(self):
        stays = [self._stay(f"2026-03-{day:02} 08:00:00", f"2026-03-{day:02} 10:00:00") for day in (2, 3, 4, 5, 6)]
        Calendar = type(self.env["resource.calendar"])
        with patch.object(Calendar, "_work_intervals_batch", autospec=True,
                          side_effect=Calendar._work_intervals_batch) as asked:
            self._fill()
        self.assertEqual([stay.working_hours for stay in stays], [2.0] * 5)
        self.assertLessEqual(asked.call_count, len(self.Time.search([]).company_id))
        with patch.object(Calendar, "_work_intervals_batch", autospec=True) as asked:
            self._fill()
        self.assertFalse(asked.called, "nothing was left to count")

    def test_goes_on_where_it_was_stopped(self):
        stays = self.Time.browse()
        for day in (2, 3, 4):
            stays |= self._stay(f"2026-03-{day:02} 08:00:00", f"2026-03-{day:02} 10:00:00")
        self._fill()
        self.env.cr.execute("UPDATE crm_service_stage_time SET working_hours = NULL WHERE id IN %s", [tuple(stays.ids)])
        self.assertEqual([self.Time._fill_working_hours(2) for _index in range(3)], [2, 1, 0])
        self.assertEqual(stays.mapped("working_hours"), [2.0] * 3)
