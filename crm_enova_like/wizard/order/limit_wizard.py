from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmServiceLimitWizard(models.TransientModel):
    """A repair gets dearer than the customer agreed to: who agreed to more, and to how much."""

    _name = "crm.service.limit.wizard"
    _description = "Dearer than Agreed"
    _inherit = ["crm.named.wizard.mixin"]

    order_id = fields.Many2one("crm.service.order", required=True, readonly=True, ondelete="cascade")
    device_line_ids = fields.Many2many("crm.service.order.device", compute="_compute_device_line_ids")
    device_count = fields.Integer(compute="_compute_device_line_ids")
    currency_id = fields.Many2one(related="order_id.currency_id")
    said_by = fields.Char(
        string="Who Agreed", compute="_compute_said_by", store=True, readonly=False, precompute=True,
        help="Who of the customer's people said it.")
    said_on = fields.Datetime(string="When", default=fields.Datetime.now, required=True)
    agreed = fields.Selection(
        [("estimate", "What it costs now"), ("amount", "Another amount"), ("no_limit", "Without a limit")],
        string="Up To", default="estimate", required=True)
    amount = fields.Monetary(string="New Limit", help="With tax.")

    @api.depends("order_id")
    def _compute_device_line_ids(self):
        for wizard in self:
            wizard.device_line_ids = wizard.order_id.device_line_ids._filter_above_limit()
            wizard.device_count = len(wizard.device_line_ids)

    @api.depends("order_id")
    def _compute_said_by(self):
        for wizard in self:
            order = wizard.order_id
            wizard.said_by = order.person_id.name or (not order.partner_id.is_company and order.partner_id.name)

    def action_agree(self):
        """Note what the customer agreed to.

        :raises UserError: nobody is named, or the new limit is below what the repair costs
        """
        self.ensure_one()
        if self.agreed == "amount" and self.device_count > 1:
            raise UserError(self.env._(
                "Order %(order)s has several devices above their limits: note each new limit on its device, or choose "
                "what they cost now.", order=self.order_id.name))
        for line in self.device_line_ids:
            limit = {"estimate": line.estimate, "amount": self.amount, "no_limit": 0.0}[self.agreed]
            if self.agreed == "amount" and line.currency_id.compare_amounts(self.amount, line.estimate) < 0:
                raise UserError(self.env._(
                    "Device %(device)s in order %(order)s costs %(estimate)s with tax: a limit of %(limit)s is not "
                    "enough for it.", device=line.device_id.display_name, order=self.order_id.name,
                    estimate=line._format_money(line.estimate), limit=line._format_money(self.amount)))
            line.agree_limit(self.said_by, limit, self.said_on)
        return self._go_on()

    def _go_on(self):
        """What the customer was asked for; a wing above answers.

        :return: an action for the screen
        """
        return {"type": "ir.actions.act_window_close"}

    def action_wait(self):
        """The customer has not answered yet: the order waits for the decision."""
        self.ensure_one()
        self.order_id.action_wait_for_customer()
        return {"type": "ir.actions.act_window_close"}
