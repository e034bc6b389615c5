from odoo import api, fields, models


class CrmProjectCloseWizard(models.TransientModel):
    """Why projects end, and how."""

    _name = "crm.project.close.wizard"
    _description = "Close a Project"
    _inherit = ["crm.named.wizard.mixin"]

    project_ids = fields.Many2many("project.project", string="Projects", required=True, readonly=True)
    stage_id = fields.Many2one(
        "project.project.stage", string="Closed As", required=True, domain="[('fold', '=', True)]",
        default=lambda self: self._get_default_stage())
    reason = fields.Char(required=True)

    @api.model
    def _get_default_stage(self):
        return self.env["project.project.stage"].search(
            [("fold", "=", True), ("company_id", "in", [False, self.env.company.id])], limit=1)

    def action_close(self):
        """Close the projects.

        :raises UserError: there is no reason, or the stage does not end a project
        """
        self.ensure_one()
        self.project_ids._close(self.stage_id, self.reason)
        return {"type": "ir.actions.act_window_close"}
