from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import ServiceCommon

FORM = "crm_enova_like.view_crm_project_form"


@tagged("post_install", "-at_install")
class TestRelationsProjectOwn(ServiceCommon):
    """The register of projects: whose they are, one kind of task on them, how they end."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stages = cls.env["project.project.stage"].search([("company_id", "=", False)])
        cls.live, cls.ended = cls.stages.filtered(lambda stage: not stage.fold), cls.stages.filtered("fold")
        cls.theirs = cls.env["project.project"].create({"name": "Line 2", "privacy_visibility": "employees"})
        cls.context = cls._get_context(cls.env.ref("crm_enova_like.action_crm_project").context)

    @classmethod
    def _get_context(cls, text):
        return {key: value for key, value in safe_eval(text).items() if key.startswith("default_")}

    def _make(self, user=None, **vals):
        """A project as the register's form makes it."""
        Project = self.env["project.project"].with_user(user or self.operator).with_context(**self.context)
        with Form(Project, view=FORM) as form:
            form.name = vals.pop("name", "Three tills")
            form.partner_id = self.contractor
            for name, value in vals.items():
                setattr(form, name, value)
        return form.record

    def test_an_operator_makes_and_changes_a_project(self):
        project = self._make(goal="Three tills before Christmas", planned_value=9600)
        self.assertTrue(project.is_crm_project)
        self.assertEqual((project.privacy_visibility, project.user_id), ("employees", self.operator))
        self.assertEqual(project.crm_stage_id, self.live[0])
        with Form(project, view=FORM) as form:
            form.goal = "Four"
            form.crm_stage_id = self.live[1]
        self.assertEqual((project.goal, project.sudo().stage_id), ("Four", self.live[1]))
        self.assertEqual(project.with_user(self.technician).crm_stage_id, self.live[1], "all see the stage")
        with self.assertRaises(AccessError):
            project.unlink()
        with self.assertRaises(AccessError):
            self._make(self.technician)

    def test_projects_of_others_are_theirs(self):
        theirs = self.theirs.with_user(self.operator)
        with self.assertRaisesRegex(AccessError, "none of the register"):
            theirs.name = "Ours"
        with self.assertRaisesRegex(AccessError, "none of the register"):
            theirs.active = False
        project = self._make()
        with self.assertRaisesRegex(AccessError, "Operators do not change this"):
            project.privacy_visibility = "portal"
        with self.assertRaisesRegex(AccessError, "Operators do not change this"):
            project.create({"name": "With an alias", "alias_name": "till"})
        self.env["project.project"].with_user(self.manager).browse(self.theirs.id).name = "Line 3"

    def test_other_departments_are_as_without_us(self):
        """No right to their projects comes by ours: not to their followers, chatter or files either."""
        theirs = self.theirs.with_user(self.operator)
        self.assertFalse(theirs.has_access("write"))
        for change in (
                lambda: theirs.message_post(body=self.theirs.name),
                lambda: theirs.message_subscribe(self.contractor.ids),
                lambda: theirs.env["ir.attachment"].create({
                    "name": "a", "raw": b"a", "res_model": theirs._name, "res_id": theirs.id})):
            with self.assertRaises(AccessError):
                change()
        theirs.is_favorite = True
        self._make().message_post(body=self.theirs.name)

    def test_an_operator_makes_it_with_no_more_than_their_rights(self):
        """It is shown to no customer, and its tags are theirs to choose."""
        Project = self.env["project.project"].with_user(self.operator)
        tag = self.env["project.tags"].create({"name": "Line"})
        self.assertEqual(Project.create({"name": "Tills", "tag_ids": [Command.link(tag.id)]}).tag_ids, tag)
        with self.assertRaisesRegex(AccessError, "Operators do not change this"):
            Project.create({"name": "Tills", "privacy_visibility": "portal"})

    def test_one_that_is_open_keeps_its_stage(self):
        project = self._make()
        project.crm_stage_id = self.live[1]
        project.action_reopen_project()
        self.assertEqual(project.crm_stage_id, self.live[1])

    def test_odoos_project_is_as_it_was(self):
        """Its views hold nothing of ours, and offer operators no new project."""
        Project = self.env["project.project"].with_user(self.operator)
        for view_type in ("form", "list", "kanban"):
            arch = Project.get_view(None, view_type)["arch"]
            self.assertNotIn("crm_task", arch)
            self.assertEqual(etree.fromstring(arch).get("create"), "False")
        own = Project.get_view(self.env.ref(FORM).id, "form")["arch"]
        self.assertNotEqual(etree.fromstring(own).get("create"), "False")
        for user in (self.manager, self._new_user("planner", "project.group_project_manager")):
            arch = Project.with_user(user).get_view(None, "form")["arch"]
            self.assertNotEqual(etree.fromstring(arch).get("create"), "False")
        self.assertFalse(self.env["ir.ui.view"].search([
            ("model", "=", "project.project"), ("inherit_id", "!=", False)]).filtered(
                lambda view: view.xml_id.startswith("crm_enova_like.")))

    def test_one_kind_of_task(self):
        """Odoo's tasks have a button where there are any."""
        project = self._make()
        self.assertFalse(project.has_odoo_tasks)
        self.env["project.task"].create({"name": "Solder", "project_id": project.id})
        project.invalidate_recordset()
        self.assertTrue(project.has_odoo_tasks)
        self.assertEqual(project.get_formview_id(), self.env.ref(FORM).id)
        self.assertNotEqual(self.theirs.with_user(self.operator).get_formview_id(), self.env.ref(FORM).id)

    def test_it_ends_with_a_reason(self):
        project = self._make()
        with self.assertRaisesRegex(UserError, "Use “Close…”"):
            project.crm_stage_id = self.ended[0]
        action = project.action_open_close()
        Wizard = self.env["crm.project.close.wizard"].with_user(self.operator).with_context(**action["context"])
        with Form(Wizard) as form:
            form.reason = "Bought elsewhere"
            form.stage_id = self.ended[1]
        form.record.action_close()
        self.assertEqual((project.crm_stage_id, project.close_reason, project.closed_by_id), (
            self.ended[1], "Bought elsewhere", self.operator))
        self.assertTrue(project.date_closed)
        with self.assertRaisesRegex(UserError, "not typed"):
            project.close_reason = "Another"
        project.action_reopen_project()
        self.assertEqual((project.crm_stage_id, project.close_reason, project.date_closed), (
            self.live[0], False, False))

    def test_odoos_stages_say_the_same(self):
        """Whoever drags it in Odoo's Project closes it, too; projects of others have no end of ours."""
        project = self._make()
        (project.sudo() | self.theirs).write({"stage_id": self.ended[0].id})
        self.assertTrue(project.date_closed)
        self.assertFalse(self.theirs.date_closed)

    def test_by_stage(self):
        project = self._make()
        groups = self.env["project.project"].with_user(self.operator)._read_group(
            [("id", "=", project.id)], ["crm_stage_id"], ["__count"])
        self.assertEqual(groups, [(self.live[0].with_user(self.operator), 1)])
        self.assertIn(project, project.search([("crm_stage_id", "=", self.live[0].id)]))
