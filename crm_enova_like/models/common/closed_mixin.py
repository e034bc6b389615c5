from odoo import api, models
from odoo.exceptions import UserError

# of what hangs on a record: messages, followers, activities, the customer's link
ATTACHED = ("mail.thread", "mail.activity.mixin", "portal.mixin")


class CrmClosedMixin(models.AbstractModel):
    """What may still be written on what is closed; all else stays as it is until it is reopened, whoever writes.

    The form shows it read-only; here it is so for an import and RPC, too. What follows from an act is a fact, and goes
    through ``_write_facts``. The model has ``crm.facts.mixin``.
    """

    _name = "crm.closed.mixin"
    _description = "Stays When It Is Closed"

    @api.model
    def _get_free_fields(self):
        """Names of the fields that may be written on what is closed: set of str. An addon adds its own."""
        return {
            name for model in ATTACHED if model in self.env for name in self.env[model]._fields} - {"id"}

    def _get_lasting_fields(self, names):
        """What of records may not change any more, beside what is closed.

        :param names: names of the fields that are to be written; of others nothing needs to be said
        :return: {record: {name of a field: sentence that says why, and the way out}}
        """
        return {}

    def _is_to_stay(self):
        """Whether one record is closed, or a part of what is."""
        self.ensure_one()
        return not self.is_open

    def _get_closed_reason(self, names):
        """The sentence that refuses to change fields of one closed record, and says the way out.

        :param names: names of the fields
        """
        self.ensure_one()
        return self.env._(
            "%(record)s is closed, and these stay as they are: %(fields)s. A service manager reopens it, or corrects "
            "what was recorded.", record=self._get_closed_name(),
            fields=", ".join(self._fields[name]._description_string(self.env) for name in names))

    def _get_closed_name(self):
        """How one record is named in a refusal."""
        self.ensure_one()
        return self.display_name

    def _check_closed(self, vals, free=()):
        """Refuse to change what stays; the same value written again is no change.

        :param vals: what is to be written
        :param free: names of fields that may be written this time
        :raises UserError: names the record and the fields, and says the way out
        """
        if self.env.su:
            return
        names = [
            name for name in vals if name in self._fields and self._fields[name].type != "one2many"
            and name not in free]
        # facts have a rule of their own
        kept = set(names) - self._get_free_fields() - self._get_fact_fields()
        lasting = self._get_lasting_fields(set(names))
        for record in self:
            reasons = lasting.get(record, {})
            for name in reasons.keys() & set(names):
                if record._is_changed(name, vals[name]):
                    self.check_access("write")
                    raise UserError(reasons[name])
            if kept and record._is_to_stay():
                changed = sorted(name for name in kept if record._is_changed(name, vals[name]))
                if changed:
                    # a record that the user may not touch says nothing else
                    self.check_access("write")
                    raise UserError(record._get_closed_reason(changed))
