from odoo import api, models
from odoo.exceptions import UserError

from ..common.formats import format_quantity
from ..common.locks import lock_rows


class CrmServiceOrderLine(models.Model):
    """Parts that go back to the warehouse, by ZW (zwrot wewnętrzny)."""

    _inherit = "crm.service.order.line"

    def return_to_stock(self, quantity: float):
        """Return issued parts of one line by ZW, at the value at which they left.

        Drives core's return wizard. The plan is lowered by as much, so that
        nothing is issued anew. Where the warehouse issues, the ZW waits for
        the keeper.

        :param self: one line
        :param quantity: in the line's unit
        :raises UserError: more than was issued, or nothing
        :return: True
        """
        self.ensure_one()
        line = self._as_stock()
        lock_rows(self.order_id)
        self.invalidate_recordset(["quantity_issued", "quantity_returned"])
        self._check_return(quantity)
        validate = line.order_id.type_id.issue_by != "warehouse" or self.env.user.has_group("stock.group_stock_user")
        shares = line._share_return(line._get_exact_return(quantity))
        if validate:
            line._check_return_lots(shares)
        for picking in line._make_returns(shares):
            if validate:
                picking.move_ids.picked = True
                picking._action_done()
        return True

    def _check_return_lots(self, shares):
        """Refuse to return without the keeper what had no lot when it was issued, and needs one now.

        :raises UserError: names the part, and says who can
        """
        for move in shares:
            if move.product_id.tracking != "none" and not move.lot_ids:
                raise UserError(self.env._(
                    "Order %(order)s, part %(part)s: it is tracked by lots or serial numbers now, and left on "
                    "%(document)s without one. Have the warehouse return it from that document, where the number is "
                    "entered.",
                    order=self.order_id.name, part=move.product_id.display_name, document=move.picking_id.name))

    def _check_return(self, quantity):
        """Refuse to return nothing, or more than can come back of one line.

        :raises UserError: says how much can
        """
        available = self._get_returnable_quantity()
        if quantity <= 0.0:
            raise UserError(self.env._(
                "Order %(order)s, part %(part)s: enter a quantity to return.",
                order=self.order_id.name, part=self.product_id.display_name))
        if self._get_missing(quantity, available) > 0:
            raise UserError(self.env._(
                "Order %(order)s, part %(part)s: %(quantity)s %(uom)s cannot be returned, only %(issued)s are issued.",
                order=self.order_id.name, part=self.product_id.display_name, uom=self.uom_id._get_short_name(),
                quantity=format_quantity(self.env, quantity),
                issued=format_quantity(self.env, self._round_moved(available))))
        if self._is_too_little(self._get_exact_return(quantity)):
            raise UserError(self._explain_too_little(quantity))

    def _share_return(self, quantity):
        """Share what comes back of one line among the moves that issued it, the last first (with stock rights).

        :param quantity: in the line's unit, no more than can come back
        :return: {move: quantity in its product's unit}
        """
        shares, left = {}, self._to_product_unit(quantity)
        for kit, moves, there in self._get_returnable_groups():
            taken = min(left, there)
            if self.product_id.uom_id.compare(taken, 0.0) > 0:
                left -= taken
                shares.update(self._share_kits(kit, moves, taken, there) if kit else {moves: taken})
        return shares

    def _get_returnable_groups(self):
        """What one line issued, the last first: moves of the product itself, and sets of the components of a kit.

        :return: list of (number of the set or 0, its moves, how much can come back in the product's unit)
        """
        issued = self.move_ids._filter_done()._filter_service_issues()
        groups = issued.grouped(lambda move: (move.service_kit, 0 if move.service_kit else move.id))
        return [
            (kit, moves, self._count_returnable_kits(kit, moves) if kit else moves._get_returnable_quantity())
            for (kit, _move), moves in sorted(groups.items(), key=lambda group: max(group[1].ids), reverse=True)]

    def _count_returnable_kits(self, kit, issued):
        """How many kits of one set can come back; where none was ever whole, and none will be, as many as the component
        of which most are out makes up."""
        moves = self._get_kit_moves(kit)
        whole = self._count_kits(kit, issued) - self._count_kits(kit, self._get_kit_returns(kit), expected=True)
        if self.product_id.uom_id.compare(whole, 0.0) > 0 or moves._filter_open()._filter_service_issues():
            return whole
        return max(
            sum(move._get_returnable_quantity() for move in of_component) / of_component[:1].service_ratio
            for of_component in issued.grouped("product_id").values())

    def _get_kit_returns(self, kit):
        """Returns of one set of components that were not cancelled."""
        return self._get_kit_moves(kit).filtered(lambda move: move.state != "cancel")._filter_service_returns()

    def _has_parts_out(self, expected=True):
        """Whether anything that was issued to one line is not back.

        :param expected: what is on its way back counts as back
        """
        self.ensure_one()
        # sudo: whether there is any, for whoever reads the line
        issued = self.sudo().move_ids._filter_done()._filter_service_issues()
        return any(
            move.product_id.uom_id.compare(move._get_returnable_quantity(expected), 0.0) > 0 for move in issued)

    def _filter_touched(self):
        """Those of the lines of which whole parts were issued ever, or of which one component of a kit is out."""
        kits = self.env["product.product"]._may_be_kits()
        return self.filtered(lambda line: line.quantity_issued or kits and line._has_parts_out(expected=False))

    def _share_kits(self, kit, issued, wanted, there):
        """What of the components of one set comes back with some of its kits.

        :param issued: the moves that issued them
        :param there: how many kits can come back; the last of them bring all that is left of any component, unless
            others wait to be completed
        :return: {move: quantity in its product's unit}
        """
        shares, returns = {}, self._get_kit_returns(kit)
        kits = self._count_kits(kit, returns, expected=True) + wanted
        waits = bool(self._get_kit_moves(kit)._filter_open()._filter_service_issues())
        back = returns.grouped("product_id")
        for component, moves in issued.grouped("product_id").items():
            left = sum(move._get_returnable_quantity() for move in moves)
            if waits or self.product_id.uom_id.compare(wanted, there) < 0:
                # of a component that is back already, others follow
                gone = back[component]._sum_expected() if component in back else 0.0
                left = min(left, kits * moves[:1].service_ratio - gone)
            for move in moves.sorted("id", reverse=True):
                taken = min(left, move._get_returnable_quantity())
                if component.uom_id.compare(taken, 0.0) > 0:
                    shares[move] = taken
                    left -= taken
        return shares

    def _get_returnable_quantity(self):
        """Issued, not returned and on no open ZW, in the line's unit."""
        self.ensure_one()
        # sudo: a quantity of the line's own, for whoever reads the line
        line = self.sudo()
        groups = line._get_returnable_groups()
        if not groups:
            return 0.0
        # returns without an issue: a keeper's ZW that is shared over what was issued once it is validated
        loose = line.move_ids._filter_open()._filter_service_returns().filtered(
            lambda move: not move.origin_returned_move_id)
        there = sum(there for _kit, _moves, there in groups)
        return max(line._from_product_unit(there) - line._sum_moves(loose, expected=True), 0.0)

    @api.model
    def _make_returns(self, shares):
        """A ZW for each RW of which something comes back, by core's return wizard (with stock rights).

        :param shares: {move of an RW: quantity in its product's unit}
        :raises UserError: a ZW does not hold all that it shall bring
        :return: list of the ZWs
        """
        returns = []
        for picking in self.env["stock.move"].union(*shares).picking_id:
            wizard = self.env["stock.return.picking"].with_company(picking.company_id).create(
                {"picking_id": picking.id})
            for row in wizard.product_return_moves:
                row.quantity = row.move_id.product_id.uom_id._compute_quantity(
                    shares.get(row.move_id, 0.0), row.move_id.product_uom)
            back = wizard._create_return()
            for move in back.move_ids:
                unit, exact = move.product_id.uom_id, shares[move.origin_returned_move_id]
                if move.product_uom != unit and unit.compare(move._sum_in_product_unit("product_uom_qty"), exact):
                    # one piece of a dozen has no number in dozens
                    # one after the other: core counts what is held in the unit that it finds
                    move.product_uom = unit
                    move.product_uom_qty = exact
                    move.quantity = exact
                if unit.compare(move._sum_in_product_unit(), exact) < 0:
                    move._refuse_partial_return()
            returns.append(back)
        return returns

    def action_open_return(self):
        """The row's button: ask how much of the order's parts goes back."""
        return self.order_id.action_open_return()
