from datetime import timedelta

from odoo import api, fields, models

from ..order.stage import OPEN_STATES


class CrmServiceInspection(models.Model):
    """Between planned and ordered somebody phones, for all that is due at a place."""

    _inherit = "crm.service.inspection"

    def _get_nearby_domain(self, company, partners, addresses):
        return [
            ("state", "=", "planned"), ("company_id", "=", company.id), ("regime_id.performed_by", "=", "us"),
            ("partner_id", "in", partners.ids), ("address_id", "in", [*addresses.ids, False]),
            ("planned_date", "<=", company._service_today() + timedelta(days=company.inspection_nearby_days)),
            *self._get_in_use_domain(),
        ]

    def _get_nearby(self):
        """Other inspections of ours due at the same contractors' same places
        within the company's number of days."""
        found = self.browse()
        for company, inspections in self.grouped("company_id").items():
            places = {(inspection.partner_id, inspection.address_id) for inspection in inspections}
            found |= self.search(self._get_nearby_domain(
                company, inspections.partner_id, inspections.address_id)).filtered(
                    lambda other, places=places: (other.partner_id, other.address_id) in places)
        return found - self

    def action_arrange(self):
        """Note the date agreed on the phone, for any number of inspections of a contractor."""
        return self._open_visit("arrange")

    def action_open_order(self):
        """Choose what comes into the orders; one alone becomes an order at once."""
        nearby = self._get_nearby()
        if len(self) == 1 and not nearby:
            return self.action_create_order()
        return self._open_visit("order")

    def _open_visit(self, mode):
        self._check_state("planned")
        names = {"arrange": self.env._("Arrange a visit"), "order": self.env._("Create orders")}
        return {
            "type": "ir.actions.act_window", "name": names[mode],
            "res_model": "crm.service.inspection.visit.wizard",
            "view_mode": "form", "views": [(False, "form")], "target": "new",
            "context": {"default_mode": mode, "inspection_ids": self.ids},
        }


class CrmServiceOrder(models.Model):
    _inherit = "crm.service.order"

    nearby_inspection_count = fields.Integer(compute="_compute_nearby_inspection_count")

    @api.depends("partner_id", "address_id", "state")
    def _compute_nearby_inspection_count(self):
        Inspection = self.env["crm.service.inspection"]
        self.nearby_inspection_count = 0
        saved = self.filtered(lambda order: (
            order.partner_id and order.state in OPEN_STATES and isinstance(order.id, int)))
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
        return {
            "type": "ir.actions.act_window", "name": self.env._("Inspections due at this address"),
            "res_model": "crm.service.inspection.visit.wizard",
            "view_mode": "form", "views": [(False, "form")], "target": "new",
            "context": {"default_mode": "order", "default_order_id": self.id, "inspection_ids": nearby.ids},
        }
