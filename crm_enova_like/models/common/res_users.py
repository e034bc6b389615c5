from odoo import SUPERUSER_ID, api, models
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

    # THE FIRST SCREEN

    @api.model
    def _get_start_screens(self):
        """The screen on which each role begins; the wing that has a screen says so.

        :return: list of (sequence, external id of a group, external id of an action); of several groups of a user the
            one with the lowest sequence counts
        """
        return []

    def _get_start_action(self):
        """The action with which one user begins, by role: an action's record, empty where no role of ours has one, or
        where the user's company begins as Odoo does."""
        self.ensure_one()
        # sudo: of the company, how its people begin; which actions there are is no secret
        none = self.env["ir.actions.actions"].sudo()
        if self.share or not self.company_id.sudo().start_screens:
            return none
        for _sequence, group, action in sorted(self._get_start_screens()):
            if self.has_group(group):
                return self.env.ref(action, raise_if_not_found=False) or none
        return none

    # WHO IS HERE

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
