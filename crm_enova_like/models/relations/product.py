from collections import defaultdict

from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _get_goods(self, quantity, company):
        """What leaves the stock where a quantity of one product is delivered, used or expensed.

        A kit of mrp is what it consists of, whether core tracks the kit itself or not.

        :param quantity: in the product's unit
        :return: {product: quantity in its unit}; nothing for a service
        """
        self.ensure_one()
        if self.type != "consu":
            return {}
        if "is_kits" not in self._fields:
            return {self: quantity}
        # sudo: whoever sells or bills need not read bills of materials
        bom = self.env["mrp.bom"].sudo()._bom_find(self, company_id=company.id, bom_type="phantom")[self]
        if not bom:
            return {self: quantity}
        goods = defaultdict(float)
        factor = self.uom_id._compute_quantity(abs(quantity), bom.product_uom_id, round=False) / bom.product_qty
        for row, data in bom.explode(self, factor)[1]:
            component = row.product_id.with_env(self.env)
            goods[component] += (-1 if quantity < 0 else 1) * row.product_uom_id._compute_quantity(
                data["qty"], component.uom_id, round=False)
        return goods
