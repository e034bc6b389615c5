from odoo import fields, models


class StockLot(models.Model):
    _inherit = "stock.lot"

    service_device_ids = fields.One2many(
        "crm.service.device", "lot_id", string="Devices", groups="crm_enova_like.group_technician")
    service_device_count = fields.Integer(compute="_compute_service_device_count")

    def _compute_service_device_count(self):
        Device = self.env["crm.service.device"]
        counts = {}
        if Device.has_access("read"):
            counts = dict(Device._read_group(
                [("lot_id", "in", self.ids)], ["lot_id"], ["__count"]))
        for lot in self:
            lot.service_device_count = counts.get(lot, 0)

    def action_view_service_devices(self):
        """Open the device card of the serial number (one for each company)."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_enova_like.action_crm_service_device")
        devices = self.service_device_ids
        if len(devices) == 1:
            action.update(res_id=devices.id, view_mode="form", views=[(False, "form")])
        else:
            action["domain"] = [("lot_id", "=", self.id)]
        return action
