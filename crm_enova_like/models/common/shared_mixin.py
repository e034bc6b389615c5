from odoo import models
from odoo.exceptions import AccessError, UserError

from .queries import fields_naming


class CrmSharedMixin(models.AbstractModel):
    """Configuration that is everybody's while its ``company_id`` is empty: it is not given to one company over the
    heads of the others that use it."""

    _name = "crm.shared.mixin"
    _description = "May Be Shared Between Companies"

    def write(self, vals):
        if vals.get("company_id"):
            self._check_given_to(self.env["res.company"].browse(vals["company_id"]))
        return super().write(vals)

    def _check_given_to(self, company):
        """Refuse to give records to a company that others' records name.

        :raises AccessError: the user does not work in the company
        :raises UserError: names the record, and what is in the way
        """
        given = self.filtered(lambda record: record.company_id != company)
        if not given:
            return
        given.check_access("write")
        if not self.env.su and company not in self.env.companies:
            raise AccessError(self.env._(
                "%(record)s can be given only to a company in which you work.", record=given[:1].display_name))
        for model, name in fields_naming(self.env, self._name):
            # sudo: others' records are in the way, whether or not the user may see them
            Model = self.env[model].sudo().with_context(active_test=False)
            field = Model._fields.get("company_id")
            if not field or not field.store:
                continue
            strange = Model.search([(name, "in", given.ids), ("company_id", "!=", company.id)], limit=1)
            if strange:
                raise UserError(self.env._(
                    "%(record)s is used by records that are not only %(company)s's (%(kind)s). Leave it shared, and "
                    "make one of its own for %(company)s.",
                    record=(strange[name] & given)[:1].with_env(self.env).display_name, company=company.display_name,
                    kind=self.env["ir.model"].sudo()._get(model).name))
