from contextlib import suppress
from datetime import date, datetime

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.stock.models.stock_rule import ProcurementException

from ...models.common.kept import get_kept
from ...models.common.locks import LOCKED
from ...models.warehouse.core_ways import CORE_WAY, VALIDATED
from ...models.warehouse.stock_work import WORK, stock_work
from ..common import ServiceCommon


class Refused(UserError):
    """What somebody else's code raises in the middle of our work."""

    def __init__(self):
        super().__init__("Refused")


@tagged("post_install", "-at_install")
class TestOneGo(ServiceCommon):
    """What is asked once where parts are reserved and validated in one go is asked anew afterwards, and core's own
    rules hear of it."""

    def _issue(self, quantity=1):
        order = self.make_order(self.device)
        line = self.add_part(order, quantity=quantity)
        order.action_issue_parts()
        return order, line

    def test_reordering_rules_hear_of_what_was_issued(self):
        rule = self.env["stock.warehouse.orderpoint"].create({
            "product_id": self.part.id, "location_id": self.stock.id, "product_min_qty": 9, "product_max_qty": 20,
            "trigger": "manual"})
        self.assertEqual(rule.qty_to_order, 0)
        self._issue(quantity=3)
        self.assertEqual(rule.qty_to_order, 13)
        order = self.make_order(self.device2)
        self.add_part(order, quantity=2)
        order.action_reserve_parts()
        self.assertEqual(rule.qty_to_order, 15)
        order.action_cancel()
        self.assertEqual(rule.qty_to_order, 13)

    def test_push_rule_of_later(self):
        _order, line = self._issue(quantity=2)
        line.return_to_stock(1)
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.warehouse.view_location_id.id})
        self.part.route_ids = self.env["stock.route"].create({
            "name": "To the shelf", "product_selectable": True, "rule_ids": [Command.create({
                "name": "Stock → Shelf", "action": "push", "location_src_id": self.stock.id,
                "location_dest_id": shelf.id, "picking_type_id": self.warehouse.int_type_id.id})]})
        line.return_to_stock(1)
        pushed = self.env["stock.move"].search([("location_dest_id", "=", shelf.id)])
        self.assertEqual(pushed.product_uom_qty, 1)

    def test_nothing_is_kept_after_a_refusal(self):
        order = self.make_order(self.device)
        self.add_part(order, quantity=11)
        with suppress(UserError), self.env.cr.savepoint():
            order.action_issue_parts()
        self._assert_nothing_is_kept()
        self._stock(self.part, 1)
        order.action_issue_parts()
        self.assertStock(self.part, 0)

    def _assert_nothing_is_kept(self):
        for key in (WORK, LOCKED, CORE_WAY, VALIDATED):
            self.assertIsNone(get_kept(self.env, key), key)

    def test_a_reordering_rule_that_brings_nothing(self):
        """Core tells its people, and rolls a savepoint back in the middle of our work, which goes on."""
        def run(rules, procurements, raise_user_error=True):
            if procurements:
                tried.append(procurements)
                raise ProcurementException([(procurements[0], "Nothing brings it")])

        tried = []
        self.patch(type(self.env["stock.rule"]), "run", run)
        self.env["stock.warehouse.orderpoint"].create({
            "product_id": self.part.id, "location_id": self.stock.id, "product_min_qty": 20, "product_max_qty": 30,
            "trigger": "auto"})
        order = self.make_order(self.device)
        self.add_part(order, quantity=3)
        order.action_reserve_parts()
        self.assertTrue(tried)
        self.add_part(order, quantity=2)
        order.action_issue_parts()
        self.assertRegex(order.picking_names, r"^RW/\d{4}/\d+$")
        self.assertStock(self.part, 5)
        order.line_ids[0].return_to_stock(1)
        self.assertStock(self.part, 6)
        self._assert_nothing_is_kept()

    def test_a_savepoint_in_the_middle(self):
        """Whoever catches a refusal in the middle of our work, or sends a mail that fails, goes on with what is true
        then."""
        short, order = self.make_order(self.device), self.make_order(self.device2)
        self.add_part(short, quantity=11)
        self.add_part(order, quantity=10)
        with stock_work(self.env):
            with suppress(UserError), self.env.cr.savepoint():
                short.action_issue_parts()
            self.assertFalse(get_kept(self.env, WORK).to_number)
            order.action_issue_parts()
        self.assertStock(self.part, 0)
        self._stock(self.part, 1)

        def send(pickings):
            with suppress(UserError), pickings.env.cr.savepoint():
                raise Refused

        self.patch(type(self.env["stock.picking"]), "_send_confirmation_email", send)
        third = self.make_order(self.device)
        self.add_part(third)
        third.action_issue_parts()
        self.assertEqual(
            [int(name.rpartition("/")[2]) for name in (third.picking_names, order.picking_names)],
            [number := int(third.picking_names.rpartition("/")[2]), number - 1])
        self._assert_nothing_is_kept()

    def test_refused_after_it_was_to_be_numbered(self):
        """A document that somebody else's rule refuses in the end is none of those that are numbered next."""
        first, second = self.make_order(self.device), self.make_order(self.device2)
        self.add_part(first)
        self.add_part(second)

        def refuse(moves):
            if moves.sudo().service_line_id.order_id == first:
                raise Refused
            return settle(moves)

        settle = type(self.env["stock.move"])._settle_service_lines
        self.patch(type(self.env["stock.move"]), "_settle_service_lines", refuse)
        with stock_work(self.env):
            for order in (first, second):
                with suppress(UserError), self.env.cr.savepoint():
                    order.action_issue_parts()
        self.assertFalse(first.sudo().picking_ids.filtered(lambda picking: picking.state == "done"))
        self.assertRegex(second.picking_names, r"^RW/\d{4}/\d+$")

    def test_short_for_the_second_of_two(self):
        first, second = self.make_order(self.device), self.make_order(self.device2)
        self.add_part(first, quantity=7)
        self.add_part(second, quantity=4)
        with self.assertRaisesRegex(UserError, f"(?s){second.name}.*4 .* needed, 3 free"):
            (first | second).action_issue_parts()
        self.assertStock(self.part, 10)
        self.assertFalse((first | second).picking_ids.filtered(lambda picking: picking.state == "done"))

    def test_many_at_once_are_as_each_alone(self):
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.stock.id})
        self.env["stock.quant"]._update_available_quantity(self.part, shelf, 3)
        lot = self._new_lot(self.lot_part, "L1", 5)
        orders = self.env["crm.service.order"]
        for quantity in (4, 5, 2):
            order = self.make_order(self.device)
            self.add_part(order, quantity=quantity)
            self.add_part(order, self.lot_part, lot_name="L1")
            orders |= order
        orders.action_issue_parts()
        self.assertEqual(len(orders.picking_ids), 3)
        self.assertEqual(orders.line_ids.mapped("quantity_issued"), [4, 1, 5, 1, 2, 1])
        self.assertStock(self.part, 2)
        self.assertStock(self.lot_part, 2, lot=lot)
        quants = self.env["stock.quant"].search(
            [("product_id", "=", self.part.id), ("location_id", "child_of", self.stock.id)])
        self.assertEqual(sum(quants.mapped("reserved_quantity")), 0)
        self.assertEqual([len(orders.document_link_ids), set(orders.picking_ids.mapped("state"))], [3, {"done"}])
        for order in orders:
            self.assertEqual(order.total_cost, order.line_ids[0].quantity * 50 + 20)
            self.assertEqual(order.picking_ids.origin, order.name)

    def test_requested_from_the_keeper_and_issued_in_one_call(self):
        asked = self.env["crm.service.order.type"].create({
            "name": "By the keeper", "prefix": "ZSK", "issue_by": "warehouse"})
        orders = self.make_order(self.device, user=self.technician) | self.make_order(
            self.device2, user=self.technician, type_id=asked.id)
        for order in orders:
            self.add_part(order)
        orders.action_issue_parts()
        issued, waits = orders.sudo()
        self.assertEqual((issued.picking_ids.state, waits.picking_ids.state), ("done", "assigned"))
        self.assertIn("requested", waits.message_ids[0].body)

    def test_parts_of_two_companies(self):
        company = self._get_second_company()
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1) or self.env[
            "stock.warehouse"].create({"name": "Second", "code": "SC2", "company_id": company.id})
        self.env["stock.quant"]._update_available_quantity(self.part, warehouse.lot_stock_id, 5)
        device = self.device.with_company(company).create({
            "name": "Theirs", "type_id": self.device_type.id, "partner_id": self.contractor.id,
            "company_id": company.id})
        here = self.make_order(self.device)
        there = self.env["crm.service.order"].create({
            "company_id": company.id, "partner_id": self.contractor.id,
            "device_line_ids": [Command.create({"device_id": device.id})]})
        for order in (here, there):
            self.add_part(order, quantity=2)
        (here | there).action_issue_parts()
        for order in (here, there):
            self.assertEqual((order.picking_ids.state, order.picking_ids.company_id), ("done", order.company_id))
            self.assertEqual(order.line_ids.quantity_issued, 2)


@tagged("post_install", "-at_install")
class TestFirstValues(ServiceCommon):
    """What an order is entered with is what is computed of it."""

    NAMES = {
        "crm.service.order": (
            "main_device_id", "device_count", "parts_to_issue", "address_id", "has_ready", "has_warranty",
            "has_rework", "holds_parts"),
        "crm.service.order.line": (
            "quantity_issued", "quantity_returned", "quantity_to_issue", "needs_issue", "device_line_id", "device_id",
            "billing", "old_part", "subtotal"),
    }

    def _assert_computed(self, records):
        self.env.flush_all()
        self.env.invalidate_all()
        names = self.NAMES[records._name]
        stored = records.read(names)
        for name in names:
            if name not in ("address_id", "device_line_id", "old_part", "billing"):
                self.env.add_to_compute(records._fields[name], records)
        self.assertEqual(records.read(names), stored)
        return stored

    def test_orders_and_lines(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        lines = [
            {"kind": "part", "product_id": self.part.id, "quantity": 2},
            {"product_id": self.part.id},
            {"kind": "part", "product_id": self.part.id, "quantity": 0},
            {"kind": "part", "product_id": self.part.id, "uom_id": dozen.id, "quantity": 0.5},
            {"kind": "part", "product_id": self.part.id, "supply": "sale"},
            {"kind": "labour", "product_id": self.labour.id, "quantity": 3},
            {"kind": "expense", "name": "Fare", "quantity": 1, "billing": "included"},
        ]
        for devices in ([], [self.device], [self.device, self.device2]):
            for rows in ([], lines[2:3], lines[4:], lines):
                with self.subTest(devices=len(devices), rows=len(rows)):
                    order = self.make_order(*devices, line_ids=[Command.create(dict(row)) for row in rows])
                    [found] = self._assert_computed(order)
                    self._assert_computed(order.line_ids)
                    self.assertEqual(found["device_count"], len(devices))
                    self.assertEqual(order.parts_to_issue, len(rows) == len(lines))
                    self.assertEqual(order.address_id, self.shop if devices else self.contractor)
                    only = order.device_line_ids if rows and len(devices) == 1 else order.device_line_ids.browse()
                    self.assertEqual(order.line_ids.device_line_id, only)

    def test_line_follows_the_ground_of_its_device(self):
        self.device.warranty_end = "2099-01-01"
        order = self.make_order(self.device)
        order.device_line_ids.wants_old_parts = True
        line = self.add_part(order)
        self.assertEqual((line.billing, line.old_part, line.subtotal), ("warranty", "customer", 0))

    def test_working_days_of_a_changed_schedule(self):
        self.order_type.deadline_days = 2
        calendar = self.company.resource_calendar_id

        def deadline():
            return self.make_order(date_received=datetime(2071, 6, 8, 10)).date_deadline

        self.assertEqual(deadline(), date(2071, 6, 10))
        leave = self.env["resource.calendar.leaves"].create({
            "name": "Feast", "calendar_id": calendar.id, "date_from": datetime(2071, 6, 9, 0),
            "date_to": datetime(2071, 6, 9, 21)})
        self.assertEqual(deadline(), date(2071, 6, 11))
        leave.write({"date_from": datetime(2071, 6, 10, 0), "date_to": datetime(2071, 6, 10, 21)})
        self.assertEqual(deadline(), date(2071, 6, 11))
        leave.unlink()
        self.assertEqual(deadline(), date(2071, 6, 10))
        calendar.attendance_ids.filtered(lambda attendance: attendance.dayofweek == "2").unlink()
        self.assertEqual(deadline(), date(2071, 6, 11))
