from odoo.tests import tagged

from ..common import Plan, PlanCase


@tagged("post_install", "-at_install")
class TestTaskPlans(PlanCase):
    """Each page of the tasks has its index."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        task = cls.env["crm.task"].create({"name": "Call", "partner_id": cls.contractor.id})
        cls.multiply(
            task, name="'Call about ' || n", user_id=cls.any_user(), requester_id=cls.any_user(),
            state="(ARRAY['open', 'in_progress', 'done', 'done', 'done', 'cancelled'])[1 + n / 5 % 6]",
            is_open="n / 5 % 6 < 2", priority="(n % 7 = 0)::int::text",
            date_deadline="CASE WHEN n % 3 > 0 THEN DATE '2026-01-01' + n / 3 END",
            planned_start="CASE WHEN n % 4 = 0 THEN TIMESTAMP '2026-01-01' + n * INTERVAL '1 hour' END",
            planned_stop="CASE WHEN n % 4 = 0 THEN TIMESTAMP '2026-01-02' + n * INTERVAL '1 hour' END",
            active="n % 50 > 0")

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

    def test_columns(self):
        view = "crm_enova_like.view_crm_task_list"
        self.assert_columns(view, {"date_deadline": "_deadline_idx", "planned_start": "_planned_idx"})
        todo = [("is_open", "=", True)]
        self.assert_columns(
            view, {"date_deadline": "_deadline_open_idx", "planned_start": "_planned_open_idx"}, base=todo)
