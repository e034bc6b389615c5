from odoo import api, fields, models


class CrmServiceOrder(models.Model):
    """What the order's form needs to show only what is needed."""

    _inherit = "crm.service.order"

    device_warning = fields.Text(compute="_compute_device_warning")
    has_issued_parts = fields.Boolean(compute="_compute_has_parts")
    has_tracked_parts = fields.Boolean(compute="_compute_has_parts")

    @api.depends("state", "device_line_ids.other_open_order_id", "device_line_ids.is_foreign")
    def _compute_device_warning(self):
        for order in self:
            if order.state in ("done", "cancelled"):
                order.device_warning = False
                continue
            messages = []
            for line in order.device_line_ids:
                device = line.device_id.display_name
                if line.other_open_order_id:
                    # the other order may be a colleague's: its number is all that is shown
                    messages.append(self.env._(
                        "%(device)s is already in the open order %(order)s.",
                        device=device, order=line.other_open_order_id.sudo().name))
                if line.is_foreign:
                    messages.append(self.env._(
                        "%(device)s belongs to %(owner)s.",
                        device=device, owner=line.device_id.partner_id.sudo().display_name))
            order.device_warning = "\n".join(messages) or False

    @api.depends("line_ids.quantity_issued", "line_ids.quantity_returned", "line_ids.product_id")
    def _compute_has_parts(self):
        for order in self:
            order.has_issued_parts = bool(order._get_issued_lines())
            order.has_tracked_parts = any(
                line.tracking in ("lot", "serial") for line in order.line_ids)
