from odoo.tests import tagged

from ..common import Plan, PlanCase


@tagged("post_install", "-at_install")
class TestInspectionPlans(PlanCase):
    """Each page of the inspections and their plans has its index."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        regime = cls.env["crm.service.inspection.regime"].create(
            {"name": "Yearly", "interval_number": 12, "interval_unit": "month"})
        plan = cls.env["crm.service.inspection.plan"].create(
            {"device_id": cls.device.id, "regime_id": regime.id, "anchor_date": "2026-01-01"})
        inspection = cls.env["crm.service.inspection"].search([("plan_id", "=", plan.id)], limit=1)
        if not inspection:
            inspection = cls.env["crm.service.inspection"].create(
                {"device_id": cls.device.id, "regime_id": regime.id, "planned_date": "2026-01-01"})
        cls.multiply(
            inspection, plan_id="NULL", user_id=cls.any_user(), protocol_number="NULL",
            planned_date="current_date - 1000 + n", due_date="current_date - 990 + n",
            state="CASE WHEN n % 5 = 0 THEN 'planned' WHEN n % 60 = 1 THEN 'ordered' ELSE 'done' END",
            is_open="n % 5 = 0 OR n % 60 = 1", date_done="CASE WHEN n % 5 > 0 THEN current_date - 1000 + n END",
            date_agreed="CASE WHEN n % 20 = 0 THEN now() AT TIME ZONE 'utc' END",
            result="CASE WHEN n % 5 > 0 AND n % 60 != 1 THEN CASE WHEN n % 50 = 1 THEN 'failed' ELSE 'passed' END END",
            visit_failed_count="(n % 100 = 0)::int")

    def test_filters(self):
        search = "crm_enova_like.view_crm_service_inspection_search"
        by_date = "_company_date_idx"
        plans = {
            (): by_date,
            "live": "_live_idx",
            "closed": Plan(by_date, beside={"is_open"}),
            # of what is to be done, the overdue ones come first
            "overdue": Plan("_live_idx", beside={"due_date"}),
            "this_week": by_date, "this_month": by_date, "next_30_days": by_date,
            "to_arrange": "_to_arrange_idx",
            "arranged": "_arranged_idx|_to_order_idx",
            "to_order": "_to_order_idx",
            "ordered": "_ordered_idx",
            "my": "_user_idx",
            ("live", "my"): Plan("_user_idx|_live_idx", beside={"is_open", "user_id"}),
            "failed": "_failed_idx",
            "undecided": "_undecided_idx",
            "not_found": "_not_found_idx",
            # of what is planned in a regime that writes to the contractor
            "no_email": None,
            "filter_activities_my": None, "activities_overdue": None, "activities_today": None,
            "activities_upcoming_all": None,
        }
        names = set(self.filters_of(search, self.operator))
        self.assert_filters(
            search, {key: plan for key, plan in plans.items() if not isinstance(key, str) or key in names})
        self.assert_columns("crm_enova_like.view_crm_service_inspection_list", {"planned_date": by_date})

    def test_count_of_what_is_overdue(self):
        Inspections = self.env["crm.service.inspection"].with_user(self.operator)
        filters = self.filters_of("crm_enova_like.view_crm_service_inspection_search", self.operator)
        self.assert_counted(Inspections, filters["overdue"], "crm_service_inspection_live_idx")
