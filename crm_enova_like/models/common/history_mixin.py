from odoo import api, models
from odoo.exceptions import UserError

from .queries import fields_naming


class CrmHistoryMixin(models.AbstractModel):
    """What our records name stays: deleted, it would empty what was written down, or take it along in silence."""

    _name = "crm.history.mixin"
    _description = "Is Named in History"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history_of_service(self):
        for record, ties in self._find_history_ties().items():
            raise UserError(self.env._(
                "%(record)s cannot be deleted, since these records name it: %(ties)s. Archive it instead.",
                record=record.display_name, ties="; ".join(ties)))

    def _find_history_ties(self):
        """What names each of the records: {record: list of texts, a kind of record and how many of them}, without those
        that nothing names."""
        named = {}
        for model, field in fields_naming(self.env, self._name):
            # sudo: what is out of sight is there as well
            everything = self.env[model].sudo().with_context(active_test=False)
            for [record, rows] in everything._read_group([(field, "in", self.ids)], [field], ["id:recordset"]):
                ties = named.setdefault(record.id, {})
                ties[model] = ties.get(model, everything.browse()) | rows
        return {
            record: [self._describe_rows(rows.with_env(self.env)) for rows in named[record.id].values()]
            for record in self if record.id in named}

    def _describe_rows(self, rows):
        """A kind of record, and how many of them the user may see."""
        # sudo: the name of a kind is no secret
        kind = self.env["ir.model"].sudo()._get(rows._name).name
        seen = rows._filtered_access("read")
        if not seen:
            return self.env._("%(kind)s (out of your sight)", kind=kind)
        if len(seen) < len(rows):
            return self.env._("%(kind)s (%(count)s, and others out of your sight)", kind=kind, count=len(seen))
        return self.env._("%(kind)s (%(count)s)", kind=kind, count=len(seen))
