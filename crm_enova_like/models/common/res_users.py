from odoo import SUPERUSER_ID, models
from odoo.exceptions import UserError


class ResUsers(models.Model):
    """People who leave, and who come back: who did and requested something stays written."""

    _name = "res.users"
    _inherit = ["res.users", "crm.history.mixin"]

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

    def _is_here(self):
        """Whether one user works here. Odoo's own robot does, which is archived for good.

        sudo: whether a colleague still works here is no secret.
        """
        self.ensure_one()
        return self.sudo().active or self.id == SUPERUSER_ID

    def _get_here(self):
        """The first of some users who works here; empty where none does."""
        return next((user for user in self if user._is_here()), self.browse())

    def _check_are_here(self):
        """Refuse to give work to somebody who left.

        :raises UserError: names the first one who is archived
        """
        for user in self:
            if not user._is_here():
                # sudo: a name is no secret
                raise UserError(self.env._(
                    "%(user)s does not work here any more. Choose somebody else.", user=user.sudo().name))
