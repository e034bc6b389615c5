from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ServiceCommon

ROLES = ("technician", "operator", "manager", "keeper", "employee", "reader")
# What each role may do with a record that is its own or nobody's:
# r read, w write, c create, d delete
REGISTERS = {
    "crm.service.order": ("rwc", "rwc", "rwcd", "", "", "r"),
    "crm.service.order.device": ("rwcd", "rwcd", "rwcd", "", "", "r"),
    "crm.service.order.line": ("rwcd", "rwcd", "rwcd", "", "", "r"),
    "crm.service.device": ("rwc", "rwc", "rwcd", "", "", "r"),
    "crm.service.device.number": ("r", "r", "r", "", "", "r"),
    "crm.service.tag": ("r", "rwc", "rwcd", "", "", "r"),
    "crm.service.inspection": ("rw", "rwc", "rwcd", "", "", "r"),
    "crm.service.inspection.plan": ("r", "rwc", "rwcd", "", "", "r"),
    "crm.service.inspection.check": ("rw", "rw", "rwcd", "", "", "r"),
    "crm.service.inspection.report": ("", "r", "r", "", "", "r"),
    "crm.service.part.demand": ("", "", "r", "r", "", "r"),
    "crm.service.stage.time": ("", "", "r", "", "", "r"),
    "crm.service.number": ("", "", "r", "", "", "r"),
    "crm.timeline": ("r", "r", "r", "", "", "r"),
    "crm.consent": ("r", "rwc", "rwcd", "", "", "r"),
    "crm.task": ("rwc", "rwc", "rwcd", "", "", "r"),
    "crm.event": ("rwc", "rwc", "rwcd", "", "", "r"),
    "crm.my.work": ("r", "r", "r", "", "", "r"),
    # made by who may read the document, which the trade's own rights decide
    "crm.document.link": ("rwd", "rwd", "rwd", "", "", "r"),
    # configuration
    "crm.task.type": ("r", "r", "rwcd", "", "", "r"),
    "crm.event.type": ("r", "r", "rwcd", "", "", "r"),
    "crm.service.inspection.regime": ("r", "r", "rwcd", "", "", "r"),
    "crm.service.inspection.regime.item": ("r", "r", "rwcd", "", "", "r"),
    "crm.service.order.type": ("r", "r", "rwcd", "", "", "r"),
    "crm.service.stage": ("r", "r", "rwcd", "", "", "r"),
    "crm.service.device.type": ("r", "r", "rwcd", "", "", "r"),
    "crm.service.device.model": ("r", "r", "rwcd", "", "", "r"),
    "crm.service.type.labour": ("r", "r", "rwcd", "", "", "r"),
}


@tagged("post_install", "-at_install")
class TestAccess(ServiceCommon):
    """Six people, and what each may do with each of our records."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {role: getattr(cls, role) for role in ROLES}
        cls.order = cls._new_order(cls.device)
        cls.regime = cls.env["crm.service.inspection.regime"].create({"name": "Every two years"})
        cls.inspection = cls.env["crm.service.inspection"].create({
            "device_id": cls.device2.id, "regime_id": cls.regime.id, "planned_date": "2027-01-31"})
        cls.inspection.action_create_order()
        cls.quotation = cls.env["sale.order"].create({"partner_id": cls.contractor.id})
        cls.numbers = iter(range(1, 1000))

    def _prepare_vals(self, model):
        """Values of a new record that nothing else uses."""
        number = next(self.numbers)
        spare = self.device.browse()
        if model in ("crm.service.order.device", "crm.service.inspection.plan"):
            spare = spare.create({"name": "Spare", "type_id": self.device_type.id})
        return {
            "crm.service.order": {"partner_id": self.contractor.id},
            "crm.service.order.device": {"order_id": self.order.id, "device_id": spare.id},
            "crm.service.order.line": {
                "order_id": self.order.id, "kind": "labour", "product_id": self.labour.id},
            "crm.service.device": {
                "name": "Printer", "type_id": self.device_type.id, "partner_id": self.contractor.id},
            "crm.service.tag": {"name": f"Tag {number}"},
            "crm.service.order.type": {"name": "Assembly", "prefix": f"ZM{number}"},
            "crm.service.stage": {"name": "Tested", "state": "in_progress"},
            "crm.service.device.type": {"name": "Scale", "prefix": f"WAGA{number}"},
            "crm.service.device.model": {"name": "Nano", "type_id": self.device_type.id},
            "crm.service.type.labour": {
                "type_id": self.device_type.id, "product_id": self._new_product("Cleaning", type="service").id},
            "crm.service.inspection.regime": {"name": "Yearly", "interval_number": 1, "interval_unit": "year"},
            "crm.service.inspection.plan": {
                "device_id": spare.id, "regime_id": self.regime.id, "anchor_date": "2026-01-31"},
            "crm.service.inspection": {
                "device_id": self.device.id, "regime_id": self.regime.id, "planned_date": "2027-01-31"},
            "crm.service.inspection.regime.item": {"regime_id": self.regime.id, "name": "Housing"},
            "crm.service.inspection.check": {"inspection_id": self.inspection.id, "name": "Housing"},
            "crm.service.inspection.report": {"inspection_id": self.inspection.id},
            "crm.service.part.demand": {"product_id": self.part.id},
            "crm.service.stage.time": {"order_id": self.order.id, "stage_id": self.order.stage_id.id},
            "crm.service.device.number": {
                "device_id": self.device.id, "kind": "serial_number", "name": f"F{number}", "key": f"F{number}"},
            "crm.service.number": {"name": f"X/{number}", "company_id": self.company.id, "document": "res.partner"},
            "crm.timeline": {"order_id": self.order.id},
            "crm.consent": {
                "partner_id": self.contractor.id, "channel": "phone", "source": "Form", "state": "withdrawn"},
            "crm.task": {"name": "Call", "user_id": False},
            "crm.event": {"name": "Call", "user_id": False},
            "crm.my.work": {"name": "Call"},
            "crm.task.type": {"name": "Call"},
            "crm.event.type": {"name": "Call"},
            "crm.document.link": {
                "task_id": self.env["crm.task"].create({"name": "Offer", "user_id": False}).id,
                "res_model": "sale.order", "res_id": self.quotation.id},
        }[model]

    def _new_record(self, model):
        if model in ("crm.timeline", "crm.my.work", "crm.service.stage.time"):
            return self.env[model].search([("order_id", "=", self.order.id)])
        if model == "crm.service.part.demand":
            return self.env[model].search([("product_id", "=", self.add_part(self.order).product_id.id)])
        if not self.env[model]._auto:
            # a view: its rows are the inspections
            return self.env[model].browse(self.inspection.id)
        return self.env[model].create(self._prepare_vals(model))

    def _try(self, user, record, operation):
        """Whether a user may do it; done for real, and taken back."""
        record = record.with_user(user)
        try:
            with self.env.cr.savepoint():
                if operation == "r":
                    record.invalidate_recordset()
                    record.read()
                elif operation == "w":
                    names = ("sequence", "anchor_date", "note", "name", "city", "role", "quantity", "date_start")
                    name = next(name for name in names if name in record)
                    record.write({name: record.sudo()[name]})
                elif operation == "c":
                    record.create(self._prepare_vals(record._name)).flush_recordset()
                else:
                    record.unlink()
                self.env.flush_all()
                raise Undo
        except Undo:
            return True
        except AccessError:
            return False
        finally:
            self.env.invalidate_all()

    def test_registers(self):
        for model, rights in REGISTERS.items():
            record = self._new_record(model)
            for role, allowed in zip(ROLES, rights, strict=True):
                done = "".join(
                    operation for operation in "rwcd" if self._try(self.people[role], record, operation))
                with self.subTest(model=model, role=role):
                    self.assertEqual(done, allowed)
            if record._auto:
                record.unlink()

    def test_every_model_has_its_rights(self):
        ours = self.env["ir.model"].search([("model", "=like", "crm.%")]).filtered(
            lambda model: "crm_enova_like" in model.modules and not self.env[model.model]._abstract)
        self.assertEqual(
            {model.model for model in ours if not model.transient} - set(REGISTERS), set(),
            "a model without its row in this test")
        for model in ours:
            with self.subTest(model=model.model):
                self.assertTrue(model.access_ids)
                self.assertTrue(all(model.access_ids.mapped("group_id")), "everybody may do it")

    def test_core_documents_keep_their_rights(self):
        """None of our lines or rules narrows or widens what core guards."""
        for name in ("ir.model.access", "ir.rule"):
            ids = self.env["ir.model.data"].search(
                [("module", "=", "crm_enova_like"), ("model", "=", name)]).mapped("res_id")
            models = self.env[name].browse(ids).model_id.mapped("model")
            self.assertTrue(models)
            # core has no company rule of campaigns at all; ours narrows nothing within a company
            # nor of calendar entries; ours narrows those of tasks and orders alone
            theirs = {model for model in models if not model.startswith("crm.")}
            if name == "ir.model.access":
                # whoever reads the registers of RWs and ZWs reads transfers; operators make projects of the register
                # (test_relations_project_own); nobody else has more than core gives
                lines = self.env[name].browse(ids).filtered(lambda line: not line.model_id.model.startswith("crm."))
                self.assertEqual(theirs, {"stock.picking", "stock.move", "stock.lot", "project.project"})
                reading = lines.filtered(lambda line: line.model_id.model != "project.project")
                self.assertEqual(reading.group_id, self.env.ref("crm_enova_like.group_reader"))
                self.assertFalse(any(line.perm_write or line.perm_create or line.perm_unlink for line in reading))
            else:
                self.assertLessEqual(theirs, {"utm.campaign", "calendar.event"})
        groups = [self.env.ref(f"crm_enova_like.group_{name}") for name in ("reader", "technician", "user", "manager")]
        for group in groups:
            for other in ("stock.group_stock_user", "sales_team.group_sale_salesman", "account.group_account_invoice"):
                self.assertNotIn(self.env.ref(other), group.all_implied_ids, f"{group.name} implies {other}")

    # TECHNICIANS: THEIR OWN, THE QUEUE, WHAT THEY TOOK IN

    def _orders(self):
        return {
            "mine": self.make_order(self.device, user_id=self.technician.id),
            "queue": self.make_order(self.device),
            "taken in by me": self.make_order(
                self.device, user_id=self.technician2.id, requester_id=self.technician.id),
            "another's": self.make_order(
                self.device, user_id=self.technician2.id, requester_id=self.operator.id),
        }

    def test_technician_orders(self):
        orders = self._orders()
        Order = self.env["crm.service.order"].with_user(self.technician)
        for name, order in orders.items():
            line = self.env["crm.service.order.line"].create(
                {"order_id": order.id, "kind": "labour", "product_id": self.labour.id})
            seen = name != "another's"
            records = {
                "order": order, "device": order.device_line_ids, "line": line}
            for what, record in records.items():
                with self.subTest(order=name, what=what):
                    # the history of a device is open to every technician
                    self.assertEqual(self._try(self.technician, record, "r"), seen or what == "device")
                    self.assertEqual(self._try(self.technician, record, "w"), seen)
            with self.subTest(order=name):
                self.assertEqual(bool(Order.search([("id", "=", order.id)])), seen)
                self.assertEqual(self._try(self.technician, line, "d"), seen)
                line.unlink()
                self.assertEqual(self._try(self.technician, order.device_line_ids, "d"), seen)
        with self.assertRaises(AccessError):
            self.env["crm.service.order.line"].with_user(self.technician).create({
                "order_id": orders["another's"].id, "kind": "labour", "product_id": self.labour.id})
        with self.assertRaises(AccessError):
            self.env["crm.service.order.device"].with_user(self.technician).create({
                "order_id": orders["another's"].id, "device_id": self.device2.id})

    def test_technician_cannot_act_on_anothers_order(self):
        order = self._orders()["another's"]
        part = self.add_part(order)
        order.action_start()
        mine = order.with_user(self.technician)
        for action in ("action_reserve_parts", "action_issue_parts", "action_issue_parts_screen", "action_done",
                       "action_wait", "action_cancel", "action_print_rw", "action_open_return"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(mine, action)()
        order.action_issue_parts()
        for action in ("action_repaired", "action_decline", "action_reopen", "action_release"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(order.device_line_ids.with_user(self.technician), action)()
        with self.assertRaises(AccessError):
            part.with_user(self.technician).return_to_stock(1.0)
        with self.assertRaises(AccessError):
            mine.action_assign(self.technician)
        self.assertEqual(part.quantity_issued, 1.0)
        self.assertEqual(order.device_line_ids.state, "open")
        with self.assertRaisesRegex(UserError, "technician2"):
            mine.action_take()

    def test_technician_cannot_reach_anothers_order_by_their_own(self):
        """Lines cannot be moved into, or out of, an order that is not theirs."""
        orders = self._orders()
        line = self.env["crm.service.order.line"].with_user(self.technician).create({
            "order_id": orders["mine"].id, "kind": "labour", "product_id": self.labour.id})
        with self.assertRaises(AccessError):
            line.write({"order_id": orders["another's"].id, "device_line_id": False})
            line.flush_recordset()
        with self.assertRaises(AccessError):
            orders["mine"].device_line_ids.with_user(self.technician).write({"order_id": orders["another's"].id})

    def test_history_of_anothers_repair(self):
        """Every technician reads a device's whole history, parts and labour included."""
        order = self._orders()["another's"]
        self.add_part(order)
        order.action_start()
        order.action_issue_parts()
        order.device_line_ids.write({"diagnosis": "Worn", "resolution": "Head replaced"})
        order.device_line_ids.action_repaired()
        order.action_done()
        self.env.invalidate_all()
        device = self.device.with_user(self.technician)
        row = device.order_line_ids.filtered(lambda row: row.order_id.id == order.id)
        self.assertEqual(row.resolution, "Head replaced")
        self.assertIn("Print head", row.parts_summary)
        self.assertEqual(row.sudo().cost, 50.0)
        self.assertEqual(row.technician_id, self.technician2)
        [shown] = row.web_read({
            "order_id": {"fields": {"display_name": {}}}, "device_id": {"fields": {"display_name": {}}},
            "partner_id": {"fields": {"display_name": {}}}, "technician_id": {"fields": {"display_name": {}}}})
        self.assertEqual(shown["order_id"]["display_name"], order.name)
        with Form(device) as form:
            self.assertTrue(form.name)
        html, _kind = self.env["ir.actions.report"].with_user(self.technician)._render_qweb_html(
            "crm_enova_like.action_report_device_history", device.ids)
        self.assertIn(order.name, html.decode())
        self.assertIn("Head replaced", html.decode())

    # WHAT ONLY MANAGERS DO

    def test_reopening_is_the_managers(self):
        order = self.make_order(user_id=self.technician.id)
        order.action_start()
        order.action_done()
        stage = order.stage_id.search([("company_id", "=", self.company.id), ("state", "=", "in_progress")], limit=1)
        for user in (self.technician, self.operator):
            with self.assertRaises(AccessError):
                order.with_user(user).action_reopen()
            with self.assertRaises(AccessError):
                order.with_user(user).write({"stage_id": stage.id})
        order.with_user(self.manager).action_reopen()
        self.assertEqual(order.state, "in_progress")

    def test_deleting_is_the_managers(self):
        bare, used = self.make_order(self.device2), self.make_order(self.device)
        self.add_part(used)
        used.action_issue_parts()
        with self.assertRaisesRegex(UserError, "warehouse documents"):
            used.with_user(self.manager).unlink()
        bare.line_ids.create({"order_id": bare.id, "kind": "labour", "product_id": self.labour.id})
        self.assertTrue(bare.line_ids.device_line_id)
        with self.assertRaisesRegex(UserError, "Remove them first"):
            bare.device_line_ids.with_user(self.manager).unlink()
        bare.with_user(self.manager).unlink()
        self.assertFalse(bare.exists())

    # THE KEEPER AND THE PLAIN EMPLOYEE

    def test_keeper_reads_the_purpose_and_validates(self):
        self.order_type.issue_by = "warehouse"
        order = self.make_order(self.device, user_id=self.technician.id)
        self.add_part(order)
        order.with_user(self.technician).action_issue_parts()
        picking = order.picking_ids.with_user(self.keeper)
        self.env.invalidate_all()
        self.assertEqual(picking.service_order_name, order.name)
        self.assertIn("ABC 2001", picking.service_device_names)
        self.assertIn("ABC 2001", picking.service_purpose)
        self.assertIn(order.name, picking.service_purpose)
        with Form(picking) as form:
            self.assertEqual(form.service_order_name, order.name)
        self.assertEqual(
            self.env["stock.picking"].with_user(self.keeper).search([
                ("service_document", "=", "rw"), ("state", "=", "assigned"), ("id", "in", picking.ids)]), picking)
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        self.assertTrue(picking.name.startswith("RW/"), picking.name)
        self.env.invalidate_all()
        self.assertEqual(order.line_ids.quantity_issued, 1.0)
        html, _kind = self.env["ir.actions.report"].with_user(self.keeper)._render_qweb_html(
            "crm_enova_like.action_report_rw_document", picking.ids)
        self.assertIn(picking.name, html.decode())
        self.assertIn(order.name, html.decode())
        with self.assertRaises(AccessError):
            order.with_user(self.keeper).read(["name"])

    def test_keeper_returns_by_core(self):
        """The keeper's own return counts on the order, which the keeper cannot read."""
        order = self.make_order(self.device, user_id=self.technician.id)
        line = self.add_part(order, quantity=2.0)
        order.action_issue_parts()
        picking = order.picking_ids.with_user(self.keeper)
        self.env.invalidate_all()
        wizard = self.env["stock.return.picking"].with_user(self.keeper).create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 1.0
        back = wizard._create_return()
        back.move_ids.picked = True
        back.button_validate()
        self.env.invalidate_all()
        self.assertTrue(back.name.startswith("ZW/"), back.name)
        self.assertEqual(line.quantity_returned, 1.0)

    def test_others_work_as_before(self):
        """Core's forms that we extend open for those who have none of our rights."""
        self.serial_part.product_tmpl_id.write({
            "service_device_card": True, "service_device_type_id": self.device_type.id})
        lot = self._new_lot(self.serial_part, "S-1", 1)
        self._new_order(self.device)
        salesman = self._new_user("salesman", "sales_team.group_sale_salesman", "base.group_partner_manager")
        stock_manager = self._new_user("stock_manager", "stock.group_stock_manager")
        for user, records in {
            self.keeper: [lot, self.serial_part, self.part],
            stock_manager: [
                self.serial_part.product_tmpl_id, self.serial_part, lot, self.warehouse, self.warehouse.rw_type_id],
            salesman: [self.contractor, self.serial_part.product_tmpl_id],
            self.technician: [self.contractor, self.serial_part.product_tmpl_id, self.device],
        }.items():
            for record in records:
                with self.subTest(user=user.login, record=record):
                    self.env.invalidate_all()
                    # what the web client reads
                    form = Form(record.with_user(user))
                    spec = form._view["fields_spec"]
                    self.assertTrue(record.with_user(user).web_read(spec))
        ours = {
            model._name: [name for name, field in model._fields.items()
                          if field._modules and field._modules[0] == "crm_enova_like" and not field.groups]
            for model in map(self.env.get, ("res.partner", "product.product", "product.template"))}
        self.assertTrue(all(ours.values()))
        for record in (self.contractor, self.serial_part, self.serial_part.product_tmpl_id):
            record.with_user(self.employee).read(ours[record._name])

    def test_technicians_see_no_transfer(self):
        order = self.make_order(self.device, user_id=self.technician.id)
        self.add_part(order)
        order.with_user(self.technician).action_issue_parts()
        # (core lets every employee read quants)
        for model in ("stock.picking", "stock.move"):
            for user in (self.technician, self.operator, self.manager):
                with self.subTest(model=model, user=user.login), self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([], limit=1).read(["id"])
        for user in (self.technician, self.operator, self.manager):
            with self.assertRaises(AccessError):
                order.with_user(user).read(["picking_ids"])
            with self.assertRaises(AccessError):
                order.line_ids.with_user(user).read(["move_ids"])
            with self.assertRaises(AccessError):
                order.line_ids.with_user(user).read(["lot_id"])


class Undo(Exception):
    """Takes back what was tried."""
