from odoo import fields, models


class CrmServiceInspectionAbsentWizard(models.TransientModel):
    _name = "crm.service.inspection.absent.wizard"
    _description = "Customer Not Found"
    _inherit = ["crm.named.wizard.mixin"]

    order_id = fields.Many2one("crm.service.order", required=True, readonly=True, ondelete="cascade")
    reason = fields.Char(required=True)

    def action_absent(self):
        """Put the order's inspections back to planned, with the reason."""
        self.ensure_one()
        self.order_id.action_customer_absent(self.reason)
        return {"type": "ir.actions.act_window_close"}
