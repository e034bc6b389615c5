import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

PHONE_DIGITS = 9    # of a phone number that decide: country codes are written or not


FEWEST_DIGITS = 5    # of a number that is worth looking for


NUMBER = re.compile(r"(?:PL)?[\d\s().+/–-]+", re.IGNORECASE)


NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)


def is_nip(number):
    """Whether a text is a Polish tax number (NIP): ten digits with the right check digit."""
    digits = re.sub(r"\D", "", number or "")
    if len(digits) != 10:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(NIP_WEIGHTS, digits, strict=False))
    return total % 11 == int(digits[-1])


class ResPartner(models.Model):
    """Contractors at the counter: found by what the customer says, made in place with what is needed."""

    _inherit = "res.partner"

    service_same_phone_id = fields.Many2one(
        "res.partner", string="Contractor with This Phone", compute="_compute_service_same_phone_id")

    # what the searches below compare, so that a name typed into a field stays quick with many contacts
    _service_phone_idx = models.Index(
        r"(reverse(regexp_replace(phone, '\D', '', 'g')) text_pattern_ops) WHERE phone IS NOT NULL")
    _service_phone_start_idx = models.Index(
        r"(right(regexp_replace(phone, '\D', '', 'g'), 9) text_pattern_ops) WHERE phone IS NOT NULL")
    _service_vat_idx = models.Index(
        r"(upper(regexp_replace(vat, '[^0-9A-Za-z]', '', 'g')) text_pattern_ops) WHERE vat IS NOT NULL")

    # FINDING

    @api.model
    def _find_by_phone(self, number):
        """Contractors and persons with a phone number, however it is written.

        :param number: text; the last nine digits decide
        """
        digits = re.sub(r"\D", "", number or "")[-PHONE_DIGITS:]
        if len(digits) < FEWEST_DIGITS:
            return self.browse()
        self.flush_model(["phone", "active"])
        return self._search_numbers(SQL(
            r"reverse(regexp_replace(phone, '\D', '', 'g')) LIKE %s AND phone IS NOT NULL", f"{digits[::-1]}%"))

    @api.model
    def _find_by_phone_start(self, number):
        """Contractors and persons whose phone number begins so, the country's code left out: while it is typed."""
        digits = re.sub(r"\D", "", re.sub(r"^\s*(?:\+|00)\s*48", "", number or ""))
        if not FEWEST_DIGITS <= len(digits) <= PHONE_DIGITS:
            return self.browse()
        self.flush_model(["phone", "active"])
        return self._search_numbers(SQL(
            r"right(regexp_replace(phone, '\D', '', 'g'), 9) LIKE %s AND phone IS NOT NULL", f"{digits}%"))

    @api.model
    def _find_by_tax_number(self, number):
        """Contractors whose tax number begins so, with or without PL, spaces and dashes."""
        digits = re.sub(r"\D", "", number or "")
        if len(digits) < FEWEST_DIGITS:
            return self.browse()
        self.flush_model(["vat", "active"])
        vat = SQL("upper(regexp_replace(vat, '[^0-9A-Za-z]', '', 'g'))")
        return self._search_numbers(SQL(
            "(%s LIKE %s OR %s LIKE %s) AND vat IS NOT NULL", vat, f"{digits}%", vat, f"PL{digits}%"))

    @api.model
    def _search_numbers(self, condition):
        rows = self.env.execute_query(SQL("SELECT id FROM res_partner WHERE active AND %s LIMIT 20", condition))
        # the record rules decide who may be found
        return self.search([("id", "in", [row[0] for row in rows])])

    @api.model
    def _search_display_name(self, operator, value):
        """As core's; a phone number or a NIP is found in any spelling too."""
        domain = super()._search_display_name(operator, value)
        if operator == "ilike" and isinstance(value, str) and NUMBER.fullmatch(value.strip()):
            found = (
                self._find_by_phone(value) | self._find_by_phone_start(value) | self._find_by_tax_number(value))
            if found:
                return Domain(domain) | Domain("id", "in", found.ids)
        return domain

    @api.depends("phone")
    @api.depends_context("service_counter")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        context = self.env.context
        if context.get("service_counter") and context.get("formatted_display_name"):
            # two Jan Kowalskis are told apart by their numbers
            for partner in self.filtered("phone"):
                partner.display_name = f"{partner.display_name} \t --{partner.phone}--"
        return result

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
        if self.env.context.get("service_counter") and typed and NUMBER.fullmatch(typed):
            values.pop("name")
            if is_nip(typed):
                values.update(vat=re.sub(r"[\s.–-]", "", typed).upper(), is_company=True, company_type="company")
            else:
                values["phone"] = typed
        return values

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.context.get("service_counter"):
            for vals in vals_list:
                self._check_counter_vals(vals)
        return super().create(vals_list)

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
