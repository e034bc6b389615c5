import base64

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestDeviceMerge(ServiceCommon):
    """Two cards of one device become one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Device = cls.env["crm.service.device"]
        cls.kept = cls._card("Boiler", serial_number="GX 5", partner_id=cls.contractor.id)
        cls.gone = cls._card("Boiler of the cellar", serial_number="G-X5", partner_id=cls.contractor.id,
                             address_id=cls.shop.id, date_sold="2025-02-03", technician_id=cls.technician.id)

    @classmethod
    def _card(cls, name, **vals):
        return cls.Device.create({"name": name, "type_id": cls.device_type.id, **vals})

    def _merge(self, kept=None, gone=None, user=None):
        kept, gone = kept or self.kept, gone or self.gone
        wizard = self.env["crm.service.device.merge.wizard"].with_user(user or self.manager).create({
            "device_ids": [Command.set((kept | gone).ids)], "kept_id": kept.id})
        return wizard.action_merge()

    def test_values_and_numbers(self):
        identifier = self.gone.identifier
        action = self._merge()
        self.assertFalse(self.gone.exists())
        self.assertEqual((action["res_model"], action["res_id"]), ("crm.service.device", self.kept.id))
        self.assertEqual((self.kept.name, self.kept.serial_number), ("Boiler", "GX 5"), "what it says stays")
        self.assertEqual((str(self.kept.date_sold), self.kept.technician_id), ("2025-02-03", self.technician))
        self.assertEqual(self.kept.former_number_ids.mapped("name"), ["G-X5", identifier])
        for typed in ("g-x5", identifier.lower(), "GX5"):
            with self.subTest(typed):
                self.assertEqual(self.Device.name_search(typed)[0][0], self.kept.id)
                self.assertEqual(
                    self.Device._find_by_serials(self.company, [typed]), {self.kept._serial_key(typed): self.kept})
        self.assertEqual(self.Device.search([("serial_number", "ilike", "-x5")]), self.kept)
        self.assertEqual(self.Device.search([("identifier", "=", identifier)]), self.kept)
        self.assertIn("Boiler of the cellar", self.kept.message_ids[0].body)
        with self.assertRaisesRegex(ValidationError, "merged into"):
            self._card("Again", serial_number="G-X5")
        with self.assertRaisesRegex(ValidationError, "merged into"):
            self._card("Again", identifier=identifier)

    def test_what_hangs_on_the_card(self):
        part = self._card("Burner", parent_id=self.gone.id)
        photo = self.env["ir.attachment"].create({
            "name": "photo", "raw": b"x", "res_model": "crm.service.device", "res_id": self.gone.id})
        message = self.gone.message_post(body=self.person.name)
        for card in (self.kept, self.gone):
            card.message_subscribe(self.person.ids)
        self.gone.message_subscribe(self.shop.ids)
        activity = self.gone.activity_schedule("mail.mail_activity_data_todo", user_id=self.technician.id)
        self.env["ir.model.data"].create(
            {"module": "old", "name": "boiler", "model": "crm.service.device", "res_id": self.gone.id})
        self.gone.image_1920 = base64.b64encode(base64.b64decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="))
        task = self.env["crm.task"].create({"name": "Call", "device_id": self.gone.id})
        event = self.env["crm.event"].create({"name": "Called", "device_id": self.gone.id})
        order = self._new_order(self.gone)
        self._merge()
        self.assertEqual((part.parent_id, task.device_id, event.device_id), (self.kept,) * 3)
        self.assertEqual((order.device_line_ids.device_id, order.main_device_id), (self.kept, self.kept))
        self.assertEqual((photo.res_id, message.res_id, activity.res_id), (self.kept.id,) * 3)
        self.assertEqual(self.kept.message_partner_ids & (self.person | self.shop), self.person | self.shop)
        self.assertEqual(self.env.ref("old.boiler"), self.kept)
        self.assertTrue(self.kept.image_128)
        self.assertEqual(self.kept.order_count, 1)

    def test_properties(self):
        self.device_type.properties_definition = [
            {"name": name, "type": "char", "string": name} for name in ("gas", "power")]
        self.kept.properties, self.gone.properties = {"gas": "R32"}, {"gas": "R410", "power": "5 kW"}
        self._merge()
        self.assertEqual(dict(self.kept.properties), {"gas": "R32", "power": "5 kW"})

    def test_stock(self):
        product, other = self._new_product("P", tracking="serial"), self._new_product("O", tracking="serial")
        lot = self._new_lot(product, "G-X5")
        self.gone.write({"product_id": product.id, "lot_id": lot.id})
        self.kept.product_id = other
        with self.assertRaisesRegex(UserError, "different products"):
            self._merge()
        self.kept.write({"product_id": product.id, "lot_id": self._new_lot(product, "other").id})
        with self.assertRaisesRegex(UserError, "different pieces"):
            self._merge()
        self.kept.lot_id = False
        self._merge()
        self.assertEqual(self.kept.lot_id, lot)

    def test_who_may_and_what_may(self):
        for user in (self.technician, self.operator):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.kept.with_user(user)._merge_from(self.gone)
        with self.assertRaisesRegex(UserError, "at least two"):
            self._merge(gone=self.kept)
        foreign = self._card("F", company_id=self._get_second_company().id)
        with self.assertRaises(AccessError):
            self.kept.with_user(self.manager)._merge_from(foreign)
        with self.assertRaisesRegex(UserError, "different companies"):
            self.kept._merge_from(foreign)

    def test_orders(self):
        first, second = self._new_order(self.kept), self._new_order(self.gone)
        with self.assertRaisesRegex(UserError, f"{first.name}.*{second.name}|{second.name}.*{first.name}"):
            self._merge()
        second.action_cancel()
        self._merge()
        self.assertEqual(self.kept.order_line_ids.order_id, first | second)
        together = self._new_order(self._card("A"), self._card("B"))
        one, two = together.device_line_ids.device_id
        together.action_cancel()
        with self.assertRaisesRegex(UserError, "side by side"):
            self._merge(one, two)

    def test_family(self):
        self.kept.parent_id = self.gone
        grandparent = self._card("House")
        self.gone.parent_id = grandparent
        self._merge()
        self.assertEqual(self.kept.parent_id, grandparent)

    def test_part_of_a_part(self):
        """Whichever of a device and the parts of its parts are one, what is between them is a part of it."""
        for keep, merge, parents in (
                (1, [3], {1: 0, 2: 1, 4: 1}), (3, [1], {3: 0, 2: 3, 4: 3}), (1, [2], {1: 0, 3: 1, 4: 3}),
                (0, [2], {0: None, 1: 0, 3: 0}), (4, [0, 2], {4: None, 1: 4, 3: 4}),
                (0, [4, 2], {0: None, 1: 0, 3: 0})):
            cards = []
            for name in "ABCDE":
                cards.append(self._card(name, parent_id=cards[-1].id if cards else False))
            with self.subTest(keep=keep, merge=merge):
                cards[keep].with_user(self.manager)._merge_from(self.Device.union(*(cards[one] for one in merge)))
                self.assertEqual(
                    {number: cards[number].parent_id for number in parents},
                    {number: self.Device if parent is None else cards[parent] for number, parent in parents.items()})

    def test_product_of_a_lot(self):
        product, other = self._new_product("P", tracking="serial"), self._new_product("O", tracking="serial")
        self.kept.product_id = product
        self.gone.lot_id = self._new_lot(other, "G-X5")
        self.gone.sudo().product_id = False
        self.assertEqual(self.gone.lot_id.product_id, other)
        with self.assertRaisesRegex(UserError, "different products"):
            self._merge()

    def test_three_cards_and_then_again(self):
        third = self._card("Third", serial_number="GX-5", active=False)
        self.gone._merge_from(third)
        names = set(self.gone.former_number_ids.mapped("name"))
        self.assertIn("GX-5", names)
        self._merge()
        self.assertLessEqual(names | {"G-X5"}, set(self.kept.former_number_ids.mapped("name")))
        self.assertEqual(self.Device._find_by_serials(self.company, ["gx-5"]), {"GX-5": self.kept})

    def test_double_mark_goes(self):
        self.env.flush_all()
        self.cr.execute(
            "UPDATE crm_service_device SET serial_key = 'GX5', serial_number = 'G X5', serial_is_double = TRUE"
            " WHERE id = %s", [self.gone.id])
        self.env.invalidate_all()
        self._merge(self.gone, self.kept)
        self.assertFalse(self.gone.serial_is_double)
        with self.assertRaisesRegex(ValidationError, "already belongs"):
            self._card("Again", serial_number="gx5")

    def test_card_with_the_longest_history_is_proposed(self):
        self._new_order(self.gone)
        wizard = self.env["crm.service.device.merge.wizard"].with_user(self.manager).with_context(
            active_model="crm.service.device", active_ids=(self.kept | self.gone).ids).create({})
        self.assertEqual((wizard.device_ids, wizard.kept_id), (self.kept | self.gone, self.gone))

    def test_delivery_finds_the_former_number(self):
        product = self._new_product("P", tracking="serial", service_device_card=True,
                                    service_device_type_id=self.device_type.id)
        lot = self._new_lot(product, "g-x5")
        self._merge()
        cards, _namesakes = lot._find_device_cards(self.company)
        self.assertEqual(cards, {lot: self.kept})
