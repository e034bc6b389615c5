from odoo import api, fields, models

from ..common.kept import keep
from ..common.readable import STAFF

# kept: {id of a product: the unit that core gives it in this transaction}
CORRECTED_UNITS = "crm_enova_like.corrected_units"


class ProductProduct(models.Model):
    _inherit = "product.product"

    service_free_qty = fields.Float(
        string="Free for the Order", digits="Product Unit", compute="_compute_service_free_qty", compute_sudo=True,
        groups=STAFF,
        help="Free quantity in the warehouse that the catalogue was opened for.")

    def _compute_display_name(self):
        # most products have no variants, which each of them says itself; core asks a table for the values of each
        plain = self.sudo().filtered(lambda product: product.id and not product.combination_indices)
        plain._fields["product_template_attribute_value_ids"]._insert_cache(plain, [()] * len(plain))
        return super()._compute_display_name()

    def _in_service_stock(self, warehouse):
        """The products as a warehouse has them for a repair: without what others own of them."""
        return self.with_context(warehouse_id=warehouse.id, owners=[])

    @api.depends_context("service_warehouse_id")
    def _compute_service_free_qty(self):
        # technicians hold no stock rights: one warehouse of theirs, nothing else of the stock
        warehouse = self.env["stock.warehouse"].browse(self.env.context.get("service_warehouse_id") or [])
        # as superuser the companies of the context are not checked
        if not warehouse or warehouse.company_id not in self.env.companies & self.env.user.company_ids:
            self.service_free_qty = 0.0
            return
        for product, here in zip(self, self._in_service_stock(warehouse), strict=True):
            product.service_free_qty = here.free_qty

    def _update_uom(self, to_uom_id):
        """Core corrects the unit of products, whose numbers stay; our lines and documents follow."""
        self.env["crm.service.order.line"]._relabel_unit(self, self.env["uom.uom"].browse(to_uom_id))
        # what core writes next is a change like any other
        with keep(self.env, CORRECTED_UNITS, dict.fromkeys(self.ids, to_uom_id)):
            return super()._update_uom(to_uom_id)

    @api.model
    def _may_be_kits(self):
        """Whether there are kits at all: mrp is installed."""
        return "is_kits" in self._fields

    def _is_service_kit(self):
        """Whether one product is issued as its components (a kit of mrp, where that is installed)."""
        self.ensure_one()
        return self._may_be_kits() and self.is_kits
