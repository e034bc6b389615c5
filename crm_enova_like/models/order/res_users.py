from odoo import api, models


class ResUsers(models.Model):
    """Managers begin with the overview, operators and readers with the orders."""

    _inherit = "res.users"

    @api.model
    def _get_start_screens(self):
        return [
            *super()._get_start_screens(),
            (10, "crm_enova_like.group_manager", "crm_enova_like.action_service_overview"),
            (20, "crm_enova_like.group_user", "crm_enova_like.action_crm_service_order"),
            (40, "crm_enova_like.group_reader", "crm_enova_like.action_crm_service_order"),
        ]
