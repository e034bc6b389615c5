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

    @api.model
    def _get_inspection_results(self):
        """What an outcome says of the device's inspections, where not what their checklists say.

        :return: {outcome: result; False where nothing was inspected, and the inspections are planned again}
        """
        return {"declined": False, "claim_refused": False, "unrepairable": "failed"}

    def _check_outcome(self, state):
        result = super()._check_outcome(state)
        if state == "open":
            self._get_inspections("done")._check_dates_free()
        elif self._get_inspection_results().get(state, True):
            self._get_inspections("ordered")._check_checklist()
        return result

    def _after_outcome(self, state):
        result = super()._after_outcome(state)
        results = self._get_inspection_results()
        if state == "open":
            done = self._get_inspections("done")
            if done:
                # whoever may take back an outcome need not be able to reopen an inspection
                done._write_facts({"state": "ordered"})
        elif state in results and not results[state]:
            # nothing was inspected: the date is still to be arranged
            self._get_inspections("ordered")._put_back()
        else:
            for (found, number), inspections in self._get_inspections("ordered").grouped(lambda inspection: (
                    results.get(state) or inspection.order_device_id.inspection_result,
                    inspection.order_device_id.protocol_number)).items():
                inspections.action_done(result=found, protocol_number=number)
        return result

    def write(self, vals):
        if not self.env.su and {"inspection_result", "protocol_number"} & vals.keys():
            # they go to the inspections with the outcome
            self._check_open()
        order_id = vals.get("order_id")
        left = self.filtered(lambda row: order_id and row.order_id.id != order_id)._get_inspections("ordered")
        result = super().write(vals)
        left._put_back()
        return result

    def unlink(self):
        # a row that leaves its order leaves an inspection that is still to be done
        self._get_inspections("ordered")._put_back()
        return super().unlink()

    def _get_inspections(self, state):
        """The rows' inspections in a state."""
        return self.inspection_ids.filtered(lambda inspection: inspection.state == state)

    def action_open_checklist(self):
        """Open the checklist of the order."""
        return self.order_id.action_open_checklist()
