from contextlib import contextmanager
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import InspectionCommon


@tagged("post_install", "-at_install")
class TestInspectionDoor(InspectionCommon):
    """The state of an inspection changes by ``write()``, whoever changes it; facts follow from what was done."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.inspection = cls._new_inspection()

    @contextmanager
    def _overridden(self):
        """``write`` overridden as an addon would, by a class above all of ours; gives the states that it saw."""
        seen, registry_class = [], type(self.inspection)
        original = registry_class.write

        def write(inspections, vals):
            if "state" in vals:
                seen.append((inspections.ids, vals["state"]))
            return original(inspections, vals)

        self.patch(registry_class, "write", write)
        yield seen

    # WHO OVERRIDES write

    def test_an_override_sees_each_action(self):
        inspection = self.inspection.with_user(self.manager)
        with self._overridden() as seen:
            for act, state in (
                    (inspection.action_create_order, "ordered"), (inspection.action_done, "done"),
                    (inspection.action_reopen, "planned"), (lambda: inspection.action_cancel("Sold"), "cancelled")):
                seen.clear()
                act()
                self.assertEqual(inspection.state, state)
                self.assertEqual(seen, [(inspection.ids, state)])

    def test_an_override_sees_what_its_order_does(self):
        inspection = self.inspection.with_user(self.technician)
        other = self._new_inspection(device=self.device2)
        order = inspection.browse()
        with self._overridden() as seen:
            order = self._order(inspection).with_user(self.technician)
            other._add_to_order(order)
            row = inspection.order_device_id
            for act, state in (
                    (row.action_repaired, "done"), (row.action_reopen, "ordered"), (row.action_decline, "planned")):
                seen.clear()
                act()
                self.assertEqual(seen, [(inspection.ids, state)])
            seen.clear()
            order.action_customer_absent("Locked")
            self.assertEqual(seen, [(other.ids, "planned")])

    # WRITING A STATE

    def test_a_state_is_written_as_its_button_does(self):
        inspection = self.inspection.with_user(self.operator)
        inspection.write({"state": "done", "note": "By an import"})
        self.assertEqual(
            (inspection.state, inspection.date_done, inspection.result, inspection.note),
            ("done", date(2026, 3, 10), "passed", "By an import"))
        self.assertTrue(inspection.protocol_number)
        self.assertFalse(inspection.is_open)
        other = self._new_inspection(device=self.device2).with_user(self.operator)
        with self.assertRaisesRegex(UserError, "say why it is cancelled"):
            other.write({"state": "cancelled", "cancel_reason": "  "})
        other.write({"state": "cancelled", "cancel_reason": " Sold "})
        self.assertEqual((other.state, other.cancel_reason), ("cancelled", "Sold"))
        other.with_user(self.manager).write({"state": "planned"})
        self.assertEqual((other.state, other.cancel_reason, other.is_open), ("planned", False, True))

    def test_what_a_move_needs_is_data_of_the_same_write(self):
        self.inspection.with_user(self.operator).write({
            "state": "done", "date_done": "2026-03-02", "result": "conditional", "protocol_number": "P/77"})
        self.assertEqual(
            (self.inspection.date_done, self.inspection.result, self.inspection.protocol_number),
            (date(2026, 3, 2), "conditional", "P/77"))

    def test_what_is_not_allowed_is_refused_in_a_sentence(self):
        inspection = self.inspection.with_user(self.operator)
        for state, sentence in (
                ("ordered", r"Half-yearly – ABC 2001.* of 03/20/2026 is in no order yet. Use “Create order”"),
                ("postponed", "has no state “postponed”"), (False, "has no state “”")):
            with self.subTest(state=state), self.assertRaisesRegex(UserError, sentence):
                inspection.write({"state": state, "note": "x"})
        self.assertFalse(inspection.note, "refused as a whole")
        inspection.action_cancel("Sold")
        for state in ("done", "ordered"):
            with self.subTest(state=state), self.assertRaisesRegex(
                    UserError, r"Half-yearly – ABC 2001.*is “Cancelled”: this is possible only when it is “Planned”"):
                inspection.write({"state": state})
        inspection.write({"state": "cancelled", "note": "It is already"})
        self.assertEqual(inspection.note, "It is already")

    def test_a_day_in_the_future_is_refused_before_anything_is_written(self):
        other = self._new_inspection(device=self.device2, date_done="2026-03-11")
        with self._overridden() as seen, self.assertRaisesRegex(UserError, "ABC 2002.*03/11/2026"):
            (self.inspection | other).action_done()
        self.assertEqual(len(seen), 1)
        self.assertFalse(self.inspection.protocol_number)

    def test_all_are_checked_before_the_first_is_written(self):
        other = self._new_inspection(device=self.device2, cancel_reason="Sold")
        written, Base = [], type(self.env["mail.thread"])
        original = Base.write

        def write(records, vals):
            written.append(records)
            return original(records, vals)

        self.patch(Base, "write", write)
        with self.assertRaisesRegex(UserError, "ABC 2001.*say why"):
            (other | self.inspection).with_user(self.operator).action_cancel()
        self.assertFalse(written)
        self.assertEqual(other.state, "planned")
        other.with_user(self.operator).action_cancel()
        self.assertEqual(written, [other])

    def test_hooks_run_once_for_all(self):
        inspections = self.inspection | self._new_inspection(device=self.device2)
        calls, registry_class = [], type(inspections)
        original = registry_class._after_move

        def after(records, old_states, state):
            calls.append((records, old_states, state))
            return original(records, old_states, state)

        self.patch(registry_class, "_after_move", after)
        inspections.action_done()
        self.assertEqual(calls, [(inspections, dict.fromkeys(inspections, "planned"), "done")])
        self.assertEqual(len(set(inspections.mapped("protocol_number"))), 2)

    # CREATING IN A STATE

    def test_created_in_a_state_it_goes_through_the_door(self):
        with self._overridden() as seen:
            inspection = self._new_inspection(device=self.device2, state="done", date_done="2026-03-01").with_user(
                self.operator)
        self.assertEqual(seen, [(inspection.ids, "done")])
        self.assertEqual((inspection.state, inspection.date_done), ("done", date(2026, 3, 1)))
        self.assertEqual(inspection.protocol_number, "P/2026/0001")
        Inspection = self.env["crm.service.inspection"].with_user(self.operator)
        vals = {"device_id": self.device2.id, "regime_id": self.half_year.id, "planned_date": "2026-03-20"}
        for state, sentence in (("cancelled", "say why"), ("ordered", "in no order yet"), ("foo", "no state “foo”")):
            with self.subTest(state=state), self.assertRaisesRegex(UserError, sentence):
                Inspection.create({**vals, "state": state})
        cancelled = Inspection.create({**vals, "state": "cancelled", "cancel_reason": "Sold"})
        self.assertFalse(cancelled.is_open)

    def test_defaults_and_copies_are_planned(self):
        Inspection = self.env["crm.service.inspection"].with_user(self.operator).with_context(default_state="done")
        made = Inspection.create({
            "device_id": self.device2.id, "regime_id": self.half_year.id, "planned_date": "2026-03-20"})
        self.assertTrue(made.is_open)
        self.inspection.action_done()
        copied = self.inspection.copy()
        self.assertTrue(copied.is_open)
        self.assertFalse(copied.date_done or copied.result or copied.protocol_number)

    # FACTS

    def test_facts_are_not_typed(self):
        order = self._new_order(self.device)
        for vals in (
                {"order_id": order.id}, {"order_device_id": order.device_line_ids.id}, {"date_reminded": "2026-03-01"},
                {"visit_failed_count": 3}, {"date_notified": "2026-03-01 10:00:00"},
                {"notified_partner_id": self.contractor.id},
                {"state": "ordered", "order_id": order.id, "order_device_id": order.device_line_ids.id}):
            for user in (self.technician, self.manager):
                with self.subTest(vals=vals, user=user.login), self.assertRaisesRegex(UserError, "cannot be entered"):
                    self.inspection.with_user(user).write(vals)
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "cannot be entered"):
                self.env["crm.service.inspection"].with_user(self.manager).create({
                    "device_id": self.device2.id, "regime_id": self.half_year.id, "planned_date": "2026-03-20", **vals})

    def test_what_was_found_is_typed_until_it_is_done(self):
        inspection = self.inspection.with_user(self.technician)
        inspection.write({"date_done": "2026-03-01", "result": "failed", "protocol_number": "P/1"})
        inspection.action_done()
        for name, value in (
                ("date_done", "2026-03-02"), ("date_done", False), ("result", "passed"), ("protocol_number", "P/2")):
            for user in (self.technician, self.manager):
                with self.subTest(name=name, user=user.login), self.assertRaisesRegex(UserError, "cannot be entered"):
                    inspection.with_user(user).write({name: value})
        inspection.write({"date_done": "2026-03-01", "result": "failed"})
        self.assertEqual(inspection.result, "failed", "the same once more is no change")

    def test_the_number_of_another_bodys_protocol_comes_later(self):
        inspection = self._new_inspection(self._new_regime("UDT", performed_by="body")).with_user(self.operator)
        inspection.action_done()
        self.assertFalse(inspection.protocol_number)
        inspection.protocol_number = "UDT/5"
        with self.assertRaisesRegex(UserError, "cannot be entered"):
            inspection.protocol_number = "UDT/6"

    def test_a_correction_is_the_managers_and_noted(self):
        self.inspection.action_done(result="passed")
        with self.assertRaises(AccessError):
            self.inspection.with_user(self.operator).correct_facts({"result": "failed"}, "Misread")
        with self.assertRaisesRegex(UserError, "Say why"):
            self.inspection.with_user(self.manager).correct_facts({"result": "failed"}, "")
        self.inspection.with_user(self.manager).correct_facts({"result": "failed"}, "Misread")
        self.assertEqual(self.inspection.result, "failed")
        body = self.inspection.message_ids[0].body
        for words in ("Misread", "Passed", "Failed"):
            self.assertIn(words, body)

    def test_a_correction_leaves_what_the_state_says(self):
        self.half_year.performed_by = "us"
        inspection, other = self.inspection, self._new_inspection()
        (inspection | other).action_create_order()
        self.assertTrue(inspection.order_id)
        inspection.order_id.date_received = "2026-03-02 08:00:00"

        def refused(vals, says, record=inspection):
            with self.subTest(**vals), self.assertRaisesRegex(UserError, says):
                record.with_user(self.manager).correct_facts(vals, "Misread")

        refused({"order_id": False}, "cannot be emptied")
        (inspection | other).action_done()
        for name in ("date_done", "result", "protocol_number"):
            refused({name: False}, "cannot be emptied")
        refused({"date_done": "2026-03-01"}, "before its order was received")
        refused({"date_done": "2126-03-01"}, "in the future|cannot be right")
        self.assertNotEqual(inspection.protocol_number, other.protocol_number)
        refused({"protocol_number": other.protocol_number}, "is taken by another document")
        refused({"protocol_number": "P/1"}, "one at a time", inspection | other)
        inspection.with_user(self.manager).correct_facts(
            {"protocol_number": "P/1", "date_done": "2026-03-03"}, "as on paper")
        self.assertEqual((inspection.protocol_number, inspection.date_done), ("P/1", date(2026, 3, 3)))

    def test_a_manager_records_what_was_done_elsewhere(self):
        order = self._new_order(self.device2)
        vals = {
            "device_id": self.device2.id, "regime_id": self.half_year.id, "planned_date": "2025-03-20",
            "state": "done", "date_done": "2025-03-18", "result": "conditional", "protocol_number": "KL/2025/0007",
            "order_id": order.id, "order_device_id": order.device_line_ids.id, "visit_failed_count": 1}
        Inspection = self.env["crm.service.inspection"]
        with self.assertRaisesRegex(UserError, "cannot be entered"):
            Inspection.with_user(self.operator).create(vals)
        inspection = Inspection.with_user(self.manager).create(vals)
        self.assertEqual(
            (inspection.state, inspection.date_done, inspection.result, inspection.protocol_number,
             inspection.order_id, inspection.visit_failed_count),
            ("done", date(2025, 3, 18), "conditional", "KL/2025/0007", order, 1))
        self.assertEqual(
            self.env["crm.service.number"].search([("document", "=", inspection._name)]).mapped("name"),
            ["KL/2025/0007"], "no number was drawn")
