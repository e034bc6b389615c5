from odoo import models

from .stock_work import get_work


class StockMove(models.Model):
    """What core asks move by move, or at each of its steps, is asked once where parts of orders are reserved and
    validated in one go."""

    _inherit = "stock.move"

    def _update_orderpoints(self):
        work = get_work(self.env)
        if not work:
            return super()._update_orderpoints()
        # they are told when somebody asks them, and at the end
        work.moves.update(self.ids)

    def _tell_orderpoints(self):
        """Tell reordering rules of moves that were changed since they were told last."""
        work = get_work(self.env)
        moves = self.browse(work.moves)
        work.moves = set()
        super(StockMove, moves)._update_orderpoints()

    def _trigger_scheduler(self):
        if not self or not get_work(self.env):
            return super()._trigger_scheduler()
        self.sudo()._tell_orderpoints()
        # core asks for each move
        ruled = self.env["stock.warehouse.orderpoint"].search(
            [("product_id", "in", self.product_id.ids), ("trigger", "=", "auto")]).product_id
        return super(StockMove, self.filtered(lambda move: move.product_id in ruled))._trigger_scheduler()

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
        work = get_work(self.env)
        if work and not self.move_dest_ids and not self._is_pushed(work):
            return True
        return super()._skip_push()

    def _is_pushed(self, work):
        """Whether any rule pushes on what comes to where one move goes."""
        self.ensure_one()
        place = self.location_dest_id
        if place.id not in work.pushed:
            # sudo: whether there is one, of any company
            work.pushed[place.id] = bool(self.env["stock.rule"].sudo().search_count([
                ("location_src_id", "parent_of", place.id), ("action", "in", ("push", "pull_push"))], limit=1))
        return work.pushed[place.id]
