from datetime import date, datetime

import psycopg2

from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..common import InspectionCommon


@tagged("post_install", "-at_install")
class TestInspection(InspectionCommon):
    """The calendar that the law demands, kept without anyone remembering it."""

    # THE SCHEDULE

    def test_the_horizon_is_filled_from_the_anchor(self):
        plan = self._new_plan(self.monthly, date(2026, 1, 31))
        dates = self._dates(plan)
        # February is missed, and there is one overdue inspection for it
        self.assertEqual(dates[:4], [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)])
        self.assertEqual(dates[-1], date(2027, 2, 28))
        self.assertEqual(plan.next_date, date(2026, 2, 28))
        self.assertTrue(plan.inspection_ids.sorted("planned_date")[0].is_overdue)

    def test_missed_periods_are_one_overdue_inspection_not_a_flood(self):
        plan = self._new_plan(self.monthly, date(2020, 1, 15))
        self.assertEqual([day for day in self._dates(plan) if day < date(2026, 3, 10)], [date(2026, 2, 15)])

    def test_a_company_may_want_each_missed_one(self):
        self.company.inspection_catch_up = "all"
        plan = self._new_plan(self.monthly, date(2025, 11, 15))
        self.assertEqual(
            [day for day in self._dates(plan) if day < date(2026, 3, 10)],
            [date(2025, 12, 15), date(2026, 1, 15), date(2026, 2, 15)])

    def test_generating_twice_makes_nothing_twice(self):
        plan = self._new_plan(self.monthly, date(2026, 1, 31))
        before = self._dates(plan)
        plan.action_generate()
        self.assertEqual(self._dates(plan), before)

    def test_the_database_refuses_a_second_one_for_a_plan_and_date(self):
        plan = self._new_plan(self.monthly, date(2026, 1, 31))
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"):
            self.env["crm.service.inspection"].create({
                "plan_id": plan.id, "device_id": plan.device_id.id, "planned_date": plan.next_date})
            self.env.flush_all()

    def test_the_scheduler_moves_on_with_time(self):
        plan = self._new_plan(self.monthly, date(2026, 1, 31))
        cron = self.env.ref("crm_enova_like.ir_cron_generate_inspections")
        with freeze_time("2026-06-10 10:00:00"), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(self._dates(plan)[-1], date(2027, 5, 31))
        self.assertEqual(len(self._dates(plan)), len(set(self._dates(plan))))

    def test_a_plan_that_ends_inside_the_horizon_is_not_looked_at_again(self):
        plan = self._new_plan(self.monthly, date(2026, 1, 31))
        plan.date_end = date(2026, 6, 15)
        self.assertEqual(self._dates(plan)[-1], date(2026, 5, 31))
        self.assertNotIn(plan, plan.search(plan._get_due_domain(self.company)))
        plan.date_end = False
        self.assertEqual(self._dates(plan)[-1], date(2027, 2, 28))

    def test_the_day_is_the_companys_not_utcs(self):
        self.company.partner_id.tz = "Europe/Warsaw"
        with freeze_time("2026-03-28 23:30:00"):
            # the night to summer time: it is the 29th in Warsaw already
            self.assertEqual(self.company._service_today(), date(2026, 3, 29))
        with freeze_time("2026-10-24 22:30:00"):
            self.assertEqual(self.company._service_today(), date(2026, 10, 25))

    # DONE, CANCELLED, REOPENED

    def test_finishing_early_restarts_the_clock(self):
        plan = self._new_plan(self.half_year, date(2025, 11, 1))
        self.assertEqual(self._dates(plan), [date(2026, 5, 1), date(2026, 11, 1)])
        plan.inspection_ids.sorted("planned_date")[0].action_done()
        self.assertEqual(self._dates(plan, "planned"), [date(2026, 9, 10), date(2027, 3, 10)])
        self.assertEqual(plan.date_last_done, date(2026, 3, 10))

    def test_a_fixed_date_stays_however_early_it_is_done(self):
        plan = self._new_plan(self.monthly, date(2026, 1, 31))
        before = self._dates(plan)
        plan.inspection_ids.sorted("planned_date")[1].action_done(date_done=date(2026, 3, 9))
        self.assertEqual(self._dates(plan), before)

    def test_cancelling_goes_on_with_the_next_date_and_reopening_brings_it_back(self):
        plan = self._new_plan(self.half_year, date(2025, 11, 1))
        first = plan.inspection_ids.sorted("planned_date")[0]
        with self.assertRaisesRegex(UserError, "say why"):
            first.action_cancel()
        first.action_cancel("The shop is closed")
        self.assertEqual(plan.next_date, date(2026, 11, 1))
        plan.action_generate()
        self.assertEqual(self._dates(plan), [date(2026, 5, 1), date(2026, 11, 1)])
        first.action_reopen()
        self.assertEqual(first.state, "planned")
        self.assertEqual(plan.next_date, date(2026, 5, 1))

    def test_reopening_what_was_done_takes_the_clock_back(self):
        plan = self._new_plan(self.half_year, date(2025, 11, 1))
        first = plan.inspection_ids.sorted("planned_date")[0]
        first.action_done()
        first.action_reopen()
        self.assertEqual(self._dates(plan, "planned"), [date(2026, 5, 1), date(2026, 11, 1)])

    def test_no_inspection_is_done_in_the_future(self):
        plan = self._new_plan(self.monthly, date(2026, 1, 31))
        with self.assertRaisesRegex(UserError, "future"):
            plan.inspection_ids[0].action_done(date_done=date(2026, 3, 11))
        self.assertEqual(plan.inspection_ids[0].state, "planned")

    def test_a_changed_interval_replans_the_future_and_leaves_the_past(self):
        plan = self._new_plan(self.monthly, date(2026, 1, 31))
        self.monthly.interval_number = 3
        self.assertEqual(self._dates(plan), [
            date(2026, 2, 28), date(2026, 4, 30), date(2026, 7, 31), date(2026, 10, 31), date(2027, 1, 31)])

    def test_what_is_arranged_survives_a_change(self):
        plan = self._new_plan(self.monthly, date(2026, 1, 31))
        arranged = plan.inspection_ids.filtered(lambda i: i.planned_date == date(2026, 4, 30))
        arranged.write({"date_agreed": datetime(2026, 4, 28, 8), "agreed_with": "Anna"})
        plan.anchor_date = date(2026, 2, 15)
        self.assertIn(date(2026, 4, 30), self._dates(plan))

    def test_an_archived_device_or_plan_makes_none(self):
        plan = self._new_plan(self.monthly, date(2026, 1, 31))
        self.device.active = False
        self.assertEqual(self._dates(plan), [date(2026, 2, 28)])
        self.device.active = True
        self.assertEqual(len(self._dates(plan)), 13)
        plan.active = False
        self.assertEqual(self._dates(plan), [date(2026, 2, 28)])

    def test_a_device_sold_on_keeps_its_plan_for_the_new_owner(self):
        plan = self._new_plan(self.monthly, date(2026, 1, 31))
        self.device.write({"partner_id": self.other_contractor.id, "address_id": False})
        self.assertEqual(plan.inspection_ids.partner_id, self.other_contractor)

    def test_a_type_gives_its_new_devices_their_plans(self):
        self.device_type.regime_ids = self.monthly
        device = self.env["crm.service.device"].create({
            "name": "New", "type_id": self.device_type.id, "date_commissioned": date(2026, 3, 1)})
        self.assertEqual(device.plan_ids.regime_id, self.monthly)
        self.assertEqual(device.next_inspection_date, date(2026, 4, 1))

    # BAD INPUT

    def test_bad_intervals_and_anchors(self):
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"):
            self._new_regime("Bad", interval_number=0)
        for year, error in ((1626, UserError), (1910, ValidationError)):
            with self.assertRaisesRegex(error, "cannot be right"):
                self._new_plan(self.monthly, date(year, 1, 1))

    def test_a_regime_in_use_is_not_deleted(self):
        self._new_plan(self.monthly, date(2026, 1, 31))
        with self.assertRaisesRegex(UserError, "archive them"):
            self.monthly.unlink()

    # FROM INSPECTION TO ORDER

    def test_one_order_for_a_contractor_and_place(self):
        plans = self._new_plan(self.half_year, date(2025, 10, 1)) | self._new_plan(
            self.half_year, date(2025, 10, 1), self.device2)
        due = plans.inspection_ids.filtered(lambda i: i.planned_date == date(2026, 4, 1))
        due.action_create_order()
        order = due.order_id
        self.assertEqual(len(order), 1)
        self.assertEqual(order.device_line_ids.device_id, self.devices)
        self.assertEqual(set(order.device_line_ids.mapped("basis")), {"inspection"})
        self.assertEqual(set(due.mapped("state")), {"ordered"})
        self.assertEqual(order.address_id, self.shop)
        with self.assertRaisesRegex(UserError, "Ordered"):
            due.action_create_order()

    def test_closing_the_device_in_the_order_closes_the_inspection(self):
        plan = self._new_plan(self.half_year, date(2025, 10, 1))
        first = plan.inspection_ids.sorted("planned_date")[0]
        first.action_create_order()
        line = first.order_device_id
        line.write({"inspection_result": "conditional", "protocol_number": "P/1"})
        line.action_repaired()
        self.assertEqual((first.state, first.result, first.protocol_number), ("done", "conditional", "P/1"))
        self.assertEqual(plan.next_date, date(2026, 9, 10))
        line.action_reopen()
        self.assertEqual(first.state, "ordered")

    def test_a_declined_or_cancelled_visit_is_planned_again(self):
        plan = self._new_plan(self.half_year, date(2025, 10, 1))
        first = plan.inspection_ids.sorted("planned_date")[0]
        first.action_create_order()
        first.order_device_id.action_decline()
        self.assertEqual((first.state, first.order_id.id), ("planned", False))
        first.action_create_order()
        first.order_id.action_cancel()
        self.assertEqual(first.state, "planned")

    def test_another_bodys_inspection_makes_no_order_but_reminds(self):
        body = self._new_regime("UDT", performed_by="body", reminder_user_id=self.operator.id, lead_days=60)
        plan = self._new_plan(body, date(2025, 4, 1))
        due = plan.inspection_ids.sorted("planned_date")[0]
        with self.assertRaisesRegex(UserError, "another body"):
            due.action_create_order()
        cron = self.env.ref("crm_enova_like.ir_cron_remind_inspections")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
            cron.method_direct_trigger()
        self.assertEqual(due.activity_ids.user_id, self.operator)
        self.assertEqual(len(due.activity_ids), 1)

    def test_searches(self):
        plan = self._new_plan(self.monthly, date(2026, 1, 31))
        Inspection = self.env["crm.service.inspection"]
        mine = [("plan_id", "=", plan.id)]
        self.assertEqual(
            Inspection.search([*mine, ("is_overdue", "=", True)]).planned_date, date(2026, 2, 28))
        self.assertEqual(
            Inspection.search([*mine, ("is_due_soon", "=", True)]).planned_date, date(2026, 3, 31))

    def test_what_is_due_soon_is_found_as_it_is_shown(self):
        early = self._new_regime("Early notice", lead_days=60, tolerance_days=3)
        late = self._new_regime("Late notice", lead_days=7)
        archived = self._new_regime("No more", lead_days=90)
        inspections = {
            # (regime, day): whether it is due soon on 10 March
            (early, "2026-05-09"): True, (early, "2026-05-10"): False, (early, "2026-03-08"): True,
            (early, "2026-03-06"): False, (late, "2026-03-17"): True, (late, "2026-03-18"): False,
            (archived, "2026-06-01"): True,
        }
        made = {self._new_inspection(regime, planned_date=day): soon for (regime, day), soon in inspections.items()}
        archived.active = False
        every = self.env["crm.service.inspection"].union(*made)
        self.env.flush_all()
        for value in (True, False):
            found = every.search([("id", "in", every.ids), ("is_due_soon", "=", value)])
            self.assertEqual(found, every.filtered(lambda inspection, value=value: made[inspection] is value))
            self.assertEqual(found, every.filtered_domain([("is_due_soon", "=", value)]))
        every.action_cancel("Sold")
        self.assertFalse(every.search([("id", "in", every.ids), ("is_due_soon", "=", True)]))
        self.assertFalse(any(every.mapped("is_due_soon")))

    # STATEMENTS

    def test_statements_of_a_thousand_inspections(self):
        devices = self.env["crm.service.device"].create([
            {"name": f"K{index}", "type_id": self.device_type.id, "partner_id": self.contractor.id}
            for index in range(1000)])
        regime = self._new_regime("Yearly", interval_number=12, counting="anchor")
        plans = self.env["crm.service.inspection.plan"].create([
            {"device_id": device.id, "regime_id": regime.id, "anchor_date": date(2025, 6, 1)} for device in devices])
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        made = plans._generate()
        self.env.flush_all()
        self.assertEqual(len(made), 1000)
        self.assertLessEqual((self.env.cr.sql_log_count - before) / 1000, 0.5)

    def test_rights(self):
        plan = self._new_plan(self.monthly, date(2026, 1, 31))
        for user, model, may in (
            (self.technician, plan, "r"), (self.operator, plan, "rwc"), (self.manager, plan, "rwcu"),
            (self.technician, plan.inspection_ids, "rw"), (self.operator, plan.inspection_ids, "rwc"),
            (self.manager, plan.inspection_ids, "rwcu"), (self.keeper, plan, ""), (self.employee, plan, ""),
            (self.technician, self.monthly, "r"), (self.manager, self.monthly, "rwcu"),
        ):
            for letter, operation in zip("rwcu", ("read", "write", "create", "unlink"), strict=True):
                with self.subTest(user=user.login, model=model._name, operation=operation):
                    self.assertEqual(model.with_user(user).has_access(operation), letter in may)
