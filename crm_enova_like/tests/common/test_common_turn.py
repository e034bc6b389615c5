import threading
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import ValidationError
from odoo.modules.registry import Registry
from odoo.tests import get_db_name, tagged
from odoo.tests.common import BaseCase
from odoo.tools import mute_logger

from odoo.addons.http_routing.tests.common import MockRequest

from ...models.common.ir_http import TURNS, IrHttp
from ...models.common.locks import Turn
from .firm import ServiceCommon


@tagged("post_install", "-at_install")
class TestTurn(ServiceCommon):
    """Whoever waited for a colleague's lock runs again at once; any other failure is left to Odoo."""

    def _serve(self, failures, waited):
        """Serve a request that fails some times; returns the answer and how often it began anew."""
        left = [SerializationFailure("could not serialize access") for _index in range(failures)]
        for error in left:
            error.crm_waited_for = waited and f"stock_quant|{waited}"

        def endpoint(**_params):
            if left:
                raise left.pop()
            return "served"

        endpoint.routing = {}
        with MockRequest(self.env) as request, patch.object(IrHttp, "_begin_anew") as anew, \
                patch.object(Turn, "wait"):
            request.params = {}
            try:
                return self.env["ir.http"]._dispatch(endpoint), anew.call_count
            except SerializationFailure:
                return "failed", anew.call_count

    def test_who_waited(self):
        self.assertEqual(self._serve(0, True), ("served", 0))
        self.assertEqual(self._serve(3, True), ("served", 3))

    def test_not_for_ever(self):
        self.assertEqual(self._serve(TURNS + 1, True), ("failed", TURNS))

    def test_other_failures(self):
        self.assertEqual(self._serve(1, False), ("failed", 0))

    def test_what_the_database_refuses_is_said_in_our_sentence(self):
        """No word about an operation that could not be completed stands before it."""
        savepoints = []

        def begin_anew(_cls):
            self.env.transaction.clear()
            savepoints[0].rollback()

        def endpoint(**_params):
            savepoints.append(self.env.cr.savepoint(flush=False))
            self.order_type.repair_warranty_months = -1

        endpoint.routing = {}
        with MockRequest(self.env) as request, patch.object(IrHttp, "_begin_anew", classmethod(begin_anew)), \
                mute_logger("odoo.sql_db"), self.assertRaisesRegex(ValidationError, "^The deadline has between 0"):
            request.params = {}
            self.env["ir.http"]._dispatch(endpoint)

    def test_the_turn_ends_with_the_transaction(self):
        with patch.object(Turn, "leave") as leave, patch.object(Turn, "leave_after") as leave_after:
            self.assertEqual(self._serve(2, True), ("served", 2))
            self.assertFalse(leave.called, "the next one would begin too early")
            leave_after.assert_called_once_with(self.env.cr)
            self.assertEqual(self._serve(TURNS + 1, True), ("failed", TURNS))
            self.assertEqual((leave.call_count, leave_after.call_count), (1, 1))


@tagged("post_install", "-at_install")
class TestQueue(BaseCase):
    """Who wants the same rows has them one after the other."""

    def test_one_after_the_other(self):
        registry, order, turns = Registry(get_db_name()), [], [Turn() for _each in range(4)]

        def wait(number):
            turns[number].wait(registry, "test|[1]")
            order.append(number)
            turns[number].leave()

        turns[0].wait(registry, "test|[1]")
        turns[0].wait(registry, "test|[1]")
        turns[3].wait(registry, "test|[2]")
        threads = [threading.Thread(target=wait, args=(number,), daemon=True) for number in (1, 2)]
        for number, thread in enumerate(threads, 1):
            thread.start()
            for _attempt in range(200):
                with registry.cursor() as cr:
                    cr.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
                               "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
                    if cr.fetchone()[0] == number:
                        break
                thread.join(0.05)
        self.assertFalse(order)
        with registry.cursor() as cr:
            turns[0].leave_after(cr)
            cr.rollback()
        for thread in threads:
            thread.join(10)
        self.assertEqual(order, [1, 2])
        turns[3].leave()
