from base64 import b64encode
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import ServiceCommon

SIGNED = b64encode(
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00"
    b"\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82").decode()
REFUSED = UserError    # AccessError is one


@tagged("post_install", "-at_install")
class TestOrderClosed(ServiceCommon):
    """What the form shows read-only is so for RPC and an import, whoever writes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._new_order(
            cls.device, user_id=cls.technician.id, requester_id=cls.operator.id, description="Does not print")
        cls.row = cls.order.device_line_ids
        cls.line = cls.order.line_ids.create({
            "order_id": cls.order.id, "kind": "labour", "product_id": cls.labour.id, "quantity": 2, "price_unit": 100,
            "user_id": cls.technician.id})
        cls.campaign = cls.env["utm.campaign"].create({"name": "Autumn"})
        cls.other_type = cls.env["crm.service.order.type"].create({"name": "Montage", "prefix": "MON"})
        cls.other_unit = cls.env.ref("uom.product_uom_dozen")

    def _close(self):
        self.row.write({"fault": "Dead", "diagnosis": "Head", "resolution": "Changed", "accessories": "Cable"})
        self.row.action_repaired()
        self.order.action_done()

    def _get_forged(self):
        """What nobody writes on a closed order: {record: values}."""
        # another moment than that at which the order was made
        now = fields.Datetime.now() - timedelta(days=1)
        photo = self.env["ir.attachment"].create({"name": "a.png", "datas": SIGNED})
        return {
            self.order: {
                "partner_id": self.other_contractor.id, "invoice_partner_id": self.other_contractor.id,
                "person_id": self.person.id, "address_id": self.contractor.id, "type_id": self.other_type.id,
                "user_id": self.other_technician.id, "requester_id": self.technician.id, "date_received": now,
                "date_deadline": "2030-01-01", "planned_start": now, "planned_stop": now, "date_closed": False,
                "name": "ZSR/1", "priority": "1", "project_id": self.env["project.project"].create({"name": "P"}).id,
                "campaign_id": self.campaign.id, "cancel_reason": "Forged", "is_open": True, "device_count": 7,
                "main_device_id": False, "has_ready": False, "done_partner_name": "Forged", "done_lines": {},
                "done_is_estimate": True, "partner_phone": "600 100 100"},
            self.row: {
                "device_id": self.device2.id, "fault": "Other", "diagnosis": False, "resolution": "Other",
                "condition_received": "Other", "accessories": False, "basis": "goodwill", "cost_limit": 5,
                "diagnosis_fee": 5, "wants_old_parts": True, "date_closed": "2020-01-01 10:00:00", "date_released": now,
                "repair_warranty_until": "2099-01-01", "collector_id_checked": True, "order_state": "new",
                "order_is_open": True, "technician_id": self.operator.id, "date_received": now, "is_open": True,
                "partner_id": self.other_contractor.id, "photo_after_ids": [Command.link(photo.id)],
                "done_serial_number": "Forged", "done_release": {"lang": "pl_PL"}, "state": "open",
                "order_id": self._new_order().id},
            self.line: {
                "price_unit": 1, "billing": "warranty", "name": "Other", "quantity": 1, "uom_id": self.other_unit.id,
                "user_id": self.operator.id, "old_part": "customer", "product_id": self.part.id, "kind": "expense",
                "subtotal": 999999, "is_declined": True, "is_diagnosis_fee": True, "device_line_id": False,
                "sequence": 99, "device_id": self.device2.id, "company_id": False, "order_id": self._new_order().id},
        }

    def test_nothing_of_a_closed_order_is_forged(self):
        self._close()
        forged = self._get_forged()
        managed = {"repair_warranty_until"}    # a manager's favour, noted
        for user in (self.technician, self.operator, self.keeper, self.manager):
            for record, values in forged.items():
                before = self._snapshot(record)
                for name, value in values.items():
                    if user == self.manager and name in managed:
                        continue
                    with self.subTest(user=user.login, model=record._name, field=name):
                        with self.assertRaises(REFUSED):
                            record.with_user(user).write({name: value})
                        self.assertEqual(self._snapshot(record), before)

    def test_nor_through_its_order(self):
        """The commands of a parent, an import, and two values of which one is free."""
        self._close()
        order = self.order.with_user(self.operator)
        for vals in (
                {"line_ids": [Command.update(self.line.id, {"price_unit": 1})]},
                {"line_ids": [Command.delete(self.line.id)]}, {"line_ids": [Command.clear()]},
                {"line_ids": [Command.create({"kind": "labour", "product_id": self.labour.id})]},
                {"device_line_ids": [Command.update(self.row.id, {"resolution": "Other"})]},
                {"device_line_ids": [Command.create({"device_id": self.device2.id})]},
                {"note": "Seen", "partner_id": self.other_contractor.id}):
            with self.subTest(vals=vals), self.assertRaises(REFUSED):
                order.write(vals)
        result = self.line.with_user(self.operator).load([".id", "price_unit"], [[str(self.line.id), "1"]])
        self.assertTrue(result["messages"])
        self.assertEqual((self.line.price_unit, self.row.resolution), (100, "Changed"))

    def _snapshot(self, record):
        self.env.flush_all()
        record.invalidate_recordset()
        return {name: record[name] for name, field in record._fields.items() if field.store and name not in (
            "write_date", "write_uid", "message_ids", "message_follower_ids")}

    def test_what_may_be_written_on_a_closed_order(self):
        self._close()
        tag = self.env["crm.service.tag"].create({"name": "Seen"})
        order = self.order.with_user(self.technician)
        order.write({"note": "<p>Called</p>", "description": "Dead", "tag_ids": [Command.link(tag.id)]})
        order.message_post(body=tag.name)
        order.device_line_ids.write({"shelf": "A1", "released_to": "Jan"})
        order.device_line_ids.action_release(id_checked=True)
        # what is written back as it is, is no change
        order.write({"partner_id": self.contractor.id, "priority": "0", "date_closed": order.date_closed})
        self.line.with_user(self.technician).write({"price_unit": 100.0, "billing": "billable", "subtotal": 200.0})
        self.assertEqual((order.tag_ids, self.row.shelf), (tag, False))

    def test_reopened_it_is_written_again(self):
        self._close()
        self.order.with_user(self.manager).write({"state": "in_progress", "priority": "1"})
        self.assertTrue(self.order.is_open and self.order.priority == "1")
        self.line.with_user(self.technician).price_unit = 120
        with self.assertRaisesRegex(UserError, "has its outcome"):
            self.row.with_user(self.technician).basis = "goodwill"
        self.row.with_user(self.technician).write({"state": "open", "basis": "goodwill"})
        self.assertEqual(self.row.basis, "goodwill")

    def test_a_device_with_an_outcome_stays_the_device(self):
        self.row.action_repaired()
        for user in (self.technician, self.manager):
            for vals in ({"device_id": self.device2.id}, {"basis": "goodwill"}):
                with self.subTest(user=user.login, **vals), self.assertRaisesRegex(UserError, "Reopen the device"):
                    self.row.with_user(user).write(vals)
        self.row.with_user(self.technician).resolution = "Changed the head"    # the order is open

    def test_what_follows_is_not_given_at_creation(self):
        Order = self.env["crm.service.order"].with_user(self.technician)
        base = {"partner_id": self.contractor.id}
        for vals in (
                {"is_open": False}, {"device_count": 9}, {"main_device_id": self.device.id},
                {"date_closed": "2020-01-01"}, {"done_partner_name": "Forged"}, {"has_ready": True}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "cannot be entered"):
                Order.create({**base, **vals})
        for vals in (
                {"order_state": "done"}, {"technician_id": self.operator.id}, {"date_released": "2020-01-01"},
                {"partner_id": self.other_contractor.id}, {"done_serial_number": "Forged"}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "cannot be entered"):
                Order.create({**base, "device_line_ids": [Command.create({"device_id": self.device2.id, **vals})]})
        line = {"kind": "labour", "product_id": self.labour.id, "quantity": 1, "price_unit": 10}
        for vals in ({"subtotal": 999999}, {"company_id": self.company.id}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "cannot be entered"):
                Order.create({**base, "line_ids": [Command.create({**line, **vals})]})
        # a default is nobody's word
        forged = {f"default_{name}": value for name, value in {
            "subtotal": 999999, "order_state": "done", "date_closed": "2020-01-01", "is_open": False,
            "done_partner_name": "Forged", "technician_id": self.operator.id}.items()}
        order = Order.with_context(**forged).create({
            **base, "device_line_ids": [Command.create({"device_id": self.device2.id})],
            "line_ids": [Command.create(line)]})
        self.env.flush_all()
        order.invalidate_recordset()
        self.assertTrue(order.is_open and not order.date_closed and not order.done_partner_name)
        self.assertEqual((order.line_ids.subtotal, order.device_line_ids.order_state), (10, "new"))
        self.assertFalse(order.device_line_ids.technician_id)
        with self.assertRaises(REFUSED):
            order.copy({"date_closed": "2020-01-01"})

    def test_made_in_a_closed_stage_it_is_dated(self):
        done = self.env["crm.service.stage"].search([("company_id", "=", self.company.id), ("state", "=", "done")])[:1]
        order = self.env["crm.service.order"].with_user(self.technician).create({
            "partner_id": self.contractor.id, "stage_id": done.id})
        self.assertTrue(order.date_closed and order.done_partner_name == "Piekarnia Kłos")

    def test_the_type_stays_once_work_began(self):
        order = self.order.with_user(self.technician)
        order.type_id = self.other_type
        order.type_id = self.order_type
        order.action_start()
        for user in (self.technician, self.operator):
            with self.subTest(user.login), self.assertRaisesRegex(UserError, "its type stays"):
                self.order.with_user(user).type_id = self.other_type
        self.order.with_user(self.manager).type_id = self.other_type

    def test_why_it_was_cancelled_is_said_when_it_is(self):
        for user in (self.technician, self.manager):
            with self.subTest(user.login), self.assertRaisesRegex(UserError, "written when the order is closed"):
                self.order.with_user(user).cancel_reason = "Too early"
        self.order.with_user(self.technician).write({"state": "cancelled", "cancel_reason": "Changed their mind"})
        with self.assertRaisesRegex(UserError, "written when the order is closed"):
            self.order.with_user(self.manager).cancel_reason = False
        self.assertEqual(self.order.cancel_reason, "Changed their mind")

    # SIGNATURES

    def test_a_signature_is_replaced_with_a_note(self):
        order = self.order.with_user(self.technician)
        order.write({"customer_signature": SIGNED, "customer_signed_by": "Jan Kłos"})
        before = order.message_ids
        order.write({"customer_signature": SIGNED, "customer_signed_by": "Jan Kłos"})
        self.assertEqual(order.message_ids, before, "the same once more")
        order.customer_signed_by = "Adam Inny"
        note = (order.message_ids - before)
        self.assertIn("Jan Kłos", note.body)
        order.customer_signature = False
        note = order.message_ids[0]
        self.assertIn("Adam Inny", note.body)
        self.assertEqual(note.attachment_ids.mapped("name"), ["customer_signature.png"])
        self.assertEqual(note.attachment_ids.datas.decode(), SIGNED)

    def test_who_collects_may_sign_a_closed_order_once(self):
        self._close()
        order = self.order.with_user(self.technician)
        order.write({"customer_signature": SIGNED, "customer_signed_by": "Jan Kłos"})
        for user in (self.technician, self.manager):
            for vals in ({"customer_signed_by": "Adam Inny"}, {"customer_signature": False}):
                with self.subTest(user=user.login, **vals), self.assertRaisesRegex(UserError, "is closed"):
                    self.order.with_user(user).write(vals)

    # CORRECTIONS

    def test_a_fact_is_corrected_in_a_dialog(self):
        self._close()
        with self.assertRaises(AccessError):
            self.order.with_user(self.operator).action_open_correction()
        action = self.order.with_user(self.manager).action_open_correction()
        wizard = self.env[action["res_model"]].with_user(self.manager).browse(action["res_id"])
        names = wizard.fact_ids.mapped("name")
        self.assertIn("date_closed", names)
        self.assertFalse({"done_lines", "done_is_estimate", "is_open"} & set(names))
        self.assertFalse([name for name in names if name.startswith("done_")], "copies are made anew, all of them")
        wizard.fact_id = wizard.fact_ids.filtered(lambda fact: fact.name == "name")
        self.assertEqual((wizard.kind, wizard.old_value), ("char", self.order.name))
        wizard.value_text = "OLD/1"
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.action_correct()
        wizard.reason = "typing error"
        wizard.action_correct()
        self.assertEqual(self.order.name, "OLD/1")
        self.assertRegex(self.order.message_ids[0].body, "typing error.* → OLD/1")

    def test_facts_of_rows_are_corrected_in_a_dialog(self):
        self._close()
        self.row.action_release("Jan")
        action = self.row.with_user(self.manager).action_open_correction()
        wizard = self.env[action["res_model"]].with_user(self.manager).browse(action["res_id"])
        wizard.fact_id = wizard.fact_ids.filtered(lambda fact: fact.name == "date_released")
        moment = self.row.date_closed + timedelta(seconds=1)
        self.row._write_facts({"date_released": moment + timedelta(days=-1)})
        wizard.write({"value_datetime": moment, "reason": "handed back later"})
        wizard.action_correct()
        self.assertEqual(self.row.date_released, moment)
        self.assertIn("handed back later", self.order.message_ids[0].body)
        # of other records, or another fact, it does nothing
        foreign = wizard.copy({"res_ids": [self.row.id]})
        foreign.fact_id = wizard.fact_id
        with self.assertRaisesRegex(UserError, "Choose the fact"):
            foreign.action_correct()

    def test_a_longer_warranty_is_a_managers_favour(self):
        self._close()
        with self.assertRaisesRegex(UserError, "cannot be entered"):
            self.row.with_user(self.operator).repair_warranty_until = "2099-01-01"
        self.row.with_user(self.manager).repair_warranty_until = "2030-01-01"
        self.assertIn("Repair Warranty Until", self.order.message_ids[0].body)

    def test_code_reopens(self):
        self._close()
        self.order.with_user(self.technician).sudo().action_reopen()
        self.assertTrue(self.order.is_open)

    def test_files_of_evidence_stay(self):
        photo = self.env["ir.attachment"].with_user(self.technician).create({"name": "a.png", "datas": SIGNED})
        self.row.with_user(self.technician).photo_before_ids = photo
        self.order.with_user(self.technician).customer_signature = SIGNED
        signature = self.env["ir.attachment"].sudo().search([
            ("res_model", "=", "crm.service.order"), ("res_id", "=", self.order.id),
            ("res_field", "=", "customer_signature")])
        self.assertTrue(signature)
        photo.name = "b.png"
        self._close()
        for user in (self.technician, self.operator, self.manager):
            for file in (photo, signature):
                with self.subTest(user=user.login, file=file.name):
                    with self.assertRaises(UserError):
                        file.with_user(user).write({"datas": b64encode(b"forged")})
                    with self.assertRaises(UserError):
                        file.with_user(user).unlink()
        self.assertEqual(self.row.photo_before_ids, photo)

    def test_files_of_evidence_are_not_made(self):
        """Neither a signature nor a photo comes to an order but by the order."""
        self._close()
        Order, Row = self.order._name, self.row._name
        for user in (self.technician, self.operator, self.manager):
            Attachment = self.env["ir.attachment"].with_user(user)
            there = {"res_model": Order, "res_id": self.order.id, "res_field": "technician_signature"}
            for place in (there, {"res_model": Row, "res_id": self.row.id}):
                file = Attachment.create({"name": "a.png", "datas": SIGNED})
                with self.subTest(user=user.login, place=place):
                    with self.assertRaises(UserError), self.env.cr.savepoint():
                        Attachment.create({"name": "b.png", "datas": SIGNED, **place})
                    with self.assertRaises(UserError), self.env.cr.savepoint():
                        Attachment.with_context(**{f"default_{name}": value for name, value in place.items()}).create({
                            "name": "b.png", "datas": SIGNED})
                    with self.assertRaises(UserError), self.env.cr.savepoint():
                        file.write(place)
                    with self.assertRaises(UserError), self.env.cr.savepoint():
                        file.copy(place)
            # step by step
            file = Attachment.create({"name": "c.png", "datas": SIGNED, **there, "res_field": False})
            with self.assertRaises(UserError), self.env.cr.savepoint():
                file.write({"res_field": "technician_signature"})
            # of what is said of it afterwards
            message = self.order.with_user(user).message_post(body=self.person.name, attachment_ids=file.ids)
            self.assertEqual((message.attachment_ids, file.res_id), (file, self.order.id))
        self.env.invalidate_all()
        self.assertFalse(self.order.technician_signature)
        self.assertFalse(self.env["ir.attachment"].search([("res_model", "=", Row), ("res_id", "=", self.row.id)]))
