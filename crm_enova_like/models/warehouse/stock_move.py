from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# says that the caller has locked the quants; an object, since a context from
# outside can hold any plain value
QUANTS_LOCKED = object()


class StockMove(models.Model):
    _inherit = "stock.move"

    service_line_id = fields.Many2one(
        "crm.service.order.line", string="Service Order Line", index="btree_not_null", copy=True,
        ondelete="set null")

    @api.model
    def _prepare_merge_moves_distinct_fields(self):
        # two lines of one product stay two moves: each line counts its own
        return super()._prepare_merge_moves_distinct_fields() + ["service_line_id"]

    def _is_service_return(self):
        """Whether a move brings back what an RW issued (by ZW or core's return)."""
        self.ensure_one()
        return bool(self.origin_returned_move_id) or self.picking_type_id.service_document == "zw"

    def _get_source_document(self):
        # the forecast and the stock's history show the order, not the transfer
        if self.picking_id.service_order_id:
            return self.picking_id.service_order_id
        return super()._get_source_document()

    def _update_reserved_quantity_vals(
            self, need, location_id, lot_id=None, package_id=None, owner_id=None, strict=True):
        # the lot named on the order's line is the one to reserve
        lot_id = lot_id or self.sudo().service_line_id.lot_id
        return super()._update_reserved_quantity_vals(
            need, location_id, lot_id=lot_id, package_id=package_id, owner_id=owner_id, strict=strict)

    def _lock_source_quants(self):
        """Lock the quants from which moves take, blocking and in one order.

        [core's ``try_lock_for_update`` skips a locked row, and its
        ``lock_for_update`` refuses; here the second of two people waits, and
        Odoo runs the request again when what it read has changed]
        """
        moves = self.filtered(lambda move: move.product_id.is_storable)
        if not moves:
            return
        self.env["stock.quant"].flush_model()
        self.env.execute_query(SQL(
            """SELECT quant.id FROM stock_quant quant
                 JOIN stock_location location ON location.id = quant.location_id
                WHERE quant.product_id IN %s AND (%s)
                ORDER BY quant.id FOR NO KEY UPDATE OF quant""",
            tuple(moves.product_id.ids),
            SQL(" OR ").join(
                SQL("location.parent_path LIKE %s", f"{location.parent_path}%") for location in moves.location_id),
        ))

    def _action_done(self, cancel_backorder=False):
        service = self.filtered(lambda move: move.picking_type_id.service_document == "rw")
        if service:
            if self.env.context.get("service_quants_locked") is not QUANTS_LOCKED:
                service._lock_source_quants()
            service._check_service_stock()
        done = super()._action_done(cancel_backorder=cancel_backorder)
        done._tell_orders_waiting_for_parts()
        returned = done.filtered(lambda move: move.state == "done" and move.picking_type_id.service_document == "zw")
        # a keeper's return lowers the plan just as a technician's does
        returned.sudo()._lower_service_plan()
        lines = (done.filtered(lambda move: move in service) | returned).sudo().service_line_id
        lines._check_planned()
        # what is issued waits for no delivery any more
        lines.filtered(lambda line: line.quantity_requested and not line.needs_issue).quantity_requested = 0.0
        return done

    def _check_service_stock(self):
        """Refuse an RW that would take more than lies there: stock never goes
        below zero through a service order, whoever validates.

        :raises UserError: names each product, what is needed and what is there
        """
        needed = defaultdict(float)
        for move in self.filtered(lambda move: move.product_id.is_storable and move.state not in ("done", "cancel")):
            for line in move.move_line_ids.filtered(lambda line, move=move: line.picked or not move.picked):
                if not line.location_id.should_bypass_reservation():
                    needed[line.product_id, line.location_id, line.lot_id, line.owner_id, line.package_id] += (
                        line.quantity_product_uom)
        if not needed:
            return
        products = self.product_id
        on_hand = defaultdict(float)
        # quants are read for everybody who may validate
        for product, location, lot, owner, package, quantity in self.env["stock.quant"].sudo()._read_group(
                [("product_id", "in", products.ids), ("location_id", "in", [key[1].id for key in needed])],
                ["product_id", "location_id", "lot_id", "owner_id", "package_id"], ["quantity:sum"]):
            on_hand[product.id, location.id, lot.id, owner.id, package.id] += quantity
        problems = []
        for (product, location, lot, owner, package), quantity in needed.items():
            there = on_hand[product.id, location.id, lot.id, owner.id, package.id]
            if product.uom_id.compare(there, quantity) < 0:
                name = product.display_name + (f" [{lot.name}]" if lot else "")
                problems.append(self.env._(
                    "• %(product)s: %(needed)g %(uom)s needed, %(free)g in stock",
                    product=name, needed=quantity, uom=product.uom_id.name, free=max(there, 0.0)))
        if problems:
            raise UserError(self.env._(
                "%(document)s: not enough in stock, nothing was issued.\n%(rows)s",
                document=self.picking_id[:1].name, rows="\n".join(problems)))

    def _lower_service_plan(self):
        for line, moves in self.filtered("service_line_id").grouped("service_line_id").items():
            back = sum(move.product_uom._compute_quantity(move.quantity, line.uom_id) for move in moves)
            line.quantity = max(line.quantity - back, 0.0)

    def _tell_orders_waiting_for_parts(self):
        """Parts that arrive raise an activity on the orders that wait for them.

        :param self: done moves; those that bring goods into stock count
        """
        arrived = self.filtered(
            lambda move: move.state == "done" and move.location_dest_id.usage == "internal"
            and move.location_id.usage != "internal")
        if not arrived:
            return
        # whoever receives the goods need not see the order
        lines = self.env["crm.service.order"].sudo()._get_waiting_lines(arrived.product_id, arrived.company_id)
        for (product, company), moves in arrived.grouped(lambda move: (move.product_id, move.company_id)).items():
            waiting = lines.filtered(
                lambda line, product=product, company=company: (
                    line.product_id == product and line.company_id == company))._sort_by_urgency()
            # those that asked for it have it first
            asked = moves.sudo().reference_ids.service_order_id
            waiting = waiting.filtered(lambda line, asked=asked: line.order_id in asked) | waiting
            waiting._take_arrived(product, sum(
                move.product_uom._compute_quantity(move.quantity, product.uom_id) for move in moves))
        for order, order_lines in lines.grouped("order_id").items():
            order._tell_technician(
                "crm_enova_like.mail_activity_parts_arrived",
                ", ".join(order_lines.product_id.mapped("display_name")))

    def _cancel_service_moves(self):
        """Take open moves out of their RW; an RW that is left empty is cancelled."""
        open_moves = self.filtered(lambda move: move.state not in ("done", "cancel"))
        pickings = open_moves.picking_id
        open_moves._action_cancel()
        for picking in pickings:
            if all(move.state == "cancel" for move in picking.move_ids):
                picking.action_cancel()
