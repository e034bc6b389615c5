from odoo import api, fields, models
from odoo.fields import Domain

from ..common.actions import open_list

INVOICING = "account.group_account_invoice,account.group_account_readonly"


class CrmServiceOrder(models.Model):
    """What an order's contractor owes, told to who may read invoices."""

    _inherit = "crm.service.order"

    unpaid_count = fields.Integer(compute="_compute_unpaid", groups=INVOICING)
    unpaid_amount = fields.Monetary(compute="_compute_unpaid", groups=INVOICING)
    overdue_amount = fields.Monetary(compute="_compute_unpaid", groups=INVOICING)

    def _get_unpaid_domain(self):
        """Posted customer invoices that the orders' contractors have not paid."""
        return Domain([
            ("move_type", "in", ("out_invoice", "out_receipt", "out_refund")), ("state", "=", "posted"),
            ("payment_state", "in", ("not_paid", "partial")), ("company_id", "in", self.company_id.ids),
            ("commercial_partner_id", "in", self.partner_id._origin.commercial_partner_id.ids)])

    @api.depends("partner_id", "company_id")
    def _compute_unpaid(self):
        unpaid, late = {}, {}
        if self.partner_id:
            domain, groups = self._get_unpaid_domain(), ["commercial_partner_id", "company_id"]
            Move = self.env["account.move"]
            for partner, company, count, amount in Move._read_group(
                    domain, groups, ["__count", "amount_residual_signed:sum"]):
                unpaid[partner, company] = count, amount
            for partner, company, amount in Move._read_group(
                    domain & Domain("invoice_date_due", "<", self.env.company._service_today()),
                    groups, ["amount_residual_signed:sum"]):
                late[partner, company] = amount
        for order in self:
            key = (order.partner_id._origin.commercial_partner_id, order.company_id._origin)
            order.unpaid_count, order.unpaid_amount = unpaid.get(key, (0, 0.0))
            order.overdue_amount = late.get(key, 0.0)

    def action_view_unpaid_invoices(self):
        """The invoices that the orders' contractors have not paid, for who may read invoices."""
        self.env["account.move"].check_access("read")
        return open_list(
            self.env, "account.action_move_out_invoice_type", list(self._get_unpaid_domain()), {"create": False})
