from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import freeze_time, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestCrmTimeline(ServiceCommon):
    """Everything between us and a contractor, and nothing that the reader may not read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-10 10:00:00"))
        cls.salesman = cls._new_user(
            "salesman", "crm_enova_like.group_user", "sales_team.group_sale_salesman_all_leads",
            "account.group_account_invoice")
        cls.event = cls.env["crm.event"].create({
            "name": "Asked about a price", "partner_id": cls.contractor.id, "person_id": cls.person.id,
            "date": "2026-03-09 10:00:00", "user_id": cls.operator.id, "description": "Two printers"})
        cls.task = cls.env["crm.task"].create({
            "name": "Send the offer", "partner_id": cls.contractor.id, "date_deadline": "2026-03-12",
            "user_id": cls.technician.id})
        cls.order = cls._new_order(cls.device, date_received="2026-03-08 10:00:00", user_id=cls.operator.id,
                                   requester_id=cls.operator.id)
        cls.regime = cls.env["crm.service.inspection.regime"].create({"name": "Every two years"})
        cls.inspection = cls.env["crm.service.inspection"].create({
            "device_id": cls.device.id, "regime_id": cls.regime.id, "planned_date": "2026-03-20"})
        cls.sale = cls.env["sale.order"].create({
            "partner_id": cls.shop.id, "date_order": "2026-03-07 10:00:00",
            "order_line": [(0, 0, {"product_id": cls.labour.id, "product_uom_qty": 1, "price_unit": 100})]})
        cls.invoice = cls.env["account.move"].create({
            "move_type": "out_refund", "partner_id": cls.contractor.id, "invoice_date": "2026-03-06",
            "invoice_line_ids": [(0, 0, {"name": "Service", "quantity": 1, "price_unit": 50, "tax_ids": []})]})
        cls.env.flush_all()

    def _rows(self, user, partner=None):
        partner = (partner or self.contractor).with_user(user)
        return partner.env["crm.timeline"].search(partner.action_view_crm_timeline()["domain"])

    def test_newest_first(self):
        rows = self._rows(self.salesman)
        self.assertEqual(
            rows.mapped("kind"), ["inspection", "task", "event", "order", "sale", "invoice"])
        self.assertEqual(rows[2].note, "Two printers")
        self.assertEqual(rows[0].name, "Every two years")
        self.assertEqual(rows.mapped("state"), ["open", "open", "done", "open", "draft", "draft"])
        self.assertEqual(rows[5].amount, -50.0, "a refund takes back")
        self.assertEqual(rows.contractor_id, self.contractor)
        self.assertEqual(len(set(rows.ids)), 6)

    def test_opens_the_source(self):
        sources = (self.inspection, self.task, self.event, self.order, self.sale, self.invoice)
        for row, source in zip(self._rows(self.salesman), sources, strict=True):
            action = row.action_open_source()
            self.assertEqual((action["res_model"], action["res_id"]), (source._name, source.id))

    def test_a_persons_timeline(self):
        self.assertEqual(self._rows(self.salesman, self.person).mapped("kind"), ["event"])

    def test_only_what_may_be_read(self):
        everything = self._rows(self.salesman)
        self.assertEqual(
            self._rows(self.operator).mapped("kind"), ["inspection", "task", "event", "order"],
            "no right to sales and accounting")
        rows = self._rows(self.technician)
        self.assertEqual(rows.mapped("kind"), ["inspection", "task"], "the rest is the operator's")
        Timeline = rows.browse().with_user(self.technician)
        domain = [("contractor_id", "=", self.contractor.id)]
        self.assertEqual(Timeline.search_count(domain), 2)
        self.assertEqual(sum(count for _kind, count in Timeline._read_group(domain, ["kind"], ["__count"])), 2)
        self.technician.group_ids += self.env.ref("base.group_allow_export")
        self.assertEqual(len(Timeline.search(domain).export_data(["name"])["datas"]), 2)
        hidden = Timeline.browse(everything[2].id)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            hidden.read(["name"])
        with self.assertRaises(AccessError):
            hidden.name  # noqa: B018
        self.assertFalse(hidden.has_access("read"))
        self.assertTrue(rows[:1].has_access("read"))
        self.assertFalse(Timeline.search([("id", "=", everything[2].id)]))
        with self.assertRaises(AccessError):
            self._rows(self.employee)

    def test_companies(self):
        other = self._get_second_company()
        self.event.write({"user_id": False, "company_id": other.id})
        self.env.flush_all()
        self.assertNotIn("event", self._rows(self.operator).mapped("kind"))

    def test_a_day_is_the_users_day(self):
        partner = self.contractor.with_user(self.salesman).with_context(tz="America/New_York")
        row = partner.env["crm.timeline"].search([("task_id", "=", self.task.id)])
        self.assertEqual(str(row.date), "2026-03-12 04:00:00")

    def test_what_has_no_hour_shows_none(self):
        """Inspections, deadlines and invoices are days: they begin at midnight, and nobody did them then."""
        self.assertEqual(
            {row.kind: row.is_whole_day for row in self._rows(self.salesman)},
            {row.kind: row.kind in ("inspection", "task", "invoice") for row in self._rows(self.salesman)})
        self.task.planned_start = "2026-03-12 09:00:00"
        self.env.flush_all()
        self.env.invalidate_all()
        [row] = self._rows(self.salesman).filtered(lambda row: row.kind == "task")
        self.assertFalse(row.is_whole_day)

    def test_it_begins_with_what_was_last(self):
        """The inspections of years to come are a press away, and do not stand before yesterday's call."""
        action = self.contractor.action_view_crm_timeline()
        names = [name.removeprefix("search_default_") for name in action["context"]]
        view = etree.fromstring(self.env.ref("crm_enova_like.view_crm_timeline_search").arch)
        domains = {
            node.get("name"): safe_eval(node.get("domain")) for node in view.iter("filter") if node.get("domain")}
        Timeline = self.env["crm.timeline"].with_user(self.salesman)

        def kinds(*filters):
            return Timeline.search(Domain.AND([action["domain"], *(domains[name] for name in filters)])).mapped("kind")

        self.assertEqual(names, ["past"])
        self.assertEqual(kinds(*names)[0], "event")
        self.assertEqual(set(kinds("coming")), {"inspection", "task"})

    def test_archived_is_left_out(self):
        self.event.active = False
        self.assertNotIn("event", self._rows(self.operator).mapped("kind"))

    def test_pages(self):
        """A page is what it is of all rows, whoever reads it and however it is sorted."""
        for number in range(6):
            self.env["crm.event"].create({
                "name": f"Call {number % 4}", "partner_id": (self.contractor | self.shop)[number % 2].id,
                "date": f"2026-03-0{1 + number % 3} 10:00:00", "user_id": self.technician.id if number % 2 else False})
            self.env["crm.task"].create({
                "name": f"Task {number % 4}", "partner_id": self.contractor.id, "user_id": self.technician.id,
                "date_deadline": f"2026-03-0{1 + number % 3}"})
        self.env.flush_all()
        for user in (self.salesman, self.operator, self.technician):
            Timeline = self.env["crm.timeline"].with_user(user)
            for order in (None, "date", "name desc, id desc", "kind, user_id, id"):
                domain = [("contractor_id", "=", self.contractor.id)]
                everything = Timeline.search(domain, order=order)
                for offset in range(0, len(everything), 5):
                    page = Timeline.search_fetch(domain, ["name"], offset=offset, limit=5, order=order)
                    if order == "date":    # of what was at one time, either may be first
                        self.assertEqual(page.mapped("date"), everything[offset:offset + 5].mapped("date"))
                    else:
                        self.assertEqual(page, everything[offset:offset + 5], (user.login, order))

    def test_statements(self):
        self.env["crm.event"].create([
            {"name": f"Call {number}", "partner_id": self.contractor.id} for number in range(100)])
        self._rows(self.salesman)    # a server that runs knows its users' rights
        self.env.flush_all()
        self.env.invalidate_all()
        partner = self.contractor.with_user(self.salesman)
        spec = {name: {} for name in ("date", "kind", "name", "note", "state", "amount")} | {
            name: {"fields": {"display_name": {}}} for name in ("partner_id", "person_id", "user_id", "currency_id")}
        with self.assertQueryCount(25):
            action = partner.action_view_crm_timeline()
            partner.env["crm.timeline"].web_search_read(action["domain"], spec, limit=80)
