from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .billing import BillingCommon

ISSUED = "has issued and expensed Compressor already"
TAKEN = "Compressor is delivered or billed by {} already, and would leave the stock twice"


@tagged("post_install", "-at_install")
class TestOrderBillingWays(BillingCommon):
    """What is delivered or expensed once is so whichever comes first, and on whatever way a document is the order's."""

    def _planned(self, quantity=2, **vals):
        """An order that has not issued what it plans."""
        order = self.make_order(self.device)
        self.line = self.add_part(order, self.compressor, quantity, **vals)
        return order

    def _task(self, order):
        return self.env["crm.task"].create({
            "name": "Call", "partner_id": self.contractor.id, "order_id": order.id if order else False})

    def _by_button(self, action):
        """What the form of *New quotation* or *New invoice* makes of a compressor, in the context it opens with."""
        form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        rows = form.order_line if action["res_model"] == "sale.order" else form.invoice_line_ids
        with rows.new() as row:
            row.product_id = self.compressor
        return form.save()

    def assertTaken(self, order, document):
        with self.assertRaisesRegex(UserError, TAKEN.format(document.name)) as caught:
            order.action_issue_parts()
        self.assertIn(order.name, str(caught.exception))
        self.assertFalse(order.sudo().picking_ids.filtered(lambda picking: picking.state == "done"))

    # THE DOCUMENT COMES FIRST

    def test_a_sale_was_confirmed_before_the_issue(self):
        order = self._planned()
        sale = self._by_button(order.action_new_quotation())
        sale.action_confirm()
        self.assertTaken(order, sale)    # it waits
        self._deliver(sale)
        self.assertTaken(order, sale)    # it is delivered
        self.assertEqual(self._balance(self.cost_account), 0.0)
        # what came back to the shelf is issued
        back = self.env["stock.return.picking"].with_context(
            active_id=sale.picking_ids.id, active_model="stock.picking").create({})
        back.product_return_moves.quantity = 1
        returned = back._create_return()
        returned.move_ids.picked = True
        returned.button_validate()
        order.action_issue_parts()
        self.assertEqual(self.line.quantity_issued, 2)

    def test_sections_notes_and_down_payments_take_nothing(self):
        order = self._planned()
        sale = self._sale(self.labour, order=order)
        sale.order_line = [Command.create({"display_type": kind, "name": "Repair"}) for kind in (
            "line_section", "line_note")]
        sale.action_confirm()
        self.env["sale.advance.payment.inv"].with_context(active_model="sale.order", active_ids=sale.ids).create({
            "advance_payment_method": "percentage", "amount": 30}).create_invoices()
        order.action_issue_parts()
        self.assertEqual(self.line.quantity_issued, 2)

    def test_a_cancelled_delivery_gives_the_part_back(self):
        order = self._planned()
        sale = self._sale(self.compressor, self.labour, order=order)
        sale.action_confirm()
        self.assertTaken(order, sale)
        sale.picking_ids.action_cancel()
        order.action_issue_parts()
        self.assertEqual(self.line.quantity_issued, 2)

    def test_the_keeper_meets_the_sale_as_well(self):
        self.order_type.issue_by = "warehouse"
        order = self.make_order(self.device, user=self.technician)
        self.add_part(order, self.compressor, 2)
        order.action_issue_parts()
        order = order.with_user(self.env.user)
        rw = order.sudo().picking_ids
        sale = self._sale(self.compressor, order=order)
        sale.action_confirm()
        rw.move_ids.picked = True
        with self.assertRaisesRegex(UserError, TAKEN.format(sale.name)):
            rw.with_user(self.keeper).button_validate()

    def test_the_keeper_delivers_more_than_was_sold(self):
        """Two pieces in place of one, or what he puts on the delivery himself."""
        order = self._order()
        self.add_part(order, self.compressor, supply="sale")
        sale = self._sale(self.compressor, self.valve, order=order)
        sale.action_confirm()
        self.add_part(order, self.valve, supply="sale")
        wz = sale.picking_ids.with_user(self.keeper)
        for move in wz.move_ids:
            move.quantity = 2 if move.product_id == self.compressor else 1
        wz.move_ids.picked = True
        with self.assertRaisesRegex(UserError, ISSUED):
            wz.button_validate()
        wz.move_ids[0].quantity = 1
        added = self.env["stock.move"].with_user(self.keeper).create({
            "picking_id": wz.id, "product_id": self.compressor.id, "product_uom_qty": 1, "quantity": 1, "picked": True,
            "product_uom": self.compressor.uom_id.id, "location_id": wz.location_id.id,
            "location_dest_id": wz.location_dest_id.id})
        with self.assertRaisesRegex(UserError, ISSUED):
            wz.button_validate()
        added.sudo()._action_cancel()
        wz.button_validate()
        self.assertEqual(wz.state, "done")

    def test_another_piece_that_the_order_plans_beside(self):
        order = self._planned()
        other = self.add_part(order, self.compressor, supply="sale")
        sale = self._sale(self.compressor, order=order)
        sale.action_confirm()
        order.action_issue_parts()
        self.assertEqual((self.line.quantity_issued, other.quantity_issued), (2, 0))
        self._deliver(sale)
        self.assertStock(self.compressor, 7)
        # and one that it does not plan
        self.add_part(order, self.compressor)
        second = self._sale(self.compressor)
        second.action_confirm()
        with self.assertRaisesRegex(UserError, ISSUED):
            order._link_documents(second)

    def test_what_an_order_plans_for_others_is_no_matter(self):
        order = self._planned()
        self.add_part(order, self.valve)
        self._sale(self.valve, order=self._planned()).action_confirm()
        self._sale(self.compressor).action_confirm()    # nobody's order
        order.action_issue_parts()
        self.assertEqual(order.line_ids.mapped("quantity_issued"), [2, 1])

    def test_an_invoice_was_posted_before_the_issue(self):
        order = self._planned()
        invoice = self._by_button(order.action_new_invoice())
        invoice.invoice_date = "2026-03-09"
        invoice.action_post()
        self.assertTaken(order, invoice)
        # reversed, it has expensed nothing
        invoice._reverse_moves([{"invoice_date": "2026-03-09"}]).action_post()
        order.action_issue_parts()
        self.assertMovedOnce()

    def test_an_invoice_of_services_hinders_nobody(self):
        order = self._planned()
        invoice = self._invoice(self.labour, order=order)
        invoice.invoice_line_ids = [Command.create({"name": "Compressor, two pieces", "quantity": 2, "price_unit": 9})]
        invoice.action_post()
        order.action_issue_parts()
        self.assertMovedOnce()

    # THE LINK COMES LAST

    def test_what_was_posted_or_confirmed_is_linked(self):
        order = self._order()
        invoice, sale = self._invoice(self.compressor), self._sale(self.compressor)
        invoice.action_post()
        sale.action_confirm()
        for document in (invoice, sale):
            with self.assertRaisesRegex(UserError, ISSUED):
                order._link_documents(document)
            self.assertFalse(document.crm_link_count)
            link = self._task(False)._link_documents(document)
            with self.assertRaisesRegex(UserError, ISSUED):
                link.write({"task_id": False, "order_id": order.id})
        invoice._reverse_moves([{"invoice_date": "2026-03-09"}], cancel=True)
        order._link_documents(invoice)
        sale._action_cancel()
        order._link_documents(sale)

    def test_a_task_becomes_the_orders(self):
        order = self._order()
        invoice = self._invoice(self.compressor)
        invoice.action_post()
        task = self._task(False)
        task._link_documents(invoice)
        with self.assertRaisesRegex(UserError, ISSUED):
            task.order_id = order
        event = self.env["crm.event"].create({"name": "Fair"})
        event._link_documents(invoice)
        with self.assertRaisesRegex(UserError, ISSUED):
            event.order_id = order

    # THROUGH A TASK OR AN EVENT, AND BY A COPY

    def test_documents_of_a_task_or_an_event_are_the_orders(self):
        order = self._order()
        event = self.env["crm.event"].create({"name": "Call", "order_id": order.id})
        for source in (self._task(order), event):
            with self.assertRaisesRegex(UserError, ISSUED):
                self._by_button(source.action_new_invoice()).action_post()
            with self.assertRaisesRegex(UserError, ISSUED):
                self._by_button(source.action_new_quotation()).action_confirm()
        self.assertMovedOnce()
        waits = self._planned()
        task = self._task(waits)
        sale = self._by_button(task.action_new_quotation())
        sale.action_confirm()
        task.active = False
        self.assertTaken(waits, sale)

    def test_a_duplicate_of_what_was_refused_is_refused(self):
        order = self._order()
        sources = (order, self._task(order))
        for source in sources:
            for action, act, user in (
                    (source.action_new_invoice(), "action_post", self.accountant),
                    (source.action_new_quotation(), "action_confirm", self.seller)):
                document = self._by_button(action)
                # whoever duplicates need not read orders, and the button's context is gone, or still there
                clean = document.with_context(default_crm_link_source=False).with_user(user)
                for copy in (document.copy(), clean.copy()):
                    with self.assertRaisesRegex(UserError, ISSUED):
                        getattr(copy, act)()
        self.assertMovedOnce()

    def test_the_copy_of_a_copy_and_a_copy_that_is_posted_first(self):
        order = self._planned()
        draft = self._invoice(self.compressor, order=order)
        again = draft.copy().copy({"invoice_date": "2026-03-09"})
        (draft | self._invoice(self.labour)).unlink()
        again.action_post()
        self.assertTaken(order, again)

    def test_a_copy_for_somebody_else_and_one_of_what_was_confirmed_are_other_deals(self):
        order = self._order()
        for document, act in ((self._sale(self.compressor, order=order), "action_confirm"),
                              (self._invoice(self.compressor, order=order), "action_post")):
            copy = document.copy()
            copy.partner_id = self.env["res.partner"].create({"name": "Somebody else"})
            getattr(copy, act)()
        sale, invoice = self._sale(self.labour, order=order), self._invoice(self.labour, order=order)
        sale.action_confirm()
        invoice.action_post()
        for document in (sale, invoice):
            self.assertFalse(document.copy()._get_linked_orders())

    # WHAT EXPENSES

    def test_a_refund_of_less_than_nothing_expenses(self):
        order = self._order()
        refund = self._invoice(self.labour, self.labour, self.compressor, order=order, move_type="out_refund")
        refund.invoice_line_ids[2].quantity = -1
        with self.assertRaisesRegex(UserError, ISSUED):
            refund.action_post()
        # what the same document takes back is not expensed
        invoice = self._invoice(self.labour, self.compressor, self.compressor, order=order)
        invoice.invoice_line_ids[2].quantity = -1
        invoice.action_post()
        self.assertMovedOnce()

    def test_goods_that_are_not_counted_leave_once_as_well(self):
        oil = self._new_product("Oil", is_storable=False, standard_price=15.0, invoice_policy="order")
        order = self.make_order(self.device)
        self.add_part(order, oil)
        order.action_issue_parts()
        sale = self._sale(oil, order=order)
        with self.assertRaisesRegex(UserError, "has issued and expensed Oil already"):
            sale.action_confirm()
        # an invoice moves nothing of them, nor does it expense them
        self._invoice(oil, order=order).action_post()
        waits = self.make_order(self.device2)
        self.add_part(waits, oil)
        sale = self._sale(oil, order=waits)
        sale.action_confirm()
        with self.assertRaisesRegex(UserError, f"Oil is delivered or billed by {sale.name} already"):
            waits.action_issue_parts()

    def test_an_invoice_on_a_task_bills_the_order(self):
        project = self.env["project.project"].create({"name": "Bakery"})
        order = self.make_order(self.device, project_id=project.id)
        self.env["crm.service.order.line"].create({
            "order_id": order.id, "kind": "labour", "product_id": self.labour.id, "quantity": 1, "price_unit": 100,
            "billing": "billable"})
        self.assertEqual(project.real_value, 100)
        task = self._task(order)
        task.project_id = project
        invoice = self._invoice(self.labour)
        invoice.action_post()
        task._link_documents(invoice)
        self.env.invalidate_all()
        self.assertEqual(project.real_value, 100)

    # OTHERS' WORK

    def test_who_has_none_of_our_groups_sells_and_bills_as_ever(self):
        order = self._order()
        with self.assertRaises(AccessError):
            order.with_user(self.seller).check_access("read")
        sale = self._sale(self.valve, order=order, user=self.seller)
        sale.action_confirm()
        self.assertEqual(sale.copy().state, "draft")
        self._invoice(self.valve, order=order, user=self.accountant).action_post()
        with self.assertRaisesRegex(UserError, "valve".title()):
            self.add_part(order, self.valve)
            order.action_issue_parts()

    def test_documents_without_a_link_cost_two_statements(self):
        sale, invoice = self._sale(self.valve), self._invoice(self.valve)
        sale_lines = sale.order_line
        self.env.flush_all()
        sale_lines.mapped("product_id.type")
        with self.assertQueryCount(2):
            self.assertFalse(sale._get_linked_orders())
        invoice.invoice_line_ids.mapped("product_id.type")
        with self.assertQueryCount(2):
            self.assertFalse(invoice._get_billed_orders())
