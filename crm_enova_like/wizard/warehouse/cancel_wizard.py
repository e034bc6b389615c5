from odoo import fields, models
from odoo.exceptions import UserError


class CrmServiceCancelWizard(models.TransientModel):
    """Asked when an order with issued parts is cancelled."""

    _name = "crm.service.cancel.wizard"
    _description = "Cancel Service Order"

    order_ids = fields.Many2many("crm.service.order", required=True, readonly=True)
    mode = fields.Selection(
        [("return", "Return them to the warehouse (ZW)"), ("keep", "Leave them as cost of the order")],
        string="Issued Parts", required=True, default="return")
    reason = fields.Char()

    def action_cancel(self):
        """Cancel the orders, with their issued parts returned or kept as cost.

        :raises UserError: parts are kept without a reason
        """
        self.ensure_one()
        if self.mode == "keep" and not (self.reason or "").strip():
            raise UserError(self.env._(
                "Say why the issued parts of %(orders)s stay as cost.",
                orders=", ".join(self.order_ids.mapped("name"))))
        if self.mode == "return":
            for line in self.order_ids.line_ids:
                left = line._get_returnable_quantity()
                if line.quantity_issued and line.uom_id.compare(left, 0.0) > 0:
                    line.return_to_stock(left)
        orders = self.order_ids
        orders._move_to_state("cancelled", {"cancel_reason": self.reason or "-"})
        return {"type": "ir.actions.act_window_close"}
