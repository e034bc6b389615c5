from datetime import timedelta

from odoo import fields, models

from ..common.actions import open_dialog


class CrmServiceInspection(models.Model):
    """Between planned and ordered somebody phones, for all that is due at a place."""

    _inherit = "crm.service.inspection"

    visit_failed_count = fields.Integer(
        string="Failed Visits", readonly=True, copy=False, help="How often nobody was found.")

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
        return open_dialog(
            self.env, "crm.service.inspection.visit.wizard", names[mode],
            {"default_mode": mode, "inspection_ids": self.ids})

    def _note_failed_visit(self, message):
        """Note in the inspections' history that nobody was found."""
        # sudo: the visit is a fact of the inspection, whoever was there
        for inspection in self.sudo():
            inspection.message_post(body=message)
        for count, inspections in self.grouped("visit_failed_count").items():
            inspections._write_facts({"visit_failed_count": count + 1})
