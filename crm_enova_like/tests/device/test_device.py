from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestDevice(ServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Device = cls.env["crm.service.device"]
        cls.other_company = cls._get_second_company()

    def _new_device(self, **vals):
        return self.Device.create({"name": "Device", "type_id": self.device_type.id, **vals})

    def _number(self, device):
        return int(device.identifier.rpartition("/")[2])

    # NUMBERS

    def test_identifier_from_prefix(self):
        first, second = self.Device.create([
            {"name": name, "type_id": self.device_type.id} for name in ("one", "two")])
        self.assertRegex(first.identifier, r"^KASA/\d{5}$")
        self.assertEqual(self._number(second), self._number(first) + 1)
        self.assertEqual(self.device_type.sequence_id.padding, 5)

    def test_identifier_per_company_and_prefix(self):
        self.assertEqual(
            self._new_device(company_id=self.other_company.id).identifier, "KASA/00001")
        gate = self.env["crm.service.device.type"].create({"name": "Gate", "prefix": "GATE"})
        self.assertEqual(self._new_device(type_id=gate.id).identifier, "GATE/00001")
        same_prefix = self.env["crm.service.device.type"].create({"name": "Door", "prefix": "GATE"})
        self.assertEqual(self._new_device(type_id=same_prefix.id).identifier, "GATE/00002")

    def test_identifier_without_type(self):
        self.assertRegex(self._new_device(type_id=False).identifier, r"^DEV/\d{5}$")

    def test_identifier_typed_by_hand_is_skipped_later(self):
        number = self._number(self._new_device())
        taken = self._new_device(identifier=f" KASA/{number + 1:05d} ")
        self.assertEqual(taken.identifier, f"KASA/{number + 1:05d}")
        self.assertEqual(self._new_device().identifier, f"KASA/{number + 2:05d}")

    def test_identifier_twice(self):
        with self.assertRaisesRegex(ValidationError, self.device.identifier):
            self._new_device(identifier=self.device.identifier)
        other = self._new_device()
        with self.assertRaisesRegex(ValidationError, "Nano E"):
            other.identifier = self.device.identifier
        self._new_device(identifier=self.device.identifier, company_id=self.other_company.id)

    def test_prefix_shape(self):
        with self.assertRaises(ValidationError):
            self.device_type.prefix = "%(no)s/"

    def test_padding_of_next_identifiers(self):
        gate = self.env["crm.service.device.type"].create({"name": "Gate", "prefix": "GATE"})
        self.assertEqual(self._new_device(type_id=gate.id).identifier, "GATE/00001")
        gate.identifier_padding = 3
        self.assertEqual(self._new_device(type_id=gate.id).identifier, "GATE/002")

    def test_serial_twice_names_the_other_device(self):
        with self.assertRaisesRegex(ValidationError, f"ABC 2001.*{self.device.identifier}.*Piekarnia"):
            self._new_device(serial_number="  abc 2001 ")
        other = self._new_device(serial_number="X")
        with self.assertRaisesRegex(ValidationError, "Nano E"):
            other.serial_number = "ABC 2001"
        with self.assertRaisesRegex(ValidationError, "two devices"):
            self.Device.create([
                {"name": "n", "type_id": self.device_type.id, "serial_number": "S7"}] * 2)

    def test_serial_of_archived_device_is_taken(self):
        self.device.active = False
        with self.assertRaisesRegex(ValidationError, "archived"):
            self._new_device(serial_number="ABC 2001")

    def test_serial_free_elsewhere(self):
        gate = self.env["crm.service.device.type"].create({"name": "Gate", "prefix": "GATE"})
        other = self._new_device(serial_number="ABC 2001", type_id=gate.id)
        self._new_device(serial_number="ABC 2001", company_id=self.other_company.id)
        with self.assertRaises(ValidationError):
            other.type_id = self.device_type

    def test_empty_serials_do_not_collide(self):
        blank = self._new_device(serial_number="  ")
        self.assertFalse(blank.serial_number)
        self._new_device(serial_number="")

    def test_serial_can_be_swapped_and_saved_again(self):
        self.device.serial_number = "ABC 2001"
        self.device.serial_number = "abc 2001"
        self.assertEqual(self.device.serial_number, "abc 2001")

    def test_database_refuses_what_two_users_do_at_once(self):
        other = self._new_device(serial_number="OTHER")
        self.env.flush_all()
        for column, value in (("serial_key", "ABC2001"), ("identifier_key", self.device.identifier)):
            with self.subTest(column), mute_logger("odoo.sql_db"), \
                    self.assertRaises(IntegrityError), self.cr.savepoint():
                self.cr.execute(
                    f"UPDATE crm_service_device SET {column} = %s WHERE id = %s", [value, other.id])

    def test_copy(self):
        copied = self.device.copy()
        self.assertFalse(copied.serial_number)
        self.assertNotEqual(copied.identifier, self.device.identifier)
        self.assertEqual(copied.partner_id, self.contractor)

    def test_hundred_devices(self):
        Device = self.Device.with_context(tracking_disable=False)

        def vals_list(prefix, count):
            return [
                {"name": f"Device {n}", "type_id": self.device_type.id,
                 "serial_number": f"{prefix}{n}", "partner_id": self.contractor.id}
                for n in range(count)]

        Device.create(vals_list("warm", 1))
        self.env.flush_all()
        # numbers free, sequence, its numbers, those free, devices, messages
        with self.assertQueryCount(6):
            Device.create(vals_list("SN", 100))
            self.env.flush_all()

    # FINDING

    def test_search_by_every_name(self):
        for text in ("abc 2001", "BC 20", self.device.identifier, "nano", "piekarnia"):
            with self.subTest(text):
                self.assertIn(self.device.id, dict(self.Device.name_search(text)))
                self.assertIn(self.device, self.Device.search([("display_name", "ilike", text)]))
        self.assertFalse(self.Device.name_search("no such thing"))
        self.device.active = False
        self.assertFalse(self.Device.name_search("abc 2001"))

    def test_exact_serial_first(self):
        by_serial = self._new_device(serial_number="77", name="zzz")
        for n in range(5):
            self._new_device(serial_number=f"77{n}", name=f"77 {n}")
        found = self.Device.name_search("77", limit=3)
        self.assertEqual(found[0], (by_serial.id, "77 – zzz"))
        self.assertEqual(len(found), 3)
        self.assertEqual(len(dict(self.Device.name_search("77"))), 6)

    def test_name_search_keeps_the_domain(self):
        domain = [("partner_id", "=", self.other_contractor.id)]
        self.assertFalse(self.Device.name_search("ABC 2001", domain))
        self.assertEqual(len(self.Device.name_search("", limit=1)), 1)

    def test_display_name(self):
        self.assertEqual(self.device.display_name, "ABC 2001 – Nano E")
        self.device.serial_number = False
        self.assertEqual(self.device.display_name, f"{self.device.identifier} – Nano E")

    # DEFAULTS AND RULES

    def test_form_fills_in_from_model(self):
        product = self._new_product("Register", tracking="serial")
        model = self.env["crm.service.device.model"].create({
            "name": "Nano E", "manufacturer": "Novitus", "type_id": self.device_type.id,
            "product_id": product.id, "warranty_months": 12})
        form = Form(self.Device.with_user(self.operator))
        form.model_id = model
        form.partner_id = self.contractor
        form.date_sold = "2026-02-28"
        device = form.save()
        self.assertEqual(device.name, "Novitus Nano E")
        self.assertEqual(device.type_id, self.device_type)
        self.assertEqual(device.product_id, product)
        self.assertEqual(device.address_id, self.contractor)
        self.assertEqual(str(device.warranty_end), "2027-02-28")
        self.assertRegex(device.identifier, "^KASA/")

    def test_warranty(self):
        device = self._new_device(date_sold="2024-02-29")
        self.assertEqual(str(device.warranty_end), "2026-02-28")
        today = self.company._service_today()
        for end, state in (
                (today, "valid"), (today - timedelta(days=1), "expired"), (False, "none")):
            device.warranty_end = end
            self.assertEqual(device.warranty_state, state)
            self.assertIn(device, self.Device.search([("warranty_state", "=", state)]))
            self.assertNotIn(device, self.Device.search([("warranty_state", "!=", state)]))

    def test_typed_warranty_stays_without_a_sale(self):
        device = self._new_device(warranty_end="2030-01-01")
        device.type_id = self.env["crm.service.device.type"].create(
            {"name": "Gate", "prefix": "GATE", "warranty_months": 1})
        self.assertEqual(str(device.warranty_end), "2030-01-01")

    def test_place_belongs_to_contractor(self):
        with self.assertRaisesRegex(ValidationError, "Sklep przy Rynku"):
            self.device.write({"partner_id": self.other_contractor.id, "address_id": self.shop.id})
        self.device.partner_id = self.other_contractor
        self.assertEqual(self.device.address_id, self.other_contractor)
        self.device.write({"partner_id": self.person.id, "address_id": self.shop.id})

    def test_place_that_moved_to_another_firm(self):
        self.shop.parent_id = self.other_contractor
        self.device.name = "Renamed"
        self.device.write({"partner_id": self.contractor.id, "address_id": self.shop.id})
        self.assertEqual(self.device.address_id, self.shop)
        with self.assertRaisesRegex(ValidationError, "Sklep przy Rynku"):
            self.device2.write({"partner_id": self.person.id, "address_id": self.shop.id})

    def test_no_cycle(self):
        part = self._new_device(parent_id=self.device.id)
        self.assertEqual(self.device.component_count, 1)
        with self.assertRaises(ValidationError):
            self.device.parent_id = part

    def test_other_company_refused(self):
        foreign = self._new_device(company_id=self.other_company.id)
        with self.assertRaises(UserError):
            self.device.parent_id = foreign

    def test_properties_by_type(self):
        self.device_type.properties_definition = [
            {"name": "memory", "string": "Fiscal memory", "type": "char"}]
        self.device.properties = {"memory": "PL-1"}
        self.assertEqual(self.device.read(["properties"])[0]["properties"][0]["value"], "PL-1")

    def test_counted_where_they_belong(self):
        product = self._new_product("Register", tracking="serial")
        model = self.env["crm.service.device.model"].create({"name": "Nano E", "type_id": self.device_type.id})
        lot = self._new_lot(product, "S1")
        self._new_device(product_id=product.id, model_id=model.id, lot_id=lot.id)
        self._new_device(product_id=product.id)
        for holder, count in (
                (product, 2), (product.product_tmpl_id, 2), (model, 1), (lot, 1),
                (self.device_type, self.Device.search_count([("type_id", "=", self.device_type.id)]))):
            with self.subTest(holder._name):
                self.assertEqual(holder.service_device_count, count)
                action = holder.action_view_service_devices()
                self.assertEqual(self.Device.search_count(action["domain"]), count)
                self.assertEqual(bool(action.get("res_id")), count == 1, "the only card opens at once")
                self.env.invalidate_all()
                self.assertEqual(holder.with_user(self.employee).service_device_count, 0)
        defaults = product.product_tmpl_id.action_view_service_devices()["context"]
        self.assertEqual(defaults["default_product_id"], product.id)

    def test_plain_employee_reads_nothing(self):
        self.assertFalse(self.Device.with_user(self.employee).has_access("read"))
        contractor = self.contractor.with_user(self.employee)
        self.assertEqual(contractor.service_device_count, 0)
        self.assertEqual(contractor.service_order_count, 0)
