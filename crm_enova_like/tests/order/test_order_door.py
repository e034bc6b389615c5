from contextlib import contextmanager
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import ServiceCommon

OUTCOMES = ("repaired", "no_fault", "replaced", "unrepairable", "declined", "claim_refused")


@tagged("post_install", "-at_install")
class TestOrderDoor(ServiceCommon):
    """States change by ``write()``, whoever changes them; facts follow from what was done."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stages = cls.env["crm.service.stage"].search([("company_id", "=", cls.company.id)])
        cls.stages = {state: stages.filtered(lambda stage, state=state: stage.state == state)[:1]
                      for state in ("new", "accepted", "in_progress", "waiting", "done", "cancelled")}

    @contextmanager
    def _overridden(self, model):
        """``write`` of a model overridden as an addon would, by a class above all of ours; gives what it saw."""
        seen, registry_class = [], type(self.env[model])
        original = registry_class.write

        def write(records, vals):
            seen.append(dict(vals))
            return original(records, vals)

        self.patch(registry_class, "write", write)
        yield seen

    # WHO OVERRIDES write

    def test_an_override_sees_each_action_of_an_order(self):
        order = self.make_order(user=self.manager)
        with self._overridden("crm.service.order") as seen:
            for action, state in (
                    ("accept", "accepted"), ("start", "in_progress"), ("wait", "waiting"), ("done", "done"),
                    ("reopen", "in_progress"), ("cancel", "cancelled")):
                seen.clear()
                getattr(order, f"action_{action}")()
                self.assertEqual(order.state, state)
                self.assertIn({"stage_id": self.stages[state].id}, seen, action)

    def test_an_override_sees_each_outcome(self):
        line = self.make_order(self.device, user=self.technician).device_line_ids
        with self._overridden("crm.service.order.device") as seen:
            for state, action in zip(OUTCOMES, (
                    "repaired", "no_fault", "replaced", "unrepairable", "decline", "refuse_claim"), strict=True):
                for name, result in ((action, state), ("reopen", "open")):
                    seen.clear()
                    getattr(line, f"action_{name}")()
                    self.assertEqual(line.state, result)
                    self.assertIn({"state": result}, seen, name)

    # WRITING A STATE

    def test_a_state_is_written_as_its_button_does(self):
        order = self.make_order(self.device, user=self.operator)
        order.write({"state": "accepted"})
        self.assertEqual(order.stage_id, self.stages["accepted"])
        with self.assertRaisesRegex(UserError, "devices without an outcome"):
            order.write({"state": "done", "priority": "1"})
        self.assertEqual(order.priority, "0", "refused as a whole")
        order.device_line_ids.write({"state": "repaired"})
        order.write({"state": "done"})
        self.assertTrue(order.date_closed)
        self.assertFalse(order.is_open)
        with self.assertRaisesRegex(AccessError, "Only a service manager"):
            order.write({"state": "in_progress"})

    def test_a_state_that_is_not_the_stages(self):
        order = self.make_order(user=self.operator)
        with self.assertRaisesRegex(UserError, "means “Accepted”, not “Done”"):
            order.write({"state": "done", "stage_id": self.stages["accepted"].id})
        order.write({"state": "accepted", "stage_id": self.stages["accepted"].id})
        self.assertEqual(order.state, "accepted")

    def test_all_are_checked_before_the_first_is_written(self):
        ready, unfinished = self.make_order(user=self.operator), self.make_order(self.device, user=self.operator)
        other = self.env["crm.service.order.type"].create({"name": "Inspection", "prefix": "PRZ"})
        own = self.stages["done"].copy({"state": "done", "type_ids": [Command.set(other.ids)], "sequence": 1})
        unfinished.type_id = other
        with self._overridden("crm.service.order") as seen, self.assertRaises(UserError):
            (ready | unfinished).action_done()
        self.assertFalse(seen, "two stages, and the second is refused: nothing was written")
        unfinished.device_line_ids.action_repaired()
        (ready | unfinished).action_done()
        self.assertEqual(unfinished.stage_id, own)
        self.assertEqual(ready.stage_id, self.stages["done"])

    def test_type_and_stage_in_one_write(self):
        other = self.env["crm.service.order.type"].create({"name": "Inspection", "prefix": "PRZ"})
        theirs = self.stages["accepted"].copy({"state": "accepted", "type_ids": [Command.set(other.ids)]})
        order = self.make_order(user=self.operator)
        order.write({"type_id": other.id, "stage_id": theirs.id})
        self.assertEqual((order.type_id, order.stage_id), (other, theirs))
        order.write({"type_id": self.order_type.id, "stage_id": self.stages["accepted"].id})
        self.assertEqual(order.type_id, self.order_type)

    # CREATING IN A STATE

    def test_type_and_state_in_one_write(self):
        other = self.env["crm.service.order.type"].create({"name": "Montage", "prefix": "MON"})
        stage = self.stages["in_progress"].copy({"sequence": 0, "type_ids": [Command.set(other.ids)]})
        order = self.make_order(user=self.operator)
        order.write({"state": "in_progress", "type_id": other.id})
        self.assertEqual((order.type_id, order.stage_id), (other, stage), "the new type's first one")
        order.write({"state": "in_progress", "type_id": self.order_type.id})
        self.assertEqual(order.stage_id, self.stages["in_progress"], "its stage was the other type's alone")

    def test_a_state_that_there_is_not(self):
        order = self.make_order(user=self.operator)
        for state in ("finished", False):
            with self.assertRaisesRegex(UserError, "no stage with the state"):
                order.write({"state": state})
        with self.assertRaisesRegex(UserError, "no stage with the state “finished”"):
            self.make_order(user=self.operator, state="finished")

    def test_created_in_a_closed_stage_it_is_closed(self):
        for values in ({"state": "cancelled"}, {"stage_id": self.stages["cancelled"].id}):
            order = self.make_order(user=self.operator, **values)
            self.assertEqual(order.state, "cancelled")
            self.assertTrue(order.date_closed, "the door adds what follows")

    def test_created_done_it_has_to_be_done(self):
        with self.assertRaisesRegex(UserError, "devices without an outcome"):
            self.make_order(self.device, user=self.operator, state="done")
        order = self.make_order(user=self.operator, state="done", device_line_ids=[
            Command.create({"device_id": self.device2.id, "state": "repaired"})])
        self.assertEqual((order.state, order.device_line_ids.state), ("done", "repaired"))
        self.assertTrue(order.device_line_ids.date_closed and order.device_line_ids.repair_warranty_until)

    def test_defaults_are_wishes_for_the_list(self):
        order = self.make_order(user=self.operator)
        Orders = order.with_context(default_state="done", default_stage_id=self.stages["done"].id)
        for vals in ({}, {"state": "done"}, {"stage_id": self.stages["done"].id}):
            made = Orders.create({"partner_id": self.contractor.id, **vals})
            self.assertTrue(made.is_open, vals)
        line = self.env["crm.service.order.device"].with_user(self.operator).with_context(
            default_state="repaired").create({"order_id": order.id, "device_id": self.device.id, "state": "repaired"})
        self.assertEqual(line.state, "open")

    def test_a_copy_is_open(self):
        order = self.make_order(self.device, user=self.operator)
        order.device_line_ids.action_repaired()
        order.action_done()
        copied = order.copy()
        self.assertTrue(copied.is_open and copied.device_line_ids.is_open)
        self.assertFalse(copied.date_closed or copied.device_line_ids.date_closed)

    # FACTS

    def test_facts_are_not_typed(self):
        order = self.make_order(self.device, user=self.manager)
        line, now = order.device_line_ids, fields.Datetime.now()
        for record, vals in (
                (order, {"date_closed": now}), (order, {"name": "ZSR/1"}), (order, {"requester_id": self.operator.id}),
                (line, {"date_released": now}),
                (line, {"date_closed": now})):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "cannot be entered"):
                record.write(vals)
        for vals in ({"date_closed": now}, {"device_line_ids": [
                Command.create({"device_id": self.device2.id, "date_released": now})]}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "cannot be entered"):
                self.make_order(user=self.manager, **vals)
        with self.assertRaisesRegex(UserError, "Number cannot be entered"):
            self.make_order(user=self.operator, name="ZSR/1999/00001")

    def test_what_is_computed_is_not_typed(self):
        order = self.make_order(self.device, user=self.manager)
        task = self.env["crm.task"].with_user(self.manager).create({"name": "Call"})
        for record, name, value in (
                (order, "is_open", False), (order, "main_device_id", False), (task, "is_open", False),
                (order.device_line_ids, "order_is_open", False), (order.device_line_ids, "order_state", "done"),
                (order.stage_id.with_user(self.manager), "is_open", False)):
            with self.assertRaisesRegex(UserError, "cannot be entered"):
                record.write({name: value})
        self.assertTrue(order.is_open and order.device_line_ids.order_is_open and task.is_open)

    def test_what_belongs_to_an_order_is_not_moved_into_a_closed_one(self):
        order, closed = self.make_order(self.device, user=self.operator), self.make_order(user=self.operator)
        line = self.env["crm.service.order.line"].with_user(self.operator).create(
            {"order_id": order.id, "kind": "expense", "name": "Courier"})
        closed.action_done()
        for record in (order.device_line_ids, line):
            with self.assertRaisesRegex(UserError, "is closed; reopen it first"):
                record.write({"order_id": closed.id})

    def test_a_device_leaves_for_another_order_without_what_was_done(self):
        order, other = self.make_order(self.device, user=self.operator), self.make_order(user=self.operator)
        row = order.device_line_ids
        line = self.env["crm.service.order.line"].with_user(self.operator).create(
            {"order_id": order.id, "device_line_id": row.id, "kind": "expense", "name": "Courier"})
        with self.assertRaisesRegex(UserError, "Remove them first"):
            row.write({"order_id": other.id})
        line.unlink()
        row.write({"order_id": other.id})
        self.assertEqual(other.device_line_ids, row)

    def test_who_collected_a_device_is_a_fact(self):
        line = self.make_order(self.device, user=self.operator).device_line_ids
        line.write({"released_to": "Anna Kłos", "state": "repaired"})
        line.action_release()
        line.write({"released_to": "Anna Kłos"})
        with self.assertRaisesRegex(UserError, "cannot be entered"):
            line.write({"released_to": "Jan Nowak"})
        line.with_user(self.manager).correct_facts({"released_to": "Anna Kłosowska"}, "misspelt")
        self.assertEqual(line.released_to, "Anna Kłosowska")

    def test_a_stage_in_use_does_not_begin_to_close_orders(self):
        order = self.make_order(user=self.operator)
        stage = order.stage_id.with_user(self.manager)
        with self.assertRaisesRegex(UserError, "used by orders"):
            stage.write({"state": "done"})
        stage.write({"state": "accepted"})
        self.assertEqual(order.state, "accepted")
        unused = stage.copy({"state": "waiting"})
        unused.write({"state": "done"})
        self.assertFalse(unused.is_open)

    def test_a_stage_is_copied_as_what_it_is(self):
        waiting = self.stages["waiting"]
        waiting.wait_for = "parts"
        copies = (waiting | self.stages["done"]).copy()
        self.assertEqual(copies.mapped("state"), ["waiting", "done"])
        self.assertEqual(copies.mapped("is_open"), [True, False])

    def test_what_was_signed_stays_with_a_closed_order(self):
        order = self.make_order(user=self.operator)
        order.write({"customer_signed_by": "Anna"})
        order.customer_signed_by = "Anna Kłos"
        order.action_done()
        order.technician_signature = b"c2lnbmVk"
        for vals in ({"customer_signed_by": "Jan"}, {"technician_signature": False}):
            with self.assertRaisesRegex(UserError, "is closed; reopen it first"):
                order.write(vals)

    def test_an_order_that_is_not_saved_has_no_times(self):
        Time = self.env["crm.service.stage.time"]
        before = Time.search_count([])
        order = self.env["crm.service.order"].new({"partner_id": self.contractor.id})
        order.write({"state": "done"})
        self.assertEqual(Time.search_count([]), before)

    def test_a_manager_creates_what_is_closed_already(self):
        then = fields.Datetime.now() - timedelta(days=400)
        vals = {
            "name": "ZSR/1999/00007", "date_received": then - timedelta(days=3), "date_closed": then,
            "stage_id": self.stages["done"].id, "device_line_ids": [Command.create({
                "device_id": self.device.id, "state": "repaired", "date_closed": then, "date_released": then,
                "repair_warranty_until": fields.Date.to_date(then) + timedelta(days=90)})]}
        with self.assertRaisesRegex(UserError, "cannot be entered"):
            self.make_order(user=self.operator, **vals)
        order = self.make_order(user=self.manager, **vals)
        line = order.device_line_ids
        self.assertEqual((order.name, order.state, order.date_closed), ("ZSR/1999/00007", "done", then))
        self.assertEqual((line.state, line.date_closed, line.date_released), ("repaired", then, then))
        again = self.make_order(self.device, user=self.operator)
        self.assertEqual(again.device_line_ids.basis, "paid", "its warranty is over")

    def test_what_is_created_closed_has_passed_no_stage(self):
        self.stages["new"].next_stage_ids = self.stages["accepted"]
        order = self.make_order(user=self.manager, state="done", date_closed="2020-03-01 10:00:00")
        self.assertEqual(order.state, "done")
        with self.assertRaisesRegex(UserError, "Allowed next"):
            self.make_order(user=self.manager).action_done()

    def test_a_correction_is_the_managers_and_noted(self):
        order = self.make_order(self.device, user=self.manager)
        line = order.device_line_ids
        line.action_repaired()
        with self.assertRaises(AccessError):
            line.with_user(self.operator).correct_facts({"repair_warranty_until": "2030-01-01"}, "typing error")
        with self.assertRaisesRegex(UserError, "Say why"):
            line.correct_facts({"repair_warranty_until": "2030-01-01"}, " ")
        with self.assertRaisesRegex(UserError, "edited in the form"):
            line.correct_facts({"fault": "x"}, "typing error")
        line.correct_facts({"repair_warranty_until": "2030-01-02"}, "typing error")
        self.assertEqual(line.repair_warranty_until, fields.Date.to_date("2030-01-02"))
        self.assertIn("2030", order.message_ids[0].body)
        self.assertIn("typing error", order.message_ids[0].body)

    # WHAT THE REGISTRY'S CACHE HOLDS

    def test_an_archived_stage_is_nobodys_first(self):
        archived = self.stages["accepted"].copy({"state": "accepted", "sequence": 1, "active": False})
        self.env.registry.clear_cache()
        order = self.make_order(user=self.operator)
        self.assertNotEqual(order.with_context(active_test=False)._find_stage(
            self.company, self.order_type, "accepted"), archived)
        order.action_accept()
        self.assertEqual(order.stage_id, self.stages["accepted"])

    def test_a_state_that_becomes_open(self):
        order = self.make_order(self.device, user=self.operator, state="cancelled")
        Row = self.env["crm.service.order.device"]
        self.assertFalse(Row.search([("order_id", "=", order.id), ("order_is_open", "=", True)]))
        Stage = type(self.env["crm.service.stage"])
        original = Stage._get_open_states
        self.patch(Stage, "_get_open_states", lambda stage: (*original(stage), "cancelled"))
        order._recompute_is_open()
        self.assertTrue(order.is_open)
        self.assertTrue(Row.search([("order_id", "=", order.id), ("order_is_open", "=", True)]), "stored with a device")
        self.assertIn(order, self.env["crm.service.order"].search([("is_open", "=", True)]))
