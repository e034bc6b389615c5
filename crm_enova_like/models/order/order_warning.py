from odoo import api, fields, models


class CrmServiceOrder(models.Model):
    """What an order's form warns of: a device that is in another order too, or belongs to somebody else."""

    _inherit = "crm.service.order"

    device_warning = fields.Text(compute="_compute_device_warning")

    @api.depends(
        "is_open", "partner_id.active", "device_line_ids.other_open_order_id", "device_line_ids.is_foreign")
    def _compute_device_warning(self):
        for order in self:
            messages = []
            # sudo: whether they are still there is no secret to whoever works for them
            if order.is_open and order.partner_id and not order.partner_id.sudo().active:
                messages.append(self.env._(
                    "%(partner)s is archived: no mail goes to them. Restore the contractor, or choose another one.",
                    partner=order.partner_id.display_name))
            for line in order.device_line_ids if order.is_open else ():
                device = line.device_id.display_name
                if line.other_open_order_id:
                    messages.append(self.env._(
                        "%(device)s is already in the open order %(order)s.",
                        device=device, order=line.other_open_order_id._get_told_numbers()))
                if line.is_foreign:
                    # sudo: whose device it is has to be told before it is repaired for somebody else
                    messages.append(self.env._(
                        "%(device)s belongs to %(owner)s.",
                        device=device, owner=line.device_id.partner_id.sudo().display_name))
            order.device_warning = "\n".join(messages) or False

    def _get_told_numbers(self):
        """The numbers of orders, for whoever has to know which they are.

        sudo: a colleague's order is out of sight, and its number is all of it that is told.
        """
        return ", ".join(self.sudo().with_context(prefetch_fields=False).mapped("name"))
