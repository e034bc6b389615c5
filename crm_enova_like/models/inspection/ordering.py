from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ..common.actions import open_records
from ..common.locks import lock_rows


class CrmServiceInspection(models.Model):
    """From inspection to order."""

    _inherit = "crm.service.inspection"

    def action_create_order(self, per_device=False):
        """Make one order per contractor and place from planned inspections,
        each tied to its order and device, with its checklist.

        :param per_device: one order for each device instead
        :raises UserError: an inspection is ordered or closed already, companies
            are mixed, or another body does the inspection
        :return: the action of the orders
        """
        self._lock_to_order()
        groups = self.grouped(lambda inspection: (
            inspection.partner_id, inspection.address_id,
            inspection.with_company(inspection.company_id).regime_id.order_type_id,
            per_device and inspection.device_id))
        orders = self.env["crm.service.order"].create([
            inspections._prepare_order_vals(partner, address, order_type)
            for (partner, address, order_type, _device), inspections in groups.items()])
        for order, inspections in zip(orders, groups.values(), strict=True):
            inspections._tie_to_order(order)
        return open_records(orders, "crm_enova_like.action_crm_service_order")

    def _add_to_order(self, order):
        """Put planned inspections into an order that exists, with their devices.

        :raises UserError: as for a new order; the order is closed or another
            contractor's, or a device has its outcome there already
        """
        self._check_order_takes(order)
        self._lock_to_order()
        order.device_line_ids = [
            fields.Command.create(inspections._prepare_order_device_vals())
            for device, inspections in self.grouped("device_id").items()
            if device not in order.device_line_ids.device_id]
        order.planned_hours += self._get_planned_hours()
        self._tie_to_order(order)

    def _lock_to_order(self):
        """Of two people who order the same inspections at once, the second waits and is told that they are ordered."""
        self.check_access("write")
        lock_rows(self)
        self._check_can_order()

    def _tie_to_order(self, order):
        """Inspections go into an order that has their devices; the user's right to both was checked."""
        if self:
            self._write_facts({"state": "ordered", "order_id": order.id})

    def _check_can_order(self):
        self._check_state("planned")
        if len(self.company_id) > 1:
            raise UserError(self.env._(
                "The selection mixes companies: %(companies)s. Make orders for one company at a time.",
                companies=", ".join(self.company_id.mapped("name"))))
        bodies = self.filtered(lambda inspection: inspection.regime_id.performed_by == "body")
        if bodies:
            raise UserError(self.env._(
                "%(inspections)s: another body performs these inspections, no order is made for them.",
                inspections=", ".join(bodies.mapped("display_name"))))
        without = self.filtered(lambda inspection: not inspection.partner_id)
        if without:
            raise UserError(self.env._(
                "%(devices)s: the device has no contractor, so nobody can be visited.",
                devices=", ".join(without.device_id.mapped("display_name"))))

        gone = self.partner_id.filtered(lambda partner: not partner.active)
        if gone:
            raise UserError(self.env._(
                "%(contractors)s: the contractor is archived. Restore it, or give the device to whoever has it now; "
                "what is not needed any more is cancelled.", contractors=", ".join(gone.mapped("display_name"))))

    def _check_order_takes(self, order):
        order.check_access("write")
        order._check_open()
        for inspection in self:
            if inspection.company_id != order.company_id:
                raise UserError(self.env._(
                    "Inspection %(inspection)s is of company %(company)s, and order %(order)s of another.",
                    inspection=inspection.display_name, company=inspection.company_id.name, order=order.name))
            if inspection.partner_id.commercial_partner_id != order.partner_id.commercial_partner_id:
                raise UserError(self.env._(
                    "Inspection %(inspection)s is at %(contractor)s, and order %(order)s is of another contractor.",
                    inspection=inspection.display_name, contractor=inspection.partner_id.display_name,
                    order=order.name))

    def _get_planned_hours(self):
        """Working time of the inspections, by their regimes."""
        return sum(inspection.regime_id.estimated_hours for inspection in self)

    def _prepare_order_device_vals(self):
        """Values of the order's row for inspections of one device."""
        # in the language of the firm: a scheduler or an import may speak another
        regimes = self.regime_id.with_context(lang=self.company_id.partner_id.lang or self.env.lang)
        return {
            "device_id": self.device_id.id, "basis": "inspection", "fault": "\n".join(regimes.mapped("name"))}

    def _prepare_order_vals(self, partner, address, order_type):
        """Values of the order for inspections of one contractor and place."""
        agreed = min(filter(None, self.mapped("date_agreed")), default=False)
        hours = self._get_planned_hours()
        vals = {
            "company_id": self.company_id.id,
            "partner_id": partner.id,
            "address_id": address.id or partner.id,
            "user_id": self.user_id._get_here().id if len(self.user_id) == 1 else False,
            "date_deadline": min(self.mapped("due_date")),
            "planned_hours": hours,
            "planned_start": agreed,
            "planned_stop": agreed and agreed + timedelta(hours=hours or 1),
            "device_line_ids": [
                fields.Command.create(inspections._prepare_order_device_vals())
                for inspections in self.grouped("device_id").values()],
        }
        if order_type:
            vals["type_id"] = order_type.id
        return vals
