from datetime import date
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..common import InspectionCommon


@tagged("post_install", "-at_install")
class TestInspectionLeft(InspectionCommon):
    """Inspections of technicians and contractors who are not here any more."""

    def _run(self, name):
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: 9):
            getattr(self.env["crm.service.inspection"], name)()

    def _reminded(self, inspection):
        return inspection.activity_ids.user_id

    def test_reminders_go_to_somebody_who_is_here(self):
        gone, boss, chosen = (
            new_test_user(self.env, f"left_{name}", groups=f"crm_enova_like.group_{group}",
                          company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
            for name, group in (("gone", "technician"), ("boss", "technician"), ("chosen", "user")))
        regime = self._new_regime("With somebody", reminder_user_id=boss.id)
        of_gone = self._new_inspection(regime, self._new_device("A", technician_id=gone.id))
        others = {name: self._new_inspection(regime, self._new_device(name), user_id=gone.id) for name in ("B", "C")}
        (others["B"] | others["C"]).planned_date = "2027-03-20"
        gone.active = False
        self._run("_cron_remind")
        self.assertEqual(self._reminded(of_gone), boss, "who the regime names")
        boss.active = False
        for name in ("B", "C"):
            others[name].planned_date = "2026-03-20"
            if name == "C":
                self.company.service_coordinator_id = chosen
            self._run("_cron_remind")
        stand_in = self._reminded(others["B"])
        self.assertTrue(stand_in.active and stand_in.has_group("crm_enova_like.group_manager"))
        self.assertIn(self.company, stand_in.company_ids)
        self.assertEqual(self._reminded(others["C"]), chosen)
        chosen.active = False
        self.assertEqual(self.company._get_someone_here() or self.company._find_manager(), stand_in)

    def test_who_left_is_proposed_for_nothing(self):
        gone = new_test_user(self.env, "left_early", groups="crm_enova_like.group_technician",
                             company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
        device = self._new_device("A", technician_id=gone.id)
        before = self._new_inspection(device=device)
        gone.active = False
        plan = self._new_plan(self.half_year, date(2025, 10, 1), device)
        self.assertFalse(plan.inspection_ids.user_id)
        before.action_create_order()
        self.assertFalse(before.order_id.user_id, "it waits in the queue")

    def test_an_archived_contractor_is_left_in_peace(self):
        regime = self._new_regime("Told", notify_partner=True, lead_days=60)
        self.contractor.email = "closed@example.com"
        inspection = self._new_inspection(regime)
        self.contractor.active = False
        self._run("_cron_notify")
        self.assertFalse(inspection.date_notified)
        inspection._notify_partners()
        self.assertFalse(inspection.date_notified)
        with self.assertRaisesRegex(UserError, "the contractor is archived"):
            inspection.with_user(self.operator).action_create_order()
        self.contractor.active = True
        self._run("_cron_notify")
        self.assertTrue(inspection.date_notified)
        inspection.with_user(self.operator).action_create_order()
        self.assertEqual(inspection.state, "ordered")

    def test_nobody_is_told_of_what_is_not_in_use(self):
        regime = self._new_regime("Told", notify_partner=True, lead_days=60, interval_number=1, counting="anchor")
        self.contractor.email = "open@example.com"
        device = self._new_device("A", technician_id=self.technician.id)
        plan = self._new_plan(regime, date(2026, 2, 12), device)
        moved = plan.inspection_ids.sorted("planned_date")[0]
        moved.planned_date = date(2026, 3, 14)
        for record in (device, plan):
            record.active = False
            self.assertTrue(moved.exists())
            self._run("_cron_notify")
            self._run("_cron_remind")
            self.assertFalse(moved.date_notified or moved.date_reminded)
            record.active = True
        self._run("_cron_notify")
        self.assertTrue(moved.date_notified)
