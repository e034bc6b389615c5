from datetime import date, datetime, time
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestCalendar(ServiceCommon):
    """Tasks and orders in the operators' calendars, and nobody is mailed about it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        (cls.technician | cls.operator).write({"email": "t@firma.example", "notification_type": "email"})

    def _task(self, **vals):
        return self.env["crm.task"].with_user(self.operator).create({
            "name": "Visit", "partner_id": self.contractor.id, "user_id": self.technician.id,
            "planned_start": datetime(2026, 3, 12, 9), "planned_stop": datetime(2026, 3, 12, 11), **vals})

    def _order(self, **vals):
        return self.make_order(self.device, **{
            "user_id": self.technician.id, "planned_start": datetime(2026, 3, 12, 9),
            "planned_stop": datetime(2026, 3, 12, 10), **vals})

    def _entry(self, record):
        return self.env["calendar.event"].sudo().with_context(active_test=False).browse(
            record.sudo().calendar_event_id.id)

    def _count_noise(self):
        self.env.flush_all()
        self.cr.precommit.run()
        return tuple(self.env[model].sudo().search_count([]) for model in (
            "mail.mail", "mail.activity", "mail.notification"))

    def test_one_entry_moved_reassigned_archived_and_back(self):
        noise = self._count_noise()
        task = self._task()
        entry = self._entry(task)
        self.assertEqual(
            (entry.start, entry.stop, entry.user_id, entry.partner_ids, entry.allday),
            (datetime(2026, 3, 12, 9), datetime(2026, 3, 12, 11), self.technician, self.technician.partner_id, False))
        task.planned_start = datetime(2026, 3, 13, 9)
        self.assertEqual((entry.start, entry.stop), (datetime(2026, 3, 13, 9), datetime(2026, 3, 13, 11)))
        task.action_assign(self.other_technician)
        self.assertEqual((entry.user_id, entry.partner_ids), (
            self.other_technician, self.other_technician.partner_id))
        task.action_done()
        self.assertFalse(entry.active)
        task.action_reopen()
        self.assertTrue(entry.active)
        task.action_cancel()
        self.assertFalse(entry.active)
        task.action_reopen()
        task.write({"planned_start": False})
        self.assertFalse(entry.active)
        task.planned_start = datetime(2026, 3, 16, 9)
        self.assertEqual((entry.active, entry.start), (True, datetime(2026, 3, 16, 9)))
        self.assertEqual(self._count_noise(), noise)
        self.assertFalse(entry.message_ids, "what happens is told by the task")
        self.assertFalse(entry.message_follower_ids, "the entry has no one to tell")
        task.sudo().unlink()
        self.assertFalse(entry.exists())

    def test_a_deadline_alone_is_a_whole_day(self):
        task = self._task(planned_start=False, planned_stop=False, date_deadline=date(2026, 3, 20))
        entry = self._entry(task)
        self.assertEqual((entry.allday, entry.start_date, entry.stop_date), (
            True, date(2026, 3, 20), date(2026, 3, 20)))
        task.date_deadline = date(2026, 3, 21)
        self.assertEqual(entry.start_date, date(2026, 3, 21))
        entry.with_user(self.technician).write({"start": datetime(2026, 3, 23, 8), "stop": datetime(2026, 3, 23, 18)})
        # that day it is done, by the deadline that somebody was told
        self.assertEqual((task.planned_start.date(), task.date_deadline), (date(2026, 3, 23), date(2026, 3, 21)))
        self.assertFalse(entry.allday)

    def test_dragging_the_entry_moves_the_task(self):
        task = self._task()
        self._entry(task).with_user(self.technician).write({
            "start": datetime(2026, 3, 16, 7), "stop": datetime(2026, 3, 16, 8)})
        self.assertEqual((task.planned_start, task.planned_stop), (
            datetime(2026, 3, 16, 7), datetime(2026, 3, 16, 8)))

    def test_a_drag_by_a_colleague_mails_nobody(self):
        task = self._task()
        entry, noise = self._entry(task), self._count_noise()
        entry.with_user(self.operator).write({"start": datetime(2026, 3, 16, 7), "stop": datetime(2026, 3, 16, 8)})
        self.assertEqual(self._count_noise(), noise)
        self.assertEqual(task.planned_start, datetime(2026, 3, 16, 7))

    def test_reassigned_in_the_calendar(self):
        task = self._task()
        entry = self._entry(task)
        entry.with_user(self.operator).write({"user_id": self.other_technician.id})
        self.assertEqual((task.user_id, entry.partner_ids), (
            self.other_technician, self.other_technician.partner_id))

    def test_dropped_on_a_day(self):
        task = self._task()
        entry = self._entry(task)
        whole_day = {"allday": True, "start": datetime(2026, 3, 18, 8), "stop": datetime(2026, 3, 18, 18)}
        entry.with_user(self.operator).write(whole_day)
        self.assertEqual((task.planned_start, task.date_deadline), (datetime(2026, 3, 18, 9), False))
        self.assertFalse(entry.allday)
        order = self._order()
        entry = self._entry(order)
        entry.with_user(self.operator).write(whole_day)
        self.assertEqual(order.planned_start, datetime(2026, 3, 18, 9))
        self.assertEqual((entry.allday, entry.start), (False, datetime(2026, 3, 18, 9)))

    def test_a_visit_dropped_on_a_day_keeps_its_hour(self):
        """At the reader's place: over the change of the clocks, and shortly after midnight."""
        self.operator.tz = "Europe/Warsaw"
        for start, day, expected in (
                (datetime(2026, 10, 22, 8), date(2026, 10, 26), datetime(2026, 10, 26, 9)),    # at ten
                (datetime(2026, 7, 1, 22, 30), date(2026, 7, 5), datetime(2026, 7, 4, 22, 30))):    # at half past
            order = self._order(planned_start=start, planned_stop=start.replace(minute=45))
            self._entry(order).with_user(self.operator).write({
                "allday": True, "start": datetime.combine(day, time(8)), "stop": datetime.combine(day, time(18))})
            with self.subTest(start=start):
                self.assertEqual(order.planned_start, expected)
                self.assertEqual(order.planned_stop - order.planned_start, start.replace(minute=45) - start)
                self.assertEqual((self._entry(order).allday, self._entry(order).start), (False, expected))

    def test_what_comes_closed_has_no_entry(self):
        task = self._task(state="done")
        stage = self.env["crm.service.stage"].search(
            [("company_id", "=", self.company.id), ("state", "=", "cancelled")], limit=1)
        order = self._order(stage_id=stage.id)
        self.assertEqual((task.is_open, order.is_open), (False, False))
        self.assertFalse(self._entry(task) | self._entry(order))
        order.action_reopen()
        task.action_reopen()
        self.assertTrue(self._entry(task) and self._entry(order))

    def test_an_order_has_its_entry_while_it_is_open(self):
        order = self._order()
        entry = self._entry(order)
        self.assertEqual(entry.user_id, self.technician)
        order.planned_start = datetime(2026, 3, 12, 9, 30)
        self.assertEqual(entry.start, datetime(2026, 3, 12, 9, 30))
        entry.with_user(self.technician).write({
            "start": datetime(2026, 3, 17, 9), "stop": datetime(2026, 3, 17, 10)})
        self.assertEqual(order.planned_start, datetime(2026, 3, 17, 9))
        order.action_cancel()
        self.assertFalse(entry.active)

    def test_without_a_performer_or_a_plan_there_is_no_entry(self):
        self.assertFalse(self._entry(self._task(user_id=False)))
        self.assertFalse(self._entry(self._order(planned_start=False, planned_stop=False, date_deadline=False)))

    def test_an_order_with_a_deadline_alone_is_a_whole_day(self):
        order = self._order(planned_start=False, planned_stop=False, date_deadline=date(2026, 3, 20))
        entry = self._entry(order)
        self.assertEqual((entry.allday, entry.start_date, entry.user_id), (True, date(2026, 3, 20), self.technician))
        entry.with_user(self.technician).write({"start": datetime(2026, 3, 23, 8), "stop": datetime(2026, 3, 23, 18)})
        self.assertEqual((order.date_deadline, order.planned_start.date()), (date(2026, 3, 20), date(2026, 3, 23)))
        entry.with_user(self.technician).write({
            "allday": False, "start": datetime(2026, 3, 19, 8), "stop": datetime(2026, 3, 19, 9)})
        self.assertEqual((order.date_deadline, order.planned_start), (date(2026, 3, 20), datetime(2026, 3, 19, 8)))

    def test_an_entry_taken_out_by_hand_is_no_longer_planned(self):
        task, other, order = self._task(), self._task(date_deadline=date(2026, 3, 20)), self._order()
        entries = self._entry(task) | self._entry(other) | self._entry(order)
        noise = self._count_noise()
        entries.with_user(self.operator).unlink()
        self.assertEqual(
            [record.planned_start for record in (task, other, order)], [False] * 3)
        self.assertFalse(self._entry(task))
        self.assertEqual((self._entry(other).allday, self._entry(other).start_date), (True, date(2026, 3, 20)))
        task.planned_start = datetime(2026, 3, 13, 9)
        self.assertEqual(self._entry(task).start, datetime(2026, 3, 13, 9))
        self._entry(task).with_user(self.technician).action_archive()
        self.assertFalse(task.planned_start or self._entry(task).active)
        self.assertEqual(self._count_noise(), noise)

    def test_a_deadline_is_not_agreed_away_in_the_calendar(self):
        task = self._task(planned_start=False, planned_stop=False, date_deadline=date(2026, 3, 20))
        self._entry(task).with_user(self.technician).action_archive()
        self.assertTrue(self._entry(task).active)
        self._entry(task).with_user(self.technician).unlink()
        self.assertEqual(self._entry(task).start_date, date(2026, 3, 20))

    def test_who_may_not_move_the_task_does_not_take_its_entry_out(self):
        task = self._task()
        task.sudo().requester_id = self.manager
        for method in ("unlink", "action_archive"):
            with self.assertRaises(AccessError):
                getattr(self._entry(task).with_user(self.other_technician), method)()
        self.assertTrue(self._entry(task).active)

    def test_who_may_not_move_the_task_does_not_take_its_deadline_out(self):
        """There is nothing to unplan, and it is refused all the same: also to somebody who may read every task."""
        task = self._task(planned_start=False, planned_stop=False, date_deadline=date(2026, 3, 20))
        task.sudo().requester_id = self.manager
        readers = self.env["res.groups"].create({"name": "Readers"})
        self.env["ir.model.access"].create({
            "name": "readers", "model_id": self.env["ir.model"]._get_id("crm.task"), "group_id": readers.id,
            "perm_read": True})
        self.employee.group_ids += readers
        self.assertTrue(task.with_user(self.employee).has_access("read"))
        entry = self._entry(task)
        for user in (self.other_technician, self.employee):
            for method in ("unlink", "action_archive"):
                with self.subTest(user=user.login, method=method), self.assertRaises(AccessError):
                    getattr(entry.with_user(user), method)()
        self.assertEqual((self._entry(task), entry.active), (entry, True))

    def test_a_task_of_a_company_that_is_switched_off(self):
        """The entry follows by the right of who did it, whichever company its performer works in at the moment."""
        other = self._get_second_company()
        (self.technician | self.operator).company_ids += other
        there = {"company_id": other.id, "partner_id": False}
        here = {"allowed_company_ids": self.company.ids}
        task = self.env["crm.task"].with_user(self.operator).with_context(allowed_company_ids=other.ids).create({
            "name": "There", "user_id": self.technician.id, "date_deadline": date(2026, 3, 20), **there,
            "repeats": True, "repeat_unit": "week", "repeat_count": 3})
        entry = self._entry(task)
        self.assertEqual((entry.user_id, entry.crm_company_id), (self.technician, other))
        # by an automation, at work in the first company
        task.with_user(self.operator).sudo().with_context(**here).write({"date_deadline": date(2026, 3, 23)})
        self.assertEqual(entry.start_date, date(2026, 3, 23))
        task.with_user(self.operator).sudo().with_context(**here).action_done()
        self.assertFalse(entry.active)
        following = self.env["crm.task"].search([("series_id", "=", task.id)])
        self.assertEqual(self._entry(following).crm_company_id, other)
        # its performer sees it, and moves it where the company is switched on
        mine = self._entry(following).with_user(self.technician)
        self.assertTrue(mine.with_context(**here).search([("id", "=", mine.id)]))
        with self.assertRaises(AccessError):
            mine.with_context(**here).write({"start": datetime(2026, 4, 2, 8), "stop": datetime(2026, 4, 2, 18)})
        mine.with_context(allowed_company_ids=(self.company | other).ids).write({
            "start": datetime(2026, 4, 2, 8), "stop": datetime(2026, 4, 2, 18)})
        self.assertEqual(following.planned_start.date(), date(2026, 4, 2))

    def test_what_moves_alike_is_written_at_once(self):
        tasks = self.env["crm.task"].concat(*(self._task() for _number in range(20)))
        Event, written = type(self.env["calendar.event"]), []
        write = Event.write

        def count(entries, vals):
            written.append(entries)
            return write(entries, vals)

        with patch.object(Event, "write", count):
            tasks.write({"user_id": self.other_technician.id})
        self.assertEqual(tasks.sudo().calendar_event_id.user_id, self.other_technician)
        self.assertEqual([len(entries) for entries in written], [20])

    def test_nobody_is_mailed_when_an_order_is_assigned(self):
        order = self.make_order(self.device)
        noise = self._count_noise()
        order.with_user(self.operator).write({"user_id": self.technician.id})
        self.assertEqual(self._count_noise()[:2], noise[:2])

    def test_a_private_appointment_of_another_is_neither_read_nor_broken(self):
        private = self.env["calendar.event"].with_user(self.technician).create({
            "name": "Dentist", "start": datetime(2026, 3, 12, 9), "stop": datetime(2026, 3, 12, 10),
            "privacy": "private", "partner_ids": [Command.set(self.technician.partner_id.ids)]})
        task = self._task()
        task.planned_start = datetime(2026, 3, 12, 9, 30)
        self.assertEqual(private.start, datetime(2026, 3, 12, 9))
        self.env.invalidate_all()
        self.assertNotEqual(private.with_user(self.operator).name, "Dentist")

    def test_who_may_not_move_the_task_does_not_move_it_by_its_entry(self):
        task = self._task()
        task.sudo().requester_id = self.manager
        entry = self._entry(task)
        with self.assertRaises(AccessError):
            entry.with_user(self.other_technician).write({"start": datetime(2026, 3, 16, 7)})
        with self.assertRaises(AccessError):
            entry.with_user(self.employee).write({"start": datetime(2026, 3, 16, 7)})
        self.assertEqual(entry.start, datetime(2026, 3, 12, 9))

    def test_reminders_are_the_entrys(self):
        alarm = self.env["calendar.alarm"].search([("alarm_type", "=", "notification")], limit=1)
        task = self._task(alarm_ids=[Command.set(alarm.ids)])
        self.assertEqual(self._entry(task).alarm_ids, alarm)

    def test_a_hundred_tasks_take_few_statements(self):
        vals_list = [{
            "name": f"Visit {n}", "partner_id": self.contractor.id, "user_id": self.technician.id,
            "planned_start": datetime(2026, 3, 12, 9)} for n in range(100)]
        Task = self.env["crm.task"].with_user(self.operator)
        Task.create(vals_list[:1])
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(400):
            tasks = Task.create(vals_list)
            self.env.flush_all()
        self.assertEqual(len(tasks.sudo().calendar_event_id), 100)
