from odoo import models
from odoo.exceptions import UserError


class UomUom(models.Model):
    _inherit = "uom.uom"

    def write(self, vals):
        changing = {"factor", "relative_factor", "relative_uom_id"} & vals.keys()
        former = {unit: unit.factor for unit in self.with_context(active_test=False).search(
            [("id", "child_of", self.ids)])} if changing else {}
        result = super().write(vals)
        changed = self.browse(unit.id for unit, factor in former.items() if unit.factor != factor)
        changed._check_not_issued()
        if changed:
            self.env["crm.service.order.line"]._count_anew()
        return result

    def _check_not_issued(self):
        """Refuse to change what units contain where parts were issued in them. Core does so for what moves; parts of
        orders move in the unit of their product.

        :raises UserError: names an order and a part
        """
        if not self:
            return
        # sudo: whoever sets units up need not read orders, of which other companies may have some
        lines = self.env["crm.service.order.line"].sudo().with_context(active_test=False)
        for domain in (
                [("uom_id", "in", self.ids), ("product_id.uom_id", "not in", self.ids)],
                [("uom_id", "not in", self.ids), ("product_id.uom_id", "in", self.ids)]):
            line = lines.search([("quantity_issued", ">", 0), *domain], limit=1)
            if line:
                raise UserError(self.env._(
                    "Unit %(unit)s keeps what it contains: order %(order)s was issued %(part)s in it, and would have "
                    "another quantity. Archive the unit, and create a new one.",
                    unit=(line.uom_id & self or line.product_id.uom_id).name, order=line.order_id.name,
                    part=line.product_id.display_name))
