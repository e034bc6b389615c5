from odoo import SUPERUSER_ID, models
from odoo.exceptions import UserError

from .named_mixin import MODULE


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
        """After users were archived, or came back; each wing says what becomes of what is theirs.

        What is said of our records is no more mailed to who left: their contact stays active, and core would take it
        for a customer's.
        """
        left = self.filtered(lambda user: not user.active and not user.share).partner_id
        if not left:
            return
        # sudo: whom a contact is of, and what it follows, whoever archives a user
        left -= self.sudo().search([("partner_id", "in", left.ids)]).partner_id.with_env(self.env)
        ours = [name for name, Model in self.env.registry.items() if (
            Model._original_module == MODULE and "message_follower_ids" in Model._fields)]
        self.env["mail.followers"].sudo().search(
            [("partner_id", "in", left.ids), ("res_model", "in", ours)]).unlink()

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
