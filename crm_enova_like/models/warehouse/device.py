from odoo import fields, models

from ..common.actions import open_list


class CrmServiceDevice(models.Model):
    """The warehouse documents of the parts that went into a device."""

    _inherit = "crm.service.device"

    picking_count = fields.Integer(
        string="RW", compute="_compute_picking_count", groups="stock.group_stock_user")

    def _compute_picking_count(self):
        pickings = self._get_pickings()
        for device in self:
            device.picking_count = len(pickings.get(device, ()))

    def _get_pickings(self):
        """The transfers (RW, ZW) of the devices' parts: {device: transfers}."""
        pickings = {}
        for line, of_line in self.env["stock.move"]._read_group(
                [("service_line_id.device_id", "in", self.ids),
                 ("picking_id", "!=", False)],
                ["service_line_id"], ["picking_id:recordset"]):
            # sudo: a keeper need not read orders to see which device a transfer was for
            device = line.sudo().device_id.with_env(self.env)
            pickings[device] = pickings.get(device, self.env["stock.picking"]) | of_line
        return pickings

    def action_view_pickings(self):
        """The transfers of the parts that went into the devices."""
        pickings = self.env["stock.picking"].union(*self._get_pickings().values())
        return open_list(
            self.env, "stock.action_picking_tree_all", [("id", "in", pickings.ids)], {"create": False})
