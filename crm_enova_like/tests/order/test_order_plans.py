from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.web.models.models import Base

from ..common import Plan, PlanCase

BY_PIECES = {"enable_bitmapscan": "on", "enable_indexscan": "off", "enable_indexonlyscan": "off"}
DAY = "now() AT TIME ZONE 'utc' - n * INTERVAL '6 hours'"
# a day's orders are few: either will do
BY_DATE = "_date_idx|_received_idx"


@tagged("post_install", "-at_install")
class TestOrderPlans(PlanCase):
    """Each page of the orders and of the devices in service has its index."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._new_order(cls.device)
        cls.other = cls._get_second_company()
        # of every three, one is of another company
        company = f"CASE WHEN n % 3 = 0 THEN {cls.other.id} ELSE {cls.company.id} END"
        stages = cls.env["crm.service.stage"].search([("company_id", "=", cls.company.id)])
        is_open, state = "n % 40 = 0", "CASE WHEN n % 80 = 0 THEN 'waiting' WHEN n % 40 = 0 THEN 'new' ELSE 'done' END"
        cls.multiply(
            cls.order, company_id=company, partner_id=cls.any_contractor(), name="'ZSR/X/' || n",
            stage_id=f"(ARRAY{stages.ids})[1 + n % {len(stages)}]", user_id=cls.any_user(),
            requester_id=cls.any_user(), date_received=DAY,
            state=state, is_open=is_open, priority="(n % 20 = 0)::int::text", date_deadline=f"({DAY})::date",
            date_closed=f"CASE WHEN NOT ({is_open}) THEN {DAY} END", active="n % 50 != 1",
            has_ready="n % 30 = 0", has_warranty="n % 6 = 0", has_rework="n % 60 = 0",
            parts_to_issue="n % 120 = 0", holds_parts="n % 160 = 0", planned_start="NULL", planned_stop="NULL")
        cls.env.cr.execute("SELECT min(id) FROM crm_service_order WHERE name = 'ZSR/X/1'")
        [first] = cls.env.cr.fetchone()
        cls.multiply(
            cls.order.device_line_ids, order_id=f"{first} - 1 + n", company_id=company, technician_id=cls.any_user(),
            date_received=DAY,
            is_open=is_open, order_is_open=is_open, state="CASE WHEN n % 40 = 0 THEN 'open' ELSE 'repaired' END",
            is_on_site="n % 80 = 0",
            basis="CASE WHEN n % 6 = 0 THEN 'warranty' WHEN n % 60 = 1 THEN 'rework' ELSE 'paid' END",
            date_closed=DAY, date_released=f"CASE WHEN n % 30 > 0 THEN {DAY} END")

    def test_orders(self):
        search = "crm_enova_like.view_crm_service_order_search"
        plans = {
            (): "_date_idx",
            "current": "_open_idx",
            # nearly all are
            "finished": Plan("_date_idx", beside={"is_open"}),
            "my": "_user_idx",
            "queue": "_queue_idx",
            "requested_by_me": "_requester_idx",
            # of what is open: most of what is late
            "overdue": Plan("_open_idx", beside={"date_deadline"}),
            "waiting": "_waiting_idx",
            "due_today": Plan("_open_idx", beside={"date_deadline"}),
            "reported": Plan("_open_idx", beside={"state"}),
            "waiting_customer": Plan("_open_idx", beside={"stage_id"}),
            # worked out from devices, events and tasks
            "to_call": None,
            "to_issue": "_to_issue_idx",
            "ready": "_ready_idx",
            "warranty": "_warranty_idx",
            "rework": "_rework_idx",
            "starred": "_urgent_idx",
            "received_today": BY_DATE,
            "last_year": BY_DATE,
            "archived": "_archived_idx",
            # core's, for the menu of activities
            "filter_activities_my": None, "activities_overdue": None, "activities_today": None,
            "activities_upcoming_all": None,
        }
        self.assert_filters(search, plans)
        self.assert_filters(search, plans, role="manager")

    def test_orders_of_a_technician(self):
        """Whose rule is a filter of its own: each page still comes in its order."""
        filters = self.filters_of("crm_enova_like.view_crm_service_order_search", self.technician)
        Orders = self.env["crm.service.order"].with_user(self.technician)
        self.assert_plan(Orders, filters["current"], "_open_idx")
        self.assert_plan(Orders, filters["queue"], "_queue_idx")
        self.assert_plan(Orders, filters["waiting"], "_waiting_idx")
        self.assert_plan(Orders, [], "_date_idx")

    def test_order_columns(self):
        view = "crm_enova_like.view_crm_service_order_list"
        plans = {
            "name": "_number_uniq", "date_received": "_date_idx", "date_deadline": "_all_deadlines_idx",
            "date_closed": "_closed_idx"}
        by_name = Plan("_partner_date_idx", "res_partner__complete_name_index", is_sorted_after=True)
        self.assert_columns(view, {**plans, "partner_id": by_name})
        Orders = self.env["crm.service.order"].with_user(self.operator)
        current = [("is_open", "=", True)]
        self.assert_plan(Orders, current, "_deadline_idx", order="date_deadline")
        self.assert_plan(
            Orders, current, Plan("_open_partner_idx", "res_partner__complete_name_index", is_sorted_after=True),
            order="partner_id")

    def test_columns_of_cards(self):
        """The columns of the kanban, each with its first cards."""
        Orders = self.env["crm.service.order"].with_user(self.operator)
        column = [("stage_id", "=", self.order.stage_id.id)]
        self.assert_plan(Orders, column, "_stage_idx")
        self.assert_plan(Orders, [*column, ("is_open", "=", True)], "_stage_open_idx")

    def test_counts_of_the_overview(self):
        Orders = self.env["crm.service.order"].with_user(self.manager)
        opened = [("company_id", "=", self.company.id), ("is_open", "=", True)]
        self.assert_counted(Orders, [*opened, ("holds_parts", "=", True)], "crm_service_order_holds_parts_idx")
        [ready] = [
            tile["domain"] for group in Orders.get_service_overview() for tile in group["tiles"]
            if tile["name"] == "ready"]
        self.assert_counted(
            self.env["crm.service.order.device"].with_user(self.manager), ready,
            "crm_service_order_device_to_release_idx")

    def test_board(self):
        """The columns of a board are counted in an index."""
        Orders = self.env["crm.service.order"].with_user(self.manager)
        statements = self._record_statements(
            lambda: Orders.web_read_group([("company_id", "=", self.company.id)], ["stage_id"], [], auto_unfold=False))
        [statement] = [text for text in statements if "COUNT(*)" in text and "GROUP BY" in text]
        nodes = self.explain(statement, enable_hashjoin="on", enable_sort="on")
        self.assertIn("crm_service_order_stage_count_idx", [node.get("Index Name") for node in nodes])

    def test_bars_of_a_board(self):
        """What has no activity has no colour: the bars are core's."""
        Orders, colors = self.env["crm.service.order"].with_user(self.manager), ["planned", "today", "overdue"]
        first, second, third = Orders.search([("is_open", "=", True)], limit=3)
        for order, days in ((first, -2), (second, 0), (third, 3), (third, 9)):
            order.activity_schedule(
                "mail.mail_activity_data_todo", fields.Date.today() + relativedelta(days=days), user_id=self.manager.id)
        third.activity_ids.sorted("date_deadline")[:1].action_done()
        bar = {"field": "activity_state", "colors": colors}
        for domain, group in (([], "stage_id"), ([("id", "in", (first | third).ids)], "user_id"), ([], "partner_id")):
            bars = Orders.read_progress_bar(domain, group, bar)
            self.assertEqual(bars, Base.read_progress_bar(Orders, domain, group, bar))
            self.assertTrue(bars)

    def test_several_companies(self):
        """No index has the orders of two companies in one order: the one of all dates is read."""
        self.operator.company_ids |= self.other
        Orders = self.env["crm.service.order"].with_user(self.operator).with_context(
            allowed_company_ids=(self.company | self.other).ids)
        self.assert_plan(Orders, [], "_received_idx")
        Devices = self.env["crm.service.order.device"].with_env(Orders.env)
        self.assert_plan(Devices, [], "_received_idx", order="date_received desc, id desc")

    def test_devices_in_service(self):
        plans = {
            (): "_date_idx",
            # nearly all that is open is here, of orders that are open
            "open": Plan("_open_idx", beside={"order_is_open", "is_on_site"}),
            "on_site": "_on_site_idx",
            "ready": Plan("_to_release_idx", beside={"is_on_site"}),
            # nearly all are
            "released": Plan("_date_idx", beside={"date_released"}),
            "my": "_technician_idx",
            "warranty": "_warranty_idx",
            "rework": "_rework_idx",
            "inspection_failed": "_inspection_failed_idx",
        }
        search, order = "crm_enova_like.view_crm_service_order_device_search", "date_received desc, id desc"
        self.assert_filters(search, plans, order=order)
        self.assert_filters(search, plans, role="manager", order=order)
        self.assert_columns(
            "crm_enova_like.view_crm_service_order_device_list",
            {"date_received": "_date_idx", "date_closed": "_closed_idx"})

    def test_search_box(self):
        """What is typed is looked up by the pieces of numbers, in the indexes of these."""
        Orders = self.env["crm.service.order"].with_user(self.operator)
        statements = self._record_statements(lambda: Orders.search([("display_name", "ilike", "R/X/12")]))
        [probe] = [text for text in statements if "found LIMIT" in text]
        found = {node.get("Index Name") for node in self.explain(probe, **BY_PIECES)}
        self.assertIn("crm_service_order__name_index", found)
        partners = self.read_statement(
            self.env["res.partner"].with_user(self.operator), [("display_name", "ilike", "Kowal")])
        found = {node.get("Index Name") for node in self.explain(partners, **BY_PIECES)}
        self.assertLessEqual({"res_partner_service_name_idx", "res_partner_service_email_idx"}, found)

    def test_search_box_keeps_secrets(self):
        """A contractor out of sight is no key to an order: what is typed is looked for by the reader's own rights."""
        second = self.env["res.partner"].create({
            "name": "Hidden", "email": "secret@example.com", "company_id": self.other.id})
        self.operator.company_ids |= self.other
        hidden = self.env["crm.service.order"].with_company(self.other).create(
            {"partner_id": second.id, "company_id": self.other.id})
        self.operator.company_ids -= self.other
        Orders = self.env["crm.service.order"].with_user(self.operator)
        self.assertFalse(Orders.search([("display_name", "ilike", "secret@example")]))
        self.assertTrue(self.env["crm.service.order"].with_context(
            allowed_company_ids=[self.other.id]).search([("display_name", "ilike", "secret@example")]) & hidden)
