from collections import defaultdict
from contextlib import nullcontext

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..common.formats import format_quantity
from ..common.locks import lock_rows
from .core_ways import core_way
from .stock_work import get_work, validating_work


class StockMove(models.Model):
    """Moves of RWs and ZWs: each is one line's, none takes what is not there, and what is done tells its order."""

    _name = "stock.move"
    _inherit = ["stock.move", "crm.rows.mixin", "crm.company.mixin"]

    service_line_id = fields.Many2one(
        "crm.service.order.line", string="Service Order Line", index="btree_not_null", copy=True,
        ondelete="set null")
    service_ratio = fields.Float(
        digits=False, copy=True, readonly=True,
        help="Where the line's product is a kit: how much of this component one of it takes, both in the unit of "
             "their product. 0: the move is of the line's own product.")
    service_kit = fields.Integer(
        copy=True, readonly=True,
        help="Where the line's product is a kit: one number for all components that were made of it at once. A kit "
             "whose bill of materials has changed since is another set.")

    # what is reserved for orders, of all that there ever was
    _service_reserved_idx = models.Index(
        "(service_line_id) WHERE service_line_id IS NOT NULL AND state NOT IN ('draft', 'done', 'cancel')")
    # what went out at no cost, for which the RWs are filtered
    _service_no_value_idx = models.Index("(picking_id) WHERE is_out IS TRUE AND value = 0")

    @api.model
    def _prepare_merge_moves_distinct_fields(self):
        # two lines of one product stay two moves: each line counts its own, and each set of a kit its components
        return super()._prepare_merge_moves_distinct_fields() + ["service_line_id", "service_kit"]

    @api.model
    def _get_row_inverses(self):
        # a transfer's, too, where many are validated
        return super()._get_row_inverses() | {"service_line_id"} | ({"picking_id"} if get_work(self.env) else set())

    def _as_service(self):
        """The moves with the rights on their orders' lines: whoever works in the warehouse need not read orders, and
        what becomes of a move changes its line all the same."""
        return self.sudo()

    def _filter_open(self):
        """Those of the moves that are neither done nor cancelled."""
        return self.filtered(lambda move: move.state not in ("done", "cancel"))

    def _filter_done(self):
        """Those of the moves that are done; what is read of one is read of all that it was read with."""
        return self.filtered(lambda move: move.state == "done").with_prefetch(self._prefetch_ids)

    # WHICH WAY: where goods go, whatever document moves them, and however long a chain of returns is

    def _is_service_issue(self):
        """Whether one move uses parts up: it goes into a place of service consumption."""
        self.ensure_one()
        return self.location_dest_id.service_consumption and not self.location_id.service_consumption

    def _is_service_return(self):
        """Whether one move brings back what was used up: it comes from a place of service consumption."""
        self.ensure_one()
        return self.location_id.service_consumption and not self.location_dest_id.service_consumption

    def _with_places(self):
        """The moves, with where they begin and end read at once."""
        (self.location_id | self.location_dest_id).mapped("service_consumption")
        return self

    def _filter_service_issues(self):
        """Those of the moves that use parts up."""
        return self._with_places().filtered(
            lambda move: move._is_service_issue()).with_prefetch(self._prefetch_ids)

    def _filter_service_returns(self):
        """Those of the moves that bring back what was used up."""
        return self._with_places().filtered(
            lambda move: move._is_service_return()).with_prefetch(self._prefetch_ids)

    @api.model
    def _get_service_issue_domain(self):
        """:meth:`_is_service_issue` as a domain."""
        return (Domain("location_dest_id.service_consumption", "=", True)
                & Domain("location_id.service_consumption", "!=", True))

    @api.model
    def _get_service_return_domain(self):
        """:meth:`_is_service_return` as a domain."""
        return (Domain("location_id.service_consumption", "=", True)
                & Domain("location_dest_id.service_consumption", "!=", True))

    def _sum_in_product_unit(self, quantity="quantity"):
        """What moves of one product hold, in its unit, without rounding.

        A move counts as core would move it today: where decimals were taken away since, 2.5 are 3, there and back.

        :param quantity: the moves' field, in their own unit
        """
        return sum(
            move.product_uom._compute_quantity(
                move[quantity] if move.service_ratio else move.product_uom.round(move[quantity]),
                move.product_id.uom_id, round=False)
            for move in self)

    def _sum_expected(self):
        """What moves of one product have moved, and plan to move where they are open, in its unit, without rounding."""
        done = self._filter_done()
        return done._sum_in_product_unit() + (self - done)._sum_in_product_unit("product_uom_qty")

    # RESERVING

    def _get_source_document(self):
        # the forecast and the stock's history show the order, not the transfer
        if self.picking_id.service_order_id:
            return self.picking_id.service_order_id
        return super()._get_source_document()

    def _update_reserved_quantity_vals(
            self, need, location_id, lot_id=None, package_id=None, owner_id=None, strict=True):
        # the lot named on the order's line is the one to reserve
        lot_id = lot_id or self._as_service().service_line_id._get_lot_of(self)
        move = self
        if self.picking_id.service_document and self._is_service_issue() and not owner_id:
            # what others own is not used up in a repair
            move = self.with_context(service_own_goods=True)
        return super(StockMove, move)._update_reserved_quantity_vals(
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
        is_service = bool(self.picking_id.picking_type_id.filtered("service_document"))
        with validating_work(self.env) if is_service else nullcontext():
            moves = self._begin_service_documents()
            mine = moves.filtered("picking_id.service_document")
            done = self.browse()
            if moves != mine or not mine:
                done = super(StockMove, moves - mine)._action_done(cancel_backorder=cancel_backorder)
            with core_way(self.env):
                # cost, valuation and accounts are those of the document's company, whichever the user works in
                for company, group in sorted(mine.grouped("company_id").items(), key=lambda item: item[0].id):
                    done |= super(StockMove, group.with_company(company))._action_done(
                        cancel_backorder=cancel_backorder)
            done = done.with_env(self.env)
            done._tell_waiting_orders()
            done._settle_service_lines()
            if is_service:
                done.picking_id._keep_names()
                self._finish_service_documents()
            done._tell_zero_values()
        return done

    def _begin_service_documents(self):
        """What comes before core validates moves of RWs and ZWs: their rules and their stock.

        Locks are taken in the order of :mod:`..common.locks`: orders, quants; numbers last, when core has moved what
        there is to move (:meth:`_draw_service_numbers`).

        :return: the moves; a draft of a kit became its components, and a return is shared over what was issued
        :raises UserError: a document breaks a rule, or stock is short
        """
        # what is scrapped from a document that waits does not validate it
        pickings = self.filtered(lambda move: not move.scrap_id).picking_id.filtered(
            lambda picking: picking.picking_type_id.service_document and picking.state != "done")
        if not pickings:
            return self
        drafts = self.filtered(lambda move: move.state == "draft" and move.picking_id in pickings)
        moves = (self - drafts | drafts._action_confirm(merge=False)).exists() if drafts else self
        lock_rows(pickings._as_service().service_order_id)
        mine = moves.filtered(lambda move: move.picking_id in pickings and not move.scrap_id)
        mine._join_service_lines()
        pickings._check_service_rules()
        mine = mine._share_service_returns()
        moves |= mine
        issued = mine._as_service()._filter_open()._filter_service_issues()
        pickings._as_service().service_order_id._check_may_issue({
            order: moves_of_order.product_id
            for order, moves_of_order in issued.grouped(lambda move: move.picking_id.service_order_id).items()})
        mine._check_service_stock()
        moves._as_service()._filter_service_issues()._raise_service_plan()
        # a document of which nothing is moved stays open
        moved = moves.filtered(lambda move: move.picked and move.product_uom.compare(move.quantity, 0.0) > 0)
        numbered = moved.picking_id & pickings
        if numbered._has_automation_rules():
            numbered._assign_service_numbers()
        else:
            get_work(self.env).to_number.update(dict.fromkeys(numbered.ids))
        return moves

    def _settle_service_lines(self):
        """What done moves of RWs and ZWs change on the lines of their orders.

        :raises ValidationError: more was issued than planned, or more came back than was issued
        """
        moves = self._as_service()._filter_done().filtered("service_line_id")
        # a keeper's return lowers the plan just as a technician's does
        moves._filter_service_returns()._lower_service_plan()
        moves._follow_added_parts()
        moves._follow_issued_lots()
        moves.service_line_id._check_planned()
        moves.service_line_id._end_requests()

    def _check_service_stock(self):
        """Refuse documents that move nothing, and those that would take more than lies there, or what somebody else
        owns: stock never goes below zero through a service order, whoever validates, and nothing comes back that has
        left the place of consumption otherwise. What lies there stays locked.

        :raises UserError: names each product, what is needed and what is there
        """
        moves = self._filter_open()
        on_hand, needed, moving = moves._lock_source_quants(), defaultdict(float), self.env["stock.picking"]
        takers = defaultdict(moving.browse)
        for move in moves:
            rows = move._get_moving_rows()
            moving |= rows.move_id.picking_id
            if not move._is_service_issue():
                continue
            rows._check_service_owner()
            for row in rows if move.product_id.is_storable else ():
                key = row.product_id, row.location_id, row.lot_id, row.owner_id, row.package_id
                needed[key] += row.quantity_product_uom
                takers[key] |= move.picking_id
        moves._filter_service_returns()._check_still_used(on_hand)
        for picking in self.picking_id - moving:
            raise UserError(self.env._(
                "%(document)s moves nothing: enter what leaves the shelf or comes back, or cancel it.",
                document=picking.name))
        problems, short = [], moving.browse()
        for key, quantity in needed.items():
            product, _location, lot, _owner, _package = key
            there = on_hand[tuple(record.id for record in key)]
            if product.uom_id.compare(there, quantity) < 0:
                short |= takers[key]
                name = product.display_name + (f" [{lot.name}]" if lot else "")
                problems.append(self.env._(
                    "• %(product)s: %(needed)s %(uom)s needed, %(free)s in stock",
                    product=name, uom=product.uom_id._get_short_name(), needed=format_quantity(self.env, quantity),
                    free=format_quantity(self.env, max(there, 0.0))))
        if problems:
            raise UserError(self.env._(
                "%(document)s: not enough in stock, nothing was issued.\n%(rows)s",
                document=", ".join(short.mapped("name")), rows="\n".join(problems)))

    def _get_moving_rows(self):
        """The rows by which core will move goods when it validates one move."""
        self.ensure_one()
        return self.move_line_ids.filtered(lambda row: row.quantity and (row.picked or not self.picked))

    def _lower_service_plan(self):
        """Lower what lines plan by what came back, so that nothing is issued anew."""
        for line, moves in self.grouped("service_line_id").items():
            used = line._get_used_by_moves()
            done = line.move_ids._filter_done()._filter_service_returns()
            line.with_context(service_plan_follows=True).quantity = line._get_plan_after(
                used + line._sum_added(moves, done), used)

    def _raise_service_plan(self):
        """Raise what lines plan by what is about to be issued anew as the return of a return, and by what the keeper
        put on the RW himself."""
        taken = self._filter_open().filtered(lambda move: move.picked and move.service_line_id)
        for line, moves in taken.grouped("service_line_id").items():
            again = moves.filtered(lambda move: move.origin_returned_move_id._filter_service_returns())
            used = line._get_used_by_moves()
            done = line.move_ids._filter_done()._filter_service_issues()
            planned = line._get_plan_after(used, used + line._sum_added(again, done))
            if line.added_by_warehouse:
                planned = max(planned, line._round_moved(used + line._sum_added(moves, done)))
            if line.uom_id.compare(planned, line.quantity) > 0:
                line.with_context(service_plan_follows=True).quantity = planned

    # CANCELLED

    def _cancel_service_moves(self):
        """Take open moves out of their RW; an RW that is left empty is cancelled."""
        open_moves = self._filter_open()
        if not open_moves:
            return
        pickings = open_moves.picking_id
        # whoever validates them at this moment is done first, or comes after
        lock_rows(pickings._as_service().service_order_id)
        open_moves._lock_source_quants()
        # a plan that is asked for anew stays
        open_moves.with_context(service_replanned=True)._action_cancel()
        for picking in pickings:
            if all(move.state == "cancel" for move in picking.move_ids):
                picking.action_cancel()
