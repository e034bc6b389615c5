from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.formats import format_quantity


class StockMove(models.Model):
    """What was counted by scanning of a move of an RW."""

    _inherit = "stock.move"

    service_scanned = fields.Float(
        string="Scanned", digits="Product Unit", compute="_compute_service_scanned")

    @api.depends("move_line_ids.service_scanned", "move_line_ids.product_uom_id", "product_uom")
    def _compute_service_scanned(self):
        for move in self:
            move.service_scanned = sum(
                row.product_uom_id._compute_quantity(row.service_scanned, move.product_uom)
                for row in move.move_line_ids if row.service_scanned)

    def _scan_take(self, lot):
        """Count one piece of a move of an RW, of the lot scanned if any.

        :raises UserError: the lot was counted already or is not in stock, or
            there is no more in stock than was counted
        """
        self.ensure_one()
        Lines = self.env["stock.move.line"]
        rows = self._scan_rows_left()
        if not rows and self.state in ("confirmed", "waiting", "partially_available"):
            # what arrived since the RW was reserved
            self._action_assign()
            rows = self._scan_rows_left()
        if lot:
            if self.product_id.tracking == "serial" and self.picking_id.move_line_ids.filtered(
                    lambda row: row.lot_id == lot and row.service_scanned):
                raise UserError(self.env._(
                    "Serial number %(lot)s of %(product)s is scanned already.",
                    lot=lot.name, product=self.product_id.display_name))
            own = rows.filtered(lambda row: row.lot_id == lot)
            rows = own or rows
        if not rows:
            raise UserError(self.env._(
                "%(product)s: %(scanned)s %(uom)s scanned, and no more of it is free in stock "
                "(%(planned)s planned). Validate what is there; the rest waits on its own RW.",
                product=self.product_id.display_name, uom=self.product_uom._get_short_name(),
                scanned=format_quantity(self.env, self.service_scanned),
                planned=format_quantity(self.env, self.product_uom_qty)))
        row = rows[0]
        unit = row.product_uom_id
        left = unit._compute_quantity(row.quantity - row.service_scanned, self.product_id.uom_id)
        piece = self.product_id.uom_id._compute_quantity(
            self.picking_id._scan_piece(self.product_id, left), unit)
        if lot and row.lot_id != lot:
            quant = self.env["stock.quant"]._gather(self.product_id, self.location_id, lot_id=lot).filtered(
                lambda quant: quant.lot_id == lot and quant.quantity - quant.reserved_quantity > 0)[:1]
            if not quant:
                raise UserError(self.env._(
                    "%(lot)s of %(product)s is not free in stock. Reserved for this RW: %(lots)s.",
                    lot=lot.name, product=self.product_id.display_name,
                    lots=", ".join(self.lot_ids.mapped("name")) or "–"))
            change = {"lot_id": lot.id, "location_id": quant.location_id.id, "owner_id": quant.owner_id.id,
                      "package_id": quant.package_id.id}
            if unit.compare(row.quantity, piece) <= 0:
                row.write(change)
            else:
                row.quantity -= piece
                row = Lines.create({
                    **self._prepare_move_line_vals(quantity=piece), **change,
                    "quantity": piece, "product_uom_id": unit.id})
        row.service_scanned += piece

    def _scan_rows_left(self):
        """Reserved rows of which not everything was counted."""
        return self.move_line_ids.filtered(
            lambda row: row.product_uom_id.compare(row.service_scanned, row.quantity) < 0).sorted("id")
