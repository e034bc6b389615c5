from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common.firm import ServiceCommon


@tagged("post_install", "-at_install")
class TestOrderCopies(ServiceCommon):
    """Copies of what registers said: of whom they are made, in what language, and that none is changed alone."""

    def _close(self, order, state="done"):
        if state == "done":
            order.device_line_ids.filtered("is_open").action_repaired()
        order.write({"state": state})
        return order

    def test_papers_in_a_language_that_was_taken_away(self):
        german = self.env["res.lang"].with_context(active_test=False).search([("code", "=", "de_DE")])
        self.env["res.lang"]._activate_lang("de_DE")
        self.contractor.lang = "de_DE"
        order = self.make_order(self.device)
        self._close(order).device_line_ids.action_release("Anna")
        row = order.device_line_ids
        self.assertEqual((order.done_lang, row.done_release["lang"]), ("de_DE", "de_DE"))
        self.contractor.lang = False
        german.active = False
        for name, docs in (("report_service_protocol", order), ("report_service_receipt", order),
                           ("report_service_release", row)):
            with self.subTest(name):
                self.assertIn("ABC 2001", self._html(name, docs)[1])
        self.assertEqual(order._get_paper_lang(), self.company.partner_id.lang)
        # nor that of a contact in the archive
        order = self.make_order(self.device2)
        self.contractor.flush_recordset()
        self.env.cr.execute("UPDATE res_partner SET lang = 'de_DE' WHERE id = %s", [self.contractor.id])
        self.contractor.invalidate_recordset()
        self.assertEqual(self._close(order).done_lang, self.company.partner_id.lang)

    def test_devices_of_a_cancelled_order(self):
        order = self.make_order(self.device, self.device2)
        order.device_line_ids[0].action_repaired()
        self._close(order, "cancelled")
        row = order.device_line_ids[1]
        self.assertTrue(row.is_open)
        self.device2.write({"name": "Renamed", "serial_number": "X-1", "partner_id": self.other_contractor.id})
        self.assertEqual(
            (row.done_device_name, row.serial_number, row.done_partner_id), ("Nano S", "ABC 2002", self.contractor))
        order.action_reopen()
        self.assertFalse(row.done_device_name)
        self.assertEqual(row.serial_number, "X-1")
        self.assertTrue(order.device_line_ids[0].done_device_name, "it has its outcome")

    def test_a_closed_order_changes_no_owner(self):
        order = self.make_order(self.device, user_id=self.technician.id)
        self._close(order)
        self.device.partner_id = self.other_contractor    # sold
        row = order.device_line_ids.with_user(self.technician)
        self.assertTrue(row.is_foreign)
        for name in ("action_change_owner", "action_owner_is_contractor"):
            with self.subTest(name), self.assertRaisesRegex(UserError, "is closed"):
                getattr(row, name)()
        self.assertEqual(self.device.partner_id, self.other_contractor)
        order.action_reopen()
        row.action_change_owner()
        self.assertEqual(self.device.partner_id, self.contractor)

    def test_no_copy_is_corrected_alone(self):
        order = self._close(self.make_order(self.device)).with_user(self.manager)
        row = order.device_line_ids
        row.action_release("Anna")
        for record, vals in (
                (order, {"done_partner_id": self.other_contractor.id}), (order, {"done_technician_name": "X"}),
                (order, {"done_is_estimate": True, "date_closed": "2026-01-02 10:00:00"}),
                (row, {"done_partner_name": "X"}), (row, {"done_release": False})):
            with self.subTest(**vals), self.assertRaisesRegex(UserError, "none of them is corrected alone"):
                record.correct_facts(vals, "typing error")
        for records in (order, row):
            self.assertFalse([name for name in records._get_correctable_facts() if name.startswith("done_")])
        result = order.load([".id", "done_partner_id/.id"], [[str(order.id), str(self.other_contractor.id)]])
        self.assertIn("cannot be entered", result["messages"][0]["message"])

    def test_the_contractor_of_that_time_comes_with_his_name(self):
        order = self.env["crm.service.order"].with_user(self.manager).create({
            "partner_id": self.contractor.id, "state": "done", "date_closed": "2019-05-05 10:00:00",
            "done_partner_id": self.other_contractor.id, "done_partner_vat": "OLD",
            "device_line_ids": [(0, 0, {
                "device_id": self.device.id, "state": "no_fault", "done_partner_id": self.other_contractor.id})]})
        self.assertEqual(
            (order.done_partner_id, order.done_partner_name, order.done_partner_vat),
            (self.other_contractor, self.other_contractor.display_name, "OLD"))
        self.assertEqual(order.device_line_ids.done_partner_name, self.other_contractor.display_name)
