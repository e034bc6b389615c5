import re

from stdnum.pl import nip

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .phones import is_mobile
from .queries import pieces, trigrams
from .spelling import EXTENSION, FEWEST_DIGITS, clean_number, number_key, phone_ends, read_phones
from .words import has_long_word, split_words

MOST_FOUND = 20
# what core's name of a contact has beside its stored one, or leaves out
NAME_KEYS = (
    "show_address", "show_email", "show_vat", "partner_show_db_id", "formatted_display_name",
    "partner_display_name_hide_company")
NUMBER = re.compile(r"(?:PL|tel\.?)?[\d\s().+/,;\u2010-\u2015\u2212-]+", re.IGNORECASE)


class ResPartner(models.Model):
    """Contractors at the counter: found by what the customer says, made in place with what is needed."""

    _name = "res.partner"
    _inherit = ["res.partner", "crm.history.mixin"]

    service_same_phone_id = fields.Many2one(
        "res.partner", string="Contractor with This Phone", compute="_compute_service_same_phone_id")

    service_is_mobile = fields.Boolean(string="Takes Text Messages", compute="_compute_service_is_mobile")
    service_phone_digits = fields.Char(
        string="Digits of Phone Numbers", compute="_compute_service_phone_digits", store=True, precompute=True,
        export_string_translation=False,
        help="Of each number that the phone's field holds, with a semicolon behind it; no words and no extensions.")

    # what the searches below compare, so that a name typed into a field stays quick with many contacts
    _service_digits_idx = models.Index(pieces("service_phone_digits"))
    _service_phone_idx = models.Index("(phone_sanitized) WHERE phone_sanitized IS NOT NULL")
    _service_vat_idx = models.Index(
        r"(upper(regexp_replace(vat, '[^0-9A-Za-z]', '', 'g')) text_pattern_ops) WHERE vat IS NOT NULL")

    # what core compares with a typed piece of a name: one of them without an index, and all contacts are read
    _service_name_idx = models.Index(trigrams("complete_name"))
    _service_email_idx = models.Index(trigrams("email"))
    _service_ref_idx = models.Index(trigrams("ref"))
    _service_vat_piece_idx = models.Index(trigrams("vat"))
    _service_registry_idx = models.Index(trigrams("company_registry"))

    # FINDING

    @api.model
    def _find_by_phone(self, number, is_part=False):
        """Contractors and persons with a phone number, however it is written, with its country's code or without.

        :param number: text; the end of a number will do
        :param is_part: while it is typed: any piece of a number will do
        """
        ends = phone_ends(number, self.env.company.country_id.phone_code)
        if not ends:
            return self.browse()
        self.flush_model(["service_phone_digits", "phone_sanitized"])
        # two indexes answer, one for each part
        return self._search_numbers(SQL(
            """SELECT id FROM res_partner
                WHERE service_phone_digits LIKE ANY(%s::text[]) AND service_phone_digits IS NOT NULL
                UNION SELECT id FROM res_partner WHERE phone_sanitized = %s""",
            [f"%{digits}%" if is_part else f"%{digits};%" for digits in ends],
            self._phone_format(number=number) or None))

    @api.model
    def _get_phone_domain(self, number):
        """Contacts with a phone number of which this is a piece; None where it is too short for one."""
        ends = phone_ends(number, self.env.company.country_id.phone_code)
        return Domain.OR(Domain("service_phone_digits", "like", digits) for digits in ends) if ends else None

    @api.depends("phone", "country_id")
    @api.depends_context("company")
    def _compute_service_is_mobile(self):
        for partner in self:
            partner.service_is_mobile = bool(partner.phone) and is_mobile(
                partner.phone, partner.country_id or self.env.company.country_id)

    @api.depends("phone")
    def _compute_service_phone_digits(self):
        for partner in self:
            partner.service_phone_digits = "".join(f"{digits};" for digits in read_phones(partner.phone)) or False

    @api.model
    def _find_by_tax_number(self, number):
        """Contractors whose tax number begins so, with or without PL, spaces and dashes."""
        compare = self._get_tax_number_comparison(number)
        if not compare:
            return self.browse()
        self.flush_model(["vat"])
        return self._search_numbers(SQL("SELECT id FROM res_partner WHERE %s", compare(None, "res_partner", None)))

    @api.model
    def _get_tax_number_comparison(self, number):
        """What tells whether a tax number begins so, for :meth:`Domain.custom`; None where it is too short for one."""
        digits = re.sub(r"\D", "", number_key(number))
        if len(digits) < FEWEST_DIGITS:
            return None

        def compare(_model, alias, _query):
            column = SQL.identifier(alias, "vat", to_flush=self._fields["vat"])
            vat = SQL("upper(regexp_replace(%s, '[^0-9A-Za-z]', '', 'g'))", column)
            return SQL(
                "((%s LIKE %s OR %s LIKE %s) AND %s IS NOT NULL)", vat, f"{digits}%", vat, f"PL{digits}%", column)

        return compare

    @api.model
    def _search_numbers(self, query):
        """The first of the contacts that a query finds and the user may see: the record rules come before the limit."""
        return self.search([("id", "in", SQL("(%s)", query))], limit=MOST_FOUND)

    @api.model
    def _search_display_name(self, operator, value):
        """As core's; the words of a name are found in any order, a phone number or a NIP in any spelling."""
        if operator != "ilike" or not isinstance(value, str):
            return super()._search_display_name(operator, value)
        # what is pasted may hold signs that nobody sees
        words = split_words(value)
        if not has_long_word(words):
            # neither has an index, and as one text they are found as seldom as it is
            words = [clean_number(value)]
        return Domain.AND(
            Domain(super(ResPartner, self)._search_display_name(operator, word)) | self._get_number_domain(word)
            for word in words)

    @api.model
    def _get_number_domain(self, word):
        """Contacts with a phone number of which a word is a piece, or with a tax number that begins so."""
        if not NUMBER.fullmatch(EXTENSION.sub("", word)):
            return Domain.FALSE
        compare = self._get_tax_number_comparison(word)
        domain = Domain.custom(to_sql=compare) if compare else Domain.FALSE
        if phone := self._get_phone_domain(word):
            sanitized = self._phone_format(number=word)
            domain |= phone | (Domain("phone_sanitized", "=", sanitized) if sanitized else Domain.FALSE)
        return domain

    @api.model
    def _query_word(self, word):
        """The contacts that a word is about: those with it, and who belongs to them.

        :return: SQL of their ids, with the reader's rights
        """
        self.flush_model(["commercial_partner_id", "parent_id"])
        return SQL(
            """(WITH named AS MATERIALIZED (%s)
                SELECT id FROM named
                 UNION SELECT p.id FROM res_partner p WHERE p.commercial_partner_id IN (SELECT id FROM named)
                 UNION SELECT p.id FROM res_partner p WHERE p.parent_id IN (SELECT id FROM named))""",
            self.with_context(active_test=False)._search(Domain("display_name", "ilike", word)).subselect())

    @api.depends("phone")
    @api.depends_context("service_counter")
    def _compute_display_name(self):
        stored = self._set_stored_names()
        result = super(ResPartner, self - stored)._compute_display_name()
        context = self.env.context
        if context.get("service_counter") and context.get("formatted_display_name"):
            # two Jan Kowalskis are told apart by their numbers
            for partner in self.filtered("phone"):
                partner.display_name = f"{partner.display_name} \t --{partner.phone}--"
        return result

    def _set_stored_names(self):
        """Name contacts as they are stored, where core would put the same name together again, one by one: a page
        shows hundreds of them.

        :return: those that are named so
        """
        if not self.env.su or any(self.env.context.get(key) for key in NAME_KEYS):
            return self.browse()
        stored = self.filtered("id")
        # of all that a contact has
        stored.fetch(["name", "complete_name"])
        stored = stored.filtered("name")
        for partner in stored:
            partner.display_name = partner.complete_name
        return stored

    # MAKING IN PLACE

    @api.depends("phone")
    @api.depends_context("service_counter")
    def _compute_service_same_phone_id(self):
        """Who has the number already; asked for one contractor at a time, in the counter's dialog."""
        self.service_same_phone_id = False
        if self.env.context.get("service_counter"):
            for partner in self.filtered("phone"):
                partner.service_same_phone_id = (self._find_by_phone(partner.phone) - partner._origin)[:1]

    @api.model
    def default_get(self, fields_list):
        """At the counter, a number typed into the contractor's field is no name."""
        values = super().default_get(fields_list)
        typed = (values.get("name") or "").strip()
        if self.env.context.get("service_counter") and typed and NUMBER.fullmatch(EXTENSION.sub("", typed)):
            values.pop("name")
            if nip.is_valid(typed):
                values.update(vat=nip.compact(typed), is_company=True, company_type="company")
            else:
                values["phone"] = typed
        return values

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.context.get("service_counter"):
            for vals in vals_list:
                self._check_counter_vals(vals)
        return super().create(vals_list)

    def write(self, vals):
        result = super().write(vals)
        self._forget_zones(vals)
        return result

    def _update_address(self, vals):
        # what a contact takes from its contractor is not written by write()
        result = super()._update_address(vals)
        self._forget_zones(vals)
        return result

    def _forget_zones(self, vals):
        """After a write: where contacts are companies', their time zones are worked out anew (``_find_zone``)."""
        if {"tz", "country_id"} & vals.keys() and not self.env["res.company"]._find_contact_ids().isdisjoint(self.ids):
            self.env.registry.clear_cache()

    @api.model
    def _check_counter_vals(self, vals):
        """Refuse a contractor made in place without what the service needs.

        :raises ValidationError: says what is missing
        """
        name = (vals.get("name") or "").strip()
        is_firm = vals.get("is_company") or vals.get("company_type") == "company"
        if not name:
            raise ValidationError(self.env._("The contractor needs a name."))
        if is_firm and not (vals.get("vat") or "").strip():
            raise ValidationError(self.env._("%(name)s: a firm needs its tax number (NIP).", name=name))
        if not (vals.get("phone") or "").strip():
            raise ValidationError(self.env._(
                "%(name)s: a phone number is needed, to tell them when the device is ready.", name=name))
