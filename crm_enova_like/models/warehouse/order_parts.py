from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..order.stage import OPEN_STATES
from .stock_move import QUANTS_LOCKED


class CrmServiceOrder(models.Model):
    """Parts of an order: reserved on, and issued by, an RW.

    Technicians hold no stock rights. Each method checks the rights on the
    order first and then does just its own work with ``sudo()``.
    """

    _inherit = "crm.service.order"

    picking_ids = fields.One2many(
        "stock.picking", "service_order_id", string="Warehouse Documents", groups="stock.group_stock_user")
    picking_count = fields.Integer(compute="_compute_pickings", compute_sudo=True)
    picking_names = fields.Char(string="RW/ZW", compute="_compute_pickings", compute_sudo=True)
    has_open_rw = fields.Boolean(compute="_compute_pickings", compute_sudo=True)
    parts_to_issue = fields.Boolean(compute="_compute_parts_to_issue", store=True)
    total_cost = fields.Monetary(string="Cost of Parts", compute="_compute_total_cost", compute_sudo=True)
    amount_billable = fields.Monetary(string="To Bill", compute="_compute_amount_billable")
    issue_by = fields.Selection(related="type_id.issue_by")

    @api.depends("picking_ids.state")
    def _compute_pickings(self):
        for order in self:
            live = order.picking_ids.filtered(lambda picking: picking.state != "cancel")
            order.picking_count = len(live)
            order.picking_names = ", ".join(live.mapped("name"))
            order.has_open_rw = any(picking.state != "done" for picking in live)

    @api.depends("line_ids.needs_issue", "line_ids.quantity_issued", "line_ids.quantity_returned")
    def _compute_parts_to_issue(self):
        for order in self:
            order.parts_to_issue = any(order.line_ids.mapped("needs_issue"))

    @api.depends("line_ids.cost")
    def _compute_total_cost(self):
        for order in self:
            order.total_cost = sum(order.line_ids.mapped("cost"))

    @api.depends("line_ids.subtotal")
    def _compute_amount_billable(self):
        for order in self:
            order.amount_billable = sum(order.line_ids.mapped("subtotal"))

    # HELPERS

    def _get_open_rw(self):
        """Open RWs and ZWs of the orders (call with stock rights or sudo)."""
        return self.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))

    def _lock_order_rows(self):
        """Lock the orders' rows, blocking, before anything of their parts.

        Whoever waits here and finds the row changed gets a serialization
        failure, which Odoo answers by running the request again.
        """
        # writing the row makes the second of two overlapping transactions fail and retry
        self.env.execute_query(SQL(
            """UPDATE crm_service_order SET write_date = crm_service_order.write_date
                 FROM (SELECT id FROM crm_service_order WHERE id IN %s ORDER BY id FOR NO KEY UPDATE) locked
                WHERE crm_service_order.id = locked.id RETURNING locked.id""",
            tuple(self.ids)))

    def _check_can_issue(self):
        for order in self:
            if order.state not in OPEN_STATES:
                raise UserError(self.env._(
                    "Order %(order)s is closed; no parts can be issued to it. Reopen it first.", order=order.name))

    def _get_lines_to_issue(self):
        return self.line_ids.filtered("needs_issue")

    def _get_issued_lines(self):
        """Lines whose parts were issued and did not all come back."""
        return self.line_ids.filtered(lambda line: line.quantity_issued > line.quantity_returned)

    # ACTIONS

    def action_reserve_parts(self):
        """Put what is still to issue on an open RW and reserve it.

        :param self: any number of open orders
        :raises UserError: the order is closed or has nothing to issue
        :return: True
        """
        self.check_access("write")
        self._check_can_issue()
        self._lock_order_rows()
        for order in self:
            if not order._get_lines_to_issue():
                raise UserError(self.env._("Order %(order)s has no parts to issue.", order=order.name))
            order.sudo()._prepare_open_rw()
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
        self.check_access("write")
        self._check_can_issue()
        self._lock_order_rows()
        is_keeper = self.env.user.has_group("stock.group_stock_user")
        for order in self:
            lines = order._get_lines_to_issue()
            if not lines:
                raise UserError(self.env._(
                    "Order %(order)s has no parts to issue: everything planned has been issued.", order=order.name))
            if order.type_id.issue_by == "warehouse" and not is_keeper:
                order.sudo()._prepare_open_rw()
                order.message_post(body=self.env._("Parts requested from the warehouse."))
                continue
            lines._check_lots()
            picking = order.sudo()._prepare_open_rw()
            shortages = order.sudo()._get_shortages(picking)
            if shortages:
                raise UserError(order._format_shortages(shortages))
            order.sudo()._issue_picking(picking)
        return True

    def action_issue_parts_screen(self):
        """The form's button: issue, or offer to issue what is there."""
        self.ensure_one()
        self.check_access("write")
        if self.issue_by == "warehouse" and not self.env.user.has_group("stock.group_stock_user"):
            self.action_issue_parts()
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "success",
                    "message": self.env._("The parts are reserved and wait for the warehouse keeper."),
                    "next": {"type": "ir.actions.client", "tag": "soft_reload"},
                },
            }
        shortages = self.sudo()._get_free_shortages()
        if not shortages:
            self.action_issue_parts()
            return True
        wizard = self.env["crm.service.issue.wizard"].create({
            "order_id": self.id,
            "line_ids": [
                fields.Command.create({"product_id": product.id, "needed": needed, "free": free})
                for product, needed, free in shortages],
        })
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Not enough in stock"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _issue_available(self):
        """Issue what is there; the rest stays reserved for on an open RW.

        :return: the issued RW
        :raises UserError: nothing is there
        """
        self.ensure_one()
        self.check_access("write")
        self._check_can_issue()
        self._lock_order_rows()
        self._get_lines_to_issue()._check_lots()
        order = self.sudo()
        picking = order._prepare_open_rw()
        if not any(picking.move_ids.mapped("quantity")):
            raise UserError(order._format_shortages(order._get_shortages(picking)))
        order._issue_picking(picking)
        return picking

    # THE RW (with sudo, after the check on the order)

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
            "product_uom": line.uom_id.id,
            "product_uom_qty": quantity,
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

    def _prepare_open_rw(self):
        """The order's open RW, holding and reserving just what is to issue."""
        self.ensure_one()
        self = self.with_company(self.company_id)
        picking_type = self.type_id._get_rw_picking_type()
        lines = self._get_lines_to_issue()
        rw = self.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel") and picking.service_document == "rw")
        planned = defaultdict(float)
        for move in rw.move_ids.filtered(lambda move: move.state not in ("done", "cancel")):
            planned[move.service_line_id] += move.product_uom._compute_quantity(
                move.product_uom_qty, move.service_line_id.uom_id or move.product_uom)
        Picking = self.env["stock.picking"].with_context(mail_create_nosubscribe=True)
        picking = rw[:1] or Picking.create(self._prepare_rw_vals(picking_type)).with_env(self.env)
        vals_list = []
        for line in lines:
            missing = line.quantity_to_issue - planned.pop(line, 0.0)
            compared = line.uom_id.compare(missing, 0.0)
            if compared > 0:
                vals_list.append(self._prepare_rw_move_vals(line, picking, missing))
            elif compared < 0:
                line._follow_open_rw()
        # what nobody plans any more leaves the RW
        for line in planned:
            if line:
                line.move_ids._cancel_service_moves()
        self.env["stock.move"].create(vals_list)
        picking.move_ids._lock_source_quants()
        picking.action_confirm()
        open_moves = picking.move_ids.filtered(
            lambda move: move.state in ("confirmed", "waiting", "partially_available"))
        if open_moves:
            open_moves._action_assign()
        return picking

    def _get_shortages(self, picking):
        """What an open RW could not reserve: [(product, needed, free)], in the
        product's unit."""
        shortages = defaultdict(lambda: [0.0, 0.0])
        for move in picking.move_ids.filtered(lambda move: move.state not in ("done", "cancel")):
            if move.product_id.is_storable:
                unit = move.product_id.uom_id
                shortages[move.product_id][0] += move.product_uom._compute_quantity(move.product_uom_qty, unit)
                shortages[move.product_id][1] += move.product_uom._compute_quantity(move.quantity, unit)
        return [
            (product, need, have) for product, (need, have) in shortages.items()
            if product.uom_id.compare(have, need) < 0]

    def _get_free_shortages(self):
        """Products of which less is free than the order needs, reserving
        nothing: [(product, needed, free)], in the product's unit."""
        self.ensure_one()
        location = self.type_id._get_rw_picking_type().default_location_src_id
        needed = defaultdict(float)
        for line in self._get_lines_to_issue().filtered("product_id.is_storable"):
            needed[line.product_id, line.lot_id] += line.uom_id._compute_quantity(
                line.quantity_to_issue, line.product_id.uom_id)
        reserved = defaultdict(float)
        for move in self._get_open_rw().move_ids:
            reserved[move.product_id, move.service_line_id.lot_id] += move.product_uom._compute_quantity(
                move.quantity, move.product_id.uom_id)
        Quant = self.env["stock.quant"]
        shortages = []
        for (product, lot), need in needed.items():
            free = Quant._get_available_quantity(product, location, lot_id=lot or None) + reserved[product, lot]
            if product.uom_id.compare(free, need) < 0:
                shortages.append((product, need, max(free, 0.0)))
        return shortages

    def _format_shortages(self, shortages):
        rows = "\n".join(
            self.env._(
                "• %(product)s: %(needed)g %(uom)s needed, %(free)g free",
                product=product.display_name, needed=needed, free=free, uom=product.uom_id.name)
            for product, needed, free in shortages)
        return self.env._(
            "Order %(order)s: not enough in stock, nothing was issued.\n%(rows)s", order=self.name, rows=rows)

    def _issue_picking(self, picking):
        """Validate an RW; what it could not reserve stays on a backorder."""
        picking.move_ids.filtered(lambda move: move.state not in ("done", "cancel")).picked = True
        # not button_validate: it may answer with a wizard, and sends SMS;
        # the quants were locked when the RW was reserved
        picking.with_context(service_quants_locked=QUANTS_LOCKED)._action_done()
        return picking

    def _cancel_open_rw(self):
        """Cancel the orders' open RWs, with the orders' rights checked; parts on
        their way back stay on their ZW."""
        self.sudo()._get_open_rw().filtered(lambda picking: picking.service_document == "rw").action_cancel()

    def action_view_pickings(self):
        """RWs and ZWs of the orders, for stock users."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_enova_like.action_rw")
        action["domain"] = [("service_order_id", "in", self.ids)]
        action["context"] = {}
        return action

    def action_print_rw(self):
        """Print the orders' RWs and ZWs; technicians print them here."""
        self.check_access("read")
        # the report itself checks the right on the order
        pickings = self.sudo().picking_ids.filtered(lambda picking: picking.state != "cancel")
        if not pickings:
            raise UserError(self.env._("There is no RW for %(order)s yet.", order=self[:1].name))
        return self.env.ref("crm_enova_like.action_report_rw_document").report_action(pickings.ids, config=False)
