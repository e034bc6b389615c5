import re
from datetime import date

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from ..common import InspectionCommon
from .test_inspection_checklist import picture


@tagged("post_install", "-at_install")
class TestInspectionPaper(InspectionCommon):
    """One number, one paper: whose it is, and that it stays as it was handed over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in ("en_US", "pl_PL"):
            cls.env["res.lang"]._activate_lang(lang)
        cls.contractor.lang = cls.other_contractor.lang = "en_US"
        cls.regime = cls._new_regime("Gate", code="BR", interval_number=12)
        cls.collective = cls._new_regime("Hoses", code="WZ", interval_number=12, protocol_per_visit=True)

    def _sell(self, devices):
        devices.write({"partner_id": self.other_contractor.id, "address_id": False})

    def _reopen(self, inspections):
        inspections.with_user(self.manager).action_reopen()

    def _text(self, report, records):
        self.env.flush_all()
        self.env.invalidate_all()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            f"crm_enova_like.report_inspection_{report}", records.ids)
        text = re.sub(r"<(style|script).*?</\1>", " ", html.decode(), flags=re.S)
        return " ".join(re.sub(r"<(?!img)[^>]+>", " ", text).split())

    def _notes(self, inspection):
        return " ".join(inspection.message_ids.mapped(lambda message: str(message.body)))

    # WHOSE NUMBER IT IS

    def test_done_again_for_another_owner_it_is_another_protocol(self):
        first, typed = self._new_inspection(self.regime), self._new_inspection(self.regime, self.device2)
        first.action_done()
        typed.action_done(protocol_number="R/15")
        self.assertEqual(first.protocol_number, "BR/2026/0001")
        self._reopen(first | typed)
        self._sell(self.device | self.device2)
        (first | typed).action_done()
        self.assertEqual((first | typed).mapped("protocol_number"), ["BR/2026/0002", "BR/2026/0003"])
        self.assertEqual(first.done_partner_id, self.other_contractor)
        for inspection, number in ((first, "BR/2026/0001"), (typed, "R/15")):
            self.assertRegex(self._notes(inspection), f"{number} of 03/10/2026 for Piekarnia Kłos was taken back")

    def test_done_again_for_the_same_owner_it_is_corrected(self):
        inspection = self._new_inspection(self.regime)
        inspection.action_done()
        for _each in range(2):
            self._reopen(inspection)
            inspection.action_done(result="conditional")
            self.assertEqual(inspection.protocol_number, "BR/2026/0001")
        self.assertNotIn("taken back", self._notes(inspection))
        # on another day, without a visit that says that it is the same
        self._reopen(inspection)
        with freeze_time("2026-03-12 10:00:00"):
            inspection.action_done()
        self.assertEqual(inspection.protocol_number, "BR/2026/0002")

    def test_sold_and_bought_back_it_has_its_number_still(self):
        inspection = self._new_inspection(self.regime)
        inspection.action_done()
        self._reopen(inspection)
        self._sell(self.device)
        self.device.write({"partner_id": self.contractor.id, "address_id": self.shop.id})
        inspection.action_done()
        self.assertEqual(inspection.protocol_number, "BR/2026/0001")

    def test_a_number_typed_for_the_new_owner_stands(self):
        inspection = self._new_inspection(self.regime)
        inspection.action_done()
        self._reopen(inspection)
        self._sell(self.device)
        inspection.protocol_number = "BR/NEW"
        inspection.action_done()
        self.assertEqual(inspection.protocol_number, "BR/NEW")
        self.assertIn("BR/2026/0001", self._notes(inspection))

    def test_the_next_day_of_the_same_visit_it_has_the_same_number(self):
        inspection = self._new_inspection(self.regime)
        row = self._order(inspection).device_line_ids
        row.action_repaired()
        with freeze_time("2026-03-11 08:00:00"):
            row.action_reopen()
            row.action_repaired()
            self.assertEqual((inspection.protocol_number, inspection.date_done), ("BR/2026/0001", date(2026, 3, 11)))
            row.action_reopen()
            self._sell(self.device)
            row.action_repaired()
        self.assertEqual(inspection.protocol_number, "BR/2026/0002")

    def test_a_collective_protocol_is_of_one_owner(self):
        inspections = self._new_inspection(self.collective) | self._new_inspection(self.collective, self.device2)
        order = self._order(inspections)
        order.device_line_ids.action_repaired()
        self.assertEqual(inspections.mapped("protocol_number"), ["WZ/2026/0001"] * 2)
        order.device_line_ids[1].action_reopen()
        self._sell(self.device2)
        order.device_line_ids[1].action_repaired()
        self.assertEqual(inspections.mapped("protocol_number"), ["WZ/2026/0001", "WZ/2026/0002"])
        self.assertEqual(len(order._get_collective_protocols()), 2)

    # THE PAPER STAYS

    def test_the_place_is_printed_after_core_merged_it(self):
        self.shop.write({"name": "Magazyn", "street": "Leśna 5", "city": "Poznań"})
        alone = self._new_device(address_id=self.contractor.id)
        inspections = self._new_inspection(self.regime) | self._new_inspection(self.regime, alone)
        inspections.action_done()
        before = [self._text("protocol", inspection) for inspection in inspections]
        self.assertIn("Leśna 5", before[0])
        self.assertNotIn("Place", before[1])
        self.shop.parent_id = False
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (self.shop | self.contractor).ids, self.contractor)
        self.assertEqual(inspections[0].done_address_id, self.contractor)
        self.assertEqual([self._text("protocol", inspection) for inspection in inspections], before)

    def test_the_paper_is_in_the_language_of_its_day(self):
        inspection = self._new_inspection(self.regime)
        inspection.action_done()
        order = self._new_order(self.device2)
        order.device_line_ids.action_repaired()
        order.action_done()
        paper = self._text("protocol", inspection)
        self.contractor.lang = "pl_PL"
        self.assertEqual((inspection.done_lang, self._text("protocol", inspection)), ("en_US", paper))
        # one that is not there any more prints in what there is
        inspection._write_facts({"done_lang": "lt_LT"})
        order._write_facts({"done_lang": "lt_LT"})
        self.assertEqual((inspection._get_paper_lang(), order._get_paper_lang()), ("pl_PL", "pl_PL"))
        self.assertIn("Gate", self._text("protocol", inspection))

    def test_the_order_is_printed_as_it_was(self):
        inspections = self._new_inspection(self.collective) | self._new_inspection(self.collective, self.device2)
        single = self._new_inspection(self.regime)
        order = self._order(inspections | single)
        row = order.device_line_ids.filtered(lambda row: row.device_id == self.device)
        row.resolution = "Chain oiled"
        order.device_line_ids.action_repaired()
        order.checklist_sign("Anna Kłos", picture())
        before = self._text("protocol", inspections | single)
        for words in ("Chain oiled", order.name, "Anna Kłos", "<img", "Collective"):
            self.assertIn(words, before)
        row.resolution = "Something else"
        order.write({"customer_signed_by": "Somebody Else", "customer_signature": picture(colour="blue")})
        self.assertEqual(self._text("protocol", inspections | single), before)
        order.device_line_ids.unlink()
        order.unlink()
        self.assertEqual(self._text("protocol", inspections | single), before)
        # done anew, nobody has signed it
        self._reopen(single)
        single.action_done()
        self.assertFalse(single.done_signed_by or single.done_customer_signature or single.done_resolution)

    # A NUMBER IS NOT LOST, NOR MADE UP

    def test_a_protocol_is_not_deleted(self):
        drawn, typed = self._new_inspection(self.regime), self._new_inspection(self.regime, self.device2)
        drawn.action_done()
        typed.action_done(protocol_number="R/15")
        for inspection in (drawn, typed):
            with self.assertRaisesRegex(UserError, f"has the protocol {inspection.protocol_number} and is not deleted"):
                inspection.with_user(self.manager).unlink()
        self._reopen(drawn)
        with self.assertRaisesRegex(UserError, "cancels it with a reason"):
            drawn.with_user(self.manager).unlink()
        drawn.action_cancel("Not done")
        self.assertEqual(drawn.protocol_number, "BR/2026/0001")
        self._new_inspection(self.regime).with_user(self.manager).unlink()

    def test_a_plan_that_moves_keeps_an_inspection_with_a_number(self):
        plan = self._new_plan(self.regime, date(2025, 6, 1))
        inspection = plan.inspection_ids.sorted("planned_date")[0]
        inspection.action_done()
        self._reopen(inspection)
        plan.anchor_date = date(2025, 7, 1)
        self.regime.interval_number = 6
        self.assertEqual(inspection.exists().protocol_number, "BR/2026/0001")
        plan.unlink()
        self.assertTrue(inspection.exists())

    def test_what_is_moved_in_without_a_number_has_none(self):
        moved_in = self.env["crm.service.inspection"].with_user(self.manager).create([{
            "device_id": self.device.id, "regime_id": self.regime.id, "planned_date": day, "state": "done",
            "date_done": day, **vals} for day, vals in (
                ("2025-11-20", {}), ("2026-02-20", {"protocol_number": "OLD/7"}), ("2026-03-10", {}))])
        self.assertEqual(moved_in.mapped("protocol_number"), [False, "OLD/7", "BR/2026/0001"])
        self.assertEqual(moved_in.mapped("state"), ["done"] * 3)
        late = self._new_inspection(self.regime)
        late.action_done(date_done=date(2025, 12, 30))
        self.assertEqual(late.protocol_number, "BR/2025/0001", "written down late, it was ours")

    # COPIES

    def test_a_copy_of_what_is_done_is_another_inspection(self):
        plan = self._new_plan(self.regime, date(2025, 4, 1))
        early = plan.inspection_ids.sorted("planned_date")[0]
        early.action_done()
        self.assertTrue(early.schedule_date > early.date_done)
        for user in (self.operator, self.manager):
            beside = early.with_user(user).copy()
            self.assertFalse(beside.plan_id or beside.schedule_date)
            self.assertEqual((beside.state, beside.regime_id), ("planned", self.regime))
        later = early.with_user(self.operator).copy({"planned_date": "2026-12-05"})
        self.assertEqual((later.plan_id, str(later.schedule_date)), (plan, "2026-12-05"))
        self.assertFalse(later.protocol_number or later.done_lang or later.protocol_before)

    def test_copies_of_what_is_closed(self):
        """In ``create`` Odoo hands over what is copied: its rules are not those of the copy."""
        order = self._new_order(self.device)
        order.device_line_ids.action_repaired()
        order.action_done()
        task = self.env["crm.task"].create({"name": "Call"})
        task.action_done()
        for record, vals in (
                (order, {"partner_id": order.partner_id.id, "date_deadline": "2026-05-01"}),
                (task, {"name": "Call again", "date_deadline": "2026-05-01"})):
            copied = record.with_user(self.operator).copy(vals)
            self.assertTrue(copied.is_open)

    # PEOPLE WHO LEFT

    def test_nobody_who_left_is_given_a_device_or_an_inspection(self):
        device = self._new_device(technician_id=self.technician.id)
        inspection = self._new_inspection(self.regime, device)
        self.technician.active = False
        other = self._new_inspection(self.regime, self.device2)
        gone = self.technician.id
        for write in (
                lambda: self.device.write({"technician_id": gone}), lambda: other.write({"user_id": gone}),
                lambda: self._new_device(technician_id=gone), lambda: self._new_inspection(user_id=gone),
                lambda: self.regime.write({"reminder_user_id": gone}),
                lambda: self._new_regime("Other", reminder_user_id=gone)):
            with self.assertRaisesRegex(UserError, "does not work here any more"):
                write()
        # what says so already stays
        device.with_user(self.manager).write({"technician_id": gone, "name": "Renamed"})
        inspection.with_user(self.manager).write({"user_id": gone, "note": "Later"})
        self.assertEqual((device.technician_id, inspection.user_id), 2 * (self.technician,))
        # and a copy is nobody's
        self.assertFalse(device.copy({"serial_number": "C-1"}).technician_id)
        self.assertFalse(inspection.copy().user_id)
        moved_in = self.env["crm.service.inspection"].with_user(self.manager).create({
            "device_id": self.device.id, "regime_id": self.regime.id, "planned_date": "2024-05-01", "state": "done",
            "date_done": "2024-05-01", "user_id": gone})
        self.assertEqual(moved_in.done_technician_name, self.technician.name)
