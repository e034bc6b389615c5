from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command


class CrmServiceOrder(models.Model):
    _inherit = "crm.service.order"

    def _get_pending_returns(self):
        """Open ZWs of the orders, with the orders' rights checked."""
        self.check_access("read")
        return self.sudo()._get_open_rw().filtered(lambda picking: picking.service_document == "zw")

    def action_open_return(self):
        """Ask which issued parts go back to the warehouse."""
        self.ensure_one()
        self.check_access("write")
        lines = self._get_issued_lines()
        if not lines:
            raise UserError(self.env._("Order %(order)s has no issued parts to return.", order=self.name))
        wizard = self.env["crm.service.return.wizard"].create({
            "order_id": self.id,
            "line_ids": [Command.create({"line_id": line.id, "quantity": 0.0}) for line in lines],
        })
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Return parts"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }


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
        self.order_id.check_access("write")
        self.order_id._lock_order_rows()
        self.invalidate_recordset(["quantity_issued", "quantity_returned"])
        line = self.sudo()
        moves = line.move_ids.filtered(lambda move: move.state == "done" and not move._is_service_return())
        available = line._get_returnable_quantity()
        if line.uom_id.compare(quantity, 0.0) <= 0:
            raise UserError(self.env._(
                "Order %(order)s, part %(part)s: enter a quantity to return.",
                order=line.order_id.name, part=line.product_id.display_name))
        if line.uom_id.compare(quantity, available) > 0:
            raise UserError(self.env._(
                "Order %(order)s, part %(part)s: %(quantity)g %(uom)s cannot be returned, only %(issued)g are issued.",
                order=line.order_id.name, part=line.product_id.display_name, quantity=quantity,
                uom=line.uom_id.name, issued=available))
        is_keeper = self.env.user.has_group("stock.group_stock_user")
        validate = line.order_id.type_id.issue_by != "warehouse" or is_keeper
        left = quantity
        for move in moves.sorted("id", reverse=True):
            if line.uom_id.compare(left, 0.0) <= 0:
                break
            returned = sum(
                back.product_uom._compute_quantity(back.product_uom_qty, line.uom_id)
                for back in move.returned_move_ids if back.state != "cancel")
            free = move.product_uom._compute_quantity(move.quantity, line.uom_id) - returned
            take = min(left, free)
            if line.uom_id.compare(take, 0.0) <= 0:
                continue
            picking = line._return_move(move, line.uom_id._compute_quantity(take, move.product_uom))
            if validate:
                picking.move_ids.picked = True
                picking._action_done()
            left -= take
        return True

    def _get_returnable_quantity(self):
        """Issued, not returned and on no open ZW, in the line's unit."""
        self.ensure_one()
        line = self.sudo()
        return line._get_used_quantity() - sum(
            move.product_uom._compute_quantity(move.product_uom_qty, line.uom_id)
            for move in line.move_ids
            if move._is_service_return() and move.state not in ("done", "cancel"))

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

    def _check_lots(self):
        """Refuse to issue tracked parts without their lot (a serial number: one a line)."""
        for line in self:
            if line.product_id.tracking == "none":
                continue
            # the lot is read for a technician who holds no stock rights
            if not line.sudo().lot_id:
                raise UserError(self.env._(
                    "Order %(order)s: part %(part)s needs a lot or serial number before it is issued.",
                    order=line.order_id.name, part=line.product_id.display_name))
            if line.product_id.tracking == "serial" and line.uom_id._compute_quantity(
                    line.quantity_to_issue, line.product_id.uom_id) != 1:
                raise UserError(self.env._(
                    "Order %(order)s: part %(part)s is tracked by serial number; enter one line for each piece.",
                    order=line.order_id.name, part=line.product_id.display_name))
