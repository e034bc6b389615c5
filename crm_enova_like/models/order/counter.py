from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import NO_ACCESS, Domain
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from .stage import OPEN_STATES

INVOICING = "account.group_account_invoice,account.group_account_readonly"


class CrmServiceOrder(models.Model):
    """An order at the counter: what is shown while a device is taken in, and the paper for it."""

    _inherit = "crm.service.order"

    partner_is_company = fields.Boolean(related="partner_id.is_company")
    intake_facts = fields.Html(
        string="Known Already", compute="_compute_intake_facts", sanitize=False,
        help="Warranty and last repair of the devices that are taken in.")
    limit_warning = fields.Text(compute="_compute_limit_warning")
    unpaid_count = fields.Integer(compute="_compute_unpaid", groups=INVOICING)
    unpaid_amount = fields.Monetary(compute="_compute_unpaid", groups=INVOICING)
    overdue_amount = fields.Monetary(compute="_compute_unpaid", groups=INVOICING)

    @api.depends("device_line_ids.device_id")
    def _compute_intake_facts(self):
        facts = self.device_line_ids._get_intake_facts()
        for order in self:
            order.intake_facts = Markup().join(facts[line] for line in order.device_line_ids if line in facts)

    @api.depends("state", "device_line_ids.is_over_limit")
    def _compute_limit_warning(self):
        for order in self:
            above = order.device_line_ids.filtered(
                lambda line: line.is_over_limit and line.state == "open") if order.state in OPEN_STATES else ()
            order.limit_warning = "\n".join(self.env._(
                "%(device)s: the estimate of %(estimate)s with tax is above the %(limit)s agreed with the customer. "
                "Ask before going on.", device=line.device_id.display_name,
                estimate=formatLang(self.env, line.estimate, currency_obj=order.currency_id),
                limit=formatLang(self.env, line.cost_limit, currency_obj=order.currency_id))
                for line in above) or False

    @api.onchange("device_line_ids")
    def _onchange_device_line_ids(self):
        # a scanned serial number says who stands at the counter
        if not self.partner_id:
            self.partner_id = self.device_line_ids.device_id[:1].partner_id
        return super()._onchange_device_line_ids()

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
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice_type")
        action.update(domain=list(self._get_unpaid_domain()), context={"create": False})
        return action

    def action_print_receipt(self):
        """Print the confirmations of receipt (potwierdzenie przyjęcia) of orders.

        The form's button saves the order first: one press at the counter does both.
        """
        return self.env.ref("crm_enova_like.action_report_service_receipt").report_action(self)


class CrmServiceOrderDevice(models.Model):
    """What is agreed on a device at the counter, and where the device lies."""

    _inherit = "crm.service.order.device"

    cost_limit = fields.Monetary(
        string="Cost Limit", copy=False,
        help="With tax. The customer agreed to a repair up to this amount without being asked; 0: no limit.")
    diagnosis_fee = fields.Monetary(
        compute="_compute_diagnosis_fee", store=True, readonly=False, precompute=True, copy=False,
        help="Net. What the customer pays for the diagnosis when they decline the repair.")
    wants_old_parts = fields.Boolean(
        string="Old Parts Back", copy=False, help="The customer wants the replaced parts.")
    shelf = fields.Char(copy=False, help="Where the device lies in the workshop.")
    # a device's PIN opens what its owner keeps in it: it is read through access_code alone, by who works on the
    # order, and it is no value that can be searched for, copied or exported
    access_secret = fields.Char(copy=False, exportable=False, groups=NO_ACCESS)
    access_code = fields.Char(
        compute="_compute_access_code", inverse="_inverse_access_code", copy=False, exportable=False,
        help="PIN, password or pattern of the device. Erased when the device is handed back.")
    estimate = fields.Monetary(
        compute="_compute_estimate", help="What the customer would pay for the device's lines, with tax.")
    is_over_limit = fields.Boolean(compute="_compute_estimate")

    @api.depends("basis", "order_id.type_id")
    def _compute_diagnosis_fee(self):
        for line in self:
            line.diagnosis_fee = line.order_id.type_id.diagnosis_fee if line.basis == "paid" else 0.0

    @api.depends("access_secret")
    def _compute_access_code(self):
        mine = self._origin._filtered_access("write")
        for line in self:
            # sudo: nobody reads the secret itself; whoever works on the order may open the device
            line.access_code = line._origin.sudo().access_secret if line._origin in mine else line.access_code

    def _inverse_access_code(self):
        self.check_access("write")
        for line in self:
            line.sudo().access_secret = line.access_code

    @api.depends(
        "cost_limit", "line_ids.subtotal", "line_ids.billing", "line_ids.product_id", "line_ids.quantity",
        "line_ids.price_unit")
    def _compute_estimate(self):
        for line in self:
            line.estimate = sum(row._get_gross() for row in line.line_ids if row.billing == "billable")
            currency = line.currency_id or self.env.company.currency_id
            line.is_over_limit = (
                bool(line.cost_limit) and currency.compare_amounts(line.estimate, line.cost_limit) > 0)

    @api.constrains("cost_limit", "diagnosis_fee")
    def _check_amounts(self):
        for line in self:
            if line.cost_limit < 0 or line.diagnosis_fee < 0:
                raise ValidationError(self.env._(
                    "Device %(device)s in order %(order)s: the cost limit and the diagnosis fee cannot be negative. "
                    "Leave the limit empty where there is none.",
                    device=line.device_id.display_name, order=line.order_id.name))

    # WHAT IS KNOWN OF A DEVICE

    def _get_intake_facts(self):
        """Warranty and last repair of the lines' devices, as the counter shows them.

        :return: {line: Markup}; nothing for a line without a device
        """
        last, devices = {}, self.device_id._origin
        if devices:
            for line in self.search(
                    [("device_id", "in", devices.ids), ("state", "!=", "open"), ("id", "not in", self._origin.ids)],
                    order="date_closed desc, id desc"):
                last.setdefault(line.device_id, line)
        return {line: line._format_facts(last.get(line.device_id._origin)) for line in self if line.device_id}

    def _format_facts(self, repair):
        self.ensure_one()
        today, ends = self.env.company._service_today(), self.device_id.warranty_end
        if not ends:
            facts = [self.env._("no warranty known")]
        elif ends >= today:
            facts = [self.env._("under warranty until %(date)s", date=format_date(self.env, ends))]
        else:
            facts = [self.env._("warranty ended on %(date)s", date=format_date(self.env, ends))]
        if repair:
            states = dict(self._fields["state"]._description_selection(self.env))
            facts.append(self.env._(
                "last repair %(date)s, %(order)s: %(work)s",
                date=format_date(self.env, repair.company_id._service_date(repair.date_closed)),
                # another technician's order is out of sight, its number is not
                order=repair.order_id.sudo().name,
                work=", ".join(filter(None, (states[repair.state], repair.resolution)))))
            if repair.repair_warranty_until:
                facts.append(self.env._(
                    "warranty of the repair until %(date)s",
                    date=format_date(self.env, repair.repair_warranty_until)))
        else:
            facts.append(self.env._("no repair yet"))
        return Markup("<div><strong>%s</strong>: %s</div>") % (self.device_id.display_name, "; ".join(facts))

    # THE CUSTOMER DECLINES

    def _settle_diagnosis(self, state):
        """Bill the diagnosis where the repair was declined; reopened, what it was to cost counts again."""
        if state == "declined":
            self._bill_diagnosis()
        elif state == "open":
            self.line_ids.filtered("is_diagnosis_fee").unlink()
            self.line_ids.filtered("is_declined").write({"is_declined": False, "billing": "billable"})

    def _bill_diagnosis(self):
        """Bill the diagnosis of declined devices where a fee was agreed; it stands in place of the
        labour that was estimated."""
        lines = self.filtered(lambda line: line.diagnosis_fee and not any(line.line_ids.mapped("is_diagnosis_fee")))
        lines.line_ids.filtered(lambda row: row.kind == "labour" and row.billing == "billable").write(
            {"is_declined": True, "billing": "included"})
        self.env["crm.service.order.line"].create([line._prepare_diagnosis_vals() for line in lines])

    def _prepare_diagnosis_vals(self):
        self.ensure_one()
        product = self.order_id.type_id.diagnosis_product_id
        customer = self.with_context(lang=self.order_id.partner_id.lang or self.env.lang)
        vals = {
            "order_id": self.order_id.id, "device_line_id": self.id, "kind": "labour", "product_id": product.id,
            "price_unit": self.diagnosis_fee, "billing": "billable", "is_diagnosis_fee": True,
        }
        if not product:
            # on a paper for the customer
            vals["name"] = customer.env._("Diagnosis of the device")
        return vals


class CrmServiceOrderLine(models.Model):
    _inherit = "crm.service.order.line"

    is_diagnosis_fee = fields.Boolean(readonly=True, copy=False)
    is_declined = fields.Boolean(
        readonly=True, copy=False, help="Estimated labour of a repair that the customer declined.")

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


class CrmServiceOrderType(models.Model):
    _inherit = "crm.service.order.type"

    currency_id = fields.Many2one(related="company_id.currency_id")
    diagnosis_fee = fields.Monetary(
        help="Net. Billed when the customer declines a paid repair; each device of an order may have its own.")
    diagnosis_product_id = fields.Many2one(
        "product.product", string="Diagnosis Product", check_company=True, ondelete="restrict",
        domain="[('type', '=', 'service')]", help="What the diagnosis fee is billed as.")

    _diagnosis_fee_positive = models.Constraint(
        "CHECK(diagnosis_fee >= 0)", "The diagnosis fee cannot be negative.")
