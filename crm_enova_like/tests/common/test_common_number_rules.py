from datetime import date
from importlib.util import module_from_spec, spec_from_file_location
from time import monotonic

from freezegun import freeze_time

from odoo.modules.module import get_module_path
from odoo.tests import tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestNumberRules(ServiceCommon):
    """Which number is next when some were typed or imported, and when a series is of a month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "Europe/Warsaw"
        cls.sequence = cls.order_type.sequence_id
        cls.startClassPatcher(freeze_time("2071-06-10 10:00:00"))

    def _waiting(self):
        order = self.make_order(self.device)
        self.add_part(order)
        order.action_reserve_parts()
        return order.picking_ids

    def _issue(self):
        rw = self._waiting()
        rw.service_order_id.action_issue_parts()
        return rw

    def _import(self, *names, received="2071-05-01 10:00:00"):
        """A manager's file of orders."""
        result = self.env["crm.service.order"].with_user(self.manager).load(
            ["name", "partner_id/.id", "type_id/.id", "date_received"],
            [[name, str(self.contractor.id), str(self.order_type.id), received] for name in names])
        self.assertFalse(result["messages"])

    def _names(self, count):
        return [self.make_order().name for _each in range(count)]

    # TYPED ON A DOCUMENT THAT WAITS

    def test_typed_on_a_waiting_rw(self):
        """It is no number yet: whoever is validated first has it."""
        self.assertEqual(self._issue().name, "RW/2071/00001")
        waiting, cancelled = self._waiting(), self._waiting()
        waiting.with_user(self.keeper).name = "RW/2071/00002"
        cancelled.with_user(self.keeper).name = "RW/2071/00003"
        cancelled.action_cancel()
        self.assertEqual(self._issue().name, "RW/2071/00002")
        self.assertRegex(waiting.name, r"^BUFOR/\d+$")
        self.assertEqual(waiting.move_ids.reference, waiting.name)
        waiting.with_user(self.keeper).button_validate()
        self.assertEqual(waiting.name, "RW/2071/00003")
        self.assertRegex(cancelled.name, r"^BUFOR/\d+$")
        self.assertEqual(self._issue().name, "RW/2071/00004")

    def test_typed_and_validated_together(self):
        first, second = self._waiting(), self._waiting()
        second.with_user(self.keeper).name = "RW/2071/00001"
        both = (first | second).with_user(self.keeper)
        both.move_ids.picked = True
        both._action_done()
        self.assertEqual(both.mapped("name"), ["RW/2071/00001", "RW/2071/00002"])

    def test_done_document_of_a_data_file(self):
        """What comes in as done keeps its number, which is skipped."""
        rw_type = self.warehouse.rw_type_id
        places = {
            "location_id": self.warehouse.lot_stock_id.id, "location_dest_id": rw_type.default_location_dest_id.id}
        moved_in = self.env["stock.picking"].create({
            "name": "RW/2071/00002", "picking_type_id": rw_type.id, **places, "move_ids": [(0, 0, {
                "product_id": self.part.id, "product_uom_qty": 1, "state": "done", **places})]})
        self.assertEqual((moved_in.name, moved_in.state), ("RW/2071/00002", "done"))
        self.assertEqual([self._issue().name for _each in range(2)], ["RW/2071/00001", "RW/2071/00003"])
        self.assertEqual(moved_in.name, "RW/2071/00002")

    # MOVED IN

    def test_numbers_moved_in_are_followed(self):
        self._import("ZSR/2071/04711", "ZSR/2071/00007", "OLD/12", "ZSR/2071/00004/A", "ZSR/2071/000000000009")
        self._import("ZSR/2071/04712")
        self.assertEqual(self._names(2), ["ZSR/2071/04713", "ZSR/2071/04714"])

    def test_numbers_moved_in_later_are_skipped(self):
        self.assertEqual(self._names(1), ["ZSR/2071/00001"])
        self._import("ZSR/2071/00002", "ZSR/2071/00004", "ZSR/2071/99999", "ZSR/2071/999999999")
        self.assertEqual(self._names(3), ["ZSR/2071/00003", "ZSR/2071/00005", "ZSR/2071/00006"])

    def test_next_number_shown(self):
        holder = self.sequence.date_range_ids.create({
            "sequence_id": self.sequence.id, "date_from": date(2071, 1, 1), "date_to": date(2071, 12, 31)})
        for name, shown in (("ZSR/2071/00005", 6), (None, 7), ("ZSR/2071/99999", 7)):
            if name:
                self._import(name)
            else:
                self._names(1)
            holder.invalidate_recordset(["number_next_actual"])
            self.assertEqual(holder.number_next_actual, shown)

    def test_many_that_were_moved_in_are_skipped_at_once(self):
        self._names(1)
        series, Number = self.sequence._get_series(date(2071, 6, 1)), self.env["crm.service.number"]
        Number._enter(self.env["crm.service.order"], [
            (self.company, f"ZSR/2071/{number:05}", series) for number in range(2, 10_002)])
        orders, start = self.env["crm.service.order"], monotonic()
        with self.assertQueryCount(4):
            # a savepoint, its end, and the place in the sequence
            self.assertEqual(orders._draw_numbers(self.sequence, self.company, date(2071, 6, 1), 1), ["ZSR/2071/10002"])
        self.assertLess(monotonic() - start, 5)

    def test_update_tells_drawn_numbers_from_typed_ones(self):
        """By the counters from which they were drawn before."""
        self._names(2)
        self._import("ZSR/2071/99999")
        self.env["ir.sequence.date_range"].create({
            "sequence_id": self.sequence.id, "date_from": date(2071, 1, 1), "date_to": date(2071, 12, 31),
        }).number_next = 3
        self.env.flush_all()
        path = f"{get_module_path('crm_enova_like')}/migrations/19.0.3.0.0/pre-numbers.py"
        spec = spec_from_file_location("pre_numbers", path)
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        self.env.cr.execute("ALTER TABLE crm_service_number RENAME TO crm_service_number_before")
        script.migrate(self.env.cr, "19.0.2.0.0")
        self.env.cr.execute(
            "SELECT number, moved_in FROM crm_service_number WHERE series = 'ZSR/2071/' ORDER BY name")
        self.assertEqual(self.env.cr.fetchall(), [(1, None), (2, None), (None, 99999)])

    # BY MONTH

    def test_orders_by_month(self):
        self.sequence.write({"use_date_range": False, "prefix": "ZSR/%(year)s/%(month)s/"})
        orders = self.env["crm.service.order"].create([
            {"partner_id": self.contractor.id, "date_received": received} for received in (
                "2071-11-30 22:59:00", "2071-11-30 23:01:00", "2071-11-05 10:00:00", "2071-12-31 23:01:00")])
        self.assertEqual(orders.mapped("name"), [
            "ZSR/2071/11/00001", "ZSR/2071/12/00001", "ZSR/2071/11/00002", "ZSR/2072/01/00001"])

    def test_orders_by_ranges_of_a_month(self):
        self.sequence.date_range_ids.unlink()
        self.sequence.prefix = "ZSR/%(range_year)s/%(range_month)s/"
        self.sequence.date_range_ids.create({
            "sequence_id": self.sequence.id, "date_from": date(2071, 11, 1), "date_to": date(2071, 11, 30)})
        self.sequence._prepare_service_ranges()
        self.assertEqual(len(self.sequence.date_range_ids), 24)
        self.assertEqual([
            self.make_order(date_received=f"{day} 10:00:00").name
            for day in ("2071-11-05", "2071-12-05", "2071-11-30", "2072-02-29")], [
            "ZSR/2071/11/00001", "ZSR/2071/12/00001", "ZSR/2071/11/00002", "ZSR/2072/02/00001"])
