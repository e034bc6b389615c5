from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestParts(ServiceCommon):
    """Parts of a repair: a technician without stock rights issues and returns them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_order(cls.device, user=cls.technician, user_id=cls.technician.id)
        cls.line = cls.add_part(cls.order, quantity=3)

    def _documents(self, order, document):
        return order.sudo().picking_ids.filtered(lambda picking: picking.service_document == document)

    # RESERVE

    def test_reserve(self):
        self.order.action_reserve_parts()
        rw = self._documents(self.order, "rw")
        self.assertEqual(rw.state, "assigned")
        self.assertEqual(rw.picking_type_id, self.warehouse.rw_type_id)
        self.assertEqual(rw.location_id, self.stock)
        self.assertEqual(rw.location_dest_id, self.consumption)
        self.assertEqual(rw.origin, self.order.name)
        self.assertEqual(self.part.free_qty, 7)
        self.assertStock(self.part, 10)
        self.assertTrue(self.order.has_open_rw)
        self.assertEqual(self.line.quantity_issued, 0)

    def test_reserve_again_follows_the_plan(self):
        self.order.action_reserve_parts()
        rw = self._documents(self.order, "rw")
        for planned in (5, 2):
            self.line.quantity = planned
            self.order.action_reserve_parts()
            live = rw.move_ids.filtered(lambda move: move.state != "cancel")
            self.assertEqual(sum(live.mapped("product_uom_qty")), planned)
            self.assertEqual(self.part.free_qty, 10 - planned)
        self.assertEqual(self._documents(self.order, "rw"), rw, "one open RW")
        self.order.action_issue_parts()
        self.assertEqual(self.line.quantity_issued, 2)
        self.assertStock(self.part, 8)

    def test_deleted_line_leaves_the_open_rw(self):
        other = self.add_part(self.order, quantity=1)
        self.order.action_reserve_parts()
        rw = self._documents(self.order, "rw")
        self.line.unlink()
        self.assertEqual(self.part.free_qty, 9)
        self.assertEqual(rw.state, "assigned")
        other.unlink()
        self.assertEqual(rw.state, "cancel", "an empty RW goes")

    # ISSUE

    def test_issue(self):
        self.order.action_issue_parts()
        rw = self._documents(self.order, "rw")
        self.assertEqual(rw.state, "done")
        self.assertRegex(rw.name, r"^RW/\d{4}/\d{5}$")
        self.assertEqual(self.line.quantity_issued, 3)
        self.assertEqual(self.line.quantity_to_issue, 0)
        self.assertFalse(self.order.parts_to_issue)
        self.assertStock(self.part, 7)
        self.assertStock(self.part, 3, self.consumption)
        self.assertEqual(self.line.sudo().cost, 150)
        self.assertEqual(self.order.sudo().total_cost, 150)
        self.assertEqual(self.order.picking_count, 1)
        self.assertIn("Print head × 3", self.order.device_line_ids.parts_summary)

    def test_issue_what_was_reserved(self):
        self.order.action_reserve_parts()
        rw = self._documents(self.order, "rw")
        self.order.action_issue_parts()
        self.assertEqual(self._documents(self.order, "rw"), rw)
        self.assertEqual(rw.state, "done")

    def test_second_issue(self):
        self.order.action_issue_parts()
        with self.assertRaisesRegex(UserError, "everything planned has been issued"):
            self.order.action_issue_parts()
        self.assertStock(self.part, 7)
        self.line.quantity = 5
        self.order.action_issue_parts()
        self.assertEqual(len(self._documents(self.order, "rw")), 2)
        self.assertEqual(self.line.quantity_issued, 5)
        self.assertStock(self.part, 5)

    def test_nothing_to_issue(self):
        order = self.make_order(self.device2, user=self.technician)
        for button in (order.action_issue_parts, order.action_reserve_parts):
            with self.assertRaisesRegex(UserError, f"{order.name} has no parts to issue"):
                button()

    def test_short_stock_issues_nothing(self):
        fan = self._new_product("Fan", standard_price=5)
        self._stock(fan, 1)
        self.line.quantity = 4
        self.add_part(self.order, quantity=8)
        self.add_part(self.order, fan, 2)
        enough = self.add_part(self.order, self._new_product("Screw", is_storable=False), 100)
        with self.assertRaises(UserError) as caught:
            self.order.action_issue_parts()
        message = str(caught.exception)
        self.assertIn("Print head: 12 pcs needed, 10 free", message)
        self.assertIn("Fan: 2 pcs needed, 1 free", message)
        self.assertNotIn("Screw", message)
        self.assertFalse(self.order.sudo().picking_ids, "no document is left behind")
        self.assertEqual(enough.quantity_issued, 0)
        self.assertEqual(self.part.free_qty, 10, "nothing stays reserved")
        self.assertStock(self.part, 10)

    def test_reserved_for_another_is_not_free(self):
        other = self.make_order(self.device2, user=self.technician2)
        self.add_part(other, quantity=8)
        other.action_reserve_parts()
        with self.assertRaisesRegex(UserError, "Print head: 3 pcs needed, 2 free"):
            self.order.action_issue_parts()
        other.action_cancel()
        self.order.action_issue_parts()
        self.assertEqual(self.line.quantity_issued, 3)

    def test_units_of_the_line(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self._stock(self.part, 20)
        line = self.add_part(self.order, quantity=2, uom_id=dozen.id)
        self.order.action_issue_parts()
        self.assertEqual(line.quantity_issued, 2)
        self.assertEqual(line.sudo().cost, 24 * 50)
        self.assertStock(self.part, 30 - 3 - 24)
        line.return_to_stock(0.5)
        self.assertEqual(line.quantity_returned, 0.5)
        self.assertStock(self.part, 30 - 3 - 24 + 6)

    def test_offer_what_is_there(self):
        self.line.quantity = 15
        action = self.order.action_issue_parts_screen()
        self.assertEqual(action["res_model"], "crm.service.issue.wizard")
        wizard = self.env[action["res_model"]].with_user(self.technician).browse(action["res_id"])
        self.assertEqual(wizard.line_ids.product_id, self.part)
        self.assertEqual(wizard.line_ids.needed, 15)
        self.assertEqual(wizard.line_ids.free, 10)
        self.assertStock(self.part, 10)
        wizard.action_issue_available()
        self.assertEqual(self.line.quantity_issued, 10)
        self.assertEqual(self.line.quantity_to_issue, 5)
        self.assertStock(self.part, 0)
        rest = self.order.sudo()._get_open_rw()
        self.assertEqual(rest.service_order_id, self.order)
        self.assertEqual(rest.move_ids.service_line_id, self.line)
        self.assertEqual(rest.move_ids.product_uom_qty, 5)
        self.assertNotRegex(rest.name, "^RW/", "the rest is not validated")
        with self.assertRaisesRegex(UserError, "5 pcs needed, 0 free"):
            wizard.action_issue_available()
        self._stock(self.part, 5)
        self.order.action_issue_parts()
        self.assertEqual(self.line.quantity_issued, 15)
        self.assertEqual(rest.state, "done")
        self.assertFalse(self.order.sudo()._get_open_rw())

    def test_screen_with_enough_just_issues(self):
        self.assertIs(self.order.action_issue_parts_screen(), True)
        self.assertEqual(self.line.quantity_issued, 3)

    def test_several_orders_at_once(self):
        other = self.make_order(self.device2, user=self.technician)
        self.add_part(other, quantity=1)
        (self.order | other).action_issue_parts()
        self.assertEqual(len(self._documents(self.order | other, "rw")), 2)
        self.assertStock(self.part, 6)

    def test_closed_order_issues_nothing(self):
        order = self.make_order(self.device2, user=self.technician)
        self.add_part(order)
        order.action_cancel()
        for button in (order.action_issue_parts, order.action_reserve_parts,
                       order.action_issue_parts_screen):
            with self.assertRaisesRegex(UserError, f"{order.name} is closed"):
                button()
        self.assertStock(self.part, 10)

    def test_service_is_no_part(self):
        with self.assertRaisesRegex(ValidationError, "is a service and cannot be a part"):
            self.add_part(self.order, self.labour)
        with self.assertRaisesRegex(ValidationError, "a part needs a product"):
            self.order.line_ids.create({"order_id": self.order.id, "kind": "part"})
        labour = self.order.line_ids.create({
            "order_id": self.order.id, "kind": "labour", "product_id": self.labour.id})
        with self.assertRaises(ValidationError):
            labour.kind = "part"

    def test_part_of_the_sales_delivery_makes_no_rw(self):
        self.line.supply = "sale"
        self.assertFalse(self.order.parts_to_issue)
        with self.assertRaisesRegex(UserError, "no parts to issue|has been issued"):
            self.order.action_issue_parts()

    def test_consumable_without_stock(self):
        grease = self._new_product("Grease", is_storable=False, standard_price=4)
        line = self.add_part(self.order, grease, 7)
        self.order.action_issue_parts()
        self.assertEqual(line.quantity_issued, 7)
        self.assertEqual(self._documents(self.order, "rw").move_ids.product_id, self.part | grease)

    def test_same_part_on_two_devices(self):
        order = self.make_order(self.device, self.device2, user=self.technician)
        first, second = (
            self.add_part(order, quantity=quantity, device_line_id=device.id)
            for quantity, device in zip((1, 2), order.device_line_ids, strict=True))
        order.action_issue_parts()
        rw = self._documents(order, "rw")
        self.assertEqual(len(rw.move_ids), 2, "each device has its own move")
        self.assertEqual(first.quantity_issued, 1)
        self.assertEqual(second.quantity_issued, 2)
        self.assertEqual(second.sudo().cost, 100)
        self.assertEqual(order.sudo().device_line_ids.mapped("cost"), [50, 100])

    def test_two_lines_of_one_part_and_device(self):
        again = self.add_part(self.order, quantity=2)
        self.order.action_reserve_parts()
        rw = self._documents(self.order, "rw")
        self.assertEqual(rw.move_ids.service_line_id, self.line | again)
        rw.move_ids._merge_moves()
        self.assertEqual(len(rw.move_ids), 2)
        self.order.action_issue_parts()
        self.assertEqual(self.line.quantity_issued, 3)
        self.assertEqual(again.quantity_issued, 2)

    # LOTS

    def test_lot_is_required(self):
        self._new_lot(self.lot_part, "L1", 5)
        self.add_part(self.order, self.lot_part)
        with self.assertRaisesRegex(UserError, "Battery needs a lot or serial number"):
            self.order.action_issue_parts()
        self.assertStock(self.part, 10)

    def test_named_lot_goes_in(self):
        self._new_lot(self.lot_part, "L1", 5)
        second = self._new_lot(self.lot_part, "L2", 5)
        line = self.add_part(self.order, self.lot_part, 2, lot_name=" L2 ")
        self.assertEqual(line.sudo().lot_id, second)
        line.invalidate_recordset(["lot_name"])
        self.assertEqual(line.lot_name, "L2")
        self.order.action_issue_parts()
        move = line.sudo().move_ids
        self.assertEqual(move.lot_ids, second)
        self.assertStock(self.lot_part, 3, lot=second)
        self.assertStock(self.lot_part, 8)
        self.assertEqual(line.lot_names, "L2")
        self.assertIn("L2", self.order.device_line_ids.lot_summary)
        line.return_to_stock(1)
        self.assertStock(self.lot_part, 4, lot=second)

    def test_named_lot_is_short(self):
        self._new_lot(self.lot_part, "L1", 5)
        self._new_lot(self.lot_part, "L2", 1)
        self.add_part(self.order, self.lot_part, 2, lot_name="L2")
        with self.assertRaisesRegex(UserError, "Battery.*: 2 pcs needed, 1 free"):
            self.order.action_issue_parts()
        # the screen says so as well, where the shelf holds enough of another lot
        action = self.order.action_issue_parts_screen()
        self.assertEqual(action["res_model"], "crm.service.issue.wizard")

    def test_lot_changed_after_the_reservation(self):
        self._new_lot(self.lot_part, "L1", 5)
        second = self._new_lot(self.lot_part, "L2", 5)
        line = self.add_part(self.order, self.lot_part, 2, lot_name="L1")
        self.order.action_reserve_parts()
        line.lot_name = "L2"
        self.order.action_issue_parts()
        self.assertEqual(line.sudo().move_ids.filtered(lambda m: m.state == "done").lot_ids, second)

    def test_unknown_lot(self):
        with self.assertRaisesRegex(UserError, "has no lot or serial number “L9”"):
            self.add_part(self.order, self.lot_part, lot_name="L9")

    def test_serial_numbers(self):
        serial = self._new_lot(self.serial_part, "S1", 1)
        self._new_lot(self.serial_part, "S2", 1)
        line = self.add_part(self.order, self.serial_part, 2, lot_name="S1")
        with self.assertRaisesRegex(UserError, "one line for each piece"):
            self.order.action_issue_parts()
        line.quantity = 1
        self.order.action_issue_parts()
        self.assertEqual(line.sudo().move_ids.lot_ids, serial)
        line.return_to_stock(1)
        self.assertStock(self.serial_part, 1, lot=serial)
        self.assertEqual(line.sudo().move_ids.lot_ids, serial)

    def test_serial_twice(self):
        self._new_lot(self.serial_part, "S1", 1)
        self.add_part(self.order, self.serial_part, lot_name="S1")
        self.order.action_issue_parts()
        other = self.make_order(self.device2, user=self.technician)
        self.add_part(other, self.serial_part, lot_name="S1")
        with self.assertRaisesRegex(UserError, "1 pcs needed, 0 free"):
            other.action_issue_parts()

    # RETURN

    def test_return(self):
        self.order.action_issue_parts()
        self.line.return_to_stock(1)
        zw = self._documents(self.order, "zw")
        self.assertEqual(zw.state, "done")
        self.assertRegex(zw.name, r"^ZW/\d{4}/\d{5}$")
        self.assertEqual(zw.picking_type_id, self.warehouse.zw_type_id)
        self.assertEqual(zw.location_dest_id, self.stock)
        self.assertEqual(zw.move_ids.service_line_id, self.line)
        self.assertEqual(self.line.quantity_issued, 3)
        self.assertEqual(self.line.quantity_returned, 1)
        self.assertEqual(self.line.quantity, 2, "the plan is lower")
        self.assertEqual(self.line.quantity_to_issue, 0)
        self.assertEqual(self.line.sudo().cost, 100)
        self.assertStock(self.part, 8)
        self.line.return_to_stock(2)
        self.assertEqual(self.line.sudo().cost, 0)
        self.assertStock(self.part, 10)
        self.order.device_line_ids.action_repaired()
        self.order.action_done()

    def test_return_too_much_or_nothing(self):
        with self.assertRaisesRegex(UserError, "cannot be returned, only 0 are issued"):
            self.line.return_to_stock(1)
        self.order.action_issue_parts()
        for quantity in (0, -1):
            with self.assertRaisesRegex(UserError, "enter a quantity"):
                self.line.return_to_stock(quantity)
        with self.assertRaisesRegex(UserError, "4 pcs cannot be returned, only 3 are issued"):
            self.line.return_to_stock(4)
        self.line.return_to_stock(2)
        with self.assertRaisesRegex(UserError, "2 pcs cannot be returned, only 1 are issued"):
            self.line.return_to_stock(2)
        self.assertEqual(len(self._documents(self.order, "zw")), 1)
        self.assertStock(self.part, 9)

    def test_return_from_two_issues(self):
        self.order.action_issue_parts()
        self.line.quantity = 5
        self.order.action_issue_parts()
        self.line.return_to_stock(4)
        self.assertEqual(self.line.quantity_returned, 4)
        self.assertStock(self.part, 9)
        self.line.return_to_stock(1)
        self.assertStock(self.part, 10)

    def test_return_after_the_order_is_done(self):
        self.order.action_issue_parts()
        self.order.device_line_ids.action_repaired()
        self.order.action_done()
        self.line.return_to_stock(1)
        self.assertEqual(self.line.quantity_returned, 1)
        self.assertFalse(self.order.parts_to_issue)
        self.assertEqual(self.order.state, "done")

    def test_return_by_wizard(self):
        with self.assertRaisesRegex(UserError, "no issued parts"):
            self.order.action_open_return()
        other = self.add_part(self.order, quantity=1)
        self.order.action_issue_parts()
        action = self.order.action_open_return()
        wizard = self.env[action["res_model"]].with_user(self.technician).browse(action["res_id"])
        self.assertEqual(wizard.line_ids.line_id, self.line | other)
        with self.assertRaisesRegex(UserError, "at least one part"):
            wizard.action_return()
        wizard.line_ids[0].quantity = 2
        wizard.line_ids[1].quantity = 5
        with self.assertRaisesRegex(UserError, "cannot be returned"):
            wizard.action_return()
        self.assertEqual(self.line.quantity_returned, 0, "all of them or none")
        wizard.line_ids[1].quantity = 1
        wizard.action_return()
        self.assertEqual(self.line.quantity_returned, 2)
        self.assertEqual(other.quantity_returned, 1)

    # WHAT WAS ISSUED STAYS TRUE

    def test_plan_is_not_lower_than_issued(self):
        self.order.action_issue_parts()
        with self.assertRaisesRegex(ValidationError, "3 pcs are issued, more than the 2 planned"):
            self.line.quantity = 2
        with mute_logger("odoo.sql_db"), self.assertRaisesRegex(IntegrityError, "quantity_positive"):
            self.line.sudo()._write({"quantity": -1})

    def test_issued_line_stays(self):
        self.order.action_issue_parts()
        with self.assertRaisesRegex(UserError, "has been issued"):
            self.line.product_id = self.lot_part
        with self.assertRaisesRegex(UserError, "has been issued"):
            self.line.kind = "labour"
        with self.assertRaisesRegex(UserError, "has been issued by an RW"):
            self.line.unlink()

    def test_issued_quantity_is_not_typed(self):
        for vals in ({"quantity_issued": 3}, {"quantity_returned": 1},
                     {"quantity_to_issue": 0}, {"needs_issue": False}):
            with self.subTest(vals):
                with self.assertRaises(UserError):
                    self.line.write(vals)
        self.assertTrue(self.line.needs_issue)
        self.assertEqual(self.line.quantity_to_issue, 3)

    def test_order_with_documents_stays(self):
        self.order.action_reserve_parts()
        rw = self._documents(self.order, "rw")
        with self.assertRaisesRegex(UserError, rw.name):
            self.order.with_user(self.manager).unlink()
        self.order.action_issue_parts()
        with self.assertRaisesRegex(UserError, rw.name):
            self.order.with_user(self.manager).unlink()
        self.assertTrue(self.order.exists())

    # PARTS THAT ARRIVE

    def test_arrival_tells_the_order_that_waits(self):
        self.line.quantity = 15
        self.order.action_wait()
        mails = self.env["mail.mail"].search_count([])
        other = self.make_order(self.device2, user=self.technician2, user_id=self.technician2.id)
        self.add_part(other)
        self._receive(self.part, 5)
        activity = self.order.sudo().activity_ids
        self.assertEqual(activity.summary, "Parts arrived")
        self.assertEqual(activity.user_id, self.technician)
        self.assertIn("Print head", activity.note)
        self.assertFalse(other.sudo().activity_ids, "it does not wait")
        self._receive(self.part, 1)
        self.assertEqual(len(self.order.sudo().activity_ids), 1, "told once")
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def _receive(self, product, quantity):
        receipt = self.env["stock.picking"].with_user(self.keeper).create({
            "picking_type_id": self.warehouse.in_type_id.id,
            "location_id": self.env.ref("stock.stock_location_suppliers").id,
            "location_dest_id": self.stock.id,
            "move_ids": [Command.create({
                "product_id": product.id, "product_uom_qty": quantity,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.stock.id})],
        })
        receipt.action_confirm()
        receipt.move_ids.quantity = quantity
        receipt.button_validate()
        self.assertEqual(receipt.state, "done")

    # PROJECT

    def test_documents_carry_the_project(self):
        if "project_id" not in self.env["stock.picking"]._fields:
            self.skipTest("project_stock is not installed")
        project = self.env["project.project"].create({"name": "Rollout", "company_id": self.company.id})
        self.order.sudo().project_id = project
        self.order.action_issue_parts()
        self.line.return_to_stock(1)
        self.assertEqual(self._documents(self.order, "rw").project_id, project)
        self.assertEqual(self._documents(self.order, "zw").project_id, project)
