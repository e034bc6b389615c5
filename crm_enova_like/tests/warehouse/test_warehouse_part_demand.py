from ast import literal_eval

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestPartDemand(ServiceCommon):
    """What orders wait for, as the keeper sees it, and how it is ordered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order_type.issue_by = "warehouse"
        cls.order = cls.make_order(cls.device, user=cls.technician, user_id=cls.technician.id,
                                   date_deadline="2026-03-20")
        cls.other = cls.make_order(cls.device2, user=cls.technician2, user_id=cls.technician2.id,
                                   date_deadline="2026-03-10")
        cls.motor = cls._new_product("Motor", standard_price=30)

    def _row(self, product):
        rows = self.env["crm.service.part.demand"].with_user(self.keeper).search([("product_id", "=", product.id)])
        self.env.invalidate_all()
        return rows

    def test_the_page_and_its_count(self):
        """What the web client gets is what core's own page has, however far it has turned the pages."""
        Demand = self.env["crm.service.part.demand"].with_user(self.keeper)
        self.add_part(self.order, quantity=3)
        self.add_part(self.other, product=self.motor)
        asked = {"product_id": {"fields": {"display_name": {}}}, "quantity": {}, "order_names": {}, "shortage": {}}
        for options in (
                {}, {"limit": 1}, {"limit": 1, "offset": 1}, {"limit": 80, "count_limit": 10001}, {"offset": 5},
                {"limit": 1, "count_limit": 1}, {"limit": 2, "order": "quantity desc"},
                {"limit": 0}, {"limit": 2, "count_limit": 1}, {"limit": 1, "offset": 1, "count_limit": 1}):
            with self.subTest(**options):
                self.env.invalidate_all()
                ours = Demand.web_search_read([], asked, **options)
                core = self.registry["base"].web_search_read(Demand, [], asked, **options)
                self.assertEqual(ours, core)
        self.assertEqual(len(Demand.search([])), 2)

    def test_a_row_that_is_gone_is_read(self):
        """Somebody opens it just when its last part is issued: nothing is asked for, and nothing breaks."""
        gone = self.env["crm.service.part.demand"].with_user(self.keeper).browse([0])
        [row] = gone.web_read({name: {} for name in ("order_names", "free_qty", "shortage", "is_short", "quantity")})
        self.assertEqual(row, {
            "id": 0, "order_names": "", "free_qty": 0, "shortage": 0, "is_short": False, "quantity": 0})

    def test_needed_free_incoming_short(self):
        line = self.add_part(self.order, quantity=3)
        self.add_part(self.other, quantity=9)
        self.order.action_issue_parts()
        self._incoming(self.part, 1)
        row = self._row(self.part)
        self.assertEqual(len(row), 1)
        self.assertEqual(
            (row.quantity, row.quantity_reserved, row.free_qty, row.incoming_qty, row.shortage), (12, 3, 7, 1, 1))
        self.assertTrue(row.is_short)
        self.assertEqual(row.order_count, 2)
        self.assertEqual(row.date_deadline, self.other.date_deadline)
        self.assertEqual(
            row.order_names, f"{self.other.name} × 9 pcs, {self.order.name} × 3 pcs", "the most urgent first")
        line.quantity = 1
        row = self._row(self.part)
        self.assertEqual((row.quantity, row.quantity_reserved, row.free_qty, row.shortage), (10, 1, 9, 0))
        self.assertFalse(row.is_short)

    def _incoming(self, product, quantity):
        suppliers = self.env.ref("stock.stock_location_suppliers")
        receipt = self.env["stock.picking"].create({
            "picking_type_id": self.warehouse.in_type_id.id, "location_id": suppliers.id,
            "location_dest_id": self.stock.id,
            "move_ids": [(0, 0, {"product_id": product.id, "product_uom_qty": quantity,
                                 "location_id": suppliers.id, "location_dest_id": self.stock.id})]})
        receipt.action_confirm()
        return receipt

    def test_what_is_issued_or_closed_is_not_needed(self):
        self.add_part(self.order, quantity=2)
        self.order.action_issue_parts()
        self.assertTrue(self._row(self.part))
        self.order.sudo()._get_open_rw().with_user(self.keeper).button_validate()
        self.assertFalse(self._row(self.part))
        self.add_part(self.order, self.motor)
        self.assertTrue(self._row(self.motor))
        self.order.line_ids.filtered(lambda line: line.product_id == self.motor).supply = "sale"
        self.assertFalse(self._row(self.motor), "the sales order delivers it")
        self.add_part(self.other, self.motor)
        self.other.action_cancel()
        self.assertFalse(self._row(self.motor))

    def test_parts_of_an_archived_order_are_no_demand(self):
        self.add_part(self.order, quantity=2)
        self.add_part(self.other, quantity=5)
        self.other.sudo().active = False
        row = self._row(self.part)
        self.assertEqual((row.quantity, row.order_count), (2, 1))
        self.assertEqual(row.order_names, f"{self.order.name} × 2 pcs")
        (self.order | self.other).sudo().action_wait()
        self._arrive(self._incoming(self.part, 1).move_ids)
        self.assertTrue(self.order.sudo().activity_ids)
        self.assertFalse(self.other.sudo().activity_ids, "nobody works on it")
        self.order.sudo().active = False
        self.assertFalse(self._row(self.part))

    def test_units(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self.part.uom_ids = dozen
        self._stock(self.part, 2)
        self.add_part(self.order, quantity=2, uom_id=dozen.id)
        self.order.action_issue_parts()
        row = self._row(self.part)
        self.assertEqual((row.quantity, row.quantity_reserved, row.free_qty, row.shortage), (24, 12, 0, 12))

    def test_pieces_of_a_pack_are_whole(self):
        pack = self.env.ref("uom.product_uom_pack_6")
        self.motor.uom_ids = pack
        line = self.add_part(self.order, self.motor, 5, uom_id=pack.id)
        self._stock(self.motor, 10)
        self.order_type.issue_by = "technician"
        self.order._issue_available()
        self.assertEqual((line.quantity_to_issue, self._row(self.motor).quantity), (3.33, 20))

    def test_filter_shortage(self):
        self.add_part(self.order)
        self.add_part(self.order, self.motor)
        Demand = self.env["crm.service.part.demand"].with_user(self.keeper)
        mine = [("product_id", "in", (self.part | self.motor).ids)]
        self.assertEqual(Demand.search([*mine, ("is_short", "=", True)]).product_id, self.motor)
        self.assertEqual(Demand.search([*mine, ("is_short", "=", False)]).product_id, self.part)

    def test_warehouses_apart(self):
        second = self.env["stock.warehouse"].create({"name": "Van", "code": "VAN", "company_id": self.company.id})
        kind = self.order_type.copy({"warehouse_id": second.id, "name": "Van"})
        self.other.sudo().type_id = kind
        self.add_part(self.order)
        self.add_part(self.other)
        rows = self._row(self.part)
        self.assertEqual({row.warehouse_id: (row.quantity, row.free_qty) for row in rows},
                         {self.warehouse: (1, 10), second: (1, 0)})
        self.assertEqual(
            rows.filtered(lambda row: row.warehouse_id == second).order_names, f"{self.other.name} × 1 pcs")

    def test_statements(self):
        """The list costs the same for many products as for a few."""
        def cost():
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.env["crm.service.part.demand"].with_user(self.keeper).search_read(
                [], ["product_id", "quantity", "free_qty", "incoming_qty", "shortage", "order_names"])
            return self.env.cr.sql_log_count - start
        for index in range(3):
            self.add_part(self.order, self._new_product(f"A{index}"))
        cost()
        few = cost()
        for index in range(20):
            self.add_part(self.order, self._new_product(f"B{index}"))
        cost()
        self.assertLessEqual(cost(), few + 1)

    def test_rights(self):
        self.add_part(self.order)
        Demand = self.env["crm.service.part.demand"]
        self.assertTrue(Demand.with_user(self.keeper).search([]))
        row = Demand.with_user(self.manager).search([("product_id", "=", self.part.id)])
        self.assertEqual(row.free_qty, 10)
        for user in (self.technician, self.operator, self.employee):
            with self.assertRaises(AccessError):
                Demand.with_user(user).search([]).mapped("quantity")

    def test_companies_apart(self):
        other = self._get_second_company()
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", other.id)], limit=1)
        if not warehouse:
            warehouse = self.env["stock.warehouse"].create({"name": "Drugi", "code": "DR", "company_id": other.id})
        self.env.user.company_ids += other
        order = self.env["crm.service.order"].with_company(other).create(
            {"partner_id": self.contractor.id, "company_id": other.id})
        self.add_part(order, self.motor)
        self.assertFalse(self._row(self.motor))
        self.keeper.sudo().company_ids += other
        row = self.env["crm.service.part.demand"].with_user(self.keeper).with_context(
            allowed_company_ids=other.ids).search([])
        self.assertEqual((row.product_id, row.company_id), (self.motor, other))

    # REPLENISHMENT

    def _resupply(self, *products):
        """A second warehouse with the products, which resupplies the first one."""
        source = self.env["stock.warehouse"].create({
            "name": "Central", "code": "CEN", "company_id": self.company.id})
        self.warehouse.resupply_wh_ids = source
        route = self.env["stock.route"].search([("supplied_wh_id", "=", self.warehouse.id)])
        for product in products:
            product.route_ids = route
            self.env["stock.quant"]._update_available_quantity(product, source.lot_stock_id, 50)
        return route

    def _documents(self, order):
        reference = self.env["stock.reference"].search([("service_order_id", "=", order.id)])
        return reference.move_ids

    def _arrive(self, moves):
        """Receive everything, through whatever steps there are."""
        for _step in range(5):
            todo = self.env["stock.move"].search([
                ("product_id", "in", moves.product_id.ids), ("picking_id.service_document", "=", False),
                ("state", "not in", ("done", "cancel"))]).picking_id
            todo.move_ids._action_assign()
            todo = todo.filtered(lambda picking: picking.state == "assigned")
            if not todo:
                break
            todo.move_ids.picked = True
            todo._action_done()

    def test_order_asks_for_what_is_missing(self):
        self._resupply(self.motor)
        self.add_part(self.order, self.motor, 2)
        self.assertTrue(self.order.has_missing_parts)
        notice = self.order.action_order_missing_parts()
        self.assertEqual(notice["params"]["type"], "success")
        self.assertIn("Motor × 2", notice["params"]["message"])
        moves = self._documents(self.order)
        self.assertTrue(moves, "core's own transfer")
        self.assertEqual(set(moves.mapped("origin")), {self.order.name})
        self.assertEqual(set(moves.reference_ids.mapped("name")), {self.order.name})
        self.assertEqual(self.order.line_ids.quantity_requested, 2)
        self.assertEqual(self.order.line_ids.issue_status, "ordered")
        self.assertFalse(self.order.has_missing_parts)
        with self.assertRaisesRegex(UserError, "has been ordered already: Motor × 2"):
            self.order.action_order_missing_parts()
        self.order.line_ids.quantity = 3
        self.order.action_order_missing_parts()
        self.assertEqual(self.order.line_ids.quantity_requested, 3, "the one that came on top")

    def test_issued_from_elsewhere_waits_for_nothing(self):
        self._resupply(self.motor)
        self.order_type.issue_by = "technician"
        self.add_part(self.order, self.motor, 2)
        self.order.action_order_missing_parts()
        self._stock(self.motor, 2)
        self.order.action_issue_parts()
        self.assertEqual(self.order.line_ids.quantity_requested, 0)
        self.order.line_ids.quantity = 3
        self.assertTrue(self.order.has_missing_parts, "a third one is asked for anew")

    def test_arrival_tells_an_order_that_reserved_nothing(self):
        self._resupply(self.motor)
        self.add_part(self.order, self.motor, 2)
        self.order.action_start()
        self.order.action_order_missing_parts()
        self.assertFalse(self.order.sudo().picking_ids, "nothing is reserved")
        self.assertEqual(self.order.state, "in_progress")
        mails = self.env["mail.mail"].search_count([])
        self._arrive(self._documents(self.order))
        activity = self.order.sudo().activity_ids
        self.assertEqual(activity.summary, "Parts arrived")
        self.assertEqual(activity.user_id, self.technician)
        self.assertEqual(self.order.line_ids.quantity_requested, 0)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_arrival_tells_whom_it_serves(self):
        """What came goes to the most urgent; who still lacks something is not told."""
        orders = self.other | self.order | self.make_order(self.device, date_deadline="2026-04-01")
        for order, quantity in zip(orders, (4, 2, 200), strict=True):
            self.add_part(order.with_env(self.env), self.motor, quantity)
            order.with_env(self.env).action_wait()

        def told():
            return orders.filtered(lambda order: order.sudo().activity_ids)

        self._count(3)
        self.assertEqual(told(), self.order, "the first one needs four")
        self.order.sudo().activity_ids.unlink()
        self._count(6)
        self.assertEqual(told(), self.order | self.other)

    def _count(self, quantity):
        """An inventory count finds so many motors."""
        self.env["stock.quant"].with_context(inventory_mode=True).create({
            "product_id": self.motor.id, "location_id": self.warehouse.lot_stock_id.id,
            "inventory_quantity": quantity}).action_apply_inventory()

    def test_move_inside_the_warehouse_tells_nobody(self):
        self._resupply(self.motor)
        self.add_part(self.order, self.motor, 2)
        self.order.action_order_missing_parts()
        self.order.action_wait()
        shelf, room = self.env["stock.location"].create([
            {"name": name, "location_id": self.warehouse.view_location_id.id} for name in ("Shelf", "Room")])
        self.env["stock.quant"]._update_available_quantity(self.motor, shelf, 3)
        transfer = self.env["stock.picking"].create({
            "picking_type_id": self.warehouse.int_type_id.id, "location_id": shelf.id, "location_dest_id": room.id,
            "move_ids": [(0, 0, {"product_id": self.motor.id, "product_uom_qty": 3,
                                 "location_id": shelf.id, "location_dest_id": room.id})]})
        transfer.action_confirm()
        transfer.move_ids.picked = True
        transfer._action_done()
        self.assertEqual(transfer.state, "done")
        self.assertFalse(self.order.sudo().activity_ids, "nothing has arrived")
        self.assertEqual(self.order.line_ids.quantity_requested, 2)

    def test_only_what_is_missing(self):
        self._resupply(self.part)
        self.add_part(self.order, self.part, 12)
        self.order.action_order_missing_parts()
        self.assertEqual(self.order.line_ids.quantity_requested, 2)
        self.order.line_ids.quantity = 1
        self.assertFalse(self.order.has_missing_parts)
        other = self.make_order(self.device, user=self.technician)
        self.add_part(other)
        with self.assertRaisesRegex(UserError, "has all the parts"):
            other.action_order_missing_parts()

    def test_no_route(self):
        self.add_part(self.order, self.motor)
        # by default a warehouse receives from vendors
        self.warehouse.reception_route_id.rule_ids.active = False
        notice = self.order.action_order_missing_parts()
        self.assertEqual(notice["params"]["type"], "warning")
        self.assertIn("No route brings Motor", notice["params"]["message"])
        self.assertEqual(self.order.line_ids.quantity_requested, 0)
        self.assertTrue(self._row(self.motor).is_short, "the keeper sees it")

    def test_rights_to_order(self):
        self._resupply(self.motor)
        self.add_part(self.order, self.motor)
        for user in (self.technician2, self.keeper, self.employee):
            with self.assertRaises(AccessError):
                self.order.with_user(user).action_order_missing_parts()
        self.assertFalse(self._documents(self.order))

    def test_keeper_replenishes_from_the_row(self):
        self._resupply(self.motor)
        self.add_part(self.order, self.motor, 2)
        self.add_part(self.other, self.motor, 3)
        row = self._row(self.motor)
        action = row.action_replenish()
        wizard = Form(self.env["product.replenish"].with_user(self.keeper).with_context(**action["context"]))
        self.assertEqual(wizard.quantity, 5, "what is short is proposed")
        wizard.quantity = 4
        wizard.save().launch_replenishment()
        moves = self._documents(self.order)
        self.assertTrue(moves)
        self.assertEqual(moves, self._documents(self.other))
        self.assertIn(f"{self.other.name}, {self.order.name}", moves.mapped("origin"))
        self.assertEqual((self.other.line_ids.quantity_requested, self.order.line_ids.quantity_requested), (3, 1))
        self.assertEqual(self._row(self.motor).quantity_requested, 4)
        self._arrive(moves)
        for order in (self.order, self.other):
            self.assertEqual(order.sudo().activity_ids.summary, "Parts arrived")

    def test_core_wizard_elsewhere_is_as_ever(self):
        self._resupply(self.motor)
        self.add_part(self.order, self.motor, 2)
        wizard = Form(self.env["product.replenish"].with_user(self.keeper).with_context(
            default_product_id=self.motor.id, default_product_tmpl_id=self.motor.product_tmpl_id.id,
            default_warehouse_id=self.warehouse.id)).save()
        wizard.launch_replenishment()
        self.assertFalse(self._documents(self.order))
        self.assertEqual(self.order.line_ids.quantity_requested, 0)

    # TO ISSUE

    def test_to_issue_by_the_orders_deadline(self):
        late = self.make_order(self.device, user=self.technician, user_id=self.technician.id)
        late.sudo().date_deadline = False
        for order in (late, self.order, self.other):
            self.add_part(order)
            order.action_issue_parts()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_enova_like.action_rw_to_issue")
        arch = self.env.ref("crm_enova_like.view_picking_service_list").arch
        order_by = "service_deadline, date_deadline, id"
        self.assertIn(f'default_order="{order_by}"', arch)
        mine = [("service_order_id", "in", (late | self.order | self.other).ids)]

        def listed():
            return self.env["stock.picking"].with_user(self.keeper).search(
                literal_eval(action["domain"]) + mine, order=order_by).mapped("service_order_name")
        self.assertEqual(listed(), [self.other.name, self.order.name, late.name])
        self.other.sudo().date_deadline = "2026-04-01"
        self.assertEqual(listed(), [self.order.name, self.other.name, late.name], "the order's deadline of today")
        rw = self.order.sudo()._get_open_rw().with_user(self.keeper)
        self.assertEqual(rw.service_user_id, self.technician)
