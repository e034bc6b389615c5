from datetime import date
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, modules
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..common import ServiceCommon

# years that nothing else in the database has documents of
BEFORE_MIDNIGHT = "2071-12-31 22:59:00"
AFTER_MIDNIGHT = "2071-12-31 23:01:00"


@tagged("post_install", "-at_install")
class TestNumbering(ServiceCommon):
    """ZSR, RW and ZW numbers: by company and year, of the company's place."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "Europe/Warsaw"

    def _issue(self, quantity=1, order_type=None):
        order = self.make_order(self.device, type_id=(order_type or self.order_type).id)
        self.add_part(order, quantity=quantity)
        order.action_issue_parts()
        return order.picking_ids

    def _year(self, month=6):
        return freeze_time(f"2071-{month:02d}-10 10:00:00")

    # ORDERS

    def test_order_number(self):
        with self._year():
            first, second = self.make_order(), self.make_order(user=self.technician)
        self.assertEqual(first.name, "ZSR/2071/00001")
        self.assertEqual(second.name, "ZSR/2071/00002")

    def test_orders_around_new_year(self):
        with freeze_time(BEFORE_MIDNIGHT):
            old = self.make_order()
        with freeze_time(AFTER_MIDNIGHT):
            new = self.make_order()
            entered_late = self.make_order(date_received=BEFORE_MIDNIGHT)
        self.assertEqual(old.name, "ZSR/2071/00001")
        self.assertEqual(new.name, "ZSR/2072/00001")
        self.assertEqual(entered_late.name, "ZSR/2071/00002")

    def test_orders_in_a_batch(self):
        with self._year():
            orders = self.env["crm.service.order"].create([
                {"partner_id": self.contractor.id, "date_received": received} for received in (
                    "2071-05-01 10:00:00", "2072-05-01 10:00:00", "2071-05-02 10:00:00",
                    "2071-05-03 10:00:00")])
        self.assertEqual(orders.mapped("name"), [
            "ZSR/2071/00001", "ZSR/2072/00001", "ZSR/2071/00002", "ZSR/2071/00003"])

    def test_imported_number_stays(self):
        with self._year():
            self.assertEqual(self.make_order(name="OLD/7").name, "OLD/7")
            self.assertEqual(self.make_order().name, "ZSR/2071/00001")

    def test_order_types_share_a_prefix_and_its_numbers(self):
        Type = self.env["crm.service.order.type"]
        same, other = Type.create([{"name": "Warranty", "prefix": "ZSR"}, {"name": "Visit", "prefix": "WIZ"}])
        self.assertEqual(same.sequence_id, self.order_type.sequence_id)
        with self._year():
            names = [
                self.make_order(type_id=order_type.id).name for order_type in (self.order_type, same, other)]
        self.assertEqual(names, ["ZSR/2071/00001", "ZSR/2071/00002", "WIZ/2071/00001"])
        other.prefix = "ZSR"
        with self._year():
            self.assertEqual(self.make_order(type_id=other.id).name, "ZSR/2071/00003")

    def test_percent_in_a_prefix(self):
        order_type = self.env["crm.service.order.type"].create({"name": "Odd", "prefix": "5%"})
        with self._year():
            self.assertEqual(self.make_order(type_id=order_type.id).name, "5%/2071/00001")

    # RW AND ZW

    def test_buffer_name_until_validated(self):
        with self._year():
            order = self.make_order(self.device)
            self.add_part(order)
            order.action_reserve_parts()
            rw = order.picking_ids
            self.assertRegex(rw.name, r"^BUFOR/\d+$")
            self.assertEqual(self._issue().name, "RW/2071/00001", "a buffer takes no number")
            order.action_issue_parts()
            self.assertEqual(rw.name, "RW/2071/00002")
            order.line_ids.return_to_stock(1)
            zw = order.picking_ids - rw
            self.assertEqual(zw.name, "ZW/2071/00001")
            self.assertEqual(zw.move_ids.reference, zw.name)
            self.assertEqual(rw.move_ids.reference, rw.name)

    def test_documents_around_new_year(self):
        with freeze_time(BEFORE_MIDNIGHT):
            order = self.make_order(self.device)
            self.add_part(order)
            order.action_reserve_parts()
            old = self._issue()
        with freeze_time(AFTER_MIDNIGHT):
            order.action_issue_parts()
        self.assertEqual(old.name, "RW/2071/00001")
        self.assertEqual(order.picking_ids.name, "RW/2072/00001", "reserved in the old year, issued in the new")

    def test_no_gaps(self):
        fan = self._new_product("Fan")
        with self._year():
            self.assertEqual(self._issue().name, "RW/2071/00001")
            with self.assertRaises(UserError):
                self._issue(quantity=100)
            order = self.make_order(self.device)
            self.add_part(order)

            class Failure(Exception):
                pass

            with self.assertRaises(Failure), self.env.cr.savepoint():
                order.action_issue_parts()
                self.assertEqual(order.picking_ids.name, "RW/2071/00002")
                raise Failure
            self.env.invalidate_all()
            self.assertFalse(order.picking_ids)
            order.action_reserve_parts()
            order.picking_ids.action_cancel()
            self.add_part(self.make_order(), fan)
            self.assertEqual(self._issue().name, "RW/2071/00002")

    def test_second_warehouse_shares_the_numbers(self):
        second = self.env["stock.warehouse"].create({"name": "Branch", "code": "BR2"})
        self.assertEqual(second.rw_type_id.sequence_id, self.warehouse.rw_type_id.sequence_id)
        self.assertEqual(second.zw_type_id.sequence_id, self.warehouse.zw_type_id.sequence_id)
        self.assertEqual(second.rw_type_id.return_picking_type_id, second.zw_type_id)
        branch = self.env["crm.service.order.type"].create({
            "name": "Branch repair", "prefix": "ZSB", "warehouse_id": second.id})
        self.env["stock.quant"]._update_available_quantity(self.part, second.lot_stock_id, 4)
        with self._year():
            first, there, third = self._issue(), self._issue(order_type=branch), self._issue()
        self.assertEqual((first | there | third).mapped("name"), [
            "RW/2071/00001", "RW/2071/00002", "RW/2071/00003"])
        self.assertEqual(there.location_id, second.lot_stock_id)
        self.assertStock(self.part, 3, second.lot_stock_id)
        self.assertStock(self.part, 8)

    def test_archived_warehouse(self):
        second = self.env["stock.warehouse"].create({"name": "Branch", "code": "BR2"})
        second.action_archive()
        self.assertFalse(second.rw_type_id.active)
        second.action_unarchive()
        self.assertTrue(second.rw_type_id.active)
        self.assertTrue(second.zw_type_id.active)

    def test_renamed_warehouse_keeps_the_series(self):
        self.warehouse.write({"code": "NEW", "name": "Main"})
        with self._year():
            self.assertEqual(self._issue().name, "RW/2071/00001")

    def test_sequence_code_is_kept(self):
        types = self.warehouse.rw_type_id | self.warehouse.zw_type_id
        prefixes = types.sequence_id.mapped("prefix")
        self.assertEqual(prefixes, ["RW/%(range_year)s/", "ZW/%(range_year)s/"])
        self.warehouse.rw_type_id.sequence_code = "RW"
        self.warehouse.zw_type_id.write({"sequence_code": "ZW", "color": 3})
        self.assertEqual(types.sequence_id.mapped("prefix"), prefixes)
        self.assertEqual(self.warehouse.zw_type_id.color, 3)
        for value in ("RWX", "WZ", False):
            with self.assertRaisesRegex(ValidationError, "keeps its code RW"):
                self.warehouse.rw_type_id.sequence_code = value
        self.assertEqual(types.sequence_id.mapped("prefix"), prefixes)
        other = self.warehouse.int_type_id
        (other | self.warehouse.rw_type_id).write({"sequence_code": "RW"})
        self.assertEqual(other.sequence_code, "RW", "other operation types are core's")
        self.assertEqual(types.sequence_id.mapped("prefix"), prefixes)

    def test_one_rw_type_for_a_warehouse(self):
        rw, zw = self.warehouse.rw_type_id, self.warehouse.zw_type_id
        self.assertEqual((rw.sequence_code, zw.sequence_code), ("RW", "ZW"))
        self.assertEqual((rw.code, zw.code), ("internal", "internal"))
        self.assertEqual(rw.default_location_dest_id, self.company.service_location_id)
        self.assertEqual(zw.default_location_src_id, self.company.service_location_id)
        self.warehouse._create_service_picking_types()
        self.assertEqual((self.warehouse.rw_type_id, self.warehouse.zw_type_id), (rw, zw))
        self.assertEqual(self.env["stock.picking.type"].with_context(active_test=False).search_count(
            [("warehouse_id", "=", self.warehouse.id), ("service_document", "!=", False)]), 2)

    # NEXT YEAR

    def test_next_years_ranges_are_made_ahead(self):
        sequences = self.order_type.sequence_id | self.warehouse.rw_type_id.sequence_id | (
            self.warehouse.zw_type_id.sequence_id)

        def ranges(sequence):
            return {
                day.date_from for day in sequence.date_range_ids if day.date_from.year in (2071, 2072)}

        with freeze_time("2071-11-05 10:00:00"):
            for _twice in range(2):
                # not method_direct_trigger, which commits
                self.env.ref("crm_enova_like.ir_cron_prepare_ranges").ir_actions_server_id.run()
        for sequence in sequences:
            self.assertEqual(ranges(sequence), {date(2071, 1, 1), date(2072, 1, 1)}, sequence.name)
            self.assertEqual(
                len(sequence.date_range_ids), len(set(sequence.date_range_ids.mapped("date_from"))),
                "a second run makes none again")
        with freeze_time(AFTER_MIDNIGHT):
            self.assertEqual(self._issue().name, "RW/2072/00001")
        self.assertEqual(
            len(self.warehouse.rw_type_id.sequence_id.date_range_ids.filtered(
                lambda day: day.date_from.year == 2072)), 1)

    # WHAT IS THERE ALREADY

    def _int_draft(self, **vals):
        """A keeper's draft of an internal transfer."""
        return self.env["stock.picking"].with_user(self.keeper).create({
            "picking_type_id": self.warehouse.int_type_id.id, **vals})

    def test_names_written_by_hand_are_skipped_and_open_no_gap(self):
        with self._year():
            self.assertEqual(self._issue().name, "RW/2071/00001")
            self._int_draft().name = "RW/2071/00002"
            self._int_draft().name = "RW/2071/00004"
            self._int_draft().name = "RW/2071/99999"
            self.assertEqual([self._issue().name for _each in range(3)], [
                "RW/2071/00003", "RW/2071/00005", "RW/2071/00006"])

    def test_an_rw_named_by_hand_keeps_the_number_that_is_next(self):
        with self._year():
            order = self.make_order(self.device)
            self.add_part(order)
            order.action_reserve_parts()
            order.picking_ids.with_user(self.keeper).name = "RW/2071/00001"
            order.action_issue_parts()
            self.assertEqual(order.picking_ids.name, "RW/2071/00001")
            self.assertEqual(self._issue().name, "RW/2071/00002")

    def test_a_deleted_orders_number_does_not_come_again(self):
        with self._year():
            self.make_order().with_user(self.manager).unlink()
            self.assertEqual(self.make_order().name, "ZSR/2071/00002")

    def test_two_documents_of_different_kinds_are_validated_at_once(self):
        with self._year():
            order = self.make_order(self.device)
            line = self.add_part(order, quantity=2)
            order.action_issue_parts()
            old = order.picking_ids
            move = old.move_ids.copy({
                "picking_id": False, "picking_type_id": self.warehouse.zw_type_id.id, "location_id":
                old.location_dest_id.id, "location_dest_id": old.location_id.id, "service_line_id": line.id,
                "origin_returned_move_id": old.move_ids.id})
            zw = old.copy({
                "picking_type_id": self.warehouse.zw_type_id.id, "location_id": old.location_dest_id.id,
                "location_dest_id": old.location_id.id, "move_ids": [Command.set(move.ids)]})
            waiting = []
            for _each in range(2):
                other = self.make_order(self.device)
                self.add_part(other)
                other.action_reserve_parts()
                waiting.append(other.picking_ids)
            documents = waiting[0] | zw | waiting[1]
            self.assertTrue(all(name.startswith("BUFOR/") for name in documents.mapped("name")))
            documents.action_confirm()
            documents.move_ids.write({"picked": True, "quantity": 1})
            documents._action_done()
            self.assertEqual(documents.mapped("name"), ["RW/2071/00002", "ZW/2071/00001", "RW/2071/00003"])

    # WHERE A SERIES BEGINS

    def _range(self, sequence, year=2071):
        found = sequence.date_range_ids.filtered(lambda each: each.date_from.year == year)
        found = found or found.create({
            "sequence_id": sequence.id, "date_from": date(year, 1, 1), "date_to": date(year, 12, 31)})
        found.invalidate_recordset(["number_next_actual"])
        return found

    def test_next_number_is_shown_and_set(self):
        rw, orders = self.warehouse.rw_type_id.sequence_id, self.order_type.sequence_id
        with self._year():
            for sequence, make, padding in (
                    (rw, lambda: self._issue().name, "RW/2071/%05d"), (orders, lambda: self.make_order().name,
                                                                      "ZSR/2071/%05d")):
                holder = self._range(sequence)
                first = holder.number_next_actual
                self.assertEqual(make(), padding % first)
                self.assertEqual(self._range(sequence).number_next_actual, first + 1)
                holder.number_next_actual = 500
                self.assertEqual(make(), padding % 500)
                self.assertEqual(holder.number_next, 500, "a draw writes no counter")
                self.assertEqual(self._range(sequence).number_next_actual, 501)
                holder.number_next_actual = 20
                self.assertEqual(make(), padding % 501, "what was given stays behind")

    def test_who_only_administers_sees_the_next_number(self):
        administrator = self._new_user("sequences", "base.group_system")
        with self._year():
            self.make_order()
            holder = self._range(self.order_type.sequence_id)
            self.assertEqual(holder.with_user(administrator).number_next_actual, 2)
        plain = self.env["ir.sequence"].create({"name": "Theirs", "number_next": 7})
        self.assertEqual(plain.number_next_actual, 7)

    def test_numbers_go_on_when_the_register_is_gone(self):
        """As the uninstallation leaves them."""
        orders = self.order_type.sequence_id
        self._range(orders)
        with self._year():
            for _each in range(3):
                self.make_order()
            orders._keep_next_numbers()
            self.env["crm.service.number"].search([("document", "=", "crm.service.order")]).unlink()
            self.env.flush_all()
            self.env.cr.execute("UPDATE crm_service_order SET name = 'X/' || id WHERE name LIKE 'ZSR/2071/%'")
            self.assertEqual(self.make_order().name, "ZSR/2071/00004")

    def test_more_than_the_padding_and_another_look(self):
        sequence = self.order_type.sequence_id
        sequence.write({"prefix": "Z/%(range_y)s/", "suffix": "/K", "padding": 2})
        self._range(sequence).number_next_actual = 99
        with self._year():
            self.assertEqual([self.make_order().name for _each in range(2)], ["Z/71/99/K", "Z/71/100/K"])
            self.make_order(name="Z/71/101/K")
            self.assertEqual(self.make_order().name, "Z/71/102/K")

    # CORE'S WAYS TO AN RW

    def test_a_draft_that_becomes_an_rw_draws_nothing(self):
        sequences = (self.warehouse.rw_type_id | self.warehouse.zw_type_id).sequence_id
        counters = [self._range(sequence).number_next for sequence in sequences]
        with self._year():
            draft = self._int_draft()
            for picking_type in (self.warehouse.rw_type_id, self.warehouse.zw_type_id, self.warehouse.rw_type_id):
                draft.picking_type_id = picking_type
                self.assertRegex(draft.name, r"^BUFOR/\d+$")
            given = self.env["stock.picking"].with_user(self.keeper).with_context(
                default_picking_type_id=self.warehouse.rw_type_id.id).create({})
            self.assertRegex(given.name, r"^BUFOR/\d+$")
            self.assertEqual(self._issue().name, "RW/2071/00001")
            # and back: the other types are core's
            draft.picking_type_id = self.warehouse.int_type_id
            self.assertNotIn("BUFOR", draft.name)
        self.assertEqual([self._range(sequence).number_next for sequence in sequences], counters)

    def test_a_series_of_the_firms_own_is_kept_for_what_is_validated(self):
        own = self.env["ir.sequence"].create({
            "name": "Workshop", "prefix": "WRW/%(year)s/", "padding": 3, "company_id": self.company.id})
        self.warehouse.rw_type_id.sequence_id = own
        with self._year():
            order = self.make_order(self.device)
            self.add_part(order)
            order.action_reserve_parts()
            self.assertRegex(order.picking_ids.name, r"^BUFOR/\d+$")
            self.assertEqual([self._issue().name for _each in range(2)], ["WRW/2071/001", "WRW/2071/002"])

    # AN EXISTING DATABASE

    def test_the_register_is_filled_from_names(self):
        path = Path(__file__).parents[2] / "migrations" / "19.0.3.0.0" / "pre-numbers.py"
        spec = spec_from_file_location("pre_numbers", path)
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        with self._year():
            rw = self._issue()
            orders = [rw.service_order_id, self.make_order(name="OLD")]
            self._int_draft().name = "RW/2071/00777"
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE crm_service_number RENAME TO crm_service_number_before")
        script.migrate(self.env.cr, "19.0.2.0.0")
        script.migrate(self.env.cr, "19.0.2.0.0")
        columns = "company_id, document, name, series, number"
        self.env.cr.execute(f"SELECT {columns} FROM crm_service_number WHERE series LIKE '%/2071/' OR name = 'OLD'")
        self.assertEqual(set(self.env.cr.fetchall()), {
            (self.company.id, "crm.service.order", orders[0].name, "ZSR/2071/", 1),
            (self.company.id, "crm.service.order", "OLD", None, None),
            (self.company.id, "stock.picking", rw.name, "RW/2071/", 1)})
        self.env.cr.execute("SELECT count(*), count(DISTINCT (name, company_id, document)) FROM crm_service_number")
        [[count, different]] = self.env.cr.fetchall()
        self.assertEqual(count, different, "the unique index can be built")

    # A NEW COMPANY

    def _new_company(self, **vals):
        # Odoo makes a warehouse for a new company under tests alone
        with patch.object(modules.module, "current_test", False):
            return self.env["res.company"].create({
                "name": "Second Firm", "country_id": self.env.ref("base.pl").id, **vals})

    def _company_order(self, company):
        env = self.env(context={**self.env.context, "allowed_company_ids": company.ids})
        product = env["product.product"].create({
            "name": "Their part", "is_storable": True, "standard_price": 7})
        return env["crm.service.order"].create({
            "partner_id": self.other_contractor.id,
            "line_ids": [Command.create({"kind": "part", "product_id": product.id, "quantity": 2})],
        })

    def test_new_company_has_its_own(self):
        company = self._new_company()
        order_type = self.env["crm.service.order.type"].search([("company_id", "=", company.id)])
        self.assertEqual(len(order_type), 1)
        self.assertNotEqual(order_type.sequence_id, self.order_type.sequence_id)
        stages = self.env["crm.service.stage"].search([("company_id", "=", company.id)])
        self.assertEqual(
            set(stages.mapped("state")),
            {"new", "accepted", "in_progress", "waiting", "done", "cancelled"})
        self.assertEqual(set(stages.mapped("wait_for")), {False, "parts", "customer", "external"})
        with self._year():
            self.make_order()
            order = self._company_order(company)
        self.assertEqual(order.name, "ZSR/2071/00001")
        self.assertEqual(order.company_id, company)
        self.assertEqual(order.stage_id.company_id, company)
        company._create_service_defaults()
        self.assertEqual(self.env["crm.service.order.type"].search_count(
            [("company_id", "=", company.id)]), 1, "made once")

    def test_company_without_a_warehouse(self):
        company = self._new_company()
        self.assertFalse(self.env["stock.warehouse"].search([("company_id", "=", company.id)]))
        order = self._company_order(company)
        for button in (order.action_issue_parts, order.action_reserve_parts,
                       order.action_issue_parts_screen):
            with self.assertRaisesRegex(UserError, "“Second Firm” has no warehouse"):
                button()
        self.assertEqual(order.line_ids.free_qty, 0)

    def test_second_company_issues_its_own(self):
        company = self._new_company()
        order = self._company_order(company)
        warehouse = self.env["stock.warehouse"].with_company(company).create({
            "name": "Theirs", "code": "TH", "company_id": company.id})
        self.assertNotEqual(warehouse.rw_type_id.sequence_id, self.warehouse.rw_type_id.sequence_id)
        self.assertNotEqual(company.service_location_id, self.company.service_location_id)
        self.env["stock.quant"]._update_available_quantity(
            order.line_ids.product_id, warehouse.lot_stock_id, 5)
        with self._year():
            self.assertEqual(self._issue().name, "RW/2071/00001")
            order.action_issue_parts()
            self.assertEqual(order.picking_ids.name, "RW/2071/00001")
            order.line_ids.return_to_stock(1)
        self.assertEqual(order.picking_ids.mapped("company_id"), company)
        self.assertEqual(order.line_ids.cost, 7)
        self.assertEqual(set(order.picking_ids.mapped("name")), {"RW/2071/00001", "ZW/2071/00001"})

    def test_company_without_an_order_type(self):
        company = self._new_company()
        self.env["crm.service.order.type"].search([("company_id", "=", company.id)]).action_archive()
        with self.assertRaisesRegex(UserError, "“Second Firm” has no service order type"):
            self.env["crm.service.order"].create({
                "partner_id": self.other_contractor.id, "company_id": company.id})
