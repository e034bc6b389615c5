from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common import InspectionCommon


@tagged("post_install", "-at_install")
class TestInspectionOrderDevice(InspectionCommon):
    """Inspections that go with the devices of an order, and come back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.inspections = cls._new_inspection() | cls._new_inspection(device=cls.device2)
        cls.order = cls._order(cls.inspections)
        cls.rows = cls.order.device_line_ids

    def test_results_for_a_selection_of_devices(self):
        action = self.rows.with_user(self.operator).action_open_outcome()
        form = Form(self.env[action["res_model"]].with_user(self.operator).with_context(**action["context"]))
        self.assertTrue(form.has_inspection)
        form.outcome = "repaired"
        form.inspection_result = "passed"
        form.save().action_apply()
        self.assertEqual(set(self.inspections.mapped("state")), {"done"})
        self.assertEqual(set(self.inspections.mapped("result")), {"passed"})

    def test_a_device_without_inspections_is_asked_for_no_result(self):
        rows = self._new_order(self._new_device()).device_line_ids
        wizard = self.env["crm.service.outcome.wizard"].create({"line_ids": rows.ids})
        self.assertFalse(wizard.has_inspection)

    def test_what_an_outcome_says_of_the_inspection(self):
        for outcome, state, result in (
                ("repaired", "done", "passed"), ("no_fault", "done", "passed"), ("replaced", "done", "passed"),
                ("unrepairable", "done", "failed"), ("declined", "planned", False),
                ("claim_refused", "planned", False)):
            with self.subTest(outcome):
                inspection = self._new_inspection(device=self._new_device())
                row = self._order(inspection).device_line_ids
                row.with_user(self.technician).write({"state": outcome})
                self.assertEqual((inspection.state, inspection.result), (state, result))
                self.assertEqual(bool(inspection.order_id), state == "done")

    def test_an_outcome_of_another_addon_finishes_or_not(self):
        Row = type(self.rows)
        original = Row._get_inspection_results
        self.patch(Row, "_get_inspection_results", lambda row: {**original(row), "no_fault": "conditional",
                                                                "replaced": False})
        self.rows[0].action_no_fault()
        self.rows[1].action_replaced()
        self.assertEqual(self.inspections.mapped("state"), ["done", "planned"])
        self.assertEqual(self.inspections[0].result, "conditional")

    def test_an_outcome_is_refused_before_any_device_has_it(self):
        self.half_year.checklist_ids = [(0, 0, {"name": "Housing"})]
        more = self._new_inspection(device=self._new_device())
        more._add_to_order(self.order)
        with self.assertRaisesRegex(UserError, "1 items of the checklist"):
            self.order.device_line_ids.write({"state": "repaired"})
        self.assertEqual(set(self.order.device_line_ids.mapped("state")), {"open"})
        with self.assertRaisesRegex(UserError, r"(?s)devices without an outcome: .*checklists .* not filled in: Half"):
            self.order.action_done()
        # nothing was inspected: no checklist is asked for
        self.order.device_line_ids.write({"state": "declined"})
        self.order.action_done()
        self.assertEqual(self.order.state, "done")

    def test_a_device_whose_date_was_taken_since_is_not_reopened(self):
        plan = self._new_plan(self.half_year, "2026-03-10", self._new_device())
        first = plan.inspection_ids.sorted("planned_date")[0]
        row = self._order(first).device_line_ids
        row.with_user(self.technician).action_repaired()
        plan.inspection_ids.filtered(
            lambda inspection: inspection.planned_date == first.planned_date and inspection != first
        ).date_agreed = "2026-09-08 08:00:00"
        with self.assertRaisesRegex(UserError, "cannot be reopened"):
            row.with_user(self.technician).action_reopen()
        self.assertEqual((row.state, first.state), ("repaired", "done"))

    def test_a_cancelled_order_puts_back_by_whoever_cancels(self):
        self.order.with_user(self.technician).action_cancel()
        self.assertEqual(set(self.inspections.mapped("state")), {"planned"})
        self.assertFalse(self.inspections.order_id or self.inspections.order_device_id)
        self.assertFalse(self.order.inspection_ids)

    def test_a_device_that_goes_into_another_order_leaves_its_inspection_planned(self):
        inspection = self._new_inspection(device=self._new_device())
        row = self._order(inspection).device_line_ids
        other = self._new_order(self._new_device())
        row.with_user(self.operator).write({"order_id": other.id})
        self.assertEqual(row.order_id, other)
        self.assertEqual((inspection.state, inspection.order_id.id), ("planned", False))
        self.assertFalse(row.inspection_ids)

    def test_on_the_printed_history(self):
        # the one without costs is for the customer, in their language
        self.contractor.lang = "en_US"
        body = self._new_regime("Legalizacja", interval_number=12, performed_by="body")
        done, planned = (
            self._new_inspection(body, planned_date=day) for day in ("2026-01-10", "2027-01-10"))
        done.action_done(result="conditional", protocol_number="UDT/77")
        self.assertEqual(self.device.with_user(self.technician)._get_done_inspections(), done)
        self.assertEqual(planned.state, "planned")
        for report in ("report_device_history", "report_device_history_costs"):
            with self.subTest(report):
                html, _kind = self.env["ir.actions.report"].with_user(self.operator)._render_qweb_html(
                    f"crm_enova_like.{report}", self.device.ids)
                self.assertIn("UDT/77", html.decode())
                self.assertEqual(html.decode().count("Legalizacja"), 1)
                self.assertIn("Next inspection", html.decode())
