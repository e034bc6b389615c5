from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestOrderLabour(ServiceCommon):
    """Labour is noted where it is done: from the list of the device's type, what was used last first, or typed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cleaning, cls.firmware, cls.roller, cls.housing = [
            cls._new_product(name, type="service", list_price=100.0)
            for name in ("Cleaning", "Firmware", "Roller exchanged", "Housing exchanged")]
        cls.device_type.labour_ids = [
            (0, 0, {"product_id": cls.cleaning.id, "quantity": 0.5}), (0, 0, {"product_id": cls.firmware.id})]
        model = cls.env["crm.service.device.model"].create({"name": "Nano E", "type_id": cls.device_type.id})
        cls.devices.model_id = model
        cls.order = cls._new_order(cls.device, user_id=cls.technician.id).with_user(cls.technician)

    def _open(self, order):
        action = order.action_open_labour()
        return order.env[action["res_model"]].browse(action["res_id"])

    def _note(self, product, quantity=1.0, **vals):
        other = self._new_order(self.device2, user_id=self.technician2.id)
        return self.env["crm.service.order.line"].create({
            "order_id": other.id, "kind": "labour", "product_id": product.id, "quantity": quantity, **vals})

    def test_the_list_of_the_type(self):
        wizard = self._open(self.order)
        self.assertEqual(
            [(line.product_id, line.quantity) for line in wizard.line_ids],
            [(self.cleaning, 0.5), (self.firmware, 1.0)])
        self.assertEqual(wizard.line_ids[0].action_add(), {"type": "ir.actions.act_window_close"})
        line = self.order.line_ids
        self.assertEqual(
            (line.kind, line.product_id, line.quantity, line.user_id, line.device_line_id, line.subtotal),
            ("labour", self.cleaning, 0.5, self.technician, self.order.device_line_ids, 50.0))

    def test_what_was_used_last_for_the_model_stands_first(self):
        for product, quantity in ((self.housing, 4.0), (self.roller, 2.0), (self.firmware, 3.0), (self.labour, 1.5),
                                  (self.roller, 2.5)):
            self._note(product, quantity)
        wizard = self._open(self.order)
        self.assertEqual([(line.product_id, line.quantity) for line in wizard.line_ids], [
            (self.roller, 2.5), (self.labour, 1.5), (self.firmware, 1.0), (self.cleaning, 0.5)])
        # nothing is told of whose it was
        self.assertFalse(self.order.with_user(self.technician).search([("user_id", "=", self.technician2.id)]))

    def test_what_is_archived_is_not_proposed(self):
        self.cleaning.action_archive()
        self.assertEqual(self._open(self.order).line_ids.product_id, self.firmware)

    def test_typed(self):
        wizard = self._open(self.order)
        with self.assertRaisesRegex(UserError, "Say what was done"):
            wizard.action_add()
        with Form(wizard) as form:
            form.name = "Adjusted the cutter"
            form.quantity = 0.75
            form.price_unit = 120.0
        wizard.action_add()
        line = self.order.line_ids
        self.assertEqual((line.kind, line.name, line.quantity, line.subtotal),
                         ("labour", "Adjusted the cutter", 0.75, 90.0))
        wizard.quantity = 0.0
        with self.assertRaisesRegex(UserError, f"{self.order.name}.*above zero"):
            wizard.action_add()

    def test_a_cost(self):
        action = self.order.action_open_expense()
        wizard = self.order.env[action["res_model"]].browse(action["res_id"])
        self.assertFalse(wizard.line_ids)
        wizard.write({"name": "Parking", "price_unit": 12.0})
        wizard.action_add()
        self.assertEqual((self.order.line_ids.kind, self.order.line_ids.subtotal), ("expense", 12.0))

    def test_several_devices(self):
        order = self._new_order(self.device, self.device2, user_id=self.technician.id).with_user(self.technician)
        wizard = self._open(order)
        self.assertFalse(wizard.line_ids or wizard.device_line_id, "it is not known of which")
        row = order.device_line_ids[1]
        action = row.action_open_labour()
        order.env[action["res_model"]].browse(action["res_id"]).line_ids[0].action_add()
        self.assertEqual(order.line_ids.device_line_id, row)
        order.device_line_ids[0].action_no_fault()
        self.assertEqual(self._open(order).device_line_id, row, "the one that is worked on")

    def test_rights(self):
        Labour = self.env["crm.service.type.labour"]
        vals = {"type_id": self.device_type.id, "product_id": self.roller.id}
        with self.assertRaises(AccessError):
            Labour.with_user(self.technician).create(vals)
        with Form(self.device_type.with_user(self.manager)) as form, form.labour_ids.new() as row:
            row.product_id = self.roller
            row.quantity = 1.25
        self.assertIn(self.roller, self.device_type.labour_ids.product_id)
        with self.assertRaisesRegex(ValidationError, "no service"):
            Labour.with_user(self.manager).create({**vals, "product_id": self.part.id})
        with self.assertRaises(AccessError):
            self.order.with_user(self.technician2).action_open_labour()
        self.order.action_start()
        self.order.action_cancel()
        with self.assertRaisesRegex(UserError, "closed"):
            self.order.action_open_labour()

    def test_a_shared_list_goes_with_its_type(self):
        shared = self.env["crm.service.device.type"].create({
            "name": "Scale", "prefix": "WAGA", "labour_ids": [(0, 0, {"product_id": self.cleaning.id})]})
        shared.company_id = self.company
        self.assertEqual(shared.labour_ids.company_id, self.company)
        other = self._get_second_company()
        stranger = shared.labour_ids.with_user(self.manager).with_context(allowed_company_ids=self.company.ids)
        self.assertTrue(stranger.search([("type_id", "=", shared.id)]))
        shared.company_id = other
        self.assertFalse(stranger.search([("type_id", "=", shared.id)]))

    # A REPAIR WITHOUT LABOUR

    def _repair(self):
        self.order.action_start()
        self.order.device_line_ids.action_repaired()

    def test_a_repair_without_labour_is_asked_about(self):
        self._repair()
        action = self.order.action_open_done()
        self.assertEqual((action["res_model"], self.order.state), ("crm.service.unworked.wizard", "in_progress"))
        wizard = self.order.env[action["res_model"]].with_context(**action["context"]).create({})
        self.assertEqual(wizard.action_add_labour()["res_model"], "crm.service.labour.wizard")
        wizard.action_finish()
        self.assertEqual(self.order.state, "done")

    def test_what_is_not_asked_about(self):
        self._open(self.order).line_ids[0].action_add()
        self._repair()
        self.assertIs(self.order.action_open_done(), True)
        declined = self._new_order(self.device2, user_id=self.technician.id).with_user(self.technician)
        declined.action_start()
        declined.device_line_ids.action_decline()
        self.assertIs(declined.action_open_done(), True)

    def test_a_type_that_does_not_ask(self):
        self.order_type.labour_check = "optional"
        self._repair()
        self.assertIs(self.order.action_open_done(), True)

    def test_a_type_that_insists(self):
        self.order_type.labour_check = "required"
        self._repair()
        for door in (self.order.action_open_done, self.order.action_done):
            with self.assertRaisesRegex(UserError, f"{self.order.name}.*\n.*no labour"):
                door()
        self._open(self.order).line_ids[0].action_add()
        self.order.action_done()
        self.assertEqual(self.order.state, "done")
