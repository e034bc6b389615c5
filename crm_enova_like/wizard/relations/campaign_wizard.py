from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...models.common.locks import lock_rows

# how many of those who get nothing are named in a message
NAMED = 10


class CrmCampaignWizard(models.TransientModel):
    """Selected contractors get a project of the campaign each, and a first task if wished.

    Left out is who cannot be reached by the channel, who did not agree to marketing by it (art. 398 PKE; a visit and a
    letter need no consent), and who has a project of the campaign already. A preview says so of each.
    """

    _name = "crm.campaign.wizard"
    _description = "Contractors of a Campaign"
    _inherit = ["crm.named.wizard.mixin"]

    campaign_id = fields.Many2one("utm.campaign", required=True, ondelete="cascade")
    partner_ids = fields.Many2many(
        "res.partner", string="Contractors", context={"active_test": False},
        domain="[('active', '=', True), ('partner_share', '=', True),"
               " '|', ('is_company', '=', True), ('parent_id', '=', False)]")
    channel = fields.Selection(
        selection="_selection_channel", required=True, default="phone",
        help="By which the campaign speaks to them. By phone, e-mail and SMS it asks for consent; by visit and by "
             "letter none is needed.")
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
    preview = fields.Html(
        string="Who Gets a Project", compute="_compute_chosen_ids", sanitize=False,
        help="Each contractor, and why somebody gets none.")

    @api.model
    def _selection_channel(self):
        return self.env["crm.consent"]._get_campaign_channels()

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
            contractors, existing, silent = wizard._get_contractors(), wizard._get_existing(), wizard._get_silent()
            problems = wizard._get_problems()
            wizard.chosen_ids = contractors.filtered(lambda contractor, left=problems: contractor not in left)
            wizard.existing_ids, wizard.left_out_ids = existing, silent - existing
            wizard.preview = wizard._format_preview(problems)

    def _get_contractors(self):
        """The contractors of one wizard: each once, whoever of its people was selected."""
        self.ensure_one()
        return self.partner_ids.commercial_partner_id._origin

    def _get_existing(self):
        """Those of the contractors who have a project of the campaign."""
        contractors = self._get_contractors()
        # sudo: whoever's project it is, a second one would be a second call
        return self.env["project.project"].sudo().search([
            ("campaign_id", "=", self.campaign_id.id), ("partner_id.commercial_partner_id", "in", contractors.ids),
        ]).partner_id.commercial_partner_id.with_env(self.env) & contractors

    def _get_consents(self):
        """The consents by which the contractors may be spoken to: {contractor: crm.consent}, each empty where the
        channel needs none."""
        Consent = self.env["crm.consent"]
        if not Consent._needs_consent(self.channel):
            return dict.fromkeys(self._get_contractors(), Consent)
        return Consent._get_given(self._get_contractors(), self.channel, self._get_company())

    def _get_silent(self):
        """Those of the contractors who did not agree to a channel that needs consent."""
        contractors = self._get_contractors()
        if not self.env["crm.consent"]._needs_consent(self.channel):
            return contractors.browse()
        given = self._get_consents()
        return contractors.filtered(lambda contractor: not given[contractor])

    def _get_problems(self):
        """Why contractors get no project: {contractor: reason}."""
        existing, silent, given = self._get_existing(), self._get_silent(), self._get_consents()
        company, problems = self._get_company(), {}
        for contractor in self._get_contractors():
            if contractor in existing:
                problems[contractor] = self.env._("has a project of the campaign already")
            elif not contractor.active:
                problems[contractor] = self.env._("is archived")
            elif contractor.company_id not in (company, company.browse()):
                problems[contractor] = self.env._("belongs to another company")
            elif contractor in silent:
                problems[contractor] = self.env._("no consent to marketing by this channel")
            elif lack := self._get_lack(contractor | given[contractor].partner_id):
                problems[contractor] = lack
        return problems

    def _get_lack(self, reached):
        """What is missing to reach anybody of a contractor's by the channel; None where nothing is.

        :param reached: the contractor, and who of its people agreed
        """
        if self.channel in ("phone", "sms"):
            return None if any(reached.mapped("phone")) else self.env._("no phone number")
        if self.channel == "email":
            return None if any(reached.mapped("email")) else self.env._("no e-mail address")
        return None if any(partner.city or partner.street for partner in reached) else self.env._("no address")

    def _format_preview(self, problems):
        """A row for each contractor: gets a project, or why not."""
        contractors = self._get_contractors()
        if not contractors:
            return False
        yes = Markup('<span class="text-success">%s</span>') % self.env._("gets a project")
        return Markup('<table class="table table-sm mb-0"><tbody>%s</tbody></table>') % Markup().join(
            Markup("<tr><td>%s</td><td>%s</td></tr>") % (
                contractor.display_name, Markup('<span class="text-danger">%s</span>') % problems[contractor]
                if contractor in problems else yes)
            for contractor in contractors)

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
            "crm_channel": self.channel,
            "date_start": self.campaign_id.date_start if self.campaign_id.date_end else False,
            "date": self.campaign_id.date_end if self.campaign_id.date_start else False,
            # a project of one who left is whose it becomes
            "user_id": (self.campaign_id.user_id._get_here() or self.env.user).id,
            "company_id": self._get_company().id,
            # what is sold to them is not theirs to see
            "privacy_visibility": "employees",
            "is_crm_project": True,
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

    def _check_chosen(self):
        """:raises UserError: nobody was selected, or nobody of them gets a project; names each and why"""
        if self.chosen_ids:
            return
        if not self.partner_ids:
            raise UserError(self.env._(
                "Choose the contractors who are to get a project of campaign %(campaign)s.",
                campaign=self.campaign_id.title))
        problems = [
            self.env._("%(contractor)s: %(reason)s", contractor=contractor.display_name, reason=reason)
            for contractor, reason in self._get_problems().items()]
        raise UserError(self.env._(
            "Nobody gets a project of campaign %(campaign)s.\n%(problems)s", campaign=self.campaign_id.title,
            problems="\n".join(problems[:NAMED] + (["…"] if len(problems) > NAMED else []))))

    def action_create(self):
        """Make the projects and, where wished, the first tasks.

        :raises UserError: no contractor was selected, or none is left
        :return: the action of the projects that were made
        """
        self.ensure_one()
        self.campaign_id.check_access("write")
        # of two who press at once, the second waits, is run again, and finds whom the first one took
        lock_rows(self.campaign_id)
        self._check_chosen()
        contractors, given = self.chosen_ids, self._get_consents()
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
