from odoo import api, models

from ..common.formats import format_quantity


class CrmServiceOrderLine(models.Model):
    """Parts move in the unit of their product, and are planned in that of their line: what was planned, issued and
    returned is compared here, and only here.

    The rule: quantities are compared in the product's unit, rounded as core rounds what moves, and are equal where one
    of the two units cannot tell them apart. They are counted in the finer of the two, in which pieces are whole.

    Quantities that come from moves are exact, in the line's unit: see :meth:`_sum_moves`.
    """

    _inherit = "crm.service.order.line"

    # PLANNED, USED, AND WHAT IS BETWEEN

    def _get_used(self):
        """Issued and not returned, in the line's unit, exact."""
        self.ensure_one()
        unit = self.uom_id or self.product_id.uom_id
        if not self.quantity_issued or not unit:
            return 0.0
        if unit == self.product_id.uom_id:
            # decimals may have been taken away since, see StockMove._sum_in_product_unit()
            return unit.round(self.quantity_issued) - unit.round(self.quantity_returned)
        # sudo: quantities of the line's own, for whoever reads the line
        return self.sudo()._get_used_by_moves()

    def _get_used_quantity(self):
        """Issued and not returned, as it is written in the line's unit."""
        return self._round_moved(self._get_used())

    def _get_missing(self, planned, held):
        """What of a quantity is not held, in the product's unit: below zero where more is held, and 0.0 where one of
        the two units cannot tell them apart.

        :param planned: what somebody typed, in the line's unit
        :param held: what moves hold, in the line's unit, exact
        """
        self.ensure_one()
        product_unit = self.product_id.uom_id
        if (self.uom_id or product_unit).compare(planned, held) == 0:
            return 0.0
        return product_unit.round(self._to_product_unit(planned) - self._to_product_unit(held))

    def _get_to_issue(self):
        """What one line has still to get, in the product's unit."""
        return self._get_missing(self.quantity, self._get_used()) if self.needs_issue else 0.0

    def _get_to_request(self):
        """What one line has still to get and no open RW holds, in the product's unit; below zero where open RWs hold
        too much (with stock rights)."""
        return self.product_id.uom_id.round(self._get_to_issue() - self._to_product_unit(self._sum_open_moves()))

    def _get_waiting(self, used):
        """What one line plans beyond what is used, as it is written in the line's unit.

        :param used: in the line's unit, exact
        """
        unit = self.product_id.uom_id
        if not used and unit and self.uom_id in (unit, unit.browse()):
            # as it is with most lines: nothing to convert, and nothing to compare
            return max(unit.round(self.quantity), 0.0)
        missing = self._get_missing(self.quantity, used)
        if missing <= 0:
            return 0.0
        if self._is_finer():
            return self.uom_id.round(self.quantity - self._round_moved(used))
        return self._round_moved(self._from_product_unit(missing))

    def _get_plan_after(self, before, after):
        """The plan of one line after more of it was used, or came back: what it plans beyond that stays planned.

        :param before, after: what is used, in the line's unit, exact
        """
        if self._is_finer():
            return self._round_moved(after) + self._get_waiting(before)
        waiting = max(self._get_missing(self.quantity, before), 0.0)
        return self._round_moved(after + self._from_product_unit(waiting))

    def _get_exact_return(self, quantity):
        """How much comes back of one line, in its unit, where somebody wants to return so much of it: all that can come
        back, where this is meant, and of single pieces together as much as of all at once.

        :param quantity: as it was typed
        """
        available = self._get_returnable_quantity()
        if not self._get_missing(quantity, available):
            return available
        if self._is_finer():
            rest = self._to_product_unit(self._round_moved(available) - quantity)
            return available - self._from_product_unit(rest)
        return quantity

    @api.model
    def _count_anew(self):
        """Work out anew what lines have still to get, where decimals or units are others than when it was stored."""
        # sudo: lines of all companies
        lines = self.sudo().search([("needs_issue", "=", True)])
        names = ("quantity_to_issue", "needs_issue")
        for name in names:
            self.env.add_to_compute(self._fields[name], lines)
        lines.modified(names)

    def _add_piece(self):
        """The plan of one line with one more of its product's unit: a piece more of a dozen, and not twelve."""
        self.ensure_one()
        return self._round_moved(self._from_product_unit(self._to_product_unit(self.quantity) + 1.0))

    # ONE UNIT AND THE OTHER

    def _is_finer(self):
        """Whether the line's unit is smaller than the product's."""
        self.ensure_one()
        return bool(self.uom_id) and self.uom_id.factor < self.product_id.uom_id.factor

    def _round_moved(self, quantity):
        """How what moved is written in the line's unit: five pieces of a product that is kept in dozens are 0.42 of one
        when they move, which would be 5.04.

        :param quantity: in the line's unit, exact
        """
        self.ensure_one()
        product_unit = self.product_id.uom_id
        if not quantity or not product_unit:
            return quantity
        whole = float(round(quantity))
        if product_unit.compare(self._to_product_unit(whole), self._to_product_unit(quantity)) == 0:
            return whole
        return (self.uom_id or product_unit).round(quantity)

    def _is_too_little(self, quantity):
        """Whether a quantity in the line's unit is nothing in the product's."""
        return bool(self.product_id) and self._to_product_unit(quantity) <= 0.0

    def _explain_too_little(self, quantity):
        unit = self.product_id.uom_id
        return self.env._(
            "Order %(order)s, part %(part)s: %(quantity)s %(uom)s come to nothing in %(unit)s, the unit of the "
            "product, which moves in steps of %(step)s. Enter a larger quantity.",
            order=self.order_id.name, part=self.product_id.display_name, uom=self.uom_id._get_short_name(),
            quantity=format_quantity(self.env, quantity), unit=unit._get_short_name(),
            step=format_quantity(self.env, unit.rounding))
