from datetime import date
from unittest.mock import patch

from odoo.tests import tagged

from ..common import InspectionCommon

REGIMES, DEVICES = 10, 1000


@tagged("post_install", "-at_install")
class TestInspectionStatements(InspectionCommon):
    """SQL statements of the scheduler's run, with 10,000 plans in the database."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        regimes = cls.env["crm.service.inspection.regime"].create([
            {"name": f"Regime {index}", "counting": "anchor", "interval_unit": "year", "interval_number": 1}
            for index in range(REGIMES)])
        devices = cls.env["crm.service.device"].create([
            {"name": f"K{index}", "type_id": cls.device_type.id, "partner_id": cls.contractor.id}
            for index in range(DEVICES)])
        cls.env.flush_all()
        cls.env.cr.execute("""
            INSERT INTO crm_service_inspection_plan
                   (device_id, regime_id, company_id, partner_id, anchor_date, active, date_to_make)
            SELECT device.id, regime.id, device.company_id, device.partner_id, '2025-06-01', true, '2027-06-01'
              FROM crm_service_device device, crm_service_inspection_regime regime
             WHERE device.id = ANY(%s) AND regime.id = ANY(%s)
        """, [devices.ids, regimes.ids])
        cls.first = regimes[0]

    def _run(self):
        """Statements of the scheduler's run, without those of the scheduler itself."""
        Plan = self.registry["crm.service.inspection.plan"]
        original, counted = Plan._cron_generate, []

        def counting(plans):
            before = self.env.cr.sql_log_count
            original(plans)
            plans.env.flush_all()
            counted.append(self.env.cr.sql_log_count - before)

        self.env.invalidate_all()
        with patch.object(Plan, "_cron_generate", counting), self.enter_registry_test_mode():
            self.env.ref("crm_enova_like.ir_cron_generate_inspections").method_direct_trigger()
        return sum(counted)

    def test_nothing_to_do_and_a_batch_of_a_thousand(self):
        self._run()
        self.assertGreaterEqual(self.env["crm.service.inspection.plan"].search_count([]), 10_000)
        self.assertLess(self._run(), 20, "statements of a run that finds nothing")
        plans = self.env["crm.service.inspection.plan"].search([("regime_id", "=", self.first.id)])
        plans.date_to_make = date(2026, 6, 1)
        self.env.flush_all()
        statements = self._run()
        made = plans.inspection_ids
        self.assertEqual((len(made), set(made.mapped("planned_date"))), (DEVICES, {date(2026, 6, 1)}))
        self.assertLessEqual(statements / DEVICES, 0.5, "statements for each inspection made")
        self.assertLess(self._run(), 20)
