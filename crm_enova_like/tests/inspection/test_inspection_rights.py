from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..common import InspectionCommon


@tagged("post_install", "-at_install")
class TestInspectionRights(InspectionCommon):
    """Who changes which inspection, and what nobody types: what a view hides, the model refuses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.half_year.checklist_ids = [Command.create({
            "name": "Insulation", "measure": "range", "value_min": 1.0, "value_max": 2.0})]
        cls.theirs = cls._new_inspection(device=cls._new_device("Theirs", technician_id=cls.other_technician.id))
        cls.mine = cls._new_inspection(device=cls._new_device("Mine", technician_id=cls.technician.id))
        cls.nobodys = cls._new_inspection(device=cls._new_device("Nobody's"))

    def test_a_technician_acts_on_their_own_and_nobodys(self):
        for inspection in self.mine, self.nobodys:
            inspection.with_user(self.technician).write({"note": "Called"})
            inspection.with_user(self.technician).action_done()
            self.assertEqual(inspection.state, "done")
        theirs = self.theirs.with_user(self.technician)
        self.assertEqual(theirs.read(["planned_date"])[0]["id"], theirs.id, "reading is everybody's")
        theirs.message_post(body=self.theirs.display_name)
        for act in (
                lambda: theirs.write({"note": "Called"}), theirs.action_done, theirs.action_create_order,
                lambda: theirs.write({"user_id": self.technician.id}), theirs.action_arrange,
                lambda: theirs.write({"planned_date": "2026-04-01"}),
                lambda: theirs.checklist_result("passed")):
            with self.assertRaises(UserError):
                act()
                # a dialog is opened by whoever reads; what it writes is refused
                if act == theirs.action_arrange:
                    self.env["crm.service.inspection.visit.wizard"].with_user(self.technician).create({
                        "date_agreed": "2026-04-01 08:00:00",
                        "line_ids": [Command.create({"inspection_id": theirs.id})]}).action_arrange()
        self.assertEqual((self.theirs.state, self.theirs.user_id, self.theirs.note),
                         ("planned", self.other_technician, False))

    def test_in_an_order_it_is_the_orders(self):
        self._order(self.theirs)
        for user, requester, allowed in (
                (self.technician, self.operator, True), (self.other_technician, self.technician, True),
                (self.other_technician, self.operator, False)):
            self.theirs.order_id.write({"user_id": user.id, "requester_id": requester.id})
            theirs = self.theirs.with_user(self.technician)
            with self.subTest(user=user.login, requester=requester.login):
                if allowed:
                    theirs.write({"note": user.login})
                else:
                    with self.assertRaises(AccessError):
                        theirs.write({"note": "No"})

    def test_a_closed_inspection_of_others_is_nobodys_to_touch(self):
        self.theirs.action_done()
        theirs = self.theirs.with_user(self.technician)
        for vals in ({"state": "planned"}, {"state": "cancelled"}, {"result": "failed"}, {"order_id": 1},
                     {"protocol_number": "X"}, {"date_done": "2026-01-01"}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                theirs.write(vals)
        self.assertEqual((self.theirs.state, self.theirs.result), ("done", "passed"))

    def test_rows_of_a_checklist(self):
        self._order(self.nobodys)
        check = self.nobodys.check_ids.with_user(self.technician)
        there = self._get_second_company()
        for vals in ({"company_id": there.id}, {"inspection_id": self.mine.id}, {"repair_order_id": 1},
                     {"is_measured": True}):
            for user in (self.technician, self.operator, self.manager):
                with self.subTest(vals=vals, user=user.login), self.assertRaisesRegex(
                        UserError, "cannot be entered|you do not work"):
                    check.with_user(user).write(vals)
        for vals in ({"name": "Nothing"}, {"value_max": 9.0}, {"measure": "none"}, {"unit": "kg"}, {"sequence": 1}):
            for user in (self.technician, self.operator):
                with self.subTest(vals=vals, user=user.login), \
                        self.assertRaisesRegex(AccessError, "comes from the regime"):
                    check.with_user(user).write(vals)
        for value in (float("nan"), float("inf"), "much"):
            with self.subTest(value=value), self.assertRaisesRegex(UserError, "is no number|cannot be entered"):
                check.write({"value": value})
        check.write({"value": 1.5, "remark": "Fine"})
        self.nobodys.with_user(self.technician).action_done()
        for vals in ({"value": 1.2}, {"remark": "Other"}, {"name": "Nothing"}, {"value_max": 9.0}, {"sequence": 1}):
            for user in (self.technician, self.operator, self.manager):
                with self.subTest(vals=vals, user=user.login, closed=True), self.assertRaises(UserError):
                    check.with_user(user).write(vals)
        for act in (check.with_user(self.manager).unlink, lambda: check.with_user(self.manager).create(
                {"inspection_id": self.nobodys.id, "name": "More"})):
            with self.assertRaisesRegex(UserError, "is filled in while it is in an order"):
                act()
        self.assertEqual((check.value, check.remark, check.value_max), (1.5, "Fine", 2.0))

    def test_a_phone_that_sends_rubbish_is_told_so(self):
        self._order(self.nobodys)
        answer = self.nobodys.order_id.with_user(self.technician).checklist_save([
            {"id": "x", "vals": {"remark": "?"}}, {"id": None},
            {"id": self.nobodys.check_ids.id, "vals": {"value": 1.1}}])
        self.assertEqual(answer["saved"], self.nobodys.check_ids.ids)
        self.assertEqual([row["id"] for row in answer["refused"]], ["x", None])

    def test_an_inspection_stays_in_its_plan(self):
        plan = self._new_plan(self.half_year, "2025-10-01", self.mine.device_id)
        inspection = plan.inspection_ids[:1].with_user(self.operator)
        other = self._new_plan(self.monthly, "2026-01-01", self.mine.device_id)
        for vals in ({"plan_id": other.id}, {"plan_id": False}, {"regime_id": self.monthly.id},
                     {"device_id": self.device.id}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "stay as they were planned"):
                inspection.write(vals)
        with self.assertRaisesRegex(UserError, "stay as they were planned"):
            self.nobodys.with_user(self.operator).write({"plan_id": other.id})
        with self.assertRaisesRegex(UserError, "cannot be entered"):
            plan.with_user(self.operator).write({"date_to_make": "2030-01-01"})
        with self.assertRaisesRegex(UserError, "has inspections of its device"):
            plan.with_user(self.operator).write({"device_id": self.device2.id})
        # what they may do with a plan moves what follows from it
        plan.with_user(self.operator).write({"anchor_date": "2025-11-01"})
        self.assertEqual(str(min(plan.inspection_ids.mapped("planned_date"))), "2026-05-01")

    def test_the_technician_is_one_of_ours(self):
        portal = new_test_user(self.env, "inspection_portal", groups="base.group_portal")
        with self.assertRaisesRegex(ValidationError, "is not one of our people"):
            self.half_year.with_user(self.manager).write({"reminder_user_id": portal.id})
        with self.assertRaisesRegex(ValidationError, "is not one of our people"):
            self.nobodys.with_user(self.operator).write({"user_id": portal.id})

    def test_what_goes_with_an_outcome_is_not_changed_after_it(self):
        self._order(self.nobodys)
        self.nobodys.check_ids.value = 1.5
        row = self.nobodys.order_device_id
        row.action_repaired()
        for vals in ({"inspection_result": "failed"}, {"protocol_number": "X/1"}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "closed; reopen it first"):
                row.with_user(self.technician).write(vals)
