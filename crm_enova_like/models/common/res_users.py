from odoo import models


class ResUsers(models.Model):
    """People who leave, and who come back."""

    _inherit = "res.users"

    def write(self, vals):
        changed = self.browse()
        if "active" in vals:
            changed = self.filtered(lambda user: user.active != bool(vals["active"]))
        result = super().write(vals)
        if changed:
            changed._after_presence_change()
        return result

    def _after_presence_change(self):
        """After users were archived, or came back; each wing says what becomes of what is theirs."""

    def _get_here(self):
        """The first of some users who works here, for whom something may be left to do; empty where none does.

        sudo: whether a colleague still works here is no secret.
        """
        return next((user for user in self if user.sudo().active and not user.sudo().share), self.browse())
