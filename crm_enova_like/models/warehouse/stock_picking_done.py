from odoo import fields, models
from odoo.exceptions import UserError

from ..common.languages import find_language


class StockPicking(models.Model):
    """What an RW or ZW said when it was validated: it is printed from it, whatever is renamed later.

    All in one column: a document is printed as a whole, and of all transfers few are ours.
    """

    _inherit = "stock.picking"

    done_names = fields.Json(
        string="Names When Validated", readonly=True, copy=False,
        help="Of the order, its devices, the places, and the products, units and lots that were moved.")
    done_is_estimate = fields.Boolean(
        string="Copied Later", readonly=True, copy=False,
        help="It was validated before names were kept: they are what the registers said when they were copied.")

    def _get_paper_lang(self):
        """The language of one RW or ZW, which is a paper of the firm itself, whoever prints it."""
        self.ensure_one()
        return find_language(self.env, (self.done_names or {}).get("lang"), self.company_id.sudo().partner_id.lang)

    def _in_paper_language(self):
        """One RW or ZW in its language."""
        return self.with_context(lang=self._get_paper_lang())

    def _prepare_paper_names(self):
        """What one RW or ZW says of its order, as it is now (with the rights on the order): {what: text}."""
        self.ensure_one()
        order = self._get_told_order()
        # the devices whose parts are on this document, or the order's
        lines = self.move_ids.service_line_id.filtered(lambda line: line.order_id == order)
        devices = lines.device_line_id.device_id or order.device_line_ids.device_id
        issues = self.move_ids.origin_returned_move_id.picking_id if self.service_document == "zw" else self[:0]
        names = ", ".join(devices.mapped("display_name"))
        return {
            "order": order.name or False, "devices": names or False,
            "purpose": " – ".join(filter(None, [order.name, names, ", ".join(issues.mapped("name"))])) or False}

    def _get_paper_names(self):
        """What one RW or ZW says of its order: what it kept, or what is so now."""
        self.ensure_one()
        return self.done_names or self._prepare_paper_names()

    def _prepare_places(self):
        """Where one RW or ZW takes and brings, as it is called now: {what: name}."""
        self.ensure_one()
        return {
            "warehouse": self.picking_type_id.warehouse_id.name or "", "from": self.location_id.display_name or "",
            "to": self.location_dest_id.display_name or ""}

    def _get_places(self):
        """Where one RW or ZW takes and brings: as it was called, or is called now."""
        self.ensure_one()
        return self.done_names or self._prepare_places()

    def _keep_names(self):
        """Keep what RWs and ZWs that are done say: they are validated in one UPDATE with it."""
        # sudo: a keeper need not read the orders that a document names
        done = self.sudo().filtered(
            lambda picking: picking.service_document and picking.state == "done" and not picking.done_names)
        for lang, pickings in done.grouped(lambda picking: picking._get_paper_lang()).items():
            pickings = pickings.with_context(lang=lang)
            pickings._read_names()
            for picking in pickings:
                names = {
                    "lang": lang, **picking._prepare_paper_names(), **picking._prepare_places(),
                    "moves": {str(move.id): move._prepare_paper_names() for move in picking.move_ids}}
                # past the guard of what is validated, of which this is a part
                picking._fields["done_names"]._update_cache(picking, names, dirty=True)

    def _read_names(self):
        """Read at once what documents name: what is looked for one by one is at hand then."""
        moves, lines = self.move_ids, self.move_ids.service_line_id
        # most parts are for a device; of the others' orders, all are named
        orders = lines.filtered(lambda line: not line.device_line_id).order_id | self.filtered(
            lambda picking: not picking.move_ids.service_line_id).service_order_id
        for named in (
                lines.device_line_id.device_id | orders.device_line_ids.device_id, moves.product_id,
                self.location_id | self.location_dest_id):
            named.mapped("display_name")
        for named in (
                self.service_order_id, moves.product_uom, moves.move_line_ids.lot_id,
                self.picking_type_id.warehouse_id, moves.origin_returned_move_id.picking_id):
            named.mapped("name")

    def web_read(self, specification: dict):
        """The form of an RW or ZW names its units as our papers do; other transfers are shown as ever."""
        is_ours = len(self) == 1 and "move_ids" in specification and self.sudo().service_document
        return super(StockPicking, self.with_context(service_units=True) if is_ours else self).web_read(specification)

    def _drop_typed_names(self):
        """What documents say when they are validated is not entered before; code and data files bring the past."""
        if not self.env.su:
            self.filtered(lambda picking: picking.done_names or picking.done_is_estimate)._as_service().write(
                {"done_names": False, "done_is_estimate": False})
        return self

    def _check_names_kept(self, vals):
        """Refuse to enter what documents said when they were validated.

        :raises UserError: names them
        """
        if {"done_names", "done_is_estimate"} & vals.keys() and not self.env.su:
            raise UserError(self.env._(
                "What %(documents)s said when they were validated is not entered; it is kept as it was.",
                documents=", ".join(self.mapped("name"))))


class StockMove(models.Model):
    """The names of what a move of an RW or ZW moved."""

    _inherit = "stock.move"

    def _prepare_paper_names(self):
        """What one move moved, as it is called now: {what: name}."""
        self.ensure_one()
        return {
            "product": self.product_id.display_name or "", "unit": self.product_uom._get_short_name(),
            "lots": ", ".join(self.move_line_ids.lot_id.mapped("name"))}

    def _get_paper_names(self):
        """What one move moved: as it was called when its document was validated, or is called now."""
        self.ensure_one()
        kept = ((self.picking_id.done_names or {}).get("moves") or {}).get(str(self.id))
        return kept or self._prepare_paper_names()
