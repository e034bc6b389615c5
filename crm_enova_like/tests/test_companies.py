from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ServiceCommon

CONFIGURED = ("crm.service.order.type", "crm.service.stage")


@tagged("post_install", "-at_install")
class TestCompanies(ServiceCommon):
    """Two service companies on one database, which never see each other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls._make_company("Serwis Nowy")
        warehouses = cls.env["stock.warehouse"].search([("company_id", "=", cls.other_company.id)])
        cls.other_warehouse = warehouses[:1] or cls.env["stock.warehouse"].create(
            {"name": "Drugi", "code": "DRU", "company_id": cls.other_company.id})
        cls.there = cls.env(context={**cls.env.context, "allowed_company_ids": cls.other_company.ids})
        cls.other_operator = cls._new_user("other_operator", "crm_enova_like.group_user")
        cls.other_technician = cls._new_user("other_technician", "crm_enova_like.group_technician")
        cls.other_manager = cls._new_user("other_manager", "crm_enova_like.group_manager")
        (cls.other_operator | cls.other_technician | cls.other_manager).write({
            "company_id": cls.other_company.id, "company_ids": [Command.set(cls.other_company.ids)]})
        cls.owner_of_both = cls._new_user("both", "crm_enova_like.group_manager")
        cls.owner_of_both.company_ids += cls.other_company

        cls.order = cls._new_order(cls.device, user_id=cls.technician.id)
        cls.foreign_device = cls.there["crm.service.device"].create({
            "name": "Nano E", "type_id": cls.device_type.id, "serial_number": "ABC 2001",
            "partner_id": cls.contractor.id})
        cls.foreign_order = cls.there["crm.service.order"].create({
            "partner_id": cls.contractor.id,
            "device_line_ids": [Command.create({"device_id": cls.foreign_device.id})]})

    def _stock_there(self, quantity):
        self.there["stock.quant"]._update_available_quantity(
            self.part, self.other_warehouse.lot_stock_id, quantity)

    # A NEW COMPANY

    def test_new_company_gets_its_own(self):
        for model in CONFIGURED:
            mine, theirs = (
                self.env[model].search([("company_id", "=", company.id)])
                for company in (self.company, self.other_company))
            with self.subTest(model=model):
                self.assertTrue(theirs)
                self.assertFalse(mine & theirs)
        stages = self.env["crm.service.stage"].search([("company_id", "=", self.other_company.id)])
        self.assertEqual(
            set(stages.mapped("state")), {"new", "accepted", "in_progress", "waiting", "done", "cancelled"})
        order_type = self.foreign_order.type_id
        self.assertEqual(order_type.company_id, self.other_company)
        self.assertEqual(order_type.sequence_id.company_id, self.other_company)
        self.assertNotEqual(order_type.sequence_id, self.order_type.sequence_id)
        self.assertEqual(self.other_warehouse.rw_type_id.company_id, self.other_company)
        self.assertNotEqual(self.other_warehouse.rw_type_id.sequence_id, self.warehouse.rw_type_id.sequence_id)
        self.assertNotEqual(self.other_company.service_location_id, self.company.service_location_id)
        self.assertEqual(self.other_company.service_location_id.usage, "production")

    def test_new_company_numbers_from_the_start(self):
        self.assertRegex(self.foreign_order.name, r"^ZSR/20\d\d/00001$")
        self.assertEqual(self.foreign_device.identifier, "KASA/00001")
        self.assertEqual(self.foreign_device.serial_number, self.device.serial_number, "each company its own")

    def test_new_company_in_each_language(self):
        for code in ("en_US", "pl_PL"):
            self.env["res.lang"]._activate_lang(code)
        company = self.env["res.company"].create({"name": "Serwis Trzeci"})
        self.env.user.company_ids += company
        stage = self.env["crm.service.stage"].search([("company_id", "=", company.id), ("state", "=", "new")])
        self.assertEqual(stage.with_context(lang="en_US").name, "New")
        self.assertEqual(stage.with_context(lang="pl_PL").name, "Nowe")

    def test_company_without_a_warehouse_says_so(self):
        company = self.env["res.company"].create({"name": "Biuro"})
        self.env.user.company_ids += company
        warehouses = self.env["stock.warehouse"].search([("company_id", "=", company.id)])
        env = self.env(context={**self.env.context, "allowed_company_ids": company.ids})
        order = env["crm.service.order"].create({
            "partner_id": self.contractor.id,
            "line_ids": [Command.create({"kind": "part", "product_id": self.part.id})]})
        # Odoo makes a warehouse with the company under tests only
        order.type_id.warehouse_id = False
        warehouses.active = False
        with self.assertRaisesRegex(UserError, "“Biuro” has no warehouse"):
            order.action_issue_parts()

    # NEVER SEEN

    def test_nothing_leaks(self):
        foreign = {
            "order": self.foreign_order,
            "device line": self.foreign_order.device_line_ids,
            "line": self.there["crm.service.order.line"].create({
                "order_id": self.foreign_order.id, "kind": "labour", "product_id": self.labour.id}),
            "device": self.foreign_device,
            "type": self.foreign_order.type_id,
            "stage": self.foreign_order.stage_id,
            "device type": self.there["crm.service.device.type"].create({
                "name": "Theirs", "prefix": "ICH", "company_id": self.other_company.id}),
            "device model": self.there["crm.service.device.model"].create({
                "name": "Theirs", "company_id": self.other_company.id}),
        }
        mine = {
            "order": self.order, "device line": self.order.device_line_ids, "device": self.device,
            "type": self.order_type, "stage": self.order.stage_id}
        for strangers, records in (
                ((self.technician, self.operator, self.manager, self.reader), foreign),
                ((self.other_technician, self.other_operator, self.other_manager), mine)):
            for user in strangers:
                for name, record in records.items():
                    record = record.with_user(user).with_context(allowed_company_ids=None)
                    with self.subTest(user=user.login, record=name):
                        self.assertFalse(record.search([("id", "in", record.ids)]))
                        with self.assertRaises(AccessError):
                            record.read(["display_name"])
                        with self.assertRaises(AccessError):
                            record.write({record._rec_name if record._rec_name != "device_id" else "fault": "x"})
                        with self.assertRaises(AccessError):
                            record.unlink()

    def test_owner_of_both_sees_what_is_switched_on(self):
        Order = self.env["crm.service.order"].with_user(self.owner_of_both)
        both = self.order | self.foreign_order
        for companies in (self.company, self.other_company, self.company | self.other_company):
            found = Order.with_context(allowed_company_ids=companies.ids).search([("id", "in", both.ids)])
            self.assertEqual(found.company_id, companies.filtered(lambda company: company in both.company_id))
        stages = Order.with_context(allowed_company_ids=self.company.ids)._read_group_stage_id(
            self.env["crm.service.stage"], [])
        self.assertEqual(stages.company_id, self.company, "no empty columns of the other company")

    def test_same_serial_is_found_in_ones_own_company(self):
        found = self.env["crm.service.device"].with_user(self.operator).name_search("ABC 2001")
        self.assertEqual([device_id for device_id, _name in found], self.device.ids)
        found = self.there["crm.service.device"].with_user(self.other_operator).name_search("ABC 2001")
        self.assertEqual([device_id for device_id, _name in found], self.foreign_device.ids)

    def test_device_in_both_companies_is_not_told(self):
        """The warning “already in an open order” is about the device of one company."""
        self.assertFalse(self.order.device_line_ids.other_open_order_id)
        self.assertFalse(self.order.device_warning)

    # NEVER MIXED

    def test_device_of_another_company_is_refused(self):
        for user in (self.operator, self.owner_of_both):
            both = self.company.ids if user == self.operator else (self.company | self.other_company).ids
            order = self.order.with_user(user).with_context(allowed_company_ids=both)
            with self.subTest(user=user.login), self.assertRaises(UserError):
                order.write({"device_line_ids": [Command.create({"device_id": self.foreign_device.id})]})
                order.flush_recordset()
        with self.assertRaisesRegex(UserError, "another company|companies|company"):
            self.order.write({"device_line_ids": [Command.create({"device_id": self.foreign_device.id})]})
        self.assertEqual(self.order.device_line_ids.device_id, self.device)

    def test_configuration_of_another_company_is_refused(self):
        both = (self.company | self.other_company).ids
        order = self.order.with_user(self.owner_of_both).with_context(allowed_company_ids=both)
        foreign_type, foreign_stage = self.foreign_order.type_id, self.foreign_order.stage_id
        for name, value in [
                ("type_id", foreign_type.id), ("stage_id", foreign_stage.search([
                    ("company_id", "=", self.other_company.id), ("state", "=", "accepted")]).id),
                ("company_id", self.other_company.id), ("user_id", self.other_technician.id)]:
            with self.subTest(field=name), self.assertRaises(UserError):
                order.write({name: value})
                order.flush_recordset()
        with self.assertRaises(UserError):
            self.order_type.warehouse_id = self.other_warehouse
        with self.assertRaises(UserError):
            self.order_type.rw_picking_type_id = self.other_warehouse.rw_type_id
        with self.assertRaises(UserError):
            order.action_assign(self.other_technician)
        self.assertEqual(self.order.user_id, self.technician)

    def test_products_of_another_company_are_refused(self):
        theirs = self._new_product("Their part", company_id=self.other_company.id)
        with self.assertRaises(UserError):
            self.add_part(self.order, theirs)
        with self.assertRaises(UserError):
            self.device.product_id = theirs
            self.device.flush_recordset()

    def test_device_stays_in_its_company(self):
        with self.assertRaisesRegex(UserError, "stays in its company"):
            self.device.company_id = self.other_company
        # one without a history, and with nothing tied to the company, may move
        self.device2.company_id = self.other_company
        self.assertEqual(self.device2.company_id, self.other_company)

    def test_new_order_by_form_in_each_company(self):
        for company in (self.company, self.other_company):
            Order = self.env["crm.service.order"].with_user(self.owner_of_both).with_context(
                allowed_company_ids=(company | (self.company | self.other_company)).ids)
            with self.subTest(company=company.name), Form(Order) as form:
                form.partner_id = self.contractor
                self.assertEqual(form.type_id.company_id, company)
                self.assertEqual(form.stage_id.company_id, company)

    # EACH ITS OWN RW

    def test_each_company_issues_its_own_rw(self):
        self._stock_there(5)
        line = self.add_part(self.order)
        their_line = self.there["crm.service.order.line"].create({
            "order_id": self.foreign_order.id, "kind": "part", "product_id": self.part.id, "quantity": 2.0})
        self.order.with_user(self.technician).action_issue_parts()
        self.foreign_order.with_user(self.other_technician).with_context(allowed_company_ids=None).action_issue_parts()
        rw, their_rw = self.order.picking_ids, self.foreign_order.picking_ids
        self.assertEqual((rw.company_id, their_rw.company_id), (self.company, self.other_company))
        self.assertEqual((rw.state, their_rw.state), ("done", "done"))
        self.assertRegex(their_rw.name, r"^RW/20\d\d/00001$")
        self.assertEqual(their_rw.location_id, self.other_warehouse.lot_stock_id)
        self.assertEqual(their_rw.location_dest_id, self.other_company.service_location_id)
        self.assertStock(self.part, 9)
        self.assertStock(self.part, 3, location=self.other_warehouse.lot_stock_id)
        self.assertEqual((line.quantity_issued, their_line.quantity_issued), (1.0, 2.0))
        their_line.with_user(self.other_technician).with_context(allowed_company_ids=None).return_to_stock(1.0)
        back = self.foreign_order.picking_ids - their_rw
        self.assertRegex(back.name, r"^ZW/20\d\d/00001$")
        self.assertEqual(back.company_id, self.other_company)
        self.assertStock(self.part, 4, location=self.other_warehouse.lot_stock_id)

    def test_stock_of_another_company_is_not_issued(self):
        """Ten lie in the first company's warehouse, none in the other's."""
        self.there["crm.service.order.line"].create({
            "order_id": self.foreign_order.id, "kind": "part", "product_id": self.part.id})
        with self.assertRaisesRegex(UserError, "not enough in stock"):
            self.foreign_order.with_user(self.other_technician).with_context(
                allowed_company_ids=None).action_issue_parts()
        self.assertStock(self.part, 10)

    def test_issue_for_both_companies_at_once(self):
        """A selection of orders of two companies: each gets its own document and number."""
        self._stock_there(5)
        self.add_part(self.order)
        self.there["crm.service.order.line"].create({
            "order_id": self.foreign_order.id, "kind": "part", "product_id": self.part.id})
        both = (self.order | self.foreign_order).with_user(self.owner_of_both).with_context(
            allowed_company_ids=(self.company | self.other_company).ids)
        both.action_issue_parts()
        self.assertEqual(self.order.picking_ids.company_id, self.company)
        self.assertEqual(self.foreign_order.picking_ids.company_id, self.other_company)
        self.assertRegex(self.foreign_order.picking_ids.name, r"^RW/20\d\d/00001$")

    def test_second_warehouse_shares_the_numbers(self):
        van = self.env["stock.warehouse"].create({"name": "Van", "code": "VAN"})
        self.assertEqual(van.rw_type_id.sequence_id, self.warehouse.rw_type_id.sequence_id)
        self.assertEqual(van.zw_type_id.sequence_id, self.warehouse.zw_type_id.sequence_id)
        self.env["stock.quant"]._update_available_quantity(self.part, van.lot_stock_id, 3)
        on_site = self.env["crm.service.order.type"].create(
            {"name": "On site", "prefix": "ZSR", "warehouse_id": van.id})
        order = self._new_order(self.device2, type_id=on_site.id)
        self.add_part(order)
        self.add_part(self.order)
        self.order.action_issue_parts()
        order.action_issue_parts()
        first, second = self.order.picking_ids, order.picking_ids
        self.assertEqual(second.location_id, van.lot_stock_id)
        self.assertEqual(int(second.name.rpartition("/")[2]), int(first.name.rpartition("/")[2]) + 1)
        self.assertStock(self.part, 2, location=van.lot_stock_id)
        self.assertEqual(order.line_ids.free_qty, 2.0)
