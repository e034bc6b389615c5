from ast import literal_eval
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestCrmPartner(ServiceCommon):
    """The registers of contractors and persons, and the consents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-10 10:00:00"))
        cls.Event = cls.env["crm.event"]
        cls.silent = cls.env["res.partner"].create({"name": "Milczący", "is_company": True})

    def _event(self, days_ago=0, **vals):
        return self.Event.create({
            "name": "Call", "date": fields.Datetime.now() - timedelta(days=days_ago), **vals})

    def _without_contact(self, days):
        return self.env["res.partner"].search([
            ("days_without_contact", ">=", days), ("id", "in", (self.contractor | self.silent).ids)])

    def test_last_event_and_next_task(self):
        self._event(40, partner_id=self.contractor.id)
        event = self._event(5, partner_id=self.contractor.id, person_id=self.person.id)
        self._event(3, partner_id=self.shop.id)
        self.env["crm.task"].create([
            {"name": "Call", "partner_id": self.contractor.id, "date_deadline": "2026-03-20"},
            {"name": "Visit", "partner_id": self.shop.id, "planned_start": "2026-03-12 23:30:00"},
            {"name": "Old", "partner_id": self.contractor.id, "date_deadline": "2026-03-01", "state": "done"}])
        contractor = self.contractor.with_context(tz="Europe/Warsaw")
        self.assertEqual(contractor.last_event_date, fields.Datetime.now() - timedelta(days=3))
        self.assertEqual(str(contractor.next_task_date), "2026-03-13", "the user's own day")
        self.assertEqual(self.contractor.days_without_contact, 3)
        self.assertEqual(self.person.last_event_date, event.date)
        self.assertFalse(self.silent.last_event_date)
        self.assertEqual(self.contractor.crm_event_count, 3)
        self.assertEqual(self.contractor.crm_task_count, 2)
        for partner in (self.contractor, self.person):
            for action, count in (
                    (partner.action_view_crm_events(), partner.crm_event_count),
                    (partner.action_view_crm_tasks(), partner.crm_task_count)):
                domain = action["domain"] + ([("state", "in", ("open", "in_progress"))]
                                             if action["res_model"] == "crm.task" else [])
                self.assertEqual(self.env[action["res_model"]].search_count(domain), count)

    def test_no_contact(self):
        self.assertEqual(self._without_contact(30), self.contractor | self.silent)
        self._event(29, partner_id=self.other_contractor.id, person_id=self.person.id)
        self.assertEqual(self._without_contact(30), self.silent, "the contractor's person was called")
        self.assertEqual(self._without_contact(20), self.contractor | self.silent)
        self.assertEqual(self._without_contact(29), self.contractor | self.silent)
        self.assertEqual(self.contractor.days_without_contact, 29)
        for operator, days, found in (("<", 29, False), ("<=", 29, True), (">", 29, False), (">", 28, True)):
            with self.subTest(operator=operator, days=days):
                self.assertEqual(bool(self.env["res.partner"].search([
                    ("days_without_contact", operator, days), ("id", "=", self.contractor.id)])), found)

    def test_pages_without_contact(self):
        """A page, and how many there are, as core reads both."""
        self.env["res.partner"].create([{"name": f"Milczący {number}", "is_company": True} for number in range(9)])
        self._event(2, partner_id=self.contractor.id)
        Partner = self.env["res.partner"].with_user(self.operator)
        silent = [("days_without_contact", ">=", 30), ("name", "like", "Milczący")]
        page = {"domain": silent, "specification": {"name": {}}, "order": "name desc, id"}
        everything = Partner.search(silent, order="name desc, id")
        self.assertEqual(len(everything), 10)
        for offset, limit, count_limit, length in (
                (0, 4, 100, 10), (8, 4, 100, 10), (0, 80, 100, 10), (0, 4, 6, 6), (4, 4, 6, 8), (0, 4, None, 10),
                (40, 4, 100, 0)):
            with self.subTest(offset=offset, limit=limit, count_limit=count_limit):
                read = Partner.web_search_read(**page, offset=offset, limit=limit, count_limit=count_limit)
                self.assertEqual([row["id"] for row in read["records"]], everything.ids[offset:offset + limit])
                self.assertEqual(read["length"], length)
        self.assertEqual(Partner.web_search_read([*silent, ("id", "=", 0)], {"name": {}}, limit=4, count_limit=9),
                         {"length": 0, "records": []})

    def test_who_took_part(self):
        self._event(2, partner_id=self.other_contractor.id, participant_ids=[(6, 0, self.person.ids)])
        for partner in (self.person, self.contractor, self.other_contractor):
            self.assertEqual(partner.days_without_contact, 2)
            self.assertEqual(self.env["crm.event"].search_count(partner.action_view_crm_events()["domain"]), 1)
            self.assertEqual(partner.crm_event_count, 1)
        self.assertEqual(self._without_contact(30), self.silent)
        self.assertEqual(self.env["crm.timeline"].search_count(
            self.person.action_view_crm_timeline()["domain"]), 1)

    def test_contacts_of_other_departments(self):
        """Whoever has none of our roles sees Odoo's contacts as they are without us."""
        for user, there in ((self.employee, False), (self.technician, True), (self.reader, True)):
            views = self.env["res.partner"].with_user(user).get_views([(False, "form"), (False, "search")])["views"]
            self.assertEqual('name="crm_kind"' in views["form"]["arch"], there, user.login)
            self.assertEqual('name="crm_bank"' in views["search"]["arch"], there, user.login)

    def test_whose_events_count(self):
        """A technician's columns say nothing of events that are not the technician's."""
        self._event(5, partner_id=self.contractor.id, user_id=self.operator.id)
        seen = self.contractor.with_user(self.technician)
        self.assertFalse(seen.last_event_date)
        self.assertEqual(seen.crm_event_count, 0)
        self.assertTrue(self.contractor.with_user(self.operator).last_event_date)
        self.assertEqual(self.contractor.with_user(self.employee).crm_event_count, 0)

    def test_list_statements(self):
        """The columns of a page of contractors take the same few statements, however many there are."""
        partners = self.env["res.partner"].create([
            {"name": f"Firm {number}", "is_company": True} for number in range(80)])
        self.Event.create([{"name": "Call", "partner_id": partner.id} for partner in partners])
        self.env.flush_all()
        self.env.invalidate_all()
        partners = partners.with_user(self.operator)
        partners[:1].last_event_date  # noqa: B018 - rights and rules are in the caches now
        self.env.invalidate_all()
        with self.assertQueryCount(4):
            partners.mapped("last_event_date")

    def test_registers(self):
        contractors, persons = (
            self.env["res.partner"].search(literal_eval(self.env.ref(f"crm_enova_like.action_crm_{name}").domain))
            for name in ("contractor", "person"))
        self.assertIn(self.contractor, contractors)
        self.assertNotIn(self.person, contractors)
        self.assertNotIn(self.shop, contractors | persons)
        self.assertIn(self.person, persons)
        self.assertNotIn(self.operator.partner_id, contractors | persons)

    def test_new_event_from_a_person(self):
        action = self.person.action_log_crm_event()
        form = Form(self.env["crm.event"].with_context(**action["context"]))
        form.name = "Asked about the price"
        event = form.save()
        self.assertEqual((event.partner_id, event.person_id), (self.contractor, self.person))

    def test_everybody_opens_what_core_shows_them(self):
        """Our fields and buttons on core's screens stop nobody who has no right to them."""
        campaign = self.env["utm.campaign"].create({"title": "Spring"})
        project = self.env["project.project"].create({"name": "Bakery", "campaign_id": campaign.id})
        for user in (self.technician, self.operator, self.manager, self.keeper, self.employee):
            for record in (self.contractor, campaign, project):
                self.env.invalidate_all()
                with self.subTest(user=user.login, model=record._name):
                    self.assertEqual(Form(record.with_user(user)).id, record.id)
                    record.with_user(user).get_views([(False, "list"), (False, "kanban"), (False, "search")])

    # CONSENTS

    def _consent(self, partner=None, channel="email", **vals):
        return self.env["crm.consent"].create({
            "partner_id": (partner or self.person).id, "channel": channel, "source": "Form 12/2026", **vals})

    def test_consent(self):
        consent = self._consent()
        self.assertEqual(consent.contractor_id, self.contractor)
        self.assertEqual(self.contractor.crm_people_consent_ids, consent)
        self.assertFalse(self.contractor.crm_consent_ids)
        self._consent(channel="sms")
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self._consent()
        consent.action_withdraw()
        self.assertEqual(consent.date_withdrawn, fields.Date.today())
        self._consent()
        with self.assertRaisesRegex(UserError, "new one"):
            consent.state = "given"

    def test_consent_dates(self):
        with self.assertRaisesRegex(ValidationError, "future"):
            self._consent(date_given="2026-03-11")
        consent = self._consent(date_given="2026-03-05")
        with self.assertRaisesRegex(ValidationError, "before it was given"):
            consent.write({"state": "withdrawn", "date_withdrawn": "2026-03-04"})

    def test_consent_of_a_contractor(self):
        Consent = self.env["crm.consent"]
        both = self.contractor | self.silent
        self.assertFalse(any(Consent._get_given(both).values()))
        consent = self._consent()
        self.assertEqual(Consent._get_given(both), {self.contractor: consent, self.silent: Consent})
        self.assertFalse(Consent._get_given(both, "sms")[self.contractor])
        consent.action_withdraw()
        self.assertFalse(Consent._get_given(both)[self.contractor])
