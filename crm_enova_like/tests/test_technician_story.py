from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ServiceCommon


@tagged("post_install", "-at_install")
class TestTechnicianStory(ServiceCommon):
    """An order through the screens of those who do the work, none of whom holds stock rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._new_lot(cls.lot_part, "BAT-7", 5)
        cls._new_lot(cls.lot_part, "BAT-8", 5)
        cls._new_lot(cls.serial_part, "FM-1", 1)
        # a transfer of somebody else's, of the same part
        cls.other_transfer = cls.env["stock.picking"].create({
            "picking_type_id": cls.warehouse.int_type_id.id,
            "location_id": cls.stock.id, "location_dest_id": cls.stock.id,
            "move_ids": [Command.create({
                "product_id": cls.part.id, "product_uom_qty": 1.0,
                "location_id": cls.stock.id, "location_dest_id": cls.stock.id})],
        })

    def _form(self, record, user):
        self.env.flush_all()
        self.env.invalidate_all()
        return Form(record.with_user(user))

    def _render(self, report, records, user):
        html, _kind = self.env["ir.actions.report"].with_user(user)._render_qweb_html(report, records.ids)
        return html.decode()

    def test_technician_repairs_a_device(self):
        # the receptionist takes the device in
        with Form(self.env["crm.service.order"].with_user(self.operator)) as form:
            form.partner_id = self.contractor
            form.person_id = self.person
            with form.device_line_ids.new() as row:
                row.device_id = self.device
                row.fault = "Does not print"
        order = form.record
        self.assertTrue(order.name.startswith("ZSR/"), order.name)
        self.assertEqual(order.requester_id, self.operator)
        self.assertEqual(order.address_id, self.shop)

        # the technician finds it in the queue and takes it
        mine = order.with_user(self.technician)
        self.assertIn(mine, mine.search([("user_id", "=", False), ("state", "=", "new")]))
        mine.action_take()
        mine.action_accept()
        mine.action_start()
        self.assertEqual((mine.user_id, mine.state), (self.technician, "in_progress"))

        # parts and labour, typed in the form
        with self._form(order, self.technician) as form:
            with form.line_ids.new() as row:
                row.kind = "part"
                row.product_id = self.part
                row.quantity = 2
            with form.line_ids.new() as row:
                row.kind = "part"
                row.product_id = self.lot_part
            with form.line_ids.new() as row:
                row.kind = "labour"
                row.product_id = self.labour
                row.name = "Cleaning and adjustment"
        head, battery, labour = mine.line_ids
        self.assertEqual(mine.line_ids.device_line_id, mine.device_line_ids, "the order's only device")
        self.assertEqual(labour.user_id, self.technician)
        self.assertEqual(head.free_qty, 10.0)
        with self.assertRaisesRegex(UserError, "needs a lot or serial number"):
            mine.action_issue_parts()
        with self.assertRaisesRegex(UserError, "has no lot or serial number “BAT-9”"):
            battery.lot_name = "BAT-9"
            battery.flush_recordset()
        with self._form(order, self.technician) as form, form.line_ids.edit(1) as row:
            row.lot_name = "BAT-8"

        # reserved, then issued: one RW
        mine.action_reserve_parts()
        self.assertTrue(mine.has_open_rw)
        with self.assertRaisesRegex(UserError, "parts planned but not issued"):
            mine.action_done()
        self.assertIs(mine.action_issue_parts_screen(), True)
        self.env.invalidate_all()
        self.assertFalse(mine.has_open_rw or mine.parts_to_issue)
        self.assertRegex(mine.picking_names, r"^RW/20\d\d/\d{5}$")
        self.assertEqual(mine.line_ids.mapped("quantity_issued"), [2.0, 1.0, 0.0])
        self.assertEqual(mine.sudo().total_cost, 120.0)
        self.assertEqual(battery.lot_names, "BAT-8")
        self.assertStock(self.part, 8)

        # the outcome, and done
        with self._form(order, self.technician) as form, form.device_line_ids.edit(0) as row:
            row.diagnosis = "Worn head"
            row.resolution = "Head and battery replaced"
        mine.device_line_ids.action_repaired()
        mine.action_done()
        self.assertEqual(mine.state, "done")
        self.assertTrue(mine.date_closed)
        mine.device_line_ids.action_release()

        # a part too many goes back
        head.return_to_stock(1.0)
        self.env.invalidate_all()
        self.assertEqual((head.quantity_issued, head.quantity_returned, head.quantity), (2.0, 1.0, 1.0))
        self.assertRegex(mine.picking_names, r"RW/20\d\d/\d{5}, ZW/20\d\d/\d{5}|ZW/20\d\d/\d{5}, RW/20\d\d/\d{5}")
        self.assertStock(self.part, 9)
        self.assertEqual(mine.sudo().total_cost, 70.0)
        self.assertEqual(mine.state, "done")

        # the device remembers
        row = self.device.with_user(self.technician).order_line_ids
        self.assertEqual(row.resolution, "Head and battery replaced")
        self.assertIn("BAT-8", row.lot_summary)
        self.assertIn("Print head × 1", row.parts_summary)
        self.assertIn("Cleaning and adjustment", row.labour_summary)
        self._form(order, self.technician)
        self._form(self.device, self.technician)

    def test_return_by_the_form(self):
        order = self.make_order(self.device, user=self.technician, user_id=self.technician.id)
        line = self.add_part(order, quantity=3.0)
        order.action_start()
        order.action_issue_parts()
        action = order.action_open_return()
        wizard = order.env[action["res_model"]].browse(action["res_id"])
        with self._form(wizard, self.technician) as form, form.line_ids.edit(0) as row:
            row.quantity = 1.0
        wizard.action_return()
        self.env.invalidate_all()
        self.assertEqual(line.quantity_returned, 1.0)
        self.assertStock(self.part, 8)

    def test_short_stock_by_the_form(self):
        order = self.make_order(self.device, user=self.technician, user_id=self.technician.id)
        line = self.add_part(order, quantity=12.0)
        action = order.action_issue_parts_screen()
        wizard = order.env[action["res_model"]].browse(action["res_id"])
        with self._form(wizard, self.technician) as form:
            self.assertEqual(form.line_ids._records[0]["needed"], 12.0)
            self.assertEqual(form.line_ids._records[0]["free"], 10.0)
        wizard.action_issue_available()
        self.env.invalidate_all()
        self.assertEqual((line.quantity_issued, line.quantity_to_issue), (10.0, 2.0))
        self.assertStock(self.part, 0)

    def test_serial_number_by_the_form(self):
        order = self.make_order(self.device, user=self.technician, user_id=self.technician.id)
        with self._form(order, self.technician) as form, form.line_ids.new() as row:
            row.kind = "part"
            row.product_id = self.serial_part
        with self._form(order, self.technician) as form, form.line_ids.edit(0) as row:
            row.lot_name = "FM-1"
        order.action_issue_parts()
        self.env.invalidate_all()
        self.assertEqual(order.line_ids.lot_names, "FM-1")
        self.assertStock(self.serial_part, 0)

    def test_no_stock_right_comes_with_it(self):
        order = self.make_order(self.device, user=self.technician, user_id=self.technician.id)
        self.add_part(order)
        order.action_issue_parts()
        rw = order.sudo().picking_ids
        for transfer in (rw, self.other_transfer):
            with self.assertRaises(AccessError):
                transfer.with_user(self.technician).read(["name"])
            with self.assertRaises(AccessError):
                transfer.with_user(self.technician).write({"origin": "x"})
            with self.assertRaises(AccessError):
                transfer.move_ids.with_user(self.technician).read(["state"])
        for model in ("stock.picking", "stock.move"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.technician).search([])
        # nor by the order, whatever is asked for
        visible = order.fields_get()
        self.assertNotIn("picking_ids", visible)
        self.assertNotIn("move_ids", order.line_ids.fields_get())
        self.assertNotIn("lot_id", order.line_ids.fields_get())
        order.read(list(visible))
        order.line_ids.read()
        order.device_line_ids.read()
        # but the RW's number is the order's to tell
        self.assertEqual(order.picking_names, rw.name)

    def test_technician_prints_the_rw(self):
        order = self.make_order(self.device, user=self.technician, user_id=self.technician.id)
        self.add_part(order, self.lot_part, lot_name="BAT-7")
        with self.assertRaisesRegex(UserError, "There is no RW"):
            order.action_print_rw()
        order.action_issue_parts()
        action = order.action_print_rw()
        self.assertEqual(action["report_name"], "crm_enova_like.report_rw_document")
        rw = order.sudo().picking_ids
        self.assertEqual(action["context"]["active_ids"], rw.ids)
        html = self._render("crm_enova_like.action_report_rw_document", rw.with_user(self.technician), self.technician)
        for text in (rw.name, order.name, "ABC 2001", "Battery", "BAT-7"):
            self.assertIn(text, html)
        # a transfer that is nobody's order prints for stock users only, a colleague's for the colleague
        with self.assertRaises(AccessError):
            self._render("crm_enova_like.action_report_rw_document", self.other_transfer, self.technician)
        with self.assertRaises(AccessError):
            self._render("crm_enova_like.action_report_rw_document", rw, self.technician2)
        with self.assertRaises(AccessError):
            self._render("crm_enova_like.action_report_rw_document", rw, self.employee)

    def test_technician_waits_hands_over_and_cancels(self):
        order = self.make_order(self.device, user=self.technician, user_id=self.technician.id)
        self.add_part(order)
        order.action_start()
        waiting = self.env["crm.service.stage"].search(
            [("company_id", "=", self.company.id), ("wait_for", "=", "parts")], limit=1)
        action = order.action_open_wait()
        with Form(order.env[action["res_model"]].with_context(**action["context"])) as form:
            form.stage_id = waiting.with_user(self.technician)
        form.record.action_wait()
        self.assertEqual(order.stage_id, waiting)
        order.action_start()

        order.action_issue_parts()
        action = order.action_cancel()
        with Form(order.env[action["res_model"]].with_context(**action["context"])) as form:
            form.mode = "return"
            form.reason = "Customer gave up"
        form.record.action_cancel()
        self.env.invalidate_all()
        self.assertEqual(order.state, "cancelled")
        self.assertStock(self.part, 10)

        other = self.make_order(self.device2, user=self.technician, user_id=self.technician.id)
        action = other.action_open_assign()
        with Form(other.env[action["res_model"]].with_context(**action["context"])) as form:
            form.user_id = self.technician2.with_user(self.technician)
            form.note = "Yours, on Monday"
        result = form.record.action_assign()
        self.assertEqual(result["res_model"], "crm.service.order")
        self.env.invalidate_all()
        self.assertEqual(other.sudo().user_id, self.technician2)
        self.assertIn("Yours, on Monday", other.sudo().message_ids[0].body)

    def test_technician_takes_in_a_device(self):
        """On site, without the receptionist: a new card and its order."""
        with Form(self.env["crm.service.device"].with_user(self.technician)) as form:
            form.type_id = self.device_type.with_user(self.technician)
            form.name = "Nano X"
            form.serial_number = "ABC 3001"
            form.partner_id = self.contractor
        device = form.record
        self.assertTrue(device.identifier.startswith("KASA/"), device.identifier)
        action = device.action_new_order()
        with Form(self.env["crm.service.order"].with_user(self.technician).with_context(**action["context"])) as form:
            self.assertEqual(form.partner_id, self.contractor)
            with form.device_line_ids.edit(0) as row:
                row.fault = "Dark screen"
        order = form.record
        self.assertEqual(order.main_device_id, device)
        self.assertEqual(order.requester_id, self.technician)

    def test_operator_runs_any_order(self):
        order = self.make_order(self.device, self.device2, user=self.technician, user_id=self.technician.id)
        self.add_part(order, device_line_id=order.device_line_ids[0].id)
        theirs = order.with_user(self.operator)
        with self._form(order, self.operator) as form:
            form.priority = "1"
            form.user_id = self.technician2
        self.assertEqual(order.user_id, self.technician2)
        theirs.action_accept()
        theirs.action_start()
        theirs.action_issue_parts()
        theirs.device_line_ids[0].action_repaired()
        theirs.device_line_ids[1].action_decline()
        theirs.action_done()
        theirs.device_line_ids.action_release()
        self.assertEqual(theirs.device_line_ids.mapped("released_to"), [self.contractor.name] * 2)
        self._form(order, self.operator)
        self.assertIn(theirs.picking_names, self._render(
            "crm_enova_like.action_report_rw_document", order.sudo().picking_ids, self.operator))

    def test_manager_configures_and_reopens(self):
        with Form(self.env["crm.service.order.type"].with_user(self.manager)) as form:
            form.name = "Installation"
            form.prefix = "ZI"
            form.warehouse_id = self.warehouse
            form.issue_by = "warehouse"
        order_type = form.record
        with Form(self.env["crm.service.stage"].with_user(self.manager)) as form:
            form.name = "Tested"
            form.state = "in_progress"
        with Form(self.env["crm.service.device.type"].with_user(self.manager)) as form:
            form.name = "Scale"
            form.prefix = "WAGA"
        with Form(self.env["crm.service.device.model"].with_user(self.manager)) as form:
            form.name = "DS-50"
            form.type_id = self.env["crm.service.device.type"].search([("prefix", "=", "WAGA")])
        for record in (order_type, self.order_type, self.device_type, self.device):
            self._form(record, self.manager)
        with Form(self.env["crm.service.order"].with_user(self.manager)) as form:
            form.type_id = order_type
            form.partner_id = self.contractor
        order = form.record
        self.assertRegex(order.name, r"^ZI/20\d\d/00001$")
        order.action_accept()
        order.action_done()
        order.action_reopen()
        self.assertEqual(order.state, "in_progress")
        self.assertFalse(order.date_closed)
        order.unlink()

    def test_views_open_for_technicians(self):
        """The architecture of every view of ours, as each role gets it."""
        for model in ("crm.service.order", "crm.service.order.device", "crm.service.order.line", "crm.service.device",
                      "crm.service.order.type", "crm.service.stage", "crm.service.tag", "crm.service.device.type",
                      "crm.service.device.model"):
            kinds = self.env["ir.ui.view"].search([("model", "=", model)]).mapped("type")
            for user in (self.technician, self.operator, self.manager):
                for kind in set(kinds):
                    with self.subTest(model=model, kind=kind, user=user.login):
                        self.assertTrue(self.env[model].with_user(user).get_view(view_type=kind)["arch"])
        menus = self.env["ir.ui.menu"].with_user(self.technician).load_menus(False)
        self.assertIn(self.env.ref("crm_enova_like.menu_root").id, menus)
        self.assertNotIn(self.env.ref("crm_enova_like.menu_config").id, menus)
        for user in (self.keeper, self.employee):
            self.assertNotIn(
                self.env.ref("crm_enova_like.menu_config").id,
                self.env["ir.ui.menu"].with_user(user).load_menus(False))
        self.assertNotIn(
            self.env.ref("crm_enova_like.menu_root").id,
            self.env["ir.ui.menu"].with_user(self.employee).load_menus(False))
