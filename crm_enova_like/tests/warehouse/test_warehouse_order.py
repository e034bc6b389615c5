import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestOrderWithParts(ServiceCommon):
    """What the parts of an order mean for the order: what may be closed, cancelled, changed, typed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_order(cls.device, user=cls.technician, user_id=cls.technician.id)
        cls.line = cls.add_part(cls.order, quantity=3)
        cls.cancelled = cls.env["crm.service.stage"].search(
            [("company_id", "=", cls.company.id), ("state", "=", "cancelled")], limit=1)

    # CANCELLING

    def test_parts_stay_for_a_reason_given_with_the_cancelling(self):
        self.order.action_issue_parts()
        for vals in ({}, {"cancel_reason": "Changed their mind"}, {"parts_kept_reason": "  "}):
            for move in ({"state": "cancelled"}, {"stage_id": self.cancelled.id}):
                with self.subTest(**vals, **move), self.assertRaisesRegex(UserError, "has issued parts"):
                    self.order.write({**move, **vals})
        with self.assertRaisesRegex(UserError, "“Reason for Keeping Parts” is written when the order is closed"):
            self.order.write({"parts_kept_reason": "Said too early"})
        with self.assertRaisesRegex(UserError, "has issued parts"):
            self.order.write({"state": "cancelled"})
        self.order.write({"state": "cancelled", "parts_kept_reason": "Burnt on the bench"})
        self.assertEqual((self.order.state, self.order.parts_kept_reason), ("cancelled", "Burnt on the bench"))
        self.assertEqual(self.order.sudo().total_cost, 150)

    def test_question_writes_the_reason_where_parts_stay(self):
        other = self.make_order(self.device2, user=self.technician)
        self.order.action_issue_parts()
        action = (self.order | other).action_cancel()
        json.dumps(action)
        wizard = self.env[action["res_model"]].with_user(self.technician).with_context(
            **action["context"]).create({"mode": "keep", "reason": "Burnt on the bench"})
        wizard.action_cancel()
        self.assertEqual((self.order | other).mapped("state"), ["cancelled", "cancelled"])
        self.assertEqual((self.order | other).mapped("cancel_reason"), ["Burnt on the bench"] * 2)
        self.assertEqual((self.order | other).mapped("parts_kept_reason"), ["Burnt on the bench", False])

    def test_nothing_is_cancelled_where_one_order_has_parts(self):
        other = self.make_order(self.device2, user=self.technician)
        self.order.action_issue_parts()
        with self.assertRaisesRegex(UserError, f"{self.order.name} has issued parts"):
            (other | self.order).write({"stage_id": self.cancelled.id})
        self.assertEqual((self.order | other).mapped("state"), ["new", "new"])

    def test_parts_on_their_way_back_let_an_order_be_cancelled(self):
        self.order_type.issue_by = "warehouse"
        self.order.action_issue_parts()
        self.order.sudo()._get_open_rw().with_user(self.keeper).button_validate()
        self.line.return_to_stock(2)
        with self.assertRaisesRegex(UserError, "has issued parts"):
            self.order.write({"stage_id": self.cancelled.id})
        self.line.return_to_stock(1)
        self.order.write({"stage_id": self.cancelled.id})
        zw = self.order.sudo()._get_open_documents()
        self.assertEqual(set(zw.mapped("service_document")), {"zw"}, "what comes back waits for the keeper")

    def test_cancelling_ends_the_open_rw_and_what_was_told(self):
        self.order.action_reserve_parts()
        rw = self.order.sudo().picking_ids
        self.order.sudo()._tell_technician("crm_enova_like.mail_activity_parts_arrived", "Print head")
        self.order.sudo()._tell_technician("crm_enova_like.mail_activity_parts_arrived", "Battery")
        [activity] = self.order.sudo().activity_ids
        self.assertIn("Battery", activity.note)
        self.order.action_cancel()
        self.assertEqual(rw.state, "cancel")
        self.assertFalse(self.order.sudo().activity_ids)

    # COMPLETING

    def test_order_says_what_hinders_it(self):
        self.order.action_reserve_parts()
        rw = self.order.sudo().picking_ids
        with self.assertRaises(UserError) as caught:
            self.order.action_done()
        message = str(caught.exception)
        self.assertIn("devices without an outcome", message)
        self.assertIn("parts planned but not issued: Print head (3 pcs)", message)
        self.assertIn(f"open warehouse documents: {rw.name}", message)

    # FACTS

    def test_what_the_stock_says_is_not_typed(self):
        facts = {"quantity_issued": 3, "quantity_returned": 1, "quantity_to_issue": 0, "needs_issue": False,
                 "quantity_requested": 2}
        for name, value in facts.items():
            with self.subTest(name):
                with self.assertRaisesRegex(UserError, "cannot be entered"):
                    self.line.with_user(self.manager).write({name: value})
                with self.assertRaisesRegex(UserError, "cannot be entered"):
                    self.add_part(self.order.with_user(self.manager), **{name: value})

    def test_closed_order_keeps_its_plan(self):
        self.order.action_issue_parts()
        self.order.device_line_ids.action_repaired()
        self.order.action_done()
        for vals in ({"quantity": 4}, {"supply": "sale"}, {"lot_name": "L1"}, {"product_id": self.lot_part.id}):
            with self.subTest(**vals), self.assertRaisesRegex(UserError, f"{self.order.name} is closed"):
                self.line.write(vals)
        with self.assertRaisesRegex(UserError, f"{self.order.name} is closed"):
            self.line.unlink()

    # NOTHING CHOSEN

    def test_no_order_is_no_error(self):
        orders = self.env["crm.service.order"].with_user(self.technician)
        for action in (orders.action_reserve_parts, orders.action_issue_parts, orders.action_take):
            self.assertIs(action(), True)
        with self.assertRaisesRegex(UserError, "There is no RW"):
            orders.action_print_rw()
        self.assertTrue(orders.action_view_pickings())

    # RIGHTS

    def test_the_way_to_the_stock_is_the_orders(self):
        for work in (self.order, self.line):
            for user in (self.technician2, self.keeper, self.employee):
                with self.subTest(work=work, user=user.login), self.assertRaises(AccessError):
                    work.with_user(user)._as_stock()
            self.assertTrue(work.with_user(self.technician)._as_stock().env.su)

    # WORDS

    def test_quantities_as_the_reader_writes_them(self):
        for code in ("en_US", "pl_PL"):
            self.env["res.lang"]._activate_lang(code)
        self.line.quantity = 1234567.5
        with self.assertRaises(UserError) as caught:
            self.order.with_context(lang="pl_PL").action_issue_parts()
        self.assertRegex(str(caught.exception), " 1234567,5 ")
        with self.assertRaisesRegex(UserError, "1,234,567.5 "):
            self.order.action_issue_parts()


@tagged("post_install", "-at_install")
class TestSetUp(ServiceCommon):
    """What each company has of its own: its place of consumption, its numbers, its warehouse's types."""

    def _new_company(self, lang=False, **vals):
        partner = self.env["res.partner"].create({"name": "Second Firm", "is_company": True, "lang": lang})
        company = self.env["res.company"].create({"name": "Second Firm", "partner_id": partner.id, **vals})
        self.env.user.company_ids += company
        return company

    def test_location_is_named_in_the_companys_language(self):
        for lang, name in (("pl_PL", "Zużycie serwisowe"), ("en_US", "Service consumption")):
            self.env["res.lang"]._activate_lang(lang)
            company = self._new_company(lang, name=f"Firm {lang}")
            self.assertEqual(company._get_service_location().name, name)
            self.assertEqual(company.service_location_id.usage, "production")

    def test_location_of_an_earlier_installation_is_found(self):
        """By the operation types that used it, whatever it is called; else by its name of then or now."""
        location = self.company.service_location_id
        for name, by_type in (("Our own name", True), ("Zużycie serwisowe", False), ("Service consumption", False)):
            with self.subTest(name):
                self.company.service_location_id = False
                location.write({"name": name, "active": False})
                if not by_type:
                    # a firm's own operation types may be called RW as well
                    (self.warehouse.rw_type_id | self.warehouse.zw_type_id).sequence_id.code = "own"
                self.assertEqual(self.company._get_service_location(), location)
                self.assertTrue(location.active)
                self.assertEqual(location.name, name, "no record is renamed")

    def test_production_of_the_company_is_not_taken(self):
        company = self._new_company()
        production = self.env["stock.location"].search(
            [("company_id", "=", company.id), ("usage", "=", "production")])
        production -= company.service_location_id
        self.assertTrue(production, "core's own place of production")
        self.assertNotIn(company._get_service_location(), production)

    def test_first_order_type_has_the_companys_warehouse(self):
        company = self._new_company()
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        order_type = self.env["crm.service.order.type"].search([("company_id", "=", company.id)])
        self.assertTrue(warehouse, "Odoo makes one under tests")
        self.assertEqual((order_type.warehouse_id, order_type.issue_by), (warehouse, "technician"))

    def test_ranges_are_made_for_all_series(self):
        sequences = self.env["ir.sequence"]._get_service_sequences()
        for sequence in (self.order_type.sequence_id, self.warehouse.rw_type_id.sequence_id,
                         self.warehouse.zw_type_id.sequence_id):
            self.assertIn(sequence, sequences)

    def test_index_is_spelled_as_domains_are(self):
        self.env.cr.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'crm_service_order_line_to_issue_idx'")
        [[definition]] = self.env.cr.fetchall()
        self.assertIn("(needs_issue IS TRUE)", definition)


@tagged("post_install", "-at_install")
class TestTwoCompanies(ServiceCommon):
    """Somebody who works in two companies, with the first one chosen, works on an order of the second."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._make_company("Serwis Nowy")
        cls.second_warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.second.id)], limit=1)
        cls.both = cls._new_user("both", "crm_enova_like.group_manager")
        cls.both.company_ids += cls.second
        cls.order = cls.env["crm.service.order"].with_user(cls.both).with_context(
            allowed_company_ids=(cls.company | cls.second).ids).create({
                "partner_id": cls.contractor.id, "company_id": cls.second.id})

    def _stock_there(self, product, quantity, lot=None):
        self.env["stock.quant"]._update_available_quantity(
            product, self.second_warehouse.lot_stock_id, quantity, lot_id=lot)

    def test_part_costs_what_it_costs_there(self):
        self.part.with_company(self.second).standard_price = 7
        self._stock_there(self.part, 5)
        line = self.add_part(self.order, quantity=2)
        self.assertEqual(self.order.env.company, self.company, "the other one is chosen")
        self.order.action_issue_parts()
        self.assertEqual(line.cost, 14)
        self.assertEqual(line.sudo().move_ids.company_id, self.second)
        self.assertEqual(line.sudo().move_ids.location_dest_id, self.second.service_location_id)
        line.return_to_stock(1)
        self.assertEqual(line.cost, 7)

    def test_lot_of_the_same_name_is_the_companys_own(self):
        mine, theirs = (
            self.env["stock.lot"].create({
                "name": "L1", "product_id": self.lot_part.id, "company_id": company.id})
            for company in (self.company, self.second))
        self._stock(self.lot_part, 1, mine)
        self._stock_there(self.lot_part, 1, theirs)
        line = self.add_part(self.order, self.lot_part, lot_name="L1")
        self.assertEqual(line.sudo().lot_id, theirs)
        here = self.add_part(self.make_order(self.device), self.lot_part, lot_name="L1")
        self.assertEqual(here.lot_id, mine)
        self.order.action_issue_parts()
        self.assertEqual(line.sudo().move_ids.lot_ids, theirs)
        self.assertStock(self.lot_part, 1, lot=mine)
