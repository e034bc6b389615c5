from odoo import api, fields, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    service_free_qty = fields.Float(
        string="Free for the Order", digits="Product Unit", compute="_compute_service_free_qty", compute_sudo=True,
        groups="crm_enova_like.group_technician",
        help="Free quantity in the warehouse that the catalogue was opened for.")

    @api.depends_context("service_warehouse_id")
    def _compute_service_free_qty(self):
        # technicians hold no stock rights: one warehouse of theirs, nothing else of the stock
        warehouse = self.env["stock.warehouse"].browse(self.env.context.get("service_warehouse_id") or [])
        if not warehouse or warehouse.company_id not in self.env.companies:
            self.service_free_qty = 0.0
            return
        for product, here in zip(self, self.with_context(warehouse_id=warehouse.id), strict=True):
            product.service_free_qty = here.free_qty
