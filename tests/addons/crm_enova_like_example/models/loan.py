from odoo import api, fields, models


class CrmExampleLoan(models.Model):
    """A device lent to a contractor while theirs is in service."""

    _name = "crm.example.loan"
    _description = "Loan of a Device"
    _inherit = ["crm.linkable.mixin"]    # a document that may be tied to tasks, events and orders
    _order = "date_lent desc, id desc"

    name = fields.Char(string="What Is Lent", required=True)
    order_id = fields.Many2one("crm.service.order", required=True, ondelete="cascade", index=True)
    partner_id = fields.Many2one(related="order_id.partner_id", store=True, index=True)
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    user_id = fields.Many2one("res.users", string="Lent By", default=lambda self: self.env.user, readonly=True)
    date_lent = fields.Datetime(default=fields.Datetime.now, required=True)
    date_returned = fields.Datetime(readonly=True)
    deposit = fields.Monetary()
    currency_id = fields.Many2one(related="company_id.currency_id")

    @api.model_create_multi
    def create(self, vals_list):
        loans = super().create(vals_list)
        # a loan stands among its order's documents without a press
        for order, lent in loans.grouped("order_id").items():
            order._link_documents(lent)
        return loans

    def action_return(self):
        """The devices are back."""
        self.date_returned = fields.Datetime.now()
        return True
