from odoo import api, models


class CrmServiceOrder(models.Model):
    """What of an order is not corrected away."""

    _inherit = "crm.service.order"

    def _get_needed_facts(self):
        return super()._get_needed_facts() | {
            "name", "requester_id", "customer_signed_on", "technician_signed_on"} | (
            set() if self.is_open else {"date_closed"})

    def _get_absent_facts(self):
        return super()._get_absent_facts() | ({"date_closed"} if self.is_open else set())

    @api.model
    def _get_past_facts(self):
        return super()._get_past_facts() | {"date_closed", "customer_signed_on", "technician_signed_on"}

    def _get_fact_order(self):
        return [*super()._get_fact_order(), *(
            ("date_received", name) for name in ("date_closed", "customer_signed_on", "technician_signed_on"))]

    def _check_correction(self, vals):
        result = super()._check_correction(vals)
        if "name" in vals:
            self._check_number_free(vals["name"])
        return result


class CrmServiceOrderDevice(models.Model):
    """What of a device in an order is not corrected away."""

    _inherit = "crm.service.order.device"

    def _get_needed_facts(self):
        return super()._get_needed_facts() | (set() if self.is_open else {"date_closed"}) | (
            {"released_to"} if self.date_released else set())

    def _get_absent_facts(self):
        return super()._get_absent_facts() | ({"date_closed"} if self.is_open else set())

    @api.model
    def _get_past_facts(self):
        return super()._get_past_facts() | {"date_closed", "date_released"}

    def _get_fact_order(self):
        pairs = [("date_received", "date_closed"), ("date_received", "date_released")]
        if not self.early_release_reason:
            # one that went back unfinished has its outcome afterwards
            pairs.append(("date_closed", "date_released"))
        return [*super()._get_fact_order(), *pairs]
