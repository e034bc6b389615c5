from unittest.mock import patch

from odoo.tests import tagged

from .firm import ServiceCommon


@tagged("post_install", "-at_install")
class TestRollup(ServiceCommon):
    """The sums of a pivot are core's, in core's order, though they come of one pass."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.orders = cls.env["crm.service.order"].create([{
            "partner_id": (cls.contractor if number % 3 else cls.other_contractor).id,
            "user_id": (cls.technician.id, cls.operator.id, False)[number % 3],
            "date_received": f"2026-0{1 + number % 5}-15 2{number % 4}:30:00",
            "date_deadline": False if number % 4 else f"2026-03-{10 + number}",
            "person_id": cls.person.id if number % 2 else False,
            "line_ids": [(0, 0, {"kind": "part", "product_id": cls.part.id, "quantity": number % 4})],
        } for number in range(12)])

    def assert_as_core(self, Model, sets, aggregates=("__count",), domain=(), **context):
        Model = Model.with_context(**context)
        ours = Model.formatted_read_grouping_sets(list(domain), sets, list(aggregates))
        with patch.object(self.registry["crm.rollup.mixin"], "_can_roll_up", lambda *_args: False):
            core = Model.formatted_read_grouping_sets(list(domain), sets, list(aggregates))
        self.assertEqual(ours, core)
        return ours

    def test_sums(self):
        Orders = self.env["crm.service.order"].with_user(self.manager)
        sets = [[], ["user_id"], ["user_id", "date_received:month"], ["date_received:month"]]
        self.assert_as_core(Orders, sets, ("__count", "device_count:sum"), tz="Europe/Warsaw")
        self.assert_as_core(Orders, [[], ["date_deadline:week"], ["date_deadline:week", "partner_id"], ["partner_id"]])
        self.assert_as_core(Orders, [["state", "person_id"], ["person_id"], ["state"], []], lang="pl_PL")
        Lines = self.env["crm.service.order.line"].with_user(self.manager)
        sums = ("quantity:sum", "subtotal:min", "quantity_returned:min", "quantity:max", "price_unit:max")
        self.assert_as_core(Lines, [["create_date:year", "product_id"], ["create_date:year"], ["product_id"]], sums)

    def test_what_does_not_add_up(self):
        """An average, a distinct count and the numbers of weekdays are core's own."""
        Lines = self.env["crm.service.order.line"]
        sets = [["kind", "product_id"], ["kind"], []]
        self.assert_as_core(Lines, sets, ("price_unit:avg", "product_id:count_distinct"))
        weekdays = [["state", "date_closed:day_of_week"], ["date_closed:day_of_week"]]
        self.assert_as_core(self.env["crm.service.order"], weekdays)

    def test_nothing(self):
        Orders, sets = self.env["crm.service.order"], [[], ["user_id"], ["user_id", "state"]]
        self.assert_as_core(Orders, sets, domain=[("id", "=", 0)])

    def test_groups_out_of_sight(self):
        """A group that the reader may not open is a group all the same."""
        device = self.env["crm.service.device"].create({"name": "Machine", "partner_id": self.contractor.id})
        self._new_order(device)
        Devices = self.env["crm.service.order.device"].with_user(self.technician)
        sets = [["date_received:month", "order_id"], ["order_id"]]
        ours = Devices._read_grouping_sets([], sets, ["__count"], order="date_received:month, order_id")
        with patch.object(self.registry["crm.rollup.mixin"], "_can_roll_up", lambda *_args: False):
            core = Devices._read_grouping_sets([], sets, ["__count"], order="date_received:month, order_id")
        self.assertEqual(ours, core)

    def test_groups_of_records(self):
        """Groups of one record each, as the lists have them, are core's in core's order."""
        self.orders[:1].copy({"user_id": False})
        Orders, Lines = self.env["crm.service.order"], self.env["crm.service.order.line"]
        asked = (
            (Orders.with_user(self.manager), "user_id", "__count"),
            (Orders.with_user(self.manager), "stage_id", "device_count:sum"),
            (Orders.with_user(self.technician), "partner_id", "id:recordset"),
            (Lines.with_user(self.manager), "product_id", "quantity:avg"))
        for Model, name, aggregate in asked:
            for domain in ([], [("create_date", "!=", False)], [("id", "=", 0)]):
                for order in (name, f"{name} desc", f"{name} ASC", None):
                    with self.subTest(by=name, order=order, domain=domain):
                        self.assert_groups_as_core(Model, domain, [name], [aggregate, "__count"], order)

    def assert_groups_as_core(self, Model, domain, groupby, aggregates, order):
        def read():
            return [
                Model._read_group(domain, groupby, aggregates, order=order, limit=limit, offset=offset)
                for limit, offset in ((None, 0), (2, 0), (2, 1))]

        ours = read()
        with patch.object(self.registry["crm.rollup.mixin"], "_can_order_groups", return_value=False):
            self.assertEqual(ours, read())
