from odoo import fields, models


class StockReference(models.Model):
    _inherit = "stock.reference"

    # ties core's documents (transfers, requests for quotation) to the order that asked for them
    service_order_id = fields.Many2one(
        "crm.service.order", index="btree_not_null", ondelete="set null")

    def _get_document_names(self):
        """Names of the transfers and requests for quotation that name the order (with sudo)."""
        names = self.picking_ids.mapped("name")
        if "purchase_ids" in self._fields:
            names += self.purchase_ids.mapped("name")
        return names
