from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import InspectionCommon


@tagged("post_install", "-at_install")
class TestOrderOutcome(InspectionCommon):
    """Outcome, basis, notes and technician for a selection of devices in service."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.third = cls._new_device("Nano T", serial_number="ABC 2003")
        cls.order = cls.make_order(cls.device, cls.device2, cls.third, user_id=cls.technician.id)
        cls.lines = cls.order.device_line_ids

    def _wizard(self, lines=None, user=None, **vals):
        action = (self.lines if lines is None else lines).with_user(user or self.operator).action_open_outcome()
        return self.env(user=user or self.operator)[action["res_model"]].with_context(**action["context"]).create(vals)

    def _set(self, lines=None, user=None, **vals):
        return self._wizard(lines, user, **vals).action_apply()

    def test_every_outcome_for_a_selection(self):
        for outcome in ("repaired", "no_fault", "replaced", "unrepairable", "declined"):
            with self.subTest(outcome):
                self._set(self.lines[:2], outcome=outcome, resolution=f"Done: {outcome}")
                self.assertEqual(self.lines.mapped("state"), [outcome, outcome, "open"])
                self.assertEqual(self.lines.mapped("resolution"), [f"Done: {outcome}"] * 2 + [False])
                self.assertTrue(all(self.lines[:2].mapped("date_closed")))
                self._set(self.lines[:2], outcome="open")
                self.assertEqual(set(self.lines.mapped("state")), {"open"})
                self.lines[:2].resolution = False

    def test_outcome_of_another_addon(self):
        """What ``selection_add`` does to the state of a device in an order is seen by the wizard."""
        Row = self.env["crm.service.order.device"]
        field, names = Row._fields["state"], {**Row._get_state_names(), "scrapped": "Scrapped"}
        self.patch(field, "_selection", names)
        self.patch(type(Row), "_get_state_names", lambda row: names)
        wizard = self._wizard(self.lines[:2])
        choices = wizard.fields_get(["outcome"])["outcome"]["selection"]
        self.assertIn(("scrapped", "Scrapped"), choices)
        self.assertEqual(choices[-1], ("open", "Reopen"))
        self.assertFalse(wizard.drops_parts)
        self.patch(type(Row), "_get_dropping_outcomes", lambda row: {"scrapped"})
        wizard.outcome = "scrapped"
        self.assertTrue(wizard.drops_parts)
        wizard.action_apply()
        self.assertEqual(self.lines.mapped("state"), ["scrapped", "scrapped", "open"])
        self.assertEqual(self.lines.mapped("is_open"), [False, False, True])

    def test_hindrance_of_another_addon_is_named(self):
        Row = type(self.env["crm.service.order.device"])
        original = Row._check_outcome

        def check(lines, state):
            for line in lines.filtered(lambda line: not line.diagnosis):
                problem = f"{line.display_name} has no fault code."
                raise UserError(problem)
            return original(lines, state)

        self.patch(Row, "_check_outcome", check)
        self.lines[0].diagnosis = "Dust"
        wizard = self._wizard(outcome="repaired")
        self.assertNotIn("ABC 2001", wizard.problems)
        with self.assertRaisesRegex(UserError, "(?s)ABC 2002 – Nano S has no fault code.*ABC 2003"):
            wizard.action_apply()

    def test_basis_and_notes(self):
        self.lines[0].diagnosis = "Dust"
        self._set(basis="warranty", resolution="Cleaned")
        self.assertEqual(set(self.lines.mapped("basis")), {"warranty"})
        self.assertEqual(set(self.lines.mapped("resolution")), {"Cleaned"})
        self.assertEqual(self.lines.mapped("diagnosis"), ["Dust", False, False], "what is left empty stays")
        self.assertEqual(set(self.lines.mapped("state")), {"open"})

    def test_every_hindrance_is_named_and_nothing_is_set(self):
        self.lines[0].action_repaired()
        self.lines[1].basis = "paid"
        self.lines[2].basis = "warranty"
        wizard = self._wizard(outcome="claim_refused")
        with self.assertRaisesRegex(
                UserError, "(?s)Nothing was set.*ABC 2001.*“Repaired” already.*ABC 2002.*no claim.*“Paid”"):
            wizard.action_apply()
        self.assertEqual(self.lines.mapped("state"), ["repaired", "open", "open"])
        self.assertIn("ABC 2002", wizard.problems)
        self.assertNotIn("ABC 2003", wizard.problems)
        wizard.skip = True
        wizard.action_apply()
        self.assertEqual(self.lines.mapped("state"), ["repaired", "open", "claim_refused"])
        # with the basis set as well there is a claim
        self._set(self.lines[1], outcome="claim_refused", basis="statutory")
        self.assertEqual(self.lines[1].state, "claim_refused")

    def test_what_cannot_be_taken_back(self):
        self.lines[:2].action_repaired()
        self.lines[0].action_release()
        with self.assertRaisesRegex(UserError, "(?s)ABC 2001.*handed back on.*ABC 2003.*no outcome"):
            self._set(outcome="open")
        self._set(self.lines[1], outcome="open")
        self.assertEqual(self.lines[1].state, "open")

    def test_closed_order_and_empty_wizard(self):
        with self.assertRaisesRegex(UserError, "Choose what"):
            self._set()
        self.lines.action_repaired()
        self.order.action_done()
        with self.assertRaisesRegex(UserError, "(?s)Nothing was set.*ABC 2001.*its order is closed"):
            self._set(resolution="Too late")
        with self.assertRaisesRegex(UserError, "Nothing was set"):
            self._set(resolution="Too late", skip=True)

    def test_technician_on_the_labour(self):
        self.env["crm.service.order.line"].create({
            "order_id": self.order.id, "device_line_id": self.lines[0].id, "kind": "labour",
            "product_id": self.labour.id})
        self.assertEqual(self.lines.line_ids.user_id, self.technician)
        with self.assertRaisesRegex(UserError, "(?s)ABC 2002.*no labour.*ABC 2003"):
            self._set(user_id=self.other_technician.id)
        self._set(user_id=self.other_technician.id, skip=True)
        self.assertEqual(self.lines.line_ids.user_id, self.other_technician)
        self._set(self.lines[1:], labour_product_id=self.labour.id, quantity=0.5)
        added = self.lines[1:].line_ids
        self.assertEqual(added.mapped("quantity"), [0.5, 0.5])
        self.assertEqual(added.user_id, self.technician, "the order's, where nobody else is named")
        self.assertEqual(added.device_line_id, self.lines[1:])
        with self.assertRaisesRegex(UserError, "above zero"):
            self._set(labour_product_id=self.labour.id, quantity=0)

    def test_parts_not_issued_are_dropped(self):
        self.add_part(self.order, device_line_id=self.lines[0].id)
        self._set(outcome="no_fault")
        self.assertFalse(self.order.line_ids)

    def test_technician_sets_in_own_orders_alone(self):
        theirs = self.make_order(self._new_device("Nano U"), user_id=self.other_technician.id).device_line_ids
        with self.assertRaisesRegex(UserError, "Nano U is in another technician's order"):
            self._set(self.lines | theirs, self.technician, outcome="repaired")
        self._set(self.lines | theirs, self.technician, outcome="repaired", skip=True)
        self.assertEqual(set(self.lines.mapped("state")), {"repaired"})
        self.assertEqual(theirs.state, "open")
        with self.assertRaises(AccessError):
            self._set(self.lines, self.employee, outcome="open")

    def test_list_of_the_order(self):
        other = self.make_order(self._new_device("Nano U"))
        action = self.order.action_view_device_lines()
        found = self.env["crm.service.order.device"].search(action["domain"])
        self.assertEqual(found, self.lines)
        self.assertNotIn(other.device_line_ids, found)
        form = Form(self.env["crm.service.outcome.wizard"].with_context(**found.action_open_outcome()["context"]))
        form.outcome = "claim_refused"
        self.assertIn("no claim to refuse", form.problems)
        form.outcome = "repaired"
        form.save().action_apply()
        self.assertEqual(set(self.lines.mapped("state")), {"repaired"})

    def test_statements(self):
        devices = self.env["crm.service.device"].create([
            {"name": f"M{number}", "type_id": self.device_type.id} for number in range(40)])
        lines = self.make_order(*devices).device_line_ids
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self._set(lines, outcome="repaired", resolution="Cleaned", labour_product_id=self.labour.id)
        self.env.flush_all()
        self.assertLessEqual((self.env.cr.sql_log_count - before) / 40, 3, "statements for each device")

    # ALL THAT ARE LEFT

    def test_repaired_and_complete(self):
        self.lines[0].action_decline()
        self.order.action_start()
        order = self.order.with_user(self.technician)
        self.assertTrue(order.has_open_devices)
        order.action_done_repaired()
        self.assertEqual(self.lines.mapped("state"), ["declined", "repaired", "repaired"])
        self.assertEqual((order.state, order.has_open_devices), ("done", False))
        with self.assertRaisesRegex(UserError, self.order.name):
            order.action_done_repaired()

    def test_what_is_open_otherwise_keeps_all_as_it_was(self):
        self.order.action_start()
        self.add_part(self.order, device_line_id=self.lines[0].id)
        with self.assertRaisesRegex(UserError, "issued"), self.env.cr.savepoint():
            self.order.with_user(self.technician).action_done_repaired()
        self.order.invalidate_recordset()
        self.lines.invalidate_recordset()
        self.assertEqual((self.order.state, set(self.lines.mapped("state"))), ("in_progress", {"open"}))

    def test_the_button_is_there_when_it_may_be_pressed(self):
        def shown():
            form = Form(self.order.with_user(self.technician))
            arch = form._view["tree"]
            return {node.get("name"): not safe_eval(node.get("invisible"), {**form._values, "id": self.order.id})
                    for node in arch.xpath("//header/button[@class='oe_highlight'][@invisible]")
                    if node.get("name") in ("action_done", "action_done_repaired")}

        self.assertEqual(shown(), {"action_done": False, "action_done_repaired": False})
        self.order.action_start()
        self.assertEqual(shown(), {"action_done": False, "action_done_repaired": True})
        line = self.add_part(self.order)
        self.assertEqual(shown(), {"action_done": False, "action_done_repaired": False})
        line.unlink()
        self.lines.action_no_fault()
        self.assertEqual(shown(), {"action_done": True, "action_done_repaired": False})
