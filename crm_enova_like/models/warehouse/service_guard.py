"""Done is not the end, and a waiting document stays its order's: what nobody may change in RWs and ZWs, on whatever
way he comes. Core itself lets a stock user edit what a validated transfer moved, which changes stock and leaves cost,
entry and order behind."""
from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from ..common.kept import get_kept
from .core_ways import get_given, is_core_way, is_validated_now
from .product import CORRECTED_UNITS

# what a validated document and its rows moved, of what and whose, and from where to where
PICKING_FIELDS = {
    "name", "service_order_id", "service_document", "picking_type_id", "location_id", "location_dest_id", "company_id",
    "owner_id", "partner_id", "date_done", "project_id", "state"}
MOVE_FIELDS = {
    "product_id", "product_uom", "product_uom_qty", "quantity", "location_id", "location_dest_id", "picking_id",
    "picking_type_id", "service_line_id", "service_ratio", "service_kit", "company_id", "state", "date",
    "origin_returned_move_id", "restrict_partner_id", "lot_ids", "move_line_ids", "scrap_id", "reference", "value",
    "price_unit", "is_in", "is_out", "is_dropship", "account_move_id"}
KIT_FIELDS = {"service_ratio", "service_kit"}
ROW_FIELDS = {
    "product_id", "product_uom_id", "quantity", "quantity_product_uom", "lot_id", "lot_name", "location_id",
    "location_dest_id", "owner_id", "package_id", "result_package_id", "move_id", "picking_id", "company_id",
    "quant_id", "date"}
# what core works out by itself, and no one writes, on a document that waits either
ROW_FACTS = {"state", "quantity_product_uom"}


def is_changed(record, name, value):
    """Whether a value that is to be written is another one than a record has."""
    field = record._fields[name]
    if name == "date" and not is_changed(record.picking_id, "date_done", value):
        # core gives moves and rows the day of their document
        return False
    if name in ("product_uom", "product_uom_id") and (get_kept(record.env, CORRECTED_UNITS) or {}).get(
            record.product_id.id) == value:
        return False
    if field.type in ("one2many", "many2many"):
        return bool(value)
    new = field.convert_to_record(field.convert_to_cache(value, record, validate=False), record)
    if field.type == "float":
        digits = field.get_digits(record.env)
        return float_compare(record[name], new, precision_digits=digits[1] if digits else 6) != 0
    return new != record[name]


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _check_service_done(self):
        """Refuse to change RWs and ZWs that are validated; there is no role that may.

        :raises UserError: names the first of them, and says how it is corrected
        """
        for picking in self:
            if picking.service_document and picking.state == "done":
                raise UserError(self.env._(
                    "%(document)s is validated, and what it moved stays. Return what was too much by a ZW, and issue "
                    "what was missing by a new RW.", document=picking.name))

    def _refuse_done(self):
        self.ensure_one()
        raise UserError(self.env._(
            "%(document)s is done when it is validated, and not before.", document=self.name))

    def _check_service_changes(self, vals):
        """Refuse to change what validated RWs and ZWs say; the same value written again is no change.

        :raises UserError: names the document
        """
        names = PICKING_FIELDS & vals.keys() & self._fields.keys()
        if "state" in names and not self.env.su:
            for picking in self.filtered("service_document"):
                if is_changed(picking, "state", vals["state"]):
                    picking._check_service_done()
                    picking._refuse_done()
        if names:
            # what code or a data file brings of the past is nobody's correction
            is_data = self.env.su
            self.filtered(lambda picking: picking.service_document and any(
                is_changed(picking, name, vals[name]) for name in names
                if name != "date_done" or picking.date_done and not (
                    is_data or is_validated_now(picking))))._check_service_done()

    def _check_service_ties(self):
        """Refuse documents whose moves are another order's."""
        self.move_ids._check_service_ties()


class StockMove(models.Model):
    _inherit = "stock.move"

    @api.model_create_multi
    def create(self, vals_list):
        self.env["stock.picking"].browse(get_given(self, vals_list, "picking_id"))._check_service_done()
        self._drop_typed_ratios(vals_list)
        self._add_service_ratios(vals_list)
        moves = super().create(vals_list)
        moves.filtered("service_line_id")._check_service_ties()
        moves._join_service_lines()
        return moves

    def write(self, vals):
        names = MOVE_FIELDS & vals.keys()
        if names:
            self._check_service_changes(names, vals)
            if vals.get("picking_id"):
                self.picking_id.browse(vals["picking_id"])._check_service_done()
        result = super().write(vals)
        if {"product_id", "picking_id", "location_id", "location_dest_id", "service_line_id"} & names:
            self._check_service_ties()
            self._join_service_lines()
        return result

    def unlink(self):
        # sudo: a keeper who takes his own part out again need not write orders
        lines = self._as_service().service_line_id.filtered("added_by_warehouse")
        result = super().unlink()
        lines.exists()._drop_if_unused()
        return result

    def _check_service_changes(self, names, vals):
        """Refuse to change what moves of validated RWs and ZWs moved, and whose line a move is.

        :param names: names of the fields that may not change, of those in ``vals``
        :raises UserError: names the document
        """
        way = is_core_way(self.env)
        if way:
            names = names - {"value", "account_move_id", "date"}
        for move in self:
            if not self.env.su and any(is_changed(move, name, vals[name]) for name in KIT_FIELDS & names):
                move._refuse_service_tie(move.service_line_id)
            if move.state != "done":
                if "state" in names and vals["state"] == "done" and move.picking_id.service_document and not way:
                    move.picking_id._refuse_done()
                if move.service_line_id and "service_line_id" in names and is_changed(
                        move, "service_line_id", vals["service_line_id"]):
                    move._refuse_service_tie(move.service_line_id)
                continue
            if not move.picking_id.service_document:
                if "service_line_id" in names and is_changed(move, "service_line_id", vals["service_line_id"]):
                    move._refuse_service_tie(move.service_line_id.browse(vals["service_line_id"]))
                continue
            if any(is_changed(move, name, vals[name]) for name in names):
                move.picking_id._check_service_done()

    def _check_service_ties(self):
        """Refuse moves that are not what their line and their document say.

        :raises UserError: names the document and the product
        """
        for move in self._as_service()._filter_open():
            line, picking = move.service_line_id, move.picking_id
            if not line:
                continue
            is_right = move._is_service_return() if picking.service_document == "zw" else move._is_service_issue()
            if not picking.service_document or not is_right or picking.service_order_id != line.order_id or (
                    move.product_id != line.product_id and not move.service_ratio):
                move._refuse_service_tie(line)

    def _drop_typed_ratios(self, vals_list):
        """Take from values for ``create`` of which kit a component is said to be, where no other move of its line says
        the same: core copies it when it splits a move, and nobody else gives it."""
        if self.env.su:
            return
        Move = self.sudo()
        for vals in vals_list:
            if KIT_FIELDS & vals.keys() and not Move.search_count([
                    ("service_line_id", "=", vals.get("service_line_id")), ("product_id", "=", vals.get("product_id")),
                    *((name, "=", vals.get(name) or 0) for name in KIT_FIELDS)], limit=1):
                for name in KIT_FIELDS & vals.keys():
                    del vals[name]

    def _refuse_service_tie(self, line):
        self.ensure_one()
        line = line.sudo()
        raise UserError(self.env._(
            "%(document)s moves %(product)s for order %(order)s: product, order and place of consumption of a row stay "
            "those of the order's line. Set the row's quantity to zero, and add another row.",
            document=self.picking_id.name or "–", product=line.product_id.display_name, order=line.order_id.name))


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        move_ids, picking_ids = (get_given(self, vals_list, name) for name in ("move_id", "picking_id"))
        self._check_service_targets(move_ids, picking_ids)
        for vals in vals_list:
            picking = self.move_id.browse(vals.get("move_id") or []).picking_id
            if picking.service_document and not vals.get("picking_id"):
                # core leaves it empty, and its own screens then do not show the row
                vals["picking_id"] = picking.id
        if any(ROW_FACTS & vals.keys() for vals in vals_list) and (
                self.move_id.browse(move_ids).picking_id | self.picking_id.browse(picking_ids)).filtered(
                    "service_document"):
            vals_list = [{name: value for name, value in vals.items() if name not in ROW_FACTS} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        names = (ROW_FIELDS | ROW_FACTS) & vals.keys()
        if is_core_way(self.env):
            names -= {"date"}
        if names:
            self._check_service_targets(
                *({vals[name]} if vals.get(name) else () for name in ("move_id", "picking_id")), self)
            for row in self.filtered("move_id.picking_id.service_document"):
                if "picking_id" in names and not vals["picking_id"]:
                    row.move_id._refuse_service_tie(row.move_id.service_line_id)
                changed = {name for name in names if is_changed(row, name, vals[name])}
                if changed and row.move_id.state == "done":
                    row.move_id.picking_id._check_service_done()
                if changed & ROW_FACTS:
                    raise UserError(self.env._(
                        "%(document)s: what state a row of %(product)s is in follows from its document. Validate the "
                        "document, or cancel it.", document=row.picking_id.name, product=row.product_id.display_name))
        return super().write(vals)

    def _check_service_targets(self, move_ids, picking_ids, rows=None):
        """Refuse to put rows into RWs and ZWs that are validated.

        :param move_ids, picking_ids: into what rows are put
        :param rows: those of them that are there already
        :raises UserError: names the document
        """
        moves, pickings = self.env["stock.move"].browse(move_ids), self.env["stock.picking"].browse(picking_ids)
        if rows and rows.move_id == moves:
            moves = moves.browse()
        if rows and rows.picking_id == pickings:
            pickings = pickings.browse()
        # a document with a move that is open is not done
        open_moves = moves.filtered(lambda move: move.state not in ("done", "cancel"))
        ((moves - open_moves).picking_id | (pickings - open_moves.picking_id))._check_service_done()

    def _check_service_owner(self):
        """Refuse to use up what somebody else owns; what the contractor himself left may go into his device.

        :raises UserError: names product and owner
        """
        for row in self.filtered("owner_id"):
            # sudo: a keeper need not read orders
            order = row.sudo().picking_id.service_order_id
            ours = row.company_id.partner_id | order.partner_id.commercial_partner_id | order.partner_id
            if row.quantity and row.owner_id not in ours:
                raise UserError(self.env._(
                    "%(document)s: %(product)s belongs to %(owner)s and is not used up for somebody else. Take it from "
                    "the company's own stock.", document=row.picking_id.name, product=row.product_id.display_name,
                    owner=row.owner_id.display_name))
