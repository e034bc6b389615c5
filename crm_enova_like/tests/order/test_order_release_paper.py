from datetime import date

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..common.firm import ServiceCommon


@tagged("post_install", "-at_install")
class TestOrderReleasePaper(ServiceCommon):
    """A release protocol is a paper that somebody signed: printed once more it says the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order_type.repair_warranty_months = 6
        cls.contractor.lang = "en_US"
        cls.order = cls.make_order(
            cls.device, cls.device2, user_id=cls.technician.id, date_received="2026-11-02 08:00:00")
        cls.row = cls.order.device_line_ids[0]
        cls.row.write({"accessories": "Bag and cable", "resolution": "Belt replaced", "diagnosis": "Worn belt"})
        cls.line = cls.env["crm.service.order.line"].create({
            "order_id": cls.order.id, "device_line_id": cls.row.id, "kind": "labour", "product_id": cls.labour.id,
            "name": "Fitting", "quantity": 2, "price_unit": 70, "billing": "billable"})

    def _print(self, row=None):
        return self._html("report_service_release", row or self.row)[1]

    def _change(self):
        row = self.row.with_user(self.technician)
        row.write({"accessories": "Nothing", "resolution": "Motor replaced", "diagnosis": "Burnt", "fault": "Smoke"})
        row.line_ids.write({"quantity": 3, "price_unit": 90, "billing": "warranty", "name": "Rewinding"})
        row.line_ids.create({
            "order_id": self.order.id, "device_line_id": row.id, "kind": "expense", "name": "Journey", "price_unit": 5})

    def test_a_paper_of_an_open_order_stays(self):
        self.row.action_repaired()
        self.row.action_release("Anna")
        before = self._print()
        for text in ("Bag and cable", "Belt replaced", "Worn belt", "Fitting", "140[.,]00"):
            self.assertRegex(before, text)
        self._change()
        self.assertEqual(self._print(), before)
        self.row.line_ids.unlink()
        self.assertEqual(self._print(), before)

    def test_given_back_unfinished(self):
        self.row.action_release("Anna", reason="needed for the fair")
        before = self._print()
        self.assertIn("Not finished", before)
        self._change()
        self.row.action_repaired()
        self.assertTrue(self.row.repair_warranty_until)
        self.assertEqual(self._print(), before)

    def test_a_corrected_day_is_on_the_paper_with_its_warranty(self):
        with freeze_time("2026-11-10 10:00:00"):
            self.row.action_repaired()
        with freeze_time("2026-11-30 10:00:00"):
            self.row.action_release("Anna")
        self.assertRegex(self._print(), r"05/30/2027|30\.05\.2027")
        self._change()
        self.row.with_user(self.manager).correct_facts({"date_released": "2026-11-12 10:00:00"}, "entered late")
        self.assertEqual(self.row.repair_warranty_until, date(2027, 5, 12))
        after = self._print()
        self.assertRegex(after, r"05/12/2027|12\.05\.2027")
        self.assertIn("Belt replaced", after)
        # released once more, it is another paper
        self.row.with_user(self.manager).correct_facts({"date_released": False}, "the wrong device")
        self.row.action_release("Anna")
        self.assertIn("Motor replaced", self._print())

    def test_moved_in_with_its_lines(self):
        order = self.env["crm.service.order"].with_user(self.manager).create({
            "partner_id": self.contractor.id, "date_received": "2019-03-01 09:00:00", "state": "done",
            "device_line_ids": [Command.create({
                "device_id": self.device.id, "state": "repaired", "date_closed": "2019-03-08 10:00:00",
                "date_released": "2019-04-11 10:00:00"})],
            "line_ids": [Command.create({"kind": "expense", "name": "Courier of 2019", "price_unit": 30})]})
        self.assertIn("Courier of 2019", self._print(order.device_line_ids))

    def test_papers_kept_without_their_lines(self):
        """Those of before the whole paper was kept name head and products alone."""
        self.row.action_repaired()
        self.row.action_release("Anna")
        before = self._print()
        self.row._write_facts({"done_release": {
            "lang": "en_US", "head": self.row.done_release["head"],
            "lines": {str(self.line.id): {"product": "Labour", "unit": "Hours"}}}})
        self.assertIn("Fitting", self._print())
        self.assertEqual(before.count("Belt replaced"), self._print().count("Belt replaced"))
