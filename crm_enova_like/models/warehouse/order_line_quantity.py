from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import float_compare


class CrmServiceOrderLine(models.Model):
    """What moves hold of a line: in its own unit, whichever unit they have, and in kits where the product is one."""

    _inherit = "crm.service.order.line"

    def _sum_moves(self, moves, expected=False):
        """What moves of one line hold, in the line's unit, without rounding.

        :param expected: open moves count by what they plan, not by what they hold
        """
        return self._from_product_unit(self._count_moves(moves, expected)) if moves else 0.0

    def _count_moves(self, moves, expected=False):
        """:meth:`_sum_moves` in the unit of the line's product: moves of the product itself, and whole kits.

        Kits are counted by set: what core took apart at once is complete by itself, whatever a kit is made of since.
        """
        self.ensure_one()
        total = 0.0
        for kit, held in moves.grouped("service_kit").items():
            if kit:
                total += self._count_kits(kit, held, expected)
            else:
                total += held._sum_expected() if expected else held._sum_in_product_unit()
        return total

    def _count_kits(self, kit, moves, expected=False):
        """How many kits of one set moves make, by that component of which they have the least.

        :param kit: number of the set
        """
        held, components = moves.grouped("product_id"), self._get_kit_moves(kit).grouped("product_id")
        return min((
            (held[component]._sum_expected() if expected else held[component]._sum_in_product_unit())
            / of_component[:1].service_ratio if component in held else 0.0
            for component, of_component in components.items()), default=0.0)

    def _get_kit_moves(self, kit):
        """All moves of one set of components, both ways: what was cancelled is missing, and the kit not whole."""
        return self.move_ids.filtered(lambda move: move.service_kit == kit)

    def _sum_added(self, moves, others):
        """What moves add to others of the same way, in the line's unit: a component may make up a kit of which the rest
        has gone before.

        :param others: may have the moves among them
        """
        return self._sum_moves(others | moves) - self._sum_moves(others - moves)

    def _get_used_by_moves(self):
        """Issued and not returned, in the line's unit, as the moves say it, without rounding."""
        self.ensure_one()
        done = self.move_ids._filter_done()
        return self._sum_moves(done._filter_service_issues()) - self._sum_moves(done._filter_service_returns())

    def _sum_open_moves(self):
        """What open RWs hold of one line, in its unit (with stock rights).

        Of a kit of which some components are out already, the rest makes up the kit.
        """
        self.ensure_one()
        issues = self.move_ids.filtered(lambda move: move.state != "cancel")._filter_service_issues()
        done = issues._filter_done()
        return self._sum_moves(issues, expected=True) - self._sum_moves(done)

    # UNITS

    def _from_product_unit(self, quantity):
        """A quantity in the product's unit as one of the line's unit, without rounding."""
        self.ensure_one()
        unit = self.product_id.uom_id
        return unit._compute_quantity(quantity, self.uom_id or unit, round=False)

    def _to_product_unit(self, quantity):
        """A quantity in the line's unit as one of the product's unit, rounded as core rounds what moves.

        What was typed with two decimals may stand for whole pieces: 0.08 of a dozen is one piece, not 0.96. A quantity
        with more decimals was not typed, but comes from moves, and is exact.
        """
        self.ensure_one()
        unit, product_unit = self.uom_id or self.product_id.uom_id, self.product_id.uom_id
        exact = unit._compute_quantity(quantity, product_unit, round=False)
        if unit != product_unit and float_compare(unit.round(quantity), quantity, precision_digits=9) == 0:
            whole = float(round(exact))
            if unit.compare(self._from_product_unit(whole), quantity) == 0:
                return whole
        return product_unit.round(exact) if product_unit else exact

    @api.model
    def _relabel_unit(self, products, unit):
        """Follow core, which corrects the unit of products that was wrong from the start: numbers stay, and their unit
        is another one.

        :param products: product.product recordset, which still have the old unit
        :param unit: the right one
        :raises UserError: lines use other units of a product
        """
        # sudo: lines of other companies and closed orders have the wrong unit, too
        lines = self.sudo().with_context(active_test=False)
        for product, used, of_product in lines._read_group(
                [("product_id", "in", products.ids), ("uom_id", "!=", False)], ["product_id", "uom_id"],
                ["id:recordset"]):
            if used != product.uom_id:
                raise UserError(self.env._(
                    "Service order %(order)s has %(product)s in the unit %(other)s, so its unit %(unit)s cannot be "
                    "corrected. Archive the product and create a new one.", order=of_product[:1].order_id.name,
                    product=product.display_name, other=used._get_short_name(), unit=product.uom_id._get_short_name()))
            of_product._write_unit(unit)

    def _write_unit(self, unit):
        # past the rules of a plan: nothing of it changes but the name of what is counted
        self.flush_recordset()
        self.env.cr.execute(
            "UPDATE crm_service_order_line SET uom_id = %s WHERE id IN %s", [unit.id, tuple(self.ids)])
        self.invalidate_recordset(["uom_id"])
