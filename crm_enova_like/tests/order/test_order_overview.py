from datetime import datetime, time, timedelta

from pytz import utc

from odoo import Command, fields
from odoo.fields import Domain
from odoo.tests import tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestOverview(ServiceCommon):
    """The manager's numbers, each with the list behind it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # a company of its own: what other tests left is not counted
        cls.company = cls.env["res.company"].create({
            "name": "Serwis Liczony", "country_id": cls.env.ref("base.pl").id,
            "currency_id": cls.env.company.currency_id.id})
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)
        cls.manager.company_ids += cls.company
        cls.technician.company_ids += cls.company
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.one, cls.two = cls.env["crm.service.device"].create([
            {"name": name, "serial_number": name, "partner_id": cls.contractor.id, "company_id": cls.company.id}
            for name in ("OV 1", "OV 2")])

    def _order_of(self, *devices, **vals):
        return self.env["crm.service.order"].create({
            "partner_id": self.contractor.id, "company_id": self.company.id,
            "device_line_ids": [Command.create({"device_id": device.id}) for device in devices], **vals})

    def _numbers(self, user=None, companies=None):
        Order = self.env["crm.service.order"].with_user(user or self.manager).with_context(
            allowed_company_ids=(companies or self.company).ids)
        sections = Order.get_service_overview()
        tiles = {tile["name"]: tile for section in sections for tile in section["tiles"]}
        for tile in tiles.values():
            with self.subTest(tile["name"]):
                self.assertEqual(Order.env[tile["res_model"]].search_count(tile["domain"]), tile["count"])
        return tiles

    def _counts(self, **options):
        return {name: tile["count"] for name, tile in self._numbers(**options).items()}

    def test_orders_by_stage(self):
        one, two, done = self._order_of(self.one), self._order_of(self.two), self._order_of()
        two.action_accept()
        done.action_done()
        counts = self._counts()
        self.assertEqual(counts[f"stage_{one.stage_id.id}"], 1)
        self.assertEqual(counts[f"stage_{two.stage_id.id}"], 1)
        self.assertNotIn(f"stage_{done.stage_id.id}", counts, "closed orders are no work")

    def test_overdue(self):
        today = self.company._service_today()
        late, due = self._order_of(self.one), self._order_of(self.two)
        late.date_deadline, due.date_deadline = today - timedelta(days=1), today
        tile = self._numbers()["overdue"]
        self.assertEqual((tile["count"], tile["danger"]), (1, True))
        self.assertEqual(self.env["crm.service.order"].search(tile["domain"]), late)

    def test_ready_and_not_collected(self):
        order = self._order_of(self.one, self.two)
        one, two = order.device_line_ids
        one.action_repaired()
        self.assertEqual(self._counts()["ready"], 1)
        two.action_release(reason="In a hurry")
        self.assertEqual(self._counts()["ready"], 1)
        one.action_release()
        self.assertEqual(self._counts()["ready"], 0)
        cancelled = self._order_of(self.one)
        cancelled.device_line_ids.action_no_fault()
        cancelled.action_cancel()
        self.assertEqual(self._counts()["ready"], 0)

    def test_parts_in_open_orders(self):
        if not self.warehouse:
            self.warehouse = self.env["stock.warehouse"].create(
                {"name": "Counted", "code": "CNT", "company_id": self.company.id})
        part = self.part.with_company(self.company)
        part.standard_price = 50.0
        self.env["stock.quant"]._update_available_quantity(part, self.warehouse.lot_stock_id, 5)
        order = self._order_of(self.one)
        self.assertEqual(self._numbers()["parts"]["amounts"], [])
        line = self.add_part(order, part, 3)
        order.action_issue_parts()
        tile = self._numbers()["parts"]
        self.assertEqual(tile["count"], 1)
        self.assertEqual(tile["amounts"], [[150.0, self.company.currency_id.id]])
        line.return_to_stock(1)
        self.assertEqual(self._numbers()["parts"]["amounts"][0][0], order.total_cost)
        self.assertEqual(order.total_cost, 100.0)
        # a technician holds no stock rights: who may see what parts cost, sees what his own orders come to
        order.user_id = self.technician
        self.assertNotIn("parts", self._numbers(user=self.technician))
        self.technician.group_ids += self.env.ref("crm_enova_like.group_cost")
        self.assertEqual(self._numbers(user=self.technician)["parts"]["amounts"][0][0], 100.0)

    def test_back_within_30_days(self):
        now = fields.Datetime.now()
        repair = self._order_of(self.one, date_received=now - timedelta(days=60))
        line = repair.device_line_ids
        line.action_repaired()
        repair.action_done()
        line._write_facts({"date_closed": now - timedelta(days=40)})
        line.action_release()
        line.date_released = now - timedelta(days=31)
        again = self._order_of(self.one, date_received=now)
        self.assertEqual(self._counts()["back"], 0, "31 days after it was collected")
        line.date_released = now - timedelta(days=29)
        tile = self._numbers()["back"]
        self.assertEqual(self.env["crm.service.order"].search(tile["domain"]), again)
        self.assertTrue(again.is_back)
        self.assertFalse(repair.is_back)
        line.date_released = False
        self.assertEqual(self._counts()["back"], 0, "closed 40 days ago")
        line._write_facts({"date_closed": now - timedelta(days=2)})
        self.assertEqual(self._counts()["back"], 1, "closed and not collected yet")
        self.env.cr.execute("UPDATE crm_service_order_device SET state = 'declined' WHERE id = %s", line.ids)
        line.invalidate_recordset(["state"])
        self.assertEqual(self._counts()["back"], 0, "nothing was repaired")

    def test_another_device_is_not_back(self):
        repair = self._order_of(self.one)
        repair.device_line_ids.action_repaired()
        self._order_of(self.two)
        self.assertEqual(self._counts()["back"], 0)

    def test_companies_that_the_user_works_in_now(self):
        order = self._order_of(self.one)
        main = self.manager.company_id
        self.assertNotIn(f"stage_{order.stage_id.id}", self._counts(companies=main))
        both = self._numbers(companies=main | self.company)
        self.assertIn(self.company.name, both[f"stage_{order.stage_id.id}"]["label"])

    def test_only_what_the_user_may_read(self):
        order = self._order_of(self.one, user_id=self.manager.id, requester_id=self.manager.id)
        name = f"stage_{order.stage_id.id}"
        self.assertEqual(self._counts()[name], 1)
        self.assertNotIn(name, self._counts(user=self.technician), "a colleague's order")

    def test_statements(self):
        for _number in range(5):
            self._order_of(self.one, self.two)
        Order = self.env["crm.service.order"].with_user(self.manager)
        is_open = Domain([("company_id", "in", self.company.ids), ("is_open", "=", True)])
        Order.get_service_overview()    # fills the caches of rights
        self.env.flush_all()
        with self.assertQueryCount(12):
            Order._get_overview_tiles(is_open)
        with self.assertQueryCount(19):
            Order.get_service_overview()

    def _section(self, name, user=None):
        sections = self.env["crm.service.order"].with_user(user or self.manager).get_service_overview()
        return next((section for section in sections if section["name"] == name), None)

    def test_eight_tiles_without_money(self):
        self._order_of(self.one)
        tiles = self._section("now")["tiles"]
        self.assertEqual([tile["name"] for tile in tiles], [
            "overdue", "due_soon", "queue", "waiting_customer", "waiting_parts", "inspections", "ready", "back"])
        self.assertFalse(any(tile["amounts"] for tile in tiles))
        self.assertFalse(any(tile["danger"] or tile["note"] for tile in tiles), "nothing is bad, and nothing is red")

    def test_worst_cases(self):
        today, now = self.company._service_today(), fields.Datetime.now()
        late, later, soon = self._order_of(self.one), self._order_of(), self._order_of()
        late.date_deadline, later.date_deadline = today - timedelta(days=12), today - timedelta(days=1)
        soon.date_deadline = today
        queued = self._order_of(date_received=now - timedelta(days=9))
        tiles = self._numbers()
        self.assertEqual((tiles["overdue"]["count"], tiles["overdue"]["note"]), (2, "oldest: 12 days"))
        self.assertEqual(tiles["due_soon"]["count"], 1)
        self.assertEqual(self.env["crm.service.order"].search(tiles["queue"]["domain"]), queued)
        self.assertEqual(tiles["queue"]["note"], "oldest: 9 days")
        later.date_deadline = False
        late.date_deadline = today - timedelta(days=1)
        self.assertEqual(self._numbers()["overdue"]["note"], "oldest: 1 day")

    def test_waiting(self):
        order, other = self._order_of(self.one), self._order_of(self.two)
        stages = self.env["crm.service.stage"].search([("company_id", "=", self.company.id)])
        (order | other).stage_id = stages.filtered(lambda stage: stage.wait_for == "customer")
        self.assertEqual(self._numbers()["waiting_customer"]["count"], 0)
        self.env.cr.execute(
            "UPDATE crm_service_stage_time SET date_start = date_start - interval '5 days' WHERE order_id = %s",
            order.ids)
        self.env.invalidate_all()
        tile = self._numbers()["waiting_customer"]
        self.assertNotIn("SELECT", repr(tile["domain"]), "the client sends it back")
        self.assertEqual(self.env["crm.service.order"].search(tile["domain"]), order)
        self.assertEqual((tile["note"], tile["danger"]), ("oldest: 5 days", True))
        other.stage_id = stages.filtered(lambda stage: stage.wait_for == "parts")
        self.assertEqual(self._numbers()["waiting_parts"]["count"], 1)

    def test_load_of_technicians(self):
        zone = self.company._service_tz()
        monday = self.company._service_today()
        monday -= timedelta(days=monday.weekday())
        start = zone.localize(datetime.combine(monday + timedelta(days=7), time(8)))
        start = start.astimezone(utc).replace(tzinfo=None)
        plan = {"planned_start": start, "planned_stop": start + timedelta(hours=4)}
        self._order_of(self.one, user_id=self.technician.id, **plan)
        self._order_of(self.two, **plan)
        rows = {row["name"]: row for row in self._section("load")["rows"]}
        mine = rows[self.technician.name]
        self.assertEqual([week["planned"] for week in mine["weeks"]], [0.0, 4.0])
        hours = mine["weeks"][1]["hours"]
        self.assertEqual(mine["weeks"][1]["percent"], round(400 / hours) if hours else 0)
        self.assertEqual(rows["Unassigned"]["weeks"][1]["planned"], 4.0)
        self.assertEqual(list(rows)[-1], "Unassigned")
        self.assertEqual(self.env["crm.service.order"].search(mine["domain"]).user_id, self.technician)
        self.assertIsNone(self._section("load", self.technician), "whose week is how full, managers know")
