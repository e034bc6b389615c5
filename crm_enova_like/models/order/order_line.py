from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .stage import OPEN_STATES

BASIS_BILLING = {
    "warranty": "warranty",
    "nonconformity": "warranty",
    "statutory": "warranty",
    "rework": "warranty",
    "contract": "included",
    "goodwill": "included",
    "inspection": "included",
    "paid": "billable",
}


class CrmServiceOrderLine(models.Model):
    """A line of an order: labour (czynność), part (część) or expense (koszt
    dodatkowy)."""

    _name = "crm.service.order.line"
    _description = "Service Order Line"
    _order = "order_id, sequence, id"
    _check_company_auto = True

    order_id = fields.Many2one(
        "crm.service.order", string="Service Order", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(related="order_id.company_id", store=True, precompute=True)
    state = fields.Selection(related="order_id.state", string="Order State")
    device_line_id = fields.Many2one(
        "crm.service.order.device", string="Device", index="btree_not_null", ondelete="restrict",
        domain="[('order_id', '=', order_id)]", check_company=True, copy=False,
        help="Empty: the order's only device, where there is just one.")
    device_id = fields.Many2one(
        related="device_line_id.device_id", string="Device Card", store=True, index="btree_not_null")
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
        domain="[('id', 'in', allowed_uom_ids)]", ondelete="restrict")
    lot_id = fields.Many2one(
        "stock.lot", string="Lot", check_company=True, copy=False, index="btree_not_null",
        domain="[('product_id', '=', product_id)]", groups="stock.group_stock_user")
    lot_name = fields.Char(
        string="Lot/Serial Number", compute="_compute_lot_name", inverse="_inverse_lot_name", compute_sudo=True,
        help="The lot or serial number to issue, typed or scanned.")
    lot_names = fields.Char(string="Lots Issued", compute="_compute_lot_names", compute_sudo=True)
    tracking = fields.Selection(related="product_id.tracking", string="Tracking")
    price_unit = fields.Float(
        string="Price", digits="Product Price", compute="_compute_price_unit", store=True, readonly=False,
        precompute=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    subtotal = fields.Monetary(compute="_compute_subtotal", store=True)
    billing = fields.Selection(
        [("billable", "Billable"), ("warranty", "Warranty"), ("included", "Included")],
        compute="_compute_billing", store=True, readonly=False, precompute=True,
        help="Follows the ground of the device's repair.")
    supply = fields.Selection(
        [("rw", "RW"), ("sale", "Sales delivery")], default="rw", required=True,
        help="RW: issued from the warehouse to the repair. Sales delivery: the sales order delivers it.")
    user_id = fields.Many2one(
        "res.users", string="Done By", compute="_compute_user_id", store=True, readonly=False, precompute=True)
    move_ids = fields.One2many("stock.move", "service_line_id", groups="stock.group_stock_user")
    quantity_issued = fields.Float(
        digits="Product Unit", compute="_compute_quantities", store=True, compute_sudo=True, string="Issued",
        help="From done moves, in the line's unit.")
    quantity_returned = fields.Float(
        digits="Product Unit", compute="_compute_quantities", store=True, compute_sudo=True, string="Returned")
    quantity_to_issue = fields.Float(
        digits="Product Unit", compute="_compute_quantity_to_issue", store=True, string="To Issue")
    needs_issue = fields.Boolean(compute="_compute_quantity_to_issue", store=True)
    free_qty = fields.Float(
        string="Free", digits="Product Unit", compute="_compute_free_qty", compute_sudo=True,
        help="Free quantity in the order's warehouse.")
    old_part = fields.Selection(
        [("customer", "To the customer"), ("manufacturer", "To the manufacturer"), ("disposal", "Disposal")],
        string="Old Part", compute="_compute_old_part", store=True, readonly=False, precompute=True,
        help="What becomes of the part that was taken out.")
    cost = fields.Monetary(
        compute="_compute_cost", compute_sudo=True,
        help="The value at which the stock issued the part, less what came back.")

    _to_issue_idx = models.Index("(company_id, product_id) WHERE needs_issue")
    _quantity_positive = models.Constraint(
        "CHECK(quantity >= 0)", "The planned quantity cannot be negative. Return parts by a ZW instead.")

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
            line.price_unit = line.product_id.lst_price if line.product_id else line.price_unit

    @api.depends("device_line_id.basis")
    def _compute_billing(self):
        for line in self:
            line.billing = BASIS_BILLING.get(line.device_line_id.basis, "billable")

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
        device_line = self.device_line_id
        return "customer" if "wants_old_parts" in device_line._fields and device_line.wants_old_parts else False

    @api.depends("quantity", "price_unit", "billing")
    def _compute_subtotal(self):
        for line in self:
            line.subtotal = line.quantity * line.price_unit if line.billing == "billable" else 0.0

    # LOTS

    @api.depends("lot_id")
    def _compute_lot_name(self):
        for line in self:
            line.lot_name = line.lot_id.name

    def _inverse_lot_name(self):
        # technicians hold no stock rights: the lot is looked up for them,
        # within the line's own product and company
        for line in self.sudo():
            name = (line.lot_name or "").strip()
            lot = self.env["stock.lot"].sudo()
            if name:
                lot = lot.search([
                    ("name", "=", name), ("product_id", "=", line.product_id.id),
                    ("company_id", "in", [line.company_id.id, False]),
                ], limit=1)
                if not lot:
                    raise UserError(self.env._(
                        "Product %(product)s has no lot or serial number “%(lot)s”.",
                        product=line.product_id.display_name, lot=name))
            line.lot_id = lot

    @api.depends("lot_id", "quantity_issued")
    def _compute_lot_names(self):
        for line in self:
            lots = line.move_ids.filtered(
                lambda move: move.state == "done" and not move.origin_returned_move_id).lot_ids or line.lot_id
            line.lot_names = ", ".join(lots.mapped("name"))

    # QUANTITIES AND VALUE, AS THE STOCK HAS THEM

    @api.depends("move_ids.state", "move_ids.quantity", "move_ids.origin_returned_move_id", "uom_id")
    def _compute_quantities(self):
        for line in self:
            issued = returned = 0.0
            for move in line.move_ids:
                if move.state != "done":
                    continue
                quantity = move.product_uom._compute_quantity(move.quantity, line.uom_id or move.product_uom)
                if move._is_service_return():
                    returned += quantity
                else:
                    issued += quantity
            line.quantity_issued = issued
            line.quantity_returned = returned

    @api.depends("quantity", "quantity_issued", "quantity_returned", "kind", "supply", "order_id.state")
    def _compute_quantity_to_issue(self):
        for line in self:
            to_issue = 0.0
            if line.kind == "part" and line.supply == "rw" and line.order_id.state != "cancelled":
                to_issue = max(0.0, line.quantity - line._get_used_quantity())
            uom = line.uom_id
            line.needs_issue = bool(uom and uom.compare(to_issue, 0.0) > 0)
            line.quantity_to_issue = uom.round(to_issue) if uom else to_issue

    def _get_used_quantity(self):
        """Issued and not returned, in the line's unit."""
        self.ensure_one()
        return self.quantity_issued - self.quantity_returned

    @api.depends("product_id", "order_id.type_id", "uom_id")
    def _compute_free_qty(self):
        self.free_qty = 0.0
        for order_type, lines in self.grouped(lambda line: line.order_id.type_id).items():
            warehouse = order_type and order_type._get_warehouse()
            if not warehouse:
                continue
            for line in lines.filtered(lambda line: line.kind == "part" and line.product_id.is_storable):
                product = line.product_id.with_context(warehouse_id=warehouse.id)
                line.free_qty = product.uom_id._compute_quantity(product.free_qty, line.uom_id or product.uom_id)

    @api.depends("quantity_issued", "quantity_returned", "kind", "quantity", "price_unit")
    def _compute_cost(self):
        for line in self:
            moves = line.move_ids.filtered(lambda move: move.state == "done")
            line.cost = sum(-move.value if move._is_service_return() else move.value for move in moves)

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_stock_fields(vals)
        lines = super().create(vals_list)
        lines._check_order_open()
        for line in lines:
            if not line.device_line_id and len(line.order_id.device_line_ids) == 1:
                line.device_line_id = line.order_id.device_line_ids
        return lines

    def write(self, vals):
        if vals.get("order_id"):
            # record rules look at where a line comes from; this at where it goes
            self.env["crm.service.order"].browse(vals["order_id"]).check_access("write")
        if not self.env.su and {
                "order_id", "device_line_id", "kind", "product_id", "quantity", "uom_id", "supply",
                "lot_id", "lot_name"} & vals.keys():
            # a return lowers the plan of a closed order too, with sudo
            self._check_order_open()
        if {"product_id", "uom_id", "order_id", "kind", "supply"} & vals.keys():
            for line in self:
                changed = [
                    name for name in ("product_id", "uom_id", "order_id", "kind", "supply")
                    if name in vals and line._fields[name].convert_to_write(line[name], line) != vals[name]]
                if changed and line.quantity_issued:
                    raise UserError(self.env._(
                        "Line “%(line)s” of order %(order)s has been issued; its product and unit stay. "
                        "Add a new line.",
                        line=line.name or "", order=line.order_id.name))
        self._check_stock_fields(vals)
        result = super().write(vals)
        if {"quantity", "supply", "kind", "product_id", "uom_id", "lot_id", "lot_name"} & vals.keys():
            self._follow_open_rw(vals.keys())
        return result

    @api.model
    def _check_stock_fields(self, vals):
        """What the stock says is never typed, by no import and no RPC."""
        given = {"quantity_issued", "quantity_returned", "quantity_to_issue", "needs_issue"} & vals.keys()
        if given:
            names = [self._fields[name]._description_string(self.env) for name in sorted(given)]
            raise UserError(self.env._(
                "%(fields)s: these come from warehouse documents and cannot be entered.", fields=", ".join(names)))

    def _follow_open_rw(self, changed=()):
        """Keep an open RW to what its lines still plan.

        :param changed: names of the fields that were written
        """
        # technicians hold no stock rights; the line's own were checked on write
        for line in self.sudo():
            moves = line.move_ids.filtered(
                lambda move: move.state not in ("done", "cancel") and not move._is_service_return())
            if not moves:
                continue
            if {"product_id", "uom_id"} & set(changed) or not line.needs_issue:
                moves._cancel_service_moves()
                if line.needs_issue:
                    line.order_id._prepare_open_rw()
                continue
            if {"lot_id", "lot_name"} & set(changed):
                moves._do_unreserve()
            planned = sum(move.product_uom._compute_quantity(move.product_uom_qty, line.uom_id) for move in moves)
            if line.uom_id.compare(planned, line.quantity_to_issue) > 0:
                moves[1:]._cancel_service_moves()
                moves = moves[:1]
                moves.product_uom_qty = line.uom_id._compute_quantity(line.quantity_to_issue, moves.product_uom)
            moves._action_assign()

    @api.ondelete(at_uninstall=False)
    def _check_removable(self):
        self._check_order_open()
        for line in self:
            if line.quantity_issued:
                raise UserError(self.env._(
                    "Part %(part)s of order %(order)s has been issued by an RW. "
                    "Return it instead of deleting the line.",
                    part=line.product_id.display_name, order=line.order_id.name))
        # what waits in an open RW goes with the line; the order's rights were checked
        self.sudo().move_ids._cancel_service_moves()

    def _check_order_open(self):
        for order in self.order_id:
            if order.state not in OPEN_STATES:
                raise UserError(self.env._(
                    "Order %(order)s is closed; reopen it to change its lines.", order=order.name))

    @api.constrains("kind", "product_id", "supply")
    def _check_part(self):
        for line in self:
            if line.kind != "part":
                continue
            if not line.product_id:
                raise ValidationError(self.env._(
                    "Order %(order)s: a part needs a product.", order=line.order_id.name))
            if line.product_id.type != "consu":
                raise ValidationError(self.env._(
                    "Order %(order)s: %(product)s is a service and cannot be issued as a part. Enter it as labour.",
                    order=line.order_id.name, product=line.product_id.display_name))

    @api.constrains("quantity", "quantity_issued", "quantity_returned")
    def _check_planned(self):
        for line in self:
            uom = line.uom_id
            if uom and uom.compare(line.quantity_returned, line.quantity_issued) > 0:
                raise ValidationError(self.env._(
                    "Order %(order)s, part %(part)s: %(returned)g %(uom)s returned, but only %(issued)g were issued.",
                    order=line.order_id.name, part=line.product_id.display_name,
                    returned=line.quantity_returned, uom=uom.name, issued=line.quantity_issued))
            if line.kind == "part" and uom and uom.compare(line.quantity, line._get_used_quantity()) < 0:
                raise ValidationError(self.env._(
                    "Order %(order)s, part %(part)s: %(issued)g %(uom)s are issued, more than the %(planned)g planned. "
                    "Raise the plan on the order, or return what is too much.",
                    order=line.order_id.name, part=line.product_id.display_name,
                    issued=line._get_used_quantity(), uom=uom.name, planned=line.quantity))

    @api.constrains("device_line_id", "order_id")
    def _check_device_line(self):
        for line in self:
            if line.device_line_id and line.device_line_id.order_id != line.order_id:
                raise ValidationError(self.env._(
                    "Order %(order)s: device %(device)s is not in this order.",
                    order=line.order_id.name, device=line.device_line_id.device_id.display_name))

    def _drop_not_issued(self):
        """Take parts that were not issued out of the plan, and out of open RWs."""
        for order, lines in self.filtered(lambda line: line.kind == "part").grouped("order_id").items():
            dropped = lines.filtered("needs_issue")
            if not dropped:
                continue
            # the device's outcome was checked on the user's own order
            dropped.sudo().move_ids._cancel_service_moves()
            text = ", ".join(
                f"{line.product_id.display_name} × {line.quantity_to_issue:g}" for line in dropped)
            order.message_post(body=self.env._("Parts not needed any more: %(parts)s.", parts=text))
            unused = dropped.filtered(lambda line: not line.quantity_issued)
            for line in dropped - unused:
                line.quantity = line._get_used_quantity()
            unused.unlink()
