from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import InspectionCommon


@tagged("post_install", "-at_install")
class TestDeviceCopy(InspectionCommon):
    """Many cards like one, by a list of serial numbers or a count."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.device_type.properties_definition = [{"name": "agent", "string": "Agent", "type": "char"}]
        cls.device.write({
            "date_sold": "2026-01-15", "date_commissioned": "2026-02-01", "warranty_end": "2027-06-30",
            "technician_id": cls.technician.id, "properties": {"agent": "foam"}})

    def _wizard(self, serials=False, user=None, device=None, **vals):
        return self.env(user=user or self.operator)["crm.service.device.copy.wizard"].create({
            "device_id": (device or self.device).id, "serials": serials, **vals})

    def _copy(self, *args, **vals):
        wizard = self._wizard(*args, **vals)
        wizard.action_copy()
        return wizard.copy_ids

    def test_copies_are_alike_but_for_their_numbers(self):
        copies = self._copy("N 1\nN2;N3")
        self.assertEqual(copies.sorted("id").mapped("serial_number"), ["N 1", "N2", "N3"])
        self.assertEqual(len(set(copies.mapped("identifier")) - {self.device.identifier, False}), 3)
        for copy in copies:
            for name in ("name", "type_id", "model_id", "partner_id", "address_id", "date_sold", "date_commissioned",
                         "warranty_end", "technician_id", "ownership", "company_id"):
                self.assertEqual(copy[name], self.device[name], name)
            self.assertEqual(copy.properties["agent"], "foam")
            self.assertFalse(copy.order_line_ids)

    def test_by_count(self):
        copies = self._copy(count=5)
        self.assertEqual(len(copies), 5)
        self.assertEqual(copies.mapped("serial_number"), [False] * 5)
        for count in (0, -1, 1001):
            with self.assertRaisesRegex(UserError, f"ABC 2001.*not {max(count, 0)}"):
                self._wizard(count=count).action_copy()

    def test_doubles_blanks_and_taken_numbers_are_named(self):
        self.device2.active = False
        wizard = self._wizard("N1\n\nn 1\nabc2002\nN2\n")
        self.assertEqual(wizard.summary, "New: 2   •   Left out: 2   •   Blank, ignored: 1")
        self.assertIn("n 1: as number 1 of the list", wizard.left_out)
        self.assertIn(f"abc2002: exists already, {self.device2.identifier} Nano S (Piekarnia Kłos)", wizard.left_out)
        wizard.action_copy()
        self.assertEqual(set(wizard.copy_ids.mapped("serial_number")), {"N1", "N2"})
        self.assertIn("abc2002", wizard.result)
        with self.assertRaisesRegex(UserError, "None of these.*\n?.*abc2002"):
            self._wizard("abc2002").action_copy()

    def test_number_of_another_type_is_free(self):
        other_type = self.env["crm.service.device.type"].create({"name": "Scale", "prefix": "WAGA"})
        self._new_device("Scale", type_id=other_type.id, serial_number="N1")
        self.assertEqual(self._copy("N1").type_id, self.device_type)

    def test_card_of_another_company(self):
        company = self._get_second_company()
        theirs = self._new_device(company_id=company.id, type_id=self.device_type.id)
        with self.assertRaises(AccessError):
            self._copy("N1", device=theirs)

    def test_an_employee_without_our_rights(self):
        with self.assertRaises(AccessError):
            self._wizard("N1", user=self.employee)

    def test_form(self):
        action = self.device.action_open_copy()
        with Form(self.env[action["res_model"]].with_context(**action["context"])) as form:
            form.serials = "N1\nN1"
            self.assertIn("Left out: 1", form.summary)
        form.record.action_copy()
        self.assertEqual(
            self.env["crm.service.device"].search(form.record.action_view_copies()["domain"]), form.record.copy_ids)

    def test_statements(self):
        self._copy("\n".join(f"W{number}" for number in range(40)))
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self._copy("\n".join(f"N{number}" for number in range(40)))
        self.env.flush_all()
        self.assertLessEqual((self.env.cr.sql_log_count - before) / 40, 2, "statements for each copy")

    def test_what_one_device_alone_has_is_not_copied(self):
        """A fiscal register's own numbers are neither on its duplicate, nor on copies of a series."""
        self.device_type.properties_definition = [
            {"name": "unique", "string": "Numer unikatowy", "type": "char"},
            {"name": "evidence", "string": "Nr ewidencyjny", "type": "char"},
            {"name": "agent", "string": "Agent", "type": "char"}]
        self.device.properties = {"unique": "EAZ 1", "evidence": "2026/1", "agent": "foam"}
        for copy in (self._copy("N9"), self.device.with_user(self.operator).copy()):
            self.assertFalse(copy.properties["unique"])
            self.assertFalse(copy.properties["evidence"])
            self.assertEqual(copy.properties["agent"], "foam")
        self.assertEqual(self.device.properties["unique"], "EAZ 1")
        # a firm says itself which they are
        self.device_type.own_properties = "agent, Numer unikatowy"
        copy = self.device.copy()
        self.assertEqual((copy.properties["agent"], copy.properties["evidence"]), (False, "2026/1"))
