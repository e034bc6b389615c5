from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """The settings of work that is handed over; each wing adds a block of its own to the page."""

    _inherit = "res.config.settings"

    assignment_notice = fields.Boolean(related="company_id.assignment_notice", readonly=False)
    service_coordinator_id = fields.Many2one(related="company_id.service_coordinator_id", readonly=False)
