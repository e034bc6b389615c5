from odoo import Command
from odoo.tests import freeze_time, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestAnalysis(ServiceCommon):
    """*Labour and parts*: what was done, in the month in which it was, and never pieces with kilograms."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))
        cls.Line = cls.env["crm.service.order.line"]

    def _groups(self, lines, groupby=()):
        return self.Line._read_group([("id", "in", lines.ids)], groupby, ["quantity_done:sum"])

    def test_what_was_issued_less_what_came_back(self):
        order = self.make_order(self.device, user_id=self.technician.id)
        part, waiting = self.add_part(order, quantity=3), None
        self.assertEqual(part.quantity_done, 0)
        order.action_issue_parts()
        labour = self.Line.create({"order_id": order.id, "kind": "labour", "name": "Cleaning", "quantity": 2})
        waiting = self.add_part(order, quantity=4)
        self.env.flush_all()
        self.assertEqual((part | labour | waiting).mapped("quantity_done"), [3, 2, 0])
        for line, done in ((part, 3), (labour, 2), (waiting, 0)):
            self.assertEqual(self._groups(line), [(done,)], "as the rows say it")

    def test_different_units_have_no_sum(self):
        kilogram = self.env.ref("uom.product_uom_kgm")
        powder = self.env["product.product"].create({
            "name": "Powder", "type": "consu", "is_storable": True, "uom_id": kilogram.id})
        order = self.make_order(self.device)
        lines = self.Line.create([
            {"order_id": order.id, "kind": "labour", "name": "Cleaning", "quantity": 2, "uom_id": self.part.uom_id.id},
            {"order_id": order.id, "kind": "labour", "name": "Tuning", "quantity": 1, "uom_id": self.part.uom_id.id},
            {"order_id": order.id, "kind": "labour", "product_id": powder.id, "quantity": 5}])
        lines[:2].uom_id = self.part.uom_id
        self.assertEqual(dict(self._groups(lines, ["uom_id"])), {self.part.uom_id: 3, kilogram: 5})
        self.assertFalse(self._groups(lines)[0][0])
        # as the pivot asks, its total and its groups at once
        total, groups = self.Line.formatted_read_grouping_sets(
            [("id", "in", lines.ids)], [[], ["uom_id"]], ["quantity_done:sum"])
        self.assertFalse(total[0]["quantity_done:sum"])
        self.assertEqual(sorted(group["quantity_done:sum"] for group in groups), [3, 5])

    def test_the_month_is_that_of_the_work(self):
        """What is moved in from the past was entered today, and done then."""
        past = self.env["crm.service.order"].with_user(self.manager).create({
            "partner_id": self.contractor.id, "name": "OLD/1", "state": "done",
            "date_received": "2025-09-01 10:00:00", "date_closed": "2025-09-05 10:00:00",
            "device_line_ids": [Command.create({"device_id": self.device.id, "state": "repaired"})],
            "line_ids": [Command.create({"kind": "labour", "name": "Cleaning", "quantity": 2})]})
        line = past.line_ids
        self.env.flush_all()
        [(month, done)] = self._groups(line, ["date_closed:month"])
        self.assertEqual((str(month)[:7], done), ("2025-09", 2))
        view = self.env.ref("crm_enova_like.view_crm_service_order_line_pivot")
        self.assertIn('<field name="date_closed" type="col" interval="month"/>', view.arch)
        search = self.env.ref("crm_enova_like.view_crm_service_order_line_search").arch
        domain = search.split('name="last_year"')[1].split('domain="')[1].split('"')[0].replace("&gt;", ">")
        self.assertIn(line, self.Line.search(safe_eval(domain)))
        open_line = self.Line.create({
            "order_id": self.make_order(self.device).id, "kind": "labour", "name": "Cleaning", "quantity": 2})
        self.assertNotIn(open_line, self.Line.search(safe_eval(domain)), "nothing was done yet")
