from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestSetUpChanged(ServiceCommon):
    """The set-up is changed while orders are open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse2 = cls.env["stock.warehouse"].create({"name": "Branch", "code": "BR"})
        cls.type2 = cls.order_type.copy({"name": "At the branch", "warehouse_id": cls.warehouse2.id})
        cls.order_type.warehouse_id = cls.warehouse
        cls.env["stock.quant"]._update_available_quantity(cls.part, cls.warehouse2.lot_stock_id, 4)
        cls.order = cls.make_order(cls.device, user=cls.operator)
        cls.line = cls.add_part(cls.order, quantity=2)

    def _lies(self):
        return [
            sum(self.env["stock.quant"]._gather(self.part, place).mapped("quantity"))
            for place in (self.stock, self.warehouse2.lot_stock_id)]

    def test_type_of_another_warehouse(self):
        self.order.action_reserve_parts()
        first = self.order.sudo().picking_ids
        self.order.type_id = self.type2
        self.assertEqual(first.state, "cancel")
        self.assertEqual(self.env["stock.quant"]._get_available_quantity(self.part, self.stock), 10)
        rw = self.order.sudo()._get_open_rw()
        self.assertEqual(rw.picking_type_id, self.warehouse2.rw_type_id)
        self.assertEqual(self.line.free_qty, 2, "two of four are reserved for it")
        self.order.action_issue_parts()
        self.assertEqual(self._lies(), [10, 2])

    def test_issued_part_stays_where_it_was_taken(self):
        self.order.action_issue_parts()
        self.order.type_id = self.type2
        self.line.return_to_stock(1)
        self.assertEqual(self._lies(), [9, 4], "it goes back to where it came from")

    def test_warehouse_of_the_type(self):
        self.order.action_reserve_parts()
        self.order_type.sudo().warehouse_id = self.warehouse2
        self.order.action_issue_parts()
        self.assertEqual(self._lies(), [10, 2])
        self.assertEqual(len(self.order.sudo().picking_ids.filtered(lambda picking: picking.state == "done")), 1)

    def test_operation_type_of_the_order_type(self):
        self.order.action_reserve_parts()
        self.order_type.sudo().rw_picking_type_id = self.warehouse2.rw_type_id
        self.assertFalse(self.order.sudo()._get_free_shortages())
        self.order.action_issue_parts_screen()
        self.assertEqual(self._lies(), [10, 2])

    def test_companys_place_of_consumption(self):
        self.order.action_reserve_parts()
        place = self.consumption.copy({"name": "New place", "service_consumption": False})
        self.company.service_location_id = place
        self.assertTrue(place.service_consumption)
        self.order.action_issue_parts()
        self.assertEqual(self.order.sudo().picking_ids.location_dest_id, self.consumption, "what waited goes there")
        self.assertEqual(self.line.sudo().cost, 100)
        self.line.return_to_stock(2)
        order2 = self.make_order(self.device2)
        line2 = self.add_part(order2)
        order2.action_issue_parts()
        self.assertEqual(order2.picking_ids.location_dest_id, place)
        self.assertEqual((self.line.sudo().cost, line2.sudo().cost), (0, 50))
        line2.return_to_stock(1)
        self.assertEqual(order2.picking_ids.filtered(
            lambda picking: picking.service_document == "zw").location_id, place)

    def test_stage_archived_under_an_order(self):
        stage = self.order.stage_id
        self.order.action_start()
        work = self.order.stage_id
        work.sudo().active = False
        self.order.action_issue_parts()
        self.order.device_line_ids.action_repaired()
        self.order.action_done()
        self.assertEqual(self.order.state, "done")
        self.assertNotEqual(stage, work)

    def test_no_stage_of_a_state_is_left(self):
        self.env["crm.service.stage"].search([
            ("company_id", "=", self.company.id), ("state", "=", "done")]).active = False
        self.order.device_line_ids.action_decline()
        with self.assertRaisesRegex(UserError, "no stage with the state"):
            self.order.action_done()
        self.assertNotEqual(self.order.state, "done")

    def test_rw_type_is_archived(self):
        self.order.action_reserve_parts()
        self.warehouse.rw_type_id.active = False
        with self.assertRaisesRegex(UserError, "archived"):
            self.order.action_issue_parts()
        self.order.type_id = self.type2
        self.order.action_issue_parts()
        self.assertEqual(self._lies(), [10, 2])
