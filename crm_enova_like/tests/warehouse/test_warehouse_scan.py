from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import ServiceCommon


class ScanCommon(ServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.part.barcode = "5901234123457"
        cls.roller = cls._new_product("Roller", barcode="5901234123464", default_code="ROL-1", standard_price=5)
        cls._stock(cls.roller, 10)
        cls.order = cls.make_order(cls.device, user=cls.technician, user_id=cls.technician.id)


@tagged("post_install", "-at_install")
class TestScanOnRw(ScanCommon):
    """The keeper issues an RW by scanning what is taken from the shelf."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order_type.issue_by = "warehouse"

    def _request(self, *parts):
        for product, quantity, *vals in parts:
            self.add_part(self.order, product, quantity, **(vals[0] if vals else {}))
        self.order.action_issue_parts()
        return self.order.sudo()._get_open_rw().with_user(self.keeper)

    def _scan(self, rw, code):
        answer = rw.action_scan(code)
        self.assertEqual(answer["type"], "success")
        return answer["message"]

    def test_two_parts(self):
        rw = self._request((self.part, 1), (self.roller, 1))
        message = self._scan(rw, "5901234123457")
        self.assertIn("Print head: 1 of 1 pcs scanned.", message)
        self.assertNotIn("validate", message)
        self.assertIn("validate it", self._scan(rw, "\ufeffｒｏｌ-1\u00a0"), "a reference, in another spelling")
        self.assertEqual(rw.move_ids.mapped("service_scanned"), [1, 1])
        self.assertEqual(rw.state, "assigned", "scanning issues nothing yet")
        self.assertIs(rw.button_validate(), True)
        self.assertEqual(rw.state, "done")
        self.assertEqual(self.order.line_ids.mapped("quantity_issued"), [1, 1])

    def test_not_scanned_waits_on_its_own_rw(self):
        rw = self._request((self.part, 3), (self.roller, 2))
        for _time in range(2):
            self._scan(rw, "5901234123457")
        action = rw.button_validate()
        self.assertEqual(action["res_model"], "stock.backorder.confirmation", "core asks what becomes of the rest")
        self.env[action["res_model"]].with_user(self.keeper).with_context(**action["context"]).create(
            {"pick_ids": [(6, 0, rw.ids)]}).process()
        self.assertEqual(rw.state, "done")
        issued = {line.product_id: line.quantity_issued for line in self.order.line_ids}
        self.assertEqual(issued, {self.part: 2, self.roller: 0})
        rest = self.order.sudo()._get_open_rw()
        self.assertEqual({move.product_id: move.product_uom_qty for move in rest.move_ids},
                         {self.part: 1, self.roller: 2})
        self.assertEqual(sum(rest.move_ids.mapped("service_scanned")), 0)

    def test_same_part_once_too_often(self):
        rw = self._request((self.part, 2))
        self._scan(rw, "5901234123457")
        self._scan(rw, "5901234123457")
        with self.assertRaisesRegex(UserError, r"Print head: all that .* plans is scanned already \(2 pcs\)"):
            rw.action_scan("5901234123457")
        self.assertEqual(rw.move_ids.service_scanned, 2)
        self.assertEqual(rw.move_ids.quantity, 2)

    def test_barcode_of_something_else(self):
        rw = self._request((self.part, 1))
        lot = self._new_lot(self.lot_part, "L-77", 1)
        for code, expected in (
                ("ROL-1", "“ROL-1” is .*Roller, which is not on .*On it: Print head"),
                (lot.name, "“L-77” is Battery, which is not on"),
                (self.device.serial_number, "is the device .*, not a part"),
                (self.device.identifier, "is the device .*, not a part"),
                (self.order.name, "is a service order, not a part"),
                ("4006381333931", "No product, lot or serial number has the code “4006381333931”"),
                ("  ", "Scan or type a barcode")):
            with self.subTest(code), self.assertRaisesRegex(UserError, expected):
                rw.action_scan(code)
        self.assertEqual(rw.move_ids.service_scanned, 0)

    def test_two_lines_of_one_product(self):
        rw = self._request((self.part, 1), (self.part, 2))
        for _time in range(3):
            self._scan(rw, "5901234123457")
        self.assertEqual(rw.move_ids.mapped("service_scanned"), [1, 2])
        with self.assertRaisesRegex(UserError, r"scanned already \(3 pcs\)"):
            rw.action_scan("5901234123457")

    def test_more_is_planned_than_there_is(self):
        rw = self._request((self.part, 12))
        for _time in range(10):
            self._scan(rw, "5901234123457")
        with self.assertRaisesRegex(UserError, r"10 pcs scanned, and no more of it is free in stock \(12 planned\)"):
            rw.action_scan("5901234123457")
        self._stock(self.part, 1)
        self._scan(rw, "5901234123457")
        self.assertEqual(rw.move_ids.service_scanned, 11, "what arrived since is taken")

    def test_serial_number(self):
        first, second, third = (self._new_lot(self.serial_part, name, 1) for name in ("S1", "S2", "S3"))
        rw = self._request((self.serial_part, 1, {"lot_name": "S1"}), (self.serial_part, 1, {"lot_name": "S2"}))
        self.serial_part.barcode = "5909990000012"
        with self.assertRaisesRegex(UserError, "scan its lot or serial number. Reserved: S1, S2"):
            rw.action_scan("5909990000012")
        self._scan(rw, "S2")
        self.assertEqual(
            rw.move_line_ids.filtered("service_scanned").lot_id, second, "the line for which it was chosen")
        with self.assertRaisesRegex(UserError, "Serial number S2 of Fiscal memory is scanned already"):
            rw.action_scan("S2")
        self._scan(rw, "S3")
        rw.button_validate()
        self.assertEqual(set(self.order.line_ids.mapped("lot_names")), {"S2", "S3"}, "the history says what went in")
        self.assertStock(self.serial_part, 1, lot=first)
        self.assertStock(self.serial_part, 0, lot=third)

    def test_lot_that_is_not_there(self):
        self._new_lot(self.lot_part, "L1", 5)
        self._new_lot(self.lot_part, "L2")
        rw = self._request((self.lot_part, 2, {"lot_name": "L1"}))
        with self.assertRaisesRegex(UserError, "L2 of Battery is not free in stock. Reserved for this RW: L1"):
            rw.action_scan("L2")
        self._scan(rw, "L1")
        self.assertEqual(rw.move_ids.service_scanned, 1)

    def test_other_lot_for_one_of_two(self):
        self._new_lot(self.lot_part, "L1", 5)
        second = self._new_lot(self.lot_part, "L2", 5)
        rw = self._request((self.lot_part, 2, {"lot_name": "L1"}))
        self._scan(rw, "L2")
        self._scan(rw, "L1")
        rw.button_validate()
        self.assertEqual(rw.state, "done")
        self.assertStock(self.lot_part, 4, lot=second)
        self.assertEqual(self.order.line_ids.quantity_issued, 2)

    def test_cable_is_taken_whole(self):
        metre = self.env.ref("uom.product_uom_meter")
        cable = self._new_product("Cable", uom_id=metre.id, barcode="5907777000019")
        self._stock(cable, 100)
        rw = self._request((cable, 2.5))
        self._scan(rw, "5907777000019")
        self.assertEqual(rw.move_ids.service_scanned, 2.5)

    def test_closed_rw_and_rights(self):
        rw = self._request((self.part, 1))
        with self.assertRaises(AccessError):
            rw.with_user(self.technician).action_scan("5901234123457")
        with self.assertRaises(AccessError):
            rw.with_user(self.employee).action_scan("5901234123457")
        self._scan(rw, "5901234123457")
        rw.button_validate()
        with self.assertRaisesRegex(UserError, "does not wait to be issued"):
            rw.action_scan("5901234123457")

    def test_other_documents_are_validated_as_ever(self):
        rw = self._request((self.part, 2))
        self.assertIs(rw.button_validate(), True)
        self.assertEqual(self.order.line_ids.quantity_issued, 2, "without a scan everything goes")


@tagged("post_install", "-at_install")
class TestScanOnOrder(ScanCommon):
    """A technician adds parts by scanning, without stock rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order_type.issue_by = "technician"

    def test_adds_a_part(self):
        answer = self.order.action_scan("5901234123457")
        self.assertEqual(answer["type"], "success")
        self.assertEqual(answer["message"], "Print head is added. Planned: 1 pcs.")
        line = self.order.line_ids
        self.assertEqual((line.kind, line.product_id, line.quantity), ("part", self.part, 1))
        self.assertEqual(line.device_line_id, self.order.device_line_ids)

    def test_same_part_twice_asks(self):
        self.order.action_scan("5901234123457")
        answer = self.order.action_scan("5901234123457")
        self.assertIn("on the order already: 1 planned, 0 issued. Add one more?", answer["confirm"])
        self.assertEqual(self.order.line_ids.quantity, 1, "nothing is added before the answer")
        answer = self.order.action_scan("5901234123457", confirmed=True)
        self.assertEqual(answer["message"], "Print head: one more is added. Planned: 2 pcs.")
        self.assertEqual(self.order.line_ids.quantity, 2)
        self.order.action_issue_parts()
        self.assertIn("2 planned, 2 issued", self.order.action_scan("5901234123457")["confirm"])

    def test_not_enough_in_stock(self):
        motor = self._new_product("Motor", barcode="5905555000018")
        answer = self.order.action_scan("5905555000018")
        self.assertEqual(answer["type"], "warning")
        self.assertEqual(answer["message"], "Motor is added. Free in the warehouse: only 0 pcs.")
        self.assertEqual(self.order.line_ids.product_id, motor)

    def test_serial_number_twice(self):
        self._new_lot(self.serial_part, "S1", 1)
        self.order.action_scan("S1")
        self.assertEqual(self.order.line_ids.lot_name, "S1")
        with self.assertRaisesRegex(UserError, "Serial number S1 of Fiscal memory is on order"):
            self.order.action_scan("S1")
        self.assertEqual(len(self.order.line_ids), 1)

    def test_product_first_and_its_number_after(self):
        self.serial_part.barcode = "5909990000012"
        self._new_lot(self.serial_part, "S1", 1)
        answer = self.order.action_scan("5909990000012")
        self.assertEqual(answer["type"], "warning")
        self.assertIn("Scan its lot or serial number too", answer["message"])
        answer = self.order.action_scan("S1")
        self.assertEqual(answer["message"], "Fiscal memory has the number S1 now. Planned: 1 pcs.")
        self.assertEqual((len(self.order.line_ids), self.order.line_ids.lot_name), (1, "S1"))

    def test_barcode_of_something_else(self):
        self.labour.barcode = "5908888000015"
        for code, expected in (
                ("5908888000015", "a service. Add it as labour"),
                (self.device.serial_number, "is the device .*, not a part"),
                ("4006381333931", "No product, lot or serial number")):
            with self.subTest(code), self.assertRaisesRegex(UserError, expected):
                self.order.action_scan(code)
        self.assertFalse(self.order.line_ids)

    def test_code_of_two_products(self):
        self._new_product("Big roller", default_code="ROL-1")
        with self.assertRaisesRegex(UserError, "Several products have the code “ROL-1”: .*Big roller"):
            self.order.action_scan("ROL-1")
        self.assertFalse(self.order.line_ids)

    def test_closed_order_and_rights(self):
        with self.assertRaises(AccessError):
            self.order.with_user(self.technician2).action_scan("5901234123457")
        with self.assertRaises(AccessError):
            self.order.with_user(self.keeper).action_scan("5901234123457")
        self.order.action_cancel()
        with self.assertRaisesRegex(UserError, "closed"):
            self.order.action_scan("5901234123457")

    def test_product_of_another_company(self):
        other = self._get_second_company()
        self._new_product("Foreign", barcode="5904444000011", company_id=other.id)
        with self.assertRaisesRegex(UserError, "No product, lot or serial number has the code"):
            self.order.action_scan("5904444000011")

    # CATALOGUE

    def test_catalogue(self):
        action = self.order.action_add_from_catalog()
        products = self.env["product.product"].with_user(self.technician).search(action["domain"])
        self.assertIn(self.part, products)
        self.assertNotIn(self.labour, products)
        row = products.with_context(**action["context"]).filtered(lambda product: product == self.part).web_read(
            {"name": {}, "service_free_qty": {}})
        self.assertEqual(row[0]["service_free_qty"], 10, "what is free, without rights on the stock")
        arch = self.env["product.product"].with_user(self.technician).get_view(
            {mode: view for view, mode in action["views"]}["kanban"], "kanban")["arch"]
        self.assertNotIn("qty_available", arch, "a technician could not read it")
        price = self.order._update_order_line_info(self.part.id, 2)
        self.assertEqual(price, 90)
        self.assertEqual(self.order.line_ids.quantity, 2)
        info = self.order._get_product_catalog_order_line_info([self.part.id, self.roller.id])
        self.assertEqual((info[self.part.id]["quantity"], info[self.roller.id]["quantity"]), (2, 0))
        self.order.action_issue_parts()
        self.order._update_order_line_info(self.part.id, 3)
        self.assertEqual(self.order.line_ids.quantity_to_issue, 1)
        with self.assertRaisesRegex(UserError, "2 are issued already"):
            self.order._update_order_line_info(self.part.id, 1)
        self.order._update_order_line_info(self.roller.id, 1)
        self.order._update_order_line_info(self.roller.id, 0)
        self.assertEqual(self.order.line_ids.product_id, self.part)
        with self.assertRaises(AccessError):
            self.order.with_user(self.technician2)._update_order_line_info(self.part.id, 9)
