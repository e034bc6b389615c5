from odoo import fields, models

from ..common.readable import STAFF


class ResPartner(models.Model):
    """A contractor's service orders."""

    _inherit = "res.partner"

    service_order_ids = fields.One2many(
        "crm.service.order", "partner_id", string="Service Orders", groups=STAFF)
    service_order_count = fields.Integer(compute="_compute_service_order_count")

    def _compute_service_order_count(self):
        counts = self._count_with_children("crm.service.order")
        for partner in self:
            partner.service_order_count = counts.get(partner._origin.id, 0)

    def action_view_service_orders(self):
        """Open the service orders of the contractor and of its contacts."""
        return self._open_with_children("crm_enova_like.action_crm_service_order")
