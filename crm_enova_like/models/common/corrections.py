from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .formats import format_moment

AHEAD = timedelta(minutes=5)    # a clock that is a little ahead is no future


class CrmStateMixin(models.AbstractModel):
    """What facts cannot be corrected to: afterwards, too, a record is one of its state, and its days can be so."""

    _inherit = "crm.state.mixin"

    def _get_needed_facts(self):
        """Names of the facts that one record, being in its state, is not without: they are not emptied. Set of str."""
        self.ensure_one()
        return set()

    def _get_absent_facts(self):
        """Names of the facts that one record, being in its state, does not have yet: set of str."""
        self.ensure_one()
        return set()

    @api.model
    def _get_past_facts(self):
        """Names of the facts that say when something happened, which is never in the future: set of str."""
        return set()

    def _get_fact_order(self):
        """What of one record came before what: list of (name of a moment, name of one that is no earlier)."""
        self.ensure_one()
        return []

    def _check_correction(self, vals):
        """Refuse a correction by which a record would not be what its state says; a model adds its own.

        :param self: any number of records
        :param vals: values of fact fields
        :raises UserError: names the first record and the field
        """
        for record in self:
            given = {}
            for name, value in vals.items():
                field = self._fields[name]
                value = field.convert_to_record(field.convert_to_cache(value, record), record)
                given[name] = value.strip() if isinstance(value, str) else value
            record._check_corrected_presence(given)
            record._check_corrected_moments(given)

    def _check_corrected_presence(self, given):
        self.ensure_one()
        needed, absent = self._get_needed_facts(), self._get_absent_facts()
        for name, value in given.items():
            words = {"record": self._get_state_record_name(), "field": self._fields[name]._description_string(self.env)}
            if name in needed and self[name] and not value:
                raise UserError(self.env._(
                    "%(record)s: “%(field)s” cannot be emptied. Enter what is right.", **words))
            if name in absent and value:
                raise UserError(self.env._(
                    "%(record)s is “%(state)s”, and has no “%(field)s” in this state.",
                    state=self._get_state_names().get(self.state, ""), **words))

    def _check_corrected_moments(self, given):
        self.ensure_one()
        name_of = {name: self._fields[name]._description_string(self.env) for name in given}
        for name in self._get_past_facts() & given.keys():
            value = given[name]
            if value and value > (
                    fields.Datetime.now() + AHEAD if self._fields[name].type == "datetime"
                    else self.company_id._service_today()):
                raise UserError(self.env._(
                    "%(record)s: “%(field)s” cannot lie in the future (%(value)s).",
                    record=self._get_state_record_name(), field=name_of[name], value=self._format_moment(value)))
        for first, second in self._get_fact_order():
            earlier, later = given.get(first, self[first]), given.get(second, self[second])
            if {first, second} & given.keys() and earlier and later and later < earlier:
                raise UserError(self.env._(
                    "%(record)s: “%(second)s” (%(later)s) cannot be before “%(first)s” (%(earlier)s).",
                    record=self._get_state_record_name(), later=self._format_moment(later),
                    earlier=self._format_moment(earlier), first=self._fields[first]._description_string(self.env),
                    second=self._fields[second]._description_string(self.env)))

    def _format_moment(self, value):
        self.ensure_one()
        # a datetime is a date as well
        return format_moment(self.env, self.company_id, value) if hasattr(value, "hour") else format_date(
            self.env, value)


class CrmNumberedMixin(models.AbstractModel):
    """A number that is corrected is nobody else's."""

    _inherit = "crm.numbered.mixin"

    def _check_number_free(self, number, others=(), shared=False):
        """Refuse a number that another document has.

        :param self: the documents that would get it
        :param others: domain of those that may not have it; all of the company by default
        :param shared: whether these are on one paper
        :raises UserError: several would get it, or one has it
        """
        if number and len(self) > 1 and not shared:
            raise UserError(self.env._("Each document has a number of its own: correct one at a time."))
        for document in self if number else ():
            # sudo: one that is out of sight has its number, too
            found = self.sudo().with_context(active_test=False).search([
                ("company_id", "=", document.company_id.id), (self._number_field, "=", number),
                ("id", "not in", self.ids), *others], limit=1)
            if found:
                raise UserError(self.env._(
                    "%(record)s: the number %(number)s is taken by another document. Enter a free one.",
                    record=document._get_state_record_name(), number=number))
