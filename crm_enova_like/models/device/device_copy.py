from collections.abc import Mapping

from odoo import api, models
from odoo.exceptions import UserError

from ..common.actions import open_dialog
from .device_serials import MAX_NUMBERS


class CrmServiceDevice(models.Model):
    """Many cards like one (enova: seryjne kopiowanie urządzeń)."""

    _inherit = "crm.service.device"

    def action_open_copy(self):
        """Open the wizard that makes copies of one device."""
        self.ensure_one()
        return open_dialog(
            self.env, "crm.service.device.copy.wizard", self.env._("Copy device"), {"default_device_id": self.id})

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for device, vals in zip(self, vals_list, strict=True):
            # nobody who left is given a device; of a record that is there twice, core has values once
            if vals and "technician_id" not in (default or {}) and not device.technician_id._get_here():
                vals["technician_id"] = False
            if vals and vals.get("properties") and "properties" not in (default or {}):
                vals["properties"] = self._without_own(vals["properties"], device.type_id._get_own_properties())
        return vals_list

    @api.model
    def _without_own(self, properties, names):
        """Values of properties without those that one device alone has.

        :param properties: as core copies them, a dict or a list of definitions with values
        """
        if not names:
            return properties
        if isinstance(properties, Mapping):
            values = {name: value for name, value in properties.items() if name not in names}
            return {
                name: value if not isinstance(value, models.BaseModel)
                else value.ids if len(value) > 1 else value.id for name, value in values.items()}
        return [{**each, "value": False} if each["name"] in names else each for each in properties]

    def _copy_many(self, serials, **options):
        """Make copies of one device, with identifiers of their own.

        :param serials: the serial number of each copy; False where it has none
        :param options: what else comes along, by the name that a wing above gave it; for :meth:`_after_copy`
        :return: the copies; a sentence for each thing that could not be copied
        :raises UserError: there are none or too many
        """
        self.ensure_one()
        if not 1 <= len(serials) <= MAX_NUMBERS:
            raise UserError(self.env._(
                "%(device)s: between 1 and %(max)s copies are made at once, not %(count)s.",
                device=self.display_name, max=MAX_NUMBERS, count=len(serials)))
        [vals] = self.copy_data()
        copies = self.with_company(self.company_id).create(
            [{**vals, "serial_number": serial} for serial in serials]).with_env(self.env)
        return copies, copies._after_copy(self, **options)

    def _after_copy(self, original, **options):
        """What comes with a copy besides its own values; each wing above adds its own.

        :param self: the copies
        :param options: as of :meth:`_copy_many`
        :return: list of sentences, one for each thing that could not be copied
        """
        return []
