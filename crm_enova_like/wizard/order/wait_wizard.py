from odoo import fields, models


class CrmServiceWaitWizard(models.TransientModel):
    _name = "crm.service.wait.wizard"
    _description = "Put Service Order on Hold"
    _inherit = ["crm.named.wizard.mixin"]

    order_ids = fields.Many2many("crm.service.order", required=True, readonly=True)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    stage_id = fields.Many2one(
        "crm.service.stage", string="Waiting For", required=True,
        domain="[('state', '=', 'waiting'), ('company_id', '=', company_id)]")

    def action_wait(self):
        """Put the orders on hold in the chosen stage."""
        self.ensure_one()
        self.order_ids.action_wait(self.stage_id)
        return {"type": "ir.actions.act_window_close"}
