from odoo import api, models
from odoo.exceptions import AccessError

OPERATORS = "crm_enova_like.group_user"


class CrmArchivedMixin(models.AbstractModel):
    """What is archived is gone from everybody's lists: archiving is a right of its own, beside that to write."""

    _name = "crm.archived.mixin"
    _description = "Archived by Who May"

    def _may_archive(self, active):
        """Whether the user may archive one record, or restore it: an operator, and whom a model adds.

        :param active: whether it is to be restored
        """
        self.ensure_one()
        return self.env.user.has_group(OPERATORS)

    @api.model
    def _offers_archiving(self):
        """Whether the user may archive some record: the screens offer it then."""
        return True

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        descriptions = super().fields_get(allfields, attributes)
        if "readonly" in descriptions.get("active", {}) and not self._offers_archiving():
            descriptions["active"]["readonly"] = True
        return descriptions

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if not self.env.su:
            # by a default, too
            records.filtered(lambda record: not record.active)._check_archiving(False)
        return records

    def write(self, vals):
        if "active" in vals and not self.env.su:
            active = bool(vals["active"])
            self.filtered(lambda record: record.active != active)._check_archiving(active)
        return super().write(vals)

    def _check_archiving(self, active):
        """Refuse to archive, or to restore, to who may not.

        :raises AccessError: names the first record that stays
        """
        for record in self:
            if not record._may_archive(active):
                # a record that the user may not touch says nothing else
                self.check_access("write")
                # sudo: the name of a kind is no secret
                kind = self.env["ir.model"].sudo()._get(self._name).name
                raise AccessError(self.env._(
                    "%(kind)s %(record)s: you cannot restore it. An operator can.", kind=kind,
                    record=record.display_name) if active else self.env._(
                    "%(kind)s %(record)s: you cannot archive it, since it would be gone from everybody's lists. An "
                    "operator can.", kind=kind, record=record.display_name))
