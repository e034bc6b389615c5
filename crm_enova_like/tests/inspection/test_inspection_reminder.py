from datetime import date
from unittest.mock import patch

from odoo.tests import tagged

from ..common import InspectionCommon

DEVICES = 300
# what an activity says, to whom and where
SAID = (
    "activity_type_id", "automated", "date_deadline", "note", "res_id", "res_model", "res_name", "summary", "user_id")


@tagged("post_install", "-at_install")
class TestReminders(InspectionCommon):
    """Everything that falls due at once, as in the first run after an import."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("pl_PL")
        cls.other_technician.lang = "pl_PL"
        cls.body = cls._new_regime(
            "UDT", performed_by="body", reminder_user_id=cls.operator.id, lead_days=30, papers="Logbook",
            responsible_body="Urząd Dozoru Technicznego")
        cls.devices = cls.env["crm.service.device"].create([{
            "name": f"Boiler {number}", "type_id": cls.device_type.id, "partner_id": cls.contractor.id,
            "technician_id": (cls.technician, cls.other_technician, cls.env["res.users"])[number % 3].id,
        } for number in range(DEVICES)])

    def _new_inspections(self, planned_date, devices):
        return self.env["crm.service.inspection"].create([
            {"device_id": device.id, "regime_id": self.body.id, "planned_date": planned_date} for device in devices])

    def _run(self):
        """Statements of the scheduler's run, without those of the scheduler itself."""
        Inspection = self.registry["crm.service.inspection"]
        original, counted = Inspection._cron_remind, []

        def counting(inspections):
            before = self.env.cr.sql_log_count
            original(inspections)
            inspections.env.flush_all()
            counted.append(self.env.cr.sql_log_count - before)

        self.env.flush_all()
        self.env.invalidate_all()
        with patch.object(Inspection, "_cron_remind", counting), self.enter_registry_test_mode():
            self.env.ref("crm_enova_like.ir_cron_remind_inspections").method_direct_trigger()
        self.env.invalidate_all()
        return sum(counted)

    def test_a_batch_is_reminded_of_at_once(self):
        due = self._new_inspections("2026-03-20", self.devices)
        statements = self._run()
        self.assertEqual(set(due.mapped("date_reminded")), {date(2026, 3, 10)})
        self.assertEqual(due.activity_ids.mapped("res_id"), due.ids)
        self.assertLessEqual(statements / DEVICES, 0.5, "statements for each inspection")
        self.assertLess(self._run(), 30, "statements of a run that finds nothing")
        self.assertEqual(len(due.activity_ids), DEVICES)

    def test_the_activity_is_as_if_it_were_scheduled_alone(self):
        due = self._new_inspections("2026-03-20", self.devices[:6])
        mails = self.env["mail.mail"].search_count([])
        self._run()
        self.assertEqual(self.env["mail.mail"].search_count([]), mails, "nobody is mailed")
        for inspection in due:
            user = inspection.user_id or self.operator
            activity = inspection.activity_ids
            self.assertEqual(activity.user_id, user)
            self.assertIn(user.partner_id, inspection.message_partner_ids)
            localized = inspection.with_context(lang=user.lang, mail_activity_quick_update=True)
            alone = localized.activity_schedule(
                "mail.mail_activity_data_todo", date_deadline=localized.planned_date, summary=localized.display_name,
                note=localized._get_papers_note(), user_id=user.id)
            self.assertEqual(
                {name: activity[name] for name in SAID}, {name: alone.with_env(self.env)[name] for name in SAID})

    def test_a_run_with_nothing_to_do_does_not_grow(self):
        self._new_inspections("2027-03-20", self.devices[:5])
        self._run()
        before = self._run()
        self._new_inspections("2027-03-20", self.devices[5:])
        self.assertEqual(self._run(), before)
