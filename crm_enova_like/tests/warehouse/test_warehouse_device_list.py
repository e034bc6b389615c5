from lxml import etree

from odoo import Command
from odoo.tests import tagged

from ..common import ServiceCommon

ROWS, FEW = 40, 5


@tagged("post_install", "-at_install")
class TestDeviceList(ServiceCommon):
    """Devices in service, a page at a time, hidden columns included: the parts of each, and their lots."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lots = cls.env["stock.lot"].create([
            {"name": f"LOT{number}", "product_id": cls.lot_part.id, "company_id": cls.company.id}
            for number in range(ROWS)])
        cls._stock(cls.part, ROWS)
        for lot in cls.lots:
            cls._stock(cls.lot_part, 1, lot)
        devices = cls.env["crm.service.device"].create([
            {"name": f"Machine {number}", "type_id": cls.device_type.id, "partner_id": cls.contractor.id}
            for number in range(ROWS)])
        cls.orders = cls.env["crm.service.order"].create([{
            "partner_id": cls.contractor.id,
            "device_line_ids": [Command.create({"device_id": device.id, "fault": "Does not start"})],
            "line_ids": [
                Command.create({"kind": "labour", "product_id": cls.labour.id, "quantity": 1}),
                Command.create({"kind": "part", "product_id": cls.part.id, "quantity": 1}),
                Command.create({
                    "kind": "part", "product_id": cls.lot_part.id, "quantity": 1, "lot_id": lot.id}),
            ],
        } for device, lot in zip(devices, cls.lots, strict=True)])
        cls.orders.action_issue_parts()
        cls.operator.group_ids += cls.env.ref("crm_enova_like.group_cost")

    def _read(self, view, limit):
        """A page as the list reads it, all columns; and its statements."""
        Rows = self.env["crm.service.order.device"].with_user(self.operator)
        arch = etree.fromstring(Rows.get_view(self.env.ref(f"crm_enova_like.{view}").id, "list")["arch"])
        names = {node.get("name") for node in arch.iter("field")}
        asked = {
            name: {"fields": {"display_name": {}}} if Rows._fields[name].type == "many2one" else {} for name in names}
        asked.update({"parts_summary": {}, "lot_summary": {}, "labour_summary": {}, "cost": {}})
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        page = Rows.web_search_read([("order_id", "in", self.orders.ids)], asked, limit=limit)["records"]
        return page, self.env.cr.sql_log_count - before

    def test_a_page_is_read_at_once(self):
        for view in ("view_crm_service_order_device_list", "view_crm_service_order_device_batch_list"):
            with self.subTest(view=view):
                self._read(view, FEW)
                few, of_few = self._read(view, FEW)
                page, of_page = self._read(view, ROWS)
                self.assertEqual((len(few), len(page)), (FEW, ROWS))
                self.assertEqual(
                    {row["lot_summary"] for row in page}, set(self.lots.mapped("name")), "each has its own lot")
                for row in page:
                    self.assertIn(f"Battery × 1 [{row['lot_summary']}]", row["parts_summary"])
                    self.assertIn("Print head × 1", row["parts_summary"])
                    self.assertEqual((row["labour_summary"], row["cost"]), ("Hour of service", 70.0))
                self.assertLessEqual(of_page, of_few + 2, "statements of a page do not grow with its rows")
                self.assertLessEqual(of_page, 40)
