import re

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ServiceCommon

MODULE = "crm_enova_like"
DATABASE_WORDS = re.compile(
    r"violates|constraint|null value|relation \"|crm\.|crm_|psycopg|Missing required|Model: '|\bSQL\b")
SAMPLES = {
    "char": "X", "text": "X", "html": "X", "integer": 1, "float": 1.0, "monetary": 1.0, "boolean": True, "json": {}}


@tagged("post_install", "-at_install")
class TestErrorWords(ServiceCommon):
    """What is wrong with a value is said in words: by no word of the database, and no technical name."""

    def _get_models(self):
        return [
            self.env[name] for name, Model in sorted(self.env.registry.items())
            if Model._original_module == MODULE and Model._auto and not Model._abstract
            # the rest is written by none but the system itself
            and (Model._transient or self.env[name].with_user(self.manager).has_access("create"))]

    def _get_sample(self, field, record):
        if field.type == "many2one":
            return self.env[field.comodel_name].search([], limit=1).id
        if field.type == "selection":
            return field.get_values(self.env)[0]
        if field.type in ("date", "datetime"):
            return fields.Date.today()
        return SAMPLES.get(field.type)

    def test_what_is_needed_and_missing(self):
        """Each model of ours, without each of the values that it needs."""
        self.make_order(self.device)
        asked = 0
        for Model in self._get_models():
            needed = [
                field for field in Model._fields.values()
                if field.required and field.store and field.column_type and not field.related]
            sample = {
                field.name: self._get_sample(field, Model) for field in needed if not field.compute}
            for field in needed:
                vals = {name: value for name, value in sample.items() if name != field.name}
                for given in (vals, {**vals, field.name: False}):
                    with self.subTest(model=Model._name, field=field.name, is_given=field.name in given):
                        asked += 1
                        said = self._try(Model, given)
                        self.assertFalse(DATABASE_WORDS.search(said), said)
        self.assertGreater(asked, 100)

    def _try(self, Model, vals):
        """What is said when a record is made of values; nothing where it can be made of them."""
        with mute_logger("odoo.sql_db"):
            savepoint = self.env.cr.savepoint(flush=False)
            try:
                Model.create(dict(vals))
                self.env.flush_all()
            except UserError as error:
                return str(error)
            except IntegrityError as error:
                # what a condition of the database refuses is told by the sentence that stands beside it
                return f"violates {error}" if "null value" in str(error) else ""
            finally:
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)
        return ""

    def test_a_missing_value_is_named(self):
        with self.assertRaisesRegex(UserError, "Order Type: Name is needed"):
            self.env["crm.service.order.type"].create({"prefix": "X", "name": False})
        with self.assertRaisesRegex(UserError, "Device in Service Order: Service Order is needed"):
            self.env["crm.service.order.device"].create({"device_id": self.device.id})

    def test_device_without_a_name(self):
        Device = self.env["crm.service.device"].with_user(self.operator)
        with self.assertRaisesRegex(ValidationError, "Device X9: choose its model or type, or give it a name"):
            Device.create({"serial_number": "X9", "partner_id": self.contractor.id})
        # what nobody can see is no name
        with self.assertRaisesRegex(ValidationError, "Device X9: choose its model or type, or give it a name"):
            Device.create({"serial_number": "X9", "name": " \u200b", "partner_id": self.contractor.id})
        self.assertEqual(Device.create({"name": " ", "type_id": self.device_type.id}).name, "Cash register")
        with self.assertRaisesRegex(UserError, "Device: Name is needed"), self.env.cr.savepoint():
            self.device.with_user(self.operator).name = " "
            self.env.flush_all()
        self.assertEqual(Device.create({"serial_number": "X9", "type_id": self.device_type.id}).name, "Cash register")

    def test_an_imported_line(self):
        result = self.env["crm.service.device"].with_user(self.manager).load(
            ["serial_number", "partner_id/.id"], [["X9", str(self.contractor.id)]])
        [message] = result["messages"]
        self.assertIn("choose its model or type", message["message"])
        self.assertFalse(DATABASE_WORDS.search(message["message"]))

    def test_a_number_given_twice(self):
        order = self.make_order(self.device)
        Orders = self.env["crm.service.order"].with_user(self.manager)
        vals = {"partner_id": self.contractor.id}
        with self.assertRaisesRegex(ValidationError, f"an order {order.name} already"):
            Orders.create({**vals, "name": order.name})
        with self.assertRaisesRegex(ValidationError, "OLD/1 is given to two orders"):
            Orders.create([{**vals, "name": "OLD/1"}, {**vals, "name": "OLD/1"}])
        result = Orders.load(["name", "partner_id/.id"], [[order.name, str(self.contractor.id)]])
        self.assertIn(f"an order {order.name} already", result["messages"][0]["message"])

    def test_every_rule_of_the_database_has_its_sentence(self):
        for Model in self._get_models():
            for name, rule in Model._table_objects.items():
                definition = rule.get_definition(self.env.registry)
                if definition.startswith(("UNIQUE", "CHECK")) and not name.endswith("current_uniq"):
                    with self.subTest(name):
                        self.assertTrue(rule.get_error_message(Model), "says in words what it refuses")

    def test_what_was_typed_for_a_new_device(self):
        """A number is its serial number, words are its name."""
        Device = self.env["crm.service.device"].with_user(self.operator).with_context(device_typed=True)
        for typed, field in (
                ("Ekspres DeLonghi Magnifica", "name"), ("Ekspres", "name"), ("Kasa Nano 12", "name"),
                ("ABC 2001-7", "serial_number"), ("12345", "serial_number"), ("WX12K", "serial_number")):
            with self.subTest(typed):
                values = Device.with_context(default_serial_number=typed).default_get(["serial_number", "name"])
                self.assertEqual(values.get(field), typed)
                self.assertFalse(values.get({"name": "serial_number", "serial_number": "name"}[field]))
