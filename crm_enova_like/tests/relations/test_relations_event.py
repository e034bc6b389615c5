from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestEvent(ServiceCommon):
    """Facts that happened: logged in seconds, not quietly rewritten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))
        cls.call = cls.env.ref("crm_enova_like.event_type_phone")
        cls.letter = cls.env.ref("crm_enova_like.event_type_letter")

    def _event(self, **vals):
        return self.env["crm.event"].create({"name": "Asked about the price", "type_id": self.call.id, **vals})

    def test_the_future_is_no_event(self):
        self._event(date=datetime(2026, 3, 11, 10))
        with self.assertRaisesRegex(ValidationError, "Asked about the price.*future"):
            self._event(date=datetime.now() + timedelta(hours=1))

    def test_the_caller_is_found_however_the_number_is_written(self):
        self.person.phone = "+48 605 123 456"
        for number in ("605123456", "605-123-456", "0048 605 123 456", "+48605123456"):
            with self.subTest(number):
                self.assertEqual(self._event(phone=number).partner_id, self.contractor)
        self.assertFalse(self._event(phone="605 999 999").partner_id)
        self.assertFalse(self._event(phone="456").partner_id)

    def test_the_form_finds_the_caller(self):
        self.contractor.phone = "61 555 01 01"
        form = Form(self.env["crm.event"].with_user(self.operator))
        form.name = "Asked about the price"
        form.type_id = self.call
        form.phone = "61 5550101"
        self.assertEqual(form.partner_id, self.contractor)
        self.assertEqual(form.save().direction, "in")

    def test_the_contractor_may_stay_open_until_known(self):
        event = self._event()
        self.assertFalse(event.partner_id)
        event.person_id = self.person
        self.assertEqual(event.partner_id, self.contractor)

    def test_a_letter_has_its_reference_and_dates(self):
        event = self._event(type_id=self.letter.id, letter_reference="ZN/12/2026", letter_date=date(2026, 3, 1),
                            letter_received=date(2026, 3, 5))
        self.assertTrue(event.is_letter)
        self.assertIn(event, self.env["crm.event"].search([("letter_reference", "ilike", "ZN/12")]))

    def test_a_follow_up_in_one_step(self):
        event = self._event(partner_id=self.contractor.id, person_id=self.person.id)
        form = Form(self.env["crm.task"].with_context(**event.action_follow_up()["context"]))
        task = form.save()
        self.assertEqual(
            (task.event_id, task.partner_id, task.person_id, task.date_deadline),
            (event, self.contractor, self.person, date(2026, 3, 18)))

    def test_the_name_of_an_order_out_of_sight(self):
        """My events are listed with their orders' names, though an order is a colleague's and closed to me."""
        order = self._new_order(self.device)
        order.write({"user_id": self.other_technician.id, "requester_id": self.operator.id})
        event = self._event(user_id=self.technician.id, order_id=order.id)
        self.env.invalidate_all()
        [row] = event.with_user(self.technician).web_read({"order_id": {"fields": {"display_name": {}}}})
        self.assertEqual(row["order_id"], {"id": order.id, "display_name": order.display_name})
        with self.assertRaises(AccessError):
            order.with_user(self.technician).web_read({"name": {}})

    def test_changes_are_tracked(self):
        event = self.env["crm.event"].with_context(tracking_disable=False).create({
            "name": "Asked", "type_id": self.call.id, "description": "Price"})
        self.flush_tracking()
        event.write({"description": "Price and date", "date": datetime(2026, 3, 10, 9)})
        self.flush_tracking()
        changed = event.message_ids.sudo().tracking_value_ids.field_id.mapped("name")
        self.assertIn("description", changed)
        self.assertIn("date", changed)

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.precommit.run()

    def test_the_form_lets_change_whose_it_is_who_may(self):
        event, nobodys = self._event(user_id=self.operator.id), self._event(user_id=False)
        self.assertFalse(nobodys.user_id)
        with Form(event.with_user(self.operator)) as form:
            with self.assertRaisesRegex(AssertionError, "readonly"):
                form.user_id = self.technician
        with Form(event.with_user(self.manager)) as form:
            form.user_id = self.technician
        self.assertEqual(event.user_id, self.technician)
        # whose it was is said by whoever knows, and may be chosen once more until it is saved
        with Form(nobodys.with_user(self.operator)) as form:
            form.user_id = self.manager
            form.user_id = self.technician
        self.assertEqual(nobodys.user_id, self.technician)
        form = Form(self.env["crm.event"].with_user(self.operator))
        form.name = "Called"
        form.user_id = self.technician
        form.user_id = self.operator
        self.assertEqual(form.save().user_id, self.operator)

    def test_deletion_is_the_managers(self):
        event = self._event(user_id=self.operator.id)
        for user in (self.technician, self.operator):
            with self.subTest(user.login), self.assertRaises(AccessError):
                event.with_user(user).unlink()
        event.with_user(self.manager).unlink()

    def test_setting_a_project_fills_contractor_and_campaign(self):
        campaign = self.env["utm.campaign"].create({"name": "Spring"})
        project = self.env["project.project"].create({
            "name": "New cash registers", "partner_id": self.contractor.id, "campaign_id": campaign.id})
        event = self._event(project_id=project.id)
        self.assertEqual((event.partner_id, event.campaign_id), (self.contractor, campaign))

    # E-MAILS

    def _mail(self, sender, to="zdarzenia@firma.example", **headers):
        lines = {"From": sender, "To": to, "Subject": "Price of an inspection", "Message-Id": f"<{sender}-{to}@test>",
                 "Date": "Tue, 10 Mar 2026 09:00:00 +0000", "Content-Type": "text/plain", **headers}
        text = "\n".join(f"{name}: {value}" for name, value in lines.items()) + "\n\nHow much is it?\n"
        # to the model, as an alias routes it
        thread = self.env["mail.thread"].with_context(mail_channel_noautofollow=True)
        return self.env["crm.event"].browse(thread.message_process("crm.event", text))

    def test_an_email_is_an_event_of_its_sender(self):
        self.person.email = "anna@klos.example"
        event = self._mail("Anna <Anna@klos.example>")
        self.assertEqual(
            (event.name, event.type_id, event.direction, event.partner_id, event.person_id, event.date,
             event.description),
            ("Price of an inspection", self.env.ref("crm_enova_like.event_type_email"), "in", self.contractor,
             self.person, datetime(2026, 3, 10, 9), "How much is it?"))
        self.assertFalse(event.user_id)
        self.assertIn("How much is it?", event.message_ids[0].body)

    def test_an_email_with_what_no_field_takes(self):
        event = self._mail("long@nowhere.example", Subject="Ż" * 900, Date="Mon, 01 Jan 1601 00:00:00 +0000")
        self.assertTrue(event.name.startswith("Ż" * 200))
        self.assertEqual(event.date, datetime(2026, 3, 11, 10))

    def test_an_email_of_a_stranger_or_of_two_contractors_leaves_the_contractor_open(self):
        self.assertFalse(self._mail("nobody@nowhere.example").partner_id)
        (self.contractor | self.other_contractor).write({"email": "biuro@wspolne.example"})
        event = self._mail("biuro@wspolne.example", Date="Wed, 11 Mar 2026 12:00:00 +0000")
        self.assertFalse(event.partner_id)
        # the sender's clock was ahead
        self.assertEqual(event.date, datetime(2026, 3, 11, 10))

    def test_a_colleagues_email_in_copy_is_outgoing(self):
        self.operator.email = "operator@firma.example"
        self.contractor.email = "biuro@klos.example"
        self.env["ir.config_parameter"].set_param("crm_enova_like.mail_authserv_id", "mx.firma.example")
        event = self._mail("operator@firma.example", "biuro@klos.example", **{
            "Cc": "zdarzenia@firma.example",
            "Authentication-Results": "mx.firma.example; dmarc=pass header.from=firma.example"})
        self.assertEqual((event.direction, event.user_id, event.partner_id), ("out", self.operator, self.contractor))

    def test_the_alias_makes_events(self):
        alias = self.env.ref("crm_enova_like.mail_alias_event")
        self.assertEqual((alias.alias_name, alias.alias_model_id.model), ("zdarzenia", "crm.event"))
        domain = self.env["mail.alias.domain"].create({"name": "firma.example"})
        alias.alias_domain_id = domain
        text = ("From: nobody@nowhere.example\nTo: zdarzenia@firma.example\nSubject: By the alias\n"
                "Message-Id: <by-the-alias@test>\nDate: Tue, 10 Mar 2026 09:00:00 +0000\n\nText\n")
        self.env["mail.thread"].message_process(False, text)
        self.assertTrue(self.env["crm.event"].search([("name", "=", "By the alias")]))
