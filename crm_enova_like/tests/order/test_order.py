import re
from datetime import date, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import ServiceCommon

STATES = ("new", "accepted", "in_progress", "waiting", "done", "cancelled")
BUTTONS = {
    "action_accept": ("new",),
    "action_start": ("new", "accepted", "waiting"),
    "action_wait": ("new", "accepted", "in_progress", "waiting"),
    "action_open_wait": ("new", "accepted", "in_progress", "waiting"),
    "action_done": ("new", "accepted", "in_progress", "waiting"),
    "action_cancel": ("new", "accepted", "in_progress", "waiting"),
    "action_reopen": ("done", "cancelled"),
    "action_take": ("new", "accepted", "in_progress", "waiting"),
    "action_reserve_parts": (),
    "action_issue_parts": (),
}


@tagged("post_install", "-at_install")
class TestOrder(ServiceCommon):
    """An order from the counter to the archive."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Order = cls.env["crm.service.order"]
        cls.stages = {
            state: cls.env["crm.service.stage"].search(
                [("company_id", "=", cls.company.id), ("state", "=", state)], limit=1)
            for state in STATES}

    def _order_in(self, state):
        order = self.make_order()
        order.stage_id = self.stages[state]
        return order

    # A NEW ORDER

    def test_new_order_takes_its_defaults(self):
        order = self.make_order(self.device, user=self.operator)
        self.assertEqual(order.state, "new")
        self.assertEqual(order.type_id, self.order_type)
        self.assertEqual(order.invoice_partner_id, self.contractor)
        self.assertEqual(order.requester_id, self.operator)
        self.assertFalse(order.user_id, "it waits in the queue")
        self.assertEqual(order.address_id, self.shop, "where the device stands")
        self.assertEqual(order.main_device_id, self.device)
        self.assertFalse(order.date_closed)

    def test_new_order_by_form(self):
        with Form(self.Order.with_user(self.technician)) as form:
            form.partner_id = self.contractor
            form.priority = "1"
            with form.device_line_ids.new() as row:
                row.device_id = self.device
                row.fault = "Paper jam"
        order = form.record
        self.assertEqual(order.device_line_ids.fault, "Paper jam")
        self.assertEqual(order.device_line_ids.basis, "paid")
        self.assertRegex(order.name, r"^ZSR/\d{4}/\d{5}$")

    def test_no_mail_for_an_assigned_order(self):
        before = self.env["mail.mail"].search_count([])
        order = self.make_order(self.device, user_id=self.technician.id)
        order.user_id = self.technician2
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_planned_end_before_its_start(self):
        with mute_logger("odoo.sql_db"), self.assertRaisesRegex(IntegrityError, "planned_order"):
            self.make_order(
                planned_start="2027-03-01 10:00:00", planned_stop="2027-03-01 09:00:00")
            self.env.flush_all()

    def test_device_twice_in_one_order(self):
        with mute_logger("odoo.sql_db"), self.assertRaisesRegex(IntegrityError, "order_device_uniq"):
            self.make_order(self.device, self.device)
            self.env.flush_all()

    # STAGES

    def test_buttons_in_each_state(self):
        # managers may press all of them, so the state alone decides
        for button, states in BUTTONS.items():
            for state in STATES:
                with self.subTest(button=button, state=state):
                    order = self._order_in(state).with_user(self.manager)
                    if state in states:
                        getattr(order, button)()
                    else:
                        with self.assertRaises(UserError) as caught:
                            getattr(order, button)()
                        self.assertIn(order.name, str(caught.exception))
                        self.assertEqual(order.state, state)

    def test_story_of_the_states(self):
        order = self.make_order(self.device, user=self.technician, user_id=self.technician.id)
        order.action_accept()
        self.assertEqual(order.state, "accepted")
        order.action_start()
        self.assertEqual(order.state, "in_progress")
        order.action_wait()
        self.assertEqual(order.state, "waiting")
        self.assertEqual(order.stage_id.wait_for, "parts")
        order.action_start()
        self.assertEqual(order.state, "in_progress")
        order.device_line_ids.action_repaired()
        order.action_done()
        self.assertEqual(order.state, "done")
        self.assertTrue(order.date_closed)

    def test_wait_for_what(self):
        order = self.make_order(self.device, user=self.technician)
        customer = self.env["crm.service.stage"].search(
            [("company_id", "=", self.company.id), ("wait_for", "=", "customer")], limit=1)
        order.action_wait(customer.id)
        self.assertEqual(order.stage_id, customer)
        with self.assertRaisesRegex(UserError, "is not a waiting stage"):
            order.action_wait(self.stages["in_progress"])
        action = order.action_open_wait()
        wizard = self.env[action["res_model"]].with_user(self.technician).with_context(
            **action["context"]).create({"stage_id": self.stages["waiting"].id})
        wizard.action_wait()
        self.assertEqual(order.stage_id, self.stages["waiting"])

    def test_allowed_next_stages_bind_every_door(self):
        self.stages["new"].next_stage_ids = self.stages["accepted"] | self.stages["cancelled"]
        order = self.make_order(self.device, user=self.operator)
        self.assertEqual(
            set(order.allowed_stage_ids), {self.stages[s] for s in ("new", "accepted", "cancelled")})
        doors = {
            "button": lambda: order.action_start(),
            "drag": lambda: order.write({"stage_id": self.stages["in_progress"].id}),
            "wizard": lambda: order.action_wait(self.stages["waiting"]),
            "with others": lambda: order.write(
                {"priority": "1", "stage_id": self.stages["waiting"].id}),
        }
        # a stage bears the name it was given in the language of the installation
        allowed = f"Allowed next: {self.stages['accepted'].name}"
        for door, pass_through in doors.items():
            with self.subTest(door), self.assertRaisesRegex(UserError, allowed):
                pass_through()
        self.assertEqual(order.stage_id, self.stages["new"])
        self.assertEqual(order.priority, "0", "a refused move changes nothing")
        order.write({"stage_id": self.stages["accepted"].id})
        self.assertEqual(order.state, "accepted")
        order.action_start()
        self.assertEqual(order.state, "in_progress", "a stage without allowed ones leads anywhere")

    def test_no_context_opens_the_door(self):
        order = self.make_order(self.device, user=self.operator)
        # a browser can send any context with a call
        with self.assertRaisesRegex(UserError, "devices without an outcome"):
            order.with_context(service_stage_checked=True).write({"stage_id": self.stages["done"].id})

    def test_stage_of_another_order_type(self):
        other = self.env["crm.service.order.type"].create({"name": "Inspection", "prefix": "PRZ"})
        self.stages["accepted"].type_ids = other
        order = self.make_order()
        self.assertNotIn(self.stages["accepted"], order.allowed_stage_ids)
        with self.assertRaises(UserError):
            order.stage_id = self.stages["accepted"]
        with self.assertRaisesRegex(UserError, "has no stage with the state “Accepted”"):
            order.action_accept()
        inspection = self.make_order(type_id=other.id)
        inspection.action_accept()
        self.assertEqual(inspection.stage_id, self.stages["accepted"])

    def test_only_a_waiting_stage_waits(self):
        with self.assertRaises(ValidationError):
            self.stages["new"].wait_for = "parts"

    def test_used_stage_and_type_stay(self):
        self.make_order()
        with self.assertRaisesRegex(UserError, "archive"):
            self.stages["new"].unlink()
        with self.assertRaisesRegex(UserError, "archive"):
            self.order_type.unlink()

    # DONE

    def test_done_names_what_is_open(self):
        order = self.make_order(self.device, self.device2, user=self.technician)
        order.device_line_ids[0].action_repaired()
        self.add_part(order, quantity=2, device_line_id=order.device_line_ids[0].id)
        for close in (order.action_done, lambda: order.write({"stage_id": self.stages["done"].id})):
            with self.assertRaises(UserError) as caught:
                close()
            message = str(caught.exception)
            self.assertIn(order.name, message)
            self.assertIn(self.device2.display_name, message)
            self.assertNotIn(self.device.display_name, message)
            self.assertIn("Print head (2", message)
        order.device_line_ids[1].action_no_fault()
        order.action_reserve_parts()
        rw = order.sudo().picking_ids
        with self.assertRaises(UserError) as caught:
            order.action_done()
        self.assertIn(rw.name, str(caught.exception))
        self.assertEqual(order.state, "new")
        order.action_issue_parts()
        order.action_done()
        self.assertEqual(order.state, "done")

    def test_closed_order_stays_as_it_is(self):
        order = self.make_order(self.device, user=self.technician)
        line = order.env["crm.service.order.line"].create({
            "order_id": order.id, "kind": "labour", "product_id": self.labour.id})
        order.device_line_ids.action_repaired()
        order.action_done()
        changes = {
            "new part": lambda: self.add_part(order),
            "line deleted": lambda: line.unlink(),
            "plan": lambda: line.write({"quantity": 7}),
            "new device": lambda: order.write(
                {"device_line_ids": [Command.create({"device_id": self.device2.id})]}),
            "outcome": lambda: order.device_line_ids.action_reopen(),
            "device removed": lambda: order.device_line_ids.unlink(),
            "basis": lambda: order.device_line_ids.write({"basis": "goodwill"}),
        }
        for change, do in changes.items():
            with self.subTest(change), self.assertRaisesRegex(UserError, "closed"):
                do()
        order.device_line_ids.action_release()
        self.assertTrue(order.device_line_ids.date_released, "handing over is no change of the order")

    def test_reopen_is_the_managers(self):
        order = self.make_order(self.device, user=self.operator)
        order.device_line_ids.action_repaired()
        order.action_done()
        for door in (order.action_reopen, lambda: order.write({"stage_id": self.stages["new"].id})):
            with self.assertRaisesRegex(AccessError, "Only a service manager"):
                door()
        order.with_user(self.manager).action_reopen()
        self.assertEqual(order.state, "in_progress")
        self.assertFalse(order.date_closed)

    # CANCEL

    def test_cancel_without_parts(self):
        order = self.make_order(self.device, user=self.technician)
        self.add_part(order)
        order.action_reserve_parts()
        rw = order.sudo().picking_ids
        self.assertEqual(rw.state, "assigned")
        order.action_cancel()
        self.assertEqual(order.state, "cancelled")
        self.assertTrue(order.date_closed)
        self.assertEqual(rw.state, "cancel")
        self.assertFalse(order.line_ids.needs_issue)
        self.assertEqual(self.part.free_qty, 10)

    def _cancel_wizard(self, order, **vals):
        action = order.action_cancel()
        self.assertEqual(action["res_model"], "crm.service.cancel.wizard")
        self.assertEqual(order.state, "new", "it asks first")
        return self.env[action["res_model"]].with_user(order.env.user).with_context(
            **action["context"]).create(vals)

    def test_cancel_returns_issued_parts(self):
        order = self.make_order(self.device, user=self.technician)
        self.add_part(order, quantity=2)
        order.action_issue_parts()
        self.assertStock(self.part, 8)
        with self.assertRaisesRegex(UserError, "has issued parts"):
            order.write({"stage_id": self.stages["cancelled"].id})
        self._cancel_wizard(order, mode="return").action_cancel()
        self.assertEqual(order.state, "cancelled")
        self.assertStock(self.part, 10)
        zw = order.sudo().picking_ids.filtered(lambda picking: picking.service_document == "zw")
        self.assertEqual(zw.state, "done")
        self.assertEqual(order.sudo().total_cost, 0)

    def test_cancel_keeps_parts_for_a_reason(self):
        order = self.make_order(self.device, user=self.technician)
        self.add_part(order, quantity=2)
        order.action_issue_parts()
        for reason in (False, "   "):
            with self.assertRaisesRegex(UserError, order.name):
                self._cancel_wizard(order, mode="keep", reason=reason).action_cancel()
        self._cancel_wizard(order, mode="keep", reason="Burnt on the bench").action_cancel()
        self.assertEqual(order.state, "cancelled")
        self.assertEqual(order.cancel_reason, "Burnt on the bench")
        self.assertStock(self.part, 8)
        self.assertEqual(order.sudo().total_cost, 100)

    def test_cancel_in_a_browser_context_does_not_skip_the_question(self):
        order = self.make_order(self.device, user=self.technician)
        self.add_part(order)
        order.action_issue_parts()
        with self.assertRaisesRegex(UserError, "has issued parts"):
            order.with_context(service_keep_parts=True).write(
                {"stage_id": self.stages["cancelled"].id})

    # THE QUEUE

    def test_take_from_the_queue(self):
        order = self.make_order(self.device, user=self.operator)
        order.with_user(self.technician).action_take()
        self.assertEqual(order.user_id, self.technician)
        order.with_user(self.technician).action_take()
        self.assertEqual(order.user_id, self.technician, "taking again is no error")

    def test_second_taker_is_told_who_has_it(self):
        order = self.make_order(self.device, user=self.operator)
        order.with_user(self.technician).action_take()
        for user in (self.technician2, self.operator):
            with self.subTest(user.login), self.assertRaisesRegex(
                    UserError, re.escape(f"{order.name} was taken by {self.technician.name}")):
                order.with_user(user).action_take()
        self.assertEqual(order.user_id, self.technician)

    def test_outsider_takes_nothing(self):
        order = self.make_order(self.device)
        with self.assertRaises(AccessError):
            order.with_user(self.employee).action_take()

    def test_assign_ends_on_the_list(self):
        order = self.make_order(
            self.device, user=self.operator, user_id=self.technician.id)
        action = order.with_user(self.technician).action_assign(self.technician2)
        self.assertEqual(action["type"], "ir.actions.act_window")
        self.assertEqual(action["res_model"], "crm.service.order")
        self.assertFalse(action.get("res_id"))
        self.assertEqual(order.user_id, self.technician2)
        with self.assertRaises(AccessError):
            order.with_user(self.technician).read(["name"])
        order.with_user(self.technician2).action_assign(False)
        self.assertFalse(order.user_id, "back in the queue")

    def test_assign_by_wizard_with_a_note(self):
        order = self.make_order(self.device, user=self.technician, user_id=self.technician.id)
        action = order.action_open_assign()
        wizard = self.env[action["res_model"]].with_user(self.technician).with_context(
            **action["context"]).create({"user_id": self.technician2.id, "note": "Has the key"})
        wizard.action_assign()
        self.assertEqual(order.user_id, self.technician2)
        self.assertIn("Has the key", "".join(order.sudo().message_ids.mapped("body")))

    def test_assign_outside_the_company(self):
        other = self._get_second_company()
        stranger = self._new_user("stranger", "crm_enova_like.group_technician")
        stranger.write({"company_id": other.id, "company_ids": [Command.set(other.ids)]})
        order = self.make_order(self.device, user=self.operator)
        with self.assertRaisesRegex(UserError, "does not work in company"):
            order.action_assign(stranger.id)

    # DATES

    def test_deadline_in_working_days(self):
        self.order_type.deadline_days = 5
        thursday = self.make_order(date_received="2027-03-04 10:00:00")
        self.assertEqual(thursday.date_deadline, date(2027, 3, 11))
        # Friday night in UTC is Saturday at the company's place
        saturday = self.make_order(date_received="2027-03-05 23:30:00")
        self.assertEqual(saturday.date_deadline, date(2027, 3, 12))
        thursday.date_received = "2027-03-08 10:00:00"
        self.assertEqual(thursday.date_deadline, date(2027, 3, 15))
        thursday.date_deadline = "2027-04-01"
        thursday.priority = "1"
        self.assertEqual(thursday.date_deadline, date(2027, 4, 1), "agreed by hand it stays")
        self.order_type.deadline_days = 0
        self.assertFalse(self.make_order().date_deadline)

    def test_deadline_skips_holidays(self):
        self.order_type.deadline_days = 1
        self.env["resource.calendar.leaves"].create({
            "name": "Constitution Day", "calendar_id": self.company.resource_calendar_id.id,
            "company_id": self.company.id,
            "date_from": "2027-05-02 22:00:00", "date_to": "2027-05-03 22:00:00"})
        order = self.make_order(date_received="2027-04-30 08:00:00")
        self.assertEqual(order.date_deadline, date(2027, 5, 4))

    def test_overdue_is_searchable(self):
        yesterday = fields.Date.today() - timedelta(days=2)
        late = self.make_order(date_deadline=yesterday)
        in_time = self.make_order(date_deadline=yesterday + timedelta(days=20))
        closed = self.make_order(date_deadline=yesterday)
        closed.action_done()
        orders = late | in_time | closed
        self.assertEqual(orders.filtered("is_overdue"), late)
        mine = [("id", "in", orders.ids)]
        self.assertEqual(self.Order.search([*mine, ("is_overdue", "=", True)]), late)
        self.assertEqual(self.Order.search([*mine, ("is_overdue", "=", False)]), in_time | closed)
        self.assertEqual(self.Order.search([*mine, ("is_overdue", "!=", True)]), in_time | closed)

    @freeze_time("2027-06-10 22:30:00")
    def test_today_is_the_companys(self):
        self.company.partner_id.tz = "Europe/Warsaw"
        self.assertEqual(self.company._service_today(), date(2027, 6, 11))
        self.company.partner_id.tz = False
        self.company.country_id = self.env.ref("base.pl")
        self.assertEqual(self.company._service_today(), date(2027, 6, 11))
        self.company.country_id = self.env.ref("base.uk")
        self.assertEqual(self.company._service_today(), date(2027, 6, 10))
        typed = self.env["res.company"].new({"name": "Being typed", "country_id": self.env.ref("base.pl").id})
        self.assertEqual(typed._service_tz().zone, "Europe/Warsaw")

    # COPY

    def test_copy_is_a_new_order(self):
        order = self.make_order(self.device, self.device2, user_id=self.technician.id)
        order.device_line_ids.write({"diagnosis": "Dead head", "condition_received": "Scratched"})
        first, second = order.device_line_ids
        self.add_part(order, quantity=2, device_line_id=second.id)
        order.line_ids.create({
            "order_id": order.id, "kind": "labour", "product_id": self.labour.id,
            "device_line_id": first.id})
        order.action_issue_parts()
        (first | second).action_repaired()
        order.action_done()
        copy = order.copy()
        self.assertNotEqual(copy.name, order.name)
        self.assertRegex(copy.name, r"^ZSR/\d{4}/\d{5}$")
        self.assertEqual(copy.state, "new")
        self.assertFalse(copy.user_id)
        self.assertFalse(copy.date_closed)
        self.assertEqual(copy.device_line_ids.device_id, self.devices)
        self.assertEqual(set(copy.device_line_ids.mapped("state")), {"open"})
        self.assertFalse(any(copy.device_line_ids.mapped("diagnosis")))
        self.assertEqual(copy.device_line_ids.mapped("fault"), ["Does not print"] * 2)
        part = copy.line_ids.filtered(lambda line: line.kind == "part")
        self.assertEqual(part.quantity_issued, 0)
        self.assertEqual(part.quantity_to_issue, 2)
        self.assertEqual(part.device_line_id.order_id, copy)
        self.assertEqual(part.device_id, self.device2)
        self.assertFalse(copy.picking_ids)

    def test_copy_by_a_technician(self):
        order = self.make_order(self.device, user=self.technician)
        self.add_part(order)
        copy = order.copy()
        self.assertEqual(copy.line_ids.device_id, self.device)

    def test_order_stays_in_its_company(self):
        other = self._get_second_company()
        with self.assertRaises(UserError):
            self.make_order().company_id = other
        foreign = self.env["crm.service.device"].create({"name": "Theirs", "company_id": other.id})
        with self.assertRaises(UserError):
            self.make_order(foreign)

    def test_delete(self):
        order = self.make_order(self.device)
        self.add_part(order)
        with self.assertRaises(AccessError):
            order.with_user(self.operator).unlink()
        order.with_user(self.manager).unlink()
        self.assertFalse(order.exists())
        self.assertTrue(self.device.exists())

    def test_found_by_number_contractor_and_serial(self):
        order = self.make_order(self.device)
        for text in (order.name, "Piekarnia", "ABC 2001"):
            found = [res_id for res_id, _name in self.Order.name_search(text)]
            self.assertIn(order.id, found, text)

    def test_cog_does_what_the_buttons_did(self):
        order = self.make_order(self.device, user=self.operator)
        for name, model in (("wait", "crm.service.wait.wizard"), ("assign", "crm.assign.wizard")):
            action = self.env.ref(f"crm_enova_like.server_action_order_{name}").with_user(self.operator).with_context(
                active_model=order._name, active_id=order.id, active_ids=order.ids)
            self.assertEqual(action.run()["res_model"], model)
        self.env.ref("crm_enova_like.server_action_order_cancel").with_user(self.operator).with_context(
            active_model=order._name, active_id=order.id, active_ids=order.ids).run()
        self.assertEqual(order.state, "cancelled")
