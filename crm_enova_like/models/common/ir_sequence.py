from calendar import monthrange
from datetime import date as Date

from odoo import api, fields, models
from odoo.tools import SQL, ormcache

from .numbering import Series

NEXT_NUMBER = (
    "Next number that will be used. Documents of the service (orders, RW, ZW, protocols) go on after the highest "
    "number that was drawn; a greater one that is set here is the one with which they go on.")


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    number_next_actual = fields.Integer(help=NEXT_NUMBER)

    def _next_batch(self, count, date=None):
        """Draw ``count`` numbers of one sequence at once: of those that may have gaps, in one statement.

        Documents that may have none draw otherwise (``crm.numbered.mixin``).

        :param count: how many numbers
        :param date: the day that decides the year's range; today of the current company when empty
        :return: list of formatted strings, in order
        """
        self.ensure_one()
        if not count:
            return []
        date = fields.Date.to_date(date) or self.env.company._service_today()
        if self.implementation != "standard":
            return [self.next_by_id(date) for _each in range(count)]
        name, sequence = f"ir_sequence_{self.id:03d}", self.with_context(ir_sequence_date=date)
        if self.use_date_range:
            found = self._get_current_sequence(date)
            name += f"_{found.id:03d}"
            sequence = sequence.with_context(ir_sequence_date_range=found.date_from)
        rows = self.env.execute_query(SQL("SELECT nextval(%s) FROM generate_series(1, %s)", name, count))
        return [sequence.get_next_char(number) for [number] in rows]

    # NUMBERS WITHOUT GAPS: the sequence says how they look and with which they begin, the register which is next

    def _get_series(self, day):
        """The series of one sequence on a day.

        :return: Series
        """
        self.ensure_one()
        range_id, begin = self._find_range(day) if self.use_date_range else (None, None)
        prefix, suffix = self._get_prefix_suffix(day, begin or day.replace(month=1, day=1))
        table, holder_id = ("ir_sequence_date_range", range_id) if self.use_date_range else ("ir_sequence", self.id)
        # read where the number is drawn: one statement less; a year without a range begins with 1
        floor = SQL(
            "COALESCE((SELECT number_next FROM %s WHERE id = %s), 1)", SQL.identifier(table), holder_id)
        return Series(prefix, suffix, self.padding, max(self.number_increment, 1), floor)

    def _find_range(self, day):
        """The range of one sequence for a day, as core finds it: (id, first day), or a pair of None."""
        return next(
            ((range_id, begin) for range_id, begin, end in self._get_ranges() if begin <= day <= end), (None, None))

    @ormcache("self.id")
    def _get_ranges(self):
        """The ranges of one sequence: list of (id, first day, last day); kept in the registry's cache, since each
        number asks."""
        # sudo: the cache is everybody's, whoever asks first
        ranges = self.env["ir.sequence.date_range"].sudo().search([("sequence_id", "=", self.id)], order="id")
        return [(each.id, each.date_from, each.date_to) for each in ranges]

    def _get_number_next_actual(self):
        """Of the sequences of our documents: the number that is tried next."""
        result = super()._get_number_next_actual()
        # sudo: whoever looks at sequences need not read our documents' types
        ours = self & self.sudo()._get_service_sequences().filtered(lambda sequence: not sequence.use_date_range)
        ours._show_next_numbers({sequence: (sequence, self.env.company._service_today()) for sequence in ours})
        return result

    @api.model
    def _show_next_numbers(self, holders):
        """Let sequences or their ranges show the next number by the register.

        :param holders: {record: (its sequence, a day of it)}
        """
        texts = {
            holder: (sequence.company_id.id, sequence._get_series(day).text)
            for holder, (sequence, day) in holders.items()}
        highest = self.env["crm.service.number"].sudo()._get_highest(set(texts.values()))
        for holder, (sequence, _day) in holders.items():
            holder.number_next_actual = max(
                holder.number_next, highest.get(texts[holder], 0) + max(sequence.number_increment, 1))

    def _keep_next_numbers(self):
        """Let the sequences themselves say from where they go on, for when the register is no more (uninstallation)."""
        self.date_range_ids.invalidate_recordset(["number_next_actual"])
        for holder in (*self.filtered(lambda sequence: not sequence.use_date_range), *self.date_range_ids):
            holder.number_next = holder.number_next_actual

    @api.model
    def _get_service_sequences(self):
        """The sequences whose ranges are made ahead; each wing adds those of its own documents.

        :return: ir.sequence recordset
        """
        return self.browse()

    @api.model
    def _cron_prepare_service_ranges(self):
        """Make this year's and the next year's ranges of all service sequences,
        so that two first documents of a year cannot race to make them."""
        self._get_service_sequences()._prepare_service_ranges()

    def _prepare_service_ranges(self):
        """Make the ranges of this year and the next that are missing: months of a sequence that has ranges of a month,
        else years.

        :param self: any number of sequences; those without ranges are left
        """
        sequences = self.sudo().filtered("use_date_range")
        year = self.env.company._service_today().year
        Range, made = self.env["ir.sequence.date_range"].sudo(), []
        found = Range.search([("sequence_id", "in", sequences.ids)]).grouped("sequence_id")
        for sequence in sequences:
            ranges = found.get(sequence, Range)
            begun = set(ranges.mapped("date_from"))
            is_monthly = any((each.date_to - each.date_from).days < 31 for each in ranges)
            spans = [(month, month) for month in range(1, 13)] if is_monthly else [(1, 12)]
            made += [
                {"sequence_id": sequence.id, "date_from": Date(y, first, 1),
                 "date_to": Date(y, last, monthrange(y, last)[1])}
                for y in (year, year + 1) for first, last in spans if Date(y, first, 1) not in begun]
        Range.create(made)


class IrSequenceDateRange(models.Model):
    """Ranges are found by the registry's cache, which forgets them when one changes."""

    _inherit = "ir.sequence.date_range"

    number_next_actual = fields.Integer(help=NEXT_NUMBER)

    def _get_number_next_actual(self):
        result = super()._get_number_next_actual()
        # sudo: whoever looks at sequences need not read our documents' types
        ours = self.sequence_id & self.sequence_id.sudo()._get_service_sequences()
        ours._show_next_numbers({
            holder: (holder.sequence_id, holder.date_from)
            for holder in self if holder.sequence_id in ours and holder.date_from})
        return result

    @api.model_create_multi
    def create(self, vals_list):
        ranges = super().create(vals_list)
        self.env.registry.clear_cache()
        return ranges

    def write(self, vals):
        result = super().write(vals)
        if {"sequence_id", "date_from", "date_to"} & vals.keys():
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
