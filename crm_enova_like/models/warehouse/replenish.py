import contextlib
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.stock.models.stock_rule import ProcurementException

from ..order.stage import OPEN_STATES


class CrmServiceOrderLine(models.Model):
    """A part that the warehouse does not have is asked for by core's procurement."""

    _inherit = "crm.service.order.line"

    quantity_requested = fields.Float(
        string="On Order", digits="Product Unit", copy=False, readonly=True,
        help="Asked for by replenishment and not arrived yet, in the line's unit.")

    def _add_requested(self, product, quantity):
        """Share what was asked for among the lines that wait for a product, the
        most urgent order first.

        :param quantity: in the product's unit
        """
        for line in self._sort_by_urgency():
            missing = line.uom_id._compute_quantity(
                line.quantity_to_issue - line.quantity_requested, product.uom_id)
            share = min(max(missing, 0.0), quantity)
            if product.uom_id.compare(share, 0.0) > 0:
                line.quantity_requested += product.uom_id._compute_quantity(share, line.uom_id)
                quantity -= share

    def _take_arrived(self, product, quantity):
        """Lower what the lines still wait for by what arrived."""
        for line in self.filtered("quantity_requested"):
            waiting = line.uom_id._compute_quantity(line.quantity_requested, product.uom_id)
            share = min(waiting, quantity)
            line.quantity_requested = line.uom_id.round(
                product.uom_id._compute_quantity(waiting - share, line.uom_id))
            quantity -= share

    def _sort_by_urgency(self):
        return self.sorted(lambda line: (
            -int(line.order_id.priority or 0), line.order_id.date_deadline or fields.Date.to_date("9999-12-31"),
            line.id))


class CrmServiceOrder(models.Model):
    _inherit = "crm.service.order"

    has_missing_parts = fields.Boolean(compute="_compute_has_missing_parts", compute_sudo=True)

    @api.depends("line_ids.needs_issue", "line_ids.quantity_to_issue", "line_ids.quantity_requested",
                 "line_ids.product_id", "type_id")
    def _compute_has_missing_parts(self):
        for order in self:
            order.has_missing_parts = False
            if order.parts_to_issue and order.state in OPEN_STATES:
                # without a warehouse the button that issues says what to do
                with contextlib.suppress(UserError):
                    order.has_missing_parts = bool(order._get_parts_to_order())

    def _get_service_reference(self):
        """The reference that names the order on core's documents."""
        self.ensure_one()
        Reference = self.env["stock.reference"]
        return Reference.search([("service_order_id", "=", self.id)], limit=1) or Reference.create(
            {"name": self.name, "service_order_id": self.id})

    def _get_parts_to_order(self):
        """What the order needs and neither the shelf has nor anybody asked for:
        {product: quantity in its unit} (with sudo)."""
        self.ensure_one()
        missing = defaultdict(float)
        for product, needed, free in self._get_free_shortages():
            missing[product] += needed - free
        for line in self._get_lines_to_issue().filtered("quantity_requested"):
            if line.product_id in missing:
                missing[line.product_id] -= line.uom_id._compute_quantity(
                    line.quantity_requested, line.product_id.uom_id)
        return {
            product: quantity for product, quantity in missing.items()
            if product.uom_id.compare(quantity, 0.0) > 0}

    def action_order_missing_parts(self):
        """Ask for the parts that the warehouse does not have, by core's
        procurement: a transfer from another warehouse, or a request for
        quotation where the routes say so (purchase_stock).

        What no rule can bring is left to the keeper, who sees it as a shortage
        in *Parts needed*. The documents name the order, and what arrives raises
        an activity on it.

        :param self: one open order
        :raises UserError: nothing is missing, or everything was asked for already
        :return: a notice for the screen
        """
        self.ensure_one()
        self.check_access("write")
        self._check_can_issue()
        self._lock_order_rows()
        # technicians hold no stock rights; their own order's parts are asked for, nothing else
        order = self.sudo().with_company(self.company_id)
        missing = order._get_parts_to_order()
        if not missing:
            requested = order._get_lines_to_issue().filtered("quantity_requested")
            if requested:
                raise UserError(self.env._(
                    "Order %(order)s: everything that is missing has been ordered already: %(parts)s.",
                    order=self.name, parts=", ".join(
                        f"{line.product_id.display_name} × {line.quantity_requested:g}" for line in requested)))
            raise UserError(self.env._(
                "Order %(order)s: the warehouse has all the parts that are to be issued.", order=self.name))
        warehouse = order.type_id._get_warehouse()
        ordered, left = {}, []
        for product, quantity in missing.items():
            if order._procure(product, quantity, warehouse):
                ordered[product] = quantity
                order._get_lines_to_issue().filtered(
                    lambda line, product=product: line.product_id == product)._add_requested(product, quantity)
            else:
                left.append(product)
        messages = []
        if ordered:
            documents = order._get_service_reference()._get_document_names()
            messages.append(self.env._(
                "Ordered: %(parts)s (%(documents)s).",
                parts=", ".join(f"{product.display_name} × {quantity:g}" for product, quantity in ordered.items()),
                documents=", ".join(documents) or "–"))
        if left:
            messages.append(self.env._(
                "No route brings %(parts)s: the warehouse keeper sees it among the parts needed.",
                parts=", ".join(product.display_name for product in left)))
        message = "\n".join(messages)
        self.message_post(body=message)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _prepare_procurement_values(self, warehouse):
        self.ensure_one()
        return {
            "warehouse_id": warehouse,
            "company_id": self.company_id,
            "date_planned": fields.Datetime.now(),
            "reference_ids": self._get_service_reference(),
            "force_uom": True,
        }

    def _procure(self, product, quantity, warehouse):
        """Have core's rules bring a product to the warehouse.

        :return: False where no rule can
        """
        Rule = self.env["stock.rule"]
        location = self.type_id._get_rw_picking_type().default_location_src_id or warehouse.lot_stock_id
        values = self._prepare_procurement_values(warehouse)
        if not Rule._get_rule(product, location, values):
            return False
        try:
            with self.env.cr.savepoint():
                # from_orderpoint: a product without a vendor is refused, not left out silently
                Rule.with_context(from_orderpoint=True).run([Rule.Procurement(
                    product, quantity, product.uom_id, location, self.name, self.name, self.company_id, values)],
                    raise_user_error=False)
        except ProcurementException:
            return False
        return True

    @api.model
    def _get_waiting_lines(self, products, companies):
        """Lines of open orders that wait for products to arrive: in a stage
        that waits for parts, or asked for by replenishment."""
        return self.env["crm.service.order.line"].search([
            ("needs_issue", "=", True), ("product_id", "in", products.ids), ("company_id", "in", companies.ids),
            ("order_id.state", "in", OPEN_STATES),
            "|", ("order_id.stage_id.wait_for", "=", "parts"), ("quantity_requested", ">", 0)])
