from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.crm_enova_like.tests.common import ServiceCommon


@tagged("post_install", "-at_install")
class TestExtensions(ServiceCommon):
    """What the addon adds works wherever its own kind does."""

    def _in_testing(self):
        order = self._new_order(self.device, user_id=self.technician.id)
        self.add_part(order)
        order = order.with_user(self.technician)
        order.action_accept()
        order.action_start()
        order.action_test()
        return order

    # THE WHOLE WAY

    def test_from_the_counter_to_the_release(self):
        with Form(self.env["crm.service.order"].with_user(self.operator)) as form:
            form.partner_id = self.contractor
            with form.device_line_ids.new() as row:
                row.device_id = self.device
                row.fault = "Does not print"
                row.basis = "rental"
        order = form.save()
        order.action_accept()
        order = order.with_user(self.technician)
        order.action_take()
        order.action_start()
        line = self.add_part(order)
        self.assertEqual(line.billing, "included", "the billing of the new ground")
        order.action_issue_parts()
        order.action_wait()
        order.action_start()
        loan = self.env["crm.example.loan"].with_user(self.technician).create({
            "name": "Nano spare", "order_id": order.id, "deposit": 200.0})
        order.action_test()
        self.assertEqual((order.state, order.is_open), ("testing", True))
        order.device_line_ids.action_repaired()
        with self.assertRaisesRegex(UserError, "cannot be completed yet:\n• lent to the contractor: Nano spare"):
            order.action_done()
        loan.action_return()
        order.action_done()
        self.assertEqual((order.state, order.is_open), ("done", False))
        order.device_line_ids.action_release("Anna Kłos")
        self.assertTrue(order.device_line_ids.date_released)
        seen = self.env["crm.example.move.seen"].search([
            ("res_model", "=", order._name), ("res_id", "=", order.id)])
        self.assertEqual(seen.mapped("value"), [
            "accepted", "in_progress", "waiting", "in_progress", "testing", "done"])

    # THE STATE

    def test_the_state_is_open_everywhere(self):
        order = self._in_testing()
        row = order.device_line_ids
        self.assertTrue(order.stage_id.is_open and order.is_open and row.order_is_open)
        self.assertFalse(order.date_closed)
        found = self.env["crm.service.order"].search([("is_open", "=", True), ("stage_id.state", "=", "testing")])
        self.assertIn(order, found)
        self.assertEqual(order.stage_id.sequence, 35)

    def test_the_state_is_work_to_do(self):
        order = self._in_testing()
        work = self.env["crm.my.work"].with_user(self.technician).search([("order_id", "=", order.id)])
        self.assertEqual(work.state, "testing")
        self.assertEqual(dict(work._fields["state"]._description_selection(self.env))["testing"], "Testing")
        work.action_postpone(3)
        self.assertTrue(order.date_deadline)

    def test_the_state_has_its_buttons(self):
        order = self._in_testing()
        with self.assertRaisesRegex(UserError, "Testing.*only when it is “In progress”"):
            order.action_test()
        order.action_start()
        self.assertEqual(order.state, "in_progress")

    def test_the_overview_counts_the_state(self):
        def tile():
            [found] = [
                tile for section in self.env["crm.service.order"].get_service_overview() for tile in section["tiles"]
                if tile["name"] == "testing"]
            return found

        before = tile()["count"]
        order = self._in_testing()
        self.assertEqual(tile()["count"], before + 1)
        self.assertIn(order, self.env["crm.service.order"].search(Domain(tile()["domain"])))

    def test_a_new_company_has_the_stage(self):
        company = self.env["res.company"].create({"name": "Serwis Trzeci"})
        stages = self.env["crm.service.stage"].search([("company_id", "=", company.id)])
        self.assertEqual(len(stages.filtered(lambda stage: stage.state == "testing")), 1)
        company._create_testing_stages()
        self.assertEqual(self.env["crm.service.stage"].search([("company_id", "=", company.id)]), stages)

    # THE OUTCOME

    def test_the_outcome_drops_unused_parts(self):
        order = self._new_order(self.device, self.device2, user_id=self.technician.id)
        scrapped, repaired = order.device_line_ids
        used = self.add_part(order, device_line_id=scrapped.id)
        order.with_user(self.technician).action_issue_parts()
        self.add_part(order, device_line_id=scrapped.id)
        kept = self.add_part(order, device_line_id=repaired.id)
        repaired.with_user(self.technician).action_repaired()
        scrapped.with_user(self.technician).action_scrap()
        self.assertEqual(order.line_ids, used | kept, "what was not issued for a scrapped device is dropped")
        self.assertEqual((used.quantity_issued, kept.needs_issue), (1.0, True))
        self.assertFalse(scrapped.is_open or scrapped.is_success or scrapped.repair_warranty_until)
        self.assertTrue(scrapped.date_closed)

    def test_the_outcome_is_offered_for_many(self):
        offered = dict(self.env["crm.service.outcome.wizard"]._selection_outcome())
        self.assertEqual(offered["scrapped"], "Scrapped at the customer's wish")

    # THE DOCUMENT AND THE TIMELINE

    def test_a_loan_is_a_document_of_its_order(self):
        order = self._new_order(self.device, user_id=self.technician.id).with_user(self.technician)
        loan = self.env["crm.example.loan"].with_user(self.technician).create({
            "name": "Nano spare", "order_id": order.id, "deposit": 200.0})
        link = order.document_link_ids
        self.assertEqual((link.res_model, link.res_id, link.role), (loan._name, loan.id, "none"))
        self.assertEqual((link.document_name, link.amount), ("Nano spare", 200.0))
        self.assertEqual(link.action_open()["res_model"], loan._name)
        self.assertEqual((order.document_count, loan.crm_link_count), (1, 1))
        loan.with_user(self.manager).unlink()
        self.assertFalse(link.exists(), "the link goes with its document")

    def test_a_loan_is_in_the_timeline(self):
        order = self._new_order(self.device)
        loan = self.env["crm.example.loan"].create({"name": "Nano spare", "order_id": order.id})
        Timeline = self.env["crm.timeline"]
        domain = [("contractor_id", "=", self.contractor.id), ("kind", "=", "loan")]
        row = Timeline.with_user(self.technician).search(domain)
        self.assertEqual((row.name, row.loan_id, row.state), ("Nano spare", loan, "open"))
        self.assertEqual(row.action_open_source()["res_id"], loan.id)
        self.assertEqual(
            {kind for [kind] in Timeline._read_group([("contractor_id", "=", self.contractor.id)], ["kind"])},
            {"order", "loan"})
        loan.action_return()
        Timeline.invalidate_model()
        self.assertEqual(Timeline.search(domain).state, "done")

    def test_a_row_is_read_by_whoever_may_read_its_loan(self):
        other = self.env["res.company"].create({"name": "Serwis Trzeci"})
        stranger = new_test_user(
            self.env, "service_stranger", groups="crm_enova_like.group_user", company_id=other.id,
            company_ids=[(6, 0, other.ids)])
        loan = self.env["crm.example.loan"].create({
            "name": "Nano spare", "order_id": self._new_order(self.device).id})
        domain = [("kind", "=", "loan"), ("loan_id", "=", loan.id)]
        self.assertTrue(self.env["crm.timeline"].with_user(self.operator).search(domain))
        self.assertFalse(self.env["crm.timeline"].with_user(stranger).search(domain))
