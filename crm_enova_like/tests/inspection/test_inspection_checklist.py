import base64
from datetime import date
from io import BytesIO

import psycopg2
from PIL import Image

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import format_date, mute_logger

from ..common import InspectionCommon


def picture(size=(40, 30), colour="red"):
    stream = BytesIO()
    Image.new("RGB", size, colour).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


@tagged("post_install", "-at_install")
class TestInspectionChecklist(InspectionCommon):
    """What the technician checks, item by item."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.half_year.checklist_ids = [
            Command.create({"sequence": 1, "name": "Housing"}),
            Command.create({"sequence": 2, "name": "Insulation", "measure": "min", "value_min": 1.0, "unit": "MΩ"}),
            Command.create({"sequence": 3, "name": "Leakage", "measure": "max", "value_max": 3.5, "unit": "mA"}),
            Command.create({
                "sequence": 4, "name": "Pressure", "measure": "range", "value_min": 12.0, "value_max": 15.0,
                "unit": "bar"}),
            Command.create({"sequence": 5, "name": "Counter", "measure": "value"}),
        ]
        cls.inspection = cls._new_inspection()
        cls.order = cls._order(cls.inspection)
        cls.row = cls.order.device_line_ids
        cls.housing, cls.insulation, cls.leakage, cls.pressure, cls.counter = cls.inspection.check_ids

    def _fill(self, inspections=None):
        """Every item of the checklists, inside the limits."""
        for inspection in inspections or self.inspection:
            for check, value in zip(inspection.check_ids, (None, 5.0, 1.0, 13.0, 7.0), strict=True):
                check.write({"result": "ok", **({} if value is None else {"value": value})})

    def _save(self, *changes, user=None):
        """What the phone sends."""
        return self.order.with_user(user or self.env.user).checklist_save(
            [{"id": check.id, "vals": vals} for check, vals in changes])

    # THE ITEMS

    def test_an_order_copies_the_checklist_with_its_limits(self):
        self.env["res.lang"]._activate_lang("en_US")
        self.assertEqual(
            [(c.name, c.measure, c.value_min, c.value_max, c.unit) for c in self.inspection.check_ids], [
                ("Housing", "none", 0, 0, False), ("Insulation", "min", 1.0, 0, "MΩ"),
                ("Leakage", "max", 0, 3.5, "mA"), ("Pressure", "range", 12.0, 15.0, "bar"),
                ("Counter", "value", 0, 0, False)])
        self.assertEqual(self.inspection.check_ids.mapped("limits"), ["", "≥ 1 MΩ", "≤ 3.5 mA", "12 – 15 bar", ""])
        self.assertEqual((self.inspection.check_count, self.inspection.check_left), (5, 5))

    def test_a_regime_changed_later_leaves_what_is_in_an_order(self):
        items = self.half_year.checklist_ids
        items[1].write({"value_min": 50.0, "name": "Resistance"})
        items[0].unlink()
        self.insulation.write({"value": 2.0})
        self.assertEqual((self.insulation.name, self.insulation.value_min, self.insulation.result),
                         ("Insulation", 1.0, "ok"))
        self.assertTrue(self.housing.exists())
        other = self._new_inspection(device=self.device2)
        self._order(other)
        self.assertEqual(other.check_ids[0].name, "Resistance")
        self.assertEqual(len(other.check_ids), 4)

    def test_items_are_in_the_companys_language(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.half_year.checklist_ids[0].with_context(lang="pl_PL").name = "Obudowa"
        self.company.partner_id.lang = "pl_PL"
        inspection = self._new_inspection(device=self.device2)
        self._order(inspection)
        self.assertEqual(inspection.check_ids[0].name, "Obudowa")

    def test_limits_are_in_order(self):
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"):
            self.half_year.checklist_ids = [Command.create({
                "name": "Upside down", "measure": "range", "value_min": 2.0, "value_max": 1.0})]
            self.env.flush_all()

    # ANSWERS AND VALUES

    def test_a_value_gives_the_answer_by_its_limits(self):
        for check, value, answer in [
            (self.insulation, 1.0, "ok"), (self.insulation, 0.999, "not_ok"),
            (self.leakage, 3.5, "ok"), (self.leakage, 3.501, "not_ok"), (self.leakage, -1.0, "ok"),
            (self.pressure, 12.0, "ok"), (self.pressure, 15.0, "ok"),
            (self.pressure, 11.999, "not_ok"), (self.pressure, 15.001, "not_ok"), (self.counter, 123456.0, "ok"),
        ]:
            with self.subTest(item=check.name, value=value):
                check.write({"result": False, "value": False})
                check.value = value
                self.env.flush_all()
                self.assertEqual(check.result, answer)
                self.assertEqual(check.value, value)

    def test_a_corrected_value_corrects_the_answer(self):
        self.pressure.value = 20.0
        self.assertEqual(self.pressure.result, "not_ok")
        self.pressure.value = 13.0
        self.assertEqual(self.pressure.result, "ok")
        self.pressure.value = 20.0
        self.env.flush_all()
        self.assertEqual(self.pressure.result, "not_ok")

    def test_zero_is_a_value_and_an_emptied_one_is_none(self):
        self.leakage.value = 0
        self.assertTrue(self.leakage.is_measured)
        self.assertEqual(self.leakage.result, "ok")
        self.insulation.value = 0
        self.assertEqual(self.insulation.result, "not_ok")
        self.leakage.write({"value": False})
        self.assertFalse(self.leakage.is_measured)
        self.assertFalse(self.leakage._is_answered())

    def test_ok_with_a_value_outside_is_refused(self):
        with self.assertRaisesRegex(ValidationError, r"“Leakage” of Half-yearly – .*4.2 mA.*≤ 3.5 mA.*cannot be OK"):
            self.leakage.write({"value": 4.2, "result": "ok"})
            self.env.flush_all()
        self.leakage.value = 4.2
        with self.assertRaisesRegex(ValidationError, "cannot be OK"):
            self.leakage.result = "ok"
            self.env.flush_all()
        self.assertEqual(self.leakage.result, "not_ok")
        self.leakage.result = "na"
        self.env.flush_all()

    def test_ok_with_a_value_outside_is_refused_by_the_database(self):
        for check, value in ((self.leakage, 4), (self.insulation, 0), (self.pressure, 11), (self.pressure, 16)):
            with self.subTest(item=check.name), self.assertRaises(psycopg2.IntegrityError), \
                    mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.env.flush_all()
                self.env.cr.execute(
                    "UPDATE crm_service_inspection_check SET result = 'ok', is_measured = true, value = %s "
                    "WHERE id = %s", [value, check.id])

    def test_all_ok_leaves_what_asks_for_a_value(self):
        left = self.inspection.action_all_ok()
        self.assertEqual(self.housing.result, "ok")
        self.assertEqual(left, self.inspection.check_ids - self.housing)

    def test_all_ok_except(self):
        other = self._new_inspection(device=self.device2)
        order = self._order(other)
        (other | self.inspection).check_ids.filtered(lambda c: c.measure != "none").write({"result": "na"})
        self.housing.write({"result": "not_ok", "remark": "Cracked"})
        self.assertFalse((other | self.inspection).action_all_ok())
        self.assertEqual((self.housing.result, other.check_ids[0].result), ("not_ok", "ok"))
        self.assertEqual(order.action_all_ok()["params"]["type"], "success")

    def test_all_ok_of_an_order_says_what_is_left(self):
        params = self.order.action_all_ok()["params"]
        self.assertEqual(params["type"], "warning")
        self.assertIn("4 items", params["message"])

    # FINISHING

    def test_gaps_are_refused_by_name(self):
        self.inspection.action_all_ok()
        for finish in (self.inspection.action_done, self.row.action_repaired, self.order.action_finish_inspections):
            with self.assertRaisesRegex(
                    UserError, r"Half-yearly – .*4 items.*: Insulation, Leakage, Pressure, Counter\."):
                finish()
        self.assertEqual((self.inspection.state, self.row.state), ("ordered", "open"))

    def test_not_ok_and_not_applicable_need_no_value(self):
        self.inspection.action_all_ok()
        (self.insulation | self.leakage).result = "na"
        (self.pressure | self.counter).result = "not_ok"
        self.inspection.action_done()
        self.assertEqual((self.inspection.state, self.inspection.result), ("done", "failed"))

    def test_the_checklist_proposes_the_result(self):
        self._fill()
        self.row.action_repaired()
        self.assertEqual(self.inspection.result, "passed")
        self.row.action_reopen()
        self.pressure.value = 99.0
        self.row.action_repaired()
        self.assertEqual(self.inspection.result, "failed")

    def test_what_the_technician_judged_stands(self):
        self._fill()
        self.inspection.checklist_result("conditional")
        self.row.action_repaired()
        self.assertEqual(self.inspection.result, "conditional")
        with self.assertRaisesRegex(UserError, "“Done”"):
            self.inspection.checklist_result("passed")
        with self.assertRaisesRegex(UserError, "no result “splendid”"):
            self.inspection.checklist_result("splendid")

    def test_finishing_an_order_closes_what_is_ready(self):
        other = self._new_inspection(device=self.device2)
        other._add_to_order(self.order)
        self._fill()
        self.assertEqual(self.order.action_finish_inspections(), 1)
        self.assertEqual((self.inspection.state, other.state), ("done", "ordered"))
        with self.assertRaisesRegex(UserError, "5 items"):
            self.order.action_finish_inspections()
        self._fill(other)
        self.assertEqual(self.order.action_finish_inspections(), 1)
        with self.assertRaisesRegex(UserError, "no device waits"):
            self.order.action_finish_inspections()

    def test_what_is_finished_is_not_typed_over(self):
        self._fill()
        self.inspection.action_done()
        with self.assertRaisesRegex(UserError, "“Done”"):
            self.housing.result = "not_ok"
        with self.assertRaisesRegex(UserError, "“Done”"):
            self.inspection.checklist_result("failed")

    def test_a_device_reopened_keeps_what_was_checked(self):
        self._fill()
        self.row.action_repaired()
        number = self.inspection.protocol_number
        self.row.action_reopen()
        self.assertEqual((self.inspection.state, self.inspection.result, self.inspection.check_left),
                         ("ordered", False, 0))
        self.housing.result = "not_ok"
        self.row.action_repaired()
        self.assertEqual((self.inspection.result, self.inspection.protocol_number), ("failed", number))

    # THE PHONE

    def test_the_phone_reads_one_order(self):
        self.leakage.value = 0
        [device] = self.order.checklist_load()["devices"]
        [inspection] = device["inspections"]
        self.assertEqual((device["serial_number"], inspection["regime"]), ("ABC 2001", "Half-yearly"))
        values = {check["name"]: (check["value"], check["result"]) for check in inspection["checks"]}
        self.assertEqual(values["Leakage"], (0.0, "ok"))
        self.assertEqual(values["Insulation"], (None, ""))
        self.assertTrue(self.order.checklist_load()["is_open"])

    def test_sent_twice_is_the_same(self):
        changes = [
            (self.housing, {"result": "not_ok", "remark": "Cracked"}), (self.leakage, {"value": 9}),
            (self.pressure, {"value": 13.5})]
        first = self._save(*changes, user=self.technician)
        self.assertEqual(first, {"saved": [check.id for check, _vals in changes], "refused": []})
        before = self.inspection.check_ids.read()
        self.assertEqual(self._save(*changes, user=self.technician), first)
        after = self.inspection.check_ids.read()
        for read in (*before, *after):
            read.pop("write_date")
        self.assertEqual(after, before)
        self.assertEqual([c.result for c in self.inspection.check_ids], ["not_ok", False, "not_ok", "ok", False])

    def test_what_cannot_be_written_is_refused_and_the_rest_kept(self):
        closed = self._new_inspection(device=self.device2)
        self._order(closed)
        self._fill(closed)
        gone = self._new_inspection(device=self._new_device())
        self._order(gone)
        gone_check = gone.check_ids[0]
        gone.order_id.unlink()
        closed.action_done()
        answer = self._save(
            (self.housing, {"result": "ok"}), (closed.check_ids[0], {"result": "not_ok"}),
            (gone_check, {"result": "ok"}), (self.leakage, {"value": 9, "result": "ok"}),
            (self.pressure, {"value": 13}), user=self.technician)
        self.assertEqual(answer["saved"], (self.housing | self.pressure).ids)
        refused = {refused["id"]: refused["message"] for refused in answer["refused"]}
        self.assertEqual(set(refused), {closed.check_ids[0].id, gone_check.id, self.leakage.id})
        self.assertIn("“Done”", refused[closed.check_ids[0].id])
        self.assertIn("no longer", refused[gone_check.id])
        self.assertIn("cannot be OK", refused[self.leakage.id])
        self.assertEqual((self.housing.result, self.pressure.value), ("ok", 13.0))
        self.assertEqual(closed.check_ids[0].result, "ok")
        self.assertFalse(self.leakage.result)

    def test_anothers_order_is_refused(self):
        self.order.user_id = self.other_technician
        self.order.requester_id = self.operator
        answer = self._save((self.housing, {"result": "ok"}), user=self.technician)
        self.assertEqual([refused["id"] for refused in answer["refused"]], self.housing.ids)
        self.assertFalse(self.housing.result)

    def test_what_is_not_typed_on_a_phone_is_not_written(self):
        self._save((self.leakage, {"result": "ok", "value_max": 99, "name": "Mine", "is_measured": True, "x": 1}))
        self.assertEqual((self.leakage.name, self.leakage.value_max, self.leakage.result, self.leakage.is_measured),
                         ("Leakage", 3.5, "ok", False))

    def test_bad_values_are_refused(self):
        for vals in ({"result": "splendid"}, {"value": "a lot"}, {"photo": "no picture"}):
            with self.subTest(vals=vals), mute_logger("odoo.sql_db"):
                answer = self._save((self.leakage, vals), (self.housing, {"result": "ok"}))
                self.assertEqual([refused["id"] for refused in answer["refused"]], self.leakage.ids)
                self.assertTrue(answer["refused"][0]["message"])
                self.assertEqual(answer["saved"], self.housing.ids)
                self.assertFalse(self.leakage.result or self.leakage.is_measured or self.leakage.photo)

    def test_a_photo(self):
        answer = self._save((self.housing, {"photo": picture()}), user=self.technician)
        self.assertEqual(answer["saved"], self.housing.ids)
        self.env.invalidate_all()
        self.assertTrue(self.housing.photo)
        self.assertEqual(self.inspection.check_ids.mapped("has_photo"), [True] + [False] * 4)
        # it is the item's, and changed there
        Attachment = self.env["ir.attachment"].with_user(self.operator)
        there = {"res_model": self.housing._name, "res_field": "photo"}
        file = self.env["ir.attachment"].search([*((name, "=", value) for name, value in there.items())])
        for refused in (
                lambda: Attachment.create({"name": "a", "datas": picture(), **there, "res_id": self.leakage.id}),
                lambda: file.with_user(self.operator).write({"datas": picture(colour="blue")}),
                lambda: file.with_user(self.operator).unlink()):
            with self.assertRaisesRegex(UserError, "on the record itself"), self.env.cr.savepoint():
                refused()
        self._save((self.housing, {"photo": False}))
        self.env.invalidate_all()
        self.assertFalse(self.housing.has_photo)

    def test_the_signature_says_when(self):
        self.order.with_user(self.technician).checklist_sign("Anna Kłos", picture())
        self.assertTrue(self.order.customer_signature)
        self.assertEqual(self.order.customer_signed_by, "Anna Kłos")
        self.assertEqual(str(self.order.customer_signed_on), "2026-03-10 10:00:00")
        self.assertTrue(self.order.checklist_load()["is_signed"])
        self.order.customer_signature = False
        self.assertFalse(self.order.customer_signed_on)

    def test_a_phone_completes_what_nobody_accepted(self):
        self._fill()
        self.order.action_finish_inspections()
        self.assertEqual(self.order.state, "new")
        self.order.with_user(self.technician).checklist_complete()
        self.assertEqual(self.order.state, "done")

    # WHAT FAILED

    def test_a_failed_item_becomes_a_line_of_the_order(self):
        with self.assertRaisesRegex(UserError, "“Pressure” of .* is not marked as failed"):
            self.pressure.action_add_line()
        self.pressure.write({"value": 8.0, "remark": "Refill"})
        self.pressure.with_user(self.technician).action_add_line()
        self.assertEqual(self.order.line_ids.name, "Pressure – 8 bar – Refill")
        self.assertEqual((self.order.line_ids.kind, self.order.line_ids.device_line_id), ("labour", self.row))

    def test_failed_items_make_one_repair_order_once(self):
        with self.assertRaisesRegex(UserError, "is not marked as failed"):
            self.housing.action_add_repair()
        (self.housing | self.pressure).result = "not_ok"
        (self.housing | self.pressure).action_add_repair()
        repair = self.housing.repair_order_id
        self.assertEqual(len(repair), 1)
        self.assertEqual(self.pressure.repair_order_id, repair)
        self.assertNotEqual(repair, self.order)
        self.assertEqual(
            (repair.partner_id, repair.address_id, repair.device_line_ids.device_id),
            (self.contractor, self.shop, self.device))
        self.assertEqual(repair.device_line_ids.fault, "Housing\nPressure")
        self.assertEqual(repair.device_line_ids.basis, "paid")
        (self.housing | self.pressure).action_add_repair()
        self.assertEqual(self.device.order_line_ids.order_id, self.order | repair)

    # NOBODY THERE, AND OTHER WAYS BACK

    def test_customer_absent_wants_a_reason(self):
        with self.assertRaisesRegex(UserError, f"{self.order.name}: say why"):
            self.order.action_customer_absent("  ")
        self.assertEqual(self.inspection.state, "ordered")

    def test_customer_absent_puts_back_and_cancels_an_order_with_nothing_else(self):
        self._fill()
        wizard = Form(self.env["crm.service.inspection.absent.wizard"].with_user(self.technician).with_context(
            default_order_id=self.order.id))
        wizard.reason = "The gate is locked"
        wizard.save().action_absent()
        self.assertEqual((self.inspection.state, self.inspection.order_id.id, self.inspection.date_agreed),
                         ("planned", False, False))
        self.assertEqual(self.order.state, "cancelled")
        self.assertIn("The gate is locked", self.order.cancel_reason)
        [message] = self.inspection.message_ids.filtered(lambda message: "gate" in message.body)
        self.assertIn(self.order.name, message.body)
        self.assertIn(format_date(self.env, date(2026, 3, 10)), message.body)
        self.assertEqual(self.inspection.visit_failed_count, 1)
        self.assertFalse(self.inspection.check_ids)
        # and it may be ordered again, with a checklist of its own
        again = self._order(self.inspection)
        self.assertNotEqual(again, self.order)
        self.assertEqual(self.inspection.check_left, 5)
        again.action_customer_absent("Once more")
        self.assertEqual(self.inspection.visit_failed_count, 2)
        with self.assertRaisesRegex(UserError, "no inspection that is still to be done"):
            again.action_customer_absent("Again")

    def test_customer_absent_leaves_the_other_devices_of_an_order(self):
        order = self._new_order(self.device2)
        inspection = self._new_inspection(device=self._new_device())
        inspection._add_to_order(order)
        order.action_customer_absent("Locked")
        self.assertEqual(order.device_line_ids.device_id, self.device2)
        self.assertEqual((order.state, order.device_line_ids.state), ("new", "open"))
        self.assertEqual(inspection.state, "planned")
        self.assertIn("Locked", order.message_ids[0].body)

    def test_customer_absent_keeps_what_is_done(self):
        other = self._new_inspection(device=self.device2)
        other._add_to_order(self.order)
        self._fill()
        self.row.action_repaired()
        self.order.action_customer_absent("Only one was there")
        self.assertEqual((self.inspection.state, other.state), ("done", "planned"))
        self.assertEqual(self.order.device_line_ids, self.row)

    def test_customer_absent_keeps_a_device_that_has_work_on_it(self):
        self.env["crm.service.order.line"].create({
            "order_id": self.order.id, "kind": "labour", "name": "The way there", "device_line_id": self.row.id})
        self.order.action_customer_absent("Locked")
        self.assertEqual(self.inspection.state, "planned")
        self.assertEqual((self.order.state, self.row.exists().state), ("new", "declined"))

    def test_a_device_or_order_deleted_puts_inspections_back(self):
        other = self._new_inspection(device=self.device2)
        other._add_to_order(self.order)
        self.row.unlink()
        self.assertEqual((self.inspection.state, self.inspection.order_id.id), ("planned", False))
        self.assertEqual(other.state, "ordered")
        self.order.unlink()
        self.assertEqual((other.state, other.check_count), ("planned", 0))

    def test_a_done_inspection_outlives_its_order(self):
        self._fill()
        self.inspection.action_done(date_done=date(2026, 3, 9))
        self.order.unlink()
        self.assertEqual((self.inspection.state, self.inspection.result, self.inspection.check_count),
                         ("done", "passed", 5))
