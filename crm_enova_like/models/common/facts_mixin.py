from odoo import api, models
from odoo.exceptions import UserError


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
    def default_get(self, fields):
        """A default from the context, or one that somebody keeps for himself, is as good as typed: facts have none."""
        facts = set() if self.env.su else self._get_fact_fields() - self._get_initial_facts()
        values = super().default_get([name for name in fields if name not in facts])
        for name in facts.intersection(fields):
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
        # what is computed follows too; at creation, without records yet, it is computed whatever is given
        given = sorted(name for name in vals if name in self._get_fact_fields() or self and self._is_derived(name))
        if given:
            # a record that the user may not touch says nothing else
            self.check_access("write")
            raise UserError(self.env._(
                "%(kind)s: %(fields)s cannot be entered; they follow from what is done with the record.",
                kind=self.env["ir.model"].sudo()._get(self._name).name,
                fields=", ".join(self._fields[name]._description_string(self.env) for name in given)))
