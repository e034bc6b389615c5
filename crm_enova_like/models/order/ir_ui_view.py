from odoo import api, models


class IrUiView(models.Model):
    """Whoever only reads opens the row of a device, too."""

    _inherit = "ir.ui.view"

    @api.model
    def _get_reading_buttons(self):
        return super()._get_reading_buttons() | {"action_open_details"}
