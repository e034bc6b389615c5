from odoo import models
from odoo.exceptions import UserError

from ..common.formats import format_quantity
from ..common.locks import lock_rows


class CrmServiceOrderLine(models.Model):
    """A part on its way out: the open RW follows the plan, and what nobody needs leaves both."""

    _inherit = "crm.service.order.line"

    def unlink(self):
        # sudo: what waits in an open RW goes with its line, and whether that may go is looked at by the deletion
        moves = self.sudo().move_ids
        # whoever validates them at this moment is done first, or comes after
        lock_rows(moves._filter_open().service_line_id.order_id)
        result = super().unlink()
        moves._cancel_service_moves()
        return result

    def _after_plan_change(self, changed):
        super()._after_plan_change(changed)
        if {"quantity", "supply", "kind", "product_id", "uom_id", "lot_id", "lot_name"} & changed:
            # where a document that is validated changes the plan, nothing follows but the number
            if not self.env.context.get("service_plan_follows"):
                self._follow_plan(changed)

    def _follow_plan(self, changed):
        """Keep open RWs to what lines still plan; what is planned on top waits until it is asked for.

        :param changed: names of the fields that were written
        """
        lines = self._as_stock().filtered(lambda line: line._get_open_moves())
        # whoever validates them at this moment is done first, or comes after
        lock_rows(lines.order_id)
        for line in lines:
            moves = line._get_open_moves()
            if {"product_id", "uom_id"} & changed or not line.needs_issue or moves.filtered("service_ratio"):
                moves._cancel_service_moves()
                if line.needs_issue:
                    line.order_id._prepare_open_rw()
                continue
            moves._lock_source_quants()
            other_lot = bool({"lot_id", "lot_name"} & changed)
            if other_lot:
                moves._do_unreserve()
            held = moves._sum_in_product_unit("product_uom_qty")
            left = line._lower_open_moves()
            if other_lot or left._sum_in_product_unit("product_uom_qty") != held:
                left._action_assign()

    def _get_rest_of_kits(self, missing):
        """What completes kits of one line of which some components are out, while others were cancelled, or issued in
        part without a backorder: before a whole new kit is taken (with stock rights).

        :param missing: how much of the line is asked for, in the product's unit
        :return: (list of values of moves, how much is missing beyond them)
        """
        self.ensure_one()
        done = self.move_ids._filter_done().filtered("service_kit")
        if not done or missing <= 0 or not self.product_id._is_service_kit():
            return [], missing
        left, rest = missing, []
        for kit in done.grouped("service_kit"):
            moves, held = self._get_kit_moves(kit).grouped("product_id"), {}
            for component, of_component in moves.items():
                issued = of_component.filtered(lambda move: move.state != "cancel")._filter_service_issues()
                back = of_component._filter_done()._filter_service_returns()
                held[component] = (
                    issued._sum_expected() - back._sum_in_product_unit()) / of_component[:1].service_ratio
            least = min(held.values())
            kits = min(left, max(held.values()) - least)
            short = {component: least + kits - has for component, has in held.items() if has < least + kits}
            # of a component that was taken once more, nobody waits for the others
            if self.product_id.uom_id.compare(kits, 0.0) <= 0 or not all(
                    moves[component]._filter_given_up() for component in short):
                continue
            left -= kits
            rest += [{
                "product_id": component.id, "product_uom": component.uom_id.id, "service_kit": kit,
                "service_ratio": moves[component][:1].service_ratio,
                "product_uom_qty": wanted * moves[component][:1].service_ratio,
            } for component, wanted in short.items()]
        return rest, self.product_id.uom_id.round(left)

    def _get_open_moves(self):
        """What of the lines is on open RWs (with stock rights)."""
        return self.move_ids._filter_open()._filter_service_issues()

    def _lower_open_moves(self):
        """Bring what open RWs hold of one line down to what it has still to get (with stock rights).

        :return: its open moves
        """
        self.ensure_one()
        moves = self._get_open_moves()
        if self._get_to_request() < 0:
            if moves.filtered("service_ratio"):
                # the components of fewer kits are asked for anew
                moves._cancel_service_moves()
                return moves.browse()
            moves._lock_source_quants()
            moves[1:]._cancel_service_moves()
            moves = moves[:1]
            moves.product_uom_qty = self.product_id.uom_id._compute_quantity(self._get_to_issue(), moves.product_uom)
        return moves

    def _check_goods(self):
        """Refuse to issue what is no goods any more (with stock rights).

        :raises UserError: names the part, and says what to do
        """
        for line in self:
            if line.product_id.type != "consu":
                raise UserError(self.env._(
                    "Order %(order)s: %(part)s has become a service since it was planned, and a service is not issued "
                    "from the warehouse. Make the line labour, or the product goods again.",
                    order=line.order_id.name, part=line.product_id.display_name))

    def _drop_if_unused(self):
        """Take the lines that the warehouse had added, and has taken out of the RW again, out of their orders."""
        self.filtered(lambda line: not line.move_ids and not line.quantity_issued and line.order_is_open).unlink()

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
            if line.product_id.tracking == "serial" and line._get_to_issue() != 1:
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
            used = dropped._filter_touched()
            for line in used:
                line.quantity = line._get_used_quantity()
            (dropped - used).unlink()
