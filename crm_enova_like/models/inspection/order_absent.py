from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..common.actions import open_dialog


class CrmServiceOrder(models.Model):
    """*Nie zastano klienta*: nobody was there, and the inspections are still to be done."""

    _inherit = "crm.service.order"

    def action_open_absent(self):
        """Ask why nobody was found, and put the inspections back."""
        self.ensure_one()
        return open_dialog(
            self.env, "crm.service.inspection.absent.wizard", self.env._("Customer not found"),
            {"default_order_id": self.id})

    def action_customer_absent(self, reason: str):
        """The inspections of the orders not done yet are planned again, with the reason in their history.

        An order with nothing else in it is cancelled; in another the devices
        that were to be inspected leave it.

        :raises UserError: no reason is given, or no inspection is open
        """
        self.check_access("write")
        reason = (reason or "").strip()
        for order in self:
            if not reason:
                raise UserError(self.env._("Order %(order)s: say why the visit failed.", order=order.name))
            if not order._get_ordered_inspections():
                raise UserError(self.env._(
                    "Order %(order)s has no inspection that is still to be done.", order=order.name))
        for order in self:
            order._note_absence(self.env._(
                "Customer not found on %(date)s (order %(order)s): %(reason)s",
                date=format_date(self.env, order.company_id._service_today()), order=order.name, reason=reason))
        return True

    def _note_absence(self, message):
        self.ensure_one()
        inspections = self._get_ordered_inspections()
        lines = inspections.order_device_id
        inspections._note_failed_visit(message)
        if lines == self.device_line_ids and not self.line_ids:
            self.write({"state": "cancelled", "cancel_reason": message})
            return
        inspections._put_back()
        # what was used or counted on a device stays in the order, as declined
        lines.filtered("line_ids").action_decline()
        lines.filtered(lambda line: not line.line_ids).unlink()
        self.message_post(body=message)
