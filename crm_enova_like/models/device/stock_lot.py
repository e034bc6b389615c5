from odoo import fields, models


class StockLot(models.Model):
    """A serial number and the card of the device that was delivered by it, one for each company."""

    _name = "stock.lot"
    _inherit = ["stock.lot", "crm.service.device.counted.mixin"]

    _device_path = "lot_id"

    service_device_ids = fields.One2many(
        "crm.service.device", "lot_id", string="Devices", groups="crm_enova_like.group_technician")
