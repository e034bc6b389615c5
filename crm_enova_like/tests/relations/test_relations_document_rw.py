from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common import ServiceCommon

LIST = "crm_enova_like.view_crm_document_link_embedded_list"


@tagged("post_install", "-at_install")
class TestDocumentRw(ServiceCommon):
    """RWs and ZWs among the documents of an order: what they say, what they cost, and that they stay linked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_order(cls.device, user_id=cls.technician.id)
        cls.line = cls.add_part(cls.order, quantity=3)
        cls.order.action_accept()
        cls.order.action_issue_parts()
        cls.rw = cls.order.picking_ids
        cls.link = cls.order.document_link_ids

    def _new_bill(self):
        bill = self.env["account.move"].create({
            "move_type": "in_invoice", "partner_id": self.other_contractor.id, "invoice_date": "2026-03-01",
            "invoice_line_ids": [(0, 0, {"name": "Foreign service", "quantity": 1, "price_unit": 50.0,
                                         "tax_ids": [(5,)]})]})
        bill.action_post()
        return bill

    def test_value_state_and_cost(self):
        self.assertEqual(self.rw.service_value, 150.0)
        self.assertEqual(
            (self.link.role, self.link.amount, self.link.document_state, self.link.is_counted, self.link.is_automatic),
            ("cost", 150.0, "Issued", True, True))
        self.assertEqual((self.order.linked_cost, self.order.total_cost), (150.0, 150.0))
        self.line.return_to_stock(1)
        self.env.invalidate_all()
        back = self.order.document_link_ids - self.link
        self.assertEqual((back.amount, back.document_state, back.role), (-50.0, "Returned", "cost"))
        self.assertEqual((self.order.linked_cost, self.order.total_cost), (100.0, 100.0))
        # what is linked by hand comes on top
        self.order._link_documents(self._new_bill())
        self.env.invalidate_all()
        self.assertEqual((self.order.linked_cost, self.order.total_cost), (150.0, 100.0))

    def test_nothing_counts_twice(self):
        project = self.env["project.project"].create({"name": "Roof"})
        self.order.project_id = project
        task = self.env["crm.task"].create({
            "name": "Look at it", "partner_id": self.contractor.id, "project_id": project.id})
        self.order._link_documents(self._new_bill())
        # whoever ties an RW to a task, as cost too, has it counted no second time
        task._link_documents(self.rw, role="cost")
        self.env.invalidate_all()
        self.assertEqual(task.linked_cost, 0.0)
        self.assertEqual(project.real_cost, 200.0)

    def test_purchase_cost_has_a_right_of_its_own(self):
        for user, cost in ((self.technician, 0.0), (self.operator, 0.0), (self.manager, 150.0)):
            with self.subTest(user.login):
                self.env.invalidate_all()
                link = self.link.with_user(user)
                self.assertEqual((link.amount, link.is_counted), (cost, bool(cost)))
                self.assertEqual(link.document_state, "Issued")
                self.assertEqual(self.order.with_user(user).linked_cost, cost)

    def test_a_technician_is_told_its_number(self):
        row = self.order.with_user(self.technician).web_read({"document_link_ids": {"fields": {
            "res_model": {}, "res_id": {"fields": {"display_name": {}}}, "document_state": {}}}})[0]
        [link] = row["document_link_ids"]
        self.assertEqual((link["res_id"]["display_name"], link["document_state"]), (self.rw.name, "Issued"))

    def test_what_the_system_linked_stays(self):
        other = self.make_order(self.device2)
        for user in (self.manager, self.operator, self.technician):
            link = self.link.with_user(user)
            for refused in (
                    link.unlink, link.action_remove, lambda link=link: link.write({"role": "none"}),
                    lambda link=link: link.write({"order_id": other.id}),
                    lambda: self.order.with_user(user).write(    # noqa: B023
                        {"document_link_ids": [(2, self.link.id)]})):
                with self.subTest(user.login), self.assertRaisesRegex(UserError, self.rw.name):
                    refused()
            with self.assertRaisesRegex(UserError, "cannot be entered"):
                link.is_automatic = False
        with self.assertRaisesRegex(UserError, "cannot be entered"):
            self.link.with_user(self.manager).create({
                "order_id": other.id, "res_model": "stock.picking", "res_id": self.rw.id, "is_automatic": True})
        self.order.device_line_ids.action_repaired()
        self.order.action_done()
        with self.assertRaisesRegex(UserError, self.order.name):
            self.link.with_user(self.manager).action_remove()
        # what was linked by hand goes, also from a finished order
        mine = self.order._link_documents(self.env["sale.order"].create({"partner_id": self.contractor.id}))
        mine.with_user(self.manager).action_remove()
        self.assertEqual(self.order.document_link_ids, self.link)

    def test_the_screen_offers_to_remove_only_what_can_be(self):
        arch = self.env["crm.document.link"].get_view(self.env.ref(LIST).id, "list")["arch"]
        self.assertIn('delete="0"', arch)
        self.assertIn('invisible="is_automatic or not id"', arch)
        with Form(self.order, view="crm_enova_like.view_crm_service_order_form") as form:
            self.assertEqual(len(form.document_link_ids), 1)

    def test_cancelled_drafts_are_out_of_sight(self):
        self.add_part(self.order)
        self.order.action_reserve_parts()
        draft = self.order.picking_ids - self.rw
        self.env.invalidate_all()
        link = self.order.document_link_ids - self.link
        self.assertEqual((link.document_state, link.amount, link.is_counted), ("To issue", 0.0, False))
        draft.action_cancel()
        self.env.invalidate_all()
        self.assertEqual((draft.state, self.order.document_link_ids, self.order.document_count),
                         ("cancel", self.link, 1))
        self.assertEqual((link.document_state, link.is_cancelled), ("Cancelled", True))
        links = link.search([("order_id", "=", self.order.id)])
        self.assertEqual(links, link | self.link)
        self.assertEqual(links.search([("id", "in", links.ids), ("is_cancelled", "=", True)]), link)
