from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """How far ahead and by what rule a company plans its inspections."""

    _inherit = "res.config.settings"

    inspection_horizon_months = fields.Integer(related="company_id.inspection_horizon_months", readonly=False)
    inspection_nearby_days = fields.Integer(related="company_id.inspection_nearby_days", readonly=False)
    inspection_catch_up = fields.Selection(related="company_id.inspection_catch_up", readonly=False)
