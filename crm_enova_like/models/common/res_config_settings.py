from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """The settings of work that is handed over; each wing adds a block of its own to the page."""

    _inherit = "res.config.settings"

    assignment_notice = fields.Boolean(related="company_id.assignment_notice", readonly=False)
    start_screens = fields.Boolean(related="company_id.start_screens", readonly=False)
    service_coordinator_id = fields.Many2one(related="company_id.service_coordinator_id", readonly=False)
    public_holidays_off = fields.Boolean(related="company_id.public_holidays_off", readonly=False)

    def action_enter_public_holidays(self):
        """Enter the public holidays of the next years into the company's working schedule."""
        return self.company_id.action_enter_public_holidays()
