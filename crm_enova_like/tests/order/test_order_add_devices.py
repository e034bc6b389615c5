from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import ServiceCommon

STATEMENTS = 2    # for each device of forty new ones; five are promised


@tagged("post_install", "-at_install")
class TestAddDevices(ServiceCommon):
    """The workshop: many extinguishers into one order, by a pasted or scanned list."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.extinguisher = cls.env["crm.service.device.type"].create({"name": "Extinguisher", "prefix": "GAS"})
        cls.model = cls.env["crm.service.device.model"].create({
            "name": "GP-6x", "manufacturer": "Ogniochron", "type_id": cls.extinguisher.id})
        cls.order = cls.make_order(address_id=cls.shop.id)

    def _wizard(self, serials, order=None, user=None, **vals):
        order = order or self.order
        env = self.env(user=user or self.operator)
        if not vals.get("model_id"):
            vals.setdefault("type_id", self.extinguisher.id)
        return env["crm.service.add.devices.wizard"].create({"order_id": order.id, "serials": serials, **vals})

    def _double(self, serial):
        """A card from before spellings were compared, whose number another card has too."""
        double = self._device("OTHER")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_service_device SET serial_number = %s, serial_key = %s, serial_is_double = TRUE WHERE id = %s",
            [serial, double._serial_key(serial), double.id])
        double.invalidate_recordset()
        return double

    def _preview(self, serials, **vals):
        wizard = self._wizard(serials, **vals)
        wizard.action_preview()
        return wizard

    def _statuses(self, wizard):
        return [(line.serial, line.status) for line in wizard.line_ids]

    def _device(self, serial, **vals):
        return self.env["crm.service.device"].create({
            "name": "GP-6x", "type_id": self.extinguisher.id, "serial_number": serial,
            "partner_id": self.contractor.id, **vals})

    # THE LIST

    def test_separators_and_blanks(self):
        wizard = self._preview("G 1\r\nG2;G3,G4\tG5\n\n  \nG6\u200b\n")
        self.assertEqual(wizard.line_ids.mapped("serial"), ["G 1", "G2", "G3", "G4", "G5", "G6"])
        self.assertEqual(wizard.blanks, 2)
        self.assertIn("Blank, ignored: 2", wizard.summary)
        self.assertIn("New: 6", wizard.summary)

    def test_nothing_to_read(self):
        for text in (False, "", "\n \n;;,\t"):
            with self.assertRaisesRegex(UserError, "at least one"):
                self._wizard(text).action_preview()

    def test_too_long_a_list(self):
        with self.assertRaisesRegex(UserError, "1001 serial numbers"):
            self._wizard("\n".join(f"G{number}" for number in range(1001))).action_preview()

    def test_every_kind_in_one_list(self):
        known = self._device("g 10")
        here = self._device("G11")
        self.order.device_line_ids = [Command.create({"device_id": here.id})]
        foreign = self._device("G12", partner_id=self.other_contractor.id)
        other = self.make_order(self._device("G13"))
        archived = self._device("G14", active=False)
        wizard = self._preview("G10\nG11\nG12\nG13\nG14\nABC2001\nG15\ng 15\n\nG13", model_id=self.model.id)
        self.assertEqual(self._statuses(wizard), [
            ("G10", "found"), ("G11", "in_order"), ("G12", "foreign"), ("G13", "open_elsewhere"), ("G14", "archived"),
            ("ABC2001", "other_type"), ("G15", "new"), ("g 15", "double"), ("G13", "double")])
        reasons = {line.serial: line.reason for line in wizard.line_ids if line.status != "double"}
        self.assertEqual(reasons["G13"], f"Order {other.name}")
        self.assertEqual(reasons["G12"], "Hurtownia Beta")
        self.assertEqual(wizard.line_ids[7].reason, "As number 7 of the list")
        self.assertEqual(wizard.line_ids[0].device_id, known)
        self.assertEqual(len(self.order.device_line_ids), 1, "a preview changes nothing")
        with self.assertRaisesRegex(UserError, r"Decide first .*: G12 \(Hurtownia Beta\)\.$"):
            wizard.action_confirm()
        wizard.foreign_decision = "owner"
        wizard.asked_line_ids.filtered(lambda line: line.status == "other_type").decision = "new"
        wizard.action_confirm()
        self.assertEqual(
            self.order.device_line_ids.device_id.mapped("serial_number"), ["G11", "g 10", "G12", "ABC2001", "G15"])
        new = self.order.device_line_ids.device_id[3:]
        self.assertEqual(new.type_id, self.extinguisher)
        self.assertEqual(new.model_id, self.model)
        self.assertEqual(new.partner_id, self.contractor)
        self.assertEqual(new.address_id, self.shop)
        self.assertRegex(new[0].identifier, r"^GAS/\d+$")
        self.assertEqual(foreign.partner_id, self.contractor)
        self.assertFalse(archived.active, "left out, as nothing else was said")
        self.assertEqual(
            wizard.not_taken_line_ids.mapped("serial"), ["G11", "G13", "G14", "g 15", "G13"],
            "what was not taken is named to the end")
        self.assertIn("Added to the order: 4", wizard.summary)

    def test_device_ready_in_another_order_is_taken(self):
        other = self.make_order(self._device("G13"))
        other.device_line_ids.action_repaired()
        self.assertEqual(self._statuses(self._preview("G13")), [("G13", "found")])

    def test_label_of_a_device_is_scanned(self):
        one, two = self._device("G50"), self._device(False)
        # a serial number comes before an identifier
        three = self._device(two.identifier.lower().replace("/", " / "))
        four = self._device("G51")
        wizard = self._preview(f"{one.identifier}\n{two.identifier}\n{four.identifier.lower()}\ng 50")
        self.assertEqual(
            [(line.status, line.device_id) for line in wizard.line_ids],
            [("found", one), ("found", three), ("found", four), ("double", one.browse())])
        self.assertEqual(wizard.line_ids[3].reason, "As number 1 of the list")
        wizard.action_confirm()
        self.assertEqual(self.order.device_line_ids.device_id, one | three | four)

    def test_one_device_chosen_twice(self):
        first = self._device("AB 77")
        self._double("AB77")
        wizard = self._preview(f"ab77\n{first.identifier}")
        self.assertEqual(wizard.line_ids.mapped("status"), ["several", "found"])
        wizard.asked_line_ids.write({"device_id": first.id, "decision": "take"})
        with self.assertRaisesRegex(UserError, f"AB 77.* two numbers: ab77 and {first.identifier}"):
            wizard.action_confirm()

    def test_device_of_another_type_with_the_number(self):
        beta = self._device("G30", type_id=self.device_type.id, partner_id=self.other_contractor.id)
        wizard = self._preview("ABC2001\nG30")
        self.assertEqual(wizard.asked_line_ids.mapped("status"), ["other_type", "other_type"])
        self.assertEqual(
            wizard.asked_line_ids.mapped("decision"), ["take", False], "proposed where it is the contractor's own")
        self.assertEqual(wizard.asked_line_ids[0].allowed_decisions, ["take", "new", "skip"])
        form = {"allowed_decisions": "1", "decision": False}
        wizard.asked_line_ids[0].onchange(form, [], {"allowed_decisions": {}, "decision": {}})
        self.assertEqual(wizard.asked_line_ids[1].allowed_decisions, ["owner", "theirs", "new", "skip"])
        wizard.asked_line_ids[1].decision = "new"
        wizard.action_confirm()
        self.assertEqual(self.order.device_line_ids.device_id[0], self.device)
        self.assertEqual(self.order.device_line_ids.device_id[1].type_id, self.extinguisher)
        self.assertNotIn(beta, self.order.device_line_ids.device_id)

    def test_archived_card_is_restored(self):
        archived = self._device("G14", active=False)
        wizard = self._preview("G14")
        wizard.asked_line_ids.decision = "take"
        wizard.action_confirm()
        self.assertTrue(archived.active)
        self.assertEqual(self.order.device_line_ids.device_id, archived)

    def test_several_devices_have_the_number(self):
        first, second = self._device("AB 77"), self._double("AB77")
        wizard = self._preview("ab77")
        line = wizard.asked_line_ids
        self.assertEqual((line.status, line.candidate_ids, line.device_id), ("several", first | second, first.browse()))
        line.decision = "take"
        with self.assertRaisesRegex(UserError, "Decide first"):
            wizard.action_confirm()
        line.device_id = second
        wizard.action_confirm()
        self.assertEqual(self.order.device_line_ids.device_id, second)

    def test_new_numbers_need_a_type(self):
        with self.assertRaisesRegex(UserError, "without a device card: 2.*G1, G2"):
            self._wizard("G1\nG2", type_id=False).action_preview()
        # a model has a type
        wizard = self._preview("G1\nABC 2001", model_id=self.model.id)
        self.assertEqual(wizard.type_id, self.extinguisher)
        # and devices that have their cards need none
        self._preview("ABC 2001\nabc2002", type_id=False).action_confirm()
        self.assertEqual(self.order.device_line_ids.device_id, self.devices)

    def test_fault_and_basis_for_all(self):
        self.device.warranty_end = "2099-01-01"
        wizard = self._preview("ABC2001\nABC2002", type_id=False, fault="Leaks")
        wizard.action_confirm()
        self.assertEqual(self.order.device_line_ids.mapped("basis"), ["warranty", "paid"])
        self.assertEqual(set(self.order.device_line_ids.mapped("fault")), {"Leaks"})
        wizard = self._preview("G1", basis="goodwill")
        wizard.action_confirm()
        self.assertEqual(self.order.device_line_ids[-1].basis, "goodwill")

    # ANOTHER CONTRACTOR'S

    def test_foreign_device_stays_its_owners(self):
        foreign = self._device("G12", partner_id=self.other_contractor.id)
        wizard = self._preview("G12\nG1")
        wizard.foreign_decision = "theirs"
        wizard.action_confirm()
        self.assertEqual(foreign.partner_id, self.other_contractor)
        self.assertEqual(self.order.partner_id, self.contractor, "the order has devices of its own contractor")
        self.assertEqual(self.order.device_line_ids.filtered("is_foreign").device_id, foreign)

    def test_order_of_foreign_devices_alone_is_their_owners(self):
        foreign = self._device("G12", partner_id=self.other_contractor.id)
        wizard = self._preview("G12")
        wizard.asked_line_ids.decision = "theirs"
        wizard.action_confirm()
        self.assertEqual(self.order.partner_id, self.other_contractor)
        self.assertEqual(self.order.invoice_partner_id, self.contractor, "who brought it pays")
        self.assertEqual(foreign.partner_id, self.other_contractor)

    def test_each_foreign_device_for_itself(self):
        mine, theirs, out = (self._device(f"G{n}", partner_id=self.other_contractor.id) for n in (20, 21, 22))
        wizard = self._preview("G20\nG21\nG22\nG23")
        wizard.foreign_decision = "theirs"
        wizard.asked_line_ids[0].decision = "owner"
        wizard.asked_line_ids[2].decision = "skip"
        wizard.action_confirm()
        self.assertEqual(mine.partner_id, self.contractor)
        self.assertEqual(mine.address_id, self.shop)
        self.assertEqual(theirs.partner_id, self.other_contractor)
        self.assertNotIn(out, self.order.device_line_ids.device_id)

    def test_answer_that_does_not_fit(self):
        self._device("G12", partner_id=self.other_contractor.id)
        wizard = self._preview("G12")
        self.assertEqual(wizard.asked_line_ids.allowed_decisions, ["owner", "theirs", "skip"])
        wizard.asked_line_ids.decision = "new"
        with self.assertRaisesRegex(UserError, "G12.*does not fit"):
            wizard.action_confirm()

    # MEANWHILE, RIGHTS, COMPANIES

    def test_what_changed_since_the_preview_is_shown_again(self):
        wizard = self._preview("ABC2001\nG1")
        wizard.asked_line_ids.decision = "take"
        other = self.make_order(self.device)
        wizard.action_confirm()
        self.assertEqual(wizard.state, "preview")
        self.assertIn("changed", wizard.notice)
        self.assertEqual(self._statuses(wizard), [("ABC2001", "open_elsewhere"), ("G1", "new")])
        self.assertFalse(self.order.device_line_ids)
        self.assertFalse(self.env["crm.service.device"].search([("serial_number", "=", "G1")]))
        other.device_line_ids.unlink()
        wizard.action_confirm()
        self.assertEqual(self._statuses(wizard), [("ABC2001", "other_type"), ("G1", "new")])

    def test_all_or_nothing(self):
        wizard = self._preview("G1\nG2")
        self.order.action_cancel()
        with self.assertRaisesRegex(UserError, f"{self.order.name} is closed"):
            wizard.action_confirm()
        with self.assertRaisesRegex(UserError, f"{self.order.name} is closed"):
            self.order.action_open_add_devices()
        self.assertFalse(self.env["crm.service.device"].search([("serial_number", "in", ("G1", "G2"))]))

    def test_technician_adds_to_own_orders_alone(self):
        mine = self.make_order(user_id=self.technician.id)
        wizard = self._preview("G1\nABC2001", order=mine, user=self.technician)
        wizard.asked_line_ids.decision = "take"
        wizard.action_confirm()
        self.assertEqual(len(mine.device_line_ids), 2)
        others = self.make_order(user_id=self.other_technician.id)
        with self.assertRaises(AccessError):
            others.with_user(self.technician).action_open_add_devices()
        with self.assertRaises(AccessError):
            self._wizard("G3", order=others, user=self.technician).action_confirm()
        with self.assertRaises(AccessError):
            self._wizard("G3", user=self.employee)

    def test_another_technicians_order_is_named_by_its_number(self):
        theirs = self.make_order(self.device, user_id=self.other_technician.id)
        mine = self.make_order(user_id=self.technician.id)
        wizard = self._preview("ABC2001", order=mine, user=self.technician)
        self.assertEqual(wizard.line_ids.status, "open_elsewhere")
        self.assertEqual(wizard.line_ids.reason, f"Order {theirs.name}")

    def test_companies_never_see_each_other(self):
        company = self._get_second_company()
        self._device("G1", company_id=company.id)
        wizard = self._preview("G1")
        self.assertEqual(self._statuses(wizard), [("G1", "new")])
        wizard.action_confirm()
        self.assertEqual(self.order.device_line_ids.device_id.company_id, self.company)

    def test_order_of_the_other_company(self):
        company = self._get_second_company()
        self.operator.company_ids += company
        theirs = self._device("G1", company_id=company.id)
        self._device("G2")
        order = self.env["crm.service.order"].with_company(company).create({
            "partner_id": self.contractor.id, "company_id": company.id})
        # the user works in the first company, with both of them chosen
        env = self.env(user=self.operator, context={
            **self.env.context, "allowed_company_ids": (self.company | company).ids})
        wizard = env["crm.service.add.devices.wizard"].create({
            "order_id": order.id, "serials": "G1\nG2", "type_id": self.extinguisher.id})
        wizard.action_preview()
        self.assertEqual(self._statuses(wizard), [("G1", "found"), ("G2", "new")])
        wizard.action_confirm()
        self.assertEqual(order.device_line_ids.device_id[0], theirs)
        self.assertEqual(order.device_line_ids.device_id.company_id, company)

    def test_form(self):
        action = self.order.action_open_add_devices()
        with Form(self.env[action["res_model"]].with_context(**action["context"])) as form:
            form.serials = "G1\nG2"
            form.model_id = self.model
            self.assertEqual(form.type_id, self.extinguisher)
        form.record.action_preview()
        form.record.action_confirm()
        self.assertEqual(self.order.device_count, 2)
        action = form.record.action_view_devices()
        self.assertEqual(
            self.env["crm.service.order.device"].search(action["domain"]), self.order.device_line_ids)

    # HOW MANY STATEMENTS

    def test_forty_new_devices(self):
        Wizard = self.env(user=self.operator, context={**self.env.context, "tracking_disable": False})[
            "crm.service.add.devices.wizard"]

        def paste(order, prefix):
            wizard = Wizard.create({
                "order_id": order.id, "model_id": self.model.id, "fault": "Inspection",
                "serials": "\n".join(f"{prefix}{number}" for number in range(40))})
            wizard.action_preview()
            wizard.action_confirm()
            self.env.flush_all()

        paste(self.make_order(), "WARM")
        order = self.make_order()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        paste(order, "GAS")
        mean = (self.env.cr.sql_log_count - before) / 40
        self.assertEqual(order.device_count, 40)
        self.assertEqual(len(set(order.device_line_ids.device_id.mapped("identifier"))), 40)
        self.assertTrue(order.device_line_ids.device_id[-1].message_ids, "the chatter is on")
        self.assertLessEqual(mean, STATEMENTS, "statements for each device")
