from odoo import api, fields, models
from odoo.fields import NO_ACCESS


class CrmServiceOrderDevice(models.Model):
    """A device's PIN or password. It opens what its owner keeps in it: it is read through ``access_code`` alone, by who
    works on the order, and it is no value that can be searched for, copied or exported."""

    _inherit = "crm.service.order.device"

    access_secret = fields.Char(copy=False, exportable=False, groups=NO_ACCESS)
    access_code = fields.Char(
        compute="_compute_access_code", inverse="_inverse_access_code", copy=False, exportable=False,
        help="PIN, password or pattern of the device. Erased when the device is handed back.")

    @api.depends("access_secret")
    def _compute_access_code(self):
        mine = self._origin._filtered_access("write")
        for line in self:
            # sudo: nobody reads the secret itself; whoever works on the order may open the device
            line.access_code = line._origin.sudo().access_secret if line._origin in mine else line.access_code

    def _inverse_access_code(self):
        self.check_access("write")
        for line in self:
            line.sudo().access_secret = line.access_code
