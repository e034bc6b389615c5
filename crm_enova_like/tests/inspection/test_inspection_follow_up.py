from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import InspectionCommon

WIZARD = "crm.service.inspection.follow.up.wizard"


@tagged("post_install", "-at_install")
class TestInspectionFollowUp(InspectionCommon):
    """What follows from an inspection that failed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # papers are in their reader's language
        cls.env["res.lang"]._activate_lang("en_US")
        cls.contractor.lang = "en_US"
        cls.half_year.checklist_ids = [Command.create({"name": "Housing"}), Command.create({"name": "Seal"})]
        cls.plan = cls._new_plan(cls.half_year, "2025-09-20")
        cls.inspection = cls.plan.inspection_ids[0]
        cls.order = cls._order(cls.inspection)
        cls.order.user_id = cls.technician
        cls.row = cls.order.device_line_ids

    def _fail(self, row=None):
        """The technician finishes a device of which one item failed: what the button gives back."""
        row = row or self.row
        row.inspection_ids.check_ids.write({"result": "ok"})
        row.inspection_ids.check_ids[:1].write({"result": "not_ok", "remark": "cracked"})
        return row.with_user(self.technician).action_repaired()

    def _decide(self, action, user=None, **vals):
        """The dialog, filled in."""
        form = Form(self.env[WIZARD].with_user(user or self.technician).with_context(**action["context"]))
        for name, value in vals.items():
            setattr(form, name, value)
        return form.save().action_apply()

    # RED EVERYWHERE

    def test_a_failed_one_is_no_success(self):
        self._fail()
        self.assertEqual(self.row.state, "repaired")
        self.assertEqual((self.row.state_name, self.row.is_success), ("Failed result", False))
        self.assertEqual((self.inspection.state, self.inspection.state_name), ("done", "Failed result"))
        device = self.order.with_user(self.technician).checklist_load()["devices"][0]
        self.assertEqual((device["state_label"], device["is_failed"]), ("Failed result", True))
        self.assertTrue(device["inspections"][0]["is_undecided"])
        self.assertEqual(self.plan.last_result, "failed")
        self.assertIn("Half-yearly", self.device.with_user(self.technician).inspection_failure)
        self.env.flush_all()
        line = self.env["crm.timeline"].search([("inspection_id", "=", self.inspection.id)])
        self.assertEqual(line.state, "failed")
        for name, docs in (("report_device_history", self.device), ("report_inspection_protocol", self.inspection)):
            self.assertIn("#b02a37", self._html(name, docs)[1])
        found = self.env["crm.service.order.device"].search([("inspection_failed", "=", True)])
        self.assertIn(self.row, found)

    def test_one_that_passed_is_as_ever(self):
        self.inspection.check_ids.write({"result": "ok"})
        self.assertIs(self.row.action_repaired(), True)
        self.assertEqual((self.row.state_name, self.row.is_success), ("Repaired", True))
        self.assertEqual((self.inspection.state_name, self.plan.last_result), ("Done", "passed"))
        self.assertFalse(self.device.inspection_failure)

    # WHAT FOLLOWS

    def test_it_is_asked_wherever_it_closes(self):
        for finish in (
                lambda: self.row.action_repaired(), lambda: self.inspection.action_done(),
                lambda: self.order.action_finish_inspections() and self.order.action_open_follow_up()):
            with self.subTest(finish=finish):
                self.inspection.check_ids.write({"result": "not_ok"})
                action = finish()
                self.assertEqual(action["res_model"], WIZARD)
                self.assertEqual(action["context"]["default_failed_ids"], [(6, 0, self.inspection.ids)])
                self.assertTrue(self.order.has_undecided_inspection)
                if self.row.is_open:
                    self.inspection.with_user(self.manager).write({"state": "ordered"})
                else:
                    self.row.action_reopen()

    def test_for_many_at_once(self):
        second = self._new_inspection(device=self.device2)
        second._add_to_order(self.order)
        (self.inspection | second).check_ids.write({"result": "not_ok"})
        wizard = self.env["crm.service.outcome.wizard"].with_user(self.technician).create({
            "line_ids": [Command.set(self.order.device_line_ids.ids)], "outcome": "repaired"})
        action = wizard.action_apply()
        self.assertEqual(action["res_model"], WIZARD)
        form = Form(self.env[WIZARD].with_user(self.technician).with_context(**action["context"]))
        self.assertIn("Nano E", form.findings)
        self.assertIn("Nano S", form.findings)
        # one is taken off the list: it is asked for next
        form.failed_ids.remove(id=second.id)
        form.choice, form.reason = "none", "Scrapped"
        left = form.save().action_apply()
        self.assertEqual(left["context"]["default_failed_ids"], [(6, 0, second.ids)])
        self.assertEqual((self.inspection.follow_up, self.inspection.follow_up_reason), ("none", "Scrapped"))
        self.assertEqual(self._decide(left, choice="order")["type"], "ir.actions.act_window_close")
        self.assertEqual(second.repair_order_id.device_line_ids.device_id, self.device2)

    def test_a_repair_in_the_same_order(self):
        action = self._fail()
        self.assertEqual(Form(self.env[WIZARD].with_context(**action["context"])).choice, "row")
        self._decide(action, choice="row")
        self.assertEqual((self.row.state, self.row.basis, self.inspection.state), ("open", "paid", "done"))
        self.assertIn("Housing – cracked", self.row.fault)
        self.assertEqual(self.inspection.result, "failed")
        self.assertTrue(self.inspection.protocol_number)
        self.assertTrue(self.row.with_user(self.technician).action_repaired())
        self.assertEqual((self.row.state_name, self.row.is_success), ("Repaired", True))
        self.assertEqual(self.inspection.state, "done", "its protocol stands")
        self.order.with_user(self.technician).checklist_complete()
        self.assertEqual(self.order.state, "done")

    def test_a_repair_order_tied_both_ways(self):
        self._decide(self._fail(), choice="order")
        repair = self.inspection.repair_order_id
        self.assertEqual((repair.partner_id, repair.user_id), (self.order.partner_id, self.technician))
        self.assertEqual(repair.device_line_ids.device_id, self.device)
        self.assertEqual(repair.device_line_ids.fault, "Housing – cracked")
        self.assertEqual((self.order.repair_count, repair.found_inspection_count), (1, 1))
        self.assertEqual(self.order.action_view_repairs()["res_id"], repair.id)
        self.assertEqual(repair.action_view_found_inspections()["res_id"], self.inspection.id)
        self.assertIn(repair.name, self.inspection.follow_up_text)
        with self.assertRaisesRegex(UserError, "was decided already"):
            self.inspection.action_follow_up("order")
        self.assertFalse(self.order.action_open_follow_up())

    def test_many_devices_of_a_visit_have_one_repair_order(self):
        second = self._new_inspection(device=self.device2)
        second._add_to_order(self.order)
        both = self.inspection | second
        both.check_ids.write({"result": "not_ok"})
        self.order.action_finish_inspections()
        both.with_user(self.technician).action_follow_up("order")
        self.assertEqual(len(both.repair_order_id), 1)
        self.assertEqual(both.repair_order_id.device_line_ids.device_id, self.devices)

    def test_a_repair_order_made_on_the_visit_is_the_decision(self):
        self.inspection.check_ids.write({"result": "not_ok"})
        self.inspection.check_ids[0].with_user(self.technician).action_add_repair()
        repair = self.inspection.repair_order_id
        self.inspection.check_ids[1].with_user(self.technician).action_add_repair()
        self.assertEqual(self.inspection.check_ids.repair_order_id, repair, "what is found later goes into it")
        self.assertEqual(repair.device_line_ids.fault, "Housing\nSeal")
        self.assertIs(self.row.with_user(self.technician).action_repaired(), True)
        self.assertEqual(self.inspection.follow_up, "order")

    def test_another_inspection_in_place_of_the_next_one(self):
        self.half_year.recheck_days = 14
        action = self._fail()
        self.assertEqual(self.plan.next_date, date(2026, 9, 10), "of the schedule, while nobody said anything")
        form = Form(self.env[WIZARD].with_user(self.technician).with_context(**action["context"]))
        form.choice = "recheck"
        self.assertEqual(form.recheck_date, date(2026, 3, 24), "as the regime says")
        form.save().action_apply()
        again = self.inspection.recheck_ids
        self.assertEqual((again.planned_date, again.plan_id, again.state), (date(2026, 3, 24), self.plan, "planned"))
        self.assertEqual((self.plan.next_date, self.device.next_inspection_date), 2 * (date(2026, 3, 24),))
        self.assertEqual(
            self._dates(self.plan, "planned"), [date(2026, 3, 24), date(2027, 3, 10)], "in place of that of September")
        # a plan that is made anew leaves it
        self.plan.date_end = "2030-01-01"
        self.assertTrue(again.exists())
        again.action_done(result="passed")
        self.assertEqual((self.plan.last_result, self.plan.next_date), ("passed", date(2026, 9, 10)))
        self.assertFalse(self.device.inspection_failure)

    def test_nothing_wants_a_reason_and_a_recheck_its_day(self):
        self._fail()
        mine = self.inspection.with_user(self.technician)
        with self.assertRaisesRegex(UserError, "say why nothing follows"):
            mine.action_follow_up("none", reason="  ")
        with self.assertRaisesRegex(UserError, "on which day it is done again"):
            mine.action_follow_up("recheck")
        with self.assertRaisesRegex(UserError, "cannot be done again before it failed"):
            mine.action_follow_up("recheck", recheck_date="2026-03-01")
        with self.assertRaisesRegex(UserError, "no way “other”"):
            mine.action_follow_up("other")
        with self.assertRaisesRegex(UserError, "cannot be entered"):
            mine.follow_up = "none"
        self.assertFalse(mine.follow_up)
        mine.action_follow_up("none", reason="Not in use")
        self.assertEqual(mine.follow_up_text, "nothing: Not in use")
        # what was nothing may become a repair
        mine.action_follow_up("order")
        self.assertTrue(mine.repair_order_id)

    def test_only_what_failed_and_only_whose_it_is(self):
        self.inspection.check_ids.write({"result": "ok"})
        self.row.action_repaired()
        with self.assertRaisesRegex(UserError, "did not fail"):
            self.inspection.action_follow_up("order")
        with self.assertRaises(AccessError):
            self.inspection.with_user(self.employee).action_follow_up("order")

    def test_a_closed_order_takes_no_repair(self):
        self._fail()
        self.order.with_user(self.technician).checklist_complete()
        with self.assertRaisesRegex(UserError, "is in no open order"):
            self.inspection.action_follow_up("row")
        self.inspection.action_follow_up("order", recheck_date="2026-04-01")
        self.assertTrue(self.inspection.repair_order_id)
        self.assertEqual(self.inspection.recheck_ids.planned_date, date(2026, 4, 1))

    def test_what_is_scrapped_asks_nothing(self):
        self.inspection.check_ids.write({"result": "not_ok"})
        self.assertIs(self.row.action_unrepairable(), True)
        self.assertEqual((self.inspection.follow_up, self.inspection.follow_up_reason), ("none", "Beyond repair"))
        self.assertEqual(self.row.state_name, "Beyond repair")

    def test_reopened_it_is_open_what_follows(self):
        self._fail()
        self.inspection.action_follow_up("recheck", recheck_date="2026-04-01")
        self.row.with_user(self.manager).action_reopen()
        self.assertEqual((self.inspection.state, self.inspection.follow_up), ("ordered", False))
        self.assertFalse(self.inspection.recheck_ids, "nobody counted on it")

    def test_what_was_to_follow_is_cancelled(self):
        """Nobody repairs it then: it is to be decided again, and the chatter says why."""
        self._decide(self._fail(), choice="order")
        repair = self.inspection.repair_order_id
        repair.action_cancel()
        self.assertTrue(self.inspection.is_undecided)
        self.assertFalse(self.inspection.repair_order_id)
        self.assertIn(repair.name, self.inspection.message_ids[0].body)
        self.inspection.action_follow_up("recheck", self.inspection.date_done + timedelta(days=14))
        self.assertFalse(self.inspection.is_undecided)
        self.inspection.recheck_ids.action_cancel("Sold")
        self.assertTrue(self.inspection.is_undecided)
        self.assertFalse(self.inspection.done_next_date)

    def test_a_repair_that_is_cancelled_leaves_the_recheck(self):
        self._decide(self._fail(), choice="order", recheck_date=self.inspection.date_done + timedelta(days=14))
        self.inspection.repair_order_id.action_cancel()
        self.assertEqual((self.inspection.follow_up, self.inspection.is_undecided), ("recheck", False))

    def test_a_result_corrected_to_passed_has_no_follow_up(self):
        self._decide(self._fail(), choice="recheck", recheck_date=self.inspection.date_done + timedelta(days=14))
        self.assertTrue(self.inspection.recheck_ids)
        self.inspection.with_user(self.manager).correct_facts({"result": "passed"}, "Wrong device")
        self.assertFalse(self.inspection.follow_up)
        self.assertFalse(self.inspection.recheck_ids)
        self.assertEqual(self.plan.next_date, self.inspection.done_next_date)

    def test_without_an_order(self):
        alone = self._new_inspection(device=self.device2)
        self.assertEqual(alone.action_done(result="failed")["res_model"], WIZARD)
        alone.with_user(self.operator).action_follow_up("order")
        self.assertEqual(alone.repair_order_id.partner_id, self.contractor)

    # THE PAPER

    def test_the_paper_names_the_day_that_the_result_allows(self):
        self._fail()
        self.assertFalse(self.inspection.done_next_date)
        self.assertIn("after the repair", self._html("report_inspection_protocol", self.inspection)[1])
        self.inspection.action_follow_up("recheck", recheck_date=date(2026, 3, 10) + timedelta(days=20))
        self.assertEqual(self.inspection.done_next_date, date(2026, 3, 30))
        html = self._html("report_inspection_protocol", self.inspection)[1]
        self.assertIn("03/30/2026", html)
        self.assertNotIn("after the repair", html)
        self.assertNotIn("09/10/2026", html)

    def test_the_decision_takes_few_statements_for_many(self):
        devices = self.env["crm.service.device"].create([
            {"name": f"Nano {number}", "type_id": self.device_type.id, "partner_id": self.contractor.id,
             "address_id": self.shop.id} for number in range(20)])
        inspections = self.env["crm.service.inspection"].create([
            {"device_id": device.id, "regime_id": self.monthly.id, "planned_date": "2026-03-20"} for device in devices])
        order = self._order(inspections)
        order.action_finish_inspections()
        self.assertFalse(order.action_open_follow_up(), "all passed")
        inspections.sudo().write({"result": "failed"})
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        inspections.action_follow_up("order")
        self.env.flush_all()
        self.assertLess(self.env.cr.sql_log_count - before, 260)
        self.assertEqual(len(inspections.repair_order_id), 1)
