import re
from datetime import date
from unittest import skipUnless

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import find_in_path

from ..common import InspectionCommon
from .test_inspection_checklist import picture

try:
    WKHTMLTOPDF = bool(find_in_path("wkhtmltopdf"))
except OSError:
    WKHTMLTOPDF = False


@tagged("post_install", "-at_install")
class TestInspectionProtocol(InspectionCommon):
    """Numbers by regime and year, and the paper."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.contractor.lang = "en_US"
        cls.half_year.write({
            "code": "KL", "legal_basis": "Act of 9 March 2023", "qualification": "F-gas certificate",
            "checklist_ids": [
                Command.create({"name": "Housing"}),
                Command.create({"name": "Leakage", "measure": "max", "value_max": 3.5, "unit": "mA"})]})
        cls.extinguishers = cls._new_regime(
            "Extinguishers", interval_number=12, code="GAS", counting="anchor", protocol_per_visit=True,
            legal_basis="PN-M-51004")

    def _done(self, regime=None, device=None, day=None, **vals):
        inspection = self._new_inspection(regime, device)
        inspection.action_done(date_done=day, **vals)
        return inspection

    def _text(self, report, records):
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            f"crm_enova_like.action_report_{report}", records.ids)
        text = re.sub(r"<(style|script).*?</\1>", " ", html.decode(), flags=re.S)
        return " ".join(re.sub(r"<[^>]+>", " ", text).split())

    # NUMBERS

    def test_numbers_run_by_regime_and_year(self):
        self.monthly.code = "KS"
        self.assertEqual(self._done().protocol_number, "KL/2026/0001")
        self.assertEqual(self._done().protocol_number, "KL/2026/0002")
        self.assertEqual(self._done(self.monthly).protocol_number, "KS/2026/0001")
        with freeze_time("2027-01-04 10:00:00"):
            self.assertEqual(self._done().protocol_number, "KL/2027/0001")
            # the year in which it was done, not in which it is written down
            self.assertEqual(self._done(day=date(2026, 12, 30)).protocol_number, "KL/2026/0003")

    def test_the_year_begins_at_the_companys_midnight(self):
        self.company.partner_id.tz = "Europe/Warsaw"
        with freeze_time("2026-12-31 22:59:59"):
            self.assertEqual(self._done().protocol_number, "KL/2026/0001")
        with freeze_time("2026-12-31 23:00:01"):
            self.assertEqual(self._done().protocol_number, "KL/2027/0001")

    def test_a_regime_without_a_mark_has_numbers_too(self):
        self.assertEqual(self._done(self.monthly).protocol_number, "P/2026/0001")
        self.monthly.code = False
        other = self._new_regime("100 % load", code="100%")
        self.assertEqual(self._done(other).protocol_number, "100%/2026/0001")

    def test_many_at_once_have_a_number_each(self):
        inspections = self._new_inspection() | self._new_inspection(device=self.device2)
        inspections.action_done()
        self.assertEqual(inspections.mapped("protocol_number"), ["KL/2026/0001", "KL/2026/0002"])

    def test_companies_number_apart(self):
        there = self._get_second_company()
        yonder = self.env["crm.service.device"].create({
            "name": "Yonder", "type_id": self.device_type.id, "company_id": there.id,
            "partner_id": self.contractor.id})
        self.assertEqual(self._done().protocol_number, "KL/2026/0001")
        self.assertEqual(self._done(device=yonder).protocol_number, "KL/2026/0001")
        self.assertEqual(self._done().protocol_number, "KL/2026/0002")
        ours, theirs = (
            self.half_year.with_company(company).protocol_sequence_id for company in (self.company, there))
        self.assertEqual((ours.company_id, theirs.company_id), (self.company, there))

    def test_a_number_typed_is_kept_and_uses_none(self):
        self.assertEqual(self._done(protocol_number="P/77").protocol_number, "P/77")
        self.assertEqual(self._done().protocol_number, "KL/2026/0001")

    def test_a_number_is_kept_when_a_device_is_reopened(self):
        inspection = self._new_inspection(self.monthly)
        self._order(inspection)
        inspection.order_device_id.action_repaired()
        inspection.order_device_id.action_reopen()
        inspection.order_device_id.action_repaired()
        self.assertEqual(inspection.protocol_number, "P/2026/0001")
        self.assertEqual(self._done(self.monthly).protocol_number, "P/2026/0002")

    def test_another_bodys_inspection_has_no_number_of_ours(self):
        body = self._new_regime("UDT", performed_by="body")
        self.assertFalse(self._done(body).protocol_number)
        self.assertEqual(self._done(body, protocol_number="UDT/5").protocol_number, "UDT/5")

    def test_a_visit_with_one_protocol_has_one_number(self):
        inspections = self.env["crm.service.inspection"].union(*(
            self._new_inspection(self.extinguishers, device) for device in self.devices))
        alone = self._new_inspection(device=self.device2)
        order = self._order(inspections | alone)
        alone.check_ids.write({"result": "na"})
        order.device_line_ids[0].action_repaired()
        self.assertEqual(inspections.mapped("protocol_number"), ["GAS/2026/0001", False])
        order.device_line_ids[1].action_repaired()
        self.assertEqual(inspections.mapped("protocol_number"), ["GAS/2026/0001"] * 2)
        self.assertEqual(alone.protocol_number, "KL/2026/0001")
        other = self._new_inspection(self.extinguishers, self._new_device())
        self._order(other).device_line_ids.action_repaired()
        self.assertEqual(other.protocol_number, "GAS/2026/0002")

    def test_a_number_typed_is_not_given_out(self):
        first = self._done()
        self.assertEqual(first.protocol_number, "KL/2026/0001")
        self._done(protocol_number="KL/2026/0003")
        # on the form, before it is done
        waiting = self._new_inspection()
        waiting.protocol_number = "KL/2026/0002"
        self.assertEqual(self._done().protocol_number, "KL/2026/0004")
        self._done(protocol_number="KL/2026/0900")
        self.assertEqual(self._done().protocol_number, "KL/2026/0005", "one typed opens no gap")
        # what the technician wrote stands, even twice
        self.assertEqual(self._done(protocol_number="KL/2026/0001").protocol_number, "KL/2026/0001")
        waiting.action_done()
        self.assertEqual(waiting.protocol_number, "KL/2026/0002")

    def test_other_bodies_numbers_may_repeat(self):
        body = self._new_regime("UDT", performed_by="body")
        for _each in range(2):
            self.assertEqual(self._done(body, protocol_number="N-1").protocol_number, "N-1")

    def test_protocols_moved_in_are_followed(self):
        self.env["crm.service.inspection"].with_user(self.manager).create([{
            "device_id": self.device.id, "regime_id": self.half_year.id, "planned_date": "2026-01-10", "state": "done",
            "date_done": "2026-01-10", "protocol_number": number,
        } for number in ("KL/2026/0017", "KL/2026/0012", "N 7")])
        self.assertEqual(self._done().protocol_number, "KL/2026/0018")
        self.env["crm.service.inspection"].with_user(self.manager).create({
            "device_id": self.device.id, "regime_id": self.half_year.id, "planned_date": "2026-01-11", "state": "done",
            "date_done": "2026-01-11", "protocol_number": "KL/2026/9999"})
        self.assertEqual(self._done().protocol_number, "KL/2026/0019", "one that comes later opens no gap")

    def test_protocols_by_month(self):
        self.half_year._get_protocol_sequence(self.company).write({
            "use_date_range": False, "prefix": "KL/%(year)s/%(month)s/"})
        one, two = self._new_inspection(), self._new_inspection()
        numbers = (one | two)._get_protocol_numbers({one: date(2026, 1, 31), two: date(2026, 2, 1)})
        self.assertEqual(numbers, {one: "KL/2026/01/0001", two: "KL/2026/02/0001"})

    def test_regimes_with_one_mark_share_its_numbers(self):
        other = self._new_regime("Klimatyzacja", code="KL")
        self.assertEqual([self._done(regime).protocol_number for regime in (self.half_year, other, self.half_year)], [
            "KL/2026/0001", "KL/2026/0002", "KL/2026/0003"])

    def test_done_again_on_another_visit_it_has_another_number(self):
        self.half_year.checklist_ids.unlink()
        inspection, typed = self._new_inspection(), self._new_inspection(device=self.device2)
        for each, number in ((inspection, None), (typed, "P/77")):
            self._order(each)
            each.action_done(protocol_number=number)
        self.assertEqual(inspection.protocol_number, "KL/2026/0001")
        (inspection | typed).with_user(self.manager).action_reopen()
        self.assertEqual(inspection.protocol_number, "KL/2026/0001", "reopening frees nothing")
        self.assertEqual(self._done().protocol_number, "KL/2026/0002")
        for each in (inspection, typed):
            self._order(each)
            each.action_done()
        self.assertEqual(inspection.protocol_number, "KL/2026/0003")
        self.assertEqual(typed.protocol_number, "P/77", "what was written by hand stays")

    def test_done_again_in_another_year_it_has_a_number_of_that_year(self):
        inspection = self._done()
        inspection.with_user(self.manager).action_reopen()
        inspection.action_done()
        self.assertEqual(inspection.protocol_number, "KL/2026/0001", "the same year: corrected")
        inspection.with_user(self.manager).action_reopen()
        with freeze_time("2027-01-04 10:00:00"):
            inspection.action_done()
        self.assertEqual(inspection.protocol_number, "KL/2027/0001")

    # THE PAPER

    def _protocol(self):
        plan = self._new_plan(self.half_year, date(2025, 9, 15))
        self.device.name = "Split unit"
        inspection = plan.inspection_ids.sorted("planned_date")[0]
        order = self._order(inspection)
        housing, leakage = inspection.check_ids
        housing.write({"result": "ok", "remark": "Clean", "photo": picture()})
        leakage.value = 4.25
        order.checklist_sign("Anna Kłos", picture())
        inspection.checklist_result("conditional")
        inspection.order_device_id.resolution = "Seal tightened"
        order.action_finish_inspections()
        return inspection

    def test_the_protocol_says_all(self):
        inspection = self._protocol()
        text = self._text("inspection_protocol", inspection)
        for words in (
            "Inspection protocol KL/2026/0001", "03/10/2026", inspection.order_id.name, "Piekarnia Kłos",
            "Sklep przy Rynku", "Half-yearly", "Act of 9 March 2023", "F-gas certificate", "Split unit", "ABC 2001",
            "Result Passed with conditions", "1 Housing OK Clean", "2 Leakage ≤ 3.5 mA 4.25 mA Not OK",
            "Seal tightened", "Next inspection 09/10/2026", "Anna Kłos",
        ):
            self.assertIn(words, text)

    def test_the_next_date_is_that_of_the_counting(self):
        early = self._new_plan(self.half_year, date(2026, 3, 10)).inspection_ids.sorted("planned_date")[0]
        early.action_done()
        self.assertEqual(early.done_next_date, date(2026, 9, 10))
        plan = self._new_plan(self.monthly, date(2026, 2, 15), self.device2)
        fixed = plan.inspection_ids.sorted("planned_date")[0]
        fixed.action_done()
        self.assertEqual(fixed.done_next_date, date(2026, 4, 15))
        plan.active = False
        self.assertEqual(fixed.done_next_date, date(2026, 4, 15), "what its paper says")
        self.assertFalse(self._done().done_next_date)

    def test_one_visit_one_collective_protocol(self):
        inspections = self.env["crm.service.inspection"].union(*(
            self._new_plan(self.extinguishers, date(2025, 3, 20), device).inspection_ids[:1]
            for device in self.devices))
        self.extinguishers.checklist_ids = [
            Command.create({"name": "Seal"}),
            Command.create({"name": "Weight", "measure": "min", "value_min": 5.0, "unit": "kg"})]
        order = self._order(inspections)
        inspections.check_ids.filtered(lambda check: check.measure == "none").write({"result": "ok"})
        for inspection, weight in zip(inspections, (5.5, 4.5), strict=True):
            inspection.check_ids[1].value = weight
        order.action_finish_inspections()
        for text in (self._text("inspection_protocol", inspections), self._text("inspection_collective", order)):
            self.assertEqual(text.count("Collective inspection protocol"), 1)
            for words in (
                "GAS/2026/0001", "Nano E", "ABC 2001", "Nano S", "ABC 2002", "PN-M-51004", "Extinguishers",
                "Passed 03/20/2027", "Failed after the repair", "Weight – 5.5 kg", "Not OK Weight – 4.5 kg",
                "Seal; Weight",
            ):
                self.assertIn(words, text)

    def test_a_protocol_each_where_the_regime_wants_it(self):
        inspections = self._new_inspection() | self._new_inspection(device=self.device2)
        order = self._order(inspections)
        inspections.check_ids.write({"result": "na"})
        order.action_finish_inspections()
        text = self._text("inspection_protocol", inspections)
        self.assertNotIn("Collective", text)
        self.assertEqual(text.count("Inspection protocol KL/2026/000"), 2)
        # and all of one visit on one sheet, on demand, with the numbers that they have
        text = self._text("inspection_collective", order)
        self.assertIn("KL/2026/0001 – KL/2026/0002", text)
        self.assertEqual(text.count("KL/2026/0002"), 2)

    def test_what_is_not_done_is_not_printed(self):
        inspection = self._new_inspection()
        order = self._order(inspection)
        with self.assertRaisesRegex(UserError, "“Done”"):
            inspection.action_print_protocol()
        with self.assertRaisesRegex(UserError, f"{order.name}: no inspection is finished"):
            order.action_print_inspection_protocols()
        with self.assertRaisesRegex(UserError, order.name):
            order._get_collective_protocols()

    def test_every_technician_prints(self):
        inspection = self._protocol()
        inspection.order_id.write({"user_id": self.other_technician.id, "requester_id": self.operator.id})
        self.env.invalidate_all()
        self.assertIn("KL/2026/0001", self.env["ir.actions.report"].with_user(self.technician)._render_qweb_html(
            "crm_enova_like.action_report_inspection_protocol", inspection.ids)[0].decode())

    @skipUnless(WKHTMLTOPDF, "wkhtmltopdf is not installed")
    def test_the_pdf(self):
        inspection = self._protocol()
        content, kind = self.env["ir.actions.report"].with_context(force_report_rendering=True)._render_qweb_pdf(
            "crm_enova_like.action_report_inspection_protocol", inspection.ids)
        self.assertEqual((kind, content[:5]), ("pdf", b"%PDF-"))
