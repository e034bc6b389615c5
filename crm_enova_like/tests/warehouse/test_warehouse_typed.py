from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestTyped(ServiceCommon):
    """What somebody types or asks for by RPC tells nothing of another company, and makes no fact."""

    # ANOTHER COMPANY'S ORDER

    def _get_foreign_line(self):
        company = self._get_second_company()
        there = self.env(context={**self.env.context, "allowed_company_ids": company.ids})
        device = there["crm.service.device"].create({
            "name": "Secret", "serial_number": "SN-SECRET", "partner_id": self.contractor.id})
        order = there["crm.service.order"].create({
            "partner_id": self.contractor.id, "date_deadline": "2071-01-01", "user_id": self.env.user.id,
            "device_line_ids": [Command.create({"device_id": device.id})],
            "line_ids": [Command.create({"kind": "part", "product_id": self.part.id, "quantity": 1})]})
        warehouse = there["stock.warehouse"].search([("company_id", "=", company.id)], limit=1) or (
            there["stock.warehouse"].create({"name": "Their place", "code": "THR", "company_id": company.id}))
        return order.line_ids, warehouse.rw_type_id

    def _ask(self, order, picking_type, *moves):
        """What the keeper's screen would show of a document that he types."""
        names = ("service_order_name", "service_device_names", "service_purpose", "service_deadline", "service_user_id")
        answer = self.env["stock.picking"].with_user(self.keeper).onchange(
            {"picking_type_id": picking_type.id, "service_order_id": order.id, "move_ids": list(moves)},
            ["service_order_id"], {name: {} for name in names})
        return {value for name, value in answer["value"].items() if name in names and value}

    def test_the_screen_tells_nothing_of_it(self):
        line, their_type = self._get_foreign_line()
        move = Command.create({"product_id": self.part.id, "service_line_id": line.id})
        ours = self.make_order(self.device, date_deadline="2071-02-02", user_id=self.technician.id)
        rw_type = self.warehouse.rw_type_id
        self.assertFalse(self._ask(line.order_id, rw_type))
        self.assertFalse(self._ask(line.order_id, their_type))
        self.assertNotIn("SECRET", str(self._ask(ours, rw_type, move)))
        told = self._ask(ours, rw_type)
        self.assertIn(ours.name, told)
        self.assertIn("2071-02-02", {str(value) for value in told})
        self.assertIn(self.technician.id, told)

    def test_no_document_is_made_for_it(self):
        line, their_type = self._get_foreign_line()
        rw_type, order = self.warehouse.rw_type_id, line.order_id
        Picking = self.env["stock.picking"].with_user(self.keeper)
        vals = {
            "picking_type_id": rw_type.id, "location_id": self.warehouse.lot_stock_id.id,
            "location_dest_id": rw_type.default_location_dest_id.id}
        draft = Picking.create(vals)
        for act in (
                lambda: Picking.create({**vals, "service_order_id": order.id}),
                lambda: Picking.with_context(default_service_order_id=order.id).create(vals),
                lambda: draft.write({"service_order_id": order.id})):
            with self.assertRaisesRegex(UserError, "another company") as caught, self.env.cr.savepoint():
                act()
            self.assertNotIn(order.name, str(caught.exception))
        self.assertFalse(order.picking_ids)

    def test_a_document_is_found_by_its_technician(self):
        order = self.make_order(self.device, user_id=self.technician.id)
        self.add_part(order)
        order.action_reserve_parts()
        Picking = self.env["stock.picking"].with_user(self.keeper)
        self.assertEqual(order.picking_ids.service_user_id, self.technician)
        for value, found in ((self.technician.id, True), (self.keeper.id, False)):
            pickings = Picking.search([("service_user_id", "=", value), ("service_document", "=", "rw")])
            self.assertEqual(order.picking_ids in pickings, found)
        self.assertIn(order.picking_ids, Picking.search([("service_user_id", "ilike", self.technician.name)]))
        self.assertNotIn(order.picking_ids, Picking.search([("service_user_id", "=", False)]))

    # FACTS

    def test_defaults_make_no_facts(self):
        order = self.make_order(user=self.technician)
        Line = self.env["crm.service.order.line"].with_user(self.technician)
        self.env["ir.default"].set("crm.service.order.line", "quantity_requested", 2, user_id=self.technician.id)
        line = Line.with_context(default_added_by_warehouse=True, default_quantity_requested=3).create({
            "order_id": order.id, "kind": "part", "product_id": self.part.id, "quantity": 1})
        self.assertFalse(line.added_by_warehouse)
        self.assertEqual(line.quantity_requested, 0)
        # other defaults are wishes as ever
        line = Line.with_context(default_quantity=4).create({
            "order_id": order.id, "kind": "part", "product_id": self.part.id})
        self.assertEqual(line.quantity, 4)
