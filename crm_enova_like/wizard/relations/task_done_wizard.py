from odoo import api, fields, models


class CrmTaskDoneWizard(models.TransientModel):
    """Finish a task, with the event that came of it in the same step."""

    _name = "crm.task.done.wizard"
    _description = "Finish a Task"
    _inherit = ["crm.named.wizard.mixin"]

    task_id = fields.Many2one("crm.task", required=True, readonly=True, ondelete="cascade")
    type_id = fields.Many2one(
        "crm.event.type", compute="_compute_from_task", store=True, readonly=False, precompute=True)
    date = fields.Datetime(default=fields.Datetime.now)
    duration = fields.Float(compute="_compute_from_task", store=True, readonly=False, precompute=True)
    description = fields.Text(string="What Was Said")

    @api.depends("task_id")
    def _compute_from_task(self):
        for wizard in self:
            vals = wizard.task_id._prepare_event_vals() if wizard.task_id else {}
            wizard.type_id, wizard.duration = vals.get("type_id"), vals.get("duration", 0.0)

    def action_done_with_event(self):
        """Finish the task and record the event."""
        self.ensure_one()
        self.task_id.action_done({
            "type_id": self.type_id.id, "date": self.date, "duration": self.duration,
            "description": self.description})
        return {"type": "ir.actions.act_window_close"}

    def action_done(self):
        """Finish the task alone."""
        self.ensure_one()
        self.task_id.action_done()
        return {"type": "ir.actions.act_window_close"}
