from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import ServiceCommon

COSTS = {"crm.service.order": "total_cost", "crm.service.order.device": "cost", "crm.service.order.line": "cost"}


@tagged("post_install", "-at_install")
class TestWarehouseRights(ServiceCommon):
    """Who issues parts, and who sees what they cost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.by_warehouse = cls.env["crm.service.order.type"].create(
            {"name": "Issued by the warehouse", "prefix": "MAG", "issue_by": "warehouse"})

    def test_a_technician_does_not_become_the_keeper(self):
        order = self.make_order(
            self.device, user=self.technician, type_id=self.by_warehouse.id, user_id=self.technician.id)
        self.add_part(order)
        for vals in ({"type_id": self.order_type.id}, {"type_id": self.order_type.id, "state": "in_progress"},
                     {"type_id": self.order_type.id, "stage_id": order.stage_id.id}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "issued by the warehouse"):
                order.write(vals)
        order.action_issue_parts()
        self.assertEqual(order.sudo().picking_ids.state, "assigned", "it waits for the keeper")
        # towards the keeper it may go; and who takes orders in may put a type right
        own = self.make_order(self.device2, user=self.technician)
        own.type_id = self.by_warehouse
        own.with_user(self.operator).type_id = self.order_type

    def test_why_parts_stayed_is_not_erased(self):
        order = self.make_order(self.device, user=self.technician)
        self.add_part(order)
        order.action_issue_parts()
        order.write({"state": "cancelled", "parts_kept_reason": "Burnt on the bench"})
        for user in (self.technician, self.operator, self.manager):
            for value in (False, "", "Other"):
                with self.subTest(user=user.login, value=value), self.assertRaises(UserError):
                    order.with_user(user).parts_kept_reason = value
        self.assertEqual(order.parts_kept_reason, "Burnt on the bench")

    def test_lines_of_a_closed_order(self):
        order = self.make_order(self.device, user=self.technician)
        line = self.add_part(order)
        order.action_issue_parts()
        order.device_line_ids.action_repaired()
        order.action_done()
        for user in (self.technician, self.operator, self.keeper, self.manager):
            for vals in (
                    {"supply": "sale"}, {"lot_name": "X"}, {"quantity_issued": 5}, {"quantity_returned": 1},
                    {"needs_issue": True}, {"quantity_to_issue": 3}, {"added_by_warehouse": True},
                    {"quantity": 0}, {"billing": "warranty"}):
                with self.subTest(user=user.login, vals=vals), self.assertRaises(UserError):
                    line.with_user(user).write(vals)
            with self.subTest(user=user.login), self.assertRaises(UserError):
                order.with_user(user).write({"parts_to_issue": True, "holds_parts": True})
        # what comes back lowers the plan all the same
        line.with_user(self.technician).return_to_stock(1)
        self.assertEqual((line.quantity, line.quantity_returned), (0, 1))

    def test_stored_quantities_are_not_given_at_creation(self):
        order = self.make_order(self.device, user=self.technician)
        for name in ("quantity_issued", "quantity_to_issue", "needs_issue"):
            with self.subTest(name), self.assertRaises(UserError):
                self.add_part(order, **{name: 5})
            line = self.add_part(order.with_context(**{f"default_{name}": 5}))
            self.assertEqual((line.quantity_issued, line.quantity_to_issue, line.needs_issue), (0, 1, True))
            line.unlink()

    # PURCHASE COST

    def test_purchase_cost_is_a_right_of_its_own(self):
        order = self.make_order(self.device, user=self.technician, user_id=self.technician.id)
        line = self.add_part(order, quantity=2)
        order.action_issue_parts()
        records = {"crm.service.order": order, "crm.service.order.device": order.device_line_ids,
                   "crm.service.order.line": line}
        for user in (self.technician, self.operator):
            user.write({"group_ids": [Command.link(self.env.ref("base.group_allow_export").id)]})
            for model, name in COSTS.items():
                record = records[model].with_user(user)
                with self.subTest(user=user.login, model=model):
                    for read in (
                            lambda record=record, name=name: record.read([name]),
                            lambda record=record, name=name: record.export_data([name]),
                            lambda record=record, name=name: record.web_read({name: {}})):
                        with self.assertRaises(AccessError):
                            read()
                    self.assertNotIn(name, record.fields_get())
            self.assertNotIn("total_cost", Form(order.with_user(user))._view["fields"])
            # what is no cost is there
            self.assertEqual(order.with_user(user).amount_billable, 180)
        self.assertEqual(order.with_user(self.manager).total_cost, 100)
        self.operator.write({"group_ids": [Command.link(self.env.ref("crm_enova_like.group_cost").id)]})
        self.assertEqual(order.with_user(self.operator).total_cost, 100)

    def test_who_has_the_right(self):
        cost = "crm_enova_like.group_cost"
        for user, has in ((self.technician, False), (self.operator, False), (self.manager, True), (self.keeper, True),
                          (self.employee, False)):
            with self.subTest(user.login):
                self.assertEqual(user.has_group(cost), has)
        settings = self.env["res.config.settings"].create({"group_operators_see_cost": True})
        settings.execute()
        self.assertTrue(self.operator.has_group(cost))
        self.assertFalse(self.technician.has_group(cost))
