from ast import literal_eval

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestPartsKeeper(ServiceCommon):
    """The warehouse keeper works in Inventory, without our groups, by the same rules."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order_type.issue_by = "warehouse"
        cls.order = cls.make_order(cls.device, user=cls.technician, user_id=cls.technician.id)
        cls.line = cls.add_part(cls.order, quantity=3)

    def _request(self):
        """The technician asks, the keeper has the RW before him."""
        self.order.action_issue_parts()
        return self.order.sudo()._get_open_rw().with_user(self.keeper)

    def _validate(self, picking):
        """Press Validate, and answer a question for a backorder with yes."""
        action = picking.button_validate()
        if isinstance(action, dict) and action.get("res_model") == "stock.backorder.confirmation":
            Form(self.env[action["res_model"]].with_user(self.keeper).with_context(
                **action["context"])).save().process()

    def _return_in_inventory(self, picking, quantity):
        wizard = Form(self.env["stock.return.picking"].with_user(self.keeper).with_context(
            active_id=picking.id, active_ids=picking.ids, active_model="stock.picking")).save()
        wizard.product_return_moves.quantity = quantity
        action = wizard.action_create_returns()
        return self.env["stock.picking"].with_user(self.keeper).browse(action["res_id"])

    def test_technicians_button_only_asks(self):
        rw = self._request()
        self.assertEqual(rw.state, "assigned")
        self.assertEqual(self.line.quantity_issued, 0)
        self.assertEqual(self.part.free_qty, 7)
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_enova_like.action_rw_to_issue")
        to_issue = self.env["stock.picking"].with_user(self.keeper).search(literal_eval(action["domain"]))
        self.assertIn(rw, to_issue)
        self.order.action_issue_parts()
        self.assertEqual(self.order.sudo()._get_open_rw(), rw, "asking twice makes one RW")
        with self.assertRaisesRegex(UserError, rw.name):
            self.order.device_line_ids.action_repaired()
            self.order.action_done()

    def test_short_stock_still_asks(self):
        self.line.quantity = 12
        rw = self._request()
        self.assertEqual(rw.move_ids.quantity, 10, "what is there waits for the keeper")
        notice = self.order.action_issue_parts_screen()
        self.assertEqual(notice["tag"], "display_notification")
        self.assertEqual(self.line.quantity_issued, 0)

    def test_keeper_issues_in_inventory(self):
        rw = self._request()
        rw.button_validate()
        self.assertEqual(rw.state, "done")
        self.assertRegex(rw.name, r"^RW/\d{4}/\d{5}$")
        self.assertEqual(self.line.quantity_issued, 3)
        self.assertStock(self.part, 7)
        self.order.device_line_ids.action_repaired()
        self.order.action_done()

    def test_keeper_issues_by_the_plain_door(self):
        rw = self._request()
        rw.move_ids.picked = True
        rw._action_done()
        self.assertEqual(rw.state, "done")
        self.assertEqual(self.line.quantity_issued, 3)

    def test_keeper_reads_the_purpose(self):
        rw = self._request()
        self.assertEqual(rw.service_order_name, self.order.name)
        self.assertEqual(rw.service_device_names, self.device.display_name)
        self.assertIn(self.order.name, rw.service_purpose)
        self.assertIn(self.device.display_name, rw.service_purpose)
        data = rw.web_read({"service_order_id": {"fields": {"display_name": {}}}, "name": {}})
        self.assertEqual(data[0]["service_order_id"]["display_name"], self.order.name)
        with self.assertRaises(AccessError):
            self.order.with_user(self.keeper).read(["name"])

    def test_keeper_takes_more_than_there_is(self):
        hose = self._new_product("Hose", standard_price=3)
        self._stock(hose, 2)
        self.line.unlink()
        line = self.add_part(self.order, hose, 5)
        rw = self._request()
        self.assertEqual(rw.move_ids.quantity, 2)
        rw.move_ids.quantity = 5
        rw.move_ids.picked = True
        for door in (rw.button_validate, rw._action_done):
            with self.assertRaisesRegex(UserError, "Hose: 5 pcs needed, 2 in stock"):
                door()
        self.assertStock(hose, 2)
        self.assertEqual(line.quantity_issued, 0)
        self.assertNotRegex(rw.name, "^RW/")

    def test_keeper_takes_what_is_reserved_for_another(self):
        self._request()
        other = self.make_order(self.device2, user=self.technician2)
        self.add_part(other, quantity=9)
        other.action_issue_parts()
        rw = other.sudo()._get_open_rw().with_user(self.keeper)
        rw.move_ids.quantity = 9
        rw.move_ids.picked = True
        rw.button_validate()
        self.assertStock(self.part, 1)
        first = self.order.sudo()._get_open_rw().with_user(self.keeper)
        first.move_ids.quantity = 3
        first.move_ids.picked = True
        with self.assertRaisesRegex(UserError, "3 pcs needed, 1 in stock"):
            first._action_done()
        self.assertStock(self.part, 1)

    def test_keeper_issues_more_than_planned(self):
        rw = self._request()
        rw.move_ids.quantity = 4
        rw.move_ids.picked = True
        with self.assertRaisesRegex(UserError, "4 pcs are issued, more than the 3 planned"):
            rw.button_validate()
        self.assertStock(self.part, 10)

    def test_keeper_issues_a_part_of_it(self):
        rw = self._request()
        rw.move_ids.quantity = 2
        rw.move_ids.picked = True
        self._validate(rw)
        self.assertEqual(rw.state, "done")
        self.assertEqual(self.line.quantity_issued, 2)
        rest = self.order.sudo()._get_open_rw()
        self.assertEqual(rest.backorder_id, rw)
        self.assertEqual(rest.service_document, "rw")
        self.assertEqual(rest.service_order_id, self.order)
        self.assertEqual(rest.move_ids.service_line_id, self.line)
        self.assertNotRegex(rest.name, "^RW/")
        rest.with_user(self.keeper).button_validate()
        self.assertEqual(self.line.quantity_issued, 3)
        number, next_number = (int(picking.name.split("/")[-1]) for picking in (rw, rest))
        self.assertEqual(next_number, number + 1)

    def test_keeper_issues_to_a_closed_order(self):
        rw = self._request()
        # closed behind the rules' back, as by a script
        self.env.cr.execute(
            "UPDATE crm_service_order SET stage_id = %s, state = 'done', is_open = FALSE WHERE id = %s",
            [self._stage("done").id, self.order.id])
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, f"{self.order.name} is closed"):
            rw.button_validate()
        self.assertStock(self.part, 10)

    def _stage(self, state):
        return self.env["crm.service.stage"].search(
            [("company_id", "=", self.company.id), ("state", "=", state)], limit=1)

    def test_keeper_changes_the_lot(self):
        self._new_lot(self.lot_part, "L1", 5)
        second = self._new_lot(self.lot_part, "L2", 5)
        line = self.add_part(self.order, self.lot_part, 1, lot_name="L1")
        rw = self._request()
        move_line = rw.move_line_ids.filtered(lambda row: row.product_id == self.lot_part)
        move_line.lot_id = second
        rw.button_validate()
        self.assertEqual(line.lot_names, "L2", "the history says what went in")

    def test_keeper_with_technicians_rights_issues_at_once(self):
        both = self._new_user("both", "stock.group_stock_user", "crm_enova_like.group_user")
        self.order.with_user(both).action_issue_parts()
        self.assertEqual(self.line.quantity_issued, 3)

    # RETURNS

    def test_return_in_inventory_counts(self):
        rw = self._request()
        rw.button_validate()
        zw = self._return_in_inventory(rw, 2)
        self.assertEqual(zw.service_document, "zw")
        self.assertEqual(zw.service_order_id, self.order)
        self.assertNotRegex(zw.name, "^ZW/")
        self.assertEqual(self.line.quantity_returned, 0)
        zw.button_validate()
        self.assertRegex(zw.name, r"^ZW/\d{4}/\d{5}$")
        self.assertEqual(self.line.quantity_returned, 2)
        self.assertEqual(self.line.quantity, 1, "the plan is lower, nothing is issued anew")
        self.assertEqual(self.line.quantity_to_issue, 0)
        self.assertStock(self.part, 9)

    def test_keeper_takes_back_more_than_was_issued(self):
        rw = self._request()
        rw.button_validate()
        zw = self._return_in_inventory(rw, 3)
        zw.move_ids.quantity = 5
        zw.move_ids.picked = True
        with self.assertRaises(UserError):
            zw._action_done()
        self.assertStock(self.part, 7)

    def test_hand_made_zw_counts_as_a_return(self):
        """A keeper who makes the ZW by hand, not from the RW, brings the part back all the same."""
        self._request().button_validate()
        zw = self.env["stock.picking"].with_user(self.keeper).create({
            "picking_type_id": self.warehouse.zw_type_id.id, "service_order_id": self.order.id,
            "location_id": self.consumption.id, "location_dest_id": self.stock.id,
            "move_ids": [Command.create({
                "product_id": self.part.id, "product_uom_qty": 2, "service_line_id": self.line.id,
                "location_id": self.consumption.id, "location_dest_id": self.stock.id})]})
        zw.action_confirm()
        self.assertFalse(zw.move_ids.origin_returned_move_id)
        self.assertEqual(self.line._get_returnable_quantity(), 1, "two are on their way back")
        zw.button_validate()
        self.assertRegex(zw.name, r"^ZW/\d{4}/\d{5}$")
        self.assertEqual((self.line.quantity_issued, self.line.quantity_returned), (3, 2))
        self.assertEqual((self.line.quantity, self.line.quantity_to_issue), (1, 0), "nothing is issued anew")
        self.assertEqual(self.line.sudo().cost, 50)
        self.assertEqual(self.env["crm.service.order"]._get_parts_value([("id", "=", self.order.id)]), [
            [50, self.company.currency_id.id]])

    def test_technicians_return_waits_for_the_keeper(self):
        self._request().button_validate()
        self.line.return_to_stock(2)
        zw = self.order.sudo().picking_ids.filtered(lambda picking: picking.service_document == "zw")
        self.assertEqual(zw.state, "assigned")
        self.assertEqual(self.line.quantity_returned, 0)
        with self.assertRaisesRegex(UserError, "only 1 are issued"):
            self.line.return_to_stock(2)
        zw.with_user(self.keeper).button_validate()
        self.assertEqual(self.line.quantity_returned, 2)
        self.assertStock(self.part, 9)

    def test_cancel_returns_through_the_keeper(self):
        self._request().button_validate()
        action = self.order.action_cancel()
        self.env[action["res_model"]].with_user(self.technician).with_context(
            **action["context"]).create({"mode": "return"}).action_cancel()
        self.assertEqual(self.order.state, "cancelled")
        zw = self.order.sudo().picking_ids.filtered(lambda picking: picking.service_document == "zw")
        self.assertEqual(zw.state, "assigned", "it waits on the keeper's list")
        self.assertFalse(self.order.parts_kept_reason, "none stays")
        zw.with_user(self.keeper).button_validate()
        self.assertEqual(self.line.quantity_returned, 3)
        self.assertStock(self.part, 10)

    def test_keeper_cancels_the_rw(self):
        rw = self._request()
        rw.action_cancel()
        self.assertEqual(self.line.quantity_to_issue, 3)
        self.assertEqual(self.part.free_qty, 10)
        self.order.action_issue_parts()
        self.assertEqual(self.order.sudo()._get_open_rw().state, "assigned")

    def test_document_prints_for_keeper_and_technician(self):
        rw = self._request()
        rw.button_validate()
        for user in (self.keeper, self.technician):
            html, _kind = self.env["ir.actions.report"].with_user(user)._render_qweb_html(
                "crm_enova_like.report_rw_document", rw.ids)
            text = html.decode()
            for expected in (rw.name, self.order.name, self.device.display_name, "Print head"):
                self.assertIn(expected, text)
        with self.assertRaises(AccessError):
            self.env["ir.actions.report"].with_user(self.employee)._render_qweb_html(
                "crm_enova_like.report_rw_document", rw.ids)
