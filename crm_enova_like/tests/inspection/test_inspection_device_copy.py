from odoo.tests import Form, tagged

from ..common import InspectionCommon


@tagged("post_install", "-at_install")
class TestInspectionDeviceCopy(InspectionCommon):
    """The plans that come with the copies of a device."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.device.date_commissioned = "2026-02-01"

    def _wizard(self, serials=False, user=None, **vals):
        return self.env(user=user or self.operator)["crm.service.device.copy.wizard"].create({
            "device_id": self.device.id, "serials": serials, **vals})

    def _copy(self, *args, **vals):
        wizard = self._wizard(*args, **vals)
        wizard.action_copy()
        return wizard.copy_ids

    def test_plans_with_their_anchor(self):
        original = self._new_plan(self.monthly, "2026-01-31")
        self._new_plan(self.half_year, "2025-12-05").date_end = "2027-12-31"
        paused = self._new_plan(self._new_regime("Paused"), "2026-01-01")
        paused.active = False
        copies = self._copy("N1\nN2")
        for copy in copies:
            self.assertEqual(
                {(plan.regime_id, str(plan.anchor_date), str(plan.date_end or "")) for plan in copy.plan_ids},
                {(self.monthly, "2026-01-31", ""), (self.half_year, "2025-12-05", "2027-12-31")})
            plans = {plan.regime_id: plan for plan in copy.plan_ids}
            self.assertEqual(str(plans[self.half_year].next_date), "2026-06-05")
            self.assertEqual(self._dates(plans[self.monthly]), self._dates(original))

    def test_plans_replace_those_of_the_type(self):
        self._new_plan(self.monthly, "2026-01-31")
        self.device_type.regime_ids = self.monthly | self.half_year
        with_plans = self._copy("N1")
        self.assertEqual(with_plans.plan_ids.regime_id, self.monthly)
        self.assertEqual(str(with_plans.plan_ids.anchor_date), "2026-01-31")
        without = self._copy("N2", copy_plans=False)
        self.assertEqual(without.plan_ids.regime_id, self.monthly | self.half_year)
        self.assertEqual(
            set(map(str, without.plan_ids.mapped("anchor_date"))), {"2026-02-01"}, "as of any new device")

    def test_plan_that_needs_a_serial_number(self):
        self.monthly.needs_serial_number = True
        self._new_plan(self.monthly, "2026-01-31")
        wizard = self._wizard(count=2)
        wizard.action_copy()
        self.assertFalse(wizard.copy_ids.plan_ids)
        self.assertIn("Plan Monthly was not copied (devices: 2): it needs Serial Number.", wizard.result)

    def test_technician_copies_without_plans(self):
        self._new_plan(self.monthly, "2026-01-31")
        wizard = self._wizard("N1", user=self.technician, copy_plans=True)
        self.assertFalse(wizard.has_plans)
        wizard.action_copy()
        self.assertFalse(wizard.copy_ids.sudo().plan_ids)

    def test_a_plan_is_not_made_first_and_replaced_then(self):
        self._new_plan(self.monthly, "2026-01-31")
        self.device_type.regime_ids = self.monthly | self.half_year
        made, Plan = [], type(self.env["crm.service.inspection.plan"])
        original = Plan.create

        def create(plans, vals_list):
            made.extend(vals_list)
            return original(plans, vals_list)

        self.patch(Plan, "create", create)
        copies, lacking = self.device.with_user(self.operator)._copy_many(["N1", "N2"], copy_plans=True)
        self.assertFalse(lacking)
        self.assertEqual(len(made), 2)
        self.assertFalse(copies.env.context.get("service_plans_later"), "what is said to the copying ends with it")
        copies[0].date_commissioned = "2026-02-02"
        self.assertEqual(copies[0].plan_ids.regime_id, self.monthly | self.half_year)

    def test_the_form_asks_who_may_plan(self):
        self._new_plan(self.monthly, "2026-01-31")
        context = self.device.action_open_copy()["context"]
        for user, may in ((self.operator, True), (self.technician, False)):
            with self.subTest(user=user.login):
                form = Form(self.env["crm.service.device.copy.wizard"].with_user(user).with_context(**context))
                self.assertEqual((form.has_plans, form.copy_plans), (may, may))
