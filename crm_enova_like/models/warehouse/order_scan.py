from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..order.stage import OPEN_STATES


class CrmServiceOrder(models.Model):
    """Parts are added by their barcode, or from core's product catalogue."""

    _name = "crm.service.order"
    _inherit = ["crm.service.order", "crm.service.scan.mixin", "product.catalog.mixin"]

    # BY BARCODE

    def action_scan(self, code, confirmed=False):
        """Add the part with a code to an order.

        :param self: one open order
        :param code: barcode, internal reference, lot or serial number
        :param confirmed: the user has said that one more of it is wanted
        :return: dict for the screen: ``type`` and ``message``, or ``confirm``
            with a question, to be answered by calling again with ``confirmed``
        :raises UserError: the code is of no part, or a serial number is on the order
        """
        self.ensure_one()
        self.check_access("write")
        self._check_can_issue()
        code, products, lots = self._scan_find(code, self.company_id)
        product = products or lots.product_id
        self._scan_check_one(code, product)
        lot = lots.filtered(lambda lot: lot.product_id == product)[:1] if not products else lots.browse()
        if product.type != "consu":
            raise UserError(self.env._(
                "“%(code)s” is %(product)s, a service. Add it as labour.", code=code, product=product.display_name))
        product = product.sudo(False)
        lines = self.line_ids.filtered(
            lambda line: line.kind == "part" and line.supply == "rw" and line.product_id == product)
        if lot:
            # the lot is compared for a technician who holds no stock rights
            same = lines.filtered(lambda line: line.sudo().lot_id == lot)
            if same and product.tracking == "serial":
                raise UserError(self.env._(
                    "Serial number %(lot)s of %(product)s is on order %(order)s already.",
                    lot=lot.name, product=product.display_name, order=self.name))
            waiting = lines.filtered(lambda line: not line.sudo().lot_id and not line.quantity_issued)
            lines = same
            if not same and waiting:
                waiting[0].lot_name = lot.name
                return self._scan_answer(waiting[0], self.env._("its number is %(lot)s", lot=lot.name))
        if lines and not confirmed:
            return {"confirm": self.env._(
                "%(product)s is on the order already: %(planned)g planned, %(issued)g issued. Add one more?",
                product=product.display_name, planned=sum(lines.mapped("quantity")),
                issued=sum(lines.mapped("quantity_issued")))}
        if lines and (lot or product.tracking != "serial"):
            lines[-1].quantity += 1
            return self._scan_answer(lines[-1], self.env._("one more added"))
        line = self.env["crm.service.order.line"].create({
            "order_id": self.id, "kind": "part", "product_id": product.id, "quantity": 1.0,
            **({"lot_name": lot.name} if lot else {})})
        return self._scan_answer(line, self.env._("added"))

    def _scan_answer(self, line, what):
        values = {"product": line.product_id.display_name, "what": what, "planned": line.quantity,
                  "uom": line.uom_id.name, "free": line.free_qty}
        if line.tracking != "none" and not line.lot_name:
            return {"type": "warning", "message": self.env._(
                "%(product)s: %(what)s. Scan its lot or serial number too.", **values)}
        if line.product_id.is_storable and line.uom_id.compare(line.free_qty, line.quantity_to_issue) < 0:
            return {"type": "warning", "message": self.env._(
                "%(product)s: %(what)s, but only %(free)g %(uom)s are free in the warehouse.", **values)}
        return {"type": "success", "message": self.env._(
            "%(product)s: %(what)s, %(planned)g %(uom)s planned.", **values)}

    # FROM THE CATALOGUE

    def action_add_from_catalog(self):
        """Core's catalogue of products, with what is free for the order.

        :raises AccessError: the order is not the user's
        :raises UserError: the order is closed
        """
        self.ensure_one()
        self.check_access("write")
        self._check_can_issue()
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
        for line in self._get_catalog_lines():
            if line.product_id.id in product_ids:
                lines[line.product_id] |= line
        return lines

    def _get_product_catalog_order_data(self, products, **kwargs):
        data = super()._get_product_catalog_order_data(products, **kwargs)
        for product in products:
            data[product.id]["price"] = product.lst_price
        return data

    def _get_catalog_lines(self):
        return self.line_ids.filtered(lambda line: line.kind == "part" and line.supply == "rw")

    def _is_readonly(self):
        self.ensure_one()
        return self.state not in OPEN_STATES

    def _update_order_line_info(self, product_id, quantity, **kwargs):
        """Plan so much of a product on the order (core's catalogue).

        :raises UserError: the order is closed, or less is planned than was issued
        :return: the price of a unit
        """
        self.ensure_one()
        self.check_access("write")
        self._check_can_issue()
        product = self.env["product.product"].browse(product_id)
        lines = self._get_catalog_lines().filtered(lambda line: line.product_id == product)
        if not lines:
            if quantity > 0:
                lines = lines.create({
                    "order_id": self.id, "kind": "part", "product_id": product_id, "quantity": quantity})
            return lines.price_unit if lines else product.lst_price
        price = lines[0].price_unit
        change = quantity - sum(lines.mapped("quantity"))
        for line in lines.sorted("id", reverse=True):
            if change >= 0:
                line.quantity += change
                break
            # what was issued stays on its line
            step = min(-change, max(line.quantity - line._get_used_quantity(), 0.0))
            change += step
            if line.quantity - step or line.quantity_issued:
                line.quantity -= step
            else:
                line.unlink()
            if not change:
                break
        if change < 0:
            raise UserError(self.env._(
                "%(product)s: %(issued)g are issued already. Return them instead of removing them.",
                product=product.display_name, issued=quantity - change))
        return price


class CrmServiceOrderLine(models.Model):
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
