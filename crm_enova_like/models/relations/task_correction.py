from odoo import api, models


class CrmTask(models.Model):
    """What of a task is not corrected away."""

    _inherit = "crm.task"

    def _get_needed_facts(self):
        return super()._get_needed_facts() | {"requester_id"} | ({"date_done"} if self.state == "done" else set())

    def _get_absent_facts(self):
        return super()._get_absent_facts() | (set() if self.state == "done" else {"date_done"})

    @api.model
    def _get_past_facts(self):
        return super()._get_past_facts() | {"date_done"}
