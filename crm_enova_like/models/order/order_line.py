from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class CrmServiceOrderLine(models.Model):
    """A line of an order: labour (czynność), part (część) or expense (koszt
    dodatkowy), as it is planned, done and billed."""

    _name = "crm.service.order.line"
    _description = "Service Order Line"
    _inherit = ["crm.facts.mixin", "crm.sorted.mixin", "crm.rows.mixin", "crm.company.mixin"]
    _order = "order_id, sequence, id"
    _check_company_auto = True

    order_id = fields.Many2one(
        "crm.service.order", string="Service Order", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(related="order_id.company_id", store=True, precompute=True)
    state = fields.Selection(related="order_id.state", string="Order State")
    order_is_open = fields.Boolean(related="order_id.is_open", string="Order Is Open")
    device_line_id = fields.Many2one(
        "crm.service.order.device", string="Device", index="btree_not_null", ondelete="restrict",
        domain="[('order_id', '=', order_id)]", check_company=True, copy=False,
        help="Empty: the order's only device, where there is just one.")
    device_id = fields.Many2one(
        related="device_line_id.device_id", string="Device Card", store=True, precompute=True, index="btree_not_null")
    kind = fields.Selection(
        [("labour", "Labour"), ("part", "Part"), ("expense", "Expense")], required=True, default="part")
    product_id = fields.Many2one(
        "product.product", check_company=True, ondelete="restrict", index="btree_not_null")
    name = fields.Char(
        string="Description", compute="_compute_name", store=True, readonly=False, precompute=True)
    quantity = fields.Float(string="Planned", digits="Product Unit", default=1.0, required=True)
    allowed_uom_ids = fields.Many2many("uom.uom", compute="_compute_allowed_uom_ids")
    uom_id = fields.Many2one(
        "uom.uom", string="Unit", compute="_compute_uom_id", store=True, readonly=False, precompute=True,
        domain="[('id', 'in', allowed_uom_ids)]", ondelete="restrict", context={"service_units": True})
    price_unit = fields.Float(
        string="Price", digits="Product Price", compute="_compute_price_unit", store=True, readonly=False,
        precompute=True)
    price_uom_id = fields.Many2one(
        "uom.uom", string="Unit of the Price", compute="_compute_price_uom_id",
        help="The unit for which the price that is shown was meant, while the line is edited.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    subtotal = fields.Monetary(compute="_compute_subtotal", store=True, precompute=True)
    billing = fields.Selection(
        [("billable", "Billable"), ("warranty", "Warranty"), ("included", "Included")],
        compute="_compute_billing", store=True, readonly=False, precompute=True,
        help="Follows the ground of the device's repair.")
    user_id = fields.Many2one(
        "res.users", string="Done By", compute="_compute_user_id", store=True, readonly=False, precompute=True)
    old_part = fields.Selection(
        [("customer", "To the customer"), ("manufacturer", "To the manufacturer"), ("disposal", "Disposal")],
        compute="_compute_old_part", store=True, readonly=False, precompute=True,
        help="What becomes of the part that was taken out.")

    _recent_idx = models.Index("(company_id, create_date DESC, id DESC)")
    # with what is summed of all parts of a year
    _kind_idx = models.Index(
        "(company_id, kind, create_date DESC, id DESC) INCLUDE (product_id, billing, quantity, subtotal)")
    _warranty_idx = models.Index("(company_id, create_date DESC, id DESC) WHERE billing = 'warranty'")
    _quantity_positive = models.Constraint(
        "CHECK(quantity >= 0)", "The planned quantity cannot be negative.")

    @api.model
    def _get_row_inverses(self):
        return super()._get_row_inverses() | {"order_id", "device_line_id"}

    # DEFAULTS THAT SAVE CLICKS

    @api.depends("product_id")
    def _compute_name(self):
        for line in self:
            line.name = line.product_id.display_name if line.product_id else line.name

    @api.depends("product_id")
    def _compute_allowed_uom_ids(self):
        for line in self:
            line.allowed_uom_ids = line.product_id.uom_id | line.product_id.uom_ids

    @api.depends("product_id")
    def _compute_uom_id(self):
        for line in self:
            line.uom_id = line.product_id.uom_id or line.uom_id

    @api.depends("product_id")
    def _compute_price_unit(self):
        for line in self:
            product = line.product_id
            line.price_unit = product.uom_id._compute_price(
                product.lst_price, line.uom_id) if product else line.price_unit

    def _compute_price_uom_id(self):
        for line in self:
            line.price_uom_id = line.uom_id

    @api.onchange("product_id")
    def _onchange_product_id(self):
        self.price_uom_id = self.uom_id

    @api.onchange("uom_id")
    def _onchange_uom_id(self):
        # in the form as in write(): a price, of the list or agreed, follows its unit
        self.price_unit = self._get_price_for(self.uom_id, self.price_uom_id)
        self.price_uom_id = self.uom_id

    def _get_price_for(self, unit, former):
        """The price of one line when its unit changes.

        :param former: the unit for which the price was meant
        """
        self.ensure_one()
        if not unit or not former or unit == former:
            return self.price_unit
        return former._compute_price(self.price_unit, unit)

    @api.model
    def _get_basis_billing(self):
        """How the lines of a device are billed, by the ground of its repair: {basis: billing}.

        Another addon that adds a ground adds its billing here; without one a line is billable.
        """
        return {
            "warranty": "warranty",
            "nonconformity": "warranty",
            "statutory": "warranty",
            "rework": "warranty",
            "contract": "included",
            "goodwill": "included",
            "inspection": "included",
            "paid": "billable",
        }

    @api.depends("device_line_id.basis")
    def _compute_billing(self):
        by_basis = self._get_basis_billing()
        for line in self:
            line.billing = by_basis.get(line.device_line_id.basis, "billable")

    @api.depends("kind")
    def _compute_user_id(self):
        for line in self:
            line.user_id = line.user_id or (line.order_id.user_id if line.kind == "labour" else False)

    @api.depends("kind", "device_line_id")
    def _compute_old_part(self):
        for line in self:
            if line.kind == "part" and not line.old_part:
                line.old_part = line._get_default_old_part()

    def _get_default_old_part(self):
        """What was agreed when the device was taken in."""
        self.ensure_one()
        return "customer" if self.device_line_id.wants_old_parts else False

    @api.depends("quantity", "price_unit", "billing")
    def _compute_subtotal(self):
        for line in self:
            line.subtotal = line.quantity * line.price_unit if line.billing == "billable" else 0.0

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_new_facts(vals)
        lines = super().create([
            {**self._prepare_first_values(vals), **vals} for vals in self._add_only_devices(vals_list)])
        lines.order_id._hold_for_lines()
        lines.order_id._check_open()
        for line in lines:
            if not line.device_line_id and len(line.order_id.device_line_ids) == 1:
                line.device_line_id = line.order_id.device_line_ids
        return lines

    @api.model
    def _add_only_devices(self, vals_list):
        """Values for ``create`` with the device of lines whose order has just one: what follows from the device is
        computed once then."""
        if self.default_get(["device_line_id"]):
            return vals_list
        completed = []
        for vals in vals_list:
            # what is given beside the device would not follow it
            if vals.get("order_id") and not {"device_line_id", "billing", "old_part"} & vals.keys():
                rows = self.order_id.browse(vals["order_id"]).device_line_ids
                if len(rows) == 1:
                    vals = {**vals, "device_line_id": rows.id}
            completed.append(vals)
        return completed

    @api.model
    def _prepare_first_values(self, vals):
        """What is computed once a line is there, as it will most likely be: a line that is entered so is not written
        once more. Whatever is entered, it is computed all the same.

        :param vals: of a line that is about to be made
        """
        return {}

    def write(self, vals):
        self._check_facts(vals)
        if vals.get("order_id"):
            # record rules look at where a line comes from; this at where it goes
            target = self.order_id.browse(vals["order_id"])
            target.check_access("write")
            target._check_open()
        planned = self._get_plan_fields() & vals.keys()
        if "order_id" in vals and not self.env.su:
            self.order_id._check_open()
        if not self.env.su:
            self.order_id._hold_for_lines()
        # a return lowers the plan of a closed order too, with sudo
        self._check_closed(vals)
        self._check_fixed(vals)
        former = {}
        if "uom_id" in vals and not {"price_unit", "product_id"} & vals.keys():
            former = {line: line.uom_id for line in self if line.uom_id.id != vals["uom_id"]}
        result = super().write(vals)
        for line, unit in former.items():
            line.price_unit = line._get_price_for(line.uom_id, unit)
        if planned:
            self._after_plan_change(planned)
        return result

    @api.ondelete(at_uninstall=False)
    def _check_removable(self):
        self.order_id._check_open()
        for problem in self._get_removal_problems().values():
            raise UserError(problem)

    # WHAT A PLAN IS, AND WHAT MAY NOT CHANGE IN IT; WINGS ABOVE ANSWER

    @api.model
    def _get_plan_fields(self):
        """Names of the fields that say what is planned: changed in an open order alone. Set of str."""
        return {"order_id", "device_line_id", "kind", "product_id", "quantity", "uom_id"}

    def _get_fixed_fields(self):
        """What of lines may not change any more.

        :return: {line: {name of a field: sentence that says why, and what to do instead}}; nothing for a free line
        """
        return {}

    def _check_fixed(self, vals):
        """Refuse to change what is fixed; the same value written again is no change.

        :raises UserError: says why
        """
        for line, reasons in self._get_fixed_fields().items():
            for name in reasons.keys() & vals.keys():
                if line._fields[name].convert_to_write(line[name], line) != vals[name]:
                    raise UserError(reasons[name])

    def _get_removal_problems(self):
        """Why lines cannot leave their orders.

        :return: {line: sentence}
        """
        return {}

    def _after_plan_change(self, changed):
        """What follows when the plan of lines changed.

        :param changed: names of the fields of the plan that were written
        """

    def _drop_unused(self):
        """Take out of the plan what was not used: the device needs it no more."""

    # RULES

    @api.constrains("kind", "product_id")
    def _check_part(self):
        for line in self:
            if line.kind != "part":
                continue
            if not line.product_id:
                raise ValidationError(self.env._(
                    "Order %(order)s: a part needs a product.", order=line.order_id.name))
            if line.product_id.type != "consu":
                raise ValidationError(self.env._(
                    "Order %(order)s: %(product)s is a service and cannot be a part. Enter it as labour.",
                    order=line.order_id.name, product=line.product_id.display_name))

    @api.constrains("device_line_id", "order_id")
    def _check_device_line(self):
        for line in self:
            if line.device_line_id and line.device_line_id.order_id != line.order_id:
                raise ValidationError(self.env._(
                    "Order %(order)s: device %(device)s is not in this order.",
                    order=line.order_id.name, device=line.device_line_id.device_id.display_name))
