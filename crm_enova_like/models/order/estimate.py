from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import formatLang


class CrmServiceOrderDevice(models.Model):
    """What a repair would cost the customer, and up to how much they agreed to it."""

    _inherit = "crm.service.order.device"

    cost_limit = fields.Monetary(
        copy=False,
        help="With tax. The customer agreed to a repair up to this amount without being asked; 0: no limit.")
    estimate = fields.Monetary(
        compute="_compute_estimate", help="What the customer would pay for the device's lines, with tax.")
    is_over_limit = fields.Boolean(compute="_compute_estimate")

    @api.depends(
        "cost_limit", "line_ids.subtotal", "line_ids.billing", "line_ids.product_id", "line_ids.quantity",
        "line_ids.price_unit")
    def _compute_estimate(self):
        for line in self:
            line.estimate = sum(row._get_gross() for row in line.line_ids if row.billing == "billable")
            currency = line.currency_id or self.env.company.currency_id
            line.is_over_limit = (
                bool(line.cost_limit) and currency.compare_amounts(line.estimate, line.cost_limit) > 0)

    @api.constrains("cost_limit")
    def _check_cost_limit(self):
        for line in self:
            if line.cost_limit < 0:
                raise ValidationError(self.env._(
                    "Device %(device)s in order %(order)s: the cost limit cannot be negative. Leave it empty where "
                    "there is none.", device=line.device_id.display_name, order=line.order_id.name))


class CrmServiceOrder(models.Model):
    """The warning that a repair gets dearer than agreed."""

    _inherit = "crm.service.order"

    limit_warning = fields.Text(compute="_compute_limit_warning")

    @api.depends("is_open", "device_line_ids.is_open", "device_line_ids.is_over_limit")
    def _compute_limit_warning(self):
        for order in self:
            above = order.device_line_ids.filtered(
                # most have no limit, and the taxes of an estimate take time
                lambda line: line.is_open and line.cost_limit and line.is_over_limit) if order.is_open else ()
            order.limit_warning = "\n".join(self.env._(
                "%(device)s: the estimate of %(estimate)s with tax is above the %(limit)s agreed with the customer. "
                "Ask before going on.", device=line.device_id.display_name,
                estimate=formatLang(self.env, line.estimate, currency_obj=order.currency_id),
                limit=formatLang(self.env, line.cost_limit, currency_obj=order.currency_id))
                for line in above) or False


class CrmServiceOrderLine(models.Model):
    """A line's part of the estimate."""

    _inherit = "crm.service.order.line"

    def _get_gross(self):
        """What the customer pays for one line, with tax."""
        self.ensure_one()
        # sudo: the taxes are the accounting's, the amount is the order's
        line = self.sudo()
        taxes = line.product_id.taxes_id if line.product_id else line.company_id.account_sale_tax_id
        taxes = taxes._filter_taxes_by_company(line.company_id) if taxes else taxes
        return taxes.compute_all(
            line.price_unit, currency=line.currency_id, quantity=line.quantity, product=line.product_id,
            partner=line.order_id.partner_id)["total_included"]
