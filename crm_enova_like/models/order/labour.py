from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from ..common.actions import open_dialog

LAST_USED = 3    # products of labour that stand first
LOOKED_AT = 50    # of the last labour lines of a model, among which those are


class CrmServiceTypeLabour(models.Model):
    """Labour (czynność) that devices of a type usually take, with its usual quantity: what a technician picks from."""

    _name = "crm.service.type.labour"
    _description = "Usual Labour of a Device Type"
    _inherit = ["crm.values.mixin"]
    _order = "type_id, sequence, id"
    _check_company_auto = True

    type_id = fields.Many2one("crm.service.device.type", required=True, ondelete="cascade", index=True)
    # not stored: a list that is shared goes with its type when that is given to a company
    company_id = fields.Many2one(related="type_id.company_id")
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product", string="Labour", required=True, check_company=True, ondelete="cascade",
        index=True, domain="[('type', '=', 'service')]")
    quantity = fields.Float(string="Usual Quantity", digits="Product Unit", default=1.0, required=True)
    uom_id = fields.Many2one(related="product_id.uom_id", context={"service_units": True})

    _quantity_positive = models.Constraint("CHECK(quantity > 0)", "The usual quantity has to be above zero.")
    _product_uniq = models.UniqueIndex("(type_id, product_id)", "This labour is in the list of the type already.")

    @api.constrains("product_id")
    def _check_service(self):
        for labour in self:
            if labour.product_id.type != "service":
                raise ValidationError(self.env._(
                    "Device type %(type)s: %(product)s is no service and cannot be labour.",
                    type=labour.type_id.name, product=labour.product_id.display_name))


class CrmServiceDeviceType(models.Model):
    """What labour devices of a type usually take."""

    _inherit = "crm.service.device.type"

    labour_ids = fields.One2many(
        "crm.service.type.labour", "type_id", string="Usual Labour", copy=True,
        help="What a technician picks from when he notes labour on a device of this type.")


class CrmServiceOrderDevice(models.Model):
    """What was most likely done to a device of an order."""

    _inherit = "crm.service.order.device"

    def action_open_labour(self):
        """Note labour on one device: picked from its type's list, or typed."""
        self.ensure_one()
        return self.order_id._open_labour("labour", self)

    def _get_usual_labour(self):
        """The labour that is proposed for one device: what was used last for its model, then the list of its type.

        :return: {product: usual quantity}, in the order in which it is shown
        """
        self.ensure_one()
        products = self.env["product.product"]
        last, usual = self._get_last_labour(), {}
        for row in self.device_id.type_id.labour_ids:
            usual[row.product_id] = row.quantity
        proposed = {product: usual.get(product, quantity) for product, quantity in last.items()} | usual
        shown = products.union(*proposed)._filtered_access("read").filtered(
            lambda product: product.active and product.type == "service"
            and product.company_id in (self.company_id, self.company_id.browse()))
        # what was used last stays first, whatever the list says
        return {product: proposed[product] for product in [*last, *usual] if product in shown}

    def _get_last_labour(self):
        """The labour noted last on devices of one device's model, in whosever orders: {product: quantity}."""
        self.ensure_one()
        model = self.device_id.model_id
        if not model:
            return {}
        # sudo: what is usual for a model is no colleague's secret; products are filtered for the reader by the caller
        lines = self.env["crm.service.order.line"].sudo().search([
            ("device_id.model_id", "=", model.id), ("company_id", "=", self.company_id.id), ("kind", "=", "labour"),
            ("product_id", "!=", False), ("quantity", ">", 0)], order="id desc", limit=LOOKED_AT)
        last = {}
        for line in lines:
            if len(last) == LAST_USED:
                break
            last.setdefault(line.product_id.sudo(False), line.quantity)
        return last


class CrmServiceOrder(models.Model):
    """Labour and costs are noted where the work is done."""

    _inherit = "crm.service.order"

    def action_open_labour(self):
        """Note labour on one order: picked from the list of its device's type, or typed."""
        return self._open_labour("labour", self._get_device_worked_on())

    def action_open_expense(self):
        """Note a cost (koszt dodatkowy) on one order."""
        return self._open_labour("expense", self._get_device_worked_on())

    def _get_device_worked_on(self):
        """The device of one order that is meant where none is named: the only one, or the only one still open."""
        self.ensure_one()
        rows = self.device_line_ids
        rows = rows if len(rows) == 1 else rows.filtered("is_open")
        return rows if len(rows) == 1 else rows.browse()

    def _open_labour(self, kind, device_line):
        self.ensure_one()
        self.check_access("write")
        self._check_open()
        usual = device_line._get_usual_labour() if device_line and kind == "labour" else {}
        wizard = self.env["crm.service.labour.wizard"].create({
            "order_id": self.id, "kind": kind, "device_line_id": device_line.id,
            "line_ids": [
                Command.create({"product_id": product.id, "quantity": quantity})
                for product, quantity in usual.items()]})
        name = self.env._("Add labour") if kind == "labour" else self.env._("Add a cost")
        return open_dialog(self.env, wizard._name, name, res_id=wizard.id)
