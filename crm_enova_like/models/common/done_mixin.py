from odoo import api, fields, models


class CrmDoneMixin(models.AbstractModel):
    """A record that keeps what other registers said on the day on which it was finished: its papers and its history
    stay as they were, whatever is sold, renamed, moved or renumbered later.

    The copies are stored fields named ``done_…``, computed by :meth:`_compute_done` (``store=True, precompute=True``)
    and named by :meth:`_get_done_fields`. They are made by the very UPDATE that finishes the record, emptied by the one
    that reopens it, and no change of what they were copied from reaches them. Papers read them where they are, and the
    registers where they are not.
    """

    _name = "crm.done.mixin"
    _description = "Keeps What It Said"
    _inherit = ["crm.facts.mixin"]

    done_is_estimate = fields.Boolean(
        string="Copied Later", compute="_compute_done", store=True, precompute=True,
        help="It was finished before copies were kept: they say what the registers said when they were made.")

    @api.model
    def _get_done_fields(self):
        """Names of the copies: set of str."""
        return {"done_is_estimate"}

    @api.model
    def _get_kept_fields(self):
        """Names of the copies, and of what a model keeps in another way: set of str."""
        return self._get_done_fields()

    @api.model
    def _get_fact_fields(self):
        # nobody types them; a manager brings them with a record of the past
        return super()._get_fact_fields() | self._get_kept_fields()

    @api.model
    def _get_copied_facts(self):
        return super()._get_copied_facts() | self._get_kept_fields()

    @api.model
    def _get_done_triggers(self):
        """Names of the fields that say whether a record is finished: set of str."""
        return {"is_open"}

    def _is_finished(self):
        """Whether one record is finished, and so keeps what it says."""
        self.ensure_one()
        return not self.is_open

    def _has_copies(self):
        """Whether one record has its copies; what is finished keeps those it has."""
        self.ensure_one()
        return any(self[name] for name in self._get_done_fields() if name != "done_is_estimate")

    def _prepare_done_vals(self):
        """The copies of one record that is being finished: {name: value}; those left out are empty."""
        self.ensure_one()
        return {}

    @api.depends(lambda self: tuple(sorted(self._get_done_triggers())))
    def _compute_done(self):
        names = self._get_done_fields()
        for record in self:
            vals = dict.fromkeys(names, False)
            if record._is_finished():
                # closed once more, in another stage, it keeps what it said the first time
                vals.update({name: record[name] for name in names} if record._has_copies()
                            else record._prepare_done_vals())
            for name, value in vals.items():
                record[name] = value

    def _keep_copies(self):
        """Make the copies of records that were just finished now, and not when they are sent to the database: something
        else may be renamed before."""
        self._recompute_recordset(self._get_kept_fields())

    def _mark_moved_in(self, late, names):
        """Mark copies of records that were moved in from the past: they say what the registers say today, where they
        did not come with the record.

        :param self: the records just made, in the order of their values
        :param late: {index: (what closed the record, the facts that came with it)}
        :param names: names of the fields that say when it ended
        """
        past, today = self.browse(), {}
        for index, (_closing, facts) in late.items():
            record = self[index]
            moments = [record[name] for name in names & facts.keys() if record[name]]
            if not moments or "done_is_estimate" in facts:
                continue
            company = record.company_id
            if company not in today:
                today[company] = company._service_today()
            if company._service_date(min(moments)) != today[company] and any(
                    record[name] for name in record._get_done_fields() - record._get_printed_fields() - facts.keys()):
                past |= record
        if past:
            past._write_facts({"done_is_estimate": True})

    @api.model
    def _get_printed_fields(self):
        """Names of the copies that say how papers are printed, and not what was: set of str."""
        return set()
