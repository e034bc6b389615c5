from lxml import etree

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..common.actions import open_dialog
from ..common.archived_mixin import OPERATORS
from .project import FOR_TECHNICIANS

ADMINISTRATORS = "project.group_project_manager"
FORM = "crm_enova_like.view_crm_project_form"

# what operators write of the projects of the register; the rest is that of Odoo's Project
WRITTEN = {
    "name", "partner_id", "user_id", "date_start", "date", "goal", "campaign_id", "planned_value", "crm_stage_id",
    "crm_channel", "description", "tag_ids", "company_id", "active", "is_favorite"}

# what is said of a project when it is made
MADE_WITH = WRITTEN | {"is_crm_project", "privacy_visibility"}

CLOSED = ("close_reason", "date_closed", "closed_by_id")


class ProjectProject(models.Model):
    """The projects of our register: made by operators, with a stage and a reason of their end.

    Odoo's Project lets its administrators make projects. Operators make and change those of this register, and what its
    form shows of them; projects of other departments, and the views of Odoo's Project, are to them as they were.
    """

    _inherit = "project.project"

    is_crm_project = fields.Boolean(
        string="In the Register of Projects", copy=True, help="Made in CRM & Service; its operators may change it.")
    # the stages of Odoo's Project are for those who use them there, and a register's are for all who read it
    crm_stage_id = fields.Many2one(
        "project.project.stage", string="Stage of the Project", compute="_compute_crm_stage_id", store=True,
        readonly=False, copy=False, index=True, ondelete="restrict", groups=FOR_TECHNICIANS,
        default=lambda self: self.env["project.project.stage"].search([], limit=1),
        domain="[('company_id', 'in', (company_id, False))]")
    crm_channel = fields.Selection(
        selection=lambda self: self.env["crm.consent"]._get_campaign_channels(), string="Spoken to By",
        copy=False, groups=FOR_TECHNICIANS, help="By which channel its campaign speaks to the contractor.")
    close_reason = fields.Char(string="Reason of the End", readonly=True, copy=False, tracking=True)
    date_closed = fields.Date(string="Closed On", readonly=True, copy=False)
    closed_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, index="btree_not_null", ondelete="set null")
    has_odoo_tasks = fields.Boolean(compute="_compute_has_odoo_tasks")

    @api.depends("stage_id")
    def _compute_crm_stage_id(self):
        # what is stored is computed with all rights
        for project in self:
            project.crm_stage_id = project.stage_id

    @api.depends("task_ids")
    def _compute_has_odoo_tasks(self):
        # sudo: whether there are tasks is no secret; the button shows those that the user may read
        found = {project for [project] in self.env["project.task"].sudo()._read_group(
            [("project_id", "in", self.ids)], ["project_id"])}
        for project in self:
            project.has_odoo_tasks = project.id in {each.id for each in found}

    # WHAT OPERATORS MAY

    @api.model
    def _is_for_operators(self):
        """Whether the user writes projects as an operator of ours, and not as an administrator of Odoo's Project."""
        user = self.env.user
        return not self.env.su and user.has_group(OPERATORS) and not user.has_group(ADMINISTRATORS)

    def _check_written(self, names, allowed):
        """Refuse what is not the register's.

        :raises AccessError: a project of another department, or a field of Odoo's Project
        """
        for project in self:
            if not project.is_crm_project:
                raise project._get_refusal()
        if other := names - allowed:
            raise AccessError(self.env._(
                "Operators do not change this of a project: %(fields)s. An administrator of Project does.",
                fields=", ".join(sorted(
                    self._fields[name]._description_string(self.env) or name for name in other
                    if name in self._fields)) or ", ".join(sorted(other))))

    def _check_access(self, operation):
        """Projects of other departments are to operators what they are without us: not theirs to change, nor to write
        into their chatter."""
        refused = super()._check_access(operation)
        if refused is None and operation == "write" and any(self._ids) and self._is_for_operators():
            # sudo: whether it is of the register; reading it was not asked for
            others = self.sudo().filtered(lambda project: not project.is_crm_project).with_env(self.env)
            if others:
                return others, lambda: others._get_refusal()
        return refused

    def _get_refusal(self):
        return AccessError(self.env._(
            "Project %(project)s is none of the register CRM > Projects. An administrator of Project changes it.",
            project=self[:1].display_name))

    @api.model_create_multi
    def create(self, vals_list):
        """As Odoo's; operators make projects of the register.

        :raises AccessError: an operator gives what is Odoo's Project's to say
        :raises UserError: facts of the end are typed
        """
        self._check_no_closing(vals_list)
        stages = [vals.get("crm_stage_id") for vals in vals_list]
        vals_list = [{name: vals[name] for name in vals if name != "crm_stage_id"} for vals in vals_list]
        if self._is_for_operators():
            for vals in vals_list:
                self.browse()._check_written(vals.keys(), MADE_WITH)
                if vals.get("privacy_visibility", "employees") != "employees":
                    self.browse()._check_written({"privacy_visibility"}, WRITTEN)
            # commands may change the tags themselves: they are followed with the operator's own rights
            tags = [vals.get("tag_ids") for vals in vals_list]
            kept = {
                key: value for key, value in self.env.context.items()
                if not key.startswith("default_") or key.removeprefix("default_") in MADE_WITH - {"tag_ids"}}
            # sudo: Odoo's Project makes records of its own with a project; what is said was looked at, and whether it
            # is theirs is asked below
            Projects = self.with_context(kept).sudo()    # pylint: disable=context-overridden  # keys are taken out
            projects = super(ProjectProject, Projects).create([
                {**vals, "tag_ids": False, "privacy_visibility": "employees", "is_crm_project": True}
                for vals in vals_list]).with_env(self.env)
            projects.check_access("create")
            for project, commands in zip(projects, tags, strict=True):
                if commands:
                    project.tag_ids = commands
        else:
            projects = super().create(vals_list)
        for project, stage in zip(projects, stages, strict=True):
            if stage and stage != project.sudo().stage_id.id:
                project._move_to_stage(stage)
        return projects

    def write(self, vals):
        """As Odoo's; operators write what the register shows of its projects.

        :raises AccessError: an operator writes something else
        :raises UserError: facts of the end are typed, or a project is ended without a reason
        """
        self._check_no_closing([vals])
        if vals.keys() - {"is_favorite"} and self._is_for_operators():
            self._check_written(vals.keys(), WRITTEN)
        if "crm_stage_id" in vals:
            stage = vals["crm_stage_id"]
            vals = {name: value for name, value in vals.items() if name != "crm_stage_id"}
            self._move_to_stage(stage)
        result = super().write(vals)
        if "stage_id" in vals:
            self._follow_stage()
        return result

    def _check_no_closing(self, vals_list):
        if not self.env.su and any(name in vals for vals in vals_list for name in CLOSED):
            raise UserError(self.env._("When and why a project ended is not typed: close it, and say why."))

    # STAGE AND END

    def _move_to_stage(self, stage_id):
        """Put projects into a stage; one that ends them needs a reason, which closing asks for.

        :raises UserError: the stage is one in which projects are closed
        """
        self.check_access("write")
        stage = self.env["project.project.stage"].browse(stage_id).exists()
        for project in self:
            if stage.fold and not project.date_closed:
                raise UserError(self.env._(
                    "Project %(project)s: in stage “%(stage)s” it is closed. Use “Close…”, which asks for the reason.",
                    project=project.name, stage=stage.name))
        self._write_stage(stage)

    def _write_stage(self, stage, **facts):
        """sudo: the stages of Odoo's Project are behind a group of its own; the right to the projects was checked."""
        self.sudo().write({"stage_id": stage.id, **facts})

    def _follow_stage(self):
        """What the stages of projects of the register say of their end, whoever wrote them."""
        own = self.sudo().filtered("is_crm_project")
        ended = own.filtered(lambda project: project.stage_id.fold and not project.date_closed)
        live = own.filtered(lambda project: not project.stage_id.fold and project.date_closed)
        if ended:
            ended.write({"date_closed": fields.Date.context_today(self), "closed_by_id": self.env.uid})
        if live:
            live.write(dict.fromkeys(CLOSED, False))

    def _close(self, stage, reason):
        """End projects in a stage, with a reason.

        :raises UserError: there is no reason, or projects are not closed in the stage
        """
        self.check_access("write")
        if self._is_for_operators():
            self._check_written(set(), WRITTEN)
        reason = (reason or "").strip()
        for project in self:
            if not reason:
                raise UserError(self.env._("Project %(project)s: say why it is closed.", project=project.name))
            if not stage.fold:
                raise UserError(self.env._(
                    "Project %(project)s is not closed in stage “%(stage)s”.", project=project.name,
                    stage=stage.name or ""))
        self._write_stage(stage, close_reason=reason)

    def action_open_close(self):
        """Ask why projects end."""
        return open_dialog(
            self.env, "crm.project.close.wizard", self.env._("Close the project"),
            {"default_project_ids": [(6, 0, self.ids)]})

    def action_reopen_project(self):
        """Open closed projects again, in the first stage."""
        stage = self.env["project.project.stage"].search(
            [("fold", "=", False), ("company_id", "in", [False, *self.company_id.ids])], limit=1)
        self.filtered(lambda project: project.sudo().stage_id.fold)._move_to_stage(stage.id)
        return True

    # WHERE IT IS SHOWN

    def get_formview_id(self, access_uid=None):
        """A project of the register opens in the register's form, from whichever record it is named."""
        if len(self) == 1 and self.is_crm_project and self.env.user.has_groups(FOR_TECHNICIANS):
            return self.env.ref(FORM).id
        return super().get_formview_id(access_uid=access_uid)

    @api.model
    def get_view(self, view_id=None, view_type="form", **options):
        """The views of Odoo's Project offer operators what they offered before: no new project, no change."""
        result = super().get_view(view_id, view_type, **options)
        if self._is_for_operators() and not self._is_own_view(result.get("id")):
            arch = etree.fromstring(result["arch"])
            for name in ("create", "edit", "delete", "import"):
                arch.set(name, "False")
            result["arch"] = etree.tostring(arch, encoding="unicode")
        return result

    @api.model
    def _is_own_view(self, view_id):
        # sudo: whose view it is, is no secret
        return bool(view_id) and self.env["ir.ui.view"].sudo().browse(view_id).xml_id.startswith("crm_enova_like.")
