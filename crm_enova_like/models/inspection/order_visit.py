from odoo import api, fields, models

from ..common.actions import open_dialog


class CrmServiceOrder(models.Model):
    """What else is due at an order's place."""

    _inherit = "crm.service.order"

    nearby_inspection_count = fields.Integer(compute="_compute_nearby_inspection_count")

    @api.depends("partner_id", "address_id", "is_open")
    def _compute_nearby_inspection_count(self):
        Inspection = self.env["crm.service.inspection"]
        self.nearby_inspection_count = 0
        saved = self.filtered(lambda order: (
            order.partner_id and order.is_open and isinstance(order.id, int)))
        if not saved or not Inspection.search_count(
                [("partner_id", "in", saved.partner_id.ids), ("state", "=", "planned")], limit=1):
            # most contractors have none, and what is due by now need not be found out
            return
        for company, orders in saved.grouped("company_id").items():
            counts = Inspection._read_group(
                Inspection._get_nearby_domain(company, orders.partner_id, orders.address_id),
                ["partner_id", "address_id"], ["__count"])
            for order in orders:
                order.nearby_inspection_count = sum(
                    count for partner, address, count in counts
                    if partner == order.partner_id and order._is_at_place(address))

    def _is_at_place(self, address):
        """Whether a device's address is one order's; the contractor's own is
        often left empty on the device."""
        self.ensure_one()
        return address == self.address_id or (not address and self.address_id == self.partner_id)

    def _get_nearby_inspections(self):
        """Planned inspections due at one order's place."""
        self.ensure_one()
        Inspection = self.env["crm.service.inspection"]
        return Inspection.search(Inspection._get_nearby_domain(
            self.company_id, self.partner_id, self.address_id)).filtered(
                lambda inspection: self._is_at_place(inspection.address_id))

    def action_add_inspections(self):
        """Offer the other inspections due at the order's address, to take them along."""
        self.ensure_one()
        nearby = self._get_nearby_inspections()
        return open_dialog(
            self.env, "crm.service.inspection.visit.wizard", self.env._("Inspections due at this address"),
            {"default_mode": "order", "default_order_id": self.id, "inspection_ids": nearby.ids})
