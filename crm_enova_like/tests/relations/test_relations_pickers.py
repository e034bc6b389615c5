from odoo.tests import Form, tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestPickers(ServiceCommon):
    """Whoever chooses an order, a device or a person sees which it is, and is told where it is another contractor's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.env["crm.service.device"].create({
            "name": "Espresso", "serial_number": "E 77", "partner_id": cls.other_contractor.id})
        cls.order = cls._new_order(cls.device)
        cls.foreign_order = cls._new_order(cls.foreign, partner_id=cls.other_contractor.id)

    def _pick(self, model, name="", domain=None, user=None):
        found = self.env[model].with_user(user or self.operator).web_name_search(
            name, {"display_name": {}}, domain or [])
        return {row["id"]: row["__formatted_display_name"] for row in found}

    def test_what_stands_in_the_drop_down(self):
        self.assertEqual(
            self._pick("crm.service.order")[self.order.id], f"{self.order.name} \t --Nano E – Piekarnia Kłos--")
        self.assertEqual(
            self._pick("crm.service.device")[self.device.id],
            f"ABC 2001 – Nano E \t --{self.device.identifier} – Piekarnia Kłos--")
        self.assertEqual(self._pick("res.partner", "Anna K")[self.person.id], "Piekarnia Kłos \t --Anna Kłos--")
        # on papers and above the form it is a number
        self.assertEqual(self.order.display_name, self.order.name)

    def test_a_phone_stands_beside_a_contractor_alone(self):
        """The counter shows numbers beside its contractors; in the name of an order they would be a name in a name."""
        self.contractor.phone = "+48 602 555 200"
        for model, record in (("crm.service.order", self.order), ("crm.service.device", self.device)):
            found = self.env[model].with_user(self.operator).with_context(service_counter=True).web_name_search(
                record.name, {"display_name": {}}, [("id", "=", record.id)])
            self.assertTrue(found[0]["__formatted_display_name"].endswith(" – Piekarnia Kłos--"), found)

    def test_current_ones_first(self):
        newest = self._new_order(self.device2)
        newest.action_cancel()
        self.assertEqual(list(self._pick("crm.service.order"))[-1], newest.id)
        self.assertEqual(list(self._pick("crm.service.order"))[0], self.foreign_order.id)

    def test_names_take_no_more_statements_for_more(self):
        def count():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._pick("crm.service.order")
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        for number in range(6):
            partner = self.env["res.partner"].create({"name": f"Firm {number}"})
            self._new_order(self.env["crm.service.device"].create({
                "name": f"Device {number}", "partner_id": partner.id}), partner_id=partner.id)
        self.env.flush_all()
        count()
        self.assertLessEqual(count(), few)

    def test_limited_to_the_contractor(self):
        for model in ("crm.event", "crm.task"):
            views = self.env[model].with_user(self.operator).get_views([(False, "form")])
            for name in ("order_id", "device_id", "person_id"):
                self.assertIn("child_of", str(views["models"][model]["fields"][name]["domain"]), (model, name))
        orders = self._pick("crm.service.order", domain=[("partner_id", "child_of", self.contractor.id)])
        self.assertIn(self.order.id, orders)
        self.assertNotIn(self.foreign_order.id, orders)

    def test_another_contractors_order_is_told(self):
        for model in ("crm.event", "crm.task"):
            with self.subTest(model):
                record = self.env[model].with_user(self.operator).create({
                    "name": "Call", "partner_id": self.contractor.id, "order_id": self.order.id,
                    "device_id": self.device.id})
                self.assertFalse(record.foreign_notice)
                record.write({"order_id": self.foreign_order.id, "device_id": self.foreign.id})
                self.assertIn(f"{self.foreign_order.name} belongs to Hurtownia Beta", record.foreign_notice)
                # a device in an order of theirs belongs there
                record.write({"partner_id": self.other_contractor.id, "device_id": self.foreign.id})
                self.assertFalse(record.foreign_notice)
                record.device_id = self.device
                self.assertIn("ABC 2001 – Nano E belongs to Piekarnia Kłos", record.foreign_notice)
                with self.assertLogs("odoo.tests.form.onchange", "WARNING"), Form(
                        self.env[model].with_user(self.operator)) as form:
                    form.name = "Call"
                    form.partner_id = self.contractor
                    form.order_id = self.foreign_order
                    self.assertIn("Hurtownia Beta", form.foreign_notice)


@tagged("post_install", "-at_install")
class TestFollowUps(ServiceCommon):
    """A call is noted with who called, and its follow-up is planned in the same press."""

    def test_the_number_fills_the_person_too(self):
        self.person.phone = "+48 77 818-92-33"
        with Form(self.env["crm.event"].with_user(self.operator)) as form:
            form.name = "Asked for the price"
            form.phone = "778189233"
            self.assertEqual(form.person_id, self.person)
            self.assertEqual(form.partner_id, self.contractor)
        dialled = self.env["crm.event"].with_user(self.operator).create({"name": "Called", "phone": "77 818 92 33"})
        self.assertEqual((dialled.person_id, dialled.partner_id), (self.person, self.contractor))
        # a number that two of the firm share says whose it is, and not who
        self.env["res.partner"].create({
            "name": "Jan Kłos", "parent_id": self.contractor.id, "phone": "77 818 92 33"})
        shared = self.env["crm.event"].create({"name": "Called", "phone": "77 818 92 33"})
        self.assertEqual((shared.person_id.id, shared.partner_id), (False, self.contractor))
        # somebody else's number does not change whose the event is
        other = self.env["crm.event"].create({
            "name": "Called", "phone": "77 818 92 33", "partner_id": self.other_contractor.id})
        self.assertFalse(other.person_id)

    def test_saved_and_planned_in_one_press(self):
        event = self.env["crm.event"].with_user(self.operator).create({
            "name": "Asked for the price", "description": "Wants it by Friday", "person_id": self.person.id})
        arch = self.env["crm.event"].with_user(self.operator).get_view(False, "form")["arch"]
        self.assertRegex(arch, r'name="action_follow_up"[^>]*string="Save and plan a task"[^>]*invisible="id"')
        action = event.action_follow_up()
        with Form(self.env["crm.task"].with_user(self.operator).with_context(**action["context"])) as form:
            self.assertEqual(form.description, "Wants it by Friday")
            self.assertEqual(form.person_id, self.person)
        task = form.record
        self.assertEqual(event.follow_up_ids, task)
        self.assertEqual(event.follow_up_count, 1)
        self.assertEqual(self.env["crm.task"].search(event.action_view_follow_ups()["domain"]), task)
        # one more is asked about
        self.assertRegex(arch, r'invisible="not id or not follow_up_count" confirm="A task follows')
