from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_compare

MANAGERS = "crm_enova_like.group_manager"


class CrmFactsMixin(models.AbstractModel):
    """Fields that hold what happened: they follow from what is done, and are never typed."""

    _name = "crm.facts.mixin"
    _description = "Has Facts"
    _inherit = ["crm.values.mixin"]

    @api.model
    def _get_fact_fields(self):
        """Names of the fields that follow from what was done, and are never typed: set of str."""
        return set()

    @api.model
    def _get_initial_facts(self):
        """Names of the facts that whoever makes a record says: set of str."""
        return set()

    @api.model
    def _get_managed_facts(self):
        """Names of the facts that a manager writes outright, as what was agreed with the customer: set of str. The
        model notes it (:meth:`CrmStateMixin._note_managed_facts`)."""
        return set()

    @api.model
    def _get_copied_facts(self):
        """Names of the facts that are copies of what registers said together: none is corrected alone. Set of str."""
        return set()

    @api.model
    def default_get(self, fields):
        """A default from the context, or one that somebody keeps for himself, is as good as typed: facts have none."""
        facts = set() if self.env.su else {
            name for name in fields if name not in self._get_initial_facts() and (
                name in self._get_fact_fields() or self._is_derived(name))}
        values = super().default_get([name for name in fields if name not in facts])
        for name in facts:
            field = self._fields[name]
            if field.default:
                values[name] = field.convert_to_write(
                    field.convert_to_cache(field.default(self), self, validate=False), self)
        return values

    @api.model
    def _is_derived(self, name):
        """Whether a field is computed and stored, and not for typing: Odoo itself would let RPC and an import write it.
        """
        field = self._fields.get(name)
        # a state that comes from elsewhere goes through the door
        return bool(field) and name != "state" and bool(
            field.compute and field.store and field.readonly and not field.inverse)

    @api.model
    def _is_set_by_others(self, name):
        """Whether a field is derived, and core would take the value that is given to a new record for it."""
        return self._is_derived(name) and self._fields[name].precompute

    @api.model_create_multi
    def create(self, vals_list):
        """What is derived is computed, whatever is given."""
        if not self.env.su:
            given = {name for vals in vals_list for name in vals if self._is_set_by_others(name)}
            if given:
                vals_list = [
                    {name: value for name, value in vals.items() if name not in given} for vals in vals_list]
        return super().create(vals_list)

    def _write_facts(self, vals):
        """Write facts, after the caller has checked that they are so: the one way to them.

        sudo: a fact is written by what happened, whoever pressed the button; the right to do it was checked before.
        """
        return self.sudo().write(vals)

    def _check_facts(self, vals):
        """Refuse facts that are typed, from an import and RPC too.

        :param vals: values that are to be written
        :raises UserError: names the fields
        """
        if self.env.su:
            return
        facts = self._get_fact_fields()
        if self and self._get_managed_facts() & vals.keys() and self.env.user.has_group(MANAGERS):
            facts = facts - self._get_managed_facts()
        # what is computed follows too; core would take it from whoever makes a record
        given = sorted(
            name for name in vals if (name in facts or self._is_derived(name))
            # what an export gave and an import brings back is no change
            and not (self and all(not record._is_changed(name, vals[name]) for record in self)))
        if given:
            # a record that the user may not touch says nothing else
            self.check_access("write")
            raise UserError(self.env._(
                "%(kind)s: %(fields)s cannot be entered; they follow from what is done with the record.",
                kind=self.env["ir.model"].sudo()._get(self._name).name,
                fields=", ".join(self._fields[name]._description_string(self.env) for name in given)))

    def _check_new_facts(self, vals):
        """Refuse facts that are typed for a new record; see :meth:`_check_facts`. In ``create`` ``self`` is what is
        copied, and nothing becomes of that.

        :param vals: values for ``create``
        """
        self.browse()._check_facts(vals)

    def _is_changed(self, name, value):
        """Whether a value that is to be written is another one than one record has."""
        self.ensure_one()
        field, record = self._fields[name], self.sudo()
        if field.type == "many2many":
            ids = set(record[name]._ids)
            for command in value or ():
                if isinstance(command, int):
                    command = Command.link(command)
                if command[0] == Command.SET:
                    if set(command[2]) != ids:
                        return True
                elif command[0] == Command.CLEAR:
                    if ids:
                        return True
                elif command[0] != Command.LINK or command[1] not in ids:
                    return True
            return False
        new = field.convert_to_record(field.convert_to_cache(value, record, validate=False), record)
        if field.type in ("float", "monetary"):
            digits = field.get_digits(self.env) if field.type == "float" else None
            return float_compare(record[name], new, precision_digits=digits[1] if digits else 6) != 0
        return (new or False) != (record[name] or False)
