from odoo import fields, models
from odoo.exceptions import UserError


class CrmServiceCancelWizard(models.TransientModel):
    """Asked when an order with issued parts is cancelled."""

    _name = "crm.service.cancel.wizard"
    _description = "Cancel Service Order"
    _inherit = ["crm.named.wizard.mixin"]

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
        reason = (self.reason or "").strip()
        vals = {"state": "cancelled"}
        if reason:
            vals["cancel_reason"] = reason
        keeping = self.order_ids.browse()
        if self.mode == "return":
            self.order_ids._return_all_parts()
        elif not reason:
            raise UserError(self.env._(
                "Say why the issued parts of %(orders)s stay as cost.",
                orders=", ".join(self.order_ids.mapped("name"))))
        else:
            keeping = self.order_ids._get_issued_lines().order_id
        # what was decided is data of the very write that cancels
        keeping.write({**vals, "parts_kept_reason": reason})
        (self.order_ids - keeping).write(vals)
        return {"type": "ir.actions.act_window_close"}
