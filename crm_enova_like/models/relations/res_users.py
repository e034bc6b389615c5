from odoo import api, models


class ResUsers(models.Model):
    """Technicians begin with their tasks."""

    _inherit = "res.users"

    @api.model
    def _get_start_screens(self):
        return [
            *super()._get_start_screens(),
            (30, "crm_enova_like.group_technician", "crm_enova_like.action_crm_my_work"),
        ]
