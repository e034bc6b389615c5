from odoo import fields, models
from odoo.exceptions import UserError


class CrmServiceLabourWizard(models.TransientModel):
    """Labour or a cost of an order, noted by who does the work: one press on what is usual, or typed."""

    _name = "crm.service.labour.wizard"
    _description = "Note Labour"
    _inherit = ["crm.values.mixin", "crm.named.wizard.mixin"]

    order_id = fields.Many2one("crm.service.order", required=True, readonly=True, ondelete="cascade")
    device_count = fields.Integer(related="order_id.device_count")
    device_line_id = fields.Many2one(
        "crm.service.order.device", string="Device", ondelete="cascade", domain="[('order_id', '=', order_id)]")
    kind = fields.Selection([("labour", "Labour"), ("expense", "Cost")], required=True, readonly=True)
    currency_id = fields.Many2one(related="order_id.currency_id")
    name = fields.Char(string="What Was Done")
    quantity = fields.Float(digits="Product Unit", default=1.0)
    price_unit = fields.Float(string="Price", digits="Product Price", help="Net, of one.")
    line_ids = fields.One2many("crm.service.labour.wizard.line", "wizard_id", readonly=True)

    def action_add(self):
        """Add what was typed.

        :raises UserError: it says nothing
        """
        self.ensure_one()
        name = (self.name or "").strip()
        if not name:
            raise UserError(self.env._("Say what was done, or what it was paid for."))
        return self._add({"name": name, "quantity": self.quantity, "price_unit": self.price_unit})

    def _add(self, vals):
        """Add a line to the order.

        :param vals: what it is, beside its order, device and kind
        :raises UserError: there is no quantity
        """
        self.ensure_one()
        if vals["quantity"] <= 0:
            raise UserError(self.env._(
                "Order %(order)s: the quantity has to be above zero.", order=self.order_id.name))
        self.env["crm.service.order.line"].create({
            "order_id": self.order_id.id, "device_line_id": self.device_line_id.id, "kind": self.kind, **vals})
        return {"type": "ir.actions.act_window_close"}


class CrmServiceLabourWizardLine(models.TransientModel):
    _name = "crm.service.labour.wizard.line"
    _description = "Usual Labour"
    _inherit = ["crm.named.wizard.mixin"]
    _order = "id"

    wizard_id = fields.Many2one("crm.service.labour.wizard", required=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    quantity = fields.Float(digits="Product Unit")
    uom_id = fields.Many2one(related="product_id.uom_id", context={"service_units": True})

    def action_add(self):
        """Add one line of what is usual, in its usual quantity."""
        self.ensure_one()
        return self.wizard_id._add({"product_id": self.product_id.id, "quantity": self.quantity})
