from odoo import api, models

from .stock_work import get_work


class StockMove(models.Model):
    """What core asks move by move, or at each of its steps, is asked once where parts of orders are reserved and
    validated in one go."""

    _inherit = "stock.move"

    def _update_orderpoints(self):
        work = get_work(self.env)
        if work and not work.is_telling:
            # they are told when somebody asks them, and at the end
            work.moves.update(self.ids)
            return None
        return super()._update_orderpoints()

    def _tell_orderpoints(self):
        """Tell reordering rules of moves that were changed since they were told last."""
        work = get_work(self.env)
        moves = work.find(self.browse(work.moves))._filter_ruled(work)
        work.moves, work.is_telling = set(), True
        try:
            moves._update_orderpoints()
        finally:
            work.is_telling = False

    def _filter_ruled(self, work):
        """Those of the moves whose product has reordering rules, of whatever warehouse."""
        unknown = [product_id for product_id in self.product_id.ids if product_id not in work.ruled]
        if unknown:
            # sudo: whether there are any, of any company
            rules = self.env["stock.warehouse.orderpoint"].sudo().search([("product_id", "in", unknown)], order="id")
            ruled = set(rules.product_id.ids)
            work.ruled.update((product_id, product_id in ruled) for product_id in unknown)
        return self.filtered(lambda move: work.ruled[move.product_id.id])

    def _trigger_scheduler(self):
        work = get_work(self.env)
        if not work:
            return super()._trigger_scheduler()
        self.sudo()._tell_orderpoints()
        # core asks for each move
        return super(StockMove, self._filter_ruled(work))._trigger_scheduler()

    def _trigger_assign(self):
        if get_work(self.env):
            # what is used up waits for nobody: nothing is reserved there
            self = self.filtered(lambda move: not move.location_dest_id.should_bypass_reservation())
        return super()._trigger_assign()

    def write(self, vals):
        work = get_work(self.env)
        if work and {"product_id", "location_id", "location_dest_id"} & vals.keys():
            # the rules of where it was
            work.moves.update(self.ids)
            self.sudo()._tell_orderpoints()
        return super().write(vals)

    def unlink(self):
        if get_work(self.env):
            self.sudo()._tell_orderpoints()
        return super().unlink()

    def _skip_push(self):
        # of a move that is done core asks whether to look for a rule, of others what the rule had made of them
        if (get_work(self.env) and self.state == "done" and not self.move_dest_ids
                and not self.env["stock.rule"]._pushes_from(self.location_dest_id.parent_path)):
            return True
        return super()._skip_push()

    @api.model
    def _is_asked_at_once(self):
        # what others move is asked as ever
        return bool(get_work(self.env))
