from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestCrmCampaign(ServiceCommon):
    """Projects and campaigns: what belongs to them, what they bring, who may be spoken to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-10 10:00:00"))
        cls.campaign = cls.env["utm.campaign"].create({
            "title": "Spring inspections", "goal": "Thirty contracts", "user_id": cls.operator.id,
            "date_start": "2026-03-01", "date_end": "2026-05-31", "budget": 1000})
        cls.project = cls.env["project.project"].create({
            "name": "Bakery", "partner_id": cls.contractor.id, "campaign_id": cls.campaign.id,
            "company_id": cls.company.id, "goal": "A contract", "planned_value": 500})
        (cls.contractor | cls.other_contractor).phone = "601 100 200"

    def _tasks(self, count=1, **vals):
        return self.env["crm.task"].create([{"name": f"Task {number}", **vals} for number in range(count)])

    def _consent(self, partner, channel="phone"):
        return self.env["crm.consent"].create({
            "partner_id": partner.id, "channel": channel, "source": "Form"})

    def _wizard(self, partners, user=None, **vals):
        Wizard = self.env["crm.campaign.wizard"].with_user(user or self.operator)
        return Wizard.create({
            "campaign_id": self.campaign.id, "partner_ids": [(6, 0, partners.ids)], **vals})

    # PROJECTS

    def test_project_fills_contractor_and_campaign(self):
        for model in ("crm.task", "crm.event"):
            record = self.env[model].create({"name": "Call", "project_id": self.project.id})
            self.assertEqual((record.partner_id, record.campaign_id), (self.contractor, self.campaign))
            form = Form(self.env[model].with_user(self.operator))
            form.name = "Call"
            form.project_id = self.project
            self.assertEqual((form.partner_id, form.campaign_id), (self.contractor, self.campaign))

    def test_project_fills_an_order(self):
        form = Form(self.env["crm.service.order"].with_user(self.operator))
        form.project_id = self.project
        self.assertEqual((form.partner_id, form.campaign_id), (self.contractor, self.campaign))

    def test_an_event_is_noted_about_what_one_looks_at(self):
        task = self._tasks(project_id=self.project.id)
        order = self._new_order(self.device, project_id=self.project.id)
        for source, field in ((self.project, "project_id"), (task, "task_id"), (order, "order_id")):
            action = source.with_user(self.operator).action_log_crm_event()
            form = Form(self.env["crm.event"].with_user(self.operator).with_context(**action["context"]))
            form.name = "He called"
            event = form.save()
            self.assertEqual((event[field], event.partner_id, event.project_id), (
                source, self.contractor, self.project))
        self.assertEqual(task.state, "open")

    def test_another_companys_campaign_is_not_taken(self):
        other = self._get_second_company()
        self.project.company_id = False
        self.campaign.company_id = other
        task = self._tasks(project_id=self.project.id)
        self.assertEqual((task.partner_id, task.campaign_id), (self.contractor, self.env["utm.campaign"]))
        for record in (task, self._new_order(self.device)):
            with self.assertRaisesRegex(UserError, "company"):
                record.campaign_id = self.campaign

    def test_counts_and_progress(self):
        self.assertEqual(self.project.progress, 0)
        tasks = self._tasks(4, project_id=self.project.id)
        tasks[0].action_done({})
        tasks[1].action_cancel()
        self.assertAlmostEqual(self.project.progress, 100 / 3)
        self.assertEqual((self.project.crm_task_count, self.project.crm_event_count), (4, 1))
        for action, count in (
                (self.project.action_view_crm_tasks(), 4), (self.project.action_view_crm_events(), 1),
                (self.project.action_view_service_orders(), 0), (self.campaign.action_view_crm_tasks(), 4),
                (self.campaign.action_view_crm_events(), 1), (self.campaign.action_view_crm_projects(), 1)):
            self.assertEqual(self.env[action["res_model"]].search_count(action["domain"]), count)

    def test_join(self):
        tasks = self._tasks(3, partner_id=self.other_contractor.id)
        tasks[0].partner_id = False
        for records in (tasks, self.env["crm.event"].create([{"name": "Call"}, {"name": "Call 2"}])):
            self.env["crm.project.join.wizard"].with_user(self.operator).with_context(
                active_model=records._name, active_ids=records.ids).create(
                    {"project_id": self.project.id}).action_join()
            self.assertEqual(records.project_id, self.project)
            self.assertEqual(records.campaign_id, self.campaign)
            self.assertEqual(records[0].partner_id, self.contractor)
        self.assertEqual(tasks[1].partner_id, self.other_contractor, "what was said stays")

    def test_join_not_across_companies(self):
        other = self._get_second_company()
        self.project.write({"campaign_id": False, "company_id": other.id})
        with self.assertRaisesRegex(UserError, "Serwis Drugi|company"):
            self._tasks().project_id = self.project

    def test_value(self):
        self.operator.group_ids += self.env.ref("crm_enova_like.group_cost")
        order = self._new_order(self.device, project_id=self.project.id)
        order.line_ids.create([
            {"order_id": order.id, "kind": "labour", "product_id": self.labour.id, "quantity": 2, "price_unit": 150,
             "billing": "billable"},
            {"order_id": order.id, "kind": "part", "product_id": self.part.id, "quantity": 1, "price_unit": 90,
             "billing": "billable"}])
        order.action_issue_parts()
        self.campaign.other_cost = 100
        project, campaign = self.project.with_user(self.operator), self.campaign.with_user(self.operator)
        self.assertEqual((project.real_value, project.real_cost), (390, 50))
        self.assertEqual((campaign.revenue, campaign.cost), (390, 150))
        self.assertAlmostEqual(campaign.effectiveness, 1.6)
        self.assertFalse(campaign.is_over_budget)
        alone = self._new_order(self.device2, campaign_id=self.campaign.id)
        alone.line_ids.create({
            "order_id": alone.id, "kind": "labour", "product_id": self.labour.id, "quantity": 1, "price_unit": 10,
            "billing": "billable"})
        self.env.invalidate_all()
        self.assertEqual(campaign.revenue, 400, "an order without a project counts too, each once")
        alone.action_cancel()
        self.env.invalidate_all()
        self.assertEqual(campaign.revenue, 390)
        with self.assertRaises(AccessError):
            self.project.with_user(self.technician).read(["real_value"])

    def test_what_parts_cost_is_a_right_of_its_own(self):
        """A total of one order's parts is what they cost."""
        for record, names in (
                (self.project, ["real_cost"]), (self.campaign, ["cost", "effectiveness", "is_over_budget"])):
            for name in names:
                with self.subTest(field=name):
                    with self.assertRaises(AccessError):
                        record.with_user(self.operator).read([name])
                    record.with_user(self.manager).read([name])
        self.project.with_user(self.operator).read(["real_value", "planned_value"])
        # the stock reads what parts cost, and no orders
        self.assertEqual(self.project.with_user(self.keeper).sudo(False).real_cost, 0)

    def test_other_departments_copy_as_ever(self):
        planner = self._new_user("planner", "project.group_project_manager")
        self.project.planned_value, self.campaign.budget = 500, 70
        self.assertFalse(self.project.with_user(planner).copy().sudo().planned_value)
        self.assertFalse(self.campaign.with_user(self.employee).copy().sudo().budget)
        self.assertEqual(self.project.with_user(self.manager).copy().planned_value, 500)
        self.assertEqual(self.campaign.with_user(self.operator).copy().budget, 70)
        twice = self.campaign.browse(self.campaign.ids * 2).with_user(self.operator)
        self.assertEqual(twice.copy_data()[0]["budget"], 70)

    def test_what_one_company_was_allowed_another_was_not(self):
        other = self._get_second_company()
        consent = self._consent(self.contractor)
        consent.company_id = other
        self.project.campaign_id = False
        Consent = self.env["crm.consent"]
        self.assertFalse(Consent._get_given(self.contractor, "phone")[self.contractor])
        self.assertEqual(Consent._get_given(self.contractor, "phone", other)[self.contractor], consent)
        self.assertEqual(self._wizard(self.contractor).left_out_ids, self.contractor)
        self.assertFalse(Consent.with_user(self.operator).search([("id", "=", consent.id)]))
        self.assertTrue(self._consent(self.contractor), "each company has its own")

    def test_two_who_press_at_once_make_one_project(self):
        """The second waits for the campaign's row, is run again and finds the contractor in it already."""
        self._consent(self.contractor)
        self.project.campaign_id = False
        first, second = self._wizard(self.contractor), self._wizard(self.contractor)
        self.assertEqual(second.chosen_ids, self.contractor)
        with self.assertLogs("odoo.sql_db", "DEBUG") as log:
            first.action_create()
        self.assertTrue(any('UPDATE "utm_campaign"' in line for line in log.output), "its row is locked")
        second.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "Piekarnia Kłos: has a project of the campaign already"):
            second.action_create()

    def _invoice(self, amount, move_type="out_invoice", post=True):
        invoice = self.env["account.move"].create({
            "move_type": move_type, "partner_id": self.contractor.id, "invoice_date": "2026-03-09",
            "invoice_line_ids": [Command.create({
                "name": "Service", "quantity": 1, "price_unit": amount, "tax_ids": [Command.clear()]})]})
        if post:
            invoice.action_post()
        return invoice

    def test_linked_documents_count_once_in_project_and_campaign(self):
        order = self._new_order(self.device, project_id=self.project.id)
        order.line_ids.create({
            "order_id": order.id, "kind": "labour", "product_id": self.labour.id, "quantity": 1, "price_unit": 150,
            "billing": "billable"})
        task = self._tasks(project_id=self.project.id)
        event = self.env["crm.event"].create({"name": "Fair", "campaign_id": self.campaign.id})
        invoice, draft = self._invoice(400), self._invoice(70, post=False)
        for source in (order, task):
            source._link_documents(invoice)
        task._link_documents(draft)
        event._link_documents(self._invoice(60, "in_invoice"))
        self.assertEqual((self.project.real_value, self.project.real_cost), (400, 0), "in place of what is to bill")
        self.assertEqual((self.campaign.revenue, self.campaign.cost), (400, 60))
        draft.action_post()
        self.env.invalidate_all()
        self.assertEqual(self.project.real_value, 470)
        self.assertEqual((order.linked_revenue, task.linked_revenue, event.linked_cost), (400, 470, 60))
        # who reads no invoices sees what is to bill
        self.assertEqual(self.project.with_user(self.operator).real_value, 150)
        order.document_link_ids.unlink()
        self.env.invalidate_all()
        self.assertEqual(self.project.real_value, 470 + 150)

    def test_an_invoice_counts_within_its_sales_order(self):
        sale = self.env["sale.order"].create({
            "partner_id": self.contractor.id, "order_line": [Command.create({
                "product_id": self.labour.id, "product_uom_qty": 1, "price_unit": 300,
                "tax_ids": [Command.clear()]})]})
        task = self._tasks(project_id=self.project.id)
        task._link_documents(sale)
        self.assertEqual(self.project.real_value, 0, "a quotation is no revenue yet")
        sale.action_confirm()
        sale.order_line.qty_delivered = 1
        invoice = sale._create_invoices()
        invoice.action_post()
        task._link_documents(invoice)
        self.env.invalidate_all()
        self.assertEqual((self.project.real_value, self.campaign.revenue), (300, 300))
        self.assertEqual(task.linked_revenue, 300)

    def test_what_documents_bring_counts_in_the_projects_currency(self):
        euro = self.env["res.currency"].with_context(active_test=False).search([
            ("id", "!=", self.company.currency_id.id)], limit=1)
        euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create({
            "currency_id": euro.id, "company_id": self.company.id, "name": "2020-01-01", "rate": 0.25})
        task = self._tasks(project_id=self.project.id)
        task._link_documents(self._invoice(400))
        links = task.document_link_ids
        self.assertEqual(links._get_total(euro), (100, 0))
        order = self._new_order(self.device)
        order.line_ids.create({
            "order_id": order.id, "kind": "labour", "product_id": self.labour.id, "quantity": 1, "price_unit": 100,
            "billing": "billable"})
        self.assertEqual(order._get_totals(links, euro), (125, 0))

    def test_the_values_of_many_projects_take_few_statements(self):
        projects = self.env["project.project"].create([
            {"name": f"Project {number}", "company_id": self.company.id} for number in range(20)])
        for project in projects:
            self._tasks(project_id=project.id)._link_documents(self._invoice(10))
        self.env.flush_all()
        self.env.invalidate_all()
        projects[:1].mapped("real_value")
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            self.assertEqual(projects.mapped("real_value"), [10] * 20)

    def test_no_cost_no_effectiveness(self):
        self.assertEqual(self.campaign.effectiveness, 0)

    # CAMPAIGNS

    def test_contractors_get_projects(self):
        """Consent of the contractor or of one of its people; the others are listed and left out."""
        silent, shared = self.env["res.partner"].create([
            {"name": "Milczący", "is_company": True}, {"name": "Zgodny", "is_company": True, "phone": "601 100 202"}])
        consent = self._consent(self.person)
        self.project.campaign_id = False
        self._consent(shared)
        self._consent(silent, "email")
        wizard = self._wizard(self.contractor | silent | shared, task_deadline="2026-03-20")
        self.assertEqual(wizard.left_out_ids, silent)
        action = wizard.action_create()
        projects = self.env["project.project"].search(action["domain"])
        self.assertEqual(projects.partner_id, self.contractor | shared)
        self.assertEqual(projects.campaign_id, self.campaign)
        self.assertEqual(set(projects.mapped("goal")), {"Thirty contracts"})
        tasks = self.env["crm.task"].search([("project_id", "in", projects.ids)])
        self.assertEqual(len(tasks), 2)
        self.assertEqual(tasks.requester_id, self.operator)
        task = tasks.filtered(lambda task: task.partner_id == self.contractor)
        self.assertEqual(task.person_id, self.person, "who agreed is called")
        self.assertEqual(task.campaign_id, self.campaign)
        self.assertEqual(task.date_deadline, fields.Date.to_date("2026-03-20"))
        # once more: nobody is called twice
        again = self._wizard(self.contractor | silent | shared)
        self.assertEqual(again.existing_ids, self.contractor | shared)
        with self.assertRaisesRegex(UserError, "Milczący"):
            again.action_create()
        consent.action_withdraw()
        self.assertFalse(self.env["crm.consent"]._get_given(self.contractor, "phone")[self.contractor])

    def test_without_a_task(self):
        self._consent(self.other_contractor)
        self._wizard(self.other_contractor, with_task=False).action_create()
        self.assertFalse(self.campaign.crm_task_count)
        self.assertEqual(self.campaign.project_count, 2)

    def test_from_the_list_of_contractors(self):
        Wizard = self.env["crm.campaign.wizard"].with_user(self.operator).with_context(
            active_model="res.partner", active_ids=(self.person | self.other_contractor).ids)
        form = Form(Wizard)
        form.campaign_id = self.campaign
        wizard = form.save()
        self.assertEqual(wizard.partner_ids, self.contractor | self.other_contractor)
        self.assertEqual(wizard.task_name, "Spring inspections")
        with self.assertRaises(AccessError):
            self._wizard(self.contractor, self.technician)

    def test_companies(self):
        other = self._get_second_company()
        theirs = self.env["utm.campaign"].create({"title": "Autumn", "company_id": other.id})
        Campaign = self.env["utm.campaign"].with_user(self.operator)
        self.assertNotIn(theirs, Campaign.search([]))
        self.assertIn(self.campaign, Campaign.search([]))
        ours = Campaign.create({"title": "Autumn"})
        self.assertEqual(ours.title, "Autumn", "the same title in another company")
        with self.assertRaisesRegex(ValidationError, "different companies"):
            self.project.campaign_id = theirs
        with self.assertRaisesRegex(ValidationError, "different companies"):
            self.campaign.company_id = other
