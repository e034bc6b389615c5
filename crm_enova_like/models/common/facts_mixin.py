from odoo import api, models
from odoo.exceptions import UserError


class CrmFactsMixin(models.AbstractModel):
    """Fields that hold what happened: they follow from what is done, and are never typed."""

    _name = "crm.facts.mixin"
    _description = "Has Facts"

    @api.model
    def _get_fact_fields(self):
        """Names of the fields that follow from what was done, and are never typed: set of str."""
        return set()

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
        given = sorted(self._get_fact_fields() & vals.keys())
        if given and not self.env.su:
            # a record that the user may not touch says nothing else
            self.check_access("write")
            raise UserError(self.env._(
                "%(kind)s: %(fields)s cannot be entered; they follow from what is done with the record.",
                kind=self.env["ir.model"].sudo()._get(self._name).name,
                fields=", ".join(self._fields[name]._description_string(self.env) for name in given)))
