from odoo import Command
from odoo.tests import tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestUnitNames(ServiceCommon):
    """Pieces are pieces in what is ours, and other departments' screens stay as they were."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls.env.ref("uom.product_uom_unit")
        cls.unit.update_field_translations("name", {"en_US": "Units", "pl_PL": "Jednostki"})
        cls.company.partner_id.lang = cls.contractor.lang = "pl_PL"
        cls.operator.group_ids += cls.env.ref("uom.group_uom")
        cls.order = cls._new_order(cls.device)
        cls.line = cls.add_part(cls.order, quantity=1.5)

    def test_names(self):
        self.assertEqual(self.unit.with_context(lang="pl_PL")._get_short_name(), "szt.")
        self.assertEqual(self.unit._get_short_name(), "pcs")
        hour = self.env.ref("uom.product_uom_hour")
        self.assertEqual(hour._get_short_name(), hour.name)
        # what is not asked for is core's
        self.assertEqual(self.unit.with_context(lang="pl_PL").display_name, "Jednostki")
        self.assertEqual(self.unit.with_context(lang="pl_PL", service_units=True).display_name, "szt.")
        # whoever has named it himself means it
        self.unit.with_context(lang="pl_PL").name = "sztuka"
        self.assertEqual(self.unit.with_context(lang="pl_PL")._get_short_name(), "sztuka")

    def test_fields_ask_for_it(self):
        """The client sends a field's context with what it reads."""
        for model in ("crm.service.order.line", "crm.service.part.demand", "crm.service.return.wizard.line",
                      "crm.service.issue.wizard.line", "crm.service.type.labour", "crm.service.labour.wizard.line"):
            with self.subTest(model):
                context = self.env[model].fields_get(["uom_id"])["uom_id"]["context"]
                self.assertEqual(context, {"service_units": True})

    def test_the_form_of_a_document(self):
        self.order.action_reserve_parts()
        rw = self.order.picking_ids
        asked = {"move_ids": {"fields": {"product_uom": {"fields": {"display_name": {}}}}}}
        transfer = self.env["stock.picking"].create({
            "picking_type_id": self.warehouse.int_type_id.id, "move_ids": [Command.create({
                "product_id": self.part.id, "product_uom_qty": 1.0, "location_id": self.stock.id,
                "location_dest_id": self.stock.id})]})
        for document, name in ((rw, "szt."), (transfer, "Jednostki")):
            [row] = document.with_context(lang="pl_PL").web_read(asked)
            self.assertEqual(row["move_ids"][0]["product_uom"]["display_name"], name)

    def test_messages_and_papers(self):
        order = self.order.with_context(lang="pl_PL")
        self.part.barcode = "590123"
        self.assertIn("szt.", order.action_scan("590123", confirmed=True)["message"])
        problems = " ".join(order._get_closing_problems()[order])
        self.assertIn("szt.)", problems)
        self.assertNotIn("Jednostki", problems)
        demand = self.env["crm.service.part.demand"].with_context(lang="pl_PL").search(
            [("product_id", "=", self.part.id)])
        self.assertIn("2,5 szt.", demand.order_names)
        order.action_issue_parts()
        self.order.device_line_ids.action_repaired()
        self.order.device_line_ids.action_release("Jan")
        for report, docs in (
                ("report_service_protocol", self.order), ("report_service_release", self.order.device_line_ids),
                ("report_rw_document", self.order.picking_ids)):
            with self.subTest(report):
                page = self._html(report, docs)[1]
                self.assertIn("szt.", page)
                self.assertNotIn("Jednostki", page)
