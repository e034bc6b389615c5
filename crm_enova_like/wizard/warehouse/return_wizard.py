from odoo import fields, models
from odoo.exceptions import UserError


class CrmServiceReturnWizard(models.TransientModel):
    _name = "crm.service.return.wizard"
    _description = "Return Parts"
    _inherit = ["crm.named.wizard.mixin"]

    order_id = fields.Many2one("crm.service.order", required=True, readonly=True, ondelete="cascade")
    line_ids = fields.One2many("crm.service.return.wizard.line", "wizard_id")

    def action_return(self):
        """Return the quantities entered by ZW: all of them, or none.

        :raises UserError: nothing was entered, or more than was issued
        """
        self.ensure_one()
        rows = self.line_ids.filtered("quantity")
        if not rows:
            raise UserError(self.env._(
                "Order %(order)s: enter the quantity of at least one part to return.", order=self.order_id.name))
        for row in rows:
            row.line_id.return_to_stock(row.quantity)
        return {"type": "ir.actions.act_window_close"}


class CrmServiceReturnWizardLine(models.TransientModel):
    _name = "crm.service.return.wizard.line"
    _description = "Part to Return"
    _inherit = ["crm.named.wizard.mixin"]

    wizard_id = fields.Many2one("crm.service.return.wizard", required=True, ondelete="cascade")
    line_id = fields.Many2one("crm.service.order.line", required=True, readonly=True, ondelete="cascade")
    product_id = fields.Many2one(related="line_id.product_id")
    device_line_id = fields.Many2one(related="line_id.device_line_id")
    uom_id = fields.Many2one(related="line_id.uom_id", context={"service_units": True})
    quantity_issued = fields.Float(related="line_id.quantity_issued")
    quantity_returned = fields.Float(related="line_id.quantity_returned")
    quantity = fields.Float(string="To Return", digits="Product Unit")
