from datetime import date

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import SQL

from ..common import InspectionCommon


@tagged("post_install", "-at_install")
class TestInspectionReport(InspectionCommon):
    """The manager's numbers: due, overdue, done on time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.half_year.write({"lead_days": 14, "tolerance_days": 5, "estimated_hours": 1.5})
        cls.inspections = cls.env["crm.service.inspection"]

    def _add(self, planned_date, done=None, **vals):
        inspection = self._new_inspection(planned_date=planned_date, **vals)
        if done:
            inspection.action_done(date_done=done)
        self.inspections |= inspection
        return inspection

    def _numbers(self, *groupby):
        self.env.flush_all()
        rows = self.env["crm.service.inspection.report"]._read_group(
            [("inspection_id", "in", self.inspections.ids)], groupby,
            ["due:sum", "overdue:sum", "done:sum", "late:sum", "on_time_rate:avg"])
        return rows if groupby else rows[0]

    def test_each_number(self):
        for day, due, overdue in (
            # today is 10 March; 14 days of notice, 5 of tolerance
            ("2026-03-04", 1, 1), ("2026-03-05", 1, 0), ("2026-03-10", 1, 0), ("2026-03-24", 1, 0),
            ("2026-03-25", 0, 0),
        ):
            with self.subTest(day=day):
                self.inspections = self._new_inspection(planned_date=day)
                self.assertEqual(self._numbers()[:4], (due, overdue, 0, 0))
        for planned, done, late, rate in (
            ("2026-03-05", date(2026, 3, 1), 0, 100), ("2026-03-03", date(2026, 3, 8), 0, 100),
            ("2026-03-03", date(2026, 3, 9), 1, 0),
        ):
            with self.subTest(planned=planned, done=done):
                self.inspections = self.inspections.browse()
                self._add(planned, done)
                self.assertEqual(self._numbers(), (0, 0, 1, late, rate))

    def test_the_rate_counts_what_is_done_or_past_its_last_day(self):
        self._add("2026-03-01", date(2026, 3, 1))
        self._add("2026-03-02", date(2026, 3, 2))
        self._add("2026-03-01", date(2026, 3, 9))  # late
        self._add("2026-02-01")  # overdue
        self._add("2026-03-09")  # inside its tolerance
        self._add("2026-06-01")
        self._add("2026-02-01").action_cancel("Scrapped")
        self.assertEqual(self._numbers(), (2, 1, 3, 1, 50.0))

    def test_nothing_to_rate_has_no_rate(self):
        self._add("2026-06-01")
        self.assertEqual(self._numbers()[:4], (0, 0, 0, 0))
        self.env.cr.execute(SQL(
            "SELECT on_time_rate FROM %s AS report WHERE id = %s",
            self.env["crm.service.inspection.report"]._table_sql, self.inspections.id))
        self.assertEqual(self.env.cr.fetchall(), [(None,)], "it lowers no average")

    def test_an_ordered_one_is_due_until_it_is_done(self):
        inspection = self._add("2026-03-01")
        self._order(inspection)
        self.assertEqual(self._numbers()[:3], (1, 1, 0))
        inspection.order_device_id.action_unrepairable()
        self.assertEqual(self._numbers()[:3], (0, 0, 1))
        row = self.env["crm.service.inspection.report"].browse(inspection.id)
        self.assertEqual((row.failed, row.hours, row.result), (1, 0, "failed"))

    def test_by_regime_technician_and_place(self):
        self.shop.write({"city": "Toruń", "zip": "87-100"})
        self.device.technician_id = self.technician
        self._add("2026-03-01")
        self._add("2026-03-01", regime=self.monthly, device=self.device2)
        self.assertEqual(
            {regime: numbers[0] for regime, *numbers in self._numbers("regime_id")},
            {self.half_year: 1, self.monthly: 1})
        self.assertEqual(
            {user: numbers[0] for user, *numbers in self._numbers("user_id")},
            {self.technician: 1, self.env["res.users"]: 1})
        self.assertEqual(
            [row[:4] for row in self._numbers("city", "zip", "planned_date:month")],
            [("Toruń", "87-100", date(2026, 3, 1), 2)])

    def test_each_company_has_its_own_today(self):
        there = self._get_second_company()
        self.company.partner_id.tz, there.partner_id.tz = "Europe/Warsaw", "America/Los_Angeles"
        yonder = self.env["crm.service.device"].create({
            "name": "Yonder", "type_id": self.device_type.id, "company_id": there.id,
            "partner_id": self.contractor.id})
        for device in (self.device, yonder):
            self._add("2026-03-05", device=device)
        self.env.flush_all()
        with freeze_time("2026-03-10 23:30:00"):
            # the 11th in Warsaw, where the tolerance is past, and the 10th in Los Angeles
            self.assertEqual(
                {company: numbers[1] for company, *numbers in self._numbers("company_id")},
                {self.company: 1, there: 0})

    def test_a_row_opens_its_inspection(self):
        inspection = self._add("2026-03-01")
        self.env.flush_all()
        action = self.env["crm.service.inspection.report"].with_user(self.operator).browse(inspection.id).action_open()
        self.assertEqual((action["res_model"], action["res_id"]), ("crm.service.inspection", inspection.id))

    def test_no_strangers_manager_reads_it(self):
        there = self._get_second_company()
        stranger, ours = (
            new_test_user(
                self.env, f"service_{name}", groups="crm_enova_like.group_manager", company_id=company.id,
                company_ids=[Command.set(company.ids)])
            for name, company in (("stranger", there), ("ours", self.company)))
        self._add("2026-03-01")
        yonder = self.env["crm.service.device"].create({
            "name": "Yonder", "type_id": self.device_type.id, "company_id": there.id,
            "partner_id": self.contractor.id})
        self._add("2026-03-01", device=yonder)
        self.env.flush_all()
        Report = self.env["crm.service.inspection.report"]
        mine = [("inspection_id", "in", self.inspections.ids)]
        for user, company in ((stranger, there), (ours, self.company)):
            with self.subTest(user=user.login):
                rows = Report.with_user(user).search(mine)
                self.assertEqual(rows.inspection_id.sudo().company_id, company)
                self.assertEqual(Report.with_user(user)._read_group(mine, [], ["due:sum", "__count"]), [(1, 1)])
                other = Report.browse(self.inspections.filtered(
                    lambda inspection, company=company: inspection.company_id != company).id).with_user(user)
                with self.assertRaises(AccessError):
                    other.read(["due"])

    def test_a_state_that_another_addon_adds_is_named(self):
        for name in ("state", "result"):
            inspection = self.env["crm.service.inspection"]._fields[name]
            report = self.env["crm.service.inspection.report"]._fields[name]
            self.assertEqual(
                report._description_selection(self.env), inspection._description_selection(self.env))
