from contextlib import contextmanager
from datetime import date, datetime
from unittest.mock import patch

import psycopg2

from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry
from odoo.tests import get_db_name, tagged
from odoo.tests.common import BaseCase
from odoo.tools import mute_logger

from ..warehouse import test_warehouse_race as test_race

# what who comes second is told
REFUSAL = "Task Race is “(Done|Cancelled)”"


@tagged("post_install", "-at_install")
class TestTaskRace(BaseCase):
    """Two people finish a recurrent task at the same moment, on two real connections with real commits."""

    _is_waiting = test_race.TestRace._is_waiting
    _one_after_the_other = test_race.TestRace._one_after_the_other
    _at_once = test_race.TestRace._at_once
    _ended = test_race.TestRace._ended

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        # Odoo waits up to two seconds before it runs a request again
        patcher = patch("odoo.service.model.random")
        patcher.start().uniform.return_value = 0.01
        cls.addClassCleanup(patcher.stop)

    def setUp(self):
        super().setUp()
        self.first_ids, self.user_ids = [], []
        self.addCleanup(self._remove)
        with self._environment() as env:
            # without passwords, which take long to hash: nobody logs in
            self.anna, self.jan = env["res.users"].create([{
                "name": name, "login": f"task_race_{name}",
                "group_ids": [Command.set(env.ref("crm_enova_like.group_user").ids)],
            } for name in ("anna", "jan")])
            self.user_ids = (self.anna | self.jan).ids
            self.anna_id, self.jan_id = self.user_ids

    @contextmanager
    def _environment(self):
        with self.registry.cursor() as cr:
            yield api.Environment(
                cr, SUPERUSER_ID, {"lang": "en_US", "tracking_disable": True, "no_reset_password": True})

    def _remove(self):
        with self._environment() as env:
            env["crm.event"].search([("task_id", "in", self._get_series(env).ids)]).unlink()
            self._get_series(env).unlink()
            users = env["res.users"].browse(self.user_ids)
            partners = users.partner_id
            users.unlink()
            partners.unlink()

    def _get_series(self, env):
        return env["crm.task"].with_context(active_test=False).search([
            "|", ("id", "in", self.first_ids), ("series_id", "in", self.first_ids)], order="date_deadline, id")

    def _new_task(self, **vals):
        """A weekly task, at a fixed date: nothing here depends on today."""
        with self._environment() as env:
            task = env["crm.task"].create({
                "name": "Race", "date_deadline": date(2026, 3, 2), "repeats": True, "repeat_unit": "week",
                "repeat_count": 5, "user_id": self.anna_id, "requester_id": self.jan_id, **vals})
            self.first_ids += task.ids
            return task.id

    def _get_tasks(self):
        """[(number in the series, state, deadline)], as they are in the database."""
        with self._environment() as env:
            return [(task.series_index, task.state, task.date_deadline) for task in self._get_series(env)]

    @staticmethod
    def _act(task_id, method, *args):
        return lambda env: getattr(env["crm.task"].browse(task_id), method)(*args)

    # THE STORIES

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_people_finish_one_task(self):
        task = self._new_task()
        done = self._act(task, "action_done")
        first, second = self._one_after_the_other((self.anna_id, done), (self.jan_id, done))
        self.assertFalse(first.error)
        self.assertRegex(str(second.error), REFUSAL)
        self.assertEqual(self._get_tasks(), [(0, "done", date(2026, 3, 2)), (1, "open", date(2026, 3, 9))])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_second_is_refused_by_the_database(self):
        """Without the server's second try: a serialization failure, and nothing of the second one stays."""
        task = self._new_task()
        with self.registry.cursor() as one, self.registry.cursor() as other:
            first, second = (api.Environment(cr, user, {"lang": "en_US"})["crm.task"].browse(task) for cr, user in (
                (one, self.anna_id), (other, self.jan_id)))
            self.assertEqual((first.state, second.state), ("open", "open"))
            first.action_done()
            first.env.flush_all()
            one.commit()
            with self.assertRaises(psycopg2.errors.SerializationFailure):
                second.action_done()
                second.env.flush_all()
            other.rollback()
        self.assertEqual(self._get_tasks(), [(0, "done", date(2026, 3, 2)), (1, "open", date(2026, 3, 9))])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_people_finish_one_task_freely(self):
        task = self._new_task()
        done = self._act(task, "action_done")
        requests = self._at_once(*[(user, done) for user in (self.anna_id, self.jan_id) * 2])
        errors = [str(request.error) for request in requests if request.error]
        self.assertEqual(len(errors), 3)
        for error in errors:
            self.assertRegex(error, REFUSAL)
        self.assertEqual(self._get_tasks(), [(0, "done", date(2026, 3, 2)), (1, "open", date(2026, 3, 9))])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_one_finishes_and_one_cancels(self):
        for first_act, second_act, state in (
                ("action_done", "action_cancel", "done"), ("action_cancel", "action_done", "cancelled")):
            task = self._new_task()
            with self.subTest(first=first_act, second=second_act):
                first, second = self._one_after_the_other(
                    (self.anna_id, self._act(task, first_act)), (self.jan_id, self._act(task, second_act)))
                self.assertFalse(first.error)
                self.assertRegex(str(second.error), REFUSAL)
                with self._environment() as env:
                    following = env["crm.task"].search([("series_id", "=", task)])
                    self.assertEqual(len(following), 1)
                    self.assertEqual(env["crm.task"].browse(task).state, state)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_each_finishes_with_an_event(self):
        """Who came second has no event, either."""
        task = self._new_task()
        done = self._act(task, "action_done", {"description": "Agreed"})
        first, second = self._one_after_the_other((self.anna_id, done), (self.jan_id, done))
        self.assertFalse(first.error)
        self.assertRegex(str(second.error), REFUSAL)
        with self._environment() as env:
            events = env["crm.event"].search([("task_id", "=", task)])
            self.assertEqual(events.user_id.id, self.anna_id)
            self.assertEqual(len(events), 1)
        self.assertEqual(len(self._get_tasks()), 2)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_written_states_race_as_buttons_do(self):
        """A drag in the kanban writes the state: the second write finds it done, and makes no second task."""
        task = self._new_task()
        drag = self._act(task, "write", {"state": "done"})
        self._one_after_the_other((self.anna_id, drag), (self.jan_id, drag))
        self.assertEqual(self._get_tasks(), [(0, "done", date(2026, 3, 2)), (1, "open", date(2026, 3, 9))])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_people_take_one_task(self):
        """The second is told who has it, and takes nothing away."""
        task = self._new_task(user_id=False)
        take = self._act(task, "action_take")
        first, second = self._one_after_the_other((self.anna_id, take), (self.jan_id, take))
        self.assertFalse(first.error)
        self.assertIn("was taken by anna already", str(second.error))
        with self._environment() as env:
            record = env["crm.task"].browse(task)
            self.assertEqual((record.user_id.id, record.calendar_event_id.user_id.id), (self.anna_id, self.anna_id))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_one_takes_what_the_other_cancels(self):
        task = self._new_task(user_id=False)
        first, second = self._one_after_the_other(
            (self.anna_id, self._act(task, "action_cancel")), (self.jan_id, self._act(task, "action_take")))
        self.assertFalse(first.error)
        self.assertIn("is closed; reopen it first", str(second.error))
        with self._environment() as env:
            self.assertFalse(env["crm.task"].browse(task).user_id)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_series_goes_on_through_races(self):
        """Four times in a row two people finish what is open: five tasks, each with its date and one entry."""
        self._new_task(planned_start=datetime(2026, 3, 2, 9), planned_stop=datetime(2026, 3, 2, 10))
        for number in range(1, 6):
            with self._environment() as env:
                open_task = self._get_series(env).filtered(lambda task: task.state == "open")
                self.assertEqual(len(open_task), 1)
                self.assertEqual(open_task.series_index, number - 1)
            done = self._act(open_task.id, "action_done")
            requests = self._at_once((self.anna_id, done), (self.jan_id, done))
            self.assertEqual(len([request for request in requests if request.error]), 1)
        self.assertEqual(
            self._get_tasks(),
            [(index, "done", date(2026, 3, day)) for index, day in enumerate((2, 9, 16, 23, 30))])
        with self._environment() as env:
            tasks = self._get_series(env)
            self.assertEqual(len(tasks.calendar_event_id), 5)
            self.assertEqual(env["calendar.event"].with_context(active_test=False).search_count([
                ("res_model", "=", "crm.task"), ("res_id", "in", tasks.ids)]), 5, "no entry without its task")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_task_of_the_series_made_twice_is_refused(self):
        """Whatever makes it: the database keeps one task for each number of a series."""
        task = self._new_task()

        def make(env):
            return env["crm.task"].create({
                "name": "Race", "date_deadline": date(2026, 3, 9), "series_id": task, "series_index": 1}).id

        with self.registry.cursor() as one, self.registry.cursor() as other:
            first, second = (api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"}) for cr in (one, other))
            self.assertFalse(second["crm.task"].search([("series_id", "=", task)]))
            make(first)
            one.commit()
            with self.assertRaises(psycopg2.IntegrityError):
                make(second)
                second.flush_all()
            other.rollback()
        self.assertEqual([index for index, _state, _date in self._get_tasks()], [0, 1])
