from odoo import api, fields, models
from odoo.fields import Domain


class CrmServiceOrderLine(models.Model):
    """A part that is not there yet: who waits for it, where, and what was asked for."""

    _inherit = "crm.service.order.line"

    quantity_requested = fields.Float(
        string="On Order", digits="Product Unit", copy=False, readonly=True,
        help="Asked for by replenishment and not arrived yet, in the line's unit.")

    # WHO WAITS

    @api.model
    def _get_demand_domain(self, products, companies):
        """Lines that have still to get a part, of orders that are worked on; as the SQL of *Parts needed*."""
        return Domain([
            ("needs_issue", "=", True), ("product_id", "in", products.ids), ("company_id", "in", companies.ids),
            ("order_id.is_open", "=", True), ("order_id.active", "=", True)])

    @api.model
    def _get_waiting_lines(self, products, companies):
        """Lines that wait for products to arrive: their order is in a stage that waits for parts, or replenishment
        was asked for them."""
        return self.search(self._get_demand_domain(products, companies) & (
            Domain("order_id.stage_id.wait_for", "=", "parts") | Domain("quantity_requested", ">", 0)))

    def _sort_by_urgency(self):
        """The lines of urgent orders first, then those of the earliest deadline."""
        return self.sorted(lambda line: (
            -int(line.order_id.priority or 0), line.order_id.date_deadline or fields.Date.to_date("9999-12-31"),
            line.id))

    def _group_by_demand(self):
        """The lines by product and by the warehouse whose RW issues them."""
        warehouses = {
            order_type: order_type.rw_picking_type_id.warehouse_id or order_type._get_warehouse()
            for order_type in self.order_id.type_id}
        return self.grouped(lambda line: (line.product_id, warehouses[line.order_id.type_id]))

    # WHAT WAS ASKED FOR

    def _add_requested(self, product, quantity):
        """Share what was asked for among the lines that wait for a product, the
        most urgent order first.

        :param quantity: in the product's unit
        """
        for line in self._sort_by_urgency():
            requested = line._to_product_unit(line.quantity_requested)
            share = min(max(line._get_to_issue() - requested, 0.0), quantity)
            if product.uom_id.compare(share, 0.0) > 0:
                line._write_facts({
                    "quantity_requested": line._round_moved(line._from_product_unit(requested + share))})
                quantity -= share

    def _take_arrived(self, product, quantity):
        """Lower what the lines still wait for by what arrived, in the order of the lines.

        :param quantity: in the product's unit
        """
        for line in self.filtered("quantity_requested"):
            waiting = line._to_product_unit(line.quantity_requested)
            share = min(waiting, quantity)
            line._write_facts({
                "quantity_requested": line._round_moved(line._from_product_unit(waiting - share))})
            quantity -= share

    def _filter_covered(self, product):
        """Those of the lines that wait for a product for which there is all that they still need: what lies free in
        their warehouse is shared among them, in the order of the lines (with stock rights)."""
        covered = self.browse()
        for lines in self._group_by_demand().values():
            free = lines.order_id.type_id[:1]._get_free_parts(product)[product].in_warehouse
            for line in lines:
                need = max(line._get_to_issue() - line._get_open_moves()._sum_in_product_unit(), 0.0)
                if product.uom_id.compare(need, free) <= 0:
                    free -= need
                    covered |= line
        return covered

    def _end_requests(self):
        """What was issued waits for no delivery any more."""
        ended = self.filtered(lambda line: line.quantity_requested and not line.needs_issue)
        if ended:
            ended._write_facts({"quantity_requested": 0.0})
