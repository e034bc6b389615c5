from odoo import fields, models


class ProductReplenish(models.TransientModel):
    _inherit = "product.replenish"

    service_demand = fields.Boolean(help="Replenishes parts that service orders wait for.")

    def _get_service_lines(self):
        """What waits for the product (with sudo: the keeper has no rights on orders)."""
        self.ensure_one()
        if not self.service_demand:
            return self.env["crm.service.order.line"]
        demand = self.env["crm.service.part.demand"].sudo().search([
            ("product_id", "=", self.product_id.id), ("warehouse_id", "=", self.warehouse_id.id)])
        return demand._get_lines()

    def _prepare_run_values(self):
        values = super()._prepare_run_values()
        orders = self._get_service_lines()._sort_by_urgency().order_id
        if orders:
            references = self.env["stock.reference"].sudo()
            for order in orders:
                references |= order._get_service_reference()
            values.update(reference_ids=references.sudo(False), service_origin=", ".join(orders.mapped("name")))
        return values

    def launch_replenishment(self):
        result = super().launch_replenishment()
        self._get_service_lines()._add_requested(
            self.product_id, self.product_uom_id._compute_quantity(self.quantity, self.product_id.uom_id))
        return result
