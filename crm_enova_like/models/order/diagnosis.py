from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..common.languages import find_language


class CrmServiceOrderType(models.Model):
    """What a diagnosis costs, by default."""

    _inherit = "crm.service.order.type"

    currency_id = fields.Many2one(related="company_id.currency_id")
    diagnosis_fee = fields.Monetary(
        help="Net. Billed when the customer declines a paid repair; each device of an order may have its own.")
    diagnosis_product_id = fields.Many2one(
        "product.product", check_company=True, ondelete="restrict",
        domain="[('type', '=', 'service')]", help="What the diagnosis fee is billed as.")

    _diagnosis_fee_positive = models.Constraint(
        "CHECK(diagnosis_fee >= 0)", "The diagnosis fee cannot be negative.")


class CrmServiceOrderDevice(models.Model):
    """The diagnosis of a device whose repair is declined: it is billed in place of the labour that was estimated."""

    _inherit = "crm.service.order.device"

    diagnosis_fee = fields.Monetary(
        compute="_compute_diagnosis_fee", store=True, readonly=False, precompute=True, copy=False,
        help="Net. What the customer pays for the diagnosis when they decline the repair.")

    @api.depends("basis", "order_id.type_id")
    def _compute_diagnosis_fee(self):
        for line in self:
            line.diagnosis_fee = line.order_id.type_id.diagnosis_fee if line.basis == "paid" else 0.0

    @api.constrains("diagnosis_fee")
    def _check_diagnosis_fee(self):
        for line in self:
            if line.diagnosis_fee < 0:
                raise ValidationError(self.env._(
                    "Device %(device)s in order %(order)s: the diagnosis fee cannot be negative. Leave it empty where "
                    "there is none.", device=line.device_id.display_name, order=line.order_id.name))

    @api.model
    def _get_diagnosis_outcomes(self):
        """The outcomes after which the agreed diagnosis fee is billed: set of states."""
        return {"declined"}

    def _settle_diagnosis(self, state):
        """What follows for the diagnosis fee from an outcome; a reopened device's repair costs what it was to cost."""
        if state in self._get_diagnosis_outcomes():
            self._bill_diagnosis()
        elif state == "open":
            self.line_ids.filtered("is_diagnosis_fee").unlink()
            self.line_ids.filtered("is_declined").write({"is_declined": False, "billing": "billable"})

    def _bill_diagnosis(self):
        """Bill the diagnosis of devices where a fee was agreed, once."""
        lines = self.filtered(lambda line: line.diagnosis_fee and not any(line.line_ids.mapped("is_diagnosis_fee")))
        lines.line_ids.filtered(lambda row: row.kind == "labour" and row.billing == "billable").write(
            {"is_declined": True, "billing": "included"})
        self.env["crm.service.order.line"].create([line._prepare_diagnosis_vals() for line in lines])

    def _prepare_diagnosis_vals(self):
        self.ensure_one()
        product = self.order_id.type_id.diagnosis_product_id
        customer = self.with_context(lang=find_language(self.env, self.order_id.partner_id.lang))
        vals = {
            "order_id": self.order_id.id, "device_line_id": self.id, "kind": "labour", "product_id": product.id,
            "price_unit": self.diagnosis_fee, "billing": "billable", "is_diagnosis_fee": True,
        }
        if not product:
            # on a paper for the customer
            vals["name"] = customer.env._("Diagnosis of the device")
        return vals


class CrmServiceOrderLine(models.Model):
    """The lines that a declined repair leaves."""

    _inherit = "crm.service.order.line"

    is_diagnosis_fee = fields.Boolean(readonly=True, copy=False)
    is_declined = fields.Boolean(
        readonly=True, copy=False, help="Estimated labour of a repair that the customer declined.")
