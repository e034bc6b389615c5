from odoo import api, models


class CrmServiceOrder(models.Model):
    """Its entry in a calendar says contractor and town, the devices, and the number last."""

    _inherit = "crm.service.order"

    @api.depends("address_id.city", "device_names")
    def _compute_calendar_tile(self):
        return super()._compute_calendar_tile()

    def _get_tile_lines(self):
        return [self._get_tile_place(self.address_id), self.device_names, self.name]
