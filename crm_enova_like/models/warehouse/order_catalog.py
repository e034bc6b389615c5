from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..common.formats import format_quantity


class CrmServiceOrder(models.Model):
    """Parts are added to an order from core's product catalogue."""

    _name = "crm.service.order"
    _inherit = ["crm.service.order", "product.catalog.mixin"]

    def action_add_from_catalog(self):
        """Core's catalogue of products, with what is free for the order.

        :raises AccessError: the order is not the user's
        :raises UserError: the order is closed
        """
        self.ensure_one()
        self.check_access("write")
        self._check_open()
        action = super().action_add_from_catalog()
        view = self.env.ref("crm_enova_like.view_product_kanban_catalog_service")
        action["views"] = [(view.id, "kanban"), (False, "form")]
        return action

    def _get_action_add_from_catalog_extra_context(self):
        lines = self.env["crm.service.order.line"]
        return {
            **super()._get_action_add_from_catalog_extra_context(),
            "order_id": self.id,
            "precision": self.env["decimal.precision"].precision_get("Product Unit"),
            "product_catalog_currency_id": self.currency_id.id,
            "product_catalog_digits": lines._fields["price_unit"].get_digits(self.env),
            "service_warehouse_id": self.type_id._get_warehouse().id,
        }

    def _get_product_catalog_domain(self):
        return super()._get_product_catalog_domain() & Domain("type", "=", "consu")

    def _get_product_catalog_record_lines(self, product_ids, **kwargs):
        lines = defaultdict(lambda: self.env["crm.service.order.line"])
        for line in self._get_parts():
            if line.product_id.id in product_ids:
                lines[line.product_id] |= line
        return lines

    def _get_product_catalog_order_data(self, products, **kwargs):
        data = super()._get_product_catalog_order_data(products, **kwargs)
        for product in products:
            data[product.id]["price"] = product.lst_price
        return data

    def _is_readonly(self):
        self.ensure_one()
        return not self.is_open

    def _update_order_line_info(self, product_id, quantity, **kwargs):
        """Plan so much of a product on the order (core's catalogue).

        :raises UserError: the order is closed, or less is planned than was issued
        :return: the price of a unit
        """
        self.ensure_one()
        self.check_access("write")
        self._check_open()
        product = self.env["product.product"].browse(product_id)
        lines = self._get_parts().filtered(lambda line: line.product_id == product)
        if not lines:
            if quantity > 0:
                lines = lines.create({
                    "order_id": self.id, "kind": "part", "product_id": product_id, "quantity": quantity})
            return lines.price_unit if lines else product.lst_price
        price = lines[0].price_unit
        lines._plan_together(quantity)
        return price


class CrmServiceOrderLine(models.Model):
    """The rows of one product, as the catalogue shows and changes them."""

    _inherit = "crm.service.order.line"

    def action_add_from_catalog(self):
        """The list's button: parts from the catalogue."""
        order = self.env["crm.service.order"].browse(self.env.context.get("order_id"))
        return order.action_add_from_catalog()

    def _get_product_catalog_lines_data(self, parent_record=False, **kwargs):
        if not self:
            return {"quantity": 0.0, "readOnly": False}
        return {
            "quantity": sum(self.mapped("quantity")),
            "price": self[0].price_unit,
            "readOnly": bool(parent_record) and parent_record._is_readonly(),
            "uomDisplayName": self[0].uom_id.display_name,
        }

    def _plan_together(self, quantity):
        """Plan so much on the lines of one product of one order; the last line changes first.

        :raises UserError: more was issued
        """
        product, change = self.product_id, quantity - sum(self.mapped("quantity"))
        for line in self.sorted("id", reverse=True):
            if change >= 0:
                line.quantity += change
                return
            # what was issued stays on its line
            step = min(-change, max(line.quantity - line._get_used_quantity(), 0.0))
            change += step
            if line.quantity - step or line._filter_touched():
                line.quantity -= step
            else:
                line.unlink()
            if not change:
                return
        if change < 0:
            raise UserError(self.env._(
                "%(product)s: %(issued)s are issued already. Return them instead of removing them.",
                product=product.display_name, issued=format_quantity(self.env, quantity - change)))
