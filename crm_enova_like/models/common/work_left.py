from odoo import api, models


class CrmAssignmentMixin(models.AbstractModel):
    """Work, and people who left: nobody gets any more, and what they have is found and handed over.

    Open work stays with whoever left until somebody decides: whose it was is known, and nothing moves unseen.
    """

    _inherit = "crm.assignment.mixin"

    @api.model
    def _check_here(self, user):
        """Refuse to give work to somebody who left.

        :param user: res.users record
        :raises UserError: the user is archived
        """
        user._check_are_here()

    def _check_performers_here(self):
        """Whether open work that was just made or given is somebody's who works here. What is closed is history.

        :raises UserError: a performer is archived
        """
        for user in self.user_id:
            if not user._is_here() and any(record.is_open for record in self if record.user_id == user):
                self._check_here(user)

    def _filter_handed(self, vals):
        """The records that values give to somebody else: who has one already is written back by a form or an import,
        and given nothing."""
        return self.filtered(
            lambda record: record._is_changed("user_id", vals["user_id"])) if vals.get("user_id") else self.browse()

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for record, vals in zip(self, vals_list, strict=True):
            # what somebody who left had to do is copied by whoever does it now
            # of a record that is there twice, core has values once
            if vals and vals.get("user_id") and "user_id" not in (default or {}) and not record.user_id._is_here():
                vals["user_id"] = self.env.uid
        return vals_list
