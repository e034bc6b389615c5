from datetime import date

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from ..common import InspectionCommon


@tagged("post_install", "-at_install")
class TestInspectionAccess(InspectionCommon):
    """Who fills in a checklist, arranges, orders and counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.half_year.checklist_ids = [Command.create({"name": "Housing"})]
        cls.inspections = {
            name: cls._new_inspection(device=cls._new_device(name)) for name in (
                "mine", "queue", "taken in by me", "another's")}
        for inspection in cls.inspections.values():
            cls._order(inspection)
        for name, user, requester in (
            ("mine", cls.technician, cls.operator), ("queue", cls.env["res.users"], cls.operator),
            ("taken in by me", cls.other_technician, cls.technician),
            ("another's", cls.other_technician, cls.operator),
        ):
            cls.inspections[name].order_id.write({"user_id": user.id, "requester_id": requester.id})

    def test_a_technician_reads_every_checklist_and_fills_in_their_own(self):
        for name, inspection in self.inspections.items():
            check = inspection.check_ids.with_user(self.technician)
            with self.subTest(order=name):
                self.assertEqual(check.read(["name"])[0]["name"], "Housing")
                if name == "another's":
                    with self.assertRaises(AccessError):
                        check.result = "ok"
                        check.flush_recordset()
                else:
                    check.result = "ok"
                    check.flush_recordset()
                self.assertEqual(inspection.check_ids.result, False if name == "another's" else "ok")

    def test_a_technician_makes_no_items_and_deletes_none(self):
        inspection = self.inspections["mine"].with_user(self.technician)
        with self.assertRaises(AccessError):
            inspection.check_ids.create({"inspection_id": inspection.id, "name": "Mine"})
        with self.assertRaises(AccessError):
            inspection.check_ids.unlink()

    def test_a_technician_does_an_inspection_from_first_to_last(self):
        inspection = self.inspections["queue"].with_user(self.technician)
        order = inspection.order_id
        order.action_take()
        order.action_all_ok()
        order.action_finish_inspections()
        self.assertEqual((inspection.state, inspection.result), ("done", "passed"))
        self.assertTrue(inspection.protocol_number)
        order.checklist_complete()
        self.assertEqual(order.state, "done")

    def test_what_a_technician_does_moves_the_plan_that_is_not_theirs(self):
        plan = self._new_plan(self.half_year, date(2025, 10, 1))
        first = plan.inspection_ids.sorted("planned_date")[0].with_user(self.technician)
        first.action_create_order()
        first.order_id.action_all_ok()
        first.order_device_id.action_repaired()
        self.assertEqual(self._dates(plan, "planned"), [date(2026, 9, 10), date(2027, 3, 10)])
        first.order_device_id.action_reopen()
        self.assertEqual(self._dates(plan, "planned"), [date(2026, 10, 1)])
        first.order_id.action_customer_absent("Locked")
        self.assertEqual(plan.next_date, date(2026, 4, 1))
        with self.assertRaises(AccessError):
            plan.with_user(self.technician).action_generate()

    def test_a_technician_does_not_act_on_anothers_order(self):
        order = self.inspections["another's"].order_id.with_user(self.technician)
        for act in (
            order.checklist_load, order.action_finish_inspections, lambda: order.action_customer_absent("Locked"),
            lambda: order.checklist_sign("Jan", False),
        ):
            with self.assertRaises(AccessError):
                act()
        self.assertEqual(self.inspections["another's"].state, "ordered")

    def test_cancelling_is_the_operators_and_reopening_the_managers(self):
        inspection = self._new_inspection(device=self.device)
        with self.assertRaisesRegex(AccessError, "only an operator"):
            inspection.with_user(self.technician).action_cancel("Sold")
        with self.assertRaisesRegex(AccessError, "only an operator"):
            self.inspections["mine"].with_user(self.technician).action_reopen()
        inspection.with_user(self.operator).action_cancel("Sold")
        for closed in (inspection, self._new_inspection(device=self.device2, state="done")):
            for user in (self.technician, self.operator):
                for reopen in (closed.with_user(user).action_reopen,
                               lambda closed=closed, user=user: closed.with_user(user).write({"state": "planned"})):
                    with self.assertRaisesRegex(AccessError, "is closed. Only a service manager reopens it"):
                        reopen()
            closed.with_user(self.manager).action_reopen()
            self.assertEqual(closed.state, "planned")

    def test_an_operator_arranges_and_orders(self):
        inspection = self._new_inspection(device=self.device)
        wizard = Form(self.env["crm.service.inspection.visit.wizard"].with_user(self.operator).with_context(
            default_mode="arrange", inspection_ids=inspection.ids))
        wizard.date_agreed = "2026-03-18 08:00:00"
        wizard.make_order = True
        wizard.save().action_arrange()
        self.assertEqual(inspection.state, "ordered")
        self.assertTrue(inspection.check_ids)

    def test_regimes_and_numbers_of_protocols_are_the_managers(self):
        for user in (self.technician, self.operator):
            with self.subTest(user=user.login):
                for write in ({"checklist_ids": [Command.create({"name": "More"})]}, {"notify_partner": True}):
                    with self.assertRaises(AccessError):
                        self.half_year.with_user(user).write(write)
        self.half_year.with_user(self.manager).checklist_ids = [Command.create({"name": "More"})]
        self.assertEqual(len(self.half_year.checklist_ids), 2)

    def test_a_plain_employee_sees_nothing(self):
        for model in ("", ".plan", ".regime", ".regime.item", ".check", ".report"):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[f"crm.service.inspection{model}"].with_user(self.employee).search([])
        with self.assertRaises(AccessError):
            self.env["crm.service.inspection.visit.wizard"].with_user(self.employee).create({})
        with self.assertRaises(AccessError):
            self.inspections["queue"].order_id.with_user(self.employee).checklist_load()

    def test_another_company_sees_nothing(self):
        there = self._get_second_company()
        stranger = new_test_user(
            self.env, "service_stranger", groups="crm_enova_like.group_manager", company_id=there.id,
            company_ids=[Command.set(there.ids)])
        ours = self._new_regime("Ours alone", company_id=self.company.id, checklist_ids=[
            Command.create({"name": "Secret"})])
        shared = self.half_year
        inspection = self.inspections["mine"]
        Model = lambda name: self.env[f"crm.service.inspection{name}"].with_user(stranger)  # noqa: E731
        for name, record in (
            ("", inspection), (".check", inspection.check_ids), (".report", inspection),
            (".regime", ours), (".regime.item", ours.checklist_ids),
        ):
            with self.subTest(model=name):
                self.assertFalse(Model(name).search([("id", "in", record.ids)]))
        self.assertEqual(Model(".regime.item").search([("regime_id", "=", shared.id)]), shared.checklist_ids)
        with self.assertRaises(AccessError):
            inspection.check_ids.with_user(stranger).read(["name"])
        answer = self.env["crm.service.order"].with_user(stranger).checklist_save(
            [{"id": inspection.check_ids.id, "vals": {"result": "ok"}}])
        self.assertFalse(answer["saved"])
        self.assertFalse(inspection.check_ids.result)
        with self.assertRaises(AccessError):
            inspection.with_user(stranger).action_done()
