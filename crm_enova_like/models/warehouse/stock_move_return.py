from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError

from ..common.formats import format_quantity


class StockMove(models.Model):
    """What comes back is what an RW issued: each return has its issue, and no issue has more returns than it moved."""

    _inherit = "stock.move"

    def _get_returnable_quantity(self, expected=True):
        """What of one issue did not come back, in the product's unit.

        :param expected: what open ZWs plan to bring counts as back
        """
        self.ensure_one()
        returns = self.returned_move_ids.filtered(lambda move: move.state != "cancel")
        if not expected:
            returns = returns._filter_done()
        return self._sum_in_product_unit() - returns._sum_expected()

    def _get_returnable_of_lot(self, lot):
        """What of one lot an issue moved and did not come back, in the product's unit."""
        self.ensure_one()
        back = self.returned_move_ids._filter_done()
        return sum(sign * row.quantity_product_uom for sign, moves in ((1, self), (-1, back))
                   for row in moves.move_line_ids if row.lot_id == lot)

    def _prepare_service_return_vals(self):
        """Values of a move that returns what one move issued."""
        return {
            "service_line_id": self.service_line_id.id, "service_ratio": self.service_ratio,
            "service_kit": self.service_kit, "origin_returned_move_id": self.id}

    # A QUANTITY IS SHARED OVER WHAT WAS ISSUED

    def _get_issues_to_return(self, lot=None):
        """Issues of which one return may bring parts: its own line's before others of the order, those of its lot
        before others, the last first."""
        self.ensure_one()
        order = self.picking_id.service_order_id
        issues = (self.service_line_id | order.line_ids).move_ids.filtered(lambda move: (
            move.state == "done" and move.product_id == self.product_id and move._is_service_issue()
            # a lot comes back from where it went; what had none then may have one now
            and (not lot or not move.lot_ids or lot in move.lot_ids)))
        return issues.sorted(lambda issue: (
            issue.service_line_id != self.service_line_id, bool(lot) and lot not in issue.lot_ids, -issue.id))

    def _share_service_returns(self):
        """Make returns that are about to be validated those of issues that have as much to come back. What a keeper put
        on a ZW himself, raised, or had copied by core is shared over what was issued to the line, and then to the
        order: so that a full return leaves no cost, whatever the parts cost when they were issued.

        :raises UserError: more comes back than is issued
        :return: the moves, and those that were split off
        """
        taken, moves = defaultdict(float), self
        # sudo: a keeper need not read orders
        for move in self._as_service()._filter_open()._filter_service_returns():
            if move.picked and move.service_line_id and not move.scrap_id:
                moves |= move._apply_return_shares(move._share_service_return(taken))
        return moves

    def _share_service_return(self, taken):
        """Share the rows of one return over issues.

        :param taken: {issue, or issue and lot: what returns that are validated together bring of it}; added to
        :raises UserError: more comes back than is issued
        :return: {issue: [(row, quantity in the product's unit)]}
        """
        unit, shares = self.product_id.uom_id, defaultdict(list)
        for row in self.move_line_ids.filtered("picked"):
            left, own = unit.round(row.quantity_product_uom), self.origin_returned_move_id
            if own and row.lot_id and row.lot_id not in own.lot_ids:
                own = own.browse()
            for issues in (lambda own=own: own, lambda row=row, own=own: self._get_issues_to_return(row.lot_id) - own):
                for issue in issues() if unit.compare(left, 0.0) > 0 else ():
                    part = min(left, issue._get_returnable_quantity(expected=False) - taken[issue])
                    if row.lot_id in issue.lot_ids:
                        part = min(part, issue._get_returnable_of_lot(row.lot_id) - taken[issue, row.lot_id])
                    if unit.compare(part, 0.0) > 0:
                        shares[issue].append((row, part))
                        taken[issue] += part
                        taken[issue, row.lot_id] += part
                        left -= part
            if unit.compare(left, 0.0) > 0:
                self._refuse_service_return(row.lot_id)
        return shares

    def _refuse_service_return(self, lot):
        issues, product = self._get_issues_to_return(lot), self.product_id.display_name
        if lot:
            product = f"{product} [{lot.name}]"
            others = self._get_issues_to_return() - issues
            if not issues and others:
                self._refuse_other_lot(lot.name, others)
        issued = sum(
            issue._get_returnable_of_lot(lot) if lot in issue.lot_ids
            else issue._get_returnable_quantity(expected=False) for issue in issues)
        raise UserError(self.env._(
            "%(document)s: %(quantity)s %(uom)s of %(product)s cannot be returned, order %(order)s has only %(issued)s "
            "issued. Lower the quantity.", document=self.picking_id.name, product=product,
            quantity=format_quantity(self.env, self._sum_in_product_unit()),
            uom=self.product_id.uom_id._get_short_name(),
            order=self.picking_id.service_order_id.name, issued=format_quantity(self.env, issued)))

    def _refuse_other_lot(self, name, issues):
        """Refuse a lot that others than these issues moved."""
        raise UserError(self.env._(
            "%(document)s: %(product)s is not what %(issue)s issued. Bring back %(lots)s.",
            document=self.picking_id.name, product=f"{self.product_id.display_name} [{name}]",
            issue=", ".join(issues.picking_id.mapped("name")), lots=", ".join(issues.lot_ids.mapped("name"))))

    def _refuse_partial_return(self):
        raise UserError(self.env._(
            "Order %(order)s: of %(product)s only %(quantity)s of %(planned)s %(uom)s can be taken from %(place)s, so "
            "nothing was returned. Finish or cancel the open warehouse documents of the order, and return it again.",
            order=self.picking_id.service_order_id.name, product=self.product_id.display_name,
            quantity=format_quantity(self.env, self.quantity), uom=self.product_uom._get_short_name(),
            planned=format_quantity(self.env, self.product_uom_qty), place=self.location_id.display_name))

    def _apply_return_shares(self, shares):
        """Split one return by the issues from which it brings parts.

        :param shares: see :meth:`_share_service_return`
        :return: the moves that were split off
        """
        split, unit = self.browse(), self.product_id.uom_id
        # a move stays its line's; what is another's is another move
        own = next((issue for issue in shares if issue.service_line_id == self.service_line_id), self.browse())
        if own and own != self.origin_returned_move_id:
            self.write(own._prepare_service_return_vals())
        for issue, rows in shares.items():
            if issue == own:
                continue
            quantity, planned = sum(part for _row, part in rows), self._sum_in_product_unit("product_uom_qty")
            move = self.copy({
                **issue._prepare_service_return_vals(), "product_uom": unit.id, "product_uom_qty": quantity,
                "state": self.state})
            for row, part in rows:
                if unit.compare(part, row.quantity_product_uom) < 0:
                    row.copy({"move_id": move.id, "product_uom_id": unit.id, "quantity": part, "picked": True})
                    # one piece of a dozen has no number in dozens
                    row.write({"product_uom_id": unit.id, "quantity": row.quantity_product_uom - part})
                else:
                    row.move_id = move
            # one after the other: core counts what is held in the unit that it finds
            self.product_uom = unit
            self.product_uom_qty = max(planned - quantity, self.quantity)
            split |= move
        return split

    # WHAT CORE WOULD DO OTHERWISE

    def _get_available_move_lines(self, assigned_moves_ids, partially_available_moves_ids):
        issue = self.origin_returned_move_id
        if not issue or not self._is_service_return():
            return super()._get_available_move_lines(assigned_moves_ids, partially_available_moves_ids)
        # the lots that this issue took, and not those of other issues in core's chain of moves
        there, unit = defaultdict(float), self.product_id.uom_id
        for row in issue.move_line_ids:
            # as core would move it today, see _sum_in_product_unit()
            there[row.location_dest_id, row.lot_id, row.result_package_id, row.owner_id] += unit.round(
                row.quantity_product_uom)
        for row in (issue.returned_move_ids - self).filtered(lambda move: move.state != "cancel").move_line_ids:
            there[row.location_id, row.lot_id, row.package_id, row.owner_id] -= row.quantity_product_uom
        return {key: left for key, left in there.items() if unit.compare(left, 0.0) > 0}

    def _do_unreserve(self):
        moves = self
        if self.env.context.get("service_returning"):
            # a return that waits takes nothing from the next one: each has its own part of what was issued
            moves = self.filtered(lambda move: not move._is_service_return())
        return super(StockMove, moves)._do_unreserve()

    def action_explode(self):
        """Core (mrp) takes a kit apart; what was issued as one product comes back as one, whatever it has become."""
        whole = self.filtered(lambda move: move._is_service_return() and move._as_service().service_line_id)
        explode = getattr(super(StockMove, self - whole), "action_explode", None)
        return whole | (explode() if explode else self - whole)
