from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestRelationsCampaignLetter(ServiceCommon):
    """A campaign by visit and by letter; consents of many."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign = cls.env["utm.campaign"].create({
            "title": "Tills", "company_id": cls.company.id, "user_id": cls.operator.id})
        cls.contractor.write({"street": "Rynek 5", "city": "Poznań", "zip": "61-001", "vat": False})
        cls.firms = cls.contractor | cls.other_contractor

    def _wizard(self, partners, channel, user=None, **vals):
        return self.env["crm.campaign.wizard"].with_user(user or self.operator).create({
            "campaign_id": self.campaign.id, "partner_ids": [Command.set(partners.ids)], "channel": channel, **vals})

    # WITHOUT CONSENT

    def test_by_visit_and_letter_without_consent(self):
        for channel in ("visit", "letter"):
            wizard = self._wizard(self.firms, channel, with_task=False)
            self.assertEqual(wizard.chosen_ids, self.contractor)
            self.assertFalse(wizard.left_out_ids)
            self.assertIn("no address", wizard.preview)
            self.assertIn("gets a project", wizard.preview)
        self.other_contractor.city = "Gniezno"
        projects = self.env["project.project"].search(
            self._wizard(self.firms, "letter", with_task=False).action_create()["domain"])
        self.assertEqual((projects.partner_id, set(projects.mapped("crm_channel"))), (self.firms, {"letter"}))
        self.assertTrue(all(projects.mapped("is_crm_project")))

    def test_electronic_ones_ask_for_it(self):
        self.firms.write({"phone": "601 100 200", "email": "biuro@example.com"})
        for channel in ("phone", "email", "sms"):
            wizard = self._wizard(self.firms, channel)
            self.assertEqual((wizard.left_out_ids, wizard.chosen_ids), (self.firms, self.firms.browse()))

    def test_the_preview_says_why_of_each(self):
        silent, far, gone, met = self.env["res.partner"].create([
            {"name": "Milczący", "is_company": True, "phone": "601 100 201"},
            {"name": "Zgodny bez telefonu", "is_company": True},
            {"name": "Dawny", "is_company": True, "active": False},
            {"name": "Już jest", "is_company": True}])
        self.env["crm.consent"].create([
            {"partner_id": partner.id, "channel": "phone", "source": "Form"}
            for partner in far | gone | self.contractor])
        self.contractor.phone = "601 100 200"
        self.env["project.project"].create({
            "name": "X", "partner_id": met.id, "campaign_id": self.campaign.id, "company_id": self.company.id})
        wizard = self._wizard(self.contractor | silent | far | gone | met, "phone")
        problems = wizard._get_problems()
        self.assertEqual({partner.name: text for partner, text in problems.items()}, {
            "Milczący": "no consent to marketing by this channel", "Zgodny bez telefonu": "no phone number",
            "Dawny": "is archived", "Już jest": "has a project of the campaign already"})
        for partner in problems:
            self.assertIn(partner.name, wizard.preview)
        self.assertEqual(wizard.chosen_ids, self.contractor)

    def test_nobody_chosen_is_a_plain_sentence(self):
        with self.assertRaises(UserError) as caught:
            self._wizard(self.firms.browse(), "letter").action_create()
        self.assertEqual(
            str(caught.exception), "Choose the contractors who are to get a project of campaign Tills.")
        with self.assertRaises(UserError) as caught:
            self._wizard(self.firms, "phone").action_create()
        self.assertEqual(str(caught.exception).splitlines()[0], "Nobody gets a project of campaign Tills.")
        self.assertEqual(set(str(caught.exception).splitlines()[1:]), {
            f"{name}: no consent to marketing by this channel" for name in ("Hurtownia Beta", "Piekarnia Kłos")})
        self.assertNotIn("–.", str(caught.exception))

    # CONSENTS OF MANY

    def test_consents_of_many(self):
        wizard = self.env["crm.consent.wizard"].with_user(self.operator).with_context(
            active_model="res.partner", active_ids=(self.firms | self.person).ids).create({
                "channel": "email", "source": "Fair in Poznań, list no. 3"})
        self.env["crm.consent"].create({"partner_id": self.person.id, "channel": "email", "source": "Form"})
        wizard.invalidate_recordset()
        self.assertEqual(wizard.existing_ids, self.person)
        consents = self.env["crm.consent"].search(wizard.action_record()["domain"])
        self.assertEqual((consents.partner_id, set(consents.mapped("source"))), (
            self.firms, {"Fair in Poznań, list no. 3"}))
        self.assertEqual(consents.create_uid, self.operator)
        for partner in self.firms:
            self.assertIn("Fair in Poznań, list no. 3", partner.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "already"):
            wizard.action_record()
        with self.assertRaises(AccessError):
            self.env["crm.consent.wizard"].with_user(self.technician).create({"channel": "email", "source": "X"})

    # LETTERS

    def _send(self):
        self.other_contractor.write({"city": "Gniezno", "street": "Długa 1", "zip": "62-200"})
        self._wizard(self.firms, "letter", with_task=False).action_create()

    def test_letters_are_filled_in_for_each(self):
        self._send()
        self.campaign.letter_body = (
            "<p>{{salutation}}</p><p>{{ Contractor }}, {{city}}</p><p>{{our firm}} &amp; {{responsible person}}</p>")
        self.contractor.name = "Kłos <b>& Syn</b>"
        action = self.campaign.with_user(self.operator).action_print_letters()
        self.assertEqual(action["report_name"], "crm_enova_like.report_campaign_letter")
        html = self._html("report_campaign_letter", self.campaign.with_user(self.operator))[1]
        self.assertEqual(html.count("page o_service"), 2)
        for words in ("Poznań", "Gniezno", "Rynek 5", "Długa 1", "61-001", self.company.name, self.operator.name,
                      "Kłos &lt;b&gt;&amp; Syn&lt;/b&gt;"):
            self.assertIn(words, html)
        self.assertNotIn("{{", html)
        self.assertEqual(html.count("page-break-before"), 1, "a page each, and none before the first")

    def test_the_words_are_those_of_the_firms_languages(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        words = self.campaign.with_context(lang="pl_PL")._get_letter_words()
        self._send()
        self.campaign.letter_body = "<p>{{%s}}</p><p>{{contractor}}</p>" % words["contractor"]
        self.assertEqual(
            [letter["body"] for letter in self.campaign._get_letters()],
            [f"<p>{name}</p><p>{name}</p>" for name in (self.contractor.name, self.other_contractor.name)])

    def test_a_word_that_is_none_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "nothing is filled in for “object.env”"):
            self.campaign.letter_body = "<p>{{ object.env }}</p>"

    def test_who_left_gets_no_letter(self):
        self._send()
        self.contractor.active = False
        self.assertEqual(self.campaign.with_user(self.operator)._get_letter_projects().partner_id, (
            self.other_contractor))

    def test_a_place_that_is_not_whole_is_refused(self):
        for text in ("<p>{{ <b>city</b> }}</p>", "<p>{{ city</p>", "<p>city }}</p>"):
            with self.subTest(text=text), self.assertRaisesRegex(ValidationError, "is not whole"):
                self.campaign.letter_body = text

    def test_nobody_and_no_text(self):
        with self.assertRaisesRegex(UserError, "no contractor who is to get a letter"):
            self.campaign.with_user(self.operator).action_print_letter_labels()
        self._send()
        with self.assertRaisesRegex(UserError, "write the text of the letter"):
            self.campaign.with_user(self.operator).action_print_letters()
        with self.assertRaises(AccessError):
            self.campaign.with_user(self.technician).action_print_letters()

    def test_labels(self):
        self._send()
        self.assertEqual(self.campaign.letter_count, 2)
        labels = self.campaign.with_user(self.operator)._get_letter_labels()
        texts = [text for text, _size in labels[0]]
        self.assertEqual(texts[:2], ["Piekarnia Kłos", "Rynek 5"])
        self.assertIn("61-001", texts[2])
        self.contractor.name = "Spółdzielnia Produkcyjno-Usługowo-Handlowa imienia Bohaterów"
        # a long name is broken, and stays as large
        lines = self.campaign._get_letter_labels()[0]
        name = [text for text, _size in lines[:[text for text, _size in lines].index("Rynek 5")]]
        self.assertGreater(len(name), 1)
        self.assertEqual(" ".join(name), self.contractor.name)
        self.assertTrue(all(size >= 3 for _text, size in lines))
        html = self._html("report_campaign_label", self.campaign.with_user(self.operator))[1]
        self.assertEqual(html.count("<svg"), 2)

    def test_stages(self):
        """Beside the one that core has, where nobody made any."""
        stages = self.env["utm.stage"].search([])
        if "mailing.mailing" in self.env:
            return
        self.assertGreaterEqual(len(stages), 3)
        self.env["utm.campaign"]._make_crm_stages()
        self.assertEqual(self.env["utm.stage"].search([]), stages)

    def test_without_email_marketing(self):
        if "mailing.mailing" in self.env:
            return
        self.assertFalse(self.campaign.with_user(self.operator).has_mailing)
        with self.assertRaisesRegex(UserError, "not installed"):
            self.campaign.with_user(self.operator).action_open_mailing()
