from odoo import fields, models


class CrmServiceAssignWizard(models.TransientModel):
    _name = "crm.service.assign.wizard"
    _description = "Hand Service Orders Over"

    order_ids = fields.Many2many("crm.service.order", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Technician", domain="[('share', '=', False)]",
        help="Empty: the orders go back to the queue.")
    note = fields.Text()

    def action_assign(self):
        """Hand the orders over, with a note to the colleague in their chatter."""
        self.ensure_one()
        if self.note:
            for order in self.order_ids:
                order.message_post(body=self.note)
        return self.order_ids.action_assign(self.user_id)
