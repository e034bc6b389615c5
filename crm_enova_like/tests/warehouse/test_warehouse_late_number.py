from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestLateRwNumber(ServiceCommon):
    """An RW and a ZW are numbered when all else of them is written, and whatever keeps the number has it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.part, 100)

    def _started(self):
        order = self.make_order(self.device, user=self.technician)
        self.add_part(order)
        order.action_start()
        return order

    def _read_stored(self, picking):
        """What the database has of a document and its moves, past the cache."""
        self.env.cr.execute(
            """SELECT p.name, p.state, p.date_done, array_agg(DISTINCT m.reference), array_agg(DISTINCT m.date)
                 FROM stock_picking p JOIN stock_move m ON m.picking_id = p.id WHERE p.id = %s GROUP BY p.id""",
            [picking.id])
        return self.env.cr.fetchone()

    def test_nothing_is_written_after_it(self):
        """Others wait until the transaction ends: no statement of the issue comes between."""
        drawn = self._watch_draw()
        for _warm in range(2):
            order = self._started()
            self.env.flush_all()
            # core says once more when it was done: where a second has passed since, that is written anew
            with freeze_time(datetime.now()):
                order.action_issue_parts_screen()
                self.env.flush_all()
            late = self.env.cr.sql_log_count - drawn[-1]
        self.assertEqual(late, 0, "statements while others wait")
        picking = order.sudo().picking_ids
        self.assertRegex(picking.name, r"^RW/")
        self.assertEqual(set(picking.move_ids.mapped("reference")), {picking.name})
        name, state, date_done, references, dates = self._read_stored(picking)
        self.assertEqual((name, state, references), (picking.name, "done", [picking.name]))
        self.assertEqual((date_done, dates), (picking.date_done, [picking.date_done]))
        # what is read anew is what was said
        self.env.invalidate_all()
        self.assertEqual((picking.name, picking.move_ids.reference), (name, name))

    def test_the_clock_goes_on_meanwhile(self):
        """Core dates a document once more, a moment later, for whoever validates it."""
        start = fields.Datetime.now().replace(microsecond=0)
        moments = (datetime.fromtimestamp(start.timestamp() + second) for second in range(10_000))
        order = self._started()
        order._as_stock().action_reserve_parts()
        picking = order.sudo().picking_ids.with_user(self.keeper)
        picking.move_ids.picked = True
        with patch.object(fields.Datetime, "now", staticmethod(lambda *_args: next(moments))):
            picking.with_context(skip_sms=True).button_validate()
            self.env.flush_all()
        _name, state, date_done, _references, dates = self._read_stored(picking)
        self.assertEqual(state, "done")
        self.assertEqual(dates, [date_done])

    def test_moves_validated_alone(self):
        """Core's other ways validate moves, and never come by their document."""
        order = self._started()
        order._as_stock().action_reserve_parts()
        picking = order.sudo().picking_ids
        picking.move_ids.picked = True
        picking.move_ids._action_done()
        self.env.flush_all()
        name, state, date_done, references, _dates = self._read_stored(picking)
        self.assertRegex(name, r"^RW/")
        self.assertEqual((state, references), ("done", [name]))
        self.assertTrue(date_done)

    def test_return(self):
        order, drawn = self._started(), self._watch_draw()
        order.action_issue_parts()
        self.env.flush_all()
        order.line_ids.return_to_stock(1)
        self.env.flush_all()
        late = self.env.cr.sql_log_count - drawn[-1]
        self.assertLessEqual(late, 3, "core's own: who waits for what came, and reordering rules")
        zw = order.sudo().picking_ids.filtered(lambda picking: picking.service_document == "zw")
        name, state, _date_done, references, _dates = self._read_stored(zw)
        self.assertRegex(name, r"^ZW/")
        self.assertEqual((state, references), ("done", [name]))

    def test_a_done_document_beside_one_that_is_validated(self):
        """Core's list of documents without a backorder is the caller's: what is validated in it already stays."""
        done, order = self._started(), self._started()
        done.action_issue_parts()
        order._as_stock().action_reserve_parts()
        old, new = (each.sudo().picking_ids.with_user(self.keeper) for each in (done, order))
        new.move_ids.picked = True
        day = old.date_done
        with freeze_time(day + timedelta(days=40)):
            with self.assertRaisesRegex(UserError, old.name):
                new.with_context(skip_backorder=True, picking_ids_not_to_backorder=(old | new).ids).button_validate()
            with self.assertRaisesRegex(UserError, old.name):
                (old | new)._action_done()

    def test_automation_rules_of_orders(self):
        """What a firm has the system do when parts were issued names the document as everybody does."""
        Pickings = self.env["stock.picking"]
        self.assertLessEqual({
            "stock.picking", "stock.move", "stock.move.line", "stock.quant", "crm.service.order",
            "crm.service.order.line"}, Pickings._get_watched_models())
        self.patch(type(Pickings), "_has_automation_rules", lambda pickings: True)
        Orders, seen = type(self.env["crm.service.order"]), set()
        compute = Orders._compute_holds_parts

        def watch(orders):
            seen.update(orders.sudo().picking_ids.filtered(lambda picking: picking.state == "done").mapped("name"))
            return compute(orders)

        self.patch(Orders, "_compute_holds_parts", watch)
        order = self._started()
        order.action_issue_parts()
        self.env.flush_all()
        picking = order.sudo().picking_ids
        self.assertEqual(seen, {picking.name})
        name, _state, _date_done, references, _dates = self._read_stored(picking)
        self.assertEqual(references, [name])
