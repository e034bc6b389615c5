from odoo import api, fields, models

from .stock_work import get_work


class StockMove(models.Model):
    """Documents get their numbers when their moves are done."""

    _inherit = "stock.move"

    @api.model
    def _draw_service_numbers(self, is_named=False):
        """Number the RWs and ZWs that are being validated, and are done but for their number: as late as may be, since
        whoever draws of a series keeps others waiting until his transaction ends; before entries, which carry it.

        :param is_named: something names one of them before it is done; all are numbered, in the order of their series
        """
        work = get_work(self.env)
        if not work:
            return
        pickings = self._get_to_number(is_named)
        for picking in pickings:
            del work.to_number[picking.id]
        pickings._assign_service_numbers()

    @api.model
    def _get_to_number(self, is_named=False):
        """The documents of the work under way that have no number yet and are done, or all of them."""
        work = get_work(self.env)
        return work.find(self.env["stock.picking"].browse(work.to_number)).filtered(
            lambda picking: is_named or picking.state == "done")

    @api.model
    def _finish_service_documents(self):
        """Number what is done, when all else of it is written: whoever waits for the next number waits for one
        statement, and not for a dozen."""
        # core says the same a moment later
        self._get_to_number().filtered(lambda picking: not picking.date_done).date_done = fields.Datetime.now()
        # sudo: reordering rules are told of moves, whoever moves
        self.sudo()._tell_orderpoints()
        self.env.flush_all()
        self._draw_service_numbers()
