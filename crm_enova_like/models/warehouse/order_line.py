from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..common.formats import format_quantity

COST = "crm_enova_like.group_cost"    # who reads what parts cost
ISSUE_STATUSES = [
    ("missing", "Missing"),
    ("ordered", "On order"),
    ("planned", "Planned"),
    ("keeper", "Waits for the keeper"),
    ("reserved", "Reserved"),
    ("issued", "Issued"),
]


class CrmServiceOrderLine(models.Model):
    """A part as the stock has it: its lot, what was issued and came back, what is still to issue, what it cost.

    Technicians hold no stock rights: these fields are computed for them, and what they do with a part goes through
    :meth:`_as_stock`.
    """

    _inherit = "crm.service.order.line"

    supply = fields.Selection(
        [("rw", "RW"), ("sale", "Sales delivery")], default="rw", required=True,
        help="RW: issued from the warehouse to the repair. Sales delivery: the sales order delivers it.")
    tracking = fields.Selection(related="product_id.tracking", string="Tracking")
    lot_id = fields.Many2one(
        "stock.lot", check_company=True, copy=False, index="btree_not_null",
        domain="[('product_id', '=', product_id)]", groups="stock.group_stock_user")
    lot_name = fields.Char(
        string="Lot/Serial Number", compute="_compute_lot_name", inverse="_inverse_lot_name", compute_sudo=True,
        help="The lot or serial number to issue, typed or scanned.")
    lot_names = fields.Char(string="Lots Issued", compute="_compute_lot_names", compute_sudo=True)
    move_ids = fields.One2many("stock.move", "service_line_id", groups="stock.group_stock_user")
    quantity_issued = fields.Float(
        digits="Product Unit", compute="_compute_quantities", store=True, compute_sudo=True, string="Issued",
        help="From done moves, in the line's unit.")
    quantity_returned = fields.Float(
        digits="Product Unit", compute="_compute_quantities", store=True, compute_sudo=True, string="Returned")
    quantity_to_issue = fields.Float(
        digits="Product Unit", compute="_compute_quantity_to_issue", store=True, string="To Issue")
    needs_issue = fields.Boolean(compute="_compute_quantity_to_issue", store=True)
    issue_status = fields.Selection(
        ISSUE_STATUSES, string="Part Status", compute="_compute_issue_status", compute_sudo=True,
        help="How far the part is on its way from the shelf to the technician.")
    free_qty = fields.Float(
        string="Free", digits="Product Unit", compute="_compute_free_qty", compute_sudo=True,
        help="Free quantity in the order's warehouse.")
    added_by_warehouse = fields.Boolean(
        copy=False, readonly=True, help="The warehouse put the part on the RW; the order had not planned it.")
    cost = fields.Monetary(
        compute="_compute_cost", compute_sudo=True, groups=COST,
        help="The value at which the stock issued the part, less what came back.")

    _to_issue_idx = models.Index("(company_id, product_id) WHERE needs_issue IS TRUE")
    _quantity_positive = models.Constraint(
        "CHECK(quantity >= 0)", "The planned quantity cannot be negative. Return parts by a ZW instead.")

    def _as_stock(self):
        """The lines with the stock's rights, which technicians do not hold; their order is the user's to change.

        :raises AccessError: an order is not
        """
        self.order_id.check_access("write")
        return self.sudo()

    # LOTS

    @api.depends("lot_id")
    def _compute_lot_name(self):
        for line in self:
            line.lot_name = line.lot_id.name

    def _inverse_lot_name(self):
        # sudo: a technician names the lot, without rights on lots; it is the line's own product's and company's
        for line in self.sudo():
            name = (line.lot_name or "").strip()
            line.lot_id = line._find_lot(name) if name else False

    def _find_lot(self, name):
        """The lot or serial number of one line's product that has a name, in the line's company.

        :raises UserError: there is none
        """
        self.ensure_one()
        lot = self.env["stock.lot"].search([
            ("name", "=", name), ("product_id", "=", self.product_id.id),
            ("company_id", "in", [self.company_id.id, False])], limit=1)
        if not lot:
            raise UserError(self.env._(
                "Product %(product)s has no lot or serial number “%(lot)s”.",
                product=self.product_id.display_name, lot=name))
        return lot

    @api.depends("lot_id", "quantity_issued")
    def _compute_lot_names(self):
        for line in self:
            line.lot_names = ", ".join((line._get_used_lots() or line.lot_id).mapped("name"))

    def _get_used_lots(self):
        """The lots that one line issued and that did not come back; all that it issued where nothing stayed."""
        used = defaultdict(float)
        done = self.move_ids._filter_done()
        for sign, moves in ((1, done._filter_service_issues()), (-1, done._filter_service_returns())):
            for row in moves.move_line_ids:
                if row.lot_id:
                    used[row.lot_id] += sign * row.quantity_product_uom
        stayed = [lot for lot, quantity in used.items() if lot.product_id.uom_id.compare(quantity, 0.0) > 0]
        lots = stayed or list(used)
        # their names are read with those of the other lines
        return self.env["stock.lot"].browse(lot.id for lot in lots).with_prefetch(
            lots[0]._prefetch_ids if lots else None)

    def _get_lot_of(self, move):
        """The lot that lines name for a move: of their own product alone, not of what a kit is made of."""
        return self.lot_id.filtered(lambda lot: lot.product_id == move.product_id)

    # QUANTITIES AND VALUE, AS THE STOCK HAS THEM

    @api.depends(
        "move_ids.state", "move_ids.quantity", "move_ids.location_id", "move_ids.location_dest_id", "uom_id")
    def _compute_quantities(self):
        for line in self:
            done = line.move_ids._filter_done()
            line.quantity_issued = line._round_moved(line._sum_moves(done._filter_service_issues()))
            line.quantity_returned = line._round_moved(line._sum_moves(done._filter_service_returns()))

    @api.depends("quantity", "quantity_issued", "quantity_returned", "product_id", "uom_id", "kind", "supply",
                 "order_id.state")
    def _compute_quantity_to_issue(self):
        for line in self:
            wanted = (line.kind == "part" and line.product_id and line.supply == "rw"
                      and line.order_id.state != "cancelled")
            waiting = line._get_waiting(line._get_used()) if wanted else 0.0
            line.needs_issue = waiting > 0.0
            line.quantity_to_issue = waiting

    @api.depends("product_id", "order_id.type_id", "uom_id")
    def _compute_free_qty(self):
        self.free_qty = 0.0
        for order_type, lines in self.grouped(lambda line: line.order_id.type_id).items():
            # an order of a company that is not the user's is told him by nothing, a row that he only fills in included
            user = self.env.user
            if not order_type or not (
                    user._is_superuser() or order_type.company_id._origin.id in user._get_company_ids()):
                continue
            parts = lines.filtered(lambda line: line.kind == "part" and line.product_id.is_storable)
            shelves = order_type._get_free_parts(parts.product_id)
            for line in parts:
                product, there = line.product_id, shelves[line.product_id].in_warehouse
                # 0.42 of a dozen are five pieces; but no more is promised than lies there
                free = line._round_moved(line._from_product_unit(there))
                if product.uom_id.compare(line._to_product_unit(free), there) > 0:
                    free = product.uom_id._compute_quantity(
                        there, line.uom_id or product.uom_id, rounding_method="DOWN")
                line.free_qty = free

    @api.depends("quantity_issued", "quantity_returned", "needs_issue", "kind")
    def _compute_quantity_done(self):
        return super()._compute_quantity_done()

    def _get_quantity_done(self):
        if self.kind == "part" and (self.quantity_issued or self.needs_issue):
            return self.quantity_issued - self.quantity_returned
        return super()._get_quantity_done()

    @api.model
    def _get_done_sql(self, alias, query):
        # a part that was sold, or moved in from the past, was issued by no RW
        return SQL(
            "CASE WHEN %(kind)s = 'part' AND (%(issued)s != 0 OR %(waits)s) THEN %(issued)s - %(returned)s "
            "ELSE %(other)s END",
            kind=self._field_to_sql(alias, "kind", query), issued=self._field_to_sql(alias, "quantity_issued", query),
            waits=self._field_to_sql(alias, "needs_issue", query),
            returned=self._field_to_sql(alias, "quantity_returned", query),
            other=super()._get_done_sql(alias, query))

    @api.depends("quantity_issued", "quantity_returned", "kind", "quantity", "price_unit")
    def _compute_cost(self):
        for line in self:
            line.cost = line.move_ids._filter_done()._get_service_cost()

    @api.depends("needs_issue", "quantity_issued", "quantity_requested", "kind", "supply", "order_id.type_id.issue_by",
                 "move_ids.state", "move_ids.quantity", "move_ids.product_uom_qty")
    def _compute_issue_status(self):
        for line in self:
            line.issue_status = line._get_issue_status()

    def _get_issue_status(self):
        self.ensure_one()
        if self.kind != "part" or self.supply != "rw":
            return False
        if not self.needs_issue:
            return "issued" if self.quantity_issued else False
        moves = self._get_open_moves()
        short = any(
            move.product_id.is_storable and move.product_uom.compare(move.quantity, move.product_uom_qty) < 0
            for move in moves)
        if self.quantity_requested and (short or not moves):
            return "ordered"
        if short:
            return "missing"
        if moves:
            return "keeper" if self.order_id.type_id.issue_by == "warehouse" else "reserved"
        return "planned"

    @api.model
    def _prepare_first_values(self, vals):
        quantity = 0.0
        if vals.get("product_id") and vals.get("kind", "part") == "part" and vals.get("supply", "rw") == "rw":
            quantity = vals.get("quantity", 1.0)
        return {
            **super()._prepare_first_values(vals), "quantity_issued": 0.0, "quantity_returned": 0.0,
            "quantity_to_issue": quantity, "needs_issue": bool(quantity)}

    # WHAT THE PLAN IS, AND WHAT OF IT STAYS

    @api.model
    def _get_fact_fields(self):
        return super()._get_fact_fields() | {
            "quantity_issued", "quantity_returned", "quantity_to_issue", "needs_issue", "quantity_requested",
            "added_by_warehouse"}

    @api.model
    def _get_plan_fields(self):
        return super()._get_plan_fields() | {"supply", "lot_id", "lot_name"}

    def _get_fixed_fields(self):
        fixed = super()._get_fixed_fields()
        for line in self._filter_touched():
            reason = self.env._(
                "Line “%(line)s” of order %(order)s has been issued; its product and unit stay. Add a new line.",
                line=line.name or "", order=line.order_id.name)
            fixed.setdefault(line, {}).update(
                dict.fromkeys(("product_id", "uom_id", "order_id", "kind", "supply"), reason))
        return fixed

    def _get_removal_problems(self):
        problems = super()._get_removal_problems()
        for line in self._filter_touched():
            problems[line] = self.env._(
                "Part %(part)s of order %(order)s has been issued by an RW. Return it instead of deleting the line.",
                part=line.product_id.display_name, order=line.order_id.name)
        return problems

    @api.constrains("quantity", "product_id", "uom_id", "kind", "supply")
    def _check_not_too_little(self):
        for line in self:
            if line.kind == "part" and line.supply == "rw" and line.quantity and line._is_too_little(line.quantity):
                raise ValidationError(line._explain_too_little(line.quantity))

    @api.constrains("quantity", "quantity_issued", "quantity_returned")
    def _check_planned(self):
        for line in self:
            if not line.quantity_issued and not line.quantity_returned and line.quantity >= 0.0:
                continue
            uom = line.uom_id
            if uom and uom.compare(line.quantity_returned, line.quantity_issued) > 0:
                raise ValidationError(self.env._(
                    "Order %(order)s, part %(part)s: %(returned)s %(uom)s returned, but only %(issued)s were issued.",
                    order=line.order_id.name, part=line.product_id.display_name, uom=uom.name,
                    returned=format_quantity(self.env, line.quantity_returned),
                    issued=format_quantity(self.env, line.quantity_issued)))
            if line.kind == "part" and line._get_missing(line.quantity, line._get_used()) < 0:
                raise ValidationError(self.env._(
                    "Order %(order)s, part %(part)s: %(issued)s %(uom)s are issued, more than the %(planned)s planned. "
                    "Raise the plan on the order, issue less, or return what is too much.",
                    order=line.order_id.name, part=line.product_id.display_name, uom=uom.name,
                    issued=format_quantity(self.env, line._get_used_quantity()),
                    planned=format_quantity(self.env, line.quantity)))
