from odoo import api, models


class StockPicking(models.Model):
    """RW and ZW link themselves to their order."""

    _name = "stock.picking"
    _inherit = ["stock.picking", "crm.linkable.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        pickings = super().create(vals_list)
        issued = pickings.filtered("service_order_id")
        if issued:
            # sudo: whoever issues need not write links; the rights were checked where the document was made
            self.env["crm.document.link"].sudo().create([
                {"order_id": picking.service_order_id.id, "res_model": self._name, "res_id": picking.id,
                 "role": "cost", "is_automatic": True} for picking in issued])
        return pickings
