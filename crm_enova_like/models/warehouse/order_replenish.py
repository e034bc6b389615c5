import contextlib
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.stock.models.stock_rule import ProcurementException

from ..common.actions import notify
from ..common.formats import format_quantity


class CrmServiceOrder(models.Model):
    """Parts that the warehouse does not have are asked for by core's procurement."""

    _inherit = "crm.service.order"

    has_missing_parts = fields.Boolean(compute="_compute_has_missing_parts", compute_sudo=True)

    @api.depends("line_ids.needs_issue", "line_ids.quantity_to_issue", "line_ids.quantity_requested",
                 "line_ids.product_id", "type_id", "is_open")
    def _compute_has_missing_parts(self):
        for order in self:
            order.has_missing_parts = False
            if order.parts_to_issue and order.is_open and not order._has_plainly_enough():
                # without a warehouse the button that issues says what to do
                with contextlib.suppress(UserError):
                    order.has_missing_parts = bool(order._get_parts_to_order())

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
        order = self._lock_for_parts().with_company(self.company_id)
        missing = order._get_parts_to_order()
        if not missing:
            raise UserError(order._explain_nothing_missing())
        ordered, left = order._order_parts(missing)
        messages = []
        if ordered:
            messages.append(self.env._(
                "Ordered: %(parts)s (%(documents)s).",
                parts=", ".join(
                    f"{product.display_name} × {format_quantity(self.env, quantity)}"
                    for product, quantity in ordered.items()),
                documents=", ".join(order._get_service_reference()._get_document_names()) or "–"))
        if left:
            messages.append(self.env._(
                "No route brings %(parts)s: the warehouse keeper sees it among the parts needed.",
                parts=", ".join(product.display_name for product in left)))
        message = "\n".join(messages)
        self.message_post(body=message)
        return notify(message, "warning" if left else "success")

    # WHAT IS MISSING, AND HOW IT IS BROUGHT (with stock rights)

    def _has_plainly_enough(self):
        """Whether the shelf has all that one order is to issue, where one statement tells; False where it has to be
        counted: some of it is reserved for the order already, a lot was chosen, or a part is a kit."""
        self.ensure_one()
        needed = defaultdict(float)
        for line in self._get_lines_to_issue().filtered("product_id.is_storable"):
            if line.lot_id:
                return False
            needed[line.product_id] += line._get_to_issue()
        products = self.env["product.product"].union(*needed)
        if any(product._is_service_kit() for product in products):
            return False
        shelves = self.type_id._get_free_parts(products)
        return all(product.uom_id.compare(shelves[product].at_source, need) >= 0 for product, need in needed.items())

    def _get_parts_to_order(self):
        """What one order needs and neither the shelf has nor anybody asked for: {product: quantity in its unit}."""
        self.ensure_one()
        missing = defaultdict(float)
        for product, needed, free in self._get_free_shortages():
            missing[product] += needed - free
        for line in self._get_lines_to_issue().filtered("quantity_requested"):
            if line.product_id in missing:
                missing[line.product_id] -= line._to_product_unit(line.quantity_requested)
        return {
            product: quantity for product, quantity in missing.items()
            if product.uom_id.compare(quantity, 0.0) > 0}

    def _explain_nothing_missing(self):
        requested = self._get_lines_to_issue().filtered("quantity_requested")
        if not requested:
            return self.env._(
                "Order %(order)s: the warehouse has all the parts that are to be issued.", order=self.name)
        return self.env._(
            "Order %(order)s: everything that is missing has been ordered already: %(parts)s.",
            order=self.name, parts=", ".join(
                f"{line.product_id.display_name} × {format_quantity(self.env, line.quantity_requested)}"
                for line in requested))

    def _order_parts(self, missing):
        """Have parts brought, and note on the lines what was asked for.

        :param missing: {product: quantity in its unit}
        :return: (what was asked for, {product: quantity}; products that no rule brings)
        """
        warehouse, lines = self.type_id._get_warehouse(), self._get_lines_to_issue()
        ordered, left = {}, []
        for product, quantity in missing.items():
            if self._procure(product, quantity, warehouse):
                ordered[product] = quantity
                lines.filtered(lambda line, product=product: line.product_id == product)._add_requested(
                    product, quantity)
            else:
                left.append(product)
        return ordered, left

    def _get_service_reference(self):
        """The reference that names the order on core's documents."""
        self.ensure_one()
        Reference = self.env["stock.reference"]
        return Reference.search([("service_order_id", "=", self.id)], limit=1) or Reference.create(
            {"name": self.name, "service_order_id": self.id})

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
