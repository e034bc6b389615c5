from math import isfinite

from odoo import api, models
from odoo.exceptions import UserError

from .taken import EARLIEST, LATEST, MOST, is_text

LONGEST = 500    # signs of a line; an index takes 2,704 bytes, and a sign has up to four
LARGEST_AMOUNT = 10 ** 12    # of two that are multiplied, the result is still one that can be rounded
FIRST_YEAR, LAST_YEAR = EARLIEST.year, LATEST.year + 1    # the first one that can be, and the first that cannot
NEEDED = {"char", "text", "html", "selection", "many2one", "date", "datetime"}    # types whose empty value is none


def storable(text):
    """A text without the signs that the database does not take: the end of a string, and halves of signs.

    :param text: str, or False
    """
    return (text or "").replace("\x00", "").encode("utf-8", "ignore").decode()


class CrmValuesMixin(models.AbstractModel):
    """Values that the database would refuse in words of its own, or keep though they are none: refused in a sentence,
    whoever writes them."""

    _name = "crm.values.mixin"
    _description = "Checks Its Values"
    _inherit = ["crm.named.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_values(vals)
        # a default of the context is as good as given; an empty one is none
        defaults = {
            key.removeprefix("default_"): value for key, value in self.env.context.items()
            if value and key.startswith("default_")}
        if defaults:
            self._check_values({
                name: value for name, value in defaults.items() if any(name not in vals for vals in vals_list)})
        return super().create(vals_list)

    def write(self, vals):
        self._check_values(vals)
        return super().write(vals)

    @api.model
    def _check_values(self, vals):
        """Refuse values that a field cannot have.

        :raises UserError: names the field, and what is wrong
        """
        for name, value in vals.items():
            field = self._fields.get(name)
            if field is None or not field.store:
                continue
            if isinstance(value, str):
                self._check_value_text(field, value)
            if field.type in ("float", "monetary", "integer"):
                self._check_value_number(field, value)
            elif field.type in ("date", "datetime") and value:
                self._check_value_date(field, value)
            elif field.required and field.type in NEEDED and not value:
                raise UserError(self.env._("%(kind)s: %(field)s is needed.", **self._name_value_field(field)))

    @api.model
    def _check_value_text(self, field, value):
        if field.type == "char" and len(value) > LONGEST:
            raise UserError(self.env._(
                "%(kind)s: %(field)s has up to %(max)s signs, and “%(begin)s…” has %(count)s.",
                max=LONGEST, begin=value[:20], count=len(value), **self._name_value_field(field)))
        if not is_text(value):
            raise UserError(self.env._(
                "%(kind)s: %(field)s holds a sign that cannot be stored. Type it anew.",
                **self._name_value_field(field)))

    @api.model
    def _check_value_date(self, field, value):
        try:
            date = field.convert_to_cache(value, self)
        except (TypeError, ValueError, OverflowError):
            return    # what is no date at all is refused by the field
        if date and not FIRST_YEAR <= date.year < LAST_YEAR:
            raise UserError(self.env._(
                "%(kind)s: %(field)s lies in the year %(year)s, which cannot be right.",
                year=date.year, **self._name_value_field(field)))

    @api.model
    def _check_value_number(self, field, value):
        try:
            number = float(value or 0)
        except (TypeError, ValueError, OverflowError):
            return    # what is no number at all is refused by the field
        if not isfinite(number):
            raise UserError(self.env._("%(kind)s: %(field)s is no number.", **self._name_value_field(field)))
        if abs(number) > (MOST if field.type == "integer" else LARGEST_AMOUNT):
            raise UserError(self.env._(
                "%(kind)s: %(field)s is %(number)s, which is too large.", number=value,
                **self._name_value_field(field)))

    @api.model
    def _name_value_field(self, field):
        return {"kind": self._name_kind(), "field": field._description_string(self.env)}
