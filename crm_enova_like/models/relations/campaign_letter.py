import re

from markupsafe import Markup, escape
from reportlab.pdfbase.pdfmetrics import stringWidth

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_date, is_html_empty
from odoo.tools.misc import get_lang

from ..common.archived_mixin import OPERATORS
from ..common.formats import format_contact
from ..common.languages import find_language
from .project import FOR_OPERATORS

PLACE = re.compile(r"\{\{\s*([^{}<>]*?)\s*\}\}")

# of a label's line, in mm: its room, its size, and how much broader than Helvetica a font of the server may be
ROOM, SIZE, BROADEST = 60.0, 3.6, 1.15


def fit_label(lines, most=7):
    """Break lines that are longer than a label is wide, and shrink what cannot be broken.

    :param most: lines of a label
    :return: list of (text, size in mm)
    """
    pieces = []
    for line in lines:
        kept = ""
        for word in line.split():
            longer = f"{kept} {word}".strip()
            if kept and stringWidth(longer, "Helvetica-Bold", BROADEST) * SIZE > ROOM:
                pieces.append(kept)
                longer = word
            kept = longer
        pieces.append(kept)
    return [
        (text, round(min(SIZE, ROOM / max(1.0, stringWidth(text, "Helvetica-Bold", BROADEST))), 2))
        for text in pieces[:most]]


class UtmCampaign(models.Model):
    """A campaign by letter: one text with places that are filled in for each contractor, and labels for the envelopes.

    The places are words in double braces, in any language that the firm uses; they are put in by their name and never
    evaluated.
    """

    _inherit = "utm.campaign"

    letter_body = fields.Html(
        string="Text of the Letter", help="The text for each contractor who has a project of the campaign by letter.")
    letter_places = fields.Char(string="Places in the Text", compute="_compute_letter_places")
    letter_count = fields.Integer(string="Letters", compute="_compute_letter_count", groups=FOR_OPERATORS)
    has_mailing = fields.Boolean(compute="_compute_has_mailing")

    @api.model
    def _get_letter_words(self):
        """The words for what is filled in, in the reader's language: {name: word}; other addons may add theirs."""
        return {
            "contractor": self.env._("contractor"), "person": self.env._("person"),
            "salutation": self.env._("salutation"), "address": self.env._("address"), "city": self.env._("city"),
            "vat": self.env._("tax ID"), "date": self.env._("date"), "firm": self.env._("our firm"),
            "firm_address": self.env._("our address"), "firm_phone": self.env._("our phone"),
            "firm_email": self.env._("our e-mail"), "responsible": self.env._("responsible person")}

    @api.model
    def _get_letter_names(self):
        """What each word stands for, in all languages of the firm: {word in small letters: name}."""
        names = {}
        for code, _name in [("en_US", ""), *self.env["res.lang"].get_installed()]:
            words = self.with_context(lang=code)._get_letter_words()
            names.update({word.lower(): name for name, word in words.items()})
        return names

    @api.depends_context("lang")
    def _compute_letter_places(self):
        self.letter_places = " ".join("{{%s}}" % word for word in self._get_letter_words().values())

    @api.depends("project_ids.crm_channel", "project_ids.active", "project_ids.date_closed")
    def _compute_letter_count(self):
        counts = dict(self.env["project.project"]._read_group(
            [("campaign_id", "in", self.ids), ("crm_channel", "=", "letter"), ("date_closed", "=", False),
             ("partner_id.active", "=", True)], ["campaign_id"], ["__count"]))
        for campaign in self:
            campaign.letter_count = counts.get(campaign, 0)

    def _compute_has_mailing(self):
        self.has_mailing = "mailing.mailing" in self.env and self.env["mailing.mailing"].has_access("create")

    @api.constrains("letter_body")
    def _check_letter_body(self):
        for campaign in self:
            found = PLACE.findall(campaign.letter_body or "")
            if any(braces in PLACE.sub("", campaign.letter_body or "") for braces in ("{{", "}}")):
                raise ValidationError(self.env._(
                    "Campaign %(campaign)s: in the text of the letter a place is not whole, or its word is formatted "
                    "in part. Write it anew, as one of: %(words)s.",
                    campaign=campaign.title, words=campaign.letter_places))
            names = campaign._get_letter_names() if found else {}
            for word in found:
                if self._normalize_word(word) not in names:
                    raise ValidationError(self.env._(
                        "Campaign %(campaign)s: nothing is filled in for “%(word)s”. There are: %(words)s.",
                        campaign=campaign.title, word=word, words=campaign.letter_places))

    @api.model
    def _normalize_word(self, word):
        """A word between braces as it is looked for: an editor makes hard spaces."""
        return " ".join(word.replace("&nbsp;", " ").split()).lower()

    # WHO GETS A LETTER

    def _get_letter_projects(self):
        """The projects of one campaign whose contractors get a letter.

        :raises AccessError: the user is no operator
        :raises UserError: there is none
        """
        self.ensure_one()
        if not self.env.user.has_group(OPERATORS):
            raise AccessError(self.env._("Letters of campaigns are printed by operators."))
        # who is archived meanwhile, or whose project ended, gets none
        projects = self.project_ids.filtered(lambda project: (
            project.crm_channel == "letter" and project.partner_id.active and not project.date_closed))
        if not projects:
            raise UserError(self.env._(
                "Campaign %(campaign)s has no contractor who is to get a letter. Choose contractors by the channel "
                "“Posted letter” first.", campaign=self.title))
        return projects.sorted(lambda project: (project.partner_id.zip or "", project.partner_id.name or ""))

    def _get_letter_company(self):
        """The firm that writes the letters of one campaign."""
        return self.company_id or self.env.company

    def _get_letter_person(self, project):
        """To whose hands a letter goes: who the first task of its project is with, or the private person itself."""
        person = project.crm_task_ids.person_id[:1]
        return person or project.partner_id.filtered(lambda partner: not partner.is_company)

    def _prepare_letter_values(self, project):
        """What is filled in for one project: {name: text}; the campaign is in the language of the letter."""
        self.ensure_one()
        partner, company = project.partner_id.with_env(self.env), self._get_letter_company().sudo()
        person = self._get_letter_person(project)
        return {
            "contractor": partner.name, "person": person.name,
            "salutation": self.env._("Dear Sir or Madam,"),
            "address": "\n".join(format_contact(partner)[1:]), "city": partner.city, "vat": partner.vat,
            "date": format_date(self.env, company._service_today()), "firm": company.name,
            "firm_address": "\n".join(format_contact(company.partner_id)[1:]), "firm_phone": company.phone,
            "firm_email": company.email, "responsible": self.user_id.name}

    def _get_letters(self):
        """The letters of one campaign, as the paper prints them.

        :return: list of dict with the language, the lines of the address, the text, the place and the day
        """
        projects = self._get_letter_projects()
        if is_html_empty(self.letter_body):
            raise UserError(self.env._(
                "Campaign %(campaign)s: write the text of the letter first.", campaign=self.title))
        names, letters = self._get_letter_names(), []
        for project in projects:
            campaign = self.with_context(lang=self._get_letter_lang(project))
            values = campaign._prepare_letter_values(project)

            def fill(match, values=values):
                text = values[names[self._normalize_word(match[1])]] or ""
                return str(Markup("<br/>").join(escape(line) for line in text.split("\n")))

            letters.append({
                "lang": campaign.env.lang, "lines": campaign._get_letter_address(project),
                "body": Markup(PLACE.sub(fill, self.letter_body)), "date": values["date"],    # noqa: S704  # a field that core sanitized
                "city": self._get_letter_company().sudo().city})
        return letters

    def _get_letter_lang(self, project):
        """The language of one letter: the contractor's, else the firm's."""
        return find_language(self.env, project.partner_id.lang, self._get_letter_company().sudo().partner_id.lang)

    def _get_letter_address(self, project):
        """The lines of the envelope: the contractor, to whose hands, and the address."""
        name, *address = format_contact(project.partner_id.with_env(self.env)) or [""]
        person = self._get_letter_person(project)
        return [name, *([person.name] if person and person != project.partner_id else []), *address]

    def _get_letter_labels(self):
        """The labels of one campaign: a list of lines, each with its text and its size in mm."""
        labels = []
        for project in self._get_letter_projects():
            lines = self.with_context(lang=self._get_letter_lang(project))._get_letter_address(project)
            labels.append(fit_label(lines))
        return labels

    # BUTTONS

    def action_print_letters(self):
        """Print the letters of one campaign, in one file.

        :raises UserError: nobody is to get one, or there is no text
        """
        self._get_letters()
        return self.env.ref("crm_enova_like.action_report_campaign_letter").report_action(self, config=False)

    def action_print_letter_labels(self):
        """Print the addresses of one campaign's letters on sheets of labels.

        :raises UserError: nobody is to get one
        """
        self._get_letter_projects()
        return self.env.ref("crm_enova_like.action_report_campaign_label").report_action(self, config=False)

    def action_open_mailing(self):
        """Make a mailing of Odoo's *Email Marketing*, where it is installed, to those contractors and persons of one
        campaign who agreed to e-mail.

        :raises UserError: Email Marketing is not there for the user, or nobody agreed
        """
        self.ensure_one()
        if not self.has_mailing:
            raise UserError(self.env._("Email Marketing is not installed, or you may not send with it."))
        contractors = self.project_ids.partner_id.commercial_partner_id
        given = self.env["crm.consent"]._get_given(contractors, "email", self._get_letter_company())
        readers = contractors.browse().union(*(consents.partner_id for consents in given.values())).filtered("email")
        if not readers:
            raise UserError(self.env._(
                "Nobody in campaign %(campaign)s has an e-mail address and agreed to marketing by e-mail.",
                campaign=self.title))
        body = self._get_mailing_body()
        mailing = self.env["mailing.mailing"].create({
            # a subject is a template, too
            "subject": (self.title or "").replace("{{", "{ {"),
            "campaign_id": self.id, "user_id": self.env.uid, "mailing_type": "mail",
            "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
            "mailing_domain": repr([("id", "in", readers.ids)]), "body_arch": body, "body_html": body})
        return mailing.get_formview_action()

    def _get_mailing_body(self):
        """The text of one campaign as a mailing has it: what differs from reader to reader is left out of it."""
        names, company = self._get_letter_names(), self._get_letter_company().sudo()
        said = {"firm": company.name, "firm_phone": company.phone, "firm_email": company.email,
                "firm_address": ", ".join(format_contact(company.partner_id)[1:]), "responsible": self.user_id.name,
                "salutation": self.with_context(lang=get_lang(self.env).code).env._("Dear Sir or Madam,"),
                "date": format_date(self.env, company._service_today())}
        fields_ = {"contractor": "object.commercial_partner_id.name", "person": "object.name", "city": "object.city",
                   "vat": "object.vat", "address": "object.contact_address_inline"}

        def fill(match):
            name = names[self._normalize_word(match[1])]
            if name in fields_:
                return f'<t t-out="{fields_[name]}"/>'
            return str(escape(said.get(name) or ""))

        return PLACE.sub(fill, self.letter_body or "")
