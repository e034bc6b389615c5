from odoo import models
from odoo.exceptions import UserError


class CrmServiceDevice(models.Model):
    """The orders of cards that are to become one."""

    _inherit = "crm.service.device"

    def _check_merge(self, others):
        result = super()._check_merge(others)
        cards = self | others
        # sudo: an order that the user may not see is open all the same
        rows = self.env["crm.service.order.device"].sudo().search([("device_id", "in", cards.ids)])
        in_service = rows.filtered("order_is_open")
        if len(in_service.device_id) > 1:
            raise UserError(self.env._(
                "More than one of the cards is in an order that is open: %(rows)s. One device has one open order: "
                "complete or cancel the others first, or take the device out of them.",
                rows=", ".join(f"{row.device_id.display_name} ({row.order_id.name})" for row in in_service)))
        for order, own in rows.grouped("order_id").items():
            if len(own) > 1:
                raise UserError(self.env._(
                    "%(devices)s stood in order %(order)s side by side, so they are two devices. If it is a mistake, "
                    "reopen the order and take one of them out.",
                    devices=", ".join(own.device_id.mapped("display_name")), order=order.name))
        return result
