from datetime import date as Date

from odoo import api, fields, models
from odoo.tools import SQL, ormcache


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    def _next_batch(self, count, date=None):
        """Draw ``count`` numbers of one sequence at once.

        Core's ``next_by_id`` costs two statements a number; this costs two for
        the whole batch. For sequences without gaps the row stays locked until
        the transaction ends, and a concurrent draw waits for it.

        :param count: how many numbers, 1 or more
        :param date: the day that decides the year's range; today of the
            current company when empty
        :return: list of formatted strings, in order
        """
        self.ensure_one()
        if not count:
            return []
        date = fields.Date.to_date(date) or self.env.company._service_today()
        holder, sequence = self, self.with_context(ir_sequence_date=date)
        if self.use_date_range:
            holder = self._get_range(date)
            sequence = sequence.with_context(ir_sequence_date_range=holder.date_from)
        if self.implementation == "standard":
            name = f"ir_sequence_{self.id:03d}"
            if holder != self:
                name += f"_{holder.id:03d}"
            rows = self.env.execute_query(
                SQL("SELECT nextval(%s) FROM generate_series(1, %s)", name, count)
            )
            numbers = [row[0] for row in rows]
        else:
            # blocking, unlike core's NOWAIT: two people who issue at the same
            # moment are served one after the other
            step = self.number_increment
            rows = self.env.execute_query(
                SQL(
                    "UPDATE %s SET number_next = number_next + %s WHERE id = %s RETURNING number_next",
                    SQL.identifier(holder._table), step * count, holder.id,
                )
            )
            holder.invalidate_recordset(["number_next", "number_next_actual"])
            first = rows[0][0] - step * count
            numbers = [first + step * index for index in range(count)]
        return [sequence.get_next_char(number) for number in numbers]

    def _get_range(self, date):
        """The range of one sequence for a day; made where it is missing, as core does it."""
        return self.env["ir.sequence.date_range"].browse(self._find_range_id(date)) or self._get_current_sequence(date)

    @ormcache("self.id", "date")
    def _find_range_id(self, date):
        """Id of the range for a day, or False; kept in the registry's cache, since each number asks."""
        return self.env["ir.sequence.date_range"].search(
            [("sequence_id", "=", self.id), ("date_from", "<=", date), ("date_to", ">=", date)], limit=1).id

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
        """Make the ranges of this year and the next for yearly sequences.

        :param self: any number of sequences; those without ranges are left
        """
        sequences = self.sudo().filtered("use_date_range")
        year = self.env.company._service_today().year
        Range = self.env["ir.sequence.date_range"].sudo()
        have = {
            (sequence.id, day)
            for sequence, day in Range._read_group(
                [("sequence_id", "in", sequences.ids)], ["sequence_id", "date_from:day"])
            for day in [fields.Date.to_date(day)]
        }
        Range.create([
            {"sequence_id": sequence.id, "date_from": Date(y, 1, 1), "date_to": Date(y, 12, 31)}
            for sequence in sequences
            for y in (year, year + 1)
            if (sequence.id, Date(y, 1, 1)) not in have
        ])


class IrSequenceDateRange(models.Model):
    """Ranges are found by the registry's cache, which forgets them when one changes."""

    _inherit = "ir.sequence.date_range"

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
