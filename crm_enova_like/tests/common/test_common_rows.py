from odoo.fields import NO_ACCESS
from odoo.tests import tagged

from . import ServiceCommon


@tagged("post_install", "-at_install")
class TestRows(ServiceCommon):
    """The rows of a document are read by the statement that finds them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_order(cls.device, user=cls.technician)
        cls.add_part(cls.order)

    def _count(self, user, read):
        """Statements of reading an order's rows, which are known by nobody yet."""
        order = self.order.with_user(user)
        for _warm in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            order.mapped("name")
            before = self.env.cr.sql_log_count
            value = read(order)
        return self.env.cr.sql_log_count - before, value

    def test_one_statement(self):
        for user in (self.manager, self.operator, self.technician):
            with self.subTest(user=user.login):
                self.assertEqual(
                    self._count(user, lambda order: order.device_line_ids.mapped("fault")), (1, ["Does not print"]))
                self.assertEqual(self._count(user, lambda order: order.line_ids.mapped("quantity")), (1, [1.0]))

    def test_what_nobody_reads_is_not_read(self):
        row = self.order.device_line_ids
        row.access_code = "1234"
        self.assertEqual(row._fields["access_secret"].groups, NO_ACCESS)
        self._count(self.technician, lambda order: order.device_line_ids.mapped("fault"))
        self.assertNotIn("access_secret", row._cache)

    def test_what_was_changed_meanwhile_stays(self):
        row = self.order.device_line_ids
        self.env.flush_all()
        self.order.invalidate_recordset(["device_line_ids"])
        row.fault = "Does not stop"
        self.assertEqual(self.order.device_line_ids.fault, "Does not stop")

    def test_rows_of_another_company_stay_hidden(self):
        other = self.env["res.company"].create({"name": "Other firm"})
        self.env.cr.execute(
            "UPDATE crm_service_order_device SET company_id = %s WHERE order_id = %s", [other.id, self.order.id])
        self.env.invalidate_all()
        self.assertFalse(self.order.with_user(self.operator).device_line_ids)
        self.env.invalidate_all()
        self.assertTrue(self.order.sudo().device_line_ids)
