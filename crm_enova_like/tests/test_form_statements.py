from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..models.common.kept import get_kept
from ..models.warehouse.order_type import FREE_PARTS
from .common import ServiceCommon

# SQL statements of an order's form as it is read after each press, and of a page of the orders' list
FORM_LIMIT, DONE_LIMIT, LIST_LIMIT = 28, 29, 21


@tagged("post_install", "-at_install")
class TestFormStatements(ServiceCommon):
    """What the screens of an order ask the database, for each role: the form is read again after each press."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.part, 100)
        # what parts cost is a right of its own; who has it reads more
        cls.env.ref("crm_enova_like.group_cost").user_ids += cls.operator | cls.technician

    def _count(self, call):
        """Statements of a call with warm registry caches and nothing else known."""
        call()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        return self.env.cr.sql_log_count - before

    def _name_records(self, model, asked):
        """A specification of ``Form`` with the names of records, which the web client shows."""
        for name, of_field in asked.items():
            field = self.env[model]._fields.get(name)
            if field and field.type == "many2one":
                of_field["fields"] = {"display_name": {}}
            elif of_field.get("fields"):
                self._name_records(field.comodel_name, of_field["fields"])
        return asked

    def _count_form(self, order, user):
        order = order.with_user(user)
        asked = self._name_records(order._name, Form(order)._view["fields_spec"])
        self.assertIn("document_count", asked)
        return self._count(lambda: order.web_read(asked))

    def _make(self):
        order = self.make_order(self.device, user=self.technician)
        self.add_part(order)
        return order

    def test_open_order(self):
        order = self._make()
        order.action_accept()
        for user in (self.manager, self.operator, self.technician):
            with self.subTest(user=user.login):
                self.assertLessEqual(self._count_form(order, user), FORM_LIMIT)

    def test_done_order(self):
        order = self._make()
        order.action_start()
        order.action_issue_parts()
        order.device_line_ids.action_repaired()
        order.action_done()
        for user in (self.manager, self.operator, self.technician):
            with self.subTest(user=user.login):
                self.assertLessEqual(self._count_form(order, user), DONE_LIMIT)

    def test_list(self):
        """As many for forty orders as for two."""
        devices = self.env["crm.service.device"].create([
            {"name": f"Machine {number}", "type_id": self.device_type.id, "partner_id": self.contractor.id}
            for number in range(40)])
        orders = self.env["crm.service.order"].create([{
            "partner_id": self.contractor.id, "user_id": self.technician.id,
            "device_line_ids": [Command.create({"device_id": device.id})],
            "line_ids": [Command.create({"kind": "part", "product_id": self.part.id, "quantity": 2, "price_unit": 5})],
        } for device in devices])
        orders[0].action_issue_parts()
        asked = {
            "name": {}, "state": {}, "partner_id": {"fields": {"display_name": {}}}, "partner_phone": {},
            "device_names": {}, "type_id": {"fields": {"display_name": {}}}, "amount_billable": {}, "total_cost": {},
            "user_id": {"fields": {"display_name": {}}}, "stage_id": {"fields": {"display_name": {}}},
            "stage_color": {}, "activity_ids": {}, "tag_ids": {"fields": {"display_name": {}}}}
        for user in (self.manager, self.operator, self.technician):
            Orders = self.env["crm.service.order"].with_user(user)
            pages = {count: self._count(lambda Orders=Orders, count=count: Orders.web_search_read(
                [("id", "in", orders.ids)], asked, limit=count, order="id")) for count in (2, 40)}
            with self.subTest(user=user.login):
                self.assertLessEqual(pages[40], LIST_LIMIT)
                self.assertLessEqual(pages[40], pages[2])
        rows = orders.with_user(self.technician).web_read({"amount_billable": {}, "total_cost": {}})
        self.assertEqual([row["amount_billable"] for row in rows], [10] * 40)
        self.assertEqual([row["total_cost"] for row in rows], [100] + [0] * 39)
        # one alone reads its lines
        self.assertEqual((orders[0].amount_billable, orders[0].total_cost), (10, 100))

    def test_list_says_what_the_form_says(self):
        """What a list notes of stages, companies and contractors at once is what each order has."""
        first, second = self._make(), self.make_order(self.device2, user=self.technician)
        first.partner_id.sudo().phone = "601 100 200"
        second.partner_id = self.env["res.partner"].create({"name": "Somebody else"})
        second.action_start()
        asked = {name: {} for name in (
            "partner_phone", "stage_color", "currency_id", "issue_by", "amount_billable", "total_cost")}
        for user in (self.manager, self.technician):
            orders = (first | second).with_user(user)
            self.env.flush_all()
            self.env.invalidate_all()
            together = orders.web_read(asked)
            self.env.invalidate_all()
            self.assertEqual(together, [row for order in orders for row in order.web_read(asked)])
            self.assertEqual(together[0]["partner_phone"], "601 100 200")
            self.assertNotEqual(together[0]["stage_color"], together[1]["stage_color"])

    def test_out_of_sight_or_gone(self):
        """An order that somebody may not read is named to him, as core names it, beside what he may read; a deleted one
        is no error."""
        order = self.make_order(self.device, user=self.other_technician, user_id=self.other_technician.id)
        task = self.env["crm.task"].create({
            "name": "Call back", "order_id": order.id, "user_id": self.technician.id})
        self.env.flush_all()
        self.env.invalidate_all()
        [row] = task.with_user(self.technician).web_read({"order_id": {"fields": {"display_name": {}}}})
        self.assertEqual(row["order_id"]["display_name"], order.name)
        asked = {"name": {}, "partner_phone": {}, "stage_color": {}}
        for orders in (order, order | self._make()):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                orders.with_user(self.technician).web_read(asked)
        gone, kept = self._make(), self.make_order(self.device2, user=self.technician)
        gone.sudo().unlink()
        self.assertFalse(gone.web_read(asked))
        self.assertEqual([row["id"] for row in (gone | kept).web_read(asked)], kept.ids)

    def test_what_is_looked_up_at_once_is_what_is_there(self):
        """An access code, what is free and a product's name, however little a form asks for them."""
        order = self._make()
        asked = {
            "has_missing_parts": {}, "device_line_ids": {"fields": {"access_code": {}}},
            "line_ids": {"fields": {"free_qty": {}, "product_id": {"fields": {"display_name": {}}}}}}

        def read():
            self.env.flush_all()
            self.env.invalidate_all()
            [row] = order.web_read(asked)
            [device], [line] = row["device_line_ids"], row["line_ids"]
            return device["access_code"], line["free_qty"], line["product_id"]["display_name"]

        code, free, name = read()
        self.assertEqual((code, name), (False, self.part.display_name))
        order.device_line_ids.access_code = "1234"
        # known without a look into the database, too
        self.assertEqual(order.web_read(asked)[0]["device_line_ids"][0]["access_code"], "1234")
        self._stock(self.part, 7)
        self.assertEqual(read(), ("1234", free + 7, name))
        order.device_line_ids.access_code = False
        colour = self.env["product.attribute"].create({
            "name": "Colour", "create_variant": "always", "value_ids": [
                Command.create({"name": name}) for name in ("black", "red")]})
        self.part.product_tmpl_id.attribute_line_ids = [Command.create({
            "attribute_id": colour.id, "value_ids": [Command.set(colour.value_ids.ids)]})]
        self.assertEqual(read(), (False, free + 7, name), "core archives it, and makes others")
        self.assertEqual(
            self.part.product_tmpl_id.product_variant_ids.mapped("display_name"), [f"{name} (black)", f"{name} (red)"])
        self.assertIsNone(get_kept(self.env, FREE_PARTS))

    def test_free_parts_are_asked_for_once(self):
        order, asked = self._make(), {"has_missing_parts": {}, "line_ids": {"fields": {"free_qty": {}}}}
        Types, queries = type(self.env["crm.service.order.type"]), []
        query = Types._query_free_parts

        def note(types, products):
            queries.append(products)
            return query(types, products)

        self.patch(Types, "_query_free_parts", note)
        self.env.flush_all()
        self.env.invalidate_all()
        order.web_read(asked)
        self.assertEqual(queries, [self.part])

    def test_rows_of_orders_out_of_sight(self):
        """Whoever lists rows of orders that are not his reads their names, and not one by one."""
        devices = self.env["crm.service.device"].create([
            {"name": f"Machine {number}", "type_id": self.device_type.id, "partner_id": self.contractor.id}
            for number in range(12)])
        tasks = self.env["crm.task"].create([{
            "name": "Call back", "user_id": self.technician.id, "order_id": self.env["crm.service.order"].create({
                "partner_id": self.contractor.id, "user_id": self.other_technician.id,
                "device_line_ids": [Command.create({"device_id": device.id})]}).id} for device in devices])
        Tasks, asked = self.env["crm.task"].with_user(self.technician), {"order_id": {"fields": {"display_name": {}}}}
        pages = {count: self._count(lambda count=count: Tasks.web_search_read(
            [("id", "in", tasks.ids)], asked, limit=count, order="id")) for count in (2, 12)}
        self.assertLessEqual(pages[12], pages[2])
        rows = Tasks.browse(tasks.ids).web_read(asked)
        self.assertEqual(
            [row["order_id"]["display_name"] for row in rows], tasks.sudo().order_id.mapped("display_name"))
