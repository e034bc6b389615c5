from odoo import models
from odoo.exceptions import UserError

from ..common.formats import format_quantity
from ..common.locks import lock_rows


class CrmServiceOrderLine(models.Model):
    """Parts that go back to the warehouse, by ZW (zwrot wewnętrzny)."""

    _inherit = "crm.service.order.line"

    def return_to_stock(self, quantity):
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
        for move, taken in line._share_return(quantity):
            picking = line._return_move(move, line.uom_id._compute_quantity(taken, move.product_uom))
            if validate:
                picking.move_ids.picked = True
                picking._action_done()
        return True

    def _check_return(self, quantity):
        """Refuse to return nothing, or more than can come back of one line.

        :raises UserError: says how much can
        """
        available = self._get_returnable_quantity()
        if self.uom_id.compare(quantity, 0.0) <= 0:
            raise UserError(self.env._(
                "Order %(order)s, part %(part)s: enter a quantity to return.",
                order=self.order_id.name, part=self.product_id.display_name))
        if self.uom_id.compare(quantity, available) > 0:
            raise UserError(self.env._(
                "Order %(order)s, part %(part)s: %(quantity)s %(uom)s cannot be returned, only %(issued)s are issued.",
                order=self.order_id.name, part=self.product_id.display_name, uom=self.uom_id.name,
                quantity=format_quantity(self.env, quantity), issued=format_quantity(self.env, available)))

    def _share_return(self, quantity):
        """Share what comes back of one line among the moves that issued it, the last first (with stock rights).

        :param quantity: in the line's unit, no more than can come back
        :return: list of (move, quantity in the line's unit)
        """
        done = self.move_ids.filtered(lambda move: move.state == "done")
        shares = []
        for move in (done - done._filter_service_returns()).sorted("id", reverse=True):
            back = self._sum_moves(
                move.returned_move_ids.filtered(lambda back: back.state != "cancel"), "product_uom_qty")
            taken = min(quantity, self._sum_moves(move) - back)
            if self.uom_id.compare(taken, 0.0) > 0:
                shares.append((move, taken))
                quantity -= taken
        return shares

    def _get_returnable_quantity(self):
        """Issued, not returned and on no open ZW, in the line's unit."""
        self.ensure_one()
        # sudo: a quantity of the line's own, for whoever reads the line
        line = self.sudo()
        pending = line.move_ids._filter_open()._filter_service_returns()
        return line._get_used_quantity() - line._sum_moves(pending, "product_uom_qty")

    def _return_move(self, move, quantity):
        """One ZW for ``quantity`` (in the move's unit) of an RW's move."""
        wizard = self.env["stock.return.picking"].with_company(move.company_id).create(
            {"picking_id": move.picking_id.id})
        for row in wizard.product_return_moves:
            row.quantity = quantity if row.move_id == move else 0.0
        return wizard._create_return()

    def action_open_return(self):
        """The row's button: ask how much of the order's parts goes back."""
        return self.order_id.action_open_return()
