from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError

from ..common.formats import format_quantity


class StockMove(models.Model):
    """What a keeper puts on the document of an order by himself, and what core makes of a kit, is its order's too."""

    _inherit = "stock.move"

    # WHAT THE KEEPER ADDS

    def _join_service_lines(self):
        """Give moves of orders' waiting documents that have no line one: a part on an RW becomes a new line of the
        order, with a note; a part on a ZW is that of the line that issued it.

        :param self: any moves
        :raises UserError: an order is closed, or nothing of a part on a ZW was issued
        """
        alone = self.filtered(lambda move: (
            move.picking_id.service_document and not move.service_line_id and not move.scrap_id
            and move.state not in ("done", "cancel")))
        # sudo: a keeper need not write orders; what he puts on the document of one, he puts on the order
        alone = alone._as_service().filtered("picking_id.service_order_id")
        if not alone:
            return
        returned = alone.filtered(lambda move: move.picking_id.service_document == "zw")
        for move in returned:
            move._join_issued_line()
        returned._take_product_unit()
        added = alone - returned
        lines = added.env["crm.service.order.line"].create([move._prepare_service_line_vals() for move in added])
        for move, line in zip(added, lines, strict=True):
            move.service_line_id = line
        added._take_product_unit()
        added._check_service_ties()
        for picking, moves in added.grouped("picking_id").items():
            picking.service_order_id._message_log(body=self.env._(
                "The warehouse put on %(document)s: %(parts)s.", document=picking.name, parts=", ".join(
                    f"{move.product_id.display_name} × {format_quantity(self.env, quantity)}"
                    if (quantity := move._get_planned_quantity()) else move.product_id.display_name
                    for move in moves)))

    def _take_product_unit(self):
        """Give moves the unit in which their product lies and is scanned: of a dozen, pieces, too."""
        for move in self:
            unit, typed = move.product_id.uom_id, move.product_uom
            if typed == unit:
                continue
            exact = move._sum_in_product_unit("product_uom_qty")
            whole = float(round(exact))
            if typed.compare(unit._compute_quantity(whole, typed, round=False), move.product_uom_qty) == 0:
                exact = whole
            move.product_uom = unit
            move.product_uom_qty = exact

    def _get_planned_quantity(self):
        """What one move plans to move, or holds where nobody planned it, in its unit."""
        self.ensure_one()
        return self.product_uom_qty or self.quantity

    def _prepare_service_line_vals(self):
        """Values of the order's line for a part that the keeper put on its RW."""
        self.ensure_one()
        order = self.picking_id.service_order_id
        # of several devices, the one whose parts the RW brings
        rows = self.picking_id.move_ids.service_line_id.device_line_id or order.device_line_ids
        return {
            "order_id": order.id, "kind": "part", "product_id": self.product_id.id, "uom_id": self.product_uom.id,
            "quantity": self._get_planned_quantity(), "device_line_id": rows.id if len(rows) == 1 else False,
            "added_by_warehouse": True,
        }

    def _join_issued_line(self):
        """Make one hand-made move of a ZW the return of what an RW issued last and what is not back. How much it brings
        is known when it is validated: then it is shared over all that was issued.

        :raises UserError: nothing of the product was issued to the order
        """
        self.ensure_one()
        order = self.picking_id.service_order_id
        unit = self.product_id.uom_id
        for issue in self._get_issues_to_return():
            if unit.compare(issue._get_returnable_quantity(), 0.0) > 0:
                self.write(issue._prepare_service_return_vals())
                return
        raise UserError(self.env._(
            "%(document)s: no %(product)s of order %(order)s is issued that could be returned.",
            document=self.picking_id.name, product=self.product_id.display_name, order=order.name))

    # KITS: core replaces a kit's move by those of its components

    def _filter_given_up(self):
        """Those of the moves that were cancelled, or moved less than they planned, and nobody asked for the rest."""
        return self.filtered(lambda move: move.state == "cancel" or move.state == "done" and move.product_uom.compare(
            move.quantity, move.product_uom_qty) < 0)

    @api.model
    def _add_service_ratios(self, vals_list):
        """Note on components that core makes of a line's kit how much of each one kit takes.

        :param vals_list: values for ``create``; changed in place
        """
        parts = [vals for vals in vals_list if vals.get("service_line_id") and not vals.get("service_ratio")]
        if not parts:
            return
        # sudo: whoever works in the warehouse need not read orders
        Line = self.env["crm.service.order.line"].sudo()
        Product, Unit = self.env["product.product"], self.env["uom.uom"]
        demand, components = defaultdict(float), []
        for vals in parts:
            line, product = Line.browse(vals["service_line_id"]), Product.browse(vals["product_id"])
            if line.product_id == product:
                continue
            components.append((vals, line, product))
            demand[line, product] += (Unit.browse(vals.get("product_uom")) or product.uom_id)._compute_quantity(
                vals.get("product_uom_qty") or vals.get("quantity") or 0.0, product.uom_id, round=False)
        for vals, line, product in components:
            whole = line.move_ids._filter_open().filtered(
                lambda move, line=line: move.product_id == line.product_id)
            # what a keeper puts on a draft without planning it, core takes apart by what it holds
            kits = whole._sum_in_product_unit("product_uom_qty") or whole._sum_in_product_unit()
            if kits:
                # a component that a kit has twice counts as one
                vals["service_ratio"] = demand[line, product] / kits
                # the move that core takes apart is gone afterwards, and nobody else will have its number
                vals["service_kit"] = whole[:1].id
