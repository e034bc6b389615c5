from odoo import models
from odoo.exceptions import UserError

from ..common.formats import format_quantity


class CrmServiceOrderLine(models.Model):
    """A part on its way out: the open RW follows the plan, and what nobody needs leaves both."""

    _inherit = "crm.service.order.line"

    def unlink(self):
        # sudo: what waits in an open RW goes with its line, and whether that may go is looked at by the deletion
        moves = self.sudo().move_ids
        result = super().unlink()
        moves._cancel_service_moves()
        return result

    def _after_plan_change(self, changed):
        super()._after_plan_change(changed)
        if {"quantity", "supply", "kind", "product_id", "uom_id", "lot_id", "lot_name"} & changed:
            self._follow_plan(changed)

    def _follow_plan(self, changed):
        """Keep open RWs to what lines still plan; what is planned on top waits until it is asked for.

        :param changed: names of the fields that were written
        """
        for line in self._as_stock():
            moves = line._get_open_moves()
            if not moves:
                continue
            if {"product_id", "uom_id"} & changed or not line.needs_issue:
                moves._cancel_service_moves()
                if line.needs_issue:
                    line.order_id._prepare_open_rw()
                continue
            if {"lot_id", "lot_name"} & changed:
                moves._do_unreserve()
            line._lower_open_moves()._action_assign()

    def _get_open_moves(self):
        """What of the lines is on open RWs (with stock rights)."""
        moves = self.move_ids._filter_open()
        return moves - moves._filter_service_returns()

    def _lower_open_moves(self):
        """Bring what open RWs hold of one line down to what it has still to get (with stock rights).

        :return: its open moves
        """
        self.ensure_one()
        moves = self._get_open_moves()
        if self.uom_id.compare(self._sum_moves(moves, "product_uom_qty"), self.quantity_to_issue) > 0:
            moves[1:]._cancel_service_moves()
            moves = moves[:1]
            moves.product_uom_qty = self.uom_id._compute_quantity(self.quantity_to_issue, moves.product_uom)
        return moves

    def _check_lots(self):
        """Refuse to issue tracked parts without their lot, of a lot that has expired, a serial number but one a line
        (with stock rights).

        :raises UserError: names the part
        """
        for line in self:
            if line.product_id.tracking == "none":
                continue
            if not line.lot_id:
                raise UserError(self.env._(
                    "Order %(order)s: part %(part)s needs a lot or serial number before it is issued.",
                    order=line.order_id.name, part=line.product_id.display_name))
            line.lot_id._check_service_dates(line.company_id)
            if line.product_id.tracking == "serial" and line.uom_id._compute_quantity(
                    line.quantity_to_issue, line.product_id.uom_id) != 1:
                raise UserError(self.env._(
                    "Order %(order)s: part %(part)s is tracked by serial number; enter one line for each piece.",
                    order=line.order_id.name, part=line.product_id.display_name))

    def _drop_unused(self):
        super()._drop_unused()
        for order, dropped in self.filtered("needs_issue").grouped("order_id").items():
            parts = ", ".join(
                f"{line.product_id.display_name} × {format_quantity(self.env, line.quantity_to_issue)}"
                for line in dropped)
            order.message_post(body=self.env._("Parts not needed any more: %(parts)s.", parts=parts))
            unused = dropped.filtered(lambda line: not line.quantity_issued)
            for line in dropped - unused:
                line.quantity = line._get_used_quantity()
            unused.unlink()
