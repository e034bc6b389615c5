from odoo import fields, models


class CrmServiceUnworkedWizard(models.TransientModel):
    """A repair without labour is about to be finished: by mistake, or indeed."""

    _name = "crm.service.unworked.wizard"
    _description = "Finish without Labour"
    _inherit = ["crm.named.wizard.mixin"]

    order_id = fields.Many2one("crm.service.order", required=True, readonly=True, ondelete="cascade")

    def action_add_labour(self):
        """Note the labour first."""
        self.ensure_one()
        return self.order_id.action_open_labour()

    def action_finish(self):
        """Finish the order all the same.

        :raises UserError: something of it is open; says what
        """
        self.ensure_one()
        self.order_id.action_done()
        return {"type": "ir.actions.act_window_close"}
