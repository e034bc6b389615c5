from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..warehouse.test_warehouse_race import RaceCase


@tagged("post_install", "-at_install")
class TestOrderBillingRace(RaceCase):
    """An RW and a sales order take the same part at the same moment, on two connections: one of them has it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sales = []
        with cls._environment() as env:
            cls.seller = cls._new_user(env, "seller", "sales_team.group_sale_salesman_all_leads")

    @classmethod
    def _remove_firm(cls):
        with cls._environment() as env:
            ids = tuple(cls.sales) or (0,)
            env.cr.execute("UPDATE stock_move SET sale_line_id = NULL WHERE product_id IN %s", [
                tuple(cls.made["product.product"]) or (0,)])
            env.cr.execute("DELETE FROM crm_document_link WHERE res_model = 'sale.order' AND res_id IN %s", [ids])
            env.cr.execute("DELETE FROM sale_order_line WHERE order_id IN %s", [ids])
            env.cr.execute("UPDATE stock_picking SET sale_id = NULL WHERE sale_id IN %s", [ids])
            env.cr.execute("DELETE FROM sale_order WHERE id IN %s", [ids])
        return super()._remove_firm()

    def setUp(self):
        super().setUp()
        self.part = self._new_part(5)
        self.order = self._new_order(self.part)
        with self._environment() as env:
            sale = env["sale.order"].create({
                "partner_id": self.contractor_id,
                "order_line": [Command.create({"product_id": self.part, "product_uom_qty": 1})]})
            env["crm.service.order"].browse(self.order)._link_documents(sale)
            self.sale = sale.id
            self.sales += sale.ids

    def _confirm(self, env):
        env["sale.order"].browse(self.sale).action_confirm()

    def _facts(self):
        with self._environment() as env:
            return (env["sale.order"].browse(self.sale).state,
                    env["crm.service.order"].browse(self.order).line_ids.quantity_issued)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_issue_comes_first(self):
        first, second = self._one_after_the_other((self.anna, self._issue(self.order)), (self.seller, self._confirm))
        self.assertFalse(first.error)
        self.assertIsInstance(second.error, UserError)
        self.assertEqual(self._facts(), ("draft", 1))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_sale_comes_first(self):
        first, second = self._one_after_the_other((self.seller, self._confirm), (self.anna, self._issue(self.order)))
        self.assertFalse(first.error)
        self.assertIsInstance(second.error, UserError)
        self.assertEqual(self._facts(), ("sale", 0))
