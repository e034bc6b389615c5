from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time, tagged

from ...models.warehouse.core_ways import core_way
from ..common import ServiceCommon
from .test_warehouse_valuation import ValuationFirm


class KeepersDocuments(ValuationFirm, ServiceCommon):
    def _reserve(self, product, quantity=3, **vals):
        """An order's RW that waits for the keeper of the firm."""
        env = self.env(context={**self.env.context, "allowed_company_ids": self.firm.ids})
        order = env["crm.service.order"].create({
            "partner_id": self.contractor.id, "company_id": self.firm.id, **vals,
            "line_ids": [Command.create({"kind": "part", "product_id": product.id, "quantity": quantity})]})
        order.action_reserve_parts()
        return order.picking_ids.with_user(self.keeper).with_context(
            allowed_company_ids=(self.keeper.company_id | self.firm).ids)

    def _validate(self, picking):
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(set(picking.mapped("state")), {"done"})
        return picking

    def _bring_back(self, picking, quantity):
        """A ZW by core's wizard, that waits."""
        wizard = picking.env["stock.return.picking"].with_context(
            active_id=picking.id, active_model="stock.picking").create({})
        wizard.product_return_moves.quantity = quantity
        return picking.browse(wizard.action_create_returns()["res_id"])


@tagged("post_install", "-at_install")
class TestKeepersEntries(KeepersDocuments):
    """What a keeper validates is posted as what a technician issues."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_firm(cls.company, "pl")
        cls.firm.service_location_id.valuation_account_id = cls.cost_account

    def test_entry_names_the_document_and_the_contractor_for_a_keeper(self):
        rw = self._validate(self._reserve(self._product("real_time")))
        zw = self._validate(self._bring_back(rw, 1))
        for picking in (rw, zw):
            entry = picking.sudo().move_ids.account_move_id
            self.assertEqual((entry.ref, entry.partner_id), (picking.name, self.contractor))
            for line in entry.line_ids:
                self.assertIn(picking.name, line.name)

    def test_automation_rules_see_the_number(self):
        """They run as soon as core says that something is done."""
        Moves, seen = type(self.env["stock.move"]), set()
        write = Moves.write

        def watch(moves, vals):
            if vals.get("state") == "done":
                seen.update(moves.picking_id.mapped("name"))
            return write(moves, vals)

        self.patch(Moves, "write", watch)
        self.patch(type(self.env["stock.picking"]), "_has_automation_rules", lambda pickings: True)
        rw = self._validate(self._reserve(self._product("real_time")))
        zw = self._validate(self._bring_back(rw, 1))
        self.assertRegex(rw.name, "^RW/")
        self.assertEqual(seen, {rw.name, zw.name})

    def test_two_returns_at_once_the_later_first(self):
        rw = self._validate(self._reserve(self._product("real_time", standard_price=10 / 3)))
        zws = self._bring_back(rw, 1) | self._bring_back(rw, 2)
        self._validate(zws[::-1])
        order = rw.sudo().service_order_id
        self.assertEqual(order.total_cost, 0)
        self.assertEqual(set(self._amounts(order.picking_ids.move_ids.account_move_id).values()), {0})

    def test_accounts_changed_between(self):
        rw = self._validate(self._reserve(self._product("real_time")))
        self._consumption_account(self.cost_account.copy({"code": "998009"}))
        zw = self._validate(self._bring_back(rw, 1))
        self.assertEqual(
            self._amounts(zw.sudo().move_ids.account_move_id), {self.cost_account: -40, self.stock_account: 40})
        rw.sudo().move_ids.product_id.is_storable = False
        zw = self._validate(self._bring_back(rw, 2))
        self.assertEqual(
            self._amounts(zw.sudo().move_ids.account_move_id), {self.cost_account: -80, self.stock_account: 80})

    @freeze_time("2026-12-31 23:30:00")
    def test_the_year_is_the_companys(self):
        """Half past midnight in Warsaw, and a keeper whose clock says New York, or who has none: the entry of the new
        year is posted, though it is of tomorrow for them."""
        for zone in ("America/New_York", False):
            self.keeper.tz = zone
            rw = self._reserve(self._product("real_time"))
            rw = self._validate(rw.with_context(tz=zone, force_period_date="2020-01-01"))
            self.assertRegex(rw.name, "^RW/2027/")
            entry = rw.sudo().move_ids.account_move_id
            self.assertEqual((str(entry.date), entry.state), ("2027-01-01", "posted"))

    def test_cost_of_a_project_is_named_after_the_document(self):
        if "project_id" not in self.env["stock.picking"]._fields:
            self.skipTest("project_stock_account is not installed")
        plan = self.env["account.analytic.plan"].create({"name": "Bakeries"})
        account = self.env["account.analytic.account"].create({"name": "Bakery", "plan_id": plan.id})
        project = self.env["project.project"].create({"name": "Bakery", plan._column_name(): account.id})
        rw = self._validate(self._reserve(self._product("periodic"), project_id=project.id))
        lines = self.env["account.analytic.line"].search([(plan._column_name(), "=", account.id)])
        self.assertEqual((lines.mapped("name"), sum(lines.mapped("amount"))), ([rw.name], -120))

    def test_switches_of_operation_types(self):
        types = self.firm_warehouse.rw_type_id | self.firm_warehouse.zw_type_id
        for picking_type in types:
            with self.assertRaisesRegex(ValidationError, "sequence"):
                picking_type.sequence_id = False
            if "analytic_costs" in picking_type._fields:
                with self.assertRaisesRegex(ValidationError, "customer"):
                    picking_type.analytic_costs = True

    # WHAT COMES BACK

    def _issue_tracked(self, product, name):
        lot = self.env["stock.lot"].create({"name": name, "product_id": product.id})
        self._stock(product, 1, lot=lot)
        order = self.make_order(self.device)
        line = self.add_part(order, product, lot_name=name)
        order.action_issue_parts()
        return line

    def test_lots_of_its_own_issue(self):
        one, other = (self._issue_tracked(self.serial_part, name) for name in ("SN-1", "SN-2"))
        zw = self._bring_back(one.order_id.picking_ids.with_user(self.keeper), 1)
        zw.move_line_ids.lot_id = other.lot_id
        with self.assertRaisesRegex(UserError, "SN-2.* is not what RW.* issued. Bring back SN-1"):
            self._validate(zw)
        zw.move_line_ids.lot_id = one.lot_id
        self._validate(zw)
        other.return_to_stock(1)
        self.assertEqual((one.cost, other.cost), (0, 0))

    def test_hand_made_return_of_several_numbers(self):
        """Each piece of a serial number is a line of its own; one row of a ZW brings them back all the same."""
        order = self.make_order(self.device)
        lots = [self._new_lot(self.serial_part, name, 1) for name in ("SX-0", "SX-1", "SX-2")]
        for lot in lots:
            self.add_part(order, self.serial_part, lot_name=lot.name)
        order.action_issue_parts()
        zw = self.env["stock.picking"].with_user(self.keeper).create({
            "picking_type_id": self.warehouse.zw_type_id.id, "service_order_id": order.id,
            "location_id": self.consumption.id, "location_dest_id": self.stock.id, "move_ids": [Command.create({
                "product_id": self.serial_part.id, "product_uom_qty": 2, "location_id": self.consumption.id,
                "location_dest_id": self.stock.id})]})
        zw.action_confirm()
        zw.move_line_ids.unlink()
        zw.move_ids.move_line_ids = [Command.create({
            "product_id": self.serial_part.id, "lot_id": lot.id, "quantity": 1, "picking_id": zw.id,
            "location_id": self.consumption.id, "location_dest_id": self.stock.id}) for lot in lots[:2]]
        self._validate(zw)
        self.assertEqual(order.line_ids.mapped("quantity_returned"), [1, 1, 0])
        self.assertEqual(order.line_ids.mapped("cost"), [0, 0, 200])

    def test_no_more_of_a_lot_than_was_issued(self):
        lots = [self._new_lot(self.lot_part, name, 5) for name in ("A-1", "B-1")]
        order = self.make_order(self.device)
        self.add_part(order, self.lot_part, quantity=3)
        order.action_reserve_parts()
        rw = order.picking_ids.with_user(self.keeper)
        rw.move_ids.move_line_ids = [Command.clear(), *(Command.create({
            "product_id": self.lot_part.id, "lot_id": lot.id, "quantity": quantity, "picking_id": rw.id,
            "location_id": self.stock.id, "location_dest_id": self.consumption.id})
            for lot, quantity in zip(lots, (1, 2), strict=True))]
        self._validate(rw)
        zw = self._bring_back(rw, 3)
        zw.move_ids.move_line_ids = [Command.clear(), Command.create({
            "product_id": self.lot_part.id, "lot_id": lots[0].id, "quantity": 3, "picking_id": zw.id,
            "location_id": self.consumption.id, "location_dest_id": self.stock.id})]
        with self.assertRaisesRegex(UserError, "A-1.*only 1"):
            self._validate(zw)

    def test_a_number_that_went_on_to_the_customer(self):
        line = self._issue_tracked(self.serial_part, "SN-1")
        customers = self.env.ref("stock.stock_location_customers")
        delivery = self.env["stock.picking"].create({
            "picking_type_id": self.warehouse.out_type_id.id, "location_id": self.consumption.id,
            "location_dest_id": customers.id, "move_ids": [Command.create({
                "product_id": self.serial_part.id, "product_uom_qty": 1, "location_id": self.consumption.id,
                "location_dest_id": customers.id})]})
        delivery.action_confirm()
        delivery.move_ids.move_line_ids = [Command.clear(), Command.create({
            "product_id": self.serial_part.id, "lot_id": line.lot_id.id, "quantity": 1, "picking_id": delivery.id,
            "location_id": self.consumption.id, "location_dest_id": customers.id})]
        delivery.move_ids.picked = True
        delivery._action_done()
        with self.assertRaisesRegex(UserError, f"SN-1.* has left .* by {delivery.name}"):
            line.return_to_stock(1)

    def test_a_landed_cost_of_what_came_back_is_the_shelfs(self):
        rw = self._validate(self._reserve(self._product("periodic")))
        zw = self._validate(self._bring_back(rw, 1)).sudo()
        with core_way(self.env):    # as stock_landed_costs would
            zw.move_ids.value += 7
        zw.move_ids._set_value()
        line = rw.sudo().service_order_id.line_ids
        self.assertEqual(line.cost, 80)
        line.return_to_stock(2)
        self.assertEqual(line.cost, 0)

    def test_tracked_since_by_a_technician(self):
        order = self.make_order(self.device)
        line = self.add_part(order)
        order.action_issue_parts()
        self.part.tracking = "serial"
        with self.assertRaisesRegex(UserError, f"Print head.* tracked .*{order.picking_ids.name}"):
            line.return_to_stock(1)

    def test_pushed_on_to_another_shelf(self):
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.warehouse.view_location_id.id})
        route = self.env["stock.route"].create({"name": "To the shelf", "product_selectable": True, "rule_ids": [
            Command.create({
                "name": "Stock → Shelf", "action": "push", "location_src_id": self.stock.id,
                "location_dest_id": shelf.id, "picking_type_id": self.warehouse.int_type_id.id})]})
        self.part.route_ids = route
        order = self.make_order(self.device)
        line = self.add_part(order, quantity=2)
        order.action_issue_parts()
        line.return_to_stock(2)
        pushed = self.env["stock.move"].search([
            ("product_id", "=", self.part.id), ("location_dest_id", "=", shelf.id)])
        self.assertEqual((pushed.product_uom_qty, pushed.service_line_id.id, line.cost), (2, False, 0))
        again = self.make_order(self.device)
        self.add_part(again, quantity=2)
        again.action_issue_parts()
        zw = self.env["stock.picking"].create({
            "picking_type_id": self.warehouse.zw_type_id.id, "service_order_id": again.id,
            "location_id": self.consumption.id, "location_dest_id": self.stock.id, "move_ids": [Command.create({
                "product_id": self.part.id, "product_uom_qty": 2, "location_id": self.consumption.id,
                "location_dest_id": self.stock.id})]})
        zw.action_confirm()
        self._validate(zw)
        self.assertIn(zw.name, zw.move_ids.move_dest_ids.origin)
        self.assertRegex(zw.name, "^ZW/")

    def test_counted_or_tracked_since(self):
        for vals in ({"tracking": "lot"}, {"is_storable": True}):
            product = self._new_product("Cable", standard_price=5.0, is_storable="is_storable" not in vals)
            if product.is_storable:
                self._stock(product, 2)
            order = self.make_order(self.device)
            line = self.add_part(order, product, quantity=2)
            order.action_issue_parts()
            product.write(vals)
            zw = self._bring_back(order.picking_ids.with_user(self.keeper), 2)
            if product.tracking == "lot":
                zw.move_line_ids.lot_name = "L-1"
                zw.picking_type_id.sudo().use_create_lots = True
            with self.subTest(**vals):
                self._validate(zw)
                self.assertEqual(line.quantity_returned, 2)


@tagged("post_install", "-at_install")
class TestCompanyOfTheDocument(KeepersDocuments):
    """A keeper of two companies works in the first: an RW of the second is the second's all the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_firm(cls.env["res.company"].create({"name": "Other Firm"}), "generic_coa")
        cls.firm.service_location_id.valuation_account_id = cls.cost_account
        cls.keeper.company_ids |= cls.firm

    def test_cost_and_entry(self):
        product = self._product("real_time", cost_method="average")
        product.with_company(self.company).standard_price = 7
        rw = self._reserve(product)
        self.assertEqual(rw.env.company, self.company)
        self._validate(rw)
        zw = self._validate(self._bring_back(rw, 1))
        moves = (rw | zw).sudo().move_ids
        self.assertEqual(sorted(moves.mapped("value")), [40, 120])
        self.assertEqual(self._amounts(moves.account_move_id), {self.cost_account: 80, self.stock_account: -80})
        self.assertEqual(moves.account_move_id.company_id, self.firm)
