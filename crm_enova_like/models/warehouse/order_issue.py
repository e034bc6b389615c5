from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..common.actions import notify, open_dialog
from ..common.formats import format_quantity
from ..common.locks import lock_rows
from .stock_work import stock_work


class CrmServiceOrder(models.Model):
    """Parts of an order are reserved on, and issued by, an RW."""

    _inherit = "crm.service.order"

    # ACTIONS

    def action_reserve_parts(self):
        """Put what is still to issue on an open RW and reserve it.

        :param self: any number of open orders
        :raises UserError: the order is closed or has nothing to issue
        :return: True
        """
        with stock_work(self.env):
            orders = self._lock_for_parts()
            for order in orders:
                lines = order._get_lines_to_issue()
                if not lines:
                    raise UserError(self.env._("Order %(order)s has no parts to issue.", order=order.name))
                lines._check_goods()
            orders._prepare_open_rws()
        return True

    def action_issue_parts(self):
        """Issue everything still to issue by one validated RW: all or nothing.

        Where the order type leaves it to the warehouse, the RW is reserved and
        waits on the keeper's list; only a stock user validates it.

        :param self: any number of open orders
        :raises UserError: nothing to issue, stock is short (names each product,
            what is needed and what is free), or a lot is missing
        :return: True
        """
        with stock_work(self.env):
            orders, by_keeper = self._lock_for_parts(), self.browse()
            for order in orders:
                lines = order._get_lines_to_issue()
                if not lines:
                    raise UserError(self.env._(
                        "Order %(order)s has no parts to issue: everything planned has been issued.",
                        order=order.name))
                lines._check_goods()
                if order._is_issued_by_keeper():
                    by_keeper |= order
                else:
                    lines._check_lots()
            # asked of who knows the customer, before the keeper has it on his list
            orders._check_limits({order: order._get_lines_to_issue().product_id for order in orders & by_keeper})
            documents = orders._prepare_open_rws()
            for order in orders & by_keeper:
                order.message_post(body=self.env._("Parts requested from the warehouse."))
            # numbers are the last lock: all that the orders need is locked before the first of them has one
            to_issue = orders.env["stock.picking"]
            for order in orders - by_keeper:
                order._check_reserved(documents[order])
                to_issue |= documents[order]
            to_issue.with_company(to_issue.company_id[:1])._issue_service_parts()
        return True

    def action_issue_parts_screen(self):
        """The form's button: issue, or offer to issue what is there; above the cost limit, ask first."""
        self.ensure_one()
        question = self._get_limit_question()
        if question:
            return question
        if self._is_issued_by_keeper():
            self.action_issue_parts()
            return notify(self.env._("The parts are reserved and wait for the warehouse keeper."))
        with stock_work(self.env):
            # before much is done: of two people who take the same part, the second does it once more
            order = self._lock_for_parts()
            order._lock_goods()
            shortages = order._get_free_shortages()
            if not shortages:
                self.action_issue_parts()
                return True
        wizard = self.env["crm.service.issue.wizard"].create({
            "order_id": self.id,
            "line_ids": [
                Command.create({"product_id": product.id, "needed": needed, "free": free})
                for product, needed, free in shortages],
        })
        return open_dialog(self.env, wizard._name, self.env._("Not enough in stock"), res_id=wizard.id)

    def _issue_available(self):
        """Issue what is there; the rest stays reserved for on an open RW.

        :return: the issued RW
        :raises UserError: nothing is there
        """
        self.ensure_one()
        with stock_work(self.env):
            return self._issue_what_is_there()

    def _issue_what_is_there(self):
        order = self._lock_for_parts()
        lines = order._get_lines_to_issue()
        lines._check_goods()
        lines._check_lots()
        picking = order._prepare_open_rw()
        if not any(picking.move_ids.mapped("quantity")):
            order._check_reserved(picking)
        return picking._issue_service_parts()

    # BEFORE ANYTHING IS RESERVED OR ISSUED

    def _lock_for_parts(self):
        """Begin work on the parts of open orders that are the user's to change; who comes second waits.

        :return: the orders, with the stock's rights
        :raises AccessError: an order is out of the user's reach
        :raises UserError: an order is closed
        """
        orders = self._as_stock()
        self._check_open()
        lock_rows(self)
        return orders

    def _lock_goods(self):
        """Lock what lies on the shelf of what one order is to issue (with stock rights)."""
        self.ensure_one()
        products = self._get_lines_to_issue().product_id.filtered("is_storable")
        if products:
            self.env["stock.quant"]._lock_for_issue(
                products, self.type_id._get_rw_picking_type().default_location_src_id)

    def _is_issued_by_keeper(self):
        """Whether the parts of one order wait for a keeper, since the user is none."""
        self.ensure_one()
        return self.issue_by == "warehouse" and not self.env.user.has_group("stock.group_stock_user")

    def _get_free_shortages(self):
        """Products of which less is free than one order needs, reserving nothing (with stock rights).

        :return: list of (product, needed, free), in the product's unit
        """
        self.ensure_one()
        location = self.type_id._get_rw_picking_type().default_location_src_id
        needed, reserved = defaultdict(float), defaultdict(float)
        for line in self._get_lines_to_issue().filtered("product_id.is_storable"):
            needed[line.product_id, line.lot_id] += line._get_to_issue()
            if line.product_id._is_service_kit():
                # of kits that are out in part, the rest alone
                asked = line._get_to_request()
                rest, whole = line._get_rest_of_kits(asked)
                needed[line.product_id, line.lot_id] -= max(asked, 0.0) - max(whole, 0.0)
                for vals in rest:
                    component = line.product_id.browse(vals["product_id"])
                    if component.is_storable:
                        needed[component, line.lot_id.browse()] += vals["product_uom_qty"]
                # the kits that open RWs make up
                done = line.move_ids._filter_done()._filter_service_issues()
                open_moves = line._get_open_moves().filtered("service_kit")
                reserved[line.product_id, line.lot_id] += (
                    line._count_moves(done | open_moves) - line._count_moves(done))
        open_rw = self._get_open_rw()
        for move in open_rw.filtered(lambda rw: rw.location_id._child_of(location)).move_ids._filter_open():
            reserved[move.product_id, move.service_line_id.lot_id] += move._sum_in_product_unit()
        Quant = self.env["stock.quant"].with_context(service_own_goods=True)
        warehouse = self.type_id._get_warehouse()
        shortages = []
        for (product, lot), need in needed.items():
            if product._is_service_kit():
                free = product._in_service_stock(warehouse).free_qty
            else:
                free = Quant._get_available_quantity(product, location, lot_id=lot or None)
            free = max(free + reserved[product, lot], 0.0)
            if product.uom_id.compare(free, need) < 0:
                shortages.append((product, need, free))
        return shortages

    def _check_reserved(self, picking):
        """Refuse to issue an RW that could not reserve all that it plans.

        :raises UserError: names each product, what is needed and what is free, in the product's unit
        """
        shortages = picking._get_service_shortages()
        if shortages:
            rows = "\n".join(
                self.env._(
                    "• %(product)s: %(needed)s %(uom)s needed, %(free)s free",
                    product=product.display_name, uom=product.uom_id._get_short_name(),
                    needed=format_quantity(self.env, needed), free=format_quantity(self.env, free))
                for product, needed, free in shortages)
            raise UserError(self.env._(
                "Order %(order)s: not enough in stock, nothing was issued.\n%(rows)s", order=self.name, rows=rows))
