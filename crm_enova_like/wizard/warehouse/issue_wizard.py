from odoo import fields, models


class CrmServiceIssueWizard(models.TransientModel):
    """Shown where stock is short: issue what is there, or leave it."""

    _name = "crm.service.issue.wizard"
    _description = "Issue Available Parts"
    _inherit = ["crm.named.wizard.mixin"]

    order_id = fields.Many2one("crm.service.order", required=True, readonly=True, ondelete="cascade")
    line_ids = fields.One2many("crm.service.issue.wizard.line", "wizard_id", readonly=True)

    def action_issue_available(self):
        """Issue what is there now; the rest stays on an open RW.

        :raises UserError: nothing is there, or a lot is missing
        """
        self.ensure_one()
        self.order_id._issue_available()
        return {"type": "ir.actions.act_window_close"}


class CrmServiceIssueWizardLine(models.TransientModel):
    _name = "crm.service.issue.wizard.line"
    _description = "Missing Part"
    _inherit = ["crm.named.wizard.mixin"]

    wizard_id = fields.Many2one("crm.service.issue.wizard", required=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    uom_id = fields.Many2one(related="product_id.uom_id", context={"service_units": True})
    needed = fields.Float(digits="Product Unit")
    free = fields.Float(digits="Product Unit")
