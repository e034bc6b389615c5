import runpy
from datetime import date, datetime, time
from pathlib import Path

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.modules import get_module_path
from odoo.tests import freeze_time, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestMyWork(ServiceCommon):
    """Mine, and what I handed to others: as right as the sources."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))    # a Wednesday
        cls.Work = cls.env["crm.my.work"]

    def _task(self, user, **vals):
        return self.env["crm.task"].create({"name": "Call", "user_id": user.id, "requester_id": user.id, **vals})

    def _row(self, source):
        field = "task_id" if source._name == "crm.task" else "order_id"
        return self.Work.search([(field, "=", source.id)])

    def test_open_tasks_and_orders_are_rows_and_closed_ones_are_not(self):
        task, order = self._task(self.operator), self.make_order(self.device)
        self.assertEqual(self._row(task).res_model, "crm.task")
        self.assertEqual(self._row(order).order_id, order)
        task.action_done()
        order.action_cancel()
        self.assertFalse(self._row(task) | self._row(order))

    def test_groups_of_days(self):
        cases = {
            "1_overdue": date(2026, 3, 10), "2_today": date(2026, 3, 11), "3_tomorrow": date(2026, 3, 12),
            "4_week": date(2026, 3, 15), "5_later": date(2026, 3, 16), "6_none": False}
        for bucket, day in cases.items():
            self.assertEqual(self._row(self._task(self.operator, date_deadline=day)).bucket, bucket)

    def test_the_planned_day_or_the_deadline_whichever_comes_first(self):
        """Planned for this morning and due next month, it stands under *Today*, and not at the end of the list."""
        late, today, tomorrow, later = date(2026, 3, 9), date(2026, 3, 11), date(2026, 3, 12), date(2026, 4, 23)

        def at(day):
            return datetime.combine(day, time(9))

        cases = [
            (at(today), later, "2_today", today), (at(tomorrow), later, "3_tomorrow", tomorrow),
            (at(date(2026, 3, 14)), later, "4_week", date(2026, 3, 14)),
            (at(later), tomorrow, "3_tomorrow", tomorrow), (at(later), today, "2_today", today),
            # late by the deadline, whatever is planned
            (at(later), late, "1_overdue", late), (at(today), late, "1_overdue", late),
            # should have been done, and can be still in time
            (at(late), later, "2_today", late), (at(late), today, "2_today", late),
            (at(late), False, "1_overdue", late), (False, False, "6_none", False)]
        for planned, deadline, bucket, nearest in cases:
            with self.subTest(planned=planned, deadline=deadline):
                vals = {"planned_start": planned, "date_deadline": deadline}
                order = self.make_order(self.device)
                order.write(vals)
                for source in (self._task(self.operator, **vals), order):
                    self.assertEqual(source.date_nearest, nearest)
                    row = self._row(source)
                    self.assertEqual((row.bucket, row.date_work), (bucket, nearest))
                    # as the groups of the list are asked for, which the stored day is to find
                    self.assertEqual(self.Work.search([("bucket", "=", bucket), ("id", "=", row.id)]), row)
                    if deadline:
                        self.assertEqual(source.is_overdue, deadline == late)

    def test_what_was_there_before_is_brought_under_its_day(self):
        """An update finds the deadline as the day of whatever has one."""
        early = self._task(self.operator, planned_start=datetime(2026, 3, 11, 23, 30), date_deadline=date(2026, 4, 23))
        late = self._task(self.operator, planned_start=datetime(2026, 5, 11, 9), date_deadline=date(2026, 4, 23))
        done = self._task(self.operator, planned_start=datetime(2026, 3, 11, 9), date_deadline=date(2026, 4, 23))
        done.action_done()
        tasks = early | late | done
        days = tasks.mapped("date_nearest")
        self.assertEqual(days[1:], [date(2026, 4, 23), False])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_task SET date_nearest = date_deadline WHERE is_open AND id IN %s", [tuple(tasks.ids)])
        path = Path(get_module_path("crm_enova_like")) / "migrations" / "19.0.6.0.0" / "pre-nearest.py"
        for _again in range(2):
            runpy.run_path(path)["migrate"](self.env.cr, "19.0.5.0.0")
            self.env.invalidate_all()
            self.assertEqual(tasks.mapped("date_nearest"), days)

    def test_a_row_of_an_order_tells_device_and_fault(self):
        order = self.make_order(self.device)
        order.device_line_ids.fault = "Does not\n print"
        row = self._row(order)
        self.assertEqual(row.subject, f"{order.name} – {self.device.display_name}: Does not print")
        self.assertEqual((row.device_names, row.fault_text), (self.device.display_name, "Does not print"))
        task = self._row(self._task(self.operator))
        self.assertEqual((task.subject, task.device_names, task.fault_text), ("Call", False, False))

    def test_the_performer_is_no_column_of_ones_own(self):
        """The filter says that they are mine; of others', the column says whose."""
        arch = etree.fromstring(self.Work.get_view(
            self.env.ref("crm_enova_like.view_crm_my_work_list").id, "list")["arch"])
        [column] = arch.xpath("//field[@name='user_id']")
        search = etree.fromstring(self.Work.get_view(
            self.env.ref("crm_enova_like.view_crm_my_work_search").id, "search")["arch"])

        def is_hidden(*names):
            context = {}
            for name in names:
                context.update(safe_eval(search.xpath(f"//filter[@name='{name}']")[0].get("context", "{}")))
            return bool(safe_eval(column.get("column_invisible"), {"context": context}))

        self.assertTrue(is_hidden("mine"))
        for names in ((), ("delegated",), ("queue",), ("mine", "queue"), ("delegated", "mine")):
            self.assertFalse(is_hidden(*names), names)

    def test_an_address_begins_with_the_street(self):
        """The contractor stands beside it: repeated, it would push the street off a phone's screen."""
        self.contractor.write({"street": "Polna 1", "zip": "60-001", "city": "Poznań"})
        row = self._row(self._task(self.operator, partner_id=self.contractor.id))
        self.assertEqual(row.address, "Polna 1, 60-001 Poznań")

    def test_around_midnight_the_readers_zone_decides(self):
        task = self._task(self.operator, planned_start=datetime(2026, 3, 11, 23, 30))
        row = self._row(task)
        self.assertEqual(row.with_context(tz="UTC").search([("id", "=", row.id)]).bucket, "2_today")
        self.env.invalidate_all()
        warsaw = self.Work.with_context(tz="Europe/Warsaw")
        self.assertEqual(warsaw.search([("id", "=", row.id)]).bucket, "3_tomorrow")
        self.env.invalidate_all()
        with freeze_time("2026-03-11 23:30:00"):
            self.assertEqual(warsaw.search([("id", "=", row.id)]).bucket, "2_today")

    def test_a_row_is_hidden_from_whom_its_source_is_hidden(self):
        task = self._task(self.operator)
        order = self.make_order(self.device, user_id=self.other_technician.id)
        order.requester_id = self.operator
        rows = self._row(task) | self._row(order)
        self.assertEqual(len(rows), 2)
        domain = [("id", "in", rows.ids)]
        for user, count in ((self.operator, 2), (self.manager, 2), (self.technician, 0), (self.other_technician, 1)):
            with self.subTest(user=user.login):
                Work = self.Work.with_user(user)
                self.assertEqual(Work.search_count(domain), count)
                self.assertEqual(len(Work.search(domain)), count)
                self.assertEqual(sum(n for _kind, n in Work._read_group(domain, ["kind"], ["__count"])), count)
                groups = Work.formatted_read_group(domain, ["bucket"], ["__count"])
                self.assertEqual(sum(group["__count"] for group in groups), count)
                self.assertEqual(len(Work.search_read(domain, ["name"])), count)
        with self.assertRaises(AccessError):
            self._row(task).with_user(self.technician).read(["name"])
        self.technician.group_ids += self.env.ref("base.group_allow_export")
        with self.assertRaises(AccessError):
            self._row(task).with_user(self.technician).export_data(["name"])
        with self.assertRaises(AccessError):
            self.Work.with_user(self.employee).search([])

    def test_companies_do_not_see_each_other(self):
        task = self._task(self.operator)
        other = self._get_second_company()
        stranger = self._new_user("stranger", "crm_enova_like.group_manager")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertFalse(self.Work.with_user(stranger).search([("task_id", "=", task.id)]))

    def test_mine_and_delegated_are_apart(self):
        mine = self._task(self.operator)
        given = self._task(self.operator)
        given.user_id = self.technician
        Work = self.Work.with_user(self.operator)
        self.assertEqual(Work.search([("user_id", "=", self.operator.id)]).task_id, mine)
        delegated = [("requester_id", "=", self.operator.id), ("user_id", "!=", self.operator.id)]
        self.assertEqual(Work.search(delegated).task_id, given)

    def test_buttons_of_a_row(self):
        task = self._task(self.operator, date_deadline=date(2026, 3, 10))
        row = self._row(task).with_user(self.manager)
        row.action_postpone()
        self.assertEqual(task.date_deadline, date(2026, 3, 12))
        row.action_take()
        self.assertEqual(task.user_id, self.manager)
        self.assertEqual(row.action_open()["res_id"], task.id)
        self.assertEqual(row.action_done()["res_model"], "crm.task.done.wizard")
        order = self.make_order(self.device, date_deadline=date(2026, 3, 20))
        row = self._row(order).with_user(self.technician)
        row.action_take()
        self.assertEqual(order.user_id, self.technician)
        row.action_postpone(7)
        self.assertEqual(order.date_deadline, date(2026, 3, 27))

    def test_an_order_is_completed_from_its_row(self):
        order = self.make_order(self.device, user_id=self.technician.id)
        row = self._row(order).with_user(self.technician)
        with self.assertRaisesRegex(UserError, "without an outcome"):
            row.action_done()
        order.device_line_ids.action_repaired()
        row.action_done()
        self.assertEqual(order.state, "done")

    def test_what_is_late_is_postponed_from_today(self):
        task = self._task(self.operator, planned_start=datetime(2026, 3, 2, 9), planned_stop=datetime(2026, 3, 2, 11))
        late = self._task(self.operator, date_deadline=date(2026, 3, 1), planned_start=datetime(2026, 3, 12, 9))
        self._row(task).with_user(self.operator).action_postpone()
        self.assertEqual((task.planned_start, task.planned_stop, task.date_deadline), (
            datetime(2026, 3, 12, 9), datetime(2026, 3, 12, 11), False))
        self._row(late).with_user(self.operator).action_postpone_week()
        self.assertEqual((late.planned_start, late.date_deadline), (datetime(2026, 3, 19, 9), date(2026, 3, 18)))

    def test_a_visit_keeps_its_hour_where_the_clocks_change(self):
        self.operator.tz = "Europe/Warsaw"
        task = self._task(self.operator, planned_start=datetime(2026, 3, 28, 9))
        self._row(task).with_user(self.operator).action_postpone()
        self.assertEqual(task.planned_start, datetime(2026, 3, 29, 8))

    def test_the_calendar_shows_deadlines_as_whole_days(self):
        planned = self._row(self._task(self.operator, planned_start=datetime(2026, 3, 12, 9)))
        due = self._row(self._task(self.operator, date_deadline=date(2026, 3, 20)))
        self.assertEqual((planned.allday, planned.calendar_start, planned.calendar_stop), (
            False, datetime(2026, 3, 12, 9), datetime(2026, 3, 12, 10)))
        self.assertEqual((due.allday, due.calendar_start, due.calendar_stop), (
            True, datetime(2026, 3, 20, 8), datetime(2026, 3, 20, 18)))

    def test_a_time_zone_that_does_not_exist_breaks_nothing(self):
        row = self._row(self._task(self.operator, date_deadline=date(2026, 3, 11)))
        self.assertEqual(row.with_context(tz="Mars/Olympus").search([("id", "=", row.id)]).bucket, "2_today")

    def test_the_phone_dials_and_the_address_opens_the_map(self):
        self.shop.write({"street": "Rynek 1", "city": "Poznań"})
        self.contractor.phone = "+48 61 555 01 01"
        row = self._row(self.make_order(self.device))
        self.assertEqual(row.phone, "+48 61 555 01 01")
        self.assertIn("Rynek%201", row.map_url)

    def test_the_first_page_takes_few_statements(self):
        partners = self.env["res.partner"].create([
            {"name": f"Contractor {n}", "city": "Poznań", "phone": f"61 555 {n:04}"} for n in range(80)])
        self.env["crm.task"].create([
            {"name": f"Task {n}", "partner_id": partner.id, "user_id": self.operator.id,
             "requester_id": self.manager.id, "date_deadline": date(2026, 3, 11)}
            for n, partner in enumerate(partners)])
        project = self.env["project.project"].create({"name": "Contracts"})
        tasks = self.env["crm.task"].search([("user_id", "=", self.operator.id)])
        tasks.project_id = project
        for number, day in enumerate((10, 11, 12, 14, 20)):
            tasks[number::6].date_deadline = date(2026, 3, day)
        tasks[5::6].date_deadline = False
        self.env.flush_all()
        Work, domain = self.Work.with_user(self.operator), [("user_id", "=", self.operator.id)]
        # just what the list asks for, as its own view says
        arch = etree.fromstring(Work.get_views([(False, "list")])["views"]["list"]["arch"])
        specification = {
            name: {"fields": {"display_name": {}}} if Work._fields[name].relational else {}
            for name in arch.xpath("//field/@name")}
        self.assertLessEqual({"phone", "project_id", "requester_id", "type_id"}, specification.keys())
        pages = {
            "flat": lambda: Work.web_search_read(domain, specification, limit=80, count_limit=10001),
            "by day, all of it open": lambda: Work.web_read_group(
                domain, ["bucket"], ["__count"], limit=80, auto_unfold=True, unfold_read_specification=specification,
                unfold_read_default_limit=80, groupby_read_specification={}),
        }
        for name, read in pages.items():
            with self.subTest(page=name):
                read()
                self.env.invalidate_all()
                with self.assertQueryCount(15):
                    page = read()
                rows = page.get("records") or sum((group["__records"] for group in page["groups"]), [])
                self.assertEqual(len(rows), 80)
