from odoo import models


class ResUsers(models.Model):
    """Who did and requested something stays written."""

    _name = "res.users"
    _inherit = ["res.users", "crm.history.mixin"]
