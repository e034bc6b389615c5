from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL

from ..common import ServiceCommon
from .extension import extend_models


class Timeline(models.Model):
    """Consents in the timeline."""

    _module = None
    _name = "crm.timeline"
    _inherit = ["crm.timeline"]
    _depends = {"crm.consent": ["partner_id", "company_id", "source", "date_given"]}

    kind = fields.Selection(selection_add=[("consent", "Consent")])
    consent_id = fields.Many2one("crm.consent", readonly=True)

    @api.model
    def _get_source_fields(self):
        return {**super()._get_source_fields(), "consent": "consent_id"}

    @api.model
    def _get_sources(self):
        return {**super()._get_sources(), "consent": {
            "from": SQL("crm_consent s"), "where": SQL("true"), "date": self._get_day_sql("date_given"),
            "name": SQL("s.source"), "partner_id": SQL("s.partner_id"), "company_id": SQL("s.company_id"),
            "contractor_id": SQL("p.commercial_partner_id"), "state": SQL("'done'")}}


class DocumentLink(models.Model):
    """Price lists are documents, and documents are linked to devices."""

    _module = None
    _name = "crm.document.link"
    _inherit = ["crm.document.link"]

    device_id = fields.Many2one("crm.service.device", ondelete="cascade", index="btree_not_null")

    @api.model
    def _get_link_sources(self):
        return {**super()._get_link_sources(), "device_id": "crm.service.device"}

    @api.model
    def _get_document_models(self):
        return {**super()._get_document_models(), "product.pricelist": {
            "role": "revenue", "cost": [("name", "=", "Purchases")]}}


class Device(models.Model):
    _module = None
    _name = "crm.service.device"
    _inherit = ["crm.service.device", "crm.linked.mixin"]

    document_link_ids = fields.One2many("crm.document.link", "device_id", string="Documents")


class Task(models.Model):
    """A task may be put aside: it is still to be done."""

    _module = None
    _name = "crm.task"
    _inherit = ["crm.task"]

    state = fields.Selection(selection_add=[("paused", "Put Aside")], ondelete={"paused": "set default"})

    @api.model
    def _get_open_states(self):
        return (*super()._get_open_states(), "paused")

    @api.model
    def _get_states_before(self):
        return {**super()._get_states_before(), "paused": ("in_progress",)}


class MyWork(models.Model):
    """What is to be done this month stands apart."""

    _module = None
    _name = "crm.my.work"
    _inherit = ["crm.my.work"]

    bucket = fields.Selection(selection_add=[("4_x_month", "This Month"), ("5_later",), ("6_none",)])

    @api.model
    def _get_buckets(self, day):
        return {**super()._get_buckets(day), "4_x_month": SQL("%s <= %s", day, fields.Date.to_date("2026-03-31"))}


@tagged("post_install", "-at_install")
class TestRelationsExtension(ServiceCommon):
    """What another addon brings by methods and ``selection_add`` works without a patch of ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))
        extend_models(cls, Timeline, DocumentLink, Device, Task, MyWork)
        cls.env.invalidate_all()

    # A SOURCE OF THE TIMELINE

    def test_a_source_of_the_timeline(self):
        consent = self.env["crm.consent"].create({
            "partner_id": self.person.id, "channel": "phone", "source": "Form 12"})
        task = self.env["crm.task"].create({"name": "Call", "partner_id": self.contractor.id})
        order = self._new_order(self.device)
        Timeline = self.env["crm.timeline"].with_user(self.operator)
        rows = Timeline.search([("contractor_id", "=", self.contractor.id)])
        self.assertEqual(set(rows.mapped("kind")), {"consent", "task", "order"})
        self.assertEqual(len(set(rows.ids)), 3)
        row = rows.filtered("consent_id")
        self.assertEqual(
            (row.consent_id, row.name, row.res_model, row.res_id, row.partner_id, row.state, row.note),
            (consent, "Form 12", "crm.consent", consent.id, self.person, "done", False))
        self.assertEqual(row.action_open_source()["res_model"], "crm.consent")
        self.assertEqual(rows.task_id | rows.order_id.task_ids, task)
        self.assertEqual(rows.order_id, order)
        # what its own rules hide is no row, either
        other = self._get_second_company()
        consent.company_id = other
        self.env.flush_all()
        self.assertFalse(Timeline.search([("consent_id", "=", consent.id)]))
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            row.read(["name"])

    # A KIND OF DOCUMENTS, AND WHAT THEY ARE LINKED TO

    def test_a_kind_of_documents(self):
        sales, purchases = self.env["product.pricelist"].create([{"name": "Sales"}, {"name": "Purchases"}])
        order = self._new_order(self.device)
        links = order._link_documents(sales | purchases)
        self.assertEqual(links.mapped("role"), ["revenue", "cost"])
        self.assertEqual([name.partition(" ")[0] for name in links.mapped("document_name")], ["Sales", "Purchases"])

    def test_what_documents_are_linked_to(self):
        quotation = self.env["sale.order"].create({"partner_id": self.contractor.id})
        link = self.device._link_documents(quotation)
        self.assertEqual((link.device_id, link.company_id), (self.device, self.device.company_id))
        self.assertEqual((self.device.document_count, self.device.document_link_ids), (1, link))
        self.assertEqual(self.device.action_view_documents()["domain"], [("device_id", "in", self.device.ids)])
        self.assertEqual(quotation.crm_link_count, 1)
        other = self.env["sale.order"].create({
            "partner_id": self.contractor.id, "crm_link_source": f"crm.service.device,{self.device2.id}"})
        self.assertEqual(self.device2.document_link_ids.res_id, other.id)

    def test_a_link_has_one_of_all_sources(self):
        quotation = self.env["sale.order"].create({"partner_id": self.contractor.id})
        vals = {"res_model": "sale.order", "res_id": quotation.id}
        order = self._new_order(self.device)
        for sources in ({}, {"device_id": self.device.id, "order_id": order.id}):
            with self.subTest(sources=sources), self.assertRaisesRegex(ValidationError, "belongs to one of these"):
                self.env["crm.document.link"].create({**vals, **sources})
        link = self.env["crm.document.link"].create({**vals, "device_id": self.device.id})
        with self.assertRaisesRegex(ValidationError, "belongs to one of these"):
            link.order_id = order
        link.write({"device_id": False, "order_id": order.id})
        self.assertEqual(order.document_link_ids, link)

    def test_links_to_devices_count_in_no_project(self):
        """A device belongs to no project; sums of projects do not stumble over its links."""
        quotation = self.env["sale.order"].create({"partner_id": self.contractor.id})
        self.device._link_documents(quotation)
        project = self.env["project.project"].create({"name": "Bakery"})
        self.assertEqual(project.real_value, 0)

    # A STATE OF TASKS, AND A GROUP OF DAYS

    def test_a_state_of_tasks(self):
        task = self.env["crm.task"].create({
            "name": "Call", "partner_id": self.contractor.id, "user_id": self.operator.id,
            "date_deadline": "2026-03-10"})
        with self.assertRaisesRegex(UserError, "Call is “Open”.*“In Progress”"):
            task.state = "paused"
        task.action_start()
        task.state = "paused"
        self.assertTrue(task.is_open)
        self.assertTrue(task.is_overdue)
        self.assertTrue(task.sudo().calendar_event_id.active)
        Work = self.env["crm.my.work"]
        self.assertEqual(Work.search([("task_id", "=", task.id)]).state, "paused")
        self.assertIn(("paused", "Put Aside"), Work.fields_get(["state"])["state"]["selection"])
        self.assertEqual(self.env["crm.timeline"].search([("task_id", "=", task.id)]).state, "in_progress")
        self.assertEqual(self.contractor.with_user(self.operator).crm_task_count, 1)
        task.action_done()
        self.assertFalse(task.is_open)
        with self.assertRaisesRegex(UserError, "Call is “Done”"):
            task.state = "paused"

    def test_a_group_of_days(self):
        Work = self.env["crm.my.work"]
        days = {"2026-03-15": "4_week", "2026-03-16": "4_x_month", "2026-03-31": "4_x_month", "2026-04-01": "5_later"}
        tasks = self.env["crm.task"].create([{"name": day, "date_deadline": day} for day in days])
        tasks |= tasks.create({"name": "Some day"})
        self.env.flush_all()
        rows = Work.search([("task_id", "in", tasks.ids)])
        self.assertEqual({row.name: row.bucket for row in rows}, {**days, "Some day": "6_none"})
        groups = Work.formatted_read_group([("task_id", "in", tasks.ids)], ["bucket"], ["__count"])
        self.assertEqual([(group["bucket"], group["__count"]) for group in groups], [
            ("4_week", 1), ("4_x_month", 2), ("5_later", 1), ("6_none", 1)])

    def test_the_projects_own_links_are_still_ours(self):
        """The extensions leave what is there as it was."""
        task = self.env["crm.task"].create({"name": "Offer", "partner_id": self.contractor.id})
        quotation = self.env["sale.order"].create({
            "partner_id": self.contractor.id, "order_line": [Command.create({
                "product_id": self.labour.id, "product_uom_qty": 1, "price_unit": 300,
                "tax_ids": [Command.clear()]})]})
        task._link_documents(quotation)
        quotation.action_confirm()
        self.env.invalidate_all()
        self.assertEqual(task.linked_revenue, 300)
