import importlib.util
from pathlib import Path

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import ServiceCommon

# two spellings of one number each
SPELLINGS = {
    "letters of other languages": ("ÇÖĞ-12", "çöğ-12"), "a thin space": ("KX 71", "KX\u200971"),
    "a soft hyphen": ("KX\u00ad72", "KX72"), "a mark of direction": ("\u200eKX73\u200f", "kx73"),
    "a dash": ("KX-74", "KX\u201374"), "a minus": ("KX-75", "KX\u221275"), "accents apart": ("E\u0301-76", "é-76"),
    "circled and wide digits": ("KX７７", "kx77"), "a word joiner": ("KX\u206078", "KX78"), "a tab": ("KX\t79", "KX79"),
    "a ligature": ("FI-80", "\ufb01-80"), "a variation selector": ("KX\ufe0f81", "KX81"), "sharp s": ("MAß1", "MASS1"),
}


@tagged("post_install", "-at_install")
class TestDeviceSpelling(ServiceCommon):
    """One number is one, however it is typed, pasted or scanned."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Device = cls.env["crm.service.device"]

    def _new_device(self, user=None, **vals):
        Device = self.Device.with_user(user) if user else self.Device
        return Device.create({"name": "Device", "type_id": self.device_type.id, **vals})

    def test_second_spelling_is_refused(self):
        for what, (first, second) in SPELLINGS.items():
            for name in ("serial_number", "identifier"):
                with self.subTest(what, number=name):
                    self._new_device(**{name: first})
                    with self.assertRaisesRegex(ValidationError, "already belongs"):
                        self._new_device(**{name: second})
                    other = self._new_device()
                    with self.assertRaisesRegex(ValidationError, "already belongs"):
                        other[name] = second

    def test_second_spelling_is_found(self):
        for what, (first, second) in SPELLINGS.items():
            device = self._new_device(serial_number=first)
            with self.subTest(what):
                self.assertEqual(self.Device._find_by_serials(self.company, [second]), {device.serial_key: device})
                self.assertEqual(self.Device.name_search(second)[0][0], device.id)
                for operator in ("=", "ilike", "=ilike", "in"):
                    value = [second] if operator == "in" else second
                    self.assertEqual(self.Device.search([("serial_number", operator, value)]), device, operator)
                for operator in ("!=", "not ilike", "not in"):
                    value = [second] if operator == "not in" else second
                    found = self.Device.search([("serial_number", operator, value)])
                    self.assertNotIn(device, found, operator)
                    self.assertIn(self.device, found, operator)
                line = self._new_order(device).device_line_ids
                self.assertEqual(line.search([("device_id.serial_number", "ilike", second)]), line)

    def test_search_for_a_piece_and_for_none(self):
        device, without = self._new_device(serial_number="PX 100-200"), self._new_device()
        self.assertEqual(self.Device.search([("serial_number", "ilike", "x100\u2011")]), device)
        found = self.Device.search([("serial_number", "=", False)])
        self.assertIn(without, found)
        self.assertNotIn(device, found)
        found = self.Device.search([("serial_number", "in", ["px100-200", False])])
        self.assertLessEqual(device | without, found)

    def test_shown_as_typed_but_clean(self):
        for typed, shown in (
                ("\ufeff ab\u00a0200\u200b\r\n", "ab 200"), ("Z\u0307-9", "Ż-9"), ("A\x00B\x017", "AB7"),
                ("🔧 5 👩\u200d🔧", "🔧 5 👩\u200d🔧"), ("\u200b\u2060", False), ("x\ud8009", "x9")):
            with self.subTest(typed):
                self.assertEqual(self._new_device(serial_number=typed).serial_number, shown)

    def test_too_long(self):
        for name in ("serial_number", "identifier"):
            with self.assertRaisesRegex(ValidationError, "up to 200 signs.*has 3000"):
                self._new_device(**{name: "Ж" * 3000})
            self._new_device(**{name: "Ж" * 200})

    def test_what_follows_is_not_typed(self):
        device = self._new_device(self.manager, serial_number="K1", serial_key="OTHER", serial_is_double=True)
        self.assertEqual((device.serial_key, device.serial_is_double), ("K1", False))
        device.write({"serial_key": "OTHER", "identifier_is_double": True, "kept_serial_number": "OTHER"})
        self.assertFalse(device.kept_serial_number)
        self.assertEqual((device.serial_key, device.identifier_is_double), ("K1", False))
        device = self.Device.with_user(self.manager).with_context(
            default_serial_key="X", default_serial_number="k 2").create(
            {"name": "Device", "type_id": self.device_type.id})
        self.assertEqual((device.serial_number, device.serial_key), ("k 2", "K2"))

    def test_import_in_another_spelling(self):
        result = self.Device.load(
            ["name", "type_id/.id", "serial_number"],
            [["a", str(self.device_type.id), "NEW\u00a01"], ["b", str(self.device_type.id), "abc\u20092001"]])
        self.assertFalse(result["ids"])
        self.assertIn(self.device.identifier, result["messages"][0]["message"])

    def test_drawn_identifier_skips_a_spelling(self):
        number = int(self._new_device().identifier.rpartition("/")[2])
        self._new_device(identifier=f"kasa/{number + 1:05d}")
        self.assertEqual(self._new_device().identifier, f"KASA/{number + 2:05d}")

    def test_database_refuses_it_too(self):
        other = self._new_device(serial_number="OTHER")
        self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.cr.execute("UPDATE crm_service_device SET serial_key = 'ABC2001' WHERE id = %s", [other.id])

    # DOUBLES OF BEFORE

    def _make_doubles(self):
        """Two cards of before spellings were compared, brought up to date."""
        first, second = self._new_device(serial_number="D1"), self._new_device(serial_number="D2")
        self.env.flush_all()
        spec = importlib.util.spec_from_file_location("pre_numbers", Path(__file__).parents[2].joinpath(
            "migrations", "19.0.5.0.0", "pre-device_numbers.py"))
        migration = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(migration)
        self.cr.execute("""
            ALTER TABLE crm_service_device DROP COLUMN serial_key CASCADE, DROP COLUMN serial_is_double CASCADE,
                DROP COLUMN identifier_key CASCADE, DROP COLUMN identifier_is_double CASCADE""")
        self.cr.execute("UPDATE crm_service_device SET serial_number = 'łd 9' WHERE id = %s", [first.id])
        self.cr.execute("UPDATE crm_service_device SET serial_number = 'ŁD9' WHERE id = %s", [second.id])
        migration.migrate(self.cr, "19.0.4.0.0")
        self.env.invalidate_all()
        return first, second

    def test_doubles_of_before_are_marked_and_noted(self):
        first, second = self._make_doubles()
        self.assertEqual((first | second).mapped("serial_key"), ["ŁD9", "ŁD9"])
        self.assertEqual((first | second).mapped("serial_is_double"), [False, True])
        self.assertEqual((self.device.serial_key, self.device.identifier_key), ("ABC2001", self.device.identifier))
        self.Device._note_doubles()
        self.assertIn("Double number", second.message_ids[0].body)
        self.assertEqual(self.Device._find_by_serials(self.company, ["łd9"]), {"ŁD9": first | second})
        # it is saved like any other, and no third one is made
        second.write({"name": "Renamed", "serial_number": "ŁD9"})
        with self.assertRaisesRegex(ValidationError, "already belongs"):
            self._new_device(serial_number="łd9")
        second.serial_number = "ŁD10"
        self.assertFalse(second.serial_is_double)

    # OF OTHERS NOTHING IS SAID

    def test_numbers_of_other_companies(self):
        company = self._get_second_company()
        self._new_device(company_id=company.id, serial_number="SECRET 7", identifier="HIDDEN/1", partner_id=False)
        mine = self._new_device(self.operator, serial_number="mine")
        for vals in ({"serial_number": "secret7"}, {"identifier": "hidden/1"}, {"identifier": "UNUSED/1"}):
            with self.subTest(vals), self.assertRaises(AccessError) as refused:
                self._new_device(self.operator, company_id=company.id, **vals)
            self.assertNotIn("already", str(refused.exception))
            with self.subTest(vals), self.assertRaises(AccessError):
                mine.write({"company_id": company.id, **vals})

    def test_whoever_may_not_register_a_device_is_told_nothing(self):
        portal = new_test_user(self.env, "spelling_portal", groups="base.group_portal")
        before = self.device_type.sequence_id.number_next_actual
        for user in (portal, self.employee, self.env.ref("base.public_user")):
            for vals in ({"identifier": self.device.identifier}, {"serial_number": "abc2001"}, {}):
                with self.subTest(user.login, vals=vals), self.assertRaises(AccessError) as refused:
                    self._new_device(user, company_id=self.company.id, **vals)
                self.assertNotIn("Piekarnia", str(refused.exception))
        self.assertEqual(self.device_type.sequence_id.number_next_actual, before, "no number was drawn")

    def test_card_out_of_sight_is_not_named(self):
        self.env["ir.rule"].create({
            "name": "Not the baker's", "model_id": self.env["ir.model"]._get("crm.service.device").id,
            "domain_force": f"[('partner_id', '!=', {self.contractor.id})]"})
        with self.assertRaisesRegex(ValidationError, "belongs to another device") as refused:
            self._new_device(self.operator, serial_number="abc 2001")
        self.assertNotIn("Piekarnia", str(refused.exception))

    def test_type_is_not_given_away(self):
        company = self._get_second_company()
        self._new_device(company_id=company.id)
        model = self.env["crm.service.device.model"].create({"name": "M"})
        self._new_device(company_id=company.id, model_id=model.id)
        for record in (self.device_type, model):
            with self.subTest(record._name):
                with self.assertRaisesRegex(UserError, "used by records"):
                    record.write({"company_id": self.company.id})
                with self.assertRaises(AccessError):
                    record.with_user(self.manager).write({"company_id": company.id})
        own = self.env["crm.service.device.type"].with_user(self.manager).create({"name": "Own", "prefix": "OWN"})
        own.company_id = self.company
        with self.assertRaises(AccessError):
            own.company_id = company

    def test_digits_of_a_companys_own_type(self):
        company = self._get_second_company()
        theirs = self._new_device(company_id=company.id)
        self._new_device()
        own = self.env["crm.service.device.type"].create(
            {"name": "Own", "prefix": "KASA", "company_id": self.company.id})
        own.identifier_padding = 7
        sequences = self.Device._get_sequences(company, {"KASA"})
        self.assertEqual((sequences["KASA"].padding, len(theirs.identifier)), (5, 10))
