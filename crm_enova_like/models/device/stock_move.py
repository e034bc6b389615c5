from odoo import models


class StockMove(models.Model):
    """Device cards follow the serial numbers which are delivered and come back."""
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        serials = moves.filtered(
            lambda move: move.state == "done" and move.product_id.tracking == "serial"
            and move.product_id.service_device_card)
        if serials:
            serials._update_device_cards()
        return moves

    def _update_device_cards(self):
        """Make or update the device cards of delivered serial numbers; free returned ones."""
        # sudo: whoever delivers goods need not have rights on devices
        for company, moves in self.sudo().grouped("company_id").items():
            moves.with_company(company).move_line_ids._update_device_cards(company)

    def _get_device_owner(self):
        """Return (contractor, place) of what this move delivers."""
        place = self.picking_id.partner_id or self.partner_id
        return place.commercial_partner_id, place

    def _get_first_of_returns(self):
        """The move with which a chain of returns began; the move itself where it returns nothing."""
        self.ensure_one()
        move = self
        while move.origin_returned_move_id:
            move = move.origin_returned_move_id
        return move

    def _get_device_day(self):
        """The day on which the goods went, by the company's calendar.

        The transfer's, where it has one: a row that is added to a done transfer gets a move of a later time.
        """
        return self.company_id._service_date(self.picking_id.date_done or self.date)
