from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestOrderLimit(ServiceCommon):
    """The customer agreed to a repair up to an amount: more needs the customer's word, and says whose."""

    def setUp(self):
        super().setUp()
        self.labour.taxes_id = False
        self.order = self._take_in(self.device, cost_limit=200.0)
        self.order.user_id = self.technician
        self.row = self.order.device_line_ids
        self.env["crm.service.order.line"].create({
            "order_id": self.order.id, "kind": "labour", "product_id": self.labour.id, "quantity": 2.0})
        self.mine = self.row.with_user(self.technician)

    def test_a_technician_does_not_raise_the_limit_alone(self):
        self.order.action_accept()
        for limit in (300.0, 0.0, False):
            with self.subTest(limit), self.assertRaisesRegex(UserError, rf"ABC 2001.*{self.order.name}.*200"):
                self.mine.cost_limit = limit
        self.mine.cost_limit = 150.0
        self.assertEqual(self.row.cost_limit, 150.0, "less is what the customer may want")
        self.row.with_user(self.operator).cost_limit = 400.0
        self.assertEqual(self.row.cost_limit, 400.0)
        notes = "".join(self.order.message_ids.mapped("body"))
        self.assertRegex(notes, r"(?s)150.*400.*200.*150")

    def test_what_one_takes_in_himself_is_typed(self):
        order = self._new_order(self.device2).with_user(self.technician)
        order.sudo()._write_facts({"requester_id": self.technician.id})
        order.device_line_ids.cost_limit = 100.0
        order.device_line_ids.cost_limit = 1000.0
        self.assertEqual(order.device_line_ids.cost_limit, 1000.0)

    def test_the_customers_word(self):
        said_on = fields.Datetime.now() - timedelta(hours=1)
        self.mine.agree_limit(" Anna Kłos ", 350.0, said_on)
        self.assertEqual(
            (self.row.cost_limit, self.row.limit_before, self.row.limit_said_by, self.row.limit_said_on,
             self.row.limit_noted_by), (350.0, 200.0, "Anna Kłos", said_on, self.technician))
        self.assertFalse(self.order.limit_warning)
        body = self.order.message_ids[0].body
        for text in ("ABC 2001", "Anna Kłos", "200", "350"):
            self.assertIn(text, body)
        self.assertEqual(self.order.message_ids[0].author_id, self.technician.partner_id)
        self.assertIn("Anna Kłos", self.row.limit_agreement)
        self.assertFalse(self.order.copy().device_line_ids.limit_said_by)

    def test_without_a_limit(self):
        self.mine.agree_limit("Anna Kłos")
        self.assertEqual((self.row.cost_limit, self.row.limit_before), (0.0, 200.0))
        self.assertFalse(self.row.is_over_limit)

    def test_what_is_no_word(self):
        for text, arguments in {
            "Say who": ("  ", 350.0), "above the": ("Anna Kłos", 199.0),
            "said already": ("Anna Kłos", 350.0, fields.Datetime.now() + timedelta(days=1)),
        }.items():
            with self.subTest(text), self.assertRaisesRegex(UserError, text):
                self.mine.agree_limit(*arguments)
        self.row.cost_limit = 0.0
        with self.assertRaisesRegex(UserError, "no cost limit"):
            self.mine.agree_limit("Anna Kłos", 350.0)
        self.row.cost_limit = 200.0
        self.order.with_user(self.manager).action_cancel()
        with self.assertRaisesRegex(UserError, "closed"):
            self.row.with_user(self.manager).agree_limit("Anna Kłos", 350.0)

    def test_nobody_types_who_agreed(self):
        for name, value in {
            "limit_said_by": "Anna", "limit_noted_by": self.operator.id, "limit_before": 5.0,
            "limit_said_on": fields.Datetime.now(),
        }.items():
            with self.subTest(name), self.assertRaisesRegex(UserError, "cannot be entered"):
                self.row.with_user(self.manager)[name] = value

    def test_a_colleagues_order_is_out_of_reach(self):
        with self.assertRaises(AccessError):
            self.row.with_user(self.technician2).agree_limit("Anna Kłos", 350.0)
        with self.assertRaises(AccessError):
            self.env["crm.service.limit.wizard"].with_user(self.technician2).create({"order_id": self.order.id})

    def test_the_dialog(self):
        self.order.person_id = self.person
        action = self.order.with_user(self.technician).action_open_limit()
        Wizard = self.env[action["res_model"]].with_user(self.technician).with_context(**action["context"])
        with Form(Wizard) as form:
            self.assertEqual(form.said_by, "Anna Kłos")
            form.agreed = "amount"
            form.amount = 299.0
        with self.assertRaisesRegex(UserError, "300.*299"):
            form.record.action_agree()
        form.record.amount = 320.0
        form.record.action_agree()
        self.assertEqual(self.row.cost_limit, 320.0)
        self.row.cost_limit = 200.0
        with Form(Wizard) as form:
            form.said_by = "Jan Kłos"
        form.record.action_agree()
        self.assertEqual((self.row.cost_limit, self.row.limit_said_by), (300.0, "Jan Kłos"))

    def test_the_order_waits_for_the_answer(self):
        self.order.action_start()
        wizard = self.env["crm.service.limit.wizard"].with_user(self.technician).create({"order_id": self.order.id})
        wizard.action_wait()
        self.assertEqual(self.order.stage_id.wait_for, "customer")
