from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestOrderIntake(ServiceCommon):
    """A device is taken in: whose it is, what is known of it, what its owner confides."""

    # THE DEVICE AND ITS OWNER

    def test_device_in_place_by_serial_number(self):
        Device = self.env["crm.service.device"].with_user(self.operator)
        model = self.env["crm.service.device.model"].create({"name": "Nano X", "type_id": self.device_type.id})
        with Form(
                Device.with_context(default_serial_number="XYZ 9", default_partner_id=self.contractor.id),
                "crm_enova_like.view_crm_service_device_counter_form") as form:
            form.model_id = model
        device = form.record
        self.assertEqual((device.serial_number, device.type_id, device.partner_id),
                         ("XYZ 9", self.device_type, self.contractor))
        self.assertIn("Nano X", device.name)

    def test_scanned_device_says_whose_it_is(self):
        with Form(self.env["crm.service.order"].with_user(self.operator)) as form:
            with form.device_line_ids.new() as row:
                row.device_id = self.device
            self.assertEqual(form.partner_id, self.contractor)
            self.assertEqual(form.invoice_partner_id, self.contractor)
            self.assertEqual(form.address_id, self.shop)
        with Form(self.env["crm.service.order"].with_user(self.operator)) as form:
            form.partner_id = self.other_contractor
            with form.device_line_ids.new() as row:
                row.device_id = self.device
            self.assertEqual(form.partner_id, self.other_contractor, "who was chosen stays, and a warning tells")
            self.assertIn("belongs to Piekarnia", form.device_warning)

    # WHAT IS KNOWN ALREADY

    def test_facts_beside_the_form(self):
        self.device.warranty_end = self.company._service_today() + timedelta(days=10)
        earlier = self.make_order(self.device, user=self.technician)
        line = earlier.device_line_ids
        line.resolution = "Print head replaced"
        line.action_repaired()
        with Form(self.env["crm.service.order"].with_user(self.operator)) as form:
            form.partner_id = self.contractor
            with form.device_line_ids.new() as row:
                row.device_id = self.device
                row.fault = "Does not print"
            facts = form.intake_facts
            with form.device_line_ids.new() as row:
                row.device_id = self.device2
            both = form.intake_facts
        self.assertIn("under warranty until", facts)
        self.assertIn(earlier.name, facts)
        self.assertIn("Repaired, Print head replaced", facts)
        self.assertIn("warranty of the repair until", facts)
        self.assertNotIn("ABC 2002", facts)
        self.assertIn("no repair yet", both)

    def test_facts_are_escaped(self):
        self.device.name = "<script>x</script>"
        order = self._take_in(self.device)
        self.assertNotIn("<script>", order.intake_facts)

    def test_unpaid_invoices_for_who_may_read_them(self):
        invoices = self.env["account.move"].create([{
            "move_type": "out_invoice", "partner_id": self.contractor.id, "invoice_date": day,
            "invoice_date_due": day, "invoice_line_ids": [Command.create(
                {"name": "Repair", "quantity": 1, "price_unit": price, "tax_ids": [Command.clear()]})],
        } for day, price in ((date(2020, 1, 1), 100.0), (date(2999, 1, 1), 50.0))])
        invoices.action_post()
        self.env["account.move"].create({    # a draft asks for nothing yet
            "move_type": "out_invoice", "partner_id": self.contractor.id,
            "invoice_line_ids": [Command.create({"name": "Draft", "quantity": 1, "price_unit": 7.0})]})
        clerk = self._new_user("clerk", "crm_enova_like.group_user", "account.group_account_invoice")
        order = self._take_in(self.device).with_user(clerk)
        self.assertEqual((order.unpaid_count, order.unpaid_amount, order.overdue_amount), (2, 150.0, 100.0))
        action = order.action_view_unpaid_invoices()
        self.assertEqual(self.env["account.move"].search(action["domain"]), invoices)
        self.assertFalse(order.with_user(self.operator).fields_get(
            ["unpaid_count", "unpaid_amount", "overdue_amount"]))
        with self.assertRaises(AccessError):
            order.with_user(self.operator).read(["unpaid_amount"])
        with self.assertRaises(AccessError):
            order.with_user(self.operator).action_view_unpaid_invoices()

    # THE ACCESS CODE

    def test_code_is_for_who_works_on_the_order(self):
        order = self._take_in(self.device, access_code="1234")
        order.user_id = self.technician
        line = order.device_line_ids
        self.env.invalidate_all()
        self.assertEqual(line.with_user(self.technician).access_code, "1234")
        self.assertEqual(line.with_user(self.operator).access_code, "1234")
        self.env.invalidate_all()
        self.assertFalse(line.with_user(self.other_technician).access_code, "they read the history, not the code")
        for who in (self.operator, self.manager):
            with self.assertRaises(AccessError):
                line.with_user(who).read(["access_secret"])
            with self.assertRaises(AccessError):
                line.with_user(who).search([("access_secret", "=", "1234")])
        with self.assertRaises(AccessError):
            line.with_user(self.other_technician).access_code = "0000"

    def test_code_is_not_copied_exported_or_told(self):
        order = self._take_in(self.device, access_code="1234")
        self.assertFalse(order.copy().device_line_ids.access_code)
        fields_ = order.device_line_ids.with_user(self.manager).fields_get()
        self.assertFalse(fields_["access_code"]["exportable"])
        self.assertNotIn("access_secret", fields_)
        self.assertNotIn("1234", "".join(order.message_ids.mapped("body")))
        tracked = order.sudo().message_ids.tracking_value_ids
        self.assertNotIn("access_code", tracked.field_id.mapped("name"))
