from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...models.common.locks import lock_rows


class CrmCampaignWizard(models.TransientModel):
    """Selected contractors get a project of the campaign each, and a first task if wished.

    Those without consent to marketing by the channel are listed and left out (art. 398 PKE), and so are
    those that have a project of the campaign already.
    """

    _name = "crm.campaign.wizard"
    _description = "Contractors of a Campaign"
    _inherit = ["crm.named.wizard.mixin"]

    campaign_id = fields.Many2one("utm.campaign", required=True, ondelete="cascade")
    partner_ids = fields.Many2many(
        "res.partner", string="Contractors",
        domain="[('partner_share', '=', True), '|', ('is_company', '=', True), ('parent_id', '=', False)]")
    channel = fields.Selection(
        selection="_selection_channel", required=True, default="phone",
        help="By which the campaign speaks to them; consent is asked for this one.")
    with_task = fields.Boolean(string="First Task", default=True)
    task_name = fields.Char(
        string="Subject", compute="_compute_task_name", store=True, readonly=False, precompute=True)
    task_type_id = fields.Many2one("crm.task.type", string="Type of the Task")
    task_user_id = fields.Many2one(
        "res.users", string="Performer", default=lambda self: self.env.user, domain="[('share', '=', False)]")
    task_deadline = fields.Date(string="Deadline")
    chosen_ids = fields.Many2many("res.partner", string="Get a Project", compute="_compute_chosen_ids")
    left_out_ids = fields.Many2many("res.partner", string="Left Out: no Consent", compute="_compute_chosen_ids")
    existing_ids = fields.Many2many("res.partner", string="Left Out: in It Already", compute="_compute_chosen_ids")

    @api.model
    def _selection_channel(self):
        return self.env["crm.consent"]._fields["channel"]._description_selection(self.env)

    @api.model
    def default_get(self, fields):
        vals = super().default_get(fields)
        if self.env.context.get("active_model") == "res.partner" and "partner_ids" in (fields or ()):
            partners = self.env["res.partner"].browse(self.env.context.get("active_ids") or []).exists()
            vals["partner_ids"] = [Command.set(partners.commercial_partner_id.ids)]
        return vals

    @api.depends("campaign_id")
    def _compute_task_name(self):
        for wizard in self:
            wizard.task_name = wizard.task_name or wizard.campaign_id.title

    @api.depends("partner_ids", "campaign_id", "channel")
    def _compute_chosen_ids(self):
        for wizard in self:
            contractors = wizard.partner_ids.commercial_partner_id._origin
            # sudo: whoever's project it is, a second one would be a second call
            existing = self.env["project.project"].sudo().search([
                ("campaign_id", "=", wizard.campaign_id.id),
                ("partner_id.commercial_partner_id", "in", contractors.ids),
            ]).partner_id.commercial_partner_id.with_env(self.env) & contractors
            given = self.env["crm.consent"]._get_given(contractors, wizard.channel, wizard._get_company())
            wizard.existing_ids = existing
            wizard.chosen_ids = (contractors - existing).filtered(given.get)
            wizard.left_out_ids = contractors - existing - wizard.chosen_ids

    def _get_company(self):
        """In whose name one campaign speaks."""
        self.ensure_one()
        return self.campaign_id.company_id or self.env.company

    def _prepare_project_vals(self, contractor):
        self.ensure_one()
        return {
            "name": self.env._(
                "%(campaign)s – %(contractor)s", campaign=self.campaign_id.title, contractor=contractor.name),
            "partner_id": contractor.id, "campaign_id": self.campaign_id.id, "goal": self.campaign_id.goal,
            "date_start": self.campaign_id.date_start if self.campaign_id.date_end else False,
            "date": self.campaign_id.date_end if self.campaign_id.date_start else False,
            # a project of one who left is whose it becomes
            "user_id": (self.campaign_id.user_id._get_here() or self.env.user).id,
            "company_id": self._get_company().id,
            # what is sold to them is not theirs to see
            "privacy_visibility": "employees",
        }

    def _prepare_task_vals(self, project, consents):
        self.ensure_one()
        person = consents.partner_id.filtered(lambda partner: not partner.is_company)[:1]
        return {
            "name": self.task_name or self.campaign_id.title, "type_id": self.task_type_id.id,
            "partner_id": project.partner_id.id, "project_id": project.id, "campaign_id": self.campaign_id.id,
            "person_id": person.id if person != project.partner_id else False,
            "user_id": self.task_user_id.id, "date_deadline": self.task_deadline,
            "company_id": project.company_id.id,
        }

    def action_create(self):
        """Make the projects and, where wished, the first tasks.

        :raises UserError: no contractor was selected, or none is left
        :return: the action of the projects that were made
        """
        self.ensure_one()
        self.campaign_id.check_access("write")
        # of two who press at once, the second waits, is run again, and finds whom the first one took
        lock_rows(self.campaign_id)
        contractors = self.chosen_ids
        if not contractors:
            raise UserError(self.env._(
                "Nobody gets a project of campaign %(campaign)s. Without consent: %(left_out)s. "
                "In it already: %(existing)s.", campaign=self.campaign_id.title,
                left_out=", ".join(self.left_out_ids.mapped("name")) or "–",
                existing=", ".join(self.existing_ids.mapped("name")) or "–"))
        given = self.env["crm.consent"]._get_given(contractors, self.channel, self._get_company())
        # sudo: operators make no projects in Odoo's own app; here just these, with values of our own
        projects = self.env["project.project"].sudo().with_context(mail_create_nosubscribe=True).create(
            [self._prepare_project_vals(contractor) for contractor in contractors]).with_env(self.env)
        if self.with_task:
            self.env["crm.task"].create([
                self._prepare_task_vals(project, given[contractor])
                for project, contractor in zip(projects, contractors, strict=True)])
        return {**self.campaign_id.action_view_crm_projects(), "domain": [("id", "in", projects.ids)]}


class CrmProjectJoinWizard(models.TransientModel):
    """A selection of tasks or events joins a project."""

    _name = "crm.project.join.wizard"
    _description = "Join a Project"
    _inherit = ["crm.named.wizard.mixin"]

    project_id = fields.Many2one("project.project", required=True, domain="[('is_template', '=', False)]")
    task_ids = fields.Many2many("crm.task", readonly=True)
    event_ids = fields.Many2many("crm.event", readonly=True)

    @api.model
    def default_get(self, fields):
        vals = super().default_get(fields)
        name = {"crm.task": "task_ids", "crm.event": "event_ids"}.get(self.env.context.get("active_model"))
        if name and name in (fields or ()) and name not in vals:
            vals[name] = [Command.set(self.env.context.get("active_ids") or [])]
        return vals

    def action_join(self):
        """Set the project, which fills the contractor and the campaign where they are empty.

        :raises UserError: the project is of another company than a task or an event
        """
        self.ensure_one()
        self.task_ids.write({"project_id": self.project_id.id})
        self.event_ids.write({"project_id": self.project_id.id})
        return {"type": "ir.actions.act_window_close"}
