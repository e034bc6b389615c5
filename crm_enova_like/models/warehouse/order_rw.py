from odoo import fields, models

from .stock_work import stock_work


class CrmServiceOrder(models.Model):
    """The open RW of an order, which holds what is still to issue (with stock rights)."""

    _inherit = "crm.service.order"

    def _prepare_open_rw(self):
        """:meth:`_prepare_open_rws` for one order.

        :return: the RW
        """
        self.ensure_one()
        return self._prepare_open_rws()[self]

    def _prepare_open_rws(self):
        """The open RWs of orders, one each, holding and reserving just what is to issue.

        What core makes company-dependent (a part's cost, accounts) is the order's company's from here on, whichever
        the user works in.

        :param self: any number of orders
        :return: {order: its RW}
        """
        documents = {}
        with stock_work(self.env):
            for company, orders in self.grouped("company_id").items():
                documents.update(orders.with_company(company)._prepare_own_rws())
        return documents

    def _prepare_own_rws(self):
        """:meth:`_prepare_open_rws` for orders of one company, which is the one worked in."""
        self |= self    # whoever names an order twice means it once
        for order in self:
            order._drop_outdated_moves()
        documents = {order: order._get_open_rw()[:1] for order in self}
        missing = self.filtered(lambda order: not documents[order])
        documents.update(zip(missing, missing._create_rws(), strict=True))
        vals_list = []
        for order, picking in documents.items():
            vals_list += order._prepare_rw_moves(picking)
        self.env["stock.move"].create(vals_list)
        pickings = self.env["stock.picking"].union(*documents.values())
        pickings.move_ids._lock_source_quants()
        pickings.action_confirm()
        waiting = pickings.move_ids.filtered(
            lambda move: move.state in ("confirmed", "waiting", "partially_available"))
        if waiting:
            waiting._action_assign()
        return documents

    def _prepare_rw_moves(self, picking):
        """Bring the open RWs of one order down to what it plans.

        :param picking: the RW that takes what is missing on them
        :return: values of the moves that are missing
        """
        self.ensure_one()
        held = self._get_open_rw().move_ids._filter_open().grouped("service_line_id")
        vals_list = []
        for line in self._get_lines_to_issue():
            held.pop(line, None)
            missing = line._get_to_request()
            if missing < 0:
                line._lower_open_moves()
                missing = line._get_to_request()
            rest, missing = line._get_rest_of_kits(missing)
            for vals in rest:
                vals_list.append({**self._prepare_rw_move_vals(line, picking, 0.0), **vals})
            if missing > 0:
                vals_list.append(self._prepare_rw_move_vals(line, picking, line._from_product_unit(missing)))
        # what nobody plans any more leaves the RW
        for line, moves in held.items():
            if line:
                moves._cancel_service_moves()
        return vals_list

    def _drop_outdated_moves(self):
        """Take out of open RWs what the set-up has left behind: RWs of another warehouse than the order's type has now,
        and parts that became a kit, or are none any more, since they were asked for."""
        self.ensure_one()
        open_rw = self._get_open_rw()
        if not open_rw:
            return
        current = self.type_id._get_rw_picking_type()
        outdated = open_rw.move_ids._filter_open().filtered(lambda move: (
            move.picking_id.picking_type_id != current
            or bool(move.service_ratio) != move.service_line_id.product_id._is_service_kit()) and move.service_line_id)
        outdated._cancel_service_moves()

    def _follow_type(self):
        """Move what orders have on open RWs to the warehouse that their type has now (with stock rights)."""
        for order in self:
            open_rw = order._get_open_rw()
            if open_rw and open_rw.picking_type_id != order.type_id._get_rw_picking_type():
                order._prepare_open_rw()

    def _create_rw(self):
        self.ensure_one()
        return self._create_rws()

    def _create_rws(self):
        """A new RW for each order."""
        Picking = self.env["stock.picking"].with_context(mail_create_nosubscribe=True, mail_create_nolog=True)
        types = {order_type: order_type._get_rw_picking_type() for order_type in self.type_id}
        vals_list = [order._prepare_rw_vals(types[order.type_id]) for order in self]
        unnamed = [vals for vals, order in zip(vals_list, self, strict=True) if types[order.type_id].sequence_id]
        # core would ask for the name of each
        for vals, name in zip(unnamed, Picking._next_buffer_names(len(unnamed)), strict=True):
            vals["name"] = name
        # a context made for the creation alone does not leave with the records
        return Picking.create(vals_list).with_env(self.env)

    def _prepare_rw_vals(self, picking_type):
        """Values of an order's new RW."""
        self.ensure_one()
        vals = {
            "picking_type_id": picking_type.id,
            "location_id": picking_type.default_location_src_id.id,
            "location_dest_id": picking_type.default_location_dest_id.id,
            "service_order_id": self.id,
            "origin": self.name,
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "user_id": False,
        }
        if self.project_id and "project_id" in self.env["stock.picking"]._fields:
            vals["project_id"] = self.project_id.id
        return vals

    def _prepare_rw_move_vals(self, line, picking, quantity):
        """Values of the move that issues ``quantity`` (in the line's unit)."""
        return {
            "product_id": line.product_id.id,
            # as core's own deliveries: pieces lie on the shelf, and 0.41 of a dozen is no number of them
            "product_uom": line.product_id.uom_id.id,
            "product_uom_qty": line._to_product_unit(quantity),
            "picking_id": picking.id,
            "picking_type_id": picking.picking_type_id.id,
            "location_id": picking.location_id.id,
            "location_dest_id": picking.location_dest_id.id,
            "company_id": self.company_id.id,
            "origin": self.name,
            "service_line_id": line.id,
            # the keeper's list takes the RW's deadline from its moves
            "date_deadline": fields.Datetime.to_datetime(self.date_deadline),
            "description_picking": line.name or line.product_id.display_name,
        }
