from odoo import api, models


class StockMove(models.Model):
    """The line of a part that the keeper added plans what he puts on the RW, and no more than that."""

    _inherit = "stock.move"

    def write(self, vals):
        result = super().write(vals)
        if {"product_uom_qty", "quantity"} & vals.keys():
            self._follow_added_parts()
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        if not self.env.context.get("service_replanned"):
            self._follow_added_parts()
        return result

    def _follow_added_parts(self):
        """Bring what the lines of parts that keepers added plan up to what the moves hold, and down to it once none is
        open any more."""
        # sudo: a keeper need not write orders; what he puts on the document of one, he puts on the order
        lines = self._as_service().service_line_id.filtered(lambda line: line.added_by_warehouse and line.order_is_open)
        for line in lines:
            moves, used = line._get_open_moves()._leave_out_exploding(), line._get_used_by_moves()
            for move in moves:
                # core's detailed operations make a row alone, which nobody would have asked for
                if move.product_uom.compare(move.quantity, move.product_uom_qty) > 0:
                    move.product_uom_qty = move.quantity
            held = max(line._sum_moves(moves, expected=True), line._sum_moves(moves))
            compared = line.uom_id.compare(used + held, line.quantity)
            if compared > 0 or (compared < 0 and not moves):
                # the plan follows what the keeper does, and takes nothing from under his hands
                line.with_context(service_plan_follows=True).quantity = used + held

    def _leave_out_exploding(self):
        """The moves without components of a kit that core is just taking apart: while its own move is there as well, it
        counts alone."""
        return self.filtered(lambda move: move.service_kit not in self.ids)

    def _follow_issued_lots(self):
        """Name on lines that are wholly issued the lot that was, where the keeper took another one than was planned."""
        issues = self.filtered(lambda move: move.product_id.tracking != "none")._filter_service_issues()
        for line, moves in issues.grouped("service_line_id").items():
            lots = moves.lot_ids
            if len(lots) == 1 and lots != line.lot_id and lots.product_id == line.product_id and not line.needs_issue:
                line.with_context(service_plan_follows=True).lot_id = lots


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows.move_id._follow_added_parts()
        return rows

    def write(self, vals):
        result = super().write(vals)
        if "quantity" in vals:
            self.move_id._follow_added_parts()
        return result
