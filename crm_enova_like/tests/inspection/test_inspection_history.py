from datetime import date, datetime

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import InspectionCommon


@tagged("post_install", "-at_install")
class TestInspectionHistory(InspectionCommon):
    """What was done stays as it was done, whatever becomes of the device, the contractor and the law."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.regime = cls._new_regime(
            "Pressure vessel", code="ZB", tolerance_days=3, legal_basis="Act of 2019", qualification="Inspector A",
            protocol_per_visit=True, checklist_ids=[Command.create({"name": "Valve"})])
        cls.contractor.write({"vat": "PL5261040828", "phone": "600 100 200"})
        cls.shop.write({"street": "Polna 1", "zip": "60-001", "city": "Poznań"})
        cls.tank = cls._new_device("Tank", serial_number="T-100", technician_id=cls.technician.id)
        cls.plan = cls._new_plan(cls.regime, date(2025, 3, 8), cls.tank)

    def _finish(self):
        inspection = self.plan.inspection_ids.sorted("planned_date")[0]
        inspection.action_create_order()
        inspection.order_id.user_id = self.technician
        inspection.check_ids.result = "ok"
        inspection.order_device_id.action_repaired()
        self.assertEqual(inspection.state, "done")
        return inspection

    def _print(self, inspection):
        report = self.env["ir.actions.report"]
        return "".join(
            report._render_qweb_html(f"crm_enova_like.report_{name}", record.ids)[0].decode()
            for name, record in (
                ("inspection_protocol", inspection), ("inspection_collective", inspection.order_id)))

    def _change_the_world(self):
        self.tank.write({
            "partner_id": self.other_contractor.id, "address_id": False, "name": "Tank II", "serial_number": "T-200",
            "identifier": "NEW/77", "technician_id": self.other_technician.id})
        self.contractor.write({
            "name": "Renamed", "vat": "PL1132191233", "phone": "700 000 000", "street": "Elsewhere 9"})
        self.shop.write({"name": "Other shop", "street": "Leśna 5", "zip": "00-950", "city": "Warszawa"})
        self.regime.write({
            "name": "Vessels of today", "legal_basis": "Act of 2030", "qualification": "Inspector B",
            "tolerance_days": 90, "interval_number": 7, "protocol_per_visit": False, "code": "XX",
            "checklist_ids": [Command.clear()]})
        self.technician.name = "Married Since"
        self.env.flush_all()
        self.env.invalidate_all()

    def test_a_finished_inspection_keeps_its_day_and_its_paper(self):
        inspection = self._finish()
        names = [name for name in inspection._fields if name.startswith("done_")] + [
            "partner_id", "address_id", "city", "zip", "due_date", "regime_id", "protocol_number"]
        before, paper = {name: inspection[name] for name in names}, self._print(inspection)
        self.assertEqual(
            (before["done_serial_number"], before["done_regime_name"], before["done_legal_basis"],
             before["done_partner_id"], before["done_address_id"], before["done_device_name"]),
            ("T-100", "Pressure vessel", "Act of 2019", self.contractor, self.shop, "Tank"))
        self.assertIn("Polna 1", before["done_address"])
        self.assertTrue(before["done_next_date"])
        self.assertFalse(before["done_is_estimate"])
        self._change_the_world()
        self.assertEqual({name: inspection[name] for name in names}, before)
        # the papers of the device's order say who signs for the firm today; the protocol's own head says that day
        self.assertEqual(self._print(inspection), paper)
        found = self.env["crm.service.inspection"].search([
            ("partner_id", "=", self.contractor.id), ("city", "=", "Poznań"), ("state", "=", "done")])
        self.assertIn(inspection, found)

    def test_what_is_still_to_be_done_follows_the_device(self):
        self._finish()
        live = self.plan.inspection_ids.filtered("is_open")
        self._change_the_world()
        live = self.plan.inspection_ids.filtered("is_open")
        self.assertTrue(live)
        self.assertEqual(live.partner_id, self.other_contractor)
        self.assertFalse(any(live.mapped("done_device_name")) or live.address_id)
        self.assertEqual({(i.due_date - i.planned_date).days for i in live}, {90})

    def test_a_cancelled_one_keeps_its_day_and_a_reopened_one_forgets_it(self):
        inspection = self.plan.inspection_ids.sorted("planned_date")[0]
        inspection.action_cancel("Closed")
        due = inspection.due_date
        self._change_the_world()
        self.assertEqual((inspection.done_serial_number, inspection.partner_id, inspection.due_date),
                         ("T-100", self.contractor, due))
        inspection.with_user(self.manager).action_reopen()
        self.assertFalse(inspection.done_serial_number or inspection.done_partner_id or inspection.done_regime_name)
        self.assertEqual(inspection.partner_id, self.other_contractor)
        inspection.action_done()
        self.assertEqual((inspection.done_serial_number, inspection.done_regime_name), ("T-200", "Vessels of today"))

    def test_sold_and_finished_in_one_breath(self):
        inspection = self.plan.inspection_ids.sorted("planned_date")[0]
        self.tank.write({"partner_id": self.other_contractor.id, "address_id": False})
        inspection.action_done()
        self.assertEqual((inspection.partner_id, inspection.done_partner_id), 2 * (self.other_contractor,))

    def test_a_plan_given_another_regime_leaves_what_was_done(self):
        inspection = self._finish()
        self.plan.regime_id = self.half_year
        self.env.flush_all()
        self.assertEqual(inspection.regime_id, self.regime)
        self.assertEqual(self.plan.inspection_ids.filtered("is_open").regime_id, self.half_year)

    def test_the_device_history_says_the_rule_of_the_day(self):
        self._finish()
        self._change_the_world()
        html = self.env["ir.actions.report"]._render_qweb_html(
            "crm_enova_like.report_device_history", self.tank.ids)[0].decode()
        self.assertIn("Pressure vessel", html)

    def test_what_is_kept_is_written_with_the_state(self):
        inspections = self._new_inspection(self.regime)
        for name in ("A", "B", "C"):
            inspections |= self._new_inspection(self.regime, self._new_device(name, serial_number=f"S-{name}"))
        self.env.flush_all()
        updates = []
        execute = type(self.env.cr).execute

        def listen(cr, query, params=None, **options):
            text = query.code if hasattr(query, "code") else query
            if text.lstrip().startswith('UPDATE "crm_service_inspection"'):
                updates.append(text)
            return execute(cr, query, params, **options)

        self.patch(type(self.env.cr), "execute", listen)
        inspections.action_done()
        self.env.flush_all()
        self.assertEqual(len(updates), 1, updates)
        self.assertIn("done_serial_number", updates[0])

    def test_facts_of_the_day_are_never_typed(self):
        inspection = self._finish()
        for name, value in (
                ("done_serial_number", "X"), ("done_partner_id", self.other_contractor.id), ("due_date", "2030-01-01"),
                ("partner_id", self.other_contractor.id), ("schedule_date", "2030-01-01"), ("city", "X"),
                ("done_is_estimate", True)):
            for user in (self.technician, self.operator, self.manager):
                with self.subTest(name=name, user=user.login), self.assertRaisesRegex(UserError, "cannot be entered"):
                    inspection.with_user(user).write({name: value})
        for vals in ({"done_serial_number": "T-101"}, {"done_next_date": "2030-01-01"},
                     {"done_partner_id": self.other_contractor.id, "result": "failed"}):
            with self.subTest(**vals), self.assertRaisesRegex(UserError, "none of them is corrected alone"):
                inspection.with_user(self.manager).correct_facts(vals, "Misread")

    def test_what_is_moved_in_says_whose_it_was(self):
        moved_in = self.env["crm.service.inspection"].with_user(self.manager).create({
            "device_id": self.tank.id, "regime_id": self.regime.id, "planned_date": "2024-03-01", "state": "done",
            "date_done": "2024-03-02", "protocol_number": "OLD/1", "done_partner_id": self.other_contractor.id,
            "done_serial_number": "T-001", "done_regime_name": "Vessels of 2024"})
        self.assertEqual(
            (moved_in.state, moved_in.done_serial_number, moved_in.done_regime_name, moved_in.done_device_name),
            ("done", "T-001", "Vessels of 2024", "Tank"))
        self.assertEqual((moved_in.done_partner_id, moved_in.partner_id), 2 * (self.other_contractor,))
        self.assertEqual(moved_in.done_partner_name, self.other_contractor.display_name)
        self.assertTrue(moved_in.done_is_estimate, "the device is called so today")

    def test_what_is_closed_is_planned_no_more(self):
        inspection = self._finish()
        for vals in (
                {"planned_date": "2026-05-01"}, {"user_id": self.other_technician.id}, {"note": "Later"},
                {"date_agreed": datetime(2026, 5, 1, 8)}, {"agreed_with": "Jan"}, {"cancel_reason": "No"}):
            for user in (self.technician, self.operator, self.manager):
                with self.subTest(vals=vals, user=user.login), self.assertRaisesRegex(UserError, "is closed; reopen"):
                    inspection.with_user(user).write(vals)
        cancelled = self.plan.inspection_ids.filtered("is_open")[:1]
        cancelled.action_cancel("Closed")
        with self.assertRaisesRegex(UserError, "is closed; reopen"):
            cancelled.with_user(self.operator).write({"result": "passed"})

    def test_a_device_that_was_inspected_is_not_deleted(self):
        self._finish().order_id.device_line_ids.unlink()
        other = self._new_inspection(self.regime, self.device2)
        other.action_done()
        with self.assertRaisesRegex(UserError, "has a history"):
            self.device2.with_user(self.manager).unlink()

    def test_the_form_of_a_closed_one_shows_its_day_after_a_change(self):
        inspection = self._finish()
        values = inspection.with_user(self.manager).onchange(
            {"note": "x"}, ["note"], {"note": {}, "done_serial_number": {}, "partner_id": {}, "city": {}})["value"]
        self.assertNotIn("done_serial_number", values)
        self.assertNotIn("city", values)
