from datetime import date, datetime
from unittest.mock import patch

from psycopg2 import ProgrammingError

from odoo.tests import BaseCase, freeze_time, tagged
from odoo.tools import mute_logger
from odoo.tools.misc import get_lang

from ...models.common import rollup_mixin, spans
from .firm import ServiceCommon

MOMENTS = (
    "2026-01-01 00:30:00", "2026-01-31 22:59:59", "2026-01-31 23:00:00", "2026-02-01 05:00:00", "2026-02-28 23:30:00",
    "2026-03-29 00:59:59", "2026-03-29 01:00:00", "2026-03-31 21:59:59", "2026-03-31 22:00:00", "2026-04-26 03:59:59",
    "2026-05-03 21:59:00", "2026-05-03 22:00:00", "2026-05-10 12:00:00", "2026-07-01 00:00:00")


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

    def test_what_is_no_sum_is_cores_to_refuse(self):
        """The sum of days and of texts: core says what is wrong with it, and our own statements do not run."""
        Orders = self.env["crm.service.order"].with_user(self.manager)
        spoken = self.registry["crm.rollup.mixin"]
        for aggregate in ("date_deadline:sum", "name:avg", "active:max", "priority:bool_or"):
            with self.subTest(aggregate), mute_logger("odoo.sql_db"), patch.object(
                    spoken, "_read_groups_of_records", autospec=True) as by_record, patch.object(
                    spoken, "_read_finest", autospec=True) as finest:
                for specs, order in ((["user_id"], "user_id"), (["user_id", "state"], None)):
                    with self.assertRaises(ProgrammingError), self.cr.savepoint():
                        Orders._read_group([], specs, [aggregate], order=order)
                self.assertFalse(by_record.called or finest.called)

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
                        self.assert_records_as_core(Model, domain, [name], [aggregate, "__count"], order)

    def assert_records_as_core(self, Model, domain, groupby, aggregates, order):
        def read():
            return [
                Model._read_group(domain, groupby, aggregates, order=order, limit=limit, offset=offset)
                for limit, offset in ((None, 0), (2, 0), (2, 1))]

        ours = read()
        with patch.object(self.registry["crm.rollup.mixin"], "_can_order_groups", return_value=False):
            self.assertEqual(ours, read())

    @freeze_time("2026-06-15 10:00:00")
    def test_groups_without_an_order(self):
        """Core puts records in the order of their ids then, whatever their own is."""
        partners = self.env["res.partner"].create([{"name": "Zofia"}, {"name": "Adam"}])
        self.env["crm.service.order"].create([
            {"partner_id": partner.id, "date_received": moment}
            for partner in partners for moment in ("2026-01-10 10:00:00", "2026-03-10 10:00:00")])
        Orders, mine = self.env["crm.service.order"].with_user(self.manager), [("partner_id", "in", partners.ids)]
        specs = ["partner_id", "date_received:month"]

        def read(order):
            return (
                Orders._read_group(mine, specs, ["__count"], limit=3, order=order),
                Orders._read_grouping_sets(mine, [specs, specs[:1], []], ["__count"], order=order))

        for order, first in ((None, partners[0]), ("partner_id, date_received:month", partners[1])):
            with self.subTest(order=order):
                ours = read(order)
                self.assertEqual(ours[0][0][0], first)
                with patch.object(self.registry["crm.rollup.mixin"], "_can_roll_up", lambda *_args: False):
                    self.assertEqual(ours, read(order))

    @freeze_time("2026-06-15 10:00:00")
    def test_spans_of_time(self):
        """Months and the like are core's, though each is found by itself: at midnight of the reader, about the hours
        that are turned, with weeks that begin where the language says, and with what is later than now."""
        orders = self.env["crm.service.order"].create([
            {"partner_id": self.contractor.id, "date_received": moment, "user_id": self.technician.id}
            for moment in MOMENTS])
        Orders = self.env["crm.service.order"].with_user(self.manager)
        since = [("id", "in", orders.ids), ("date_received", ">=", "2026-01-01 00:00:00")]
        until = [*since, ("date_received", "<", "2026-04-26 04:00:00")]
        self.env["res.lang"]._activate_lang("pl_PL").week_start = "1"
        self.env["res.lang"]._activate_lang("en_US").week_start = "7"
        for zone in ("Europe/Warsaw", "America/Havana", "Asia/Kolkata", "Mars/Olympus", False):
            for lang in ("en_US", "pl_PL"):
                self.assertEqual(get_lang(Orders.with_context(lang=lang).env).week_start, "17"[lang == "en_US"])
                for span in ("day", "week", "month", "quarter", "year"):
                    with self.subTest(zone=zone, lang=lang, span=span):
                        spec = f"date_received:{span}"
                        for domain in (since, until):
                            rows = self.assert_groups_as_core(Orders, domain, [spec], tz=zone, lang=lang)
                            self.assertEqual(sum(row["__count"] for row in rows), 14 if domain is since else 10)
                        self.assert_groups_as_core(Orders, since, ["state", spec], tz=zone, lang=lang)
                        self.assert_groups_as_core(Orders, since, [spec, "user_id"], tz=zone, lang=lang)
                        self.assert_as_core(
                            Orders, [[spec, "state"], [spec], ["state"], []], domain=since, tz=zone, lang=lang)
                # they are found so without a word about since when, too
                self.assert_groups_as_core(Orders, since[:1], ["date_received:month"], tz=zone, lang=lang)
                self.assert_groups_as_core(Orders, since[:1], ["date_received:week"], (), tz=zone, lang=lang)
        self.assert_groups_as_core(Orders, since, ["date_received:month"], limit=3, offset=1)
        self.assert_groups_as_core(Orders, since, ["date_received:month", "date_received:week"])
        self.assert_groups_as_core(Orders, since, ["date_received:month"], ("device_count:sum", "date_received:max"))

    @freeze_time("2026-06-15 10:00:00")
    def test_when_spans_are_found(self):
        """They are where they are few and certain, and where nothing is looked for in other tables."""
        Orders = self.env["crm.service.order"].with_user(self.manager)
        since, recent = [("date_received", ">=", "today -3m")], [("date_received", ">", "2026-06-01")]

        def found(domain, *specs, model=Orders, **context):
            with patch.object(
                    self.registry["crm.rollup.mixin"], "_get_pieces", autospec=True,
                    side_effect=rollup_mixin.CrmRollupMixin._get_pieces) as pieces:
                model.with_context(**context)._read_group(domain, specs, ["__count"])
            return pieces.called

        self.assertTrue(found(since, "date_received:month", tz="Europe/Warsaw"))
        self.assertTrue(found(recent, "state", "date_received:day"))
        self.assertTrue(found([], "date_received:month"), "from the first one on")
        self.assertFalse(found([("date_received", ">=", "2024-01-01")], "date_received:day"), "too many")
        self.assertFalse(found(since, "date_closed:month"))
        self.assertFalse(found(since, "date_received:month_number"))
        self.assertFalse(found([*since, ("line_ids.product_id", "=", self.part.id)], "date_received:month"))

    @freeze_time("2025-11-05 12:00:00")
    def test_an_hour_that_is_turned_back(self):
        """In Havana, the first hour of 2 November was there twice: that day did not begin at one moment."""
        Orders, since = self.env["crm.service.order"].with_user(self.manager), [("date_received", ">=", "2025-10-01")]
        for zone, span, is_found in (
                ("Europe/Warsaw", "day", True), ("America/Havana", "day", False), ("America/Havana", "month", True)):
            found = Orders.with_context(tz=zone, lang="en_US")._find_spans(since, [f"date_received:{span}"])
            self.assertEqual(bool(found), is_found, (zone, span))

    def assert_groups_as_core(self, Model, domain, specs, aggregates=("__count",), limit=None, offset=0, **context):
        Model = Model.with_context(**context)
        ours = Model.formatted_read_group(domain, specs, list(aggregates), limit=limit, offset=offset)
        with patch.object(self.registry["crm.rollup.mixin"], "_can_roll_up", lambda *_args: False):
            core = Model.formatted_read_group(domain, specs, list(aggregates), limit=limit, offset=offset)
        self.assertEqual(ours, core)
        return ours


@tagged("post_install", "-at_install")
class TestSpans(BaseCase):
    """Where spans of time begin, apart from the database."""

    def test_bounds(self):
        def bounds(*args):
            return spans.bounds_of(*args, 12)
        self.assertEqual(
            bounds(date(2026, 1, 31), date(2026, 3, 1), "month", 1),
            [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)])
        # a Thursday and a Sunday, in weeks from Monday, from Sunday and from Saturday
        around = datetime(2026, 1, 1, 12, 30), datetime(2026, 1, 4)
        for week_start, days in ((1, [29, 5]), (7, [28, 4, 11]), (6, [27, 3, 10])):
            self.assertEqual([bound.day for bound in bounds(*around, "week", week_start)], days)
        self.assertEqual(bounds(*around, "quarter", 1), [datetime(2026, 1, 1), datetime(2026, 4, 1)])
        self.assertEqual(len(bounds(date(2026, 1, 1), date(2026, 12, 31), "month", 1)), 13)
        self.assertIsNone(bounds(date(2026, 1, 1), date(2027, 1, 1), "month", 1), "thirteen")
        self.assertIsNone(bounds(date(2026, 2, 1), date(2026, 1, 1), "month", 1), "none")

    def test_plain(self):
        self.assertTrue(spans.are_plain([datetime(2026, 3, 1), datetime(2026, 10, 25)], "Europe/Warsaw"))
        self.assertFalse(spans.are_plain([datetime(2026, 10, 25, 2, 30)], "Europe/Warsaw"), "twice")
        self.assertFalse(spans.are_plain([datetime(2026, 3, 29, 2, 30)], "Europe/Warsaw"), "never")
