from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..common.formats import format_day


class CrmServiceInspection(models.Model):
    """What of an inspection is not corrected away."""

    _inherit = "crm.service.inspection"

    def _get_needed_facts(self):
        return super()._get_needed_facts() | {
            "done": {"date_done", "result", "protocol_number"}, "ordered": {"order_id", "order_device_id"},
        }.get(self.state, set())

    def _get_absent_facts(self):
        return super()._get_absent_facts() | (
            {"date_done", "result", "protocol_number"} if self.state == "cancelled" else set())

    @api.model
    def _get_past_facts(self):
        # when it was done is looked at wherever it is written
        return super()._get_past_facts() | {"date_reminded", "date_notified"}

    def _check_correction(self, vals):
        result = super()._check_correction(vals)
        day = fields.Date.to_date(vals.get("date_done"))
        for inspection in self if day else ():
            company, received = inspection.company_id, inspection.sudo().order_id.date_received
            if received and day < company._service_date(received):
                raise UserError(self.env._(
                    "%(inspection)s: it cannot be done on %(date)s, before its order was received on %(received)s.",
                    inspection=inspection._get_state_record_name(), date=format_date(self.env, day),
                    received=format_day(self.env, company, received)))
        number = vals.get("protocol_number")
        ours = self.filtered(lambda inspection: inspection.regime_id.performed_by == "us") if number else self.browse()
        for (order, per_visit), inspections in ours.grouped(
                lambda inspection: (inspection.order_id, inspection.done_per_visit)).items():
            # those of one visit may share a protocol; whoever inspects besides us has numbers of their own
            shared = bool(per_visit and order)
            others = [("regime_id.performed_by", "=", "us"), *([("order_id", "!=", order.id)] if shared else [])]
            inspections._check_number_free(number, others, shared)
        return result
