from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from ...models.common.schedule import dates_until, next_date, nth_date
from ..common import InspectionCommon

# xml id: (code, active, begins on, the first date, the one after it was done on the day)
LAW = {
    "cash_register": ("KASA", True, "2024-05-10", "2026-05-10", "2028-05-10"),
    "fgas_12": ("FGAZ12", True, "2026-03-01", "2027-03-01", "2028-03-01"),
    "fgas_6": ("FGAZ6", True, "2026-03-31", "2026-09-30", "2027-03-30"),
    "fgas_3": ("FGAZ3", True, "2026-03-31", "2026-06-30", "2026-09-30"),
    "hfo_12": ("HFO12", True, "2026-03-01", "2027-03-01", "2028-03-01"),
    "hfo_6": ("HFO6", False, "2026-03-01", "2026-09-01", "2027-03-01"),
    "hfo_3": ("HFO3", False, "2026-03-01", "2026-06-01", "2026-09-01"),
    "extinguisher": ("GAS", True, "2026-03-01", "2027-03-01", "2028-03-01"),
    "hydrant_hose": ("HYDR", True, "2026-03-01", "2031-03-01", "2036-03-01"),
    "hydrant": ("HYDRP", True, "2026-03-01", "2027-03-01", "2028-03-01"),
    "gas": ("GAZ", True, "2026-03-01", "2027-03-01", "2028-03-01"),
    "chimney": ("KOMIN", True, "2024-02-29", "2025-02-28", "2026-02-28"),
    "electric": ("ELEK", True, "2024-02-29", "2029-02-28", "2034-02-28"),
    "boiler": ("KOT", True, "2026-03-01", "2031-03-01", "2036-03-01"),
    "boiler_solid": ("KOT2", True, "2026-03-01", "2028-03-01", "2030-03-01"),
    "boiler_gas": ("KOT4", True, "2026-03-01", "2030-03-01", "2034-03-01"),
    "heat_source": ("KOT3", True, "2026-03-01", "2029-03-01", "2032-03-01"),
    "cooling": ("KLIM-E", True, "2026-03-01", "2031-03-01", "2036-03-01"),
    # two years from 30 November of the year of conformity, then 25 months
    "scales": ("WAGA", True, "2026-11-30", "2028-11-30", "2030-12-30"),
    "udt_lift": ("UDT", True, "2026-03-01", "2027-03-01", "2028-03-01"),
    "udt_upkeep": ("KONS", True, "2026-03-01", "2026-03-31", "2026-04-30"),
    "udt_forklift": ("UDTW", True, "2026-03-01", "2027-03-01", "2028-03-01"),
    "forklift_upkeep": ("KONSW", True, "2026-03-01", "2026-03-31", "2026-04-30"),
    "udt_hoist": ("UDTS", True, "2026-03-01", "2027-03-01", "2028-03-01"),
    "hoist_upkeep": ("KONSS", False, "2026-03-01", "2026-04-30", "2026-06-29"),
}


@tagged("post_install", "-at_install")
class TestInspectionLaw(InspectionCommon):
    """The regimes that come with the addon, and what a regime may be."""

    def test_the_dates_of_the_law(self):
        self.company.inspection_horizon_months = 120
        for name, (code, active, begin, first, following) in LAW.items():
            regime = self.env.ref(f"crm_enova_like.regime_{name}").with_context(lang="en_US")
            with self.subTest(code=code), freeze_time(f"{begin} 10:00:00"):
                self.assertEqual((regime.code, regime.active), (code, active))
                self.assertRegex(regime.legal_basis, r"(?i)act|regulation|law|journal", "the act is named")
                if not active:
                    self.assertIn("To be verified before use", regime.note)
                    regime.active = True
                device = self._new_device(code, serial_number=f"LAW-{code}")
                plan = self._new_plan(regime, date.fromisoformat(begin), device)
                self.assertEqual(plan.next_date, date.fromisoformat(first))
                with freeze_time(f"{first} 10:00:00"):
                    inspection = plan.inspection_ids.sorted("planned_date")[:1] or plan.inspection_ids.create({
                        "plan_id": plan.id, "device_id": device.id, "planned_date": first})
                    inspection.action_done()
                    self.assertEqual(inspection.done_next_date, date.fromisoformat(following))
                    self.assertEqual(plan.next_date, date.fromisoformat(following))

    def test_every_shipped_regime_is_in_the_table(self):
        shipped = self.env["ir.model.data"].search([
            ("module", "=", "crm_enova_like"), ("model", "=", "crm.service.inspection.regime"),
            ("name", "=like", "regime%")]).mapped("name")
        self.assertEqual(set(shipped), {f"regime_{name}" for name in LAW})

    # A FIRST INTERVAL OF ITS OWN

    def test_the_first_interval_in_the_schedule(self):
        rule = (1, "year", False, (18, "month"))
        self.assertEqual([nth_date(date(2024, 8, 31), n, *rule) for n in (1, 2, 3)], [
            date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)])
        self.assertEqual(next_date(date(2024, 8, 31), date(2026, 2, 28), *rule), (2, date(2027, 2, 28)))
        for first in ((3, "day"), (5, "year"), (14, "month")):
            for after in (date(2024, 8, 31), date(2026, 1, 1), date(2040, 6, 1)):
                n, found = next_date(date(2024, 8, 31), after, 1, "month", False, first)
                self.assertGreater(found, after)
                self.assertTrue(n == 1 or nth_date(date(2024, 8, 31), n - 1, 1, "month", False, first) <= after)
        self.assertEqual(
            dates_until(date(2026, 1, 31), date(2026, 1, 31), date(2026, 9, 30), 1, "month", True, (5, "month")),
            [date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30)])

    def test_the_first_interval_of_each_counting(self):
        for counting in ("anchor", "last_done"):
            with self.subTest(counting=counting):
                regime = self._new_regime(
                    "Lightning", interval_number=6, counting=counting, first_interval_number=4)
                plan = self._new_plan(regime, date(2025, 12, 1), self._new_device())
                self.assertEqual(self._dates(plan), [date(2026, 4, 1), date(2026, 10, 1)])
                plan.inspection_ids.sorted("planned_date")[0].action_done(date(2026, 3, 10))
                self.assertEqual(
                    self._dates(plan, "planned")[0], date(2026, 10, 1) if counting == "anchor" else date(2026, 9, 10))
                regime.first_interval_number = 0
                self.assertEqual(
                    self._dates(plan, "planned")[0], date(2026, 6, 1) if counting == "anchor" else date(2026, 9, 10))

    # WHAT A REGIME MAY BE

    def test_intervals_and_days_out_of_range(self):
        plan = self._new_plan(self.half_year, date(2026, 1, 1))
        for vals in (
                {"interval_number": 9000, "interval_unit": "year"}, {"interval_number": 0}, {"interval_number": -1},
                {"interval_number": 101, "interval_unit": "year"}, {"first_interval_number": -3},
                {"first_interval_number": 1_000_000}, {"lead_days": 10**9}, {"tolerance_days": 2_147_483_647},
                {"lead_days": -1}):
            with self.subTest(vals=vals), self.assertRaisesRegex(ValidationError, "Regime Half-yearly"):
                self.half_year.with_user(self.manager).write(vals)
        self.assertEqual((self.half_year.interval_number, plan.next_date), (6, date(2026, 7, 1)))

    def test_a_regime_that_others_use_is_given_to_nobody(self):
        there = self._get_second_company()
        shared = self._new_regime("Shared", interval_number=3)
        yonder = self.env["crm.service.device"].with_company(there).create({
            "name": "Yonder", "company_id": there.id, "partner_id": self.contractor.id})
        plan = self._new_plan(shared, date(2026, 1, 1), yonder)
        mine = self.manager
        with self.assertRaisesRegex(UserError, "Shared is used by records"):
            shared.with_user(mine).write({"company_id": self.company.id})
        with self.assertRaisesRegex(AccessError, "in which you work"):
            shared.with_user(mine).write({"company_id": there.id})
        plan.unlink()
        self.env["crm.service.inspection"].search([("regime_id", "=", shared.id)]).unlink()
        self.device_type.regime_ids = [Command.link(shared.id)]
        self.device_type.company_id = False
        with self.assertRaisesRegex(UserError, "Shared is used by records"):
            shared.with_user(mine).write({"company_id": self.company.id})
        self.device_type.regime_ids = [Command.unlink(shared.id)]
        shared.with_user(mine).write({"company_id": self.company.id})
        self.assertEqual(shared.company_id, self.company)

    def test_a_shared_regime_moves_the_plans_of_every_company(self):
        there = self._get_second_company()
        yonder = self.env["crm.service.device"].with_company(there).create({
            "name": "Yonder", "company_id": there.id, "partner_id": self.contractor.id})
        plan = self._new_plan(self.half_year, date(2026, 1, 1), yonder)
        self.half_year.with_user(self.manager).interval_number = 4
        self.assertEqual(plan.next_date, date(2026, 5, 1))

    def test_managers_are_told_of_the_law(self):
        corrected = self._new_regime("Corrected")
        self.company._find_manager().lang = "en_US"
        corrected._tell_of_law(self._new_regime("New one"), corrected.browse())
        note = self.company.partner_id.activity_ids
        self.assertEqual(note.user_id, self.company._find_manager())
        self.assertIn("Corrected, where they were as they came: Corrected. New: New one.", note.note)
