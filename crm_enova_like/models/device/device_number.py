from odoo import fields, models

from ..common.readable import STAFF


class CrmServiceDeviceNumber(models.Model):
    """A number of a card that was merged into another one: a scan, a search and a pasted list still find the device."""

    _name = "crm.service.device.number"
    _description = "Former Number of a Device"
    _order = "id"
    _rec_name = "name"

    device_id = fields.Many2one("crm.service.device", required=True, readonly=True, ondelete="cascade", index=True)
    kind = fields.Selection(
        [("serial_number", "Serial number"), ("identifier", "Identifier")], required=True, readonly=True)
    name = fields.Char(string="Number", required=True, readonly=True)
    key = fields.Char(
        required=True, readonly=True, index="trigram", export_string_translation=False,
        help="What all spellings of the number have in common.")

    _number_uniq = models.UniqueIndex("(key, kind, device_id)", "The device has had this number already.")


class CrmServiceDevice(models.Model):
    """The numbers that the cards had which were merged into one."""

    _inherit = "crm.service.device"

    former_number_ids = fields.One2many(
        "crm.service.device.number", "device_id", string="Former Numbers", readonly=True, copy=False,
        groups=STAFF)
