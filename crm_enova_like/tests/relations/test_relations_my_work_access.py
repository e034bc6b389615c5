from collections import Counter
from datetime import date, datetime, time, timedelta

import pytz
from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import ServiceCommon

ZONES = ("Europe/Warsaw", "America/New_York", "Pacific/Auckland")
SECOND = timedelta(seconds=1)
# what a day is called, by how many days it is from today
NAMES = {
    "Wednesday": {
        -7: "1_overdue", -1: "1_overdue", 0: "2_today", 1: "3_tomorrow", 2: "4_week", 4: "4_week", 5: "5_later"},
    "Saturday": {-1: "1_overdue", 0: "2_today", 1: "3_tomorrow", 2: "5_later"},
    "Sunday": {-6: "1_overdue", -1: "1_overdue", 0: "2_today", 1: "3_tomorrow", 2: "5_later"},
    "Monday": {-1: "1_overdue", 0: "2_today", 1: "3_tomorrow", 2: "4_week", 6: "4_week", 7: "5_later"},
}


@tagged("post_install", "-at_install")
class TestMyWorkAccess(ServiceCommon):
    """*My tasks*: each way to a row tells the same, to each reader and in each time zone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))    # a Wednesday
        cls.other_company = cls._get_second_company()
        cls.both = cls.company | cls.other_company
        cls.there = cls.env(context={**cls.env.context, "allowed_company_ids": cls.other_company.ids})
        # who reads an exported list, too
        for user in cls.technician | cls.other_technician | cls.operator | cls.manager:
            user.group_ids += cls.env.ref("base.group_allow_export")
        cls.other_operator = cls._new_reader("other_operator", "crm_enova_like.group_user", cls.other_company)
        cls.other_technician_there = cls._new_reader(
            "technician_there", "crm_enova_like.group_technician", cls.other_company)
        cls.operator_of_both = cls._new_reader("operator_of_both", "crm_enova_like.group_user", cls.both)
        cls.technician_of_both = cls._new_reader("technician_of_both", "crm_enova_like.group_technician", cls.both)

        cls.readers = {zone: cls._new_reader(zone, "crm_enova_like.group_user", cls.company) for zone in ZONES}
        for zone, reader in cls.readers.items():
            reader.tz = zone

        me, colleague, dispatcher = cls.technician, cls.other_technician, cls.operator
        nobody = cls.env["res.users"]
        cls.rows = {}
        for kind in ("task", "order"):
            for whose, user, requester in (
                    ("mine", me, dispatcher), ("nobody's", nobody, dispatcher), ("handed out", colleague, me),
                    ("colleague's", colleague, dispatcher)):
                cls.rows[kind, whose] = cls._new_row(cls.env, kind, user, requester)
            cls.rows[kind, "other company's"] = cls._new_row(cls.there, kind, nobody, cls.other_operator)
        cls.all_rows = cls._union(cls.rows)

    @classmethod
    def _new_reader(cls, name, group, companies):
        return new_test_user(
            cls.env, f"work_{name}", groups=f"{group},base.group_allow_export", company_id=companies[0].id,
            company_ids=[Command.set(companies.ids)])

    @classmethod
    def _new_row(cls, env, kind, user, requester, **vals):
        """The row of a new task or order."""
        return cls._new_rows(env, kind, user, requester, [vals])

    @classmethod
    def _new_rows(cls, env, kind, user, requester, vals_list):
        """The rows of new tasks or orders, in the order of their values."""
        defaults = {
            "user_id": user.id, "requester_id": requester.id, "company_id": env.company.id,
            "date_deadline": date(2026, 3, 11)}
        model, field, own = {
            "task": ("crm.task", "task_id", {"name": "Call"}),
            "order": ("crm.service.order", "order_id", {"partner_id": cls.contractor.id})}[kind]
        sources = env[model].create([{**defaults, **own, **vals} for vals in vals_list])
        env.flush_all()
        rows = cls.env["crm.my.work"].sudo().search([(field, "in", sources.ids)]).grouped("res_id")
        return cls._union({source.id: rows[source.id] for source in sources})

    @classmethod
    def _union(cls, rows):
        return cls.env["crm.my.work"].union(*rows.values())

    def _pick(self, *whose):
        return self._union({key: row for key, row in self.rows.items() if key[1] in whose})

    # EACH WAY TO A ROW

    def _get_ways(self, Work, domain):
        """{way: ids found, or their number}, for somebody who looks for rows."""
        groups = Work.web_read_group(domain, ["bucket"], ["__count"], auto_unfold=True, unfold_read_specification={
            "name": {}})["groups"]
        return {
            "search": Work.search(domain).ids,
            "search without archived": Work.with_context(active_test=False).search(domain).ids,
            "search_fetch": Work.search_fetch(domain, ["name"]).ids,
            "search_read": [row["id"] for row in Work.search_read(domain, ["name"])],
            "web_search_read": [row["id"] for row in Work.web_search_read(domain, {"name": {}})["records"]],
            "pages": [row["id"] for page in range(len(self.all_rows)) for row in Work.web_search_read(
                domain, {"name": {}}, limit=1, offset=page)["records"]],
            "rows of groups": [row["id"] for group in groups for row in group.get("__records", ())],
            "name_search": [row_id for row_id, _name in Work.name_search(domain=domain)],
            "_read_group of ids": [
                row_id for [ids] in Work._read_group(domain, [], ["id:array_agg"]) for row_id in ids or ()],
            "search_count": Work.search_count(domain),
            "web_search_read's length": Work.web_search_read(domain, {"name": {}}, limit=1, count_limit=100)["length"],
            "_read_group": sum(number for _kind, number in Work._read_group(domain, ["kind"], ["__count"])),
            "formatted_read_group": sum(group["__count"] for group in Work.formatted_read_group(
                domain, ["company_id", "user_id"], ["__count"])),
            "web_read_group": sum(group["__count"] for group in groups),
        }

    def _assert_found(self, Work, domain, expected):
        """Each way finds these rows, and no other."""
        self.env.flush_all()
        self.env.invalidate_all()
        for way, found in self._get_ways(Work, domain).items():
            with self.subTest(way=way):
                if isinstance(found, int):
                    self.assertEqual(found, len(expected))
                else:
                    self.assertEqual(sorted(found), sorted(expected.ids))

    def _assert_known_ids(self, Work, rows, expected):
        """A row that is not found is not read by its known id, either: alone or among others."""
        for row in rows:
            row = Work.browse(row.id)
            for way, act in (
                    ("read", lambda row=row: row.read(["name"])),
                    ("web_read", lambda row=row: row.web_read({"name": {}})),
                    ("export_data", lambda row=row: row.export_data(["name", "partner_id/name"])),
                    ("field", lambda row=row: row.name),
                    ("check_access", lambda row=row: row.check_access("read"))):
                self.env.invalidate_all()
                with self.subTest(row=row.id, way=way):
                    if row.id in expected.ids:
                        act()
                    else:
                        with self.assertRaises(AccessError):
                            act()
        if rows - expected:
            with self.subTest(way="among others"), self.assertRaises(AccessError):
                self.env.invalidate_all()
                Work.browse(rows.ids).read(["name"])
        self.assertEqual(Work.browse(rows.ids)._filtered_access("read").ids, (rows & expected).ids)

    def _get_readers(self):
        """[(name, who looks, what is theirs to see)]."""
        ours = self._pick("mine", "nobody's", "handed out", "colleague's")
        theirs = self._pick("other company's")
        Work = self.env["crm.my.work"]

        def of_both(user, *companies):
            return Work.with_user(user).with_context(allowed_company_ids=[company.id for company in companies])

        return [
            ("technician", Work.with_user(self.technician), self._pick("mine", "nobody's", "handed out")),
            ("colleague", Work.with_user(self.other_technician), self._pick("nobody's", "handed out", "colleague's")),
            ("operator", Work.with_user(self.operator), ours),
            ("manager", Work.with_user(self.manager), ours),
            ("operator of the other company", Work.with_user(self.other_operator), theirs),
            ("technician of the other company", Work.with_user(self.other_technician_there), theirs),
            ("operator of both, A active", of_both(self.operator_of_both, self.company), ours),
            ("operator of both, B active", of_both(self.operator_of_both, self.other_company), theirs),
            ("operator of both, both active", of_both(self.operator_of_both, *self.both), ours | theirs),
            ("technician of both, A active", of_both(self.technician_of_both, self.company), self._pick("nobody's")),
            ("technician of both, both active", of_both(self.technician_of_both, *self.both),
             self._pick("nobody's") | theirs),
        ]

    def test_each_way_shows_the_same(self):
        for reader, Work, expected in self._get_readers():
            with self.subTest(reader=reader):
                self._assert_found(Work, [("id", "in", self.all_rows.ids)], expected)
                self._assert_known_ids(Work, self.all_rows, expected)

    def test_no_domain_reaches_further(self):
        hidden = self._pick("colleague's", "other company's")
        tasks, orders = hidden.task_id, hidden.order_id
        # each company numbers its orders from one: another's number may be one of ours, too
        names = self._pick("colleague's").order_id.mapped("name")
        Work = self.env["crm.my.work"].with_user(self.technician)
        for domain in (
                [("task_id", "in", tasks.ids)], [("order_id", "in", orders.ids)],
                [("res_model", "=", "crm.task"), ("res_id", "in", tasks.ids)],
                ["|", ("id", "in", hidden.ids), "|", ("order_id.name", "in", names), (
                    "order_id.company_id", "=", self.other_company.id)],
                [("user_id", "=", self.other_technician.id), ("requester_id", "!=", self.technician.id)],
                [("company_id", "=", self.other_company.id)],
                ["!", "|", ("user_id", "in", [self.technician.id, False]), ("requester_id", "=", self.technician.id)]):
            with self.subTest(domain=domain):
                self._assert_found(Work, domain, Work.browse())

    def test_a_row_goes_with_its_source(self):
        Work = self.env["crm.my.work"].with_user(self.operator)
        sources = {
            "task done": lambda task, _order: task.action_done(),
            "task cancelled": lambda task, _order: task.action_cancel(),
            "order cancelled": lambda _task, order: order.action_cancel(),
            "archived": lambda task, order: task.action_archive() or order.action_archive(),
        }
        for what, act in sources.items():
            rows = self._new_row(self.env, "task", self.operator, self.operator) | self._new_row(
                self.env, "order", self.operator, self.operator)
            task, order = rows.task_id, rows.order_id
            left = rows.browse() if what == "archived" else rows.filtered(
                lambda row, what=what: row.kind != what.split()[0])
            act(task, order)
            with self.subTest(what=what):
                self._assert_found(Work, [("id", "in", rows.ids)], left)
                self.assertEqual([row["id"] for row in Work.browse(rows.ids).read(["name"])], left.ids)
                for row in rows - left:
                    with self.assertRaises(UserError):
                        Work.browse(row.id).action_open()

    def test_handed_over_it_is_the_colleagues(self):
        row = self.rows["task", "mine"]
        row.task_id.with_user(self.technician).action_assign(self.other_technician)
        for user, expected in ((self.technician, row.browse()), (self.other_technician, row)):
            with self.subTest(user=user.login):
                Work = self.env["crm.my.work"].with_user(user)
                self._assert_found(Work, [("id", "in", row.ids)], expected)
                self._assert_known_ids(Work, row, expected)

    def test_nothing_is_done_through_a_hidden_row(self):
        for kind in ("task", "order"):
            for whose in ("colleague's", "other company's"):
                row = self.rows[kind, whose].with_user(self.technician)
                for method in ("action_take", "action_postpone", "action_open", "action_done"):
                    self.env.invalidate_all()
                    with self.subTest(kind=kind, whose=whose, method=method), self.assertRaises(AccessError):
                        getattr(row, method)()
                self.assertFalse(row.sudo().user_id & self.technician)

    def test_rows_are_only_read(self):
        for user in (self.technician, self.operator, self.manager):
            row = self.rows["task", "nobody's"].with_user(user)
            for operation, act in (
                    ("write", lambda row=row: row.write({"name": "Mine"})), ("delete", row.unlink),
                    ("create", lambda row=row: row.create({"name": "Mine"}))):
                with self.subTest(user=user.login, operation=operation), self.assertRaises(AccessError):
                    act()

    # FILTERS

    def _get_filter(self, name, user):
        """The domain of a filter, as the screen sends it."""
        view = self.env.ref("crm_enova_like.view_crm_my_work_search")
        arch = etree.fromstring(self.env["crm.my.work"].get_view(view.id, "search")["arch"])
        [node] = arch.xpath(f"//filter[@name='{name}']")
        return safe_eval(node.get("domain"), {"uid": user.id})

    def _assert_filter(self, name, expected):
        """A filter finds these of the rows, to each reader what is theirs."""
        for reader, Work, visible in self._get_readers():
            with self.subTest(filter=name, reader=reader):
                self._assert_found(
                    Work, [("id", "in", self.all_rows.ids), *self._get_filter(name, Work.env.user)],
                    visible & expected)

    def test_queue_is_the_orders_that_nobody_has(self):
        self._assert_filter("queue", self.rows["order", "nobody's"] | self.rows["order", "other company's"])

    def test_overdue_by_the_deadline_or_the_planned_day(self):
        late = {}
        for key, row in self.rows.items():
            late[key] = key[1] in ("nobody's", "colleague's", "other company's")
            source = (row.task_id or row.order_id).sudo()
            if not late[key]:
                # the plan is late, the deadline is not
                source.write({"planned_start": datetime(2026, 3, 9, 9), "planned_stop": datetime(2026, 3, 9, 10)})
            elif key[1] == "colleague's":
                source.write({"date_deadline": False, "planned_start": datetime(2026, 3, 10, 9),
                              "planned_stop": datetime(2026, 3, 10, 10)})
            else:
                source.date_deadline = date(2026, 3, 10)
        overdue = self._union({key: row for key, row in self.rows.items() if late[key]})
        self._assert_filter("overdue", overdue)
        self._assert_filter("today", self.all_rows - overdue)

    def test_urgent(self):
        chosen = self._union({key: row for key, row in self.rows.items() if key[1] in (
            "handed out", "colleague's", "other company's")})
        chosen.task_id.sudo().priority = "1"
        chosen.order_id.sudo().priority = "1"
        self._assert_filter("urgent", chosen)
        row = chosen.filtered(lambda row: row.user_id == self.other_technician)[:1]
        (row.task_id or row.order_id).sudo().priority = "0"
        self._assert_filter("urgent", chosen - row)

    def test_filters_go_together(self):
        self.rows["order", "nobody's"].order_id.priority = "1"
        self.rows["order", "other company's"].order_id.sudo().write(
            {"priority": "1", "date_deadline": date(2026, 3, 10)})
        for names, expected in (
                (("queue", "urgent"), self._pick("nobody's", "other company's").filtered("order_id")),
                (("queue", "urgent", "overdue"), self.rows["order", "other company's"]),
                (("queue", "tasks"), self.all_rows.browse()),
                (("delegated", "orders"), self.rows["order", "handed out"])):
            reader, Work = self.technician_of_both, self.env["crm.my.work"].with_user(self.technician_of_both)
            if "delegated" in names:
                reader, Work = self.technician, Work.with_user(self.technician)
            else:
                Work = Work.with_context(allowed_company_ids=self.both.ids)
            domain = [("id", "in", self.all_rows.ids)]
            for name in names:
                domain += self._get_filter(name, reader)
            with self.subTest(filters=names):
                self._assert_found(Work, domain, expected)

    # DAYS, AT THE BORDER OF MIDNIGHT

    @staticmethod
    def _utc(zone, day, moment=time.min):
        """A moment of somebody's clock, as the database keeps it."""
        local = pytz.timezone(zone).localize(datetime.combine(day, moment))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def _assert_buckets(self, reader, now, expected, **context):
        """At a moment, the reader's rows are in these groups: shown, filtered and counted.

        :param expected: {row: group}
        """
        Work = self.env["crm.my.work"].with_user(reader).with_context(**context)
        domain = [("id", "in", [row.id for row in expected])]
        zone = context.get("tz") or reader.tz
        with freeze_time(now):
            self.env.invalidate_all()
            shown = {row.id: row.bucket for row in Work.search(domain)}
            for row, bucket in expected.items():
                with self.subTest(zone=zone, now=now, kind=row.kind, due=row.date_deadline, plan=row.planned_start):
                    self.assertEqual(shown[row.id], bucket)
            counts = Counter(expected.values())
            with self.subTest(zone=zone, now=now, way="groups"):
                for groups in (
                        Work.formatted_read_group(domain, ["bucket"], ["__count"]),
                        Work.web_read_group(domain, ["bucket"], ["__count"])["groups"]):
                    self.assertEqual({group["bucket"]: group["__count"] for group in groups}, counts)
                self.assertEqual(dict(Work._read_group(domain, ["bucket"], ["__count"])), counts)
            for name, bucket in (("overdue", "1_overdue"), ("today", "2_today")):
                with self.subTest(zone=zone, now=now, filter=name):
                    found = Work.search(domain + self._get_filter(name, reader))
                    self.assertEqual(set(found.ids), {row.id for row, group in expected.items() if group == bucket})

    def _test_days(self, zone, today):
        """Tasks and orders by their deadline, and by their plan a second to midnight and at midnight."""
        self.company.partner_id.tz = zone
        vals_list, buckets = [], []
        for days, bucket in NAMES[today.strftime("%A")].items():
            day = today + timedelta(days=days)
            for vals in (
                    {"date_deadline": day},
                    {"planned_start": self._utc(zone, day)},
                    {"planned_start": self._utc(zone, day + timedelta(days=1)) - SECOND},
                    # the deadline comes before the plan
                    {"date_deadline": day, "planned_start": self._utc(zone, today + timedelta(days=60))}):
                vals_list.append({"date_deadline": False, **vals})
                buckets.append(bucket)
        expected = {
            row: bucket for kind in ("task", "order") for row, bucket in zip(
                self._new_rows(self.env, kind, self.operator, self.operator, vals_list), buckets, strict=True)}
        undated = self._new_row(self.env, "task", self.operator, self.operator, date_deadline=False)
        expected[undated] = "6_none"
        midnight, end = self._utc(zone, today), self._utc(zone, today + timedelta(days=1))
        here, elsewhere = self.readers[zone], next(self.readers[other] for other in ZONES if other != zone)
        for now in (midnight, midnight + SECOND, end - SECOND):
            # the reader's own zone, and the browser's, which goes first
            self._assert_buckets(here, now, expected)
            self._assert_buckets(elsewhere, now, expected, tz=zone)
        # a second earlier and a second later, another day is today
        for now, day in ((midnight - SECOND, today - timedelta(days=1)), (end, today + timedelta(days=1))):
            self._assert_buckets(here, now, {
                row: "2_today" for row in expected if row.date_deadline == day or (
                    not row.date_deadline and row.planned_start
                    and self._utc(zone, day) <= row.planned_start < self._utc(zone, day + timedelta(days=1)))})

    def test_a_wednesday(self):
        for zone in ZONES:
            self._test_days(zone, date(2026, 3, 11))

    def test_a_saturday_has_no_rest_of_the_week(self):
        for zone in ZONES:
            self._test_days(zone, date(2026, 3, 14))

    def test_a_monday(self):
        for zone in ZONES:
            self._test_days(zone, date(2026, 3, 16))

    def test_days_on_which_the_clock_changes(self):
        for zone, day in (
                ("Europe/Warsaw", date(2026, 3, 29)), ("Europe/Warsaw", date(2026, 10, 25)),
                ("America/New_York", date(2026, 3, 8)), ("America/New_York", date(2026, 11, 1)),
                ("Pacific/Auckland", date(2026, 4, 5)), ("Pacific/Auckland", date(2026, 9, 27))):
            self._test_days(zone, day)

    def test_one_moment_is_another_day_elsewhere(self):
        """Noon in Greenwich: the 11th in New York and Warsaw, the 12th in Auckland. A deadline is the company's day, a
        planned hour on the reader's."""
        self.company.partner_id.tz = "Europe/Warsaw"
        row = self._new_row(self.env, "task", self.operator, self.operator, date_deadline=date(2026, 3, 12))
        planned = self._new_row(
            self.env, "order", self.operator, self.operator, date_deadline=False,
            planned_start=datetime(2026, 3, 12, 2))
        for zone, visit, day in (
                ("Europe/Warsaw", "3_tomorrow", date(2026, 3, 12)),
                ("America/New_York", "2_today", date(2026, 3, 11)),
                ("Pacific/Auckland", "2_today", date(2026, 3, 12))):
            reader = self.readers[zone]
            self._assert_buckets(reader, "2026-03-11 12:00:00", {row: "3_tomorrow", planned: visit})
            self.env.invalidate_all()
            self.assertEqual(planned.with_user(reader).date_work, day)
            self._assert_buckets(reader, "2026-03-11 23:30:00", {row: "2_today"})

    def test_the_week_ends_at_each_companys_place(self):
        """Sunday evening in New York, where our week has begun anew: the index finds the days of both."""
        self.company.partner_id.tz = "Pacific/Auckland"
        there = self._get_second_company()
        there.partner_id.tz = "America/New_York"
        reader = self.readers["America/New_York"]
        (reader | self.operator).company_ids |= there
        rows = {
            (company, day): self._new_row(
                self.env, "task", self.operator, self.operator, date_deadline=date(2026, 3, day),
                company_id=company.id)
            for company in (self.company, there) for day in (14, 15, 16, 17, 22, 23)}
        groups = {
            self.company: ("1_overdue", "1_overdue", "2_today", "3_tomorrow", "4_week", "5_later"),
            there: ("1_overdue", "2_today", "3_tomorrow", "5_later", "5_later", "5_later")}
        expected = {
            row: groups[company][(14, 15, 16, 17, 22, 23).index(day)] for (company, day), row in rows.items()}
        self._assert_buckets(reader, "2026-03-15 22:00:00", expected, allowed_company_ids=(self.company | there).ids)
        Work = self.env["crm.my.work"].with_user(reader).with_context(
            allowed_company_ids=(self.company | there).ids)
        with freeze_time("2026-03-15 22:00:00"):
            for bucket in set(expected.values()):
                found = Work.search([("id", "in", [row.id for row in expected]), ("bucket", "=", bucket)])
                self.assertEqual(set(found.ids), {row.id for row in expected if expected[row] == bucket})

    def test_without_a_zone_the_days_are_greenwichs(self):
        reader = self.operator
        reader.tz = False
        row = self._new_row(
            self.env, "task", reader, reader, date_deadline=False, planned_start=datetime(2026, 3, 11, 23, 59, 59))
        self._assert_buckets(reader, "2026-03-11 23:59:59", {row: "2_today"})
        self._assert_buckets(reader, "2026-03-12 00:00:00", {row: "1_overdue"})
