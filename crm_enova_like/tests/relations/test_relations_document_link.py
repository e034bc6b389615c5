from datetime import date
from unittest.mock import patch

import psycopg2

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestDocumentLink(ServiceCommon):
    """Trade and warehouse documents tied to tasks, events and orders, from both sides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(
            cls.env, "service_seller",
            groups="crm_enova_like.group_user,sales_team.group_sale_manager,account.group_account_invoice")
        cls.order = cls.make_order(cls.device)
        cls.task = cls.env["crm.task"].create({"name": "Offer", "partner_id": cls.contractor.id})
        cls.event = cls.env["crm.event"].create({"name": "Call", "partner_id": cls.contractor.id})
        cls.quotation = cls.env["sale.order"].create({
            "partner_id": cls.contractor.id,
            "order_line": [Command.create({
                "product_id": cls.part.id, "product_uom_qty": 2, "price_unit": 90.0, "tax_ids": [Command.clear()]})]})
        cls.bill = cls.env["account.move"].create({
            "move_type": "in_invoice", "partner_id": cls.other_contractor.id, "invoice_date": date(2026, 3, 1),
            "invoice_line_ids": [Command.create({"name": "Foreign service", "quantity": 1, "price_unit": 50.0,
                                                 "tax_ids": [Command.clear()]})]})

    def test_one_document_of_each_kind_on_each_source(self):
        transfer = self.env["stock.picking"].create({"picking_type_id": self.warehouse.int_type_id.id})
        for source in (self.task, self.event, self.order):
            for document in (self.quotation, self.bill, transfer):
                source._link_documents(document)
            self.assertEqual(
                {(link.res_model, link.res_id) for link in source.document_link_ids},
                {(document._name, document.id) for document in (self.quotation, self.bill, transfer)})
        self.assertEqual(self.quotation.crm_link_count, 3)

    def test_a_link_is_not_turned_to_what_is_not_ones_own(self):
        mine = self.env["crm.task"].create({"name": "Mine", "user_id": self.technician.id})
        theirs = self.make_order(
            self.device, user_id=self.other_technician.id, requester_id=self.operator.id)
        link = mine._link_documents(self.quotation)
        for vals in (
                {"res_id": self.env["sale.order"].create({"partner_id": self.contractor.id}).id},
                {"res_model": "account.move", "res_id": self.bill.id},
                {"task_id": False, "order_id": theirs.id}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                link.with_user(self.technician).write(vals)
                link.flush_recordset()
        link.with_user(self.technician).role = "none"
        self.assertEqual((link.task_id, link.res_id, link.role), (mine, self.quotation.id, "none"))

    def test_linking_twice_is_linking_once(self):
        self.order._link_documents(self.quotation)
        self.order._link_documents(self.quotation)
        self.assertEqual(len(self.order.document_link_ids), 1)
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"):
            self.env["crm.document.link"].create({
                "order_id": self.order.id, "res_model": "sale.order", "res_id": self.quotation.id})
            self.env.flush_all()

    def test_revenue_and_cost_follow_the_kind_and_are_summed(self):
        self.order._link_documents(self.quotation)
        self.order._link_documents(self.bill)
        self.assertEqual((self.order.linked_revenue, self.order.linked_cost), (0.0, 0.0), "nothing is confirmed")
        self.quotation.action_confirm()
        self.bill.action_post()
        self.env.invalidate_all()
        self.assertEqual(dict(self.order.document_link_ids.mapped(lambda link: (link.res_model, link.role))), {
            "sale.order": "revenue", "account.move": "cost"})
        self.assertEqual((self.order.linked_revenue, self.order.linked_cost), (180.0, 50.0))

    def test_the_role_follows_what_is_chosen_on_the_screen(self):
        link = Form(
            self.env["crm.document.link"].with_context(default_task_id=self.task.id),
            view="crm_enova_like.view_crm_document_link_list")
        link.res_model = "sale.order"
        self.assertEqual(link.role, "revenue")
        link.res_model = "account.move"
        link.res_id = self.bill.id
        self.assertEqual(link.role, "cost")
        link = link.save()
        self.assertEqual((link.role, link.task_id), ("cost", self.task))
        link.role = "none"
        self.assertEqual(link.role, "none")

    def test_an_amount_in_another_currency_counts_in_the_companys(self):
        euro = self.env["res.currency"].with_context(active_test=False).search([
            ("id", "!=", self.company.currency_id.id)], limit=1)
        euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create({
            "currency_id": euro.id, "company_id": self.company.id, "name": date(2020, 1, 1), "rate": 0.25})
        pricelist = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        quotation = self.env["sale.order"].create({
            "partner_id": self.contractor.id, "pricelist_id": pricelist.id,
            "order_line": [Command.create({"product_id": self.part.id, "product_uom_qty": 1, "price_unit": 10.0,
                                           "tax_ids": [Command.clear()]})]})
        quotation.action_confirm()
        self.task._link_documents(quotation)
        self.assertEqual(self.task.linked_revenue, 40.0)

    def test_a_new_quotation_comes_linked(self):
        action = self.order.with_user(self.seller).action_new_quotation()
        form = Form(self.env["sale.order"].with_user(self.seller).with_context(**action["context"]))
        self.assertEqual(form.partner_id, self.contractor)
        quotation = form.save()
        self.assertEqual(self.order.document_link_ids.res_id, quotation.id)
        copy = self.env["sale.order"].browse(quotation.id).copy()
        self.assertFalse(copy.crm_link_count)

    def test_a_new_invoice_and_transfer_come_linked(self):
        action = self.task.with_user(self.seller).action_new_invoice()
        invoice = Form(self.env["account.move"].with_user(self.seller).with_context(**action["context"])).save()
        self.assertEqual(self.task.document_link_ids.res_id, invoice.id)
        action = self.event.action_new_transfer()
        transfer = self.env["stock.picking"].with_context(**action["context"]).create({
            "picking_type_id": self.warehouse.int_type_id.id})
        self.assertEqual(self.event.document_link_ids.res_id, transfer.id)

    def test_an_rw_links_itself_for_a_technician_without_stock_rights(self):
        order = self.make_order(self.device2, user=self.technician)
        self.add_part(order)
        order.action_accept()
        order.action_issue_parts()
        link = order.document_link_ids
        self.assertEqual((link.res_model, link.role), ("stock.picking", "cost"))
        self.assertEqual(link.sudo().res_id, order.sudo().picking_ids.id)
        # its name is the stock users'
        self.assertFalse(link.is_readable)
        with self.assertRaisesRegex(UserError, "may not read"):
            link.action_open()

    def test_a_deleted_document_takes_its_links_along(self):
        self.order._link_documents(self.quotation)
        self.quotation.unlink()
        self.assertFalse(self.order.document_link_ids)

    def test_a_document_that_vanished_breaks_no_screen(self):
        link = self.order._link_documents(self.quotation)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM sale_order_line WHERE order_id = %s", [self.quotation.id])
        self.env.cr.execute("DELETE FROM sale_order WHERE id = %s", [self.quotation.id])
        self.env.invalidate_all()
        self.assertFalse(link.is_readable)
        self.assertEqual(link.amount, 0.0)
        self.assertTrue(link.document_name)
        self.assertEqual(self.order.linked_revenue, 0.0)

    def test_a_kind_that_nobody_registered_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "res.partner"):
            self.env["crm.document.link"].create({
                "order_id": self.order.id, "res_model": "res.partner", "res_id": self.contractor.id})

    def test_another_addon_registers_its_kind(self):
        Link = type(self.env["crm.document.link"])
        known = Link._get_document_models(self.env["crm.document.link"])
        with patch.object(Link, "_get_document_models", lambda self: {**known, "product.pricelist": {"role": "none"}}):
            self.env.registry.clear_cache()
            self.assertIn("product.pricelist", dict(self.env["crm.document.link"]._selection_res_model()))
            link = self.order._link_documents(self.env["product.pricelist"].create({"name": "2026"}))
            self.assertEqual(link.document_name.partition(" ")[0], "2026")

    def test_who_may_not_read_a_document_does_not_tie_it(self):
        order = self.make_order(self.device2, user=self.technician)
        with self.assertRaises(AccessError):
            self.env["crm.document.link"].with_user(self.technician).create({
                "order_id": order.id, "res_model": "sale.order", "res_id": self.quotation.id})

    def test_a_new_document_ties_itself_to_nothing_that_is_not_ones_own(self):
        """It is the task that may not be written, before any link is thought of."""
        self.task.write({"user_id": self.other_technician.id})
        self.task._write_facts({"requester_id": self.operator.id})
        seller = new_test_user(
            self.env, "service_technician_seller",
            groups="crm_enova_like.group_technician,sales_team.group_sale_manager")
        Quotation = self.env["sale.order"].with_user(seller)
        with self.assertRaisesRegex(AccessError, "crm.task"):
            Quotation.create({
                "partner_id": self.contractor.id, "crm_link_source": f"crm.task,{self.task.id}"})
        mine = self.env["crm.task"].create({"name": "Mine", "user_id": seller.id})
        quotation = Quotation.create({
            "partner_id": self.contractor.id, "crm_link_source": f"crm.task,{mine.id}"})
        self.assertEqual(mine.document_link_ids.res_id, quotation.id)
        for source in ("res.partner,1", "crm.task", "crm.task,x", "crm.task,-1"):
            with self.subTest(source=source), self.assertRaisesRegex(UserError, "no task, event or order"):
                Quotation.create({"partner_id": self.contractor.id, "crm_link_source": source})

    def test_technicians_see_the_links_of_their_own(self):
        self.order.user_id = self.other_technician
        self.order.requester_id = self.operator
        self.order._link_documents(self.quotation)
        Link = self.env["crm.document.link"]
        self.assertFalse(Link.with_user(self.technician).search([("order_id", "=", self.order.id)]))
        self.assertTrue(Link.with_user(self.other_technician).search([("order_id", "=", self.order.id)]))
        self.assertTrue(Link.with_user(self.operator).search([("order_id", "=", self.order.id)]))
        with self.assertRaises(AccessError):
            Link.with_user(self.employee).search([])

    def test_a_link_has_exactly_one_source(self):
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"):
            self.env["crm.document.link"].create({
                "order_id": self.order.id, "task_id": self.task.id, "res_model": "sale.order",
                "res_id": self.quotation.id})
            self.env.flush_all()
