from odoo import api, fields, models

from .inspection import RESULTS


class CrmServiceOrderDevice(models.Model):
    """Inspections done in an order: closing the device closes them."""

    _inherit = "crm.service.order.device"

    inspection_ids = fields.One2many("crm.service.inspection", "order_device_id", string="Inspections")
    has_inspection = fields.Boolean(compute="_compute_has_inspection")
    inspection_result = fields.Selection(
        RESULTS, copy=False,
        help="Goes to the device's inspections with its outcome. Empty: what their checklists say.")
    protocol_number = fields.Char(copy=False)

    @api.depends("inspection_ids")
    def _compute_has_inspection(self):
        for line in self:
            line.has_inspection = bool(line.inspection_ids)

    def _after_outcome(self, state):
        super()._after_outcome(state)
        if state == "open":
            inspections = self.inspection_ids.filtered(lambda inspection: inspection.state == "done")
            inspections._free_dates()
            inspections._write_state({"state": "ordered", "date_done": False, "result": False})
            inspections._replan_last_done()
            return
        inspections = self._get_ordered_inspections()
        if state in ("declined", "claim_refused"):
            # nothing was inspected: the date is still to be arranged
            inspections._put_back()
        else:
            for line, of_line in inspections.grouped("order_device_id").items():
                of_line.action_done(
                    result="failed" if state == "unrepairable" else line.inspection_result,
                    protocol_number=line.protocol_number)

    def unlink(self):
        # a row that leaves its order leaves an inspection that is still to be done
        self._get_ordered_inspections()._put_back()
        return super().unlink()

    def _get_ordered_inspections(self):
        return self.inspection_ids.filtered(lambda inspection: inspection.state == "ordered")
