from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class CrmServiceScanMixin(models.AbstractModel):
    """What a scanned code is: a product, a lot or serial number, or something
    else, which is named to whoever scanned it."""

    _name = "crm.service.scan.mixin"
    _description = "Scanning of Parts"

    @api.model
    def _scan_find(self, code, company):
        """Products and lots with a code, of one company.

        :param code: what was scanned or typed
        :return: (code, products, lots); either may be empty
        :raises UserError: there is no code, or it is of no product and no lot
        """
        code = (code or "").strip()
        if not code:
            raise UserError(self.env._("Scan or type a barcode, an internal reference or a serial number."))
        # technicians hold no stock rights: the code is looked up for them, within the company
        mine = Domain("company_id", "in", [company.id, False])
        products = self.env["product.product"].sudo().search(
            mine & (Domain("barcode", "=", code) | Domain("default_code", "=", code)))
        lots = self.env["stock.lot"].sudo().search(mine & Domain("name", "=", code))
        if not products and not lots:
            raise UserError(self._scan_name_other(code, company))
        return code, products, lots

    @api.model
    def _scan_check_one(self, code, products):
        """Refuse a code that is of several products.

        :raises UserError: names them
        """
        if len(products) > 1:
            raise UserError(self.env._(
                "Several products have the code “%(code)s”: %(products)s. Scan another code of the part, "
                "or choose it by hand.", code=code, products=", ".join(products.mapped("display_name"))))

    @api.model
    def _scan_name_other(self, code, company):
        """The message for a code that is of no part."""
        # only the name is told, and within the company
        device = self.env["crm.service.device"].sudo().search(
            [("company_id", "=", company.id), "|", ("identifier", "=", code), ("serial_number", "=", code)], limit=1)
        if device:
            return self.env._("“%(code)s” is the device %(device)s, not a part.", code=code, device=device.display_name)
        order = self.env["crm.service.order"].sudo().search(
            [("company_id", "=", company.id), ("name", "=", code)], limit=1)
        if order:
            return self.env._("“%(code)s” is a service order, not a part.", code=code)
        place = self.env["stock.location"].sudo().search(
            [("company_id", "in", [company.id, False]), ("barcode", "=", code)], limit=1)
        if place:
            return self.env._("“%(code)s” is the location %(place)s, not a part.", code=code, place=place.display_name)
        return self.env._("No product, lot or serial number has the code “%(code)s”.", code=code)

    @api.model
    def _scan_piece(self, product, left):
        """How much one scan takes, in the product's unit: a piece, or all of
        what is not counted in pieces (cable, oil)."""
        unit = self.env.ref("uom.product_uom_unit", raise_if_not_found=False)
        if unit and product.uom_id._has_common_reference(unit):
            return min(product.uom_id.round(1.0), left)
        return left


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    service_scanned = fields.Float(
        string="Scanned", digits="Product Unit", copy=False,
        help="Counted by scanning on an RW that waits to be issued, in the row's unit.")


class StockMove(models.Model):
    _inherit = "stock.move"

    service_scanned = fields.Float(
        string="Scanned", digits="Product Unit", compute="_compute_service_scanned")

    @api.depends("move_line_ids.service_scanned", "move_line_ids.product_uom_id", "product_uom")
    def _compute_service_scanned(self):
        for move in self:
            move.service_scanned = sum(
                row.product_uom_id._compute_quantity(row.service_scanned, move.product_uom)
                for row in move.move_line_ids if row.service_scanned)


class StockPicking(models.Model):
    """Issuing by scan: each part of an RW is counted as it is taken from the shelf."""

    _name = "stock.picking"
    _inherit = ["stock.picking", "crm.service.scan.mixin"]

    def action_scan(self, code):
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
        open_moves = self.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
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
            "product": move.product_id.display_name, "scanned": move.service_scanned,
            "planned": move.product_uom_qty, "uom": move.product_uom.name, "document": self.name}
        if left:
            message = self.env._("%(product)s: %(scanned)g of %(planned)g %(uom)s scanned.", **values)
        else:
            message = self.env._(
                "%(product)s: %(scanned)g of %(planned)g %(uom)s scanned. "
                "Everything on %(document)s is scanned: validate it.", **values)
        return {"type": "success", "message": message}

    def _scan_choose_move(self, moves, lot):
        """The move to count on: of several lines of one product, the first that
        is not full, and the one for which this lot was chosen before others."""
        open_moves = moves.filtered(
            lambda move: move.product_uom.compare(move.service_scanned, move.product_uom_qty) < 0)
        if lot:
            # the lot was chosen by a technician, on a line that a keeper need not read
            chosen = open_moves.filtered(lambda move: move.sudo().service_line_id.lot_id == lot)
            open_moves = chosen or open_moves
        if not open_moves:
            raise UserError(self.env._(
                "%(product)s: all that %(document)s plans is scanned already (%(planned)g %(uom)s). "
                "To issue more, raise the quantity on the order first.",
                product=moves[0].product_id.display_name, document=self.name,
                planned=sum(moves.mapped("product_uom_qty")), uom=moves[0].product_uom.name))
        return open_moves[0]

    def button_validate(self):
        # what was scanned is what leaves; the rest waits on a backorder
        for picking in self.filtered(lambda picking: picking.service_document == "rw"):
            picking._apply_service_scans()
        return super().button_validate()

    def _apply_service_scans(self):
        """Take over what was scanned as what was picked; without any scan an
        RW is validated as core does."""
        rows = self.move_ids.filtered(lambda move: move.state not in ("done", "cancel")).move_line_ids
        scanned = rows.filtered("service_scanned")
        for row in scanned:
            if row.product_uom_id.compare(row.quantity, row.service_scanned) > 0:
                row.quantity = row.service_scanned
        scanned.picked = True


class StockMoveScan(models.Model):
    _inherit = "stock.move"

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
                "%(product)s: %(scanned)g %(uom)s scanned, and no more of it is free in stock "
                "(%(planned)g planned). Validate what is there; the rest waits on its own RW.",
                product=self.product_id.display_name, scanned=self.service_scanned, uom=self.product_uom.name,
                planned=self.product_uom_qty))
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
