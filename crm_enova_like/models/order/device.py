from odoo import api, models
from odoo.fields import Domain

from .stage import OPEN_STATES


class CrmServiceDevice(models.Model):
    """What was ever done to a device, and the ways from its card to it."""
    _inherit = "crm.service.device"

    @api.depends("order_line_ids.order_state")
    def _compute_orders(self):
        Line = self.env["crm.service.order.device"]
        totals = {
            device: (count, last)
            for device, count, last in Line._read_group(
                [("device_id", "in", self.ids)], ["device_id"],
                ["order_id:count_distinct", "date_received:max"])
        }
        current = dict(Line._read_group(
            [("device_id", "in", self.ids), ("order_state", "in", OPEN_STATES)],
            ["device_id"], ["order_id:max"]))
        for device in self:
            device.order_count, device.last_order_date = totals.get(device, (0, False))
            device.open_order_id = current.get(device)

    def _search_open_order_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        is_open = Domain("order_state", "in", OPEN_STATES)
        if operator == "in" and False in value:
            wanted = [order_id for order_id in value if order_id]
            domain = Domain("order_line_ids", "not any", is_open)
            return domain | self._search_open_order_id("in", wanted) if wanted else domain
        return Domain("order_line_ids", "any", is_open & Domain("order_id", operator, value))

    def _compute_picking_count(self):
        pickings = self._get_pickings()
        for device in self:
            device.picking_count = len(pickings.get(device, ()))

    def _get_pickings(self):
        """Return {device: the transfers (RW, ZW) of its parts}."""
        pickings = {}
        for line, of_line in self.env["stock.move"]._read_group(
                [("service_line_id.device_id", "in", self.ids),
                 ("picking_id", "!=", False)],
                ["service_line_id"], ["picking_id:recordset"]):
            # sudo: the keeper need not read orders to see which device a transfer was for
            device = line.sudo().device_id.with_env(self.env)
            pickings[device] = pickings.get(device, self.env["stock.picking"]) | of_line
        return pickings

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
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_enova_like.action_crm_service_order")
        action["domain"] = [("device_line_ids.device_id", "in", self.ids)]
        action["context"] = self._prepare_order_context()
        return action

    def action_new_order(self):
        """Open a new service order for the devices of one contractor, not yet saved."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Service Order"),
            "res_model": "crm.service.order",
            "view_mode": "form",
            "context": self._prepare_order_context(),
        }

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

    def action_view_pickings(self):
        """Open the transfers of the parts that went into the devices."""
        action = self.env["ir.actions.act_window"]._for_xml_id("stock.action_picking_tree_all")
        pickings = self.env["stock.picking"].union(*self._get_pickings().values())
        action.update(domain=[("id", "in", pickings.ids)], context={"create": False})
        return action

    def action_view_components(self):
        """Open the components of the device."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_enova_like.action_crm_service_device")
        action.update(
            domain=[("parent_id", "=", self.id)],
            context={
                "default_parent_id": self.id, "default_partner_id": self.partner_id.id,
                "default_address_id": self.address_id.id, "default_company_id": self.company_id.id,
            })
        return action
