from datetime import date, datetime, timedelta

from odoo import Command
from odoo.tests import freeze_time, tagged

from ...models.common.mail_followers import Made
from ..common import ServiceCommon

TASKS = 200
HOUR = timedelta(hours=1)
NINE = datetime(2026, 3, 12, 9)


@tagged("post_install", "-at_install")
class TestTaskBatch(ServiceCommon):
    """Many tasks made at once, as by a campaign: who follows them, their entries in the calendar, the statements."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))
        # tracking and followers, as a user has them
        cls.env = cls.env(context={
            key: value for key, value in cls.env.context.items()
            if key not in ("tracking_disable", "mail_create_nolog", "mail_create_nosubscribe", "mail_notrack")})
        cls.Tasks = cls.env["crm.task"].with_user(cls.operator)

    def _vals(self, number, **vals):
        return {"name": f"Call {number}", "partner_id": self.contractor.id, "user_id": self.technician.id, **vals}

    def _planned(self, number):
        return self._vals(number, planned_start=NINE + number * HOUR)

    def _count(self, act):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        made = act()
        self.env.flush_all()
        return made, self.env.cr.sql_log_count - before

    def _get_followers(self, task):
        """{partner: names of what they follow it for}"""
        return {
            follower.partner_id: set(follower.subtype_ids.mapped("name"))
            for follower in task.sudo().message_follower_ids}

    # FOLLOWERS

    def test_statements_of_a_batch(self):
        self.Tasks.create([self._vals(number) for number in range(3)])
        tasks, statements = self._count(lambda: self.Tasks.create([self._vals(number) for number in range(TASKS)]))
        self.assertLessEqual(statements / TASKS, 0.4, "statements for each task of a batch")
        wanted = set(self.env["mail.message.subtype"].browse(
            self.env["mail.message.subtype"]._get_auto_subscription_subtypes("crm.task")[1]).mapped("name"))
        self.assertTrue(wanted)
        for task in (tasks[0], tasks[-1]):
            self.assertEqual(
                self._get_followers(task), dict.fromkeys((self.operator | self.technician).partner_id, wanted))

    def test_each_performer_follows_his_own(self):
        people = (self.technician, self.other_technician, self.operator, self.env["res.users"])
        tasks = self.Tasks.create([
            self._vals(number, user_id=people[number % 4].id, state=("open", "done")[number % 2])
            for number in range(8)])
        for number, task in enumerate(tasks):
            self.assertEqual(
                self._get_followers(task).keys(), set((self.operator | people[number % 4]).partner_id), number)

    def test_who_follows_already_follows_once(self):
        task = self.Tasks.with_user(self.technician).create(self._vals(1))
        self.assertEqual(self._get_followers(task).keys(), set(self.technician.partner_id))
        task.write({"user_id": self.other_technician.id})
        self.assertEqual(
            self._get_followers(task).keys(), set((self.technician | self.other_technician).partner_id))

    def test_only_followers_of_the_new_records_wait(self):
        made, partners = Made("crm.task", 2), self.operator.partner_id.ids
        self.assertFalse(made.take("crm.event", [1], partners, {}, "update"), "of another model")
        self.assertFalse(made.take("crm.task", [1, 2], partners, {}, "skip"), "core puts the maker in at once")
        self.assertTrue(made.take("crm.task", [1], partners, {}, "update"))
        self.assertTrue(made.take("crm.task", [2], [], {}, "update"), "whom nobody follows is one of them too")
        self.assertFalse(made.take("crm.task", [2], partners, {}, "update"), "all of them are known")

    # THE CALENDAR

    def test_statements_of_the_calendar(self):
        self.Tasks.create([self._planned(number) for number in range(3)])
        self.Tasks.create([self._vals(number) for number in range(3)])
        _plain, of_plain = self._count(lambda: self.Tasks.create([self._vals(number) for number in range(TASKS)]))
        tasks, of_planned = self._count(lambda: self.Tasks.create([self._planned(number) for number in range(TASKS)]))
        quiet = self.Tasks._get_quiet_calendar().with_context(mail_create_nosubscribe=True)
        _bare, of_bare = self._count(lambda: quiet.create([{
            "name": f"Call {number}", "start": NINE, "stop": NINE + HOUR, "user_id": self.technician.id,
            "partner_ids": [Command.set(self.technician.partner_id.ids)]} for number in range(TASKS)]))
        self.assertLessEqual(of_planned - of_plain, of_bare + 6, "what the calendar adds, beside bare entries")
        self.assertLessEqual((of_planned - of_plain) / TASKS, 0.3)
        self.assertEqual(len(tasks.sudo().calendar_event_id), TASKS)

    def test_entries_say_what_core_would_compute(self):
        tasks = self.Tasks.create([
            self._planned(0), self._vals(1, date_deadline=date(2026, 3, 13)),
            {**self._planned(2), "planned_stop": NINE + 5.5 * HOUR}])
        self.env.flush_all()
        self.env.invalidate_all()
        entries = tasks.sudo().calendar_event_id
        self.assertEqual(entries.mapped("res_id"), tasks.ids)
        self.assertEqual(set(entries.mapped("res_model")), {"crm.task"})
        self.assertEqual(entries.mapped("duration"), [1.0, 10.0, 3.5])
        self.assertEqual(entries.mapped("allday"), [False, True, False])
        for entry in entries:
            stored = entry.duration, entry.res_model, entry.stop, entry.start_date, entry.stop_date
            self.env.add_to_compute(entry._fields["duration"], entry)
            self.env.add_to_compute(entry._fields["res_model"], entry)
            self.assertEqual((entry.duration, entry.res_model, entry.stop, entry.start_date, entry.stop_date), stored)
        for task, entry in zip(tasks, entries, strict=True):
            self.assertEqual(entry._get_crm_sources()[entry], task.sudo())
