from odoo import fields, models

from ..common.actions import open_list, open_records


class CrmServiceDeviceCountedMixin(models.AbstractModel):
    """What devices are of, as a product or a type: how many they are, and the way to their cards.

    A model that inherits this says in ``_device_path`` by which field of the device its records are found.
    """

    _name = "crm.service.device.counted.mixin"
    _description = "Counts Its Devices"

    _device_path = None    # a many2one of crm.service.device, or a path of them that begins there

    service_device_count = fields.Integer(compute="_compute_service_device_count")

    def _compute_service_device_count(self):
        # a product's form opens for every employee: whoever may not read devices counts none
        Device, counts = self.env["crm.service.device"], {}
        if Device.has_access("read"):
            counts = dict(Device._read_group([(self._device_path, "in", self.ids)], [self._device_path], ["__count"]))
        for record in self:
            record.service_device_count = counts.get(record, 0)

    def action_view_service_devices(self):
        """Open the devices of one record: the card of the only one, or the list."""
        self.ensure_one()
        domain, xml_id = [(self._device_path, "=", self.id)], "crm_enova_like.action_crm_service_device"
        devices = self.env["crm.service.device"].search(domain, limit=2)
        if len(devices) == 1:
            return open_records(devices, xml_id, self._get_device_defaults())
        return open_list(self.env, xml_id, domain, self._get_device_defaults())

    def _get_device_defaults(self):
        """Context with the defaults of a new device of one record."""
        return {}
