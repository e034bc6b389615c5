from datetime import date, datetime, timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from ..common import ServiceCommon

DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestCalendarQuiet(ServiceCommon):
    """A week of tasks and orders in the operators' calendars: nobody is mailed, texted, reminded or notified."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))
        # what the tests of other things switch off: tracking and followers, as a user has them
        cls.env = cls.env(context={
            key: value for key, value in cls.env.context.items()
            if key not in ("tracking_disable", "no_reset_password", "mail_create_nolog", "mail_notrack")})
        people = cls.technician | cls.other_technician | cls.operator | cls.manager
        for number, user in enumerate(people):
            user.write({"email": f"someone{number}@firma.example", "phone": f"+4860012300{number}"})
        people[:2].notification_type = "email"
        people[2:].notification_type = "inbox"
        (cls.contractor | cls.person).write({"email": "office@klos.example", "phone": "+48600111222"})
        Alarm = cls.env["calendar.alarm"]
        cls.alarms = Alarm.create([
            {"name": kind, "alarm_type": kind, "duration": 1, "interval": "hours"}
            for kind, _label in Alarm._fields["alarm_type"]._description_selection(cls.env)])
        # appointments that are nobody else's, at the same hours
        cls.private = cls.env["calendar.event"].browse()
        for user in (cls.technician, cls.other_technician, cls.manager):
            cls.private |= cls.env["calendar.event"].with_user(user).with_context(no_mail_to_attendees=True).create({
                "name": "Dentist", "start": datetime(2026, 3, 12, 9), "stop": datetime(2026, 3, 12, 10),
                "privacy": "private", "partner_ids": [Command.set(user.partner_id.ids)],
                "activity_ids": [Command.clear()]}).with_env(cls.env)
        cls.env.flush_all()

    # WHAT IS COUNTED

    def _get_noise(self):
        """{what: how many there are}."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.flush_all()
        noise = {
            model: self.env[model].sudo().with_context(active_test=False).search_count([])
            for model in ("mail.mail", "mail.notification", "sms.sms", "mail.activity") if model in self.env}
        Message = self.env["mail.message"].sudo()
        # core tells an assignment by a message of this kind; a discussion would reach the followers
        noise["assignments"] = Message.search_count([("message_type", "=", "user_notification")])
        noise["discussions"] = Message.search_count([
            ("subtype_id", "=", self.env.ref("mail.mt_comment").id), ("model", "in", (
                "crm.task", "crm.service.order", "calendar.event"))])
        return noise

    def _get_private(self):
        """The private appointments and who comes to them, as the database has them."""
        self.env.cr.execute("SELECT * FROM calendar_event WHERE id IN %s ORDER BY id", [tuple(self.private.ids)])
        events = self.env.cr.fetchall()
        self.env.cr.execute(
            "SELECT * FROM calendar_attendee WHERE event_id IN %s ORDER BY id", [tuple(self.private.ids)])
        return events, self.env.cr.fetchall()

    def _follow(self, steps):
        """Take steps, each of which must leave nothing behind but what it is for.

        :param steps: [(name, function)]
        """
        noise, private = self._get_noise(), self._get_private()
        names = self.env["calendar.event"]._fields["name"]
        for step, act in steps:
            self.env.invalidate_all()
            act()
            read = set(names._get_cache(self.env)) & set(self.private.ids)
            before, noise = noise, self._get_noise()
            was, private = private, self._get_private()
            with self.subTest(step=step):
                self.assertEqual(noise, before)
                self.assertEqual(private, was)
                self.assertFalse(read, "a private appointment was read")

    def _get_entries(self, *records):
        """The entries of tasks or orders, archived ones too, with nothing of how they were made."""
        ids = [entry_id for some in records for entry_id in some.sudo().calendar_event_id.ids]
        return self.env["calendar.event"].with_context(active_test=False).browse(ids)

    # THE STORY

    def _new_tasks(self):
        """Ten tasks of two performers, asked for by the operator."""
        hour = datetime(2026, 3, 12, 9)
        planned = [{
            "name": f"Visit {number}", "partner_id": self.contractor.id, "person_id": self.person.id,
            "planned_start": hour + number * timedelta(hours=1), "priority": str(number % 2),
            "alarm_ids": [Command.set(self.alarms.ids)]} for number in range(4)]
        due = [{
            "name": f"Call {number}", "partner_id": self.contractor.id, "date_deadline": date(2026, 3, 13),
            "alarm_ids": [Command.set(self.alarms[:1].ids)]} for number in range(3)]
        series = [{
            "name": "Weekly call", "date_deadline": date(2026, 3, 12), "repeats": True, "repeat_unit": "week",
            "repeat_count": 4, "alarm_ids": [Command.set(self.alarms.ids)]}]
        undated = [{"name": f"Some day {number}"} for number in range(2)]
        performers = (self.technician, self.other_technician)
        return self.env["crm.task"].with_user(self.operator).create([
            {**vals, "user_id": performers[number % 2].id}
            for number, vals in enumerate(planned + due + series + undated)])

    def _new_orders(self):
        """Three orders, two of them with a visit and one with a deadline."""
        orders = self.env["crm.service.order"].with_user(self.operator)
        for hour, device in ((14, self.device), (15, self.device2), (None, self.device.browse())):
            plan = {
                "planned_start": datetime(2026, 3, 12, hour), "planned_stop": datetime(2026, 3, 12, hour + 1),
            } if hour else {"date_deadline": date(2026, 3, 16)}
            orders |= self.make_order(*device, user=self.operator, user_id=self.technician.id, **plan)
        return orders

    def test_nobody_hears_of_tasks(self):
        tasks = self.env["crm.task"].with_user(self.operator)

        def create():
            nonlocal tasks
            tasks = self._new_tasks()

        def plan():
            tasks[8:].write({"planned_start": datetime(2026, 3, 16, 9)})
            tasks[4].write({"planned_start": datetime(2026, 3, 13, 9), "planned_stop": datetime(2026, 3, 13, 12)})
            self.assertEqual(len(tasks.sudo().calendar_event_id), 10)

        def reassign():
            tasks[:3].write({"user_id": self.other_technician.id})
            tasks[3:6].action_assign(self.technician, "Please call before noon")
            tasks[6].with_user(self.manager).action_take()
            tasks[6].with_user(self.manager).action_assign(self.technician)
            action = tasks[7:].action_open_assign()
            wizard = self.env[action["res_model"]].with_user(self.operator).with_context(**action["context"]).create({
                "user_id": self.manager.id, "note": "Yours"})
            wizard.action_assign()
            tasks[9].write({"user_id": False})
            tasks[9].write({"user_id": self.technician.id})

        def drag():
            for number, entry in enumerate(self._get_entries(tasks)):
                who = (self.operator, self.manager, entry.sudo().user_id)[number % 3]
                entry.with_user(who).write({
                    "start": datetime(2026, 3, 17, 7 + number), "stop": datetime(2026, 3, 17, 8 + number)})
            self.assertEqual(
                {task.planned_start.date() if task.planned_start else task.date_deadline for task in tasks},
                {date(2026, 3, 17)})

        def drop_on_a_day():
            for entry in self._get_entries(tasks[:2]):
                entry.with_user(self.operator).write({
                    "allday": True, "start": datetime(2026, 3, 18, 8), "stop": datetime(2026, 3, 18, 18)})
            self.assertEqual([task.planned_start.date() for task in tasks[:2]], [date(2026, 3, 18)] * 2)

        def reassign_in_the_calendar():
            self._get_entries(tasks[3]).with_user(self.operator).write({"user_id": self.other_technician.id})
            self.assertEqual(tasks[3].user_id, self.other_technician)

        def postpone():
            tasks[:4].action_postpone()
            self.env["crm.my.work"].with_user(self.operator).search(
                [("task_id", "in", tasks[4:].ids)]).action_postpone(2)

        def take_off():
            self._get_entries(tasks[6]).with_user(self.operator).write({"active": False})
            self._get_entries(tasks[5]).with_user(self.technician).unlink()
            self.assertFalse(any((tasks[5] | tasks[6]).mapped("planned_start")))
            (tasks[5] | tasks[6]).write({"planned_start": datetime(2026, 3, 19, 9)})

        def remind():
            tasks[:5].write({"alarm_ids": [Command.set(self.alarms[1:].ids)]})
            tasks[5:].write({"alarm_ids": [Command.set(self.alarms.ids)]})

        def rename():
            tasks.write({"name": "Renamed", "partner_id": self.other_contractor.id})

        def finish():
            for task in tasks[:3]:
                task.action_start()
                task.action_done({"description": "Agreed"})
            tasks[3:9].action_done()
            tasks[9].with_user(self.technician).write({"state": "done"})
            self.assertFalse(any(self._get_entries(tasks).mapped("active")))
            self.assertTrue(self.env["crm.task"].search_count([("series_id", "in", tasks.ids)]))

        def reopen():
            tasks.action_reopen()
            self.assertTrue(all(self._get_entries(tasks).mapped("active")))

        def archive():
            tasks[:2].action_archive()
            tasks[:2].action_unarchive()

        def delete():
            self.env["crm.task"].search([("series_id", "in", tasks.ids)]).with_user(self.manager).unlink()
            tasks.with_user(self.manager).unlink()

        self._follow([
            ("create", create), ("plan", plan), ("reassign", reassign), ("drag", drag),
            ("drop on a day", drop_on_a_day), ("reassign in the calendar", reassign_in_the_calendar),
            ("postpone", postpone), ("take off the calendar", take_off), ("remind", remind), ("rename", rename),
            ("finish", finish), ("reopen", reopen), ("archive", archive),
            ("cancel", lambda: tasks.action_cancel()), ("delete", delete)])

    def test_nobody_hears_of_orders(self):
        orders = self.env["crm.service.order"].with_user(self.operator)

        def create():
            nonlocal orders
            orders = self._new_orders()
            self.assertEqual(len(orders.sudo().calendar_event_id), 3)

        def plan():
            orders[2].write({"planned_start": datetime(2026, 3, 13, 9), "planned_stop": datetime(2026, 3, 13, 12)})
            orders[0].write({"planned_start": datetime(2026, 3, 12, 13)})
            self.assertEqual(len(orders.sudo().calendar_event_id), 3)

        def reassign():
            orders[0].write({"user_id": self.other_technician.id})
            orders[1:].action_assign(self.other_technician)
            orders[2].write({"user_id": False})
            orders[2].with_user(self.technician).action_take()
            self.assertEqual(self._get_entries(orders).mapped("user_id"), self.other_technician | self.technician)

        def drag():
            for number, entry in enumerate(self._get_entries(orders)):
                who = (self.operator, self.manager, entry.sudo().user_id)[number % 3]
                entry.with_user(who).write({
                    "start": datetime(2026, 3, 17, 9 + number), "stop": datetime(2026, 3, 17, 10 + number)})
            self.assertEqual(set(orders.mapped(lambda order: order.planned_start.date())), {date(2026, 3, 17)})

        def drop_on_a_day():
            self._get_entries(orders[0]).with_user(self.operator).write({
                "allday": True, "start": datetime(2026, 3, 18, 8), "stop": datetime(2026, 3, 18, 18)})
            self.assertEqual(orders[0].planned_start, datetime(2026, 3, 18, 9))

        def reassign_in_the_calendar():
            self._get_entries(orders[0]).with_user(self.operator).write({"user_id": self.technician.id})
            self.assertEqual(orders[0].user_id, self.technician)

        def postpone():
            self.env["crm.my.work"].with_user(self.operator).search(
                [("order_id", "in", orders.ids)]).action_postpone()

        def work():
            orders[0].action_accept()
            orders[:2].action_start()
            orders.device_line_ids.action_repaired()
            orders.action_done()
            self.assertFalse(any(self._get_entries(orders).mapped("active")))

        def reopen():
            orders.with_user(self.manager).action_reopen()
            self.assertTrue(all(self._get_entries(orders).mapped("active")))

        self._follow([
            ("create", create), ("plan", plan), ("reassign", reassign), ("drag", drag),
            ("drop on a day", drop_on_a_day), ("reassign in the calendar", reassign_in_the_calendar),
            ("postpone", postpone), ("finish", work), ("reopen", reopen),
            ("cancel", lambda: orders.action_cancel()),
            ("delete", lambda: orders.with_user(self.manager).unlink())])

    def test_a_calendar_that_is_private_is_kept_as_quietly(self):
        """Somebody whose whole calendar is private has their tasks in it, planned by others."""
        for user in (self.technician, self.other_technician):
            user.with_user(user).calendar_default_privacy = "private"
        tasks = self.env["crm.task"].with_user(self.operator)

        def create():
            nonlocal tasks
            tasks = self._new_tasks()
            self.assertEqual(len(tasks.sudo().calendar_event_id), 8)

        def move():
            tasks[0].planned_start += DAY
            self.assertEqual(self._get_entries(tasks[0]).start, datetime(2026, 3, 13, 9))
            tasks[1].action_assign(self.technician)
            tasks[2].action_done()
            self.assertFalse(self._get_entries(tasks[2]).active)

        self._follow([("create", create), ("move", move), ("cancel", lambda: tasks[3:].action_cancel())])

    def test_no_task_takes_a_private_appointment_for_its_entry(self):
        """The entry is chosen by nobody: whoever could would move an appointment with its task."""
        before, [task] = self._get_private(), self.env["crm.task"].with_user(self.operator).create([
            {"name": "Call", "user_id": self.operator.id}])
        chosen = {"calendar_event_id": self.private[0].id}
        order = self.make_order(self.device, user=self.operator, user_id=self.technician.id)
        for act in (
                lambda: task.write({**chosen, "planned_start": datetime(2026, 3, 14, 9)}),
                lambda: order.write(chosen),
                lambda: task.create({"name": "Call", **chosen, "date_deadline": date(2026, 3, 20)}),
                lambda: self.make_order(self.device, user=self.operator, **chosen)):
            with self.assertRaisesRegex(UserError, "is not chosen"):
                act()
        # nor by a default, which a list may bring along
        other = task.with_context(default_calendar_event_id=self.private[0].id).create({
            "name": "Call", "user_id": self.operator.id, "date_deadline": date(2026, 3, 20)})
        for record in (task, other, order):
            self.assertNotIn(record.sudo().calendar_event_id, self.private)
        (task | other).unlink()
        self.env.flush_all()
        self.assertEqual(self._get_private(), before)

    def test_a_private_appointment_stays_private(self):
        tasks = self._new_tasks()
        tasks[:4].write({"planned_start": datetime(2026, 3, 12, 9)})
        self.env.flush_all()
        for reader in (self.operator, self.employee):
            self.env.invalidate_all()
            with self.subTest(reader=reader.login):
                shown = self.private.with_user(reader).read(["name", "start"])
                self.assertEqual({row["name"] for row in shown}, {"Busy"})
                self.assertEqual({row["start"] for row in shown}, {datetime(2026, 3, 12, 9)})
        action = self.env.ref("crm_enova_like.action_crm_team_calendar")
        self.assertFalse(
            self.env["calendar.event"].with_user(self.operator).search(
                [("id", "in", self.private.ids), ("res_model", "in", ("crm.task", "crm.service.order"))]),
            f"{action.name} shows what is ours alone")
