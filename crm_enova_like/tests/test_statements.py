from odoo import Command
from odoo.tests import tagged

from .common import ServiceCommon

# what they need is found for all of them at once
BATCH_LIMIT = 0.25
# the first of some reads what the others know
SINGLE_LIMIT = 9
# in one transaction: what is written before the number is drawn, and what is written again when the order ends
# (with whether its type is done at the customer's)
LIFECYCLE_LIMIT = 56
# one call of each of core's steps for all; a row that it moves takes five
FORTY_LIMIT = 5.5


@tagged("post_install", "-at_install")
class TestStatements(ServiceCommon):
    """SQL statements on the two paths that every firm walks all day, with
    mail tracking on, as in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.machines = cls.env["crm.service.device"].create([
            {"name": f"Machine {index}", "type_id": cls.device_type.id, "serial_number": f"M{index}",
             "partner_id": cls.contractor.id} for index in range(130)])
        cls._stock(cls.part, 1000)
        cls.Orders = cls.env["crm.service.order"].with_user(cls.technician).with_context(
            tracking_disable=False)

    def _vals(self, device, part=False):
        vals = {
            "partner_id": self.contractor.id,
            "device_line_ids": [Command.create({"device_id": device.id, "fault": "Does not start"})],
        }
        if part:
            vals["line_ids"] = [
                Command.create({"kind": "part", "product_id": self.part.id, "quantity": 1})]
        return vals

    def _fresh(self):
        self.env.flush_all()
        self.env.invalidate_all()

    def _live(self, device):
        """An order from the counter to the archive."""
        order = self.Orders.create(self._vals(device, part=True))
        order.action_take()
        order.action_accept()
        order.action_start()
        order.action_issue_parts()
        order.device_line_ids.action_repaired()
        order.action_done()
        self.env.flush_all()
        return order

    def test_hundred_orders(self):
        self.Orders.create([self._vals(device) for device in self.machines[:5]])
        self._fresh()
        before = self.env.cr.sql_log_count
        orders = self.Orders.create([self._vals(device) for device in self.machines[5:105]])
        self.env.flush_all()
        mean = (self.env.cr.sql_log_count - before) / 100
        self.assertEqual(len(set(orders.mapped("name"))), 100)
        self.assertTrue(orders[-1].sudo().message_ids, "the chatter is on")
        self.assertLessEqual(mean, BATCH_LIMIT, "statements for each order of a batch")

    def test_one_by_one(self):
        self.Orders.create(self._vals(self.machines[0], part=True))
        self._fresh()
        before = self.env.cr.sql_log_count
        for device in self.machines[5:25]:
            order = self.Orders.create(self._vals(device, part=True))
            self.env.flush_all()
        mean = (self.env.cr.sql_log_count - before) / 20
        self.assertEqual((order.parts_to_issue, order.device_count, order.main_device_id), (True, 1, device))
        self.assertLessEqual(mean, SINGLE_LIMIT, "statements for an order with a device and a part")

    def test_forty_orders_issued_at_once(self):
        self._live(self.machines[0])
        orders = self.Orders.create([self._vals(device, part=True) for device in self.machines[5:45]])
        self._fresh()
        before = self.env.cr.sql_log_count
        orders.action_issue_parts()
        self.env.flush_all()
        mean = (self.env.cr.sql_log_count - before) / 40
        documents = orders.sudo().picking_ids
        self.assertEqual(set(documents.mapped("state")), {"done"})
        numbers = [int(order.picking_names.rpartition("/")[2]) for order in orders]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 40)), "numbered in the order of the orders")
        self.assertEqual(orders.line_ids.mapped("quantity_issued"), [1.0] * 40)
        self.assertLessEqual(mean, FORTY_LIMIT, "statements for each of forty orders")

    def test_life_of_an_order(self):
        self._live(self.machines[100])
        self._fresh()
        before = self.env.cr.sql_log_count
        orders = [self._live(device) for device in self.machines[105:125]]
        mean = (self.env.cr.sql_log_count - before) / 20
        for order in orders:
            self.assertEqual(order.state, "done")
            self.assertEqual(order.line_ids.quantity_issued, 1)
            self.assertRegex(order.picking_names, "^RW/")
        self.assertLessEqual(mean, LIFECYCLE_LIMIT, "statements from creation to done")
