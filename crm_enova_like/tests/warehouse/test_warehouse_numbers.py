import threading
from datetime import date
from unittest.mock import patch

import psycopg2

from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import get_db_name, tagged
from odoo.tools import mute_logger

from ...models.common.locks import NUMBERS
from .test_warehouse_race import PATIENCE, RaceCase, Request

# a year of which nothing else in the database has documents
YEAR = 2069


class Refused(UserError):
    """What makes a request fail when it has drawn its number."""


@tagged("post_install", "-at_install")
class TestNumbersRace(RaceCase):
    """Numbers drawn on real connections at once: none twice, none left out, and nobody is run again."""

    def setUp(self):
        super().setUp()
        # one document before, so that the series has begun
        order = self._new_order(self._new_part(1))
        [request] = self._at_once((self.anna, self._issue(order)))
        self.assertFalse(request.error)
        [[name, _state]] = self._pickings(order)
        self.head, number = name.rsplit("/", 1)
        self.last = int(number)

    def _assert_next(self, *orders, skipped=()):
        """The RWs of the orders, in this order, have the numbers that follow; hand-written ones are skipped."""
        wanted = [number for number in range(self.last + 1, self.last + 20) if number not in skipped]
        self.assertEqual(
            [name for order in orders for name, _state in self._pickings(order)],
            [f"{self.head}/{number:05}" for number in wanted[:len(orders)]])

    def _hold(self, first, second, end):
        """The second request draws while the first has drawn and not ended; then the first one ends.

        :param first, second: function of an environment, run as Anna and Jan
        :param end: function of the first request, called when the second waits for it; may raise in the first's place
        :return: both requests, ended
        """
        drawn, go_on = threading.Event(), threading.Event()

        def hold():
            drawn.set()
            go_on.wait(PATIENCE)
            end(requests[0])

        requests = [Request(self, self.anna, first, after=hold), Request(self, self.jan, second, before=drawn.wait)]
        requests[1].start()
        requests[0].start()
        self.assertTrue(drawn.wait(PATIENCE), requests[0].error)
        for _attempt in range(PATIENCE * 20):
            requests[1].join(0.05)
            if not requests[1].is_alive() or self._is_waiting(requests[1].pid):
                break
        self.assertTrue(requests[1].is_alive(), "the second did not wait for the first")
        go_on.set()
        for request in requests:
            request.join(PATIENCE)
            self.assertFalse(request.is_alive(), "a request did not end")
        self.assertFalse(requests[1].error)
        self.assertEqual(requests[1].tries, 1, "a number made a request run again")
        return requests

    def _two_orders(self):
        return [self._new_order(self._new_part(1)) for _each in range(2)]

    # TWO, AND HOW THE FIRST ONE ENDS

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_first_commits(self):
        orders = self._two_orders()
        first, _second = self._hold(*map(self._issue, orders), end=lambda request: None)
        self.assertFalse(first.error)
        self._assert_next(*orders)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_first_is_rolled_back(self):
        orders = self._two_orders()

        def refuse(request):
            raise Refused("The customer has gone")

        first, _second = self._hold(*map(self._issue, orders), end=refuse)
        self.assertIsInstance(first.error, Refused)
        self._assert_next(orders[1])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_first_is_killed(self):
        orders = self._two_orders()

        def kill(request):
            with db_connect(get_db_name()).cursor() as cr:
                cr.execute("SELECT pg_terminate_backend(%s)", [request.pid])

        first, _second = self._hold(*map(self._issue, orders), end=kill)
        self.assertIsInstance(first.error, (psycopg2.OperationalError, psycopg2.InterfaceError))
        self._assert_next(orders[1])
        [request] = self._at_once((self.anna, self._issue(orders[0])))
        self.assertFalse(request.error)
        self._assert_next(orders[1], orders[0])

    # MANY

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_eight_at_once(self):
        orders = [self._new_order(self._new_part(1)) for _each in range(8)]
        requests = self._at_once(*[(self.anna, self._issue(order)) for order in orders])
        self.assertEqual([request.error for request in requests], [None] * 8)
        self.assertEqual([request.tries for request in requests], [1] * 8)
        self._assert_next(*sorted(orders, key=lambda order: self._pickings(order)[0][0]))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_eight_new_orders_at_once(self):
        """Of which two fail when they have their number."""
        made = []

        def make(place):
            def work(env):
                order = env["crm.service.order"].create({
                    "partner_id": self.contractor_id, "date_received": f"{YEAR}-06-01 10:00:00"})
                env.flush_all()
                if place in (2, 5):
                    raise Refused("The customer has gone")
                made.append(order.id)
                return order.name
            return work

        requests = self._at_once(*[(self.anna, make(place)) for place in range(8)])
        self.made["crm.service.order"] += made
        self.assertEqual([request.tries for request in requests], [1] * 8)
        self.assertEqual(
            sorted(request.result for request in requests if request.result),
            [f"ZSR/{YEAR}/{number:05}" for number in range(1, 7)])

    # BY HAND

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_named_by_hand_at_that_moment(self):
        """A keeper names a draft as the next RW, which who issues then cannot see."""
        [order] = self._two_orders()[:1]
        with self._environment() as env:
            draft = env["stock.picking"].create({
                "picking_type_id": env["stock.warehouse"].browse(self.warehouse_id).int_type_id.id})
            draft_id = draft.id

        def rename():
            with self._environment() as env:
                env["stock.picking"].browse(draft_id).name = f"{self.head}/{self.last + 1:05}"

        request = Request(self, self.anna, self._issue(order), before=rename)
        request.start()
        try:
            self._ended([request])
            self.assertEqual((request.error, request.tries), (None, 1))
            self._assert_next(order, skipped={self.last + 1})
        finally:
            with self._environment() as env:
                env["stock.picking"].browse(draft_id).unlink()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_moved_in_at_that_moment(self):
        """A manager's import gives the number that a new order draws meanwhile."""
        moved_in, received = f"ZSR/{YEAR - 1}/00004", f"{YEAR - 1}-06-01 10:00:00"

        def make(vals):
            def work(env):
                order = env["crm.service.order"].sudo().create({
                    "partner_id": self.contractor_id, "date_received": received, **vals})
                env.flush_all()
                return order.id, order.name
            return work

        with self._environment() as env:
            before = [make({})(env) for _each in range(3)]
        first, second = self._hold(make({"name": moved_in}), make({}), end=lambda request: None)
        self.assertFalse(first.error)
        made = [*before, first.result, second.result]
        self.made["crm.service.order"] += [order_id for order_id, _name in made]
        self.assertEqual(
            [name for _order_id, name in made], [f"ZSR/{YEAR - 1}/{number:05}" for number in range(1, 6)])

    # WHO DOES NOT WAIT

    def test_drawn_when_all_is_moved(self):
        """The lock of the series, which keeps others waiting, is not held while core moves what there is to move."""
        order, Rows, locks = self._new_order(self._new_part(1)), self.registry["stock.move.line"], []
        core = Rows._action_done

        def count_locks():
            with db_connect(get_db_name()).cursor() as cr:
                cr.execute("""
                    SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
                     WHERE locktype = 'advisory' AND datname = current_database() AND classid = %s""", [NUMBERS])
                locks.append(cr.fetchone()[0])

        def move(rows):
            result = core(rows)
            count_locks()
            return result

        with patch.object(Rows, "_action_done", move):
            request = Request(self, self.anna, self._issue(order), after=count_locks)
            request.start()
            self._ended([request])
        self.assertFalse(request.error)
        self.assertEqual(locks, [0, 1])
        self._assert_next(order)

    def test_companies_and_documents_do_not_wait_for_one_another(self):
        day = date(YEAR, 6, 1)
        with self._environment() as env, self._environment() as other:
            sequence = env["stock.warehouse"].browse(self.warehouse_id).rw_type_id.sequence_id
            company = env["res.company"].search([("id", "!=", sequence.company_id.id)], limit=1)
            if not company:
                self.skipTest("the database has one company")
            numbers = env["stock.picking"]._draw_numbers(sequence, sequence.company_id, day, 2)
            self.assertEqual(numbers, [f"RW/{YEAR}/00001", f"RW/{YEAR}/00002"])
            env.cr.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
            self.assertEqual(env.cr.fetchone(), (1,), "others queue for the series")
            other.cr.execute("SET LOCAL lock_timeout = '2s'")
            sequence = sequence.with_env(other)
            for documents, of_company in (
                    ("stock.picking", company.with_env(other)), ("crm.service.order", sequence.company_id)):
                self.assertEqual(
                    other[documents]._draw_numbers(sequence, of_company, day, 1), [f"RW/{YEAR}/00001"])
            self.assertEqual(
                other["stock.picking"]._draw_numbers(
                    sequence, sequence.company_id, date(YEAR + 1, 6, 1), 1), [f"RW/{YEAR + 1}/00001"])
            env.cr.rollback()
            other.cr.rollback()
