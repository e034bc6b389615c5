import runpy
from datetime import date
from pathlib import Path

from odoo.tests import tagged

from ..common import InspectionCommon

MIGRATION = Path(__file__).parents[2] / "migrations/19.0.5.0.0/post-inspection_law.py"


@tagged("post_install", "-at_install")
class TestInspectionLawUpdate(InspectionCommon):
    """What an update makes of the shipped regimes of a firm."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.migration = runpy.run_path(str(MIGRATION))
        for lang in ("en_US", "pl_PL"):
            cls.env["res.lang"]._activate_lang(lang)
        for name, field, english, polish, _now in cls.migration["TEXTS"]:
            for lang, text in (("en_US", english), ("pl_PL", polish)):
                cls._get(name).with_context(lang=lang)[field] = text or False
        cls._get("boiler").active = False

    @classmethod
    def _get(cls, name):
        return cls.env.ref(f"crm_enova_like.regime_{name}").with_context(lang="en_US")

    def _correct(self):
        self.env.flush_all()
        return self.migration["correct"](self.env)

    def test_what_was_left_as_shipped_is_corrected(self):
        corrected, kept = self._correct()
        self.assertEqual(corrected, self.env["crm.service.inspection.regime"].union(*(
            self._get(name) for name in self.migration["INTERVALS"])))
        self.assertFalse(kept)
        self.assertTrue(self._get("boiler").active)
        self.assertEqual(self._get("boiler").name, "Heating boiler, 20 to 100 kW: check")

    def test_a_split_regime_with_plans_stays_whole(self):
        boiler, upkeep = self._get("boiler"), self._get("udt_upkeep")
        boiler.write({"active": True, "interval_number": 2})
        for regime in (boiler, upkeep):
            self._new_plan(regime, date(2026, 1, 1), self._new_device())
        fields = ("name", "legal_basis", "note", "qualification", "responsible_body", "interval_number")
        before = (boiler | upkeep).read(fields)
        corrected, kept = self._correct()
        self.assertEqual(kept, boiler | upkeep)
        self.assertFalse(kept & corrected)
        self.assertEqual((boiler | upkeep).read(fields), before)
        self.assertEqual(self._get("udt_lift").name, "Lift: test by the technical inspectorate (UDT)")

    def test_a_text_states_no_interval_that_is_not_the_firms(self):
        hose, leaks, gas = self._get("hydrant_hose"), self._get("fgas_12"), self._get("gas")
        hose.interval_number, leaks.interval_number, gas.counting = 3, 24, "anchor"
        corrected, _kept = self._correct()
        self.assertEqual(hose.legal_basis, "Regulation on fire protection of buildings: every five years")
        self.assertEqual(hose.qualification, "Conservator of fire hydrants")
        self.assertNotIn("art. 5;", leaks.legal_basis)
        self.assertIn("Each circuit", leaks.note)
        self.assertEqual(gas.name, "Gas installation and chimneys: yearly check")
        self.assertLessEqual(hose | leaks, corrected)
