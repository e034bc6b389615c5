from odoo import api, fields, models
from odoo.fields import Domain

from ..common.actions import open_form, open_list


class CrmServiceDevice(models.Model):
    """What was ever done to a device, and the ways from its card to it."""

    _inherit = "crm.service.device"

    order_line_ids = fields.One2many("crm.service.order.device", "device_id", string="Repair History")
    order_count = fields.Integer(compute="_compute_orders", compute_sudo=True)
    last_order_date = fields.Datetime(compute="_compute_orders", compute_sudo=True)
    open_order_id = fields.Many2one(
        "crm.service.order", string="In Service", compute="_compute_orders", compute_sudo=True,
        search="_search_open_order_id",
        help="An order which this device is in and which is not finished.")

    @api.depends("order_line_ids.order_is_open")
    def _compute_orders(self):
        Line = self.env["crm.service.order.device"]
        totals = {
            device: (count, last)
            for device, count, last in Line._read_group(
                [("device_id", "in", self.ids)], ["device_id"],
                ["order_id:count_distinct", "date_received:max"])
        }
        current = dict(Line._read_group(
            [("device_id", "in", self.ids), ("order_is_open", "=", True)],
            ["device_id"], ["order_id:max"]))
        for device in self:
            device.order_count, device.last_order_date = totals.get(device, (0, False))
            device.open_order_id = current.get(device)

    def _search_open_order_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        is_open = Domain("order_is_open", "=", True)
        if operator == "in" and False in value:
            wanted = [order_id for order_id in value if order_id]
            domain = Domain("order_line_ids", "not any", is_open)
            return domain | self._search_open_order_id("in", wanted) if wanted else domain
        return Domain("order_line_ids", "any", is_open & Domain("order_id", operator, value))

    def _get_with_history(self):
        # sudo: a history that the user may not see counts as well
        rows = self.env["crm.service.order.device"].sudo()._read_group([("device_id", "in", self.ids)], ["device_id"])
        return super()._get_with_history().union(*(device.with_env(self.env) for [device] in rows))

    def _get_here_for_repair(self):
        # sudo: a device is here whether or not the user may see its order
        rows = self.env["crm.service.order.device"].sudo()._read_group(
            [("device_id", "in", self.ids), ("order_is_open", "=", True)], ["device_id"])
        return super()._get_here_for_repair().union(*(device.with_env(self.env) for [device] in rows))

    def _get_history(self):
        """Return the rows of the repair history, the newest first, for the printout.

        Whoever reads the device reads its whole history, orders of others included.
        """
        self.ensure_one()
        self.check_access("read")
        return self.sudo().order_line_ids.sorted(
            lambda line: (line.date_received, line.id), reverse=True)

    def action_view_orders(self):
        """Open the service orders of the devices."""
        return open_list(
            self.env, "crm_enova_like.action_crm_service_order", [("device_line_ids.device_id", "in", self.ids)],
            self._prepare_order_context())

    def action_new_order(self):
        """Open a new service order for the devices of one contractor, not yet saved."""
        return open_form(
            self.env, "crm.service.order", self.env._("New Service Order"), self._prepare_order_context())

    def _prepare_order_context(self):
        """Return the defaults of a new order for these devices."""
        owner, place = self.partner_id[:1], self.address_id[:1]
        context = {
            "default_company_id": self.company_id[:1].id,
            "default_partner_id": owner.id,
            "default_address_id": place.id,
            "default_device_line_ids": [(0, 0, {"device_id": device.id}) for device in self],
        }
        order_type = self.with_company(self.company_id[:1]).type_id.order_type_id[:1]
        if order_type:
            context["default_type_id"] = order_type.id
        return context

    def action_view_open_order(self):
        """Open the order in which the device is now."""
        self.ensure_one()
        return self.open_order_id.get_formview_action()
