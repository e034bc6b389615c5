from contextlib import contextmanager
from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from ..common import ServiceCommon

STATES = ("open", "in_progress", "done", "cancelled")
# where a task may go from each state
NEXT = {
    "open": ("in_progress", "done", "cancelled"), "in_progress": ("open", "done", "cancelled"), "done": ("open",),
    "cancelled": ("open",)}
BUTTONS = {
    "action_start": ("open",), "action_done": ("open", "in_progress"), "action_cancel": ("open", "in_progress"),
    "action_reopen": ("done", "cancelled"), "action_open_done": ("open", "in_progress"),
    "action_take": ("open", "in_progress"), "action_postpone": ("open", "in_progress")}


@tagged("post_install", "-at_install")
class TestTaskDoor(ServiceCommon):
    """The state of a task changes by ``write()``, whoever changes it; what was done and who asked are facts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))
        cls.Task = cls.env["crm.task"]

    def _task(self, user=None, **vals):
        Task = self.Task.with_user(user) if user else self.Task
        return Task.create({"name": "Call", "partner_id": self.contractor.id, **vals})

    def _task_in(self, state):
        task = self._task(user_id=self.operator.id)
        if state != "open":
            task.write({"state": state})
        return task

    @contextmanager
    def _overridden(self):
        """``write`` of tasks overridden as an addon would, by a class above all of ours; gives what it saw."""
        seen, registry_class = [], type(self.Task)
        original = registry_class.write

        def write(records, vals):
            seen.append((records, dict(vals)))
            return original(records, vals)

        self.patch(registry_class, "write", write)
        yield seen

    # WHO OVERRIDES write

    def test_an_override_sees_each_action(self):
        tasks = self._task() | self._task()
        with self._overridden() as seen:
            for action, state in (
                    ("start", "in_progress"), ("done", "done"), ("reopen", "open"), ("cancel", "cancelled")):
                seen.clear()
                getattr(tasks, f"action_{action}")()
                self.assertEqual(set(tasks.mapped("state")), {state})
                self.assertEqual(seen, [(tasks, {"state": state})], action)

    def test_an_override_sees_a_hand_over(self):
        task = self._task(user_id=self.technician.id, requester_id=self.technician.id)
        with self._overridden() as seen:
            task.with_user(self.operator).action_take()
            task.with_user(self.operator).action_assign(self.other_technician)
            self.assertEqual([vals for _task, vals in seen], [
                {"user_id": self.operator.id}, {"user_id": self.other_technician.id}])

    # WHERE A TASK MAY GO

    def test_each_state_is_reached_from_where_it_may_be(self):
        for before in STATES:
            for after in STATES:
                task = self._task_in(before).with_user(self.operator)
                with self.subTest(before=before, after=after):
                    if after == before or after in NEXT[before]:
                        task.write({"state": after})
                        self.assertEqual(task.state, after)
                        self.assertEqual(bool(task.date_done), after == "done")
                    else:
                        with self.assertRaisesRegex(UserError, "Task Call is “"):
                            task.write({"state": after})
                        self.assertEqual(task.state, before)

    def test_buttons_in_each_state(self):
        for button, states in BUTTONS.items():
            for state in STATES:
                task = self._task_in(state).with_user(self.operator)
                with self.subTest(button=button, state=state):
                    if state in states:
                        getattr(task, button)()
                    else:
                        with self.assertRaisesRegex(UserError, "Task Call"):
                            getattr(task, button)()
                        self.assertEqual(task.state, state)

    def test_what_is_no_state_is_refused_in_a_sentence(self):
        task = self._task()
        for state in ("finished", False, None, 3):
            with self.subTest(state=state), self.assertRaisesRegex(UserError, "has no state"):
                task.with_user(self.operator).write({"state": state})
        for state in ("finished", 3):
            with self.subTest(state=state), self.assertRaisesRegex(UserError, "has no state"):
                self._task(self.operator, state=state)

    def test_all_are_checked_before_the_first_is_written(self):
        mine, done = self._task(), self._task_in("done")
        self.env.flush_all()
        with self.assertLogs("odoo.sql_db", "DEBUG") as log, self.assertRaisesRegex(UserError, "Call is “Done”"):
            self.env.invalidate_all()
            (mine | done).with_user(self.operator).write({"state": "cancelled"})
        self.assertFalse([line for line in log.output if "UPDATE \"crm_task\"" in line])
        self.assertEqual((mine.state, done.state), ("open", "done"))

    def test_the_rest_is_written_with_the_state(self):
        task, done = self._task(), self._task_in("done")
        when = done.date_done
        with freeze_time("2026-03-12 09:00:00"):
            (task | done).write({"state": "done", "description": "Agreed"})
        self.assertEqual((task | done).mapped("description"), ["Agreed", "Agreed"])
        self.assertEqual((task.date_done, done.date_done), (datetime(2026, 3, 12, 9), when))

    # CREATION

    def test_a_task_made_done_goes_through_the_door(self):
        task = self._task(
            self.operator, state="done", user_id=self.technician.id, date_deadline=date(2026, 3, 9), repeats=True,
            repeat_unit="week", repeat_count=2)
        self.assertEqual((task.state, task.is_open, task.date_done), ("done", False, datetime(2026, 3, 11, 10)))
        self.assertFalse(task.sudo().calendar_event_id, "it is over before it is in anybody's calendar")
        following = self.Task.search([("series_id", "=", task.id)])
        self.assertEqual((following.state, following.date_deadline), ("open", date(2026, 3, 16)))

    def test_states_given_at_once_are_each_their_own(self):
        tasks = self.Task.with_user(self.operator).create([
            {"name": state or "none", **({"state": state} if state else {})} for state in (*STATES, None, "done")])
        self.assertEqual(tasks.mapped("state"), [*STATES, "open", "done"])
        self.assertEqual(tasks.mapped("is_open"), [True, True, False, False, True, False])
        self.assertEqual([bool(task.date_done) for task in tasks], [False, False, True, False, False, True])

    def test_nobody_is_told_of_what_comes_done(self):
        self.company.assignment_notice = True
        before = self._count_notices()
        self._task(self.operator, state="done", user_id=self.technician.id)
        self.assertEqual(self._count_notices(), before)
        self._task(self.operator, user_id=self.technician.id)
        self.assertEqual(self._count_notices(), before + 1)

    def _count_notices(self):
        self.env.flush_all()
        self.cr.precommit.run()
        return self.env["mail.notification"].sudo().search_count(
            [("res_partner_id", "=", self.technician.partner_id.id)])

    def test_a_lists_default_closes_nothing(self):
        task = self.Task.with_user(self.operator).with_context(default_state="done").create({"name": "Call"})
        self.assertEqual((task.state, task.date_done), ("open", False))
        task = task.with_context(default_date_done="2026-03-01 08:00:00").create({"name": "Call"})
        self.assertFalse(task.date_done)
        # with its state on the form, a column's default is what was chosen
        form = Form(self.Task.with_user(self.operator).with_context(default_state="in_progress"))
        form.name = "Call"
        self.assertIn(form.save().state, ("open", "in_progress"))

    def test_a_copy_is_to_do_and_asked_for_by_who_copies(self):
        task = self._task(self.technician, state="done", user_id=self.technician.id)
        copy = task.with_user(self.operator).copy()
        self.assertEqual((copy.state, copy.date_done, copy.requester_id), ("open", False, self.operator))

    # FACTS

    def test_who_asked_for_it_stays(self):
        """The performer does not become the requester, who alone may delete it."""
        task = self._task(self.operator, user_id=self.technician.id)
        for user in (self.technician, self.operator, self.manager):
            with self.subTest(user=user.login), self.assertRaisesRegex(UserError, "Requested By"):
                task.with_user(user).write({"requester_id": (user | self.technician)[-1:].id})
        self.assertEqual(task.requester_id, self.operator)
        with self.assertRaisesRegex(AccessError, "cancel it instead"):
            task.with_user(self.technician).unlink()

    def test_who_asked_for_it_is_said_when_it_is_made(self):
        task = self._task(self.technician, user_id=self.technician.id, requester_id=self.operator.id)
        self.assertEqual(task.requester_id, self.operator)
        self.assertEqual(self._task(self.technician, user_id=self.technician.id).requester_id, self.technician)

    def test_when_it_was_done_is_no_ones_to_type(self):
        task, when = self._task(user_id=False), datetime(2026, 3, 1, 8)
        for user in (self.technician, self.operator, self.manager):
            with self.subTest(user=user.login), self.assertRaisesRegex(UserError, "Date Done"):
                task.with_user(user).write({"date_done": when})
            with self.subTest(user=user.login, state="open"), self.assertRaisesRegex(UserError, "Date Done"):
                self._task(user, date_done=when)
        for user in (self.technician, self.operator):
            with self.subTest(user=user.login, state="done"), self.assertRaisesRegex(UserError, "Date Done"):
                self._task(user, date_done=when, state="done")
        self.assertEqual(self._task(self.manager, date_done=when, state="done").date_done, when, "moving in")

    def test_a_manager_corrects_with_a_note(self):
        task = self._task(self.operator, user_id=self.technician.id)
        with self.assertRaisesRegex(AccessError, "manager"):
            task.correct_facts({"requester_id": self.technician.id}, "Mistaken")
        task.with_user(self.manager).correct_facts({"requester_id": self.technician.id}, "Mistaken")
        self.assertEqual(task.requester_id, self.technician)
        note = task.message_ids[0].body
        for word in ("Mistaken", self.operator.name, self.technician.name):
            self.assertIn(word, note)

    def test_a_correction_leaves_what_the_state_says(self):
        done, task = self._task(self.operator, user_id=self.technician.id), self._task(self.operator)
        done.action_done()
        for record, vals, says in (
                (done, {"date_done": False}, "cannot be emptied"), (done, {"requester_id": False}, "cannot be emptied"),
                (done, {"date_done": datetime.now() + timedelta(days=2)}, "in the future"),
                (task, {"date_done": datetime(2026, 1, 5)}, "in this state")):
            with self.subTest(**vals), self.assertRaisesRegex(UserError, says):
                record.with_user(self.manager).correct_facts(vals, "Mistaken")
        done.with_user(self.manager).correct_facts({"date_done": datetime(2026, 1, 5)}, "Mistaken")
        self.assertEqual(done.date_done, datetime(2026, 1, 5))

    def test_a_technician_archives_his_own(self):
        own = self._task(self.operator, user_id=self.technician.id)
        asked = self._task(self.technician, user_id=self.operator.id)
        queued = self._task(self.operator, user_id=False)
        event = self.env["crm.event"].create({"name": "Called", "task_id": own.id, "user_id": self.operator.id})
        for task in (own, asked):
            task.with_user(self.technician).action_archive()
            self.assertFalse(task.active)
            task.with_user(self.technician).action_unarchive()
        for record in (queued, event):
            with self.subTest(record=record), self.assertRaisesRegex(AccessError, "cannot archive"):
                record.with_user(self.technician).action_archive()
            record.with_user(self.operator).action_archive()
            self.assertFalse(record.active)
        mine = event.create({"name": "Called", "user_id": self.technician.id})
        mine.with_user(self.technician).action_archive()
        self.assertFalse(mine.active)

    # THE SCREEN

    def test_the_form_offers_what_may_be_done(self):
        form = Form(self._task().with_user(self.operator))
        with self.assertRaisesRegex(AssertionError, "requester_id"):
            form.requester_id = self.technician
