from datetime import date, datetime
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestLeft(ServiceCommon):
    """Somebody leaves: nobody gives them work any more, and what they had is found."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))
        cls.leaver = cls._new_user("leaver", "crm_enova_like.group_user")

    def _task(self, **vals):
        return self.env["crm.task"].with_user(self.operator).create({
            "name": "Back up", "user_id": self.leaver.id, "date_deadline": date(2026, 3, 16), **vals})

    def _next(self, task):
        return self.env["crm.task"].search([("series_id", "=", task.id)], order="series_index desc", limit=1)

    def test_nobody_gives_them_work(self):
        task, order = self._task(user_id=False), self.make_order(self.device, user=self.operator)
        self.leaver.action_archive()
        for record in (task, order):
            for give in (
                    lambda record=record: record.action_assign(self.leaver),
                    lambda record=record: record.write({"user_id": self.leaver.id}),
                    lambda record=record: self.env["crm.assign.wizard"].with_user(self.operator).create({
                        "res_model": record._name, "res_ids": record.ids, "user_id": self.leaver.id}).action_assign(),
                    lambda record=record: record.copy({"user_id": self.leaver.id})):
                with self.subTest(record=record), self.assertRaisesRegex(UserError, "does not work here any more"):
                    give()
            self.assertFalse(record.user_id)
        with self.assertRaisesRegex(UserError, "service_leaver.*does not work here any more"):
            self._task()
        with self.assertRaisesRegex(UserError, "does not work here any more"):
            self.make_order(self.device2, user_id=self.leaver.id)

    def test_a_copy_and_a_visit_are_somebodys_who_is_here(self):
        task, order = self._task(), self.make_order(self.device, user_id=self.leaver.id)
        self.leaver.action_archive()
        self.assertEqual(task.copy().user_id, self.operator)
        context = order.with_user(self.operator).action_plan_visit()["context"]
        self.assertEqual(context["default_user_id"], self.operator.id)

    def test_what_is_said_is_mailed_to_who_is_here(self):
        """Of open and closed records of ours; a customer whose account is closed follows his order as before."""
        customer = self.env["res.users"].create({
            "name": "Customer", "login": "customer", "email": "customer@shop.example",
            "group_ids": [Command.set(self.env.ref("base.group_portal").ids)]})
        self.leaver.partner_id.email = "leaver@firma.example"
        records = [self._task(), self.make_order(self.device, user_id=self.leaver.id), self.device]
        everybody = self.leaver.partner_id | customer.partner_id | self.operator.partner_id
        for record in (*records, self.contractor):
            record.message_subscribe(everybody.ids)
        (self.leaver | customer).action_archive()
        for record in records:
            with self.subTest(record=record):
                self.assertEqual(record.message_partner_ids & everybody, everybody - self.leaver.partner_id)
                message = record.with_user(self.technician2).sudo().message_post(
                    body=self.contractor.name, message_type="comment", subtype_xmlid="mail.mt_comment")
                self.assertNotIn(self.leaver.partner_id, message.notified_partner_ids)
                self.assertIn(customer.partner_id, message.notified_partner_ids)
        # what is not ours is as core has it
        self.assertIn(self.leaver.partner_id, self.contractor.message_partner_ids)

    def test_what_is_closed_is_history(self):
        """Who did it then is written in when what was done is moved in, and what is open goes on otherwise."""
        task, done = self._task(), self._task()
        done.action_done()
        self.leaver.action_archive()
        task.write({"name": "Back up all"})
        self.assertEqual(task.user_id, self.leaver)
        moved_in = self.env["crm.task"].with_user(self.manager).create({
            "name": "Done in 2020", "user_id": self.leaver.id, "state": "done"})
        self.assertEqual(moved_in.user_id, self.leaver)
        done.with_user(self.manager).write({"user_id": self.leaver.id, "name": "Backed up"})
        self.assertEqual(done.user_id, self.leaver)

    def test_what_is_written_back_is_not_given_anew(self):
        """A form saves all of its fields, and an import brings back what an export gave."""
        task, order = self._task(), self.make_order(self.device, user_id=self.leaver.id)
        mine = self._task(user_id=self.operator.id)
        other = self._new_user("leaver2", "crm_enova_like.group_user")
        (self.leaver | other).action_archive()
        for record in (task, order):
            record = record.with_user(self.operator)
            record.web_save({"user_id": self.leaver.id, "description": "Seen"}, {"description": {}})
            result = record.load([".id", "description", "user_id/.id"], [[str(record.id), "Again", self.leaver.id]])
            self.assertEqual((result["messages"], record.description), ([], "Again"))
            with self.subTest(record=record), self.assertRaisesRegex(UserError, "leaver2.*does not work here"):
                record.write({"user_id": other.id})
        # of several, those that get another one are looked at
        with self.assertRaisesRegex(UserError, "does not work here"):
            (task | mine).with_user(self.operator).write({"user_id": self.leaver.id})
        self.assertEqual(mine.user_id, self.operator)

    def test_their_work_is_shown_and_handed_over(self):
        task, order = self._task(), self.make_order(self.device, user_id=self.leaver.id)
        self._task().action_done()
        action = self.leaver.with_user(self.env.ref("base.user_admin")).action_archive()
        self.assertEqual(action["tag"], "display_notification")
        self.assertRegex(action["params"]["message"], "leaver.*: 2 open tasks and orders")
        shown = action["params"]["next"]
        Work = self.env["crm.my.work"].with_user(self.operator)
        rows = Work.search(shown["domain"])
        self.assertEqual((rows.task_id, rows.order_id), (task, order))
        listed = self.env.ref("crm_enova_like.action_crm_my_work_left").with_user(self.operator).run()
        self.assertEqual(Work.search(listed["domain"]) & rows, rows)
        with self.assertRaisesRegex(UserError, "one kind"):
            rows.action_open_assign()
        for row in rows:
            dialog = row.action_open_assign()
            wizard = self.env["crm.assign.wizard"].with_user(self.operator).with_context(**dialog["context"]).create({
                "user_id": self.technician.id})
            wizard.action_assign()
        self.assertEqual((task.user_id, order.user_id), (self.technician, self.technician))
        self.env.flush_all()
        self.assertFalse(Work.search(listed["domain"]) & rows)

    def test_who_has_nothing_open_leaves_as_ever(self):
        action = self.leaver.with_user(self.env.ref("base.user_admin")).action_archive()
        self.assertFalse(isinstance(action, dict))

    def test_they_are_out_of_the_calendar_and_come_back(self):
        alarm = self.env["calendar.alarm"].search([("alarm_type", "=", "email")], limit=1)
        tasks = self._task(alarm_ids=[Command.set(alarm.ids)]) | self._task(planned_start=datetime(2026, 3, 20, 9))
        order = self.make_order(self.device, user_id=self.leaver.id, planned_start=datetime(2026, 3, 21, 9))
        entries = tasks.sudo().calendar_event_id | order.sudo().calendar_event_id
        self.assertEqual(len(entries), 3)
        mails = self.env["mail.mail"].search_count([])
        self.leaver.action_archive()
        self.assertFalse(any(entries.mapped("active")))
        # what is planned anew meanwhile is not put back
        tasks[0].date_deadline = date(2026, 3, 18)
        self.assertFalse(entries[0].active)
        tasks[1].action_assign(self.technician)
        self.assertEqual((entries[1].active, entries[1].user_id), (True, self.technician))
        self.leaver.action_unarchive()
        self.assertTrue(all(entries.mapped("active")))
        self.assertEqual(entries[0].start_date, date(2026, 3, 18))
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_a_series_goes_to_who_asked_for_it(self):
        task = self._task(repeats=True, repeat_unit="month", repeat_count=5)
        self.leaver.action_archive()
        task.action_done()
        following = self._next(task)
        self.assertEqual((following.user_id, following.requester_id), (self.operator, self.operator))
        self.assertEqual(following.sudo().calendar_event_id.user_id, self.operator)

    def test_a_series_of_nobody_who_is_here(self):
        """Performer and requester left: it is nobody's, and asked for by the coordinator."""
        task = self._task(repeats=True, repeat_unit="month", repeat_count=5, requester_id=self.leaver.id)
        self.company.service_coordinator_id = self.manager
        self.leaver.action_archive()
        task.with_user(self.operator).action_done()
        following = self._next(task)
        self.assertEqual((following.user_id, following.requester_id), (self.env["res.users"], self.manager))
        # nobody is named: whoever finished it asks for the next one
        self.company.service_coordinator_id = False
        following._write_facts({"requester_id": self.leaver.id})
        following.with_user(self.operator).action_cancel()
        self.assertEqual(self._next(task).requester_id, self.operator)

    def test_parts_that_arrived_are_told_to_somebody(self):
        order = self.make_order(self.device, user_id=self.leaver.id, requester_id=self.leaver.id)
        self.company.service_coordinator_id = self.manager
        self.leaver.action_archive()
        order._tell_technician("crm_enova_like.mail_activity_parts_arrived", "Print head")
        self.assertEqual(order.activity_ids.user_id, self.manager)

    def test_inspections_of_a_device_whose_technician_left(self):
        regime = self.env["crm.service.inspection.regime"].create({
            "name": "Yearly", "interval_number": 1, "interval_unit": "year", "lead_days": 30})
        self.device.technician_id = self.leaver
        ready = self.env["crm.service.inspection"].create({
            "device_id": self.device.id, "regime_id": regime.id, "planned_date": "2026-03-20"})
        self.assertEqual(ready.user_id, self.leaver)
        self.leaver.action_archive()
        self.company.service_coordinator_id = self.manager
        made = self.env["crm.service.inspection"].create({
            "device_id": self.device.id, "regime_id": regime.id, "planned_date": "2026-03-25"})
        self.assertFalse(made.user_id)
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: 60):
            self.env["crm.service.inspection"]._cron_remind()
        self.assertEqual(ready.activity_ids.user_id, self.manager)
        ready.action_create_order()
        self.assertFalse(ready.order_id.user_id, "it waits in the queue")
