from datetime import date, datetime

from odoo.tests import freeze_time, tagged

from ..common import InspectionCommon


@tagged("post_install", "-at_install")
class TestInspectionNotice(InspectionCommon):
    """One e-mail per contractor, once; and the activity of another body's inspection."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        (cls.contractor | cls.other_contractor).lang = "en_US"
        cls.contractor.email, cls.other_contractor.email = "klos@example.com", "beta@example.com"
        cls.company.phone = "+48 22 555 01 01"
        cls.half_year.write({"notify_partner": True, "lead_days": 30})
        cls.env["crm.service.inspection.regime"].search([
            ("id", "not in", (cls.half_year | cls.monthly).ids)]).notify_partner = False
        cls.one, cls.two = cls._new_inspection(), cls._new_inspection(device=cls.device2, planned_date="2026-04-09")

    def _run(self):
        """Mails that the scheduler's run queued."""
        before = self.env["mail.mail"].search([])
        with self.enter_registry_test_mode():
            self.env.ref("crm_enova_like.ir_cron_notify_inspections").method_direct_trigger()
        self.env.invalidate_all()
        return self.env["mail.mail"].search([]) - before

    def test_nobody_is_written_to_unless_the_regime_wants_it(self):
        self.assertFalse(self._new_regime("New").notify_partner)
        self.half_year.notify_partner = False
        self.assertFalse(self._run())
        self.assertFalse((self.one | self.two).filtered("date_notified"))

    def test_one_mail_with_all_devices_of_a_contractor(self):
        mail = self._run()
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.contractor)
        for words in ("Nano E", "ABC 2001", "Nano S", "ABC 2002", "Half-yearly", "03/20/2026", "04/09/2026",
                      "+48 22 555 01 01"):
            self.assertIn(words, mail.body_html)
        self.assertIn(self.company.name, mail.subject)
        for inspection in self.one | self.two:
            self.assertEqual(inspection.date_notified, datetime(2026, 3, 10, 10))
            self.assertEqual(inspection.notified_partner_id, self.contractor)

    def test_two_regimes_are_in_one_mail(self):
        self.monthly.notify_partner = True
        other = self._new_inspection(self.monthly)
        mail = self._run()
        self.assertEqual(len(mail), 1)
        self.assertIn("Monthly", mail.body_html)
        self.assertTrue(other.date_notified)

    def test_a_second_run_writes_to_nobody(self):
        self.assertEqual(len(self._run()), 1)
        self.assertFalse(self._run())
        with freeze_time("2026-03-25 10:00:00"):
            self.assertFalse(self._run())

    def test_each_contractor_has_a_mail_of_their_own(self):
        self.device2.write({"partner_id": self.other_contractor.id, "address_id": False})
        mails = self._run()
        self.assertEqual(mails.recipient_ids, self.contractor | self.other_contractor)
        for mail in mails:
            ours = mail.recipient_ids == self.contractor
            self.assertEqual(("Nano E" in mail.body_html, "Nano S" in mail.body_html), (ours, not ours))

    def test_not_before_the_lead_time(self):
        self.two.planned_date = date(2026, 4, 10)
        self.assertNotIn("Nano S", self._run().body_html)
        with freeze_time("2026-03-11 10:00:00"):
            mail = self._run()
        self.assertIn("Nano S", mail.body_html)
        self.assertNotIn("Nano E", mail.body_html)

    def test_a_new_owner_is_written_to(self):
        self._run()
        self.device.write({"partner_id": self.other_contractor.id, "address_id": False})
        mail = self._run()
        self.assertEqual(mail.recipient_ids, self.other_contractor)
        self.assertIn("Nano E", mail.body_html)
        self.assertNotIn("Nano S", mail.body_html)
        self.assertFalse(self._run())

    def test_a_new_owner_has_agreed_to_no_date(self):
        self.one.write({"date_agreed": datetime(2026, 3, 18, 8), "agreed_with": "Anna"})
        self.device.write({"partner_id": self.other_contractor.id, "address_id": False})
        self.assertFalse(self.one.date_agreed or self.one.agreed_with)
        self.assertIn("Nano E", self._run().filtered(lambda m: m.recipient_ids == self.other_contractor).body_html)

    def test_the_same_owner_written_again_is_none(self):
        self._run()
        self.device.write({"partner_id": self.contractor.id})
        self.assertFalse(self._run())

    def test_archived_agreed_ordered_and_closed_get_none(self):
        for name, change in {
            "agreed": lambda: self.one.write({"date_agreed": datetime(2026, 3, 18, 8)}),
            "ordered": lambda: self._order(self.one),
            "done": lambda: self.one.action_done(),
            "cancelled": lambda: self.one.action_cancel("Closed"),
            "device archived": lambda: self.device.write({"active": False}),
            "regime archived": lambda: self.half_year.write({"active": False}),
        }.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.two.date_notified = datetime(2026, 3, 1)
                change()
                self.assertFalse(self._run())
                self.assertFalse(self.one.date_notified)
                savepoint.rollback()

    def test_a_paused_plan_is_not_announced(self):
        plan = self._new_plan(self.half_year, date(2025, 9, 5), self._new_device("Paused"))
        self.assertEqual(self._dates(plan)[0], date(2026, 3, 5))
        plan.active = False
        self.assertNotIn("Paused", self._run().body_html)

    def test_without_an_address_there_is_none_and_it_is_found(self):
        self.contractor.email = False
        self.assertFalse(self._run())
        self.assertFalse(self.one.date_notified)
        self.assertIn(self.one, self.one.search([("partner_email", "=", False), ("state", "=", "planned")]))
        self.contractor.email = "klos@example.com"
        self.assertEqual(len(self._run()), 1)

    def test_each_company_writes_of_its_own(self):
        there = self._get_second_company()
        yonder = self.env["crm.service.device"].create({
            "name": "Yonder", "type_id": self.device_type.id, "company_id": there.id,
            "partner_id": self.contractor.id})
        self._new_inspection(device=yonder)
        mails = self._run()
        self.assertEqual(len(mails), 2)
        for mail in mails:
            theirs = there.name in mail.subject
            self.assertEqual(("Yonder" in mail.body_html, "Nano E" in mail.body_html), (theirs, not theirs))

    # ACTIVITIES

    def _remind(self):
        with self.enter_registry_test_mode():
            self.env.ref("crm_enova_like.ir_cron_remind_inspections").method_direct_trigger()
        self.env.invalidate_all()

    def test_the_activity_of_another_body_holds_its_papers(self):
        body = self._new_regime(
            "UDT", performed_by="body", reminder_user_id=self.operator.id, lead_days=30,
            responsible_body="Urząd Dozoru Technicznego", legal_basis="Act of 21 December 2000",
            papers="Logbook\nInsulation protocol")
        inspection = self._new_inspection(body)
        self._remind()
        self._remind()
        activity = inspection.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual((activity.user_id, activity.date_deadline), (self.operator, date(2026, 3, 20)))
        for words in ("Urząd Dozoru Technicznego", "Act of 21 December 2000", "Logbook", "Insulation protocol"):
            self.assertIn(words, activity.note)
        self.assertIn("UDT", activity.summary)

    def test_the_technician_of_the_device_is_reminded_first(self):
        self.half_year.reminder_user_id = self.operator
        self.device.technician_id = self.technician
        self._remind()
        self.assertEqual(self.one.activity_ids.user_id, self.technician)
        self.assertEqual(self.two.activity_ids.user_id, self.operator)
        self.assertFalse(self.one.activity_ids.note)

    def test_each_company_reminds_on_its_own_day(self):
        there = self._get_second_company()
        self.company.partner_id.tz, there.partner_id.tz = "Europe/Warsaw", "America/Los_Angeles"
        self.half_year.reminder_user_id = self.operator
        yonder = self.env["crm.service.device"].create({
            "name": "Yonder", "type_id": self.device_type.id, "company_id": there.id,
            "partner_id": self.contractor.id})
        here, far = (self._new_inspection(device=device, planned_date="2026-04-10") for device in (
            self.device, yonder))
        with freeze_time("2026-03-10 23:30:00"):
            # the 11th in Warsaw, the 10th in Los Angeles
            self._remind()
        self.assertTrue(here.activity_ids)
        self.assertFalse(far.activity_ids)

    def test_what_is_archived_reminds_nobody(self):
        self.half_year.reminder_user_id = self.operator
        self.device.active = False
        self._remind()
        self.assertFalse(self.one.activity_ids)
        self.assertTrue(self.two.activity_ids)
