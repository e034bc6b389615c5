from odoo.tests import freeze_time, tagged

from ..common import Plan, PlanCase


class RelationsPlanCase(PlanCase):
    """A firm with long tables of tasks, orders and events."""

    @classmethod
    def multiply_tasks(cls):
        task = cls.env["crm.task"].create({"name": "Call", "partner_id": cls.contractor.id})
        cls.multiply(
            task, partner_id=cls.any_partner(), name="'Call about ' || n", user_id=cls.any_user(),
            requester_id=cls.any_user(),
            state="(ARRAY['open', 'in_progress', 'done', 'done', 'done', 'cancelled'])[1 + n / 5 % 6]",
            is_open="n / 5 % 6 < 2", priority="(n % 7 = 0)::int::text",
            date_deadline="CASE WHEN n % 3 > 0 THEN DATE '2026-01-01' + n / 3 END",
            planned_start="CASE WHEN n % 4 = 0 THEN TIMESTAMP '2026-01-01' + n * INTERVAL '1 hour' END",
            planned_stop="CASE WHEN n % 4 = 0 THEN TIMESTAMP '2026-01-02' + n * INTERVAL '1 hour' END",
            date_nearest="LEAST(CASE WHEN n % 3 > 0 THEN DATE '2026-01-01' + n / 3 END, "
                         "CASE WHEN n % 4 = 0 THEN DATE '2026-01-01' + n / 24 END)",
            active="n % 50 > 0")

    @classmethod
    def multiply_orders(cls):
        cls.multiply(
            cls._new_order(cls.device), name="'ZSR/X/' || n", partner_id=cls.any_partner(),
            user_id=cls.any_user(), requester_id=cls.any_user(), priority="(n % 7 = 0)::int::text",
            state="CASE WHEN n % 6 < 2 THEN 'new' ELSE 'done' END", is_open="n % 6 < 2",
            date_deadline="CASE WHEN n % 4 > 0 THEN DATE '2026-01-01' + n / 3 END",
            date_nearest="CASE WHEN n % 4 > 0 THEN DATE '2026-01-01' + n / 3 END",
            date_received="TIMESTAMP '2026-01-01' + n * INTERVAL '1 hour'", active="n % 50 > 0")

    @classmethod
    def multiply_events(cls):
        event = cls.env["crm.event"].create({"name": "Call", "partner_id": cls.contractor.id, "direction": "in"})
        cls.multiply(
            event, name="'Call ' || n", user_id=cls.any_user(),
            partner_id=f"CASE WHEN n % 9 > 0 THEN {cls.any_partner()} END",
            person_id=f"CASE WHEN n % 5 = 0 THEN {cls.person.id} END",
            date="TIMESTAMP '2024-01-01' + n * INTERVAL '6 hours'", active="n % 50 > 0",
            direction="CASE WHEN n % 2 = 0 THEN 'in' ELSE 'out' END")

    @classmethod
    def any_partner(cls):
        """SQL: one of a hundred contractors for row ``n``."""
        if not hasattr(cls, "partners"):
            cls.partners = cls.env["res.partner"].create([
                {"name": f"Firm {number}", "is_company": True} for number in range(100)])
        return f"(ARRAY{cls.partners.ids})[1 + n % 100]"


@tagged("post_install", "-at_install")
class TestTaskPlans(RelationsPlanCase):
    """Each page of the tasks has its index."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.multiply_tasks()

    def test_filters(self):
        plans = {
            (): "_order_idx",
            "todo": "_open_idx",
            # nearly all are done
            "done": Plan("_order_idx", beside={"state"}),
            "cancelled": "_cancelled_idx",
            "mine": "_user_idx",
            ("todo", "mine"): "_user_open_idx",
            "delegated": Plan("_requester_idx", beside={"user_id"}),
            ("todo", "delegated"): Plan("_requester_open_idx", beside={"user_id"}),
            "nobody": "_nobody_idx",
            # late ones come first, by the deadline
            "overdue": Plan("_open_idx", beside={"date_deadline", "planned_stop"}),
            "urgent": "_order_idx",
            ("todo", "urgent"): "_open_idx",
            "archived": "_archived_idx",
        }
        self.assert_filters("crm_enova_like.view_crm_task_search", plans)
        self.assert_filters("crm_enova_like.view_crm_task_search", plans, role="manager")

    def test_counts(self):
        """How many are late, and how many I handed to others."""
        Task = self.env["crm.task"].with_user(self.operator)
        filters = self.filters_of("crm_enova_like.view_crm_task_search", self.operator)
        self.assert_counted(Task, filters["delegated"], "crm_task_requester_idx")
        self.assert_counted(
            Task, filters["overdue"], "crm_task_deadline_open_idx", without=["crm_task_planned_open_idx"])

    def test_columns(self):
        view = "crm_enova_like.view_crm_task_list"
        self.assert_columns(view, {"date_deadline": "_deadline_idx", "planned_start": "_planned_idx"})
        todo = [("is_open", "=", True)]
        self.assert_columns(
            view, {"date_deadline": "_deadline_open_idx", "planned_start": "_planned_open_idx"}, base=todo)

    def test_a_user_of_two_companies(self):
        """The list of several companies is read in its order, too."""
        both = self.company | self._get_second_company()
        self.operator.company_ids = both
        Task = self.env["crm.task"].with_user(self.operator).with_context(allowed_company_ids=both.ids)
        self.assert_plan(Task, [], "_order_idx")
        self.assert_plan(Task, [("is_open", "=", True)], "_open_idx")
        mine = [("is_open", "=", True), ("user_id", "=", self.operator.id)]
        self.assert_plan(Task, mine, "_user_open_idx")


@tagged("post_install", "-at_install")
class TestEventPlans(RelationsPlanCase):
    """Each page of the events has its index, a technician's as well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.multiply_events()

    def test_filters(self):
        for role in self.roles:
            self.assert_filters("crm_enova_like.view_crm_event_search", {
                (): "_date_idx",
                "year": "_date_idx",
                "mine": Plan("_user_idx", beside={"user_id"} if role == "technician" else ()),
                # one of two is so
                "incoming": Plan("_date_idx", beside={"direction"}),
                "outgoing": Plan("_date_idx", beside={"direction"}),
                "unknown": "_unknown_idx",
                "archived": "_archived_idx",
            }, role=role)

    def test_counts(self):
        """How many are mine, to whom all are shown and to whom some."""
        for role, user in self.roles.items():
            Event = self.env["crm.event"].with_user(user)
            filters = self.filters_of("crm_enova_like.view_crm_event_search", user)
            with self.subTest(role=role):
                self.assert_counted(Event, filters["mine"], "crm_event_user_idx")

    def test_columns(self):
        for base in ([], [("date", ">=", "today -12m")]):
            self.assert_columns("crm_enova_like.view_crm_event_list", {"date": "_date_idx"}, base=base)

    def test_a_technicians_rule_joins_nothing(self):
        Event = self.env["crm.event"].with_user(self.technician)
        statement = self.read_statement(Event, [])
        self.assertNotIn("crm_task", statement.replace("crm_task_", ""))
        self.assertNotIn('"crm_service_order"', statement)

    def test_events_follow_the_performer_of_their_task_and_order(self):
        task = self.env["crm.task"].create({"name": "Call", "user_id": self.operator.id})
        order = self.make_order(self.device, user_id=self.other_technician.id)
        event = self.env["crm.event"].create({
            "name": "Called", "user_id": self.operator.id, "task_id": task.id, "order_id": order.id})
        seen = self.env["crm.event"].with_user(self.technician)
        self.assertFalse(seen.search([("id", "=", event.id)]))
        task.user_id = self.technician
        self.assertTrue(seen.search([("id", "=", event.id)]))
        task.user_id = self.operator
        self.assertFalse(seen.search([("id", "=", event.id)]))
        order.user_id = self.technician
        self.assertTrue(seen.search([("id", "=", event.id)]))


@tagged("post_install", "-at_install")
class TestSourceViewPlans(RelationsPlanCase):
    """My tasks and the timeline read each source by its index."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))
        cls.multiply_tasks()
        cls.multiply_orders()
        cls.multiply_events()

    def test_my_tasks(self):
        both = {"crm_task", "crm_service_order"}
        # as web_read_group asks for the rows of a group
        order = "priority desc, date_nearest, planned_start, id"

        def plan(*names):
            return Plan(*names, tables=both, beside={"user_id"})

        whole, tasks = plan("crm_task_work_idx", "crm_service_order_work_idx"), plan("crm_task_work_idx")
        for bucket in dict(self.env["crm.my.work"]._fields["bucket"].selection):
            base = [("bucket", "=", bucket)]
            self.assert_filters("crm_enova_like.view_crm_my_work_search", {
                (): whole,
                "mine": Plan("crm_task_work_user_idx", "crm_service_order_work_user_idx", tables=both),
                "delegated": plan("crm_task_work_requester_idx", "crm_service_order_work_requester_idx"),
                ("delegated", "tasks"): plan("crm_task_work_requester_idx"),
                "queue": Plan("crm_service_order_work_queue_idx", tables=both),
                "tasks": tasks,
                "orders": plan("crm_service_order_work_idx"),
                # a group within a group
                "overdue": None, "today": None,
                "urgent": whole,
            }, base=base, order=order)

    def test_my_tasks_are_found_by_their_ids(self):
        Work = self.env["crm.my.work"].with_user(self.operator)
        rows = Work.search([("user_id", "=", self.operator.id)], limit=5)
        self.env.invalidate_all()
        nodes = self.explain(self.read_statement(Work, [("id", "in", rows.ids)]))
        self.assertLessEqual(
            {node["Index Name"] for node in nodes if "Index Name" in node}, {"crm_task_pkey", "crm_service_order_pkey"})

    def test_my_tasks_are_read_by_one_process(self):
        """Others take longer to start than a few hundred rows to be looked up."""
        Work = self.env["crm.my.work"].with_user(self.operator)
        rows = Work.search([("user_id", "=", self.operator.id)], limit=50)
        self.env.invalidate_all()
        [statement] = [text for text in self._record_statements(lambda: rows.fetch(["name"])) if "crm_my_work" in text]
        nodes = self.explain(statement, parallel_setup_cost="0", parallel_tuple_cost="0", cpu_tuple_cost="100")
        self.assertFalse([node["Node Type"] for node in nodes if "Gather" in node["Node Type"]])

    def test_my_tasks_are_counted_in_an_index(self):
        """How many there are in each group, whoever asks."""
        for role, user in self.roles.items():
            Work = self.env["crm.my.work"].with_user(user)
            with self.subTest(role=role):
                self.assert_counted(
                    Work, [("user_id", "=", user.id)], "crm_task_work_user_idx", "crm_service_order_work_user_idx",
                    without=["crm_task_user_open_idx", "crm_task_user_idx"])

    def test_timelines(self):
        Timeline = self.env["crm.timeline"].with_user(self.operator)
        partner = self.partners[0]
        read = {
            "contractor": partner.action_view_crm_timeline()["domain"],
            "person": self.person.action_view_crm_timeline()["domain"]}
        self.analyze(partner)
        for name, domain in read.items():
            with self.subTest(of=name):
                # what is found is put in order: there is no index of each source's own date
                nodes = self.explain(self.read_statement(Timeline, domain), enable_sort="on")
                long = [node for node in nodes if node.get("Relation Name") in (
                    "crm_task", "crm_service_order", "crm_event")]
                self.assertTrue(long)
                for node in long:
                    self.assertRegex(node.get("Index Name") or "", "partner|person|pkey", node)
                if name == "contractor":
                    # of a large one's thousands, the rows themselves are read of those that are shown
                    self.assertEqual(
                        {node["Relation Name"] for node in long if node["Node Type"] == "Index Only Scan"},
                        {"crm_task", "crm_service_order", "crm_event"})
