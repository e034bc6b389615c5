from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import formatLang

from ..common.actions import open_dialog
from ..common.formats import format_day

OPERATORS = "crm_enova_like.group_user"


class CrmServiceOrderDevice(models.Model):
    """What a repair would cost the customer, and up to how much they agreed to it."""

    _inherit = "crm.service.order.device"

    cost_limit = fields.Monetary(
        copy=False,
        help="With tax. The customer agreed to a repair up to this amount without being asked; 0: no limit.")
    estimate = fields.Monetary(
        compute="_compute_estimate", help="What the customer would pay for the device's lines, with tax.")
    is_over_limit = fields.Boolean(compute="_compute_estimate")
    limit_said_by = fields.Char(
        string="Above the Limit: Agreed By", readonly=True, copy=False,
        help="Who of the customer's people agreed to more than the limit.")
    limit_said_on = fields.Datetime(string="Above the Limit: Agreed On", readonly=True, copy=False)
    limit_noted_by = fields.Many2one(
        "res.users", string="Above the Limit: Noted By", readonly=True, copy=False)
    limit_before = fields.Monetary(
        readonly=True, copy=False, help="What was agreed before the customer agreed to more.")
    limit_agreement = fields.Char(compute="_compute_limit_agreement")

    @api.depends("limit_said_by", "limit_said_on", "limit_noted_by", "limit_before", "company_id")
    def _compute_limit_agreement(self):
        for line in self:
            line.limit_agreement = line.limit_said_by and self.env._(
                "%(person)s agreed to more than %(limit)s on %(day)s (noted by %(user)s)",
                person=line.limit_said_by, limit=line._format_money(line.limit_before),
                day=format_day(self.env, line.company_id, line.limit_said_on),
                # sudo: who noted it is told to whoever reads the order
                user=line.limit_noted_by.sudo().name or "–")

    @api.depends("cost_limit", *(
        f"{path}.{name}" for path in ("line_ids", "order_id.line_ids") for name in (
            "device_line_id", "subtotal", "billing", "product_id", "quantity", "price_unit")))
    def _compute_estimate(self):
        # a device's history is open to every technician, what another's order comes to is not
        readable = self.order_id._filtered_access("read")
        for line in self:
            rows = line.line_ids
            if line.order_id in readable and len(line.order_id.device_line_ids) == 1:
                # what is noted for no device is for the only one
                rows |= line.order_id.line_ids.filtered(lambda row: not row.device_line_id)
            line.estimate = sum(row._get_gross() for row in rows if row.billing == "billable")
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

    def _format_money(self, amount):
        """An amount in the currency of one device's order, as a reader sees it."""
        return formatLang(self.env, amount, currency_obj=self.currency_id or self.env.company.currency_id)

    # MORE THAN THE LIMIT, BY THE CUSTOMER'S WORD

    def _filter_above_limit(self):
        """Those of the devices, still worked on, whose repair would cost the customer more than was agreed."""
        # most have no limit, and the taxes of an estimate take time
        return self.filtered(lambda line: line.is_open and line.cost_limit and line.is_over_limit)

    def _check_limit_change(self, vals):
        """Refuse a technician to raise what the customer agreed to without saying who agreed.

        Operators type it; the order notes what it was. Who takes an order in himself types it until it is accepted.

        :param vals: values for ``write``
        :raises UserError: names device, order and limit, and says what to do
        """
        if "cost_limit" not in vals or self.env.su:
            return
        types_it = self.env.user.has_group(OPERATORS)
        for line in self:
            new, order = vals["cost_limit"] or 0.0, line.order_id
            if not line.cost_limit or line.currency_id.compare_amounts(new, line.cost_limit) == 0 or (
                    order.state == "new" and order.requester_id == self.env.user):
                continue
            if types_it or 0 < new < line.cost_limit:
                order._message_log(body=self.env._(
                    "%(device)s: cost limit of %(before)s changed to %(limit)s.", device=line.device_id.display_name,
                    before=line._format_money(line.cost_limit),
                    limit=line._format_money(new) if new else self.env._("none")))
                continue
            raise UserError(self.env._(
                "Device %(device)s in order %(order)s: the customer agreed to %(limit)s. Press “The customer agreed…” "
                "and say who agreed to more.", device=line.device_id.display_name, order=order.name,
                limit=line._format_money(line.cost_limit)))

    def agree_limit(self, said_by: str, amount: float = 0.0, said_on: datetime = None):
        """Note that the customer agreed to more than the cost limit: who said it, when, and up to how much.

        :param self: devices of open orders, with a limit
        :param said_by: who of the customer's people said it
        :param amount: the new limit, with tax; 0: the repair goes on without one
        :param said_on: when, in UTC; now, if nothing is given
        :raises UserError: nobody is named, it is to come, a device has no limit, or the new one is not above it
        """
        self.check_access("write")
        said_by = (said_by or "").strip()
        said_on = said_on or fields.Datetime.now()
        if not said_by:
            raise UserError(self.env._("Say who of the customer's people agreed."))
        if said_on > fields.Datetime.now():
            raise UserError(self.env._("What the customer agreed to was said already: choose a time that is past."))
        self.order_id._check_open()
        for line in self:
            self._check_agreed_limit(line, amount)
        for line in self:
            before = line.cost_limit
            line._write_facts({
                "limit_said_by": said_by, "limit_said_on": said_on, "limit_noted_by": self.env.uid,
                "limit_before": before, "cost_limit": amount})
            line.order_id.message_post(body=self.env._(
                "%(device)s: the customer agreed to more than the limit of %(before)s. Agreed by: %(person)s, "
                "%(day)s. New limit: %(limit)s.",
                device=line.device_id.display_name, before=line._format_money(before), person=said_by,
                day=format_day(self.env, line.company_id, said_on),
                limit=line._format_money(amount) if amount else self.env._("none")))
        return True

    @api.model
    def _check_agreed_limit(self, line, limit):
        if not line.cost_limit:
            raise UserError(self.env._(
                "Device %(device)s in order %(order)s has no cost limit, so nothing has to be agreed.",
                device=line.device_id.display_name, order=line.order_id.name))
        if limit and line.currency_id.compare_amounts(limit, line.cost_limit) <= 0:
            raise UserError(self.env._(
                "Device %(device)s in order %(order)s: the new limit has to be above the %(limit)s agreed before.",
                device=line.device_id.display_name, order=line.order_id.name,
                limit=line._format_money(line.cost_limit)))


class CrmServiceOrder(models.Model):
    """The warning that a repair gets dearer than agreed."""

    _inherit = "crm.service.order"

    limit_warning = fields.Text(compute="_compute_limit_warning")

    @api.depends("is_open", "device_line_ids.is_open", "device_line_ids.is_over_limit")
    def _compute_limit_warning(self):
        for order in self:
            above = order.device_line_ids._filter_above_limit() if order.is_open else ()
            order.limit_warning = "\n".join(self.env._(
                "%(device)s: the estimate of %(estimate)s with tax is above the %(limit)s agreed with the customer. "
                "Ask before going on.", device=line.device_id.display_name,
                estimate=line._format_money(line.estimate), limit=line._format_money(line.cost_limit))
                for line in above) or False

    def action_open_limit(self):
        """Ask who of the customer's people agreed to more than the cost limit of one order."""
        self.ensure_one()
        self._check_open()
        return open_dialog(
            self.env, "crm.service.limit.wizard", self.env._("Dearer than agreed"), {"default_order_id": self.id})


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
