from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..common import ServiceCommon

LONG = "".join(chr(0x4e00 + i * 7919 % 20000) for i in range(3000))


@tagged("post_install", "-at_install")
class TestCommonValues(ServiceCommon):
    """Values that no field can have are refused in a sentence."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._new_order(cls.device)
        cls.task = cls.env["crm.task"].create({"name": "Call"})
        cls.event = cls.env["crm.event"].create({"name": "Called"})

    def test_every_model_checks_its_values(self):
        models = self.env.registry.models
        ours = {name for name, Model in models.items() if Model._original_module == "crm_enova_like"
                and Model._auto and not Model._abstract and not Model._transient}
        # written by the addon alone
        ours -= {"crm.service.number", "crm.service.stage.time", "crm.service.device.number"}
        self.assertEqual({name for name in ours if not issubclass(models[name], models["crm.values.mixin"])}, set())

    def test_texts(self):
        for record, name in ((self.device, "name"), (self.order.device_line_ids, "released_to"), (self.task, "name"),
                             (self.event, "phone"), (self.order.type_id, "prefix"), (self.device_type, "name")):
            with self.subTest(record._name):
                with self.assertRaisesRegex(UserError, "has up to 500 signs.*has 3000"):
                    record.write({name: LONG})
                with self.assertRaisesRegex(UserError, "cannot be stored"):
                    record.write({name: "A\x00B"})
        with self.assertRaisesRegex(UserError, "cannot be stored"):
            self.task.description = "half \ud83d"

    def test_numbers(self):
        line = self.env["crm.service.order.line"].create({
            "order_id": self.order.id, "kind": "labour", "product_id": self.labour.id})
        for record, name in ((self.event, "duration"), (line, "quantity"), (line, "price_unit")):
            for value in (float("nan"), float("inf"), "-inf"):
                with self.subTest(record._name, field=name, value=value), \
                        self.assertRaisesRegex(UserError, "is no number"):
                    record.write({name: value})
        with self.assertRaisesRegex(UserError, "too large"):
            self.device_type.warranty_months = 10 ** 10
        for record, name in ((line, "quantity"), (line, "price_unit"), (self.order.device_line_ids, "cost_limit")):
            for value in (1e300, -1e300, "1e200", 2e12):
                with self.subTest(record._name, field=name, value=value), \
                        self.assertRaisesRegex(UserError, "too large"), self.env.cr.savepoint():
                    record.write({name: value})
        line.write({"quantity": 1e12, "price_unit": 1e12})
        self.env.flush_all()

    def test_dates(self):
        for record, name in ((self.device, "date_sold"), (self.task, "date_deadline"), (self.order, "date_received")):
            for value in ("9999-12-31", "0001-01-01"):
                with self.subTest(record._name, value=value), self.assertRaisesRegex(UserError, "cannot be right"):
                    record.write({name: value})

    def test_what_is_needed(self):
        for record, name in ((self.device, "ownership"), (self.device, "name"), (self.event, "direction"),
                             (self.order.device_line_ids, "basis"), (self.task, "company_id")):
            with self.subTest(record._name, field=name), self.assertRaisesRegex(UserError, "is needed"):
                record.write({name: False})
        with self.assertRaisesRegex(UserError, "is needed"):
            self.env["crm.service.device"].create({"name": "D", "ownership": False})

    # WHAT HISTORY NAMES

    def test_contractor_is_named_in_history(self):
        firm = self.env["res.partner"].create({"name": "Left"})
        place, guest, buyer = self.env["res.partner"].create([
            {"name": "Place", "parent_id": firm.id}, {"name": "Guest"}, {"name": "Buyer"}])
        device = self.env["crm.service.device"].create({
            "name": "D", "partner_id": firm.id, "address_id": place.id})
        device.sudo().sold_to_id = buyer
        self.event.participant_ids = guest
        consent = self.env["crm.consent"].create(
            {"partner_id": guest.id, "channel": "sms", "source": "form"})
        with self.assertRaisesRegex(UserError, "[Cc]onsent.*rchive"):
            guest.with_user(self.operator).unlink()
        consent.unlink()
        for contact, kind in ((firm, "Device"), (place, "Device"), (buyer, "Device"), (guest, "Event")):
            with self.subTest(contact.name), self.assertRaisesRegex(
                    UserError, rf"{contact.name} cannot be deleted.*{kind}.*\(1\).*Archive"):
                contact.with_user(self.operator).unlink()
        self.event.unlink()
        guest.with_user(self.operator).unlink()
        self.assertFalse(guest.exists())

    def test_out_of_sight(self):
        company = self._get_second_company()
        firm = self.env["res.partner"].create({"name": "Left"})
        self.env["crm.service.device"].create({"name": "D", "partner_id": firm.id, "company_id": company.id})
        with self.assertRaisesRegex(UserError, r"Device \(out of your sight\)"):
            firm.with_user(self.operator).unlink()
        self.env["crm.service.device"].create({"name": "D", "partner_id": firm.id})
        with self.assertRaisesRegex(UserError, r"Device \(1, and others out of your sight\)"):
            firm.with_user(self.operator).unlink()

    def test_users_products_and_lots(self):
        user = self._new_user("leaver", "crm_enova_like.group_technician")
        self.order.user_id = user
        lot = self._new_lot(self.serial_part, "S1")
        self.device.sudo().write({"product_id": self.serial_part.id, "lot_id": lot.id})
        for record in (user, self.serial_part, lot):
            with self.subTest(record._name), self.assertRaisesRegex(UserError, "cannot be deleted"):
                record.unlink()

    def test_device_with_history(self):
        device = self.env["crm.service.device"].create({"name": "D"})
        self.event.device_id = device
        with self.assertRaisesRegex(UserError, "has a history"):
            device.unlink()
        self.event.device_id = False
        device.unlink()

    def test_rights_come_first(self):
        with self.assertRaises(AccessError):
            self.order.stage_id.with_user(self.technician).write({"company_id": self._get_second_company().id})
        with self.assertRaises(AccessError):
            self.device.with_user(self.employee).write({"serial_number": "X"})
        with self.assertRaises(ValidationError):
            self.device_type.prefix = "A B"
