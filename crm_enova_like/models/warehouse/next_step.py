from odoo import api, fields, models


class CrmServiceOrder(models.Model):
    """Parts are issued before a device has its outcome."""

    _inherit = "crm.service.order"

    next_step = fields.Selection(
        selection_add=[("issue", "Issue parts"), ("request", "Ask the warehouse for parts")])

    @api.depends("parts_to_issue", "parts_to_request", "issue_by")
    def _compute_next_step(self):
        return super()._compute_next_step()

    def _get_next_step(self):
        step = super()._get_next_step()
        if step not in ("outcome", "done") or not self.parts_to_issue:
            return step
        if not self._is_issued_by_keeper():
            return "issue"
        if self.parts_to_request:
            return "request"
        # while the keeper has not issued them, the order is not finished
        return step if step == "outcome" else False
