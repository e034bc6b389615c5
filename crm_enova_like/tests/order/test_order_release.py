from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import format_date

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestOrderRelease(ServiceCommon):
    """Devices go back: to whom, with what, and the paper for it."""

    # THE WAY BACK

    def test_release_erases_the_code_and_frees_the_shelf(self):
        order = self._take_in(self.device, access_code="1234", shelf="R3")
        line = order.device_line_ids
        line.action_repaired()
        line.action_release()
        self.assertFalse(line.access_code)
        self.assertFalse(line.sudo().access_secret)
        self.assertFalse(line.shelf)

    def _wizard(self, lines, user=None, **vals):
        action = lines.with_user(user or self.operator).action_open_release()
        Wizard = self.env[action["res_model"]].with_user(user or self.operator).with_context(**action["context"])
        with Form(Wizard) as form:
            for name, value in vals.items():
                setattr(form, name, value)
        return form.record

    def test_one_of_two_by_somebody_else(self):
        order = self._take_in(self.device, self.device2)
        one, two = order.device_line_ids
        one.action_repaired()
        wizard = self._wizard(order, by_other=True, released_to="Jan Sąsiad", id_checked=True)
        self.assertEqual(wizard.device_line_ids, one, "the one that is ready comes chosen")
        self.assertEqual(wizard.candidate_ids, order.device_line_ids)
        action = wizard.action_release_and_print()
        self.assertEqual(action["type"], "ir.actions.report")
        self.assertEqual((one.released_to, one.collector_id_checked), ("Jan Sąsiad", True))
        self.assertFalse(two.date_released)
        said = order.message_ids[0].body
        for text in ("ABC 2001", "Jan Sąsiad", "Identity checked"):
            self.assertIn(text, said)
        self.assertNotIn("ABC 2002", said)

    def test_owner_collects(self):
        order = self._take_in(self.device)
        order.person_id = self.person
        order.device_line_ids.action_repaired()
        wizard = self._wizard(order.device_line_ids)
        self.assertEqual(wizard.owner_name, "Anna Kłos")
        wizard.action_release()
        self.assertEqual(order.device_line_ids.released_to, "Anna Kłos")
        with self.assertRaisesRegex(UserError, "already"):
            order.action_open_release()

    def test_collector_without_a_name(self):
        order = self._take_in(self.device)
        order.device_line_ids.action_repaired()
        wizard = self.env["crm.service.release.wizard"].with_user(self.operator).create({
            "device_line_ids": [Command.set(order.device_line_ids.ids)], "by_other": True, "released_to": " "})
        with self.assertRaisesRegex(UserError, "ABC 2001.*name of who collects"):
            wizard.action_release()
        self.assertFalse(order.device_line_ids.date_released)
        wizard.device_line_ids = False
        with self.assertRaisesRegex(UserError, "at least one device"):
            wizard.action_release()

    def test_unfinished_needs_a_reason(self):
        order = self._take_in(self.device)
        line = order.device_line_ids
        wizard = self.env["crm.service.release.wizard"].with_user(self.operator).create({
            "device_line_ids": [Command.set(line.ids)]})
        self.assertTrue(wizard.is_early)
        with self.assertRaisesRegex(UserError, "ABC 2001.*reason"):
            wizard.action_release()
        wizard.reason = "Needs it for the fair"
        wizard.action_release()
        self.assertEqual(line.early_release_reason, "Needs it for the fair")
        self.assertTrue(line.date_released)
        self.assertEqual(line.state, "open")
        self.assertIn("Needs it for the fair", order.message_ids[0].body)
        line.action_decline()    # the outcome is given later
        self.assertEqual(line.state, "declined")

    def test_reason_is_kept_for_the_unfinished_alone(self):
        order = self._take_in(self.device, self.device2)
        one, two = order.device_line_ids
        one.action_repaired()
        (one | two).action_release(reason="In a hurry")
        self.assertFalse(one.early_release_reason)
        self.assertEqual(two.early_release_reason, "In a hurry")

    def test_cancelled_order_gives_its_device_back(self):
        order = self._take_in(self.device, access_code="1234")
        order.action_cancel()
        self.assertEqual(order.to_release_count, 1)
        self._wizard(order).action_release()
        self.assertTrue(order.device_line_ids.date_released)
        self.assertFalse(order.device_line_ids.access_code)
        self.assertEqual(order.to_release_count, 0)

    def test_day_of_the_release_is_the_companys(self):
        self.company.partner_id.tz = "Europe/Warsaw"
        line = self._take_in(self.device).device_line_ids
        with freeze_time("2026-07-01 22:30:00"):    # 2 July, 0:30 in Warsaw
            line.action_repaired()
            line.action_release()
        day = format_date(self.env, date(2026, 7, 2))
        for action in (line.action_release, line.action_reopen):
            with self.subTest(action.__name__), self.assertRaisesRegex(UserError, f"handed back on {day}"):
                action()
        with freeze_time("2026-07-20 10:00:00"):
            self.assertIn(f"last repair {day}", self._take_in(self.device).intake_facts)

    def test_what_a_release_writes_is_not_typed(self):
        line = self._take_in(self.device).device_line_ids
        line.action_repaired()
        for values in ({"date_released": "2026-07-01 10:00:00"}, {"collector_id_checked": True},
                       {"early_release_reason": "In a hurry"}, {"repair_warranty_until": "2099-01-01"}):
            with self.subTest(values), self.assertRaisesRegex(UserError, "cannot be entered"):
                line.with_user(self.operator).write(values)
        line.with_user(self.operator).action_release("Jan Sąsiad", id_checked=True)
        self.assertTrue(line.date_released)

    def test_release_rights(self):
        order = self._take_in(self.device)
        order.user_id = self.technician
        order.device_line_ids.action_repaired()
        with self.assertRaises(AccessError):
            order.device_line_ids.with_user(self.other_technician).action_release()
        with self.assertRaises(AccessError):
            self.env["crm.service.release.wizard"].with_user(self.employee).create({})
        order.device_line_ids.with_user(self.technician).action_release()
        self.assertTrue(order.device_line_ids.date_released)

    def test_release_protocol_of_one_of_two(self):
        self.contractor.lang = "en_US"
        order = self._take_in(self.device, self.device2)
        one, two = order.device_line_ids
        one.action_repaired()
        with self.assertRaisesRegex(UserError, "ABC 2001.*not handed back"):
            one.action_print_release()
        one.action_release("Jan Sąsiad", id_checked=True)
        _report, html = self._html("report_service_release", one)
        for text in (order.name, "ABC 2001", "Jan Sąsiad", "Identity checked"):
            self.assertIn(text, html)
        self.assertNotIn("ABC 2002", html)
        two.action_no_fault()
        two.action_release("Anna Kłos")
        _report, html = self._html("report_service_release", one | two)
        self.assertEqual(html.count('<div class="page o_service"'), 2, "two collectors, two papers")
