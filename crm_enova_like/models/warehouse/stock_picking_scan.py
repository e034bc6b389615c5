from odoo import models
from odoo.exceptions import UserError

from ..common.formats import format_quantity


class StockPicking(models.Model):
    """Issuing by scan: each part of an RW is counted as it is taken from the shelf."""

    _name = "stock.picking"
    _inherit = ["stock.picking", "crm.service.scan.mixin"]

    def action_scan(self, code: str):
        """Count one part of an RW that waits to be issued.

        :param self: one open RW
        :param code: barcode, internal reference, lot or serial number
        :return: dict for the screen: ``type`` and ``message``
        :raises UserError: the code is of something else, is not on this RW,
            everything planned of it is counted already, or stock has no more of it
        """
        self.ensure_one()
        self.check_access("write")
        if self.service_document != "rw" or self.state in ("done", "cancel", "draft"):
            raise UserError(self.env._(
                "%(document)s does not wait to be issued; nothing can be scanned on it.", document=self.name))
        code, products, lots = self._scan_find(code, self.company_id)
        open_moves = self.move_ids._filter_open()
        moves = open_moves.filtered(lambda move: move.product_id in products)
        lot = lots.browse()
        if not moves:
            moves = open_moves.filtered(lambda move: move.product_id in lots.product_id)
            lot = lots.filtered(lambda lot: lot.product_id in moves.product_id)[:1]
        if not moves:
            raise UserError(self.env._(
                "“%(code)s” is %(product)s, which is not on %(document)s. On it: %(planned)s.",
                code=code, product=(products or lots.product_id)[:1].display_name, document=self.name,
                planned=", ".join(open_moves.product_id.mapped("display_name")) or "–"))
        self._scan_check_one(code, moves.product_id)
        if moves.product_id.tracking != "none" and not lot:
            raise UserError(self.env._(
                "%(product)s is tracked: scan its lot or serial number. Reserved: %(lots)s.",
                product=moves.product_id.display_name,
                lots=", ".join(moves.lot_ids.mapped("name")) or "–"))
        move = self._scan_choose_move(moves, lot)
        move._scan_take(lot)
        left = [
            move for move in open_moves if move.product_uom.compare(move.service_scanned, move.product_uom_qty) < 0]
        values = {
            "product": move.product_id.display_name, "uom": move.product_uom._get_short_name(), "document": self.name,
            "scanned": format_quantity(self.env, move.service_scanned),
            "planned": format_quantity(self.env, move.product_uom_qty)}
        if left:
            message = self.env._("%(product)s: %(scanned)s of %(planned)s %(uom)s scanned.", **values)
        else:
            message = self.env._(
                "%(product)s: %(scanned)s of %(planned)s %(uom)s scanned. "
                "Everything on %(document)s is scanned: validate it.", **values)
        return {"type": "success", "message": message}

    def _scan_choose_move(self, moves, lot):
        """The move to count on: of several lines of one product, the first that
        is not full, and the one for which this lot was chosen before others."""
        open_moves = moves.filtered(
            lambda move: move.product_uom.compare(move.service_scanned, move.product_uom_qty) < 0)
        if lot:
            chosen = open_moves.filtered(lambda move: move._as_service().service_line_id.lot_id == lot)
            open_moves = chosen or open_moves
        if not open_moves:
            raise UserError(self.env._(
                "%(product)s: all that %(document)s plans is scanned already (%(planned)s %(uom)s). "
                "To issue more, raise the quantity on the order first.",
                product=moves[0].product_id.display_name, document=self.name,
                uom=moves[0].product_uom._get_short_name(),
                planned=format_quantity(self.env, sum(moves.mapped("product_uom_qty")))))
        return open_moves[0]

    def button_validate(self):
        # what was scanned is what leaves; the rest waits on a backorder
        for picking in self.filtered(lambda picking: picking.service_document == "rw"):
            picking._apply_service_scans()
        return super().button_validate()

    def _apply_service_scans(self):
        """Take over what was scanned as what was picked; without any scan an
        RW is validated as core does."""
        rows = self.move_ids._filter_open().move_line_ids
        scanned = rows.filtered("service_scanned")
        for row in scanned:
            if row.product_uom_id.compare(row.quantity, row.service_scanned) > 0:
                row.quantity = row.service_scanned
        scanned.picked = True
