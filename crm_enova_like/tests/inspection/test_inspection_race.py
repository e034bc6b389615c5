import threading
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.sql_db import db_connect
from odoo.tests import get_db_name, tagged
from odoo.tests.common import BaseCase
from odoo.tools import SQL, mute_logger

from ...models.common.schedule import dates_until
from ...models.inspection import notice, plan_generation
from ..warehouse.test_warehouse_race import PATIENCE, Request

PLANS = 12
CONTRACTORS = 3


@tagged("post_install", "-at_install")
class TestInspectionRace(BaseCase):
    """The scheduler on two real connections at once, and killed half-way through a batch."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        for patcher in (
            patch("odoo.service.model.random"),
            patch.object(plan_generation, "BATCH", 5), patch.object(notice, "BATCH", 1),
        ):
            mock = patcher.start()
            if hasattr(mock, "uniform"):
                # Odoo waits up to two seconds before it runs a request again
                mock.uniform.return_value = 0.01
            cls.addClassCleanup(patcher.stop)

    def setUp(self):
        super().setUp()
        self.addCleanup(self._remove_firm)
        with self._environment() as env:
            [[self.last_number]] = env.execute_query(SQL("SELECT COALESCE(max(id), 0) FROM crm_service_number"))
            self.today = env.company._service_today()
            self.horizon = env["crm.service.inspection.plan"]._get_horizon(env.company)
            self.last_mail = env["mail.mail"].search([], order="id desc", limit=1).id or 0
            self.partner_ids = env["res.partner"].create([
                {"name": f"Race {index}", "email": f"race{index}@example.com"} for index in range(CONTRACTORS)]).ids
            device_type = env["crm.service.device.type"].create({"name": "Race", "prefix": "RACE"})
            regime = env["crm.service.inspection.regime"].create({
                "name": "Race", "interval_number": 1, "interval_unit": "month", "counting": "anchor",
                "lead_days": 40, "notify_partner": True})
            devices = env["crm.service.device"].create([
                {"name": f"Race {index}", "type_id": device_type.id, "identifier": f"RACE/{index}",
                 "partner_id": self.partner_ids[index % CONTRACTORS]} for index in range(PLANS)])
            self.anchor = self.today - timedelta(days=10)
            plans = env["crm.service.inspection.plan"].create([
                {"device_id": device.id, "regime_id": regime.id, "anchor_date": self.anchor} for device in devices])
            self.type_id, self.regime_id, self.device_ids, self.plan_ids = (
                device_type.id, regime.id, devices.ids, plans.ids)
            self.dates = dates_until(self.anchor, self.today, self.horizon, 1, "month")
        # what else the database holds is not the test's
        for model, method, field in (
            ("crm.service.inspection.plan", "_get_due_domain", "id"),
            ("crm.service.inspection", "_get_notice_domain", "plan_id"),
        ):
            self._patch(model, method, lambda original, *args, field=field: [
                *original(*args), (field, "in", self.plan_ids)])

    @contextmanager
    def _environment(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {"lang": "en_US", "tracking_disable": True})

    def _remove_firm(self):
        with self._environment() as env:
            env["mail.mail"].search([("id", ">", self.last_mail), ("model", "=", "crm.service.inspection")]).unlink()
            env["crm.service.order"].search([("partner_id", "in", self.partner_ids)]).unlink()
            devices = env["crm.service.device"].browse(self.device_ids)
            devices.inspection_ids.unlink()
            devices.plan_ids.unlink()
            devices.unlink()
            regime = env["crm.service.inspection.regime"].browse(self.regime_id)
            regime.protocol_sequence_id.unlink()
            regime.unlink()
            env.cr.execute("DELETE FROM crm_service_number WHERE id > %s", [self.last_number])
            env["crm.service.device.type"].browse(self.type_id).unlink()
            env["res.partner"].browse(self.partner_ids).unlink()

    def _patch(self, model, method, wrapper):
        """Replace a method of a model; the wrapper gets the original, bound."""
        cls = self.registry[model]
        original = getattr(cls, method)

        def patched(records, *args, **kwargs):
            return wrapper(lambda *args, **kwargs: original(records, *args, **kwargs), *args, **kwargs)

        patcher = patch.object(cls, method, patched)
        patcher.start()
        self.addCleanup(patcher.stop)
        return patcher

    @staticmethod
    def _generate(env):
        env["crm.service.inspection.plan"]._cron_generate()

    @staticmethod
    def _notify(env):
        env["crm.service.inspection"]._cron_notify()

    def _run(self, work):
        with self._environment() as env:
            work(env)

    def _made(self):
        """{plan: its dates}, as they are in the database."""
        with self._environment() as env:
            made = {plan: [] for plan in self.plan_ids}
            for plan, date in env.execute_query(SQL(
                    "SELECT plan_id, planned_date FROM crm_service_inspection WHERE plan_id IN %s "
                    "ORDER BY planned_date", tuple(self.plan_ids))):
                made[plan].append(date)
            return made

    def _assert_every_date_once(self):
        self.assertGreater(len(self.dates), 10)
        self.assertEqual(self._made(), dict.fromkeys(self.plan_ids, self.dates))

    def _mails(self):
        """[contractor] of the e-mails made, by id."""
        with self._environment() as env:
            mails = env["mail.mail"].search(
                [("id", ">", self.last_mail), ("model", "=", "crm.service.inspection")], order="id")
            return [mail.recipient_ids.id for mail in mails]

    def _assert_every_contractor_once(self):
        self.assertEqual(sorted(self._mails()), self.partner_ids)
        with self._environment() as env:
            due = env["crm.service.inspection"].search([
                ("plan_id", "in", self.plan_ids), ("planned_date", "<=", self.today + timedelta(days=40))])
            self.assertGreaterEqual(len(due), PLANS)
            self.assertTrue(all(due.mapped("date_notified")))

    def _while_one_holds(self, work, model, method, before):
        """One run stops in the method, before or after it has done its work, until another run has ended."""
        held, go_on = threading.Event(), threading.Event()

        def hold(original, *args, **kwargs):
            if threading.current_thread() is not first or held.is_set():
                return original(*args, **kwargs)
            if before:
                held.set()
                go_on.wait(PATIENCE)
                return original(*args, **kwargs)
            result = original(*args, **kwargs)
            held.set()
            go_on.wait(PATIENCE)
            return result

        first, second = (Request(self, SUPERUSER_ID, work) for _each in range(2))
        self._patch(model, method, hold)
        first.start()
        self.assertTrue(held.wait(PATIENCE))
        second.start()
        second.join(PATIENCE)
        go_on.set()
        first.join(PATIENCE)
        for request in (first, second):
            self.assertFalse(request.is_alive(), "a run did not end")
            if request.error:
                raise request.error
        return first, second

    @staticmethod
    def _interrupt(_env):
        raise KeyboardInterrupt

    @staticmethod
    def _disconnect(env):
        pid = env.cr._cnx.get_backend_pid()
        with db_connect(get_db_name()).cursor() as cr:
            cr.execute("SELECT pg_terminate_backend(%s)", [pid])
        env.cr.execute("SELECT 1")

    # THE GENERATOR

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_runs_freely(self):
        start = threading.Barrier(2, timeout=PATIENCE)
        requests = [Request(self, SUPERUSER_ID, self._generate, before=start.wait) for _each in range(2)]
        for request in requests:
            request.start()
        for request in requests:
            request.join(PATIENCE)
            self.assertFalse(request.is_alive(), "a run did not end")
            if request.error:
                raise request.error
        self._assert_every_date_once()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_run_beside_one_that_holds_a_batch(self):
        self._while_one_holds(self._generate, "crm.service.inspection.plan", "_generate", before=False)
        self._assert_every_date_once()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_run_that_looked_before_another_made_all(self):
        first, _second = self._while_one_holds(
            self._generate, "crm.service.inspection.plan", "try_lock_for_update", before=True)
        self.assertEqual(first.tries, 2, "the database refused what it had read")
        self._assert_every_date_once()

    def _kill(self, work, model, method, nth, how):
        """A run that ends in its nth call of the method; the next is whole again."""
        calls = []

        def patched(original, *args, **kwargs):
            calls.append(method)
            result = original(*args, **kwargs)
            if len(calls) == nth:
                how(env)
            return result

        patcher = self._patch(model, method, patched)
        try:
            with self._environment() as env:
                work(env)
        except (KeyboardInterrupt, psycopg2.OperationalError, psycopg2.InterfaceError):
            self.assertEqual(len(calls), nth)
        else:
            self.fail("the run was not killed")
        finally:
            patcher.stop()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def _test_killed_half_way_through_a_batch_and_run_again(self, how):
        self._kill(self._generate, "crm.service.inspection.plan", "_prepare_inspections", 8, how)
        self.assertEqual(
            sorted(map(len, self._made().values())), [0] * 7 + [len(self.dates)] * 5, "the first batch alone is there")
        for _again in range(2):
            self._run(self._generate)
            self._assert_every_date_once()

    def test_killed_half_way_through_a_batch_and_run_again(self):
        self._test_killed_half_way_through_a_batch_and_run_again(self._interrupt)

    def test_connection_lost_half_way_through_a_batch_and_run_again(self):
        self._test_killed_half_way_through_a_batch_and_run_again(self._disconnect)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_killed_between_making_and_committing_and_run_again(self):
        self._kill(self._generate, "crm.service.inspection.plan", "_generate", 2, self._interrupt)
        self.assertEqual(sorted(map(len, self._made().values())), [0] * 7 + [len(self.dates)] * 5)
        self._run(self._generate)
        self._assert_every_date_once()

    # ORDERS AND PROTOCOLS

    def _at_the_same_moment(self, *works):
        """Requests that all have seen the database before any of them writes; the requests, when they have ended."""
        start = threading.Barrier(len(works), timeout=PATIENCE)
        requests = [Request(self, SUPERUSER_ID, work, before=start.wait) for work in works]
        for request in requests:
            request.start()
        for request in requests:
            request.join(PATIENCE)
            self.assertFalse(request.is_alive(), "a request did not end")
        return requests

    def _get_first_inspections(self, env, count):
        return env["crm.service.inspection"].search([("plan_id", "in", self.plan_ids[:count])]).grouped(
            "plan_id").values()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_who_order_the_same_inspection(self):
        self._run(self._generate)
        with self._environment() as env:
            [inspections] = self._get_first_inspections(env, 1)
            inspection_id = inspections[:1].id
        prepared = []
        self._patch("crm.service.inspection", "_prepare_order_vals", lambda original, *args: (
            prepared.append(args), original(*args))[1])
        requests = self._at_the_same_moment(*[
            lambda env: env["crm.service.inspection"].browse(inspection_id).action_create_order() and None] * 2)
        self.assertEqual(sorted(request.tries for request in requests), [1, 2])
        [error] = [request.error for request in requests if request.error]
        self.assertIsInstance(error, UserError)
        self.assertRegex(str(error), "“Ordered”")
        self.assertEqual(len(prepared), 1, "the second waited, and used up no number")
        with self._environment() as env:
            orders = env["crm.service.order"].search([("partner_id", "in", self.partner_ids)])
            self.assertEqual(orders.inspection_ids.ids, [inspection_id])
            self.assertEqual(len(orders), 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_first_protocols_of_a_regime(self):
        self._run(self._generate)
        with self._environment() as env:
            ids = [inspections[:1].id for inspections in self._get_first_inspections(env, 2)]
        for request in self._at_the_same_moment(*[
                lambda env, id_=id_: env["crm.service.inspection"].browse(id_).action_done() for id_ in ids]):
            if request.error:
                raise request.error
        with self._environment() as env:
            numbers = env["crm.service.inspection"].browse(ids).mapped("protocol_number")
            self.assertEqual(sorted(number.rpartition("/")[2] for number in numbers), ["0001", "0002"])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_eight_protocols_at_once(self):
        """None of them is run again; the ninth is rolled back and leaves no gap."""
        self._run(self._generate)
        with self._environment() as env:
            first, *others = (inspections[:1] for inspections in self._get_first_inspections(env, 9))
            first.action_done()
            ids = [inspection.id for inspection in others]

        def finish(id_):
            def work(env):
                env["crm.service.inspection"].browse(id_).action_done()
                if id_ == ids[3]:
                    raise RuntimeError("The printer is out of paper")
            return work

        requests = self._at_the_same_moment(*map(finish, ids))
        self.assertEqual([str(request.error or "") for request in requests],
                         ["The printer is out of paper" if id_ == ids[3] else "" for id_ in ids])
        self.assertEqual([request.tries for request in requests], [1] * 8)
        with self._environment() as env:
            numbers = env["crm.service.inspection"].browse([first.id, *ids]).filtered(
                "protocol_number").mapped("protocol_number")
        self.assertEqual(
            sorted(number.rpartition("/")[2] for number in numbers), [f"{n:04}" for n in range(1, 9)])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_who_finish_one_visit_share_its_number(self):
        self._run(self._generate)
        with self._environment() as env:
            env["crm.service.inspection.regime"].browse(self.regime_id).protocol_per_visit = True
            inspections = env["crm.service.inspection"].union(*(
                of_plan[:1] for of_plan in env["crm.service.inspection"].search(
                    [("partner_id", "=", self.partner_ids[0])]).grouped("plan_id").values()))[:3]
            # so that no sequence is made under way
            inspections[0].action_done()
            inspections[1:].action_create_order()
            ids = inspections[1:].ids
        for request in self._at_the_same_moment(*[
                lambda env, id_=id_: env["crm.service.inspection"].browse(id_).action_done() for id_ in ids]):
            if request.error:
                raise request.error
        with self._environment() as env:
            self.assertEqual(
                env["crm.service.inspection"].browse(ids).mapped("protocol_number"),
                [f"P/{self.today.year}/0002"] * 2)

    # NOTICES

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_runs_write_once(self):
        self._run(self._generate)
        self._while_one_holds(self._notify, "crm.service.inspection", "_notify_partners", before=False)
        self._assert_every_contractor_once()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_run_that_looked_before_another_wrote(self):
        self._run(self._generate)
        self._while_one_holds(self._notify, "crm.service.inspection", "_notify_partners", before=True)
        self._assert_every_contractor_once()

    def _test_killed_after_the_first_contractor_and_run_again(self, how):
        self._run(self._generate)
        self._kill(self._notify, "crm.service.inspection", "_notify_partners", 2, how)
        self.assertEqual(len(self._mails()), 1, "what was queued in the batch that died is not sent")
        for _again in range(2):
            self._run(self._notify)
            self._assert_every_contractor_once()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_killed_after_the_first_contractor_and_run_again(self):
        self._test_killed_after_the_first_contractor_and_run_again(self._interrupt)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_connection_lost_after_the_first_contractor_and_run_again(self):
        self._test_killed_after_the_first_contractor_and_run_again(self._disconnect)
