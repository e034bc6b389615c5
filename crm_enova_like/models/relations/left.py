from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..common.actions import open_list


class ResUsers(models.Model):
    """What somebody who leaves has to do: it is out of the calendar, and shown to who archives them."""

    _inherit = "res.users"

    def _after_presence_change(self):
        result = super()._after_presence_change()
        # sudo: their entries in the calendar go, or come back, whoever archives a user
        for model in self.env["calendar.event"]._get_crm_calendar_models():
            self.env[model].sudo().search(
                [("user_id", "in", self.ids), ("is_open", "=", True)])._sync_calendar()
        return result

    def action_archive(self):
        """As core's; where the users have open work, it is shown, to be handed over."""
        result = super().action_archive()
        Work = self.env["crm.my.work"]
        count = Work.search_count([("user_id", "in", self.ids)]) if Work.has_access("read") else 0
        if not count:
            return result
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {
                "type": "warning", "sticky": True,
                "message": self.env._(
                    "%(users)s: %(count)s open tasks and orders. They stay as they are until somebody hands them over.",
                    users=", ".join(self.mapped("name")), count=count),
                "next": Work._get_left_action(Domain("user_id", "in", self.ids))}}


class CrmMyWork(models.Model):
    """*Zadania i zlecenia tych, którzy odeszli*: open work whose performer left."""

    _inherit = "crm.my.work"

    def action_view_left(self):
        """Open tasks and orders of those who left."""
        # sudo: who left is no secret to who sees their work
        left = self.env["res.users"].sudo().with_context(active_test=False).search([("active", "=", False)])
        return self._get_left_action(Domain("user_id", "in", left.ids))

    def _get_left_action(self, domain):
        return open_list(
            self.env, "crm_enova_like.action_crm_my_work", list(domain), {"search_default_group_user": 1},
            name=self.env._("Tasks and Orders of Those Who Left"))

    def action_open_assign(self):
        """Ask to whom rows are handed over.

        :raises UserError: there are none, or they are of several kinds
        """
        sources = self._group_sources()
        if len(sources) != 1:
            raise UserError(self.env._("Choose tasks, or orders: one kind is handed over at a time."))
        return sources[0].action_open_assign()
