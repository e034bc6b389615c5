from datetime import date, datetime

import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestTask(ServiceCommon):
    """What has to be done: by whom, until when, and what came of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))
        cls.phone = cls.env.ref("crm_enova_like.task_type_phone")

    def _task(self, **vals):
        return self.env["crm.task"].create({"name": "Call", "partner_id": self.contractor.id, **vals})

    def test_a_type_gives_duration_and_priority(self):
        self.phone.priority = "1"
        form = Form(self.env["crm.task"])
        form.name = "Call"
        form.type_id = self.phone
        form.planned_start = datetime(2026, 3, 12, 9)
        task = form.save()
        self.assertEqual((task.planned_stop, task.priority), (datetime(2026, 3, 12, 9, 15), "1"))
        task.planned_start = datetime(2026, 3, 13, 9)
        self.assertEqual(task.planned_stop, datetime(2026, 3, 13, 9, 15))

    def test_one_made_by_no_screen_is_told_in_one_language(self):
        """A cron and an import have no language; the history of what they make has the user's."""
        self.env["res.lang"]._activate_lang("pl_PL")
        self.env.user.lang = "pl_PL"
        env = self.env(context={})
        records = [
            env["crm.event"].create({"name": "Call"}), env["crm.task"].create({"name": "Call"}),
            env["crm.consent"].create({"partner_id": self.person.id, "channel": "phone", "source": "Form"})]
        for record in records:
            kind = self.env["ir.model"].with_context(lang="pl_PL")._get(record._name).name
            self.assertIn(f"{kind} ", record.message_ids[-1:].body, "Polish, as the rest of the sentence")

    def test_done_with_its_event(self):
        task = self._task(type_id=self.phone.id, person_id=self.person.id)
        wizard = self.env["crm.task.done.wizard"].with_user(self.operator).create({
            "task_id": task.id, "description": "Agreed"})
        wizard.action_done_with_event()
        event = task.event_ids
        self.assertEqual((task.state, task.date_done), ("done", datetime(2026, 3, 11, 10)))
        self.assertEqual(
            (event.type_id, event.direction, event.description, event.partner_id, event.person_id, event.user_id),
            (self.env.ref("crm_enova_like.event_type_phone"), "in", "Agreed", self.contractor, self.person,
             self.operator))

    def test_done_without_an_event(self):
        task = self._task()
        self.env["crm.task.done.wizard"].create({"task_id": task.id}).action_done()
        self.assertEqual(task.state, "done")
        self.assertFalse(task.event_ids)
        with self.assertRaisesRegex(UserError, "Call.*Done"):
            task.action_done()
        task.action_reopen()
        self.assertEqual((task.state, task.date_done), ("open", False))

    def test_overdue_is_shown_and_found(self):
        late = self._task(date_deadline=date(2026, 3, 10))
        slipped = self._task(planned_start=datetime(2026, 3, 11, 8))
        soon = self._task(date_deadline=date(2026, 3, 11), planned_start=datetime(2026, 3, 11, 8))
        done = self._task(date_deadline=date(2026, 3, 10), state="done")
        tasks = late | slipped | soon | done
        self.assertEqual(self.env["crm.task"].search([("id", "in", tasks.ids), ("is_overdue", "=", True)]),
                         tasks.filtered("is_overdue"))
        self.assertEqual(tasks.filtered("is_overdue"), late | slipped)
        self.assertEqual(self.env["crm.task"].search([("id", "in", tasks.ids), ("is_overdue", "=", False)]),
                         soon | done)

    def test_overdue_is_by_the_companys_day(self):
        """Wherever the reader is: of tasks and of orders, shown, found, counted on the overview, and put off."""
        self.company.partner_id.tz = "Europe/Warsaw"
        there = self._get_second_company()
        there.partner_id.tz = "Pacific/Auckland"
        self.operator.company_ids |= there
        for now, late_here, late_there in (
                ("2026-12-10 09:30:00", False, False), ("2026-12-10 12:30:00", False, True),
                ("2026-12-10 23:30:00", True, True)):
            with freeze_time(now):
                ours = [self._task(date_deadline=date(2026, 12, 10)),
                        self.make_order(self.device, date_deadline=date(2026, 12, 10))]
                theirs = self._task(date_deadline=date(2026, 12, 10), company_id=there.id)
                for tz in ("Europe/Warsaw", "Pacific/Auckland", "America/New_York"):
                    for record, late in [*((record, late_here) for record in ours), (theirs, late_there)]:
                        seen = record.with_user(self.operator).with_context(
                            tz=tz, allowed_company_ids=(self.company | there).ids)
                        for reader in (seen, seen.sudo()):
                            with self.subTest(now=now, tz=tz, model=record._name, su=reader.env.su):
                                reader.invalidate_recordset(["is_overdue"])
                                self.assertEqual(reader.is_overdue, late)
                                found = reader.search([("id", "=", record.id), ("is_overdue", "=", True)])
                                self.assertEqual(bool(found), late)
                        # of one company alone
                        alone = seen.with_context(allowed_company_ids=record.company_id.ids)
                        self.assertEqual(
                            bool(alone.search([("id", "=", record.id), ("is_overdue", "=", True)])), late)
                ours[0].with_user(self.operator).with_context(tz="America/New_York").action_postpone(1)
                self.assertEqual(ours[0].date_deadline, date(2026, 12, 12 if late_here else 11))

    def test_bad_dates_and_threads_are_refused(self):
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"):
            self._task(planned_start=datetime(2026, 3, 12, 9), planned_stop=datetime(2026, 3, 12, 8))
        first = self._task()
        second = self._task(parent_id=first.id)
        with self.assertRaisesRegex(ValidationError, "follow itself"):
            first.parent_id = second

    def test_the_person_of_another_contractor_is_asked_about_not_refused(self):
        task = self._task(person_id=self.person.id)
        self.assertFalse(task.person_is_foreign)
        task.partner_id = self.other_contractor
        self.assertTrue(task.person_is_foreign)
        task.action_take_persons_contractor()
        self.assertEqual(task.partner_id, self.contractor)

    def test_handed_over_with_a_note_it_leaves_the_technicians_sight(self):
        task = self.env["crm.task"].with_user(self.technician).create({"name": "Call", "user_id": self.technician.id})
        task.sudo().requester_id = self.operator
        action = task.action_assign(self.other_technician, "Please call before noon")
        self.assertEqual(action["res_model"], "crm.task")
        self.assertEqual(task.sudo().user_id, self.other_technician)
        self.assertIn("before noon", task.sudo().message_ids[0].body)
        self.assertFalse(self.env["crm.task"].with_user(self.technician).search([("id", "=", task.id)]))

    def test_nobody_is_mailed_when_a_task_is_handed_over(self):
        before = self.env["mail.mail"].search_count([])
        task = self.env["crm.task"].with_user(self.operator).with_context(tracking_disable=False).create({
            "name": "Call", "user_id": self.technician.id})
        task.action_assign(self.other_technician)
        self.env.flush_all()
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        self.assertFalse(task.activity_ids)

    def test_taken_over_and_postponed(self):
        task = self._task(date_deadline=date(2026, 3, 1), planned_start=datetime(2026, 3, 12, 9))
        task.with_user(self.manager).action_take()
        self.assertEqual(task.user_id, self.manager)
        task.action_postpone(2)
        self.assertEqual((task.date_deadline, task.planned_start), (date(2026, 3, 13), datetime(2026, 3, 14, 9)))
        undated = self._task()
        undated.action_postpone()
        self.assertEqual(undated.date_deadline, date(2026, 3, 12))

    def test_only_its_requester_or_a_manager_deletes_a_task(self):
        task = self.env["crm.task"].with_user(self.operator).create({"name": "Call", "user_id": self.technician.id})
        with self.assertRaisesRegex(AccessError, "cancel it instead"):
            task.with_user(self.technician).unlink()
        task.unlink()
        self._task().with_user(self.manager).unlink()

    def test_the_next_visit_is_planned_from_an_order(self):
        order = self.make_order(self.device, user_id=self.technician.id)
        context = order.action_plan_visit()["context"]
        form = Form(self.env["crm.task"].with_context(**context))
        task = form.save()
        self.assertEqual(
            (task.type_id, task.order_id, task.partner_id, task.device_id, task.user_id),
            (self.env.ref("crm_enova_like.task_type_visit"), order, self.contractor, self.device, self.technician))
        self.assertEqual(order.task_count, 1)

    def test_a_written_state_keeps_the_rules_of_the_buttons(self):
        done, cancelled, mine = self._task(state="done"), self._task(state="cancelled"), self._task()
        for task, state in ((done, "cancelled"), (done, "in_progress"), (cancelled, "done"),
                            (cancelled, "in_progress")):
            with self.subTest(task=task, state=state), self.assertRaisesRegex(UserError, "Call"):
                task.with_user(self.operator).write({"state": state})
        when = done.date_done = datetime(2026, 3, 1, 8)
        (done | mine).write({"state": "done"})
        self.assertEqual((done.date_done, mine.date_done), (when, datetime(2026, 3, 11, 10)))
        done.with_user(self.operator).write({"state": "open"})
        self.assertFalse(done.date_done)
        others = self._task(user_id=self.operator.id, requester_id=self.operator.id)
        with self.assertRaises(AccessError):
            others.with_user(self.technician).write({"state": "done"})

    def test_companies_do_not_see_each_others_tasks_and_events(self):
        other = self._get_second_company()
        theirs = {
            "crm.task": {"name": "Theirs", "user_id": False, "company_id": other.id},
            "crm.event": {"name": "Theirs", "user_id": False, "company_id": other.id},
            "crm.task.type": {"name": "Theirs", "company_id": other.id},
            "crm.event.type": {"name": "Theirs", "company_id": other.id}}
        for model, vals in theirs.items():
            record = self.env[model].sudo().create(vals)
            for user in (self.technician, self.operator, self.manager):
                with self.subTest(model=model, user=user.login):
                    self.assertFalse(self.env[model].with_user(user).search([("id", "=", record.id)]))
                    with self.assertRaises(AccessError):
                        record.with_user(user).read(["name"])
            if model == "crm.task.type":
                with self.assertRaisesRegex(UserError, "Theirs"):
                    self._task(type_id=record.id)

    # RECURRENCE

    def test_a_cancelled_one_is_followed_too(self):
        task = self._task(date_deadline=date(2026, 3, 1), repeats=True, repeat_unit="year", repeat_count=2)
        task.action_cancel()
        following = self.env["crm.task"].search([("series_id", "=", task.id)])
        self.assertEqual((following.date_deadline, following.state), (date(2027, 3, 1), "open"))

    def _days(self, task, times):
        days = []
        for _n in range(times):
            task.action_done()
            task = self.env["crm.task"].search([("series_id", "=", (task.series_id or task).id), (
                "state", "=", "open")])
            days.append(task.date_deadline)
        return days

    def test_months_are_counted_from_the_first(self):
        task = self._task(date_deadline=date(2026, 1, 31), repeats=True, repeat_unit="month", repeat_count=4)
        self.assertEqual(self._days(task, 4), [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), False])

    def test_it_ends_on_its_last_day(self):
        task = self._task(date_deadline=date(2026, 3, 1), repeats=True, repeat_unit="week", repeat_number=2,
                          repeat_until=date(2026, 3, 29))
        self.assertEqual(self._days(task, 3), [date(2026, 3, 15), date(2026, 3, 29), False])

    def test_days_off_move_it_and_the_count_goes_on(self):
        self.company.resource_calendar_id = self.env["resource.calendar"].create({"name": "Monday to Friday"})
        task = self._task(date_deadline=date(2026, 3, 11), repeats=True, repeat_unit="day", repeat_number=3,
                          repeat_count=3, repeat_working_days=True)
        # the 14th is a Saturday
        self.assertEqual(self._days(task, 2), [date(2026, 3, 16), date(2026, 3, 17)])

    def test_a_daily_task_is_on_monday_once(self):
        self.company.resource_calendar_id = self.env["resource.calendar"].create({"name": "Monday to Friday"})
        self.env["resource.calendar.leaves"].create({
            "name": "Holiday", "calendar_id": self.company.resource_calendar_id.id, "company_id": self.company.id,
            "date_from": datetime(2026, 3, 16, 0), "date_to": datetime(2026, 3, 16, 22)})
        task = self._task(date_deadline=date(2026, 3, 12), repeats=True, repeat_unit="day", repeat_count=4,
                          repeat_working_days=True)
        self.assertEqual(self._days(task, 4), [date(2026, 3, 13), date(2026, 3, 17), date(2026, 3, 18), False])

    def test_a_calendar_that_never_works_or_always_works_moves_nothing(self):
        calendar = self.company.resource_calendar_id = self.env["resource.calendar"].create({"name": "Own"})
        every_day = [(0, 0, {"name": "Day", "dayofweek": str(day), "hour_from": 0, "hour_to": 24})
                     for day in range(7)]
        for lines in ([], every_day):
            calendar.attendance_ids.unlink()
            calendar.attendance_ids = lines
            task = self._task(date_deadline=date(2026, 3, 13), repeats=True, repeat_unit="day", repeat_count=4,
                              repeat_working_days=True)
            with self.subTest(len(lines)):
                self.assertEqual(self._days(task, 2), [date(2026, 3, 14), date(2026, 3, 15)])

    def test_one_of_a_series_is_moved_and_the_others_stay(self):
        task = self._task(date_deadline=date(2026, 3, 16), repeats=True, repeat_unit="week", repeat_count=4)
        task.date_deadline = date(2026, 3, 17)
        self.assertEqual(task.series_day, date(2026, 3, 17), "the series is planned anew")
        task.action_postpone(3)
        self.assertEqual((task.date_deadline, task.series_day), (date(2026, 3, 20), date(2026, 3, 17)))
        task.action_done()
        second = self.env["crm.task"].search([("series_id", "=", task.id)])
        self.assertEqual(second.date_deadline, date(2026, 3, 24))
        entry = second.sudo().calendar_event_id
        entry.write({"start": datetime(2026, 3, 26, 8), "stop": datetime(2026, 3, 26, 18)})
        self.assertEqual((second.planned_start.date(), second.date_deadline), (date(2026, 3, 26), date(2026, 3, 24)))
        second.action_done()
        third = self.env["crm.task"].search([("series_id", "=", task.id), ("series_index", "=", 2)])
        self.assertEqual(third.date_deadline, date(2026, 3, 31))

    def test_the_first_of_a_series_stays(self):
        task = self._task(date_deadline=date(2026, 3, 1), repeats=True, repeat_unit="week", repeat_count=3)
        task.action_done()
        with self.assertRaisesRegex(UserError, "Call.*first of a series"):
            task.with_user(self.manager).unlink()
        (task | self.env["crm.task"].search([("series_id", "=", task.id)])).with_user(self.manager).unlink()

    def test_one_that_was_planned_at_an_hour_leaves_the_others_without_one(self):
        task = self._task(date_deadline=date(2026, 3, 16), repeats=True, repeat_unit="week", repeat_count=4)
        task.action_done()
        second = self.env["crm.task"].search([("series_id", "=", task.id)])
        second.write({"planned_start": datetime(2026, 3, 23, 9), "series_day": second.series_day})
        second.action_done()
        third = self.env["crm.task"].search([("series_id", "=", task.id), ("series_index", "=", 2)])
        self.assertEqual((third.date_deadline, third.planned_start, third.planned_stop), (
            date(2026, 3, 30), False, False))

    def test_the_hour_stays_when_the_clock_changes(self):
        self.company.partner_id.tz = "Europe/Warsaw"
        task = self._task(planned_start=datetime(2026, 3, 23, 8), repeats=True, repeat_unit="week", repeat_count=2)
        task.action_done()
        following = self.env["crm.task"].search([("series_id", "=", task.id)])
        # nine o'clock in Warsaw, in summer time
        self.assertEqual(following.planned_start, datetime(2026, 3, 30, 7))
        self.assertEqual(following.planned_stop - following.planned_start, task.planned_stop - task.planned_start)

    def test_a_series_has_each_task_once(self):
        task = self._task(date_deadline=date(2026, 3, 1), repeats=True, repeat_unit="week", repeat_count=3)
        task.action_done()
        task.action_reopen()
        task.action_done()
        self.assertEqual(self.env["crm.task"].search_count([("series_id", "=", task.id)]), 1)
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"):
            self._task(series_id=task.id, series_index=1)
            self.env.flush_all()

    def test_a_series_goes_on_where_its_other_tasks_are_a_colleagues(self):
        task = self._task(
            user_id=self.technician.id, requester_id=self.operator.id, date_deadline=date(2026, 3, 1), repeats=True,
            repeat_unit="week", repeat_count=5)
        task.with_user(self.technician).action_done()
        following = self.env["crm.task"].search([("series_id", "=", task.id)])
        # the next one is handed over, and the first one is done again
        following.user_id = self.other_technician
        task.action_reopen()
        self.env.invalidate_all()
        task.with_user(self.technician).action_done()
        self.assertEqual(self.env["crm.task"].search([("series_id", "=", task.id)]), following)
        # the first one is a colleague's now
        task.user_id, following.user_id = self.other_technician, self.technician
        self.env.flush_all()
        self.env.invalidate_all()
        following.with_user(self.technician).action_done()
        series = self.env["crm.task"].search([("series_id", "=", task.id)])
        self.assertEqual(sorted(series.mapped("date_deadline")), [date(2026, 3, 8), date(2026, 3, 15)])

    def test_without_end_without_a_date_and_every_no_days_are_refused(self):
        for vals, text in (
                ({"date_deadline": date(2026, 3, 1)}, "without end"),
                ({"repeat_count": 2}, "deadline or a planned start")):
            with self.subTest(text), self.assertRaisesRegex(ValidationError, text):
                self._task(repeats=True, **vals)
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"):
            self._task(repeats=True, date_deadline=date(2026, 3, 1), repeat_count=2, repeat_number=0)
