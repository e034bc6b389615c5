import threading
from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.sql_db import db_connect
from odoo.tests import get_db_name, new_test_user, tagged
from odoo.tests.common import BaseCase
from odoo.tools import SQL, mute_logger

PATIENCE = 30  # seconds; nothing here takes a tenth of it


class Request(threading.Thread):
    """One user's request on its own connection, run as Odoo's server runs it."""

    def __init__(self, case, user_id, work, before=None, after=None):
        super().__init__(daemon=True)
        self.case, self.user_id, self.work = case, user_id, work
        self.before, self.after = before or (lambda: None), after or (lambda: None)
        self.pid = self.error = self.result = None
        self.tries = 0

    def run(self):
        try:
            with self.case.registry.cursor() as cr:
                self.pid = cr._cnx.get_backend_pid()
                env = api.Environment(cr, self.user_id, {"lang": "en_US"})
                self.result = retrying(lambda: self._attempt(env), env)
        except Exception as error:  # noqa: BLE001 - judged by the test
            self.error = error

    def _attempt(self, env):
        self.tries += 1
        if self.tries == 1:
            # from here on the transaction sees the database as it is now
            env.cr.execute("SELECT count(*) FROM crm_service_order")
            self.before()
        result = self.work(env)
        env.flush_all()
        if self.tries == 1:
            self.after()
        return result


class RaceCase(BaseCase):
    """A firm that is committed, and removed again; requests on real connections."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        # Odoo waits up to two seconds before it runs a request again
        patcher = patch("odoo.service.model.random")
        patcher.start().uniform.return_value = 0.01
        cls.addClassCleanup(patcher.stop)
        cls.addClassCleanup(cls._remove_firm)
        cls.made = {"crm.service.order": [], "product.product": [], "res.users": [], "res.partner": []}
        cls.last_number = 0
        with cls._environment() as env:
            company = env.company
            cls.warehouse_id = env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1).id
            [[cls.last_number]] = env.execute_query(SQL("SELECT COALESCE(max(id), 0) FROM crm_service_number"))
            cls.anna, cls.jan, cls.keeper = (
                cls._new_user(env, name, group) for name, group in [
                    ("anna", "crm_enova_like.group_technician"),
                    ("jan", "crm_enova_like.group_technician"),
                    ("keeper", "stock.group_stock_user")])
            cls.contractor_id = env["res.partner"].create({"name": "Race contractor"}).id
            cls.made["res.partner"].append(cls.contractor_id)

    # THE FIRM, COMMITTED AND REMOVED AGAIN

    @classmethod
    @contextmanager
    def _environment(cls):
        with cls.registry.cursor() as cr:
            yield api.Environment(
                cr, SUPERUSER_ID, {"lang": "en_US", "tracking_disable": True, "no_reset_password": True})

    @classmethod
    def _new_user(cls, env, name, group):
        user = new_test_user(env, f"race_{name}", groups=group, company_id=env.company.id)
        cls.made["res.users"].append(user.id)
        cls.made["res.partner"].append(user.partner_id.id)
        return user.id

    @classmethod
    def _remove_firm(cls):
        orders = tuple(cls.made["crm.service.order"]) or (0,)
        products = tuple(cls.made["product.product"]) or (0,)
        with cls._environment() as env:
            pickings = env["stock.move"].search([("product_id", "in", products)]).picking_id
            for query, ids in [
                ("DELETE FROM stock_move_line WHERE product_id IN %s", products),
                ("DELETE FROM stock_move WHERE product_id IN %s", products),
                ("DELETE FROM stock_quant WHERE product_id IN %s", products),
                ("DELETE FROM stock_picking WHERE id IN %s", tuple(pickings.ids) or (0,)),
                ("DELETE FROM crm_service_order_line WHERE order_id IN %s", orders),
            ]:
                env.cr.execute(query, [ids])
            env.cr.execute("DELETE FROM crm_service_number WHERE id > %s", [cls.last_number])
            for model, ids in cls.made.items():
                env[model].browse(ids).unlink()

    def _new_part(self, quantity):
        """A part with so much of it in stock."""
        with self._environment() as env:
            part = env["product.product"].create({"name": "Race part", "is_storable": True, "standard_price": 10.0})
            location = env["stock.warehouse"].browse(self.warehouse_id).lot_stock_id
            if quantity:
                env["stock.quant"]._update_available_quantity(part, location, quantity)
            self.made["product.product"] += part.ids
            return part.id

    def _new_order(self, part_id=None):
        """An order, waiting in the queue, that needs one of the part."""
        with self._environment() as env:
            order = env["crm.service.order"].create({
                "partner_id": self.contractor_id,
                "line_ids": [(0, 0, {"kind": "part", "product_id": part_id, "quantity": 1.0})] if part_id else [],
            })
            self.made["crm.service.order"] += order.ids
            return order.id

    # THE RACE

    def _is_waiting(self, pid):
        """Whether a connection waits for another one's lock."""
        with db_connect(get_db_name()).cursor() as cr:
            cr.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
            return cr.fetchone()[0]

    def _one_after_the_other(self, first, second):
        """Two overlapping requests: both have read before either writes, the second acts when
        the first has done all but commit, and the first commits when the second waits for it.

        :param first, second: (user id, function of an environment)
        :return: the two requests, ended
        """
        snapshots, acted, commit = threading.Barrier(2, timeout=PATIENCE), threading.Event(), threading.Event()

        def hold():
            acted.set()
            commit.wait(PATIENCE)

        def follow():
            snapshots.wait()
            acted.wait(PATIENCE)

        requests = [
            Request(self, *first, before=snapshots.wait, after=hold), Request(self, *second, before=follow)]
        for request in requests:
            request.start()
        acted.wait(PATIENCE)
        for _attempt in range(PATIENCE * 20):
            requests[1].join(0.05)
            if not requests[1].is_alive() or self._is_waiting(requests[1].pid):
                break
        commit.set()
        return self._ended(requests)

    def _at_once(self, *works):
        """Requests that start from the same state of the database and run freely."""
        snapshots = threading.Barrier(len(works), timeout=PATIENCE)
        requests = [Request(self, *work, before=snapshots.wait) for work in works]
        for request in requests:
            request.start()
        return self._ended(requests)

    def _ended(self, requests):
        for request in requests:
            request.join(PATIENCE * 2)
            self.assertFalse(request.is_alive(), "a request did not end")
            if request.error and not isinstance(request.error, UserError):
                raise request.error
        return requests

    @staticmethod
    def _issue(order_id):
        return lambda env: env["crm.service.order"].browse(order_id).action_issue_parts()

    def _assert_stock(self, part_id, quantity, reserved=0.0):
        with self._environment() as env:
            location = env["stock.warehouse"].browse(self.warehouse_id).lot_stock_id
            quants = env["stock.quant"].search([("product_id", "=", part_id), ("location_id", "child_of", location.id)])
            self.assertEqual(sum(quants.mapped("quantity")), quantity)
            self.assertEqual(sum(quants.mapped("reserved_quantity")), reserved)

    def _pickings(self, *order_ids):
        """[(name, state)] of the orders' documents, by number."""
        with self._environment() as env:
            pickings = env["stock.picking"].search([("service_order_id", "in", order_ids)])
            return sorted(pickings.mapped(lambda picking: (picking.name, picking.state)))


@tagged("post_install", "-at_install")
class TestRace(RaceCase):
    """Two people at the same moment, on two real connections with real commits."""

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_people_issue_one_order(self):
        part = self._new_part(10)
        order = self._new_order(part)
        first, second = self._one_after_the_other((self.anna, self._issue(order)), (self.jan, self._issue(order)))
        self.assertFalse(first.error)
        self.assertIn("everything planned has been issued", str(second.error))
        self.assertEqual([state for _name, state in self._pickings(order)], ["done"])
        self._assert_stock(part, 9)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_people_issue_one_order_freely(self):
        part = self._new_part(10)
        order = self._new_order(part)
        requests = self._at_once((self.anna, self._issue(order)), (self.jan, self._issue(order)))
        [error] = [request.error for request in requests if request.error]
        self.assertIn("everything planned has been issued", str(error))
        self.assertEqual([state for _name, state in self._pickings(order)], ["done"])
        self._assert_stock(part, 9)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_people_reserve_one_order(self):
        part = self._new_part(10)
        order = self._new_order(part)

        def reserve(env):
            return env["crm.service.order"].browse(order).action_reserve_parts()

        first, second = self._one_after_the_other((self.anna, reserve), (self.jan, reserve))
        self.assertFalse(first.error or second.error)
        self.assertEqual([state for _name, state in self._pickings(order)], ["assigned"])
        self._assert_stock(part, 10, reserved=1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_orders_want_the_last_piece(self):
        part = self._new_part(1)
        one, other = self._new_order(part), self._new_order(part)
        first, second = self._one_after_the_other((self.anna, self._issue(one)), (self.jan, self._issue(other)))
        self.assertFalse(first.error)
        self.assertIn("not enough in stock", str(second.error))
        self.assertIn("Race part: 1 pcs needed, 0 free", str(second.error))
        self.assertEqual([state for _name, state in self._pickings(one, other)], ["done"])
        self._assert_stock(part, 0)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_many_orders_want_the_last_pieces_freely(self):
        part = self._new_part(2)
        orders = [self._new_order(part) for _each in range(4)]
        requests = self._at_once(*[
            (user, self._issue(order))
            for user, order in zip([self.anna, self.jan] * 2, orders, strict=True)])
        errors = [str(request.error) for request in requests if request.error]
        self.assertEqual(len(errors), 2)
        for error in errors:
            self.assertIn("not enough in stock", error)
        self.assertEqual([state for _name, state in self._pickings(*orders)], ["done", "done"])
        self._assert_stock(part, 0)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_keeper_validates_while_technician_issues(self):
        part = self._new_part(10)
        order = self._new_order(part)
        with self._environment() as env:
            env["crm.service.order"].browse(order).action_reserve_parts()

        def validate(env):
            picking = env["stock.picking"].search([("service_order_id", "=", order)])
            picking.move_ids.picked = True
            return picking.button_validate()

        first, second = self._one_after_the_other((self.keeper, validate), (self.jan, self._issue(order)))
        self.assertFalse(first.error)
        self.assertIn("everything planned has been issued", str(second.error))
        self.assertEqual([state for _name, state in self._pickings(order)], ["done"])
        self._assert_stock(part, 9)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_keeper_and_technician_want_the_last_piece(self):
        """The rule is the RW's, so the keeper who forces a quantity meets it too."""
        part = self._new_part(1)
        one, other = self._new_order(part), self._new_order(part)
        with self._environment() as env:
            env["crm.service.order"].browse(other).action_reserve_parts()
            env["stock.picking"].search([("service_order_id", "=", other)]).do_unreserve()

        def force(env):
            picking = env["stock.picking"].search([("service_order_id", "=", other)])
            picking.move_ids.quantity = 1
            picking.move_ids.picked = True
            return picking.button_validate()

        first, second = self._one_after_the_other((self.anna, self._issue(one)), (self.keeper, force))
        self.assertFalse(first.error)
        self.assertIn("not enough in stock", str(second.error))
        self._assert_stock(part, 0)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_delivery_takes_the_last_piece_of_an_rw(self):
        """A WZ and an RW hold the same piece; core, which skips a locked quant, would take it twice."""
        part = self._new_part(1)
        order = self._new_order(part)
        with self._environment() as env:
            warehouse = env["stock.warehouse"].browse(self.warehouse_id)
            customers = env.ref("stock.stock_location_customers")
            delivery = env["stock.picking"].create({
                "picking_type_id": warehouse.out_type_id.id, "partner_id": self.contractor_id,
                "location_id": warehouse.lot_stock_id.id, "location_dest_id": customers.id,
                "move_ids": [(0, 0, {
                    "product_id": part, "product_uom_qty": 1.0,
                    "location_id": warehouse.lot_stock_id.id, "location_dest_id": customers.id})]})
            delivery.action_confirm()
            env["crm.service.order"].browse(order).action_reserve_parts()
            rw = env["stock.picking"].search([("service_order_id", "=", order)])
            (delivery | rw).move_ids.write({"quantity": 1, "picked": True})
            delivery_id, rw_id = delivery.id, rw.id

        def validate(picking_id):
            return lambda env: env["stock.picking"].browse(picking_id).button_validate()

        first, second = self._one_after_the_other((self.keeper, validate(delivery_id)), (self.keeper, validate(rw_id)))
        self.assertFalse(first.error)
        self.assertIn("not enough in stock", str(second.error))
        self._assert_stock(part, 0, reserved=1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_technicians_take_one_order(self):
        order = self._new_order()

        def take(env):
            return env["crm.service.order"].browse(order).action_take()

        first, second = self._one_after_the_other((self.anna, take), (self.jan, take))
        self.assertFalse(first.error)
        # once taken, the order is out of the other's sight: the name is all that is told
        self.assertIn("race_anna", str(second.error))
        with self._environment() as env:
            self.assertEqual(env["crm.service.order"].browse(order).user_id.id, self.anna)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_parallel_issues_are_numbered_without_gaps(self):
        orders = [self._new_order(self._new_part(5)) for _each in range(2)]
        first, second = self._one_after_the_other(
            (self.anna, self._issue(orders[0])), (self.jan, self._issue(orders[1])))
        self.assertFalse(first.error or second.error)
        orders += [self._new_order(self._new_part(5)) for _each in range(2)]
        for request in self._at_once((self.anna, self._issue(orders[2])), (self.jan, self._issue(orders[3]))):
            self.assertFalse(request.error)
        names = [name for name, _state in self._pickings(*orders)]
        numbers = [int(name.rpartition("/")[2]) for name in names]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 4)), names)
        self.assertTrue(all(name.startswith("RW/20") for name in names), names)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_failed_issue_leaves_no_gap(self):
        """A number that a failed validation drew is the next one's."""
        part, scarce = self._new_part(5), self._new_part(0)
        short, before, after = self._new_order(scarce), self._new_order(part), self._new_order(part)
        for order in (before, short, after):
            [request] = self._at_once((self.anna, self._issue(order)))
            self.assertEqual(bool(request.error), order == short)
        numbers = [int(name.rpartition("/")[2]) for name, _state in self._pickings(before, after)]
        self.assertEqual(numbers[1], numbers[0] + 1)
