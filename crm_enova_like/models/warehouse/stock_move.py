from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..common.formats import format_quantity


class StockMove(models.Model):
    """Moves of RWs and ZWs: each is one line's, none takes what is not there, and what is done tells its order."""

    _inherit = "stock.move"

    service_line_id = fields.Many2one(
        "crm.service.order.line", string="Service Order Line", index="btree_not_null", copy=True,
        ondelete="set null")

    @api.model
    def _prepare_merge_moves_distinct_fields(self):
        # two lines of one product stay two moves: each line counts its own
        return super()._prepare_merge_moves_distinct_fields() + ["service_line_id"]

    def _as_service(self):
        """The moves with the rights on their orders' lines: whoever works in the warehouse need not read orders, and
        what becomes of a move changes its line all the same."""
        return self.sudo()

    def _filter_open(self):
        """Those of the moves that are neither done nor cancelled."""
        return self.filtered(lambda move: move.state not in ("done", "cancel"))

    # WHICH WAY

    def _is_service_return(self):
        """Whether one move brings back what an RW issued, by ZW or by core's return: the one definition of it, with
        its domain just below."""
        self.ensure_one()
        return bool(self.origin_returned_move_id) or self.picking_type_id.service_document == "zw"

    @api.model
    def _get_service_return_domain(self):
        return Domain("origin_returned_move_id", "!=", False) | Domain("picking_type_id.service_document", "=", "zw")

    def _filter_service_returns(self):
        """Those of the moves that bring back what an RW issued."""
        return self.filtered(lambda move: move._is_service_return())

    # RESERVING

    def _get_source_document(self):
        # the forecast and the stock's history show the order, not the transfer
        if self.picking_id.service_order_id:
            return self.picking_id.service_order_id
        return super()._get_source_document()

    def _update_reserved_quantity_vals(
            self, need, location_id, lot_id=None, package_id=None, owner_id=None, strict=True):
        # the lot named on the order's line is the one to reserve
        lot_id = lot_id or self._as_service().service_line_id.lot_id
        return super()._update_reserved_quantity_vals(
            need, location_id, lot_id=lot_id, package_id=package_id, owner_id=owner_id, strict=strict)

    def _lock_source_quants(self):
        """Lock the quants from which moves take; whoever comes second waits.

        :return: what lies there, see :meth:`StockQuant._lock_for_issue`
        """
        moves = self.filtered(lambda move: move.product_id.is_storable)
        return self.env["stock.quant"]._lock_for_issue(
            moves.product_id, moves.location_id | moves.move_line_ids.location_id)

    # DONE

    def _action_done(self, cancel_backorder=False):
        self.filtered(lambda move: move.picking_type_id.service_document == "rw")._check_service_stock()
        done = super()._action_done(cancel_backorder=cancel_backorder)
        done._tell_waiting_orders()
        done._settle_service_lines()
        return done

    def _settle_service_lines(self):
        """What done moves of RWs and ZWs change on the lines of their orders.

        :raises ValidationError: more was issued than planned, or more came back than was issued
        """
        moves = self._as_service().filtered(lambda move: move.state == "done" and move.service_line_id)
        # a keeper's return lowers the plan just as a technician's does
        moves._filter_service_returns()._lower_service_plan()
        moves.service_line_id._check_planned()
        moves.service_line_id._end_requests()

    def _check_service_stock(self):
        """Refuse an RW that would take more than lies there: stock never goes
        below zero through a service order, whoever validates. What lies there stays locked.

        :raises UserError: names each product, what is needed and what is there
        """
        on_hand, needed = self._lock_source_quants(), defaultdict(float)
        for move in self._filter_open().filtered(lambda move: move.product_id.is_storable):
            for row in move.move_line_ids.filtered(lambda row, move=move: row.picked or not move.picked):
                if not row.location_id.should_bypass_reservation():
                    needed[row.product_id, row.location_id, row.lot_id, row.owner_id, row.package_id] += (
                        row.quantity_product_uom)
        problems = []
        for key, quantity in needed.items():
            product, _location, lot, _owner, _package = key
            there = on_hand[tuple(record.id for record in key)]
            if product.uom_id.compare(there, quantity) < 0:
                name = product.display_name + (f" [{lot.name}]" if lot else "")
                problems.append(self.env._(
                    "• %(product)s: %(needed)s %(uom)s needed, %(free)s in stock",
                    product=name, uom=product.uom_id.name, needed=format_quantity(self.env, quantity),
                    free=format_quantity(self.env, max(there, 0.0))))
        if problems:
            raise UserError(self.env._(
                "%(document)s: not enough in stock, nothing was issued.\n%(rows)s",
                document=self.picking_id[:1].name, rows="\n".join(problems)))

    def _lower_service_plan(self):
        """Lower what lines plan by what came back, so that nothing is issued anew."""
        for line, moves in self.grouped("service_line_id").items():
            line.quantity = max(line.quantity - line._sum_moves(moves), 0.0)

    # PARTS THAT ARRIVE

    def _tell_waiting_orders(self):
        """Parts that arrive raise an activity on the orders that wait for them.

        :param self: done moves; those that bring goods into stock count
        """
        arrived = self.filtered(
            lambda move: move.state == "done" and move.location_dest_id.usage == "internal"
            and move.location_id.usage != "internal")
        if not arrived:
            return
        arrived = arrived._as_service()
        lines = arrived.env["crm.service.order.line"]._get_waiting_lines(arrived.product_id, arrived.company_id)
        waiting = lines.grouped(lambda line: (line.product_id, line.company_id))
        for (product, company), moves in arrived.grouped(lambda move: (move.product_id, move.company_id)).items():
            if (product, company) not in waiting:
                continue
            # those that asked for it have it first
            asked = moves.reference_ids.service_order_id
            waiting[product, company]._sort_by_urgency().sorted(
                lambda line, asked=asked: line.order_id not in asked)._take_arrived(product, sum(
                    move.product_uom._compute_quantity(move.quantity, product.uom_id) for move in moves))
        for order, order_lines in lines.grouped("order_id").items():
            order._tell_technician(
                "crm_enova_like.mail_activity_parts_arrived",
                ", ".join(order_lines.product_id.mapped("display_name")))

    # CANCELLED

    def _cancel_service_moves(self):
        """Take open moves out of their RW; an RW that is left empty is cancelled."""
        open_moves = self._filter_open()
        pickings = open_moves.picking_id
        open_moves._action_cancel()
        for picking in pickings:
            if all(move.state == "cancel" for move in picking.move_ids):
                picking.action_cancel()
