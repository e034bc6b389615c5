import math

from odoo.exceptions import MissingError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from ...models.common.given import Door
from . import ServiceCommon

HOSTILE = ("x", True, 1.5, [1], {"id": 1}, 2**40)


@tagged("post_install", "-at_install")
class TestGiven(ServiceCommon):
    """What RPC gives is looked at before our methods read it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_order(cls.device, user=cls.operator)
        cls.task = cls.env["crm.task"].create({"name": "Call back", "user_id": cls.technician.id})

    def call(self, model, method, *args, user=None, **kwargs):
        """A call as the server makes it."""
        return call_kw(self.env(user=user or self.operator)[model], method, list(args), kwargs)

    def assertRefused(self, model, method, *args, error=UserError, says=".", **kwargs):
        with self.subTest(method=method, args=args), self.assertRaisesRegex(error, says):
            self.call(model, method, *args, **kwargs)

    def test_ids(self):
        for wrong in ("x", [True], [0], [-1], [2**31], [10**30], [None], ["1"], [[self.order.id]]):
            self.assertRefused("crm.service.order", "action_take", wrong, error=MissingError, says="there is no record")

    def test_one_at_a_time(self):
        for ids in ([], [self.order.id, self.make_order(self.device2).id]):
            self.assertRefused("crm.service.order", "action_scan", ids, "1", says="one record at a time")

    def test_nobody_at_all(self):
        for method in ("action_take", "action_issue_parts", "action_reserve_parts", "action_accept"):
            self.call("crm.service.order", method, [])

    def test_arguments(self):
        self.assertRefused("crm.task", "action_postpone", self.task.ids, "7", says="cannot be given")
        for wrong in (True, None, 1e300, math.nan, 2**31, [7]):
            self.assertRefused("crm.task", "action_postpone", self.task.ids, wrong, says="cannot be given")
        self.assertRefused("crm.task", "action_postpone", self.task.ids, 100_000, says="moved by 3660 days at most")
        self.assertRefused("crm.task", "action_done", self.task.ids, ["x"], says="cannot be given")
        self.assertRefused("crm.service.order", "action_scan", self.order.ids, {"code": 1}, says="cannot be given")
        self.assertRefused("crm.service.order", "action_scan", self.order.ids, "a\0b", says="cannot be given")
        self.assertRefused("crm.service.order", "action_scan", self.order.ids, "\ud800", says="cannot be given")
        self.assertRefused("crm.service.order", "action_scan", self.order.ids, says="not called so")
        self.assertRefused("crm.service.order", "action_scan", self.order.ids, "1", what=1, says="not called so")
        self.assertRefused("crm.service.order", "checklist_save", "x", says="cannot be given")
        self.assertRefused("crm.event", "message_new", None, says="cannot be given")
        for wrong in (None, "name", [1], 5):
            self.assertRefused("crm.project.join.wizard", "default_get", wrong, says="cannot be given")

    def test_records_that_are_named(self):
        for wrong in ("x", 10**9, *HOSTILE):
            self.assertRefused("crm.task", "action_assign", self.task.ids, wrong, says="There is no user")
            self.assertRefused("crm.service.order", "action_wait", self.order.ids, wrong, says="not a waiting stage")
        self.call("crm.task", "action_assign", self.task.ids, self.operator.id)
        self.assertEqual(self.task.user_id, self.operator)

    def test_a_checklist_keeps_the_rest(self):
        answer = self.call("crm.service.order", "checklist_save", [{"id": "x", "vals": {}}, {"id": None}])
        self.assertEqual([row["id"] for row in answer["refused"]], ["x", None])

    def test_values(self):
        kinds = {
            "planned_start": ["tomorrow", 5, [1]], "date_deadline": ["2026-02-30", {"x": 1}], "partner_id": HOSTILE,
            "name": [["x"], {"x": 1}, True], "alarm_ids": ["x", 5, {"x": 1}], "active": [[1]]}
        for name, values in kinds.items():
            for value in values:
                self.assertRefused("crm.task", "write", self.task.ids, {name: value}, says="cannot be entered")
                self.assertRefused("crm.task", "create", {"name": "x", name: value}, says="cannot be entered")
        for value in ("x", [1], {"x": 1}):
            self.assertRefused("crm.event", "create", {"name": "x", "duration": value}, says="cannot be entered")
        self.assertRefused("crm.task", "write", self.task.ids, "x", says="no list of fields")
        self.assertRefused("crm.task", "create", 5, says="no list of fields")
        self.assertRefused("crm.task", "create", ["x"], says="cannot be given")

    def test_what_is_too_much(self):
        """Of the right kind, but more than can be counted with: where it is saved, and in a form as well."""
        for model, name, values in (
                ("crm.event", "duration", [math.nan, math.inf, "NaN"]),
                ("crm.task", "name", ["a\0b", "\ud800"]),
                ("crm.task", "date_deadline", ["1899-12-31", "2200-01-01"]),
                ("crm.service.order", "date_received", ["0001-01-01 00:00:00", "9999-12-31 23:59:59"]),
                ("crm.task.done.wizard", "date", ["9999-12-31 23:59:59"])):
            for value in values:
                self.assertRefused(model, "create", {"name": "x", name: value} if name != "date" else {name: value})
                self.assertRefused(model, "onchange", [], {name: value}, [name], {name: {}}, says="cannot be entered")
        self.assertRefused("crm.task", "write", self.task.ids, {"name": False}, says="cannot be empty|is needed")

    def test_numbers_in_texts_and_texts_in_numbers(self):
        self.call("crm.task", "write", self.task.ids, {"name": 12})
        event = self.env["crm.event"].browse(self.call("crm.event", "create", {"name": "x", "duration": "1.5"}))
        self.assertEqual((self.task.name, event.duration), ("12", 1.5))

    def test_a_page(self):
        for name, value in (("limit", "x"), ("limit", -1), ("offset", "1"), ("offset", 2**40), ("order", 5)):
            page = {name: value}
            self.assertRefused("crm.service.device", "search_read", [], ["name"], says="cannot be given", **page)

    def test_defaults_are_dropped(self):
        """They are not what anybody typed."""
        task_id = self.call("crm.task", "create", {"name": "x"}, context={
            "default_partner_id": "x", "default_planned_start": "jutro", "default_priority": "1"})
        task = self.env["crm.task"].browse(task_id)
        self.assertEqual((task.partner_id.id, task.planned_start, task.priority), (False, False, "1"))

    def test_nothing_is_given_away(self):
        away = self._get_second_company()
        elsewhere = self.env["crm.service.device"].create({
            "name": "Nano", "type_id": self.device_type.id, "company_id": away.id})
        regime = self.env["crm.service.inspection.regime"].create({
            "name": "Monthly", "interval_number": 1, "interval_unit": "month"})
        plan = self.env["crm.service.inspection.plan"].create({
            "device_id": self.device.id, "regime_id": regime.id, "anchor_date": "2026-01-01"})
        self.assertRefused("crm.service.inspection.plan", "write", plan.ids, {"device_id": elsewhere.id},
                           user=self.manager)
        self.assertEqual(plan.device_id, self.device)

    def test_names_of_another_company_are_not_told(self):
        """Neither by core's sentence about companies, nor by what a form computes; in settings, too."""
        away = self._get_second_company()
        kind = self.env["crm.service.device.type"].create({
            "name": "Hidden name", "company_id": away.id, "prefix": "HID"})
        maker = self.env["res.partner"].create({"name": "Hidden name", "company_id": away.id})
        product = self._new_product("Hidden name", company_id=away.id)
        for model, method, args in (
                ("crm.service.device.model", "create", [{"name": "XL", "type_id": kind.id}]),
                ("crm.service.device.model", "onchange", [[], {"manufacturer_id": maker.id}, ["manufacturer_id"], {
                    "manufacturer": {}}]),
                ("crm.service.order.type", "create", [
                    {"name": "XL", "prefix": "X", "diagnosis_product_id": product.id}]),
                ("crm.service.device", "write", [self.device.ids, {"type_id": kind.id}])):
            with self.subTest(model, method=method), self.assertRaises(UserError) as refused:
                self.call(model, method, *args, user=self.manager)
            self.assertNotIn("Hidden name", str(refused.exception))

    def test_no_statement(self):
        """What is looked at costs none, and the superuser's own values are not looked at."""
        door = Door(self.env.registry["crm.task"], "write")
        task = self.task.with_user(self.operator)
        task.env.user._get_company_ids()
        with self.assertQueryCount(0):
            door.pass_through(task, ({"name": "x", "planned_start": "2026-03-10 10:00:00", "company_id": 1},), {})
        vals = {"planned_start": "9999-12-31 00:00:00"}
        self.assertIs(door.pass_through(task.sudo(), (vals,), {})[0][0], vals)
