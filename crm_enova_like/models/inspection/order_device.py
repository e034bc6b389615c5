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
    inspection_failed = fields.Boolean(
        compute="_compute_inspection_failed", store=True, precompute=True, copy=False,
        help="An inspection of the device failed here, and what was found is not repaired in this order.")

    is_undecided = fields.Boolean(compute="_compute_is_undecided")

    _inspection_failed_idx = models.Index(
        "(company_id, date_received DESC, id DESC) WHERE inspection_failed IS TRUE")

    @api.depends("inspection_ids.state", "inspection_ids.result", "inspection_ids.follow_up")
    def _compute_inspection_failed(self):
        for line in self:
            line.inspection_failed = any(
                inspection._is_failed() and inspection.follow_up != "row" for inspection in line.inspection_ids)

    @api.depends("inspection_ids.is_undecided")
    def _compute_is_undecided(self):
        for line in self:
            line.is_undecided = any(line.inspection_ids.mapped("is_undecided"))

    @api.depends("state", "inspection_failed")
    def _compute_is_success(self):
        result = super()._compute_is_success()
        self.filtered("inspection_failed").is_success = False
        return result

    @api.depends_context("lang")
    @api.depends("state", "inspection_failed")
    def _compute_state_name(self):
        result = super()._compute_state_name()
        for line in self:
            # one that was scrapped says more
            if line.inspection_failed and line.state in line._get_success_outcomes():
                line.state_name = self.env._("Failed result")
        return result

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
            self._get_inspections_to_reopen()._check_dates_free()
        elif self._get_inspection_results().get(state, True):
            self._get_inspections("ordered")._check_checklist()
        return result

    def _after_outcome(self, state):
        result = super()._after_outcome(state)
        results = self._get_inspection_results()
        if state == "open":
            done = self._get_inspections_to_reopen()
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
                if state in results:
                    # the outcome says what becomes of the device
                    inspections.filtered("is_undecided")._write_facts({
                        "follow_up": "none", "follow_up_reason": self._get_state_names()[state]})
        return result

    def _give_outcome(self, state):
        """As everywhere; of inspections that failed by it, it is asked what follows."""
        result = super()._give_outcome(state)
        return self.inspection_ids._open_follow_up() or result

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

    def _get_inspections_to_reopen(self):
        """The rows' inspections that are taken back with an outcome: those after which the device is repaired here stay
        done."""
        return self._get_inspections("done").filtered(lambda inspection: inspection.follow_up != "row")

    def action_open_follow_up(self):
        """Ask what follows from the rows' inspections that failed."""
        return self.inspection_ids.filtered("is_undecided").action_open_follow_up()

    def action_open_checklist(self):
        """Open the checklist of the order."""
        return self.order_id.action_open_checklist()
