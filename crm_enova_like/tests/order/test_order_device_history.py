from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestDeviceHistory(ServiceCommon):
    """The card tells everything that was ever done to the device."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Device = cls.env["crm.service.device"]

    def _new_device(self, **vals):
        return self.Device.create({"name": "Device", "type_id": self.device_type.id, **vals})

    def test_history(self):
        self.assertFalse(self.device.open_order_id)
        order = self._new_order(self.device, user_id=self.other_technician.id)
        self.env.invalidate_all()
        # an order of somebody else: the device tells it all the same
        device = self.device.with_user(self.technician)
        self.assertEqual(device.open_order_id.sudo(), order)
        self.assertEqual(device.order_count, 1)
        self.assertEqual(device.last_order_date, order.date_received)
        self.assertIn(device, self.Device.search([("open_order_id", "!=", False)]))
        self.assertIn(device, self.Device.search([("open_order_id", "=", order.id)]))
        order.device_line_ids.write({"diagnosis": "Dead head", "resolution": "New head"})
        order.device_line_ids.action_repaired()
        order.action_accept()
        order.action_start()
        order.action_done()
        self.env.invalidate_all()
        self.assertFalse(device.open_order_id)
        self.assertIn(device, self.Device.search([("open_order_id", "=", False)]))
        self.assertEqual(device.order_line_ids.resolution, "New head")
        self.assertEqual(device._get_history().state, "repaired")
        self.assertEqual(self.contractor.service_order_count, 1)

    def test_device_with_history_is_archived_not_deleted(self):
        self._new_order(self.device)
        with self.assertRaisesRegex(UserError, "Archive"):
            self.device.unlink()
        self.device.action_archive()
        self._new_device().unlink()

    def test_device_with_history_keeps_company(self):
        self._new_order(self.device)
        with self.assertRaisesRegex(UserError, "history"):
            self.device.company_id = self._get_second_company()

    def test_new_order_from_the_card(self):
        action = self.device.action_new_order()
        with Form(self.env["crm.service.order"].with_context(**action["context"])) as form:
            self.assertEqual(form.partner_id, self.contractor)
        order = form.record
        self.assertEqual(order.device_line_ids.device_id, self.device)
        self.assertEqual(order.address_id, self.shop)

    def test_counts_on_contractor(self):
        own = self.contractor.service_device_count
        self._new_device(partner_id=self.person.id)
        self.env.invalidate_all()
        self.assertEqual(self.contractor.service_device_count, own + 1)
        self.assertEqual(self.person.service_device_count, 1)
        action = self.contractor.action_view_service_devices()
        self.assertEqual(self.Device.search_count(action["domain"]), own + 1)

    def test_history_printed_in_the_contractors_language(self):
        order = self._new_order(self.device, user_id=self.other_technician.id)
        order.device_line_ids.diagnosis = "Dead head"
        for report, user in (
                ("report_device_history", self.technician),
                ("report_device_history_costs", self.operator)):
            with self.subTest(report):
                html, _kind = self.env["ir.actions.report"].with_user(user)._render_qweb_html(
                    f"crm_enova_like.{report}", self.device.ids)
                text = html.decode()
                for expected in ("Dead head", order.name, "ABC 2001", "Sklep przy Rynku"):
                    self.assertIn(expected, text)

    def test_history_of_several_devices(self):
        self.company.report_footer = "<p>Serwis czynny od 8 do 16</p>"
        self.env.invalidate_all()
        foreigner = self.env["res.partner"].create({"name": "Bakery Ltd", "is_company": True, "lang": "en_US"})
        self.contractor.lang = "pl_PL"
        english = self._new_device(partner_id=foreigner.id)
        html, _kind = self.env["ir.actions.report"].with_user(self.technician)._render_qweb_html(
            "crm_enova_like.report_device_history", (self.device | self.device2 | english).ids)
        text = html.decode()
        self.assertEqual(text.count('class="article"'), 1, "an unpatched wkhtmltopdf prints but one")
        self.assertEqual(text.count("page-break-before"), 2, "each device begins a page")
        self.assertEqual(text.count("Serwis czynny od 8 do 16"), 3, "each has the firm's footer")
        self.assertEqual(text.count('alt="Logo"'), 3)
        for device in (self.device, self.device2, english):
            self.assertIn(device.identifier, text)
        polish, of_english = text.rsplit("page-break-before", 1)
        self.assertIn("Device history", of_english)
        self.assertNotIn("Device history", polish, "the contractor's language")

    def test_rw_count(self):
        self._stock(self.part, 5)
        order = self._new_order(self.device, line_ids=[
            Command.create({"kind": "part", "product_id": self.part.id, "quantity": 1})])
        order.action_issue_parts()
        self.assertEqual(self.device.picking_count, 1)
        self.assertEqual(
            self.env["stock.picking"].search(self.device.action_view_pickings()["domain"]),
            order.picking_ids)
        self.assertIn("Print head", self.device.order_line_ids.parts_summary)
