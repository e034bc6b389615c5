from odoo import api, models


class ResUsers(models.Model):
    """The warehouse begins with what is to be issued."""

    _inherit = "res.users"

    @api.model
    def _get_start_screens(self):
        return [
            *super()._get_start_screens(),
            (50, "stock.group_stock_user", "crm_enova_like.action_rw_to_issue"),
        ]
