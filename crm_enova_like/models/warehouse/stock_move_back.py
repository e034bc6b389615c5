from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError


class StockMove(models.Model):
    """A ZW brings back what its RW used up: those very lots, and nothing that has gone elsewhere since."""

    _inherit = "stock.move"

    def _check_still_used(self, on_hand):
        """Refuse returns of lots that the RW did not issue, and of what has left the place of consumption otherwise.

        A part that was not counted, or had no lot, when it was issued comes back without looking there.

        :param self: moves of ZWs
        :param on_hand: what lies there, see :meth:`StockQuant._lock_for_issue`
        :raises UserError: names the document and the product
        """
        needed = defaultdict(float)
        for move in self.filtered("product_id.is_storable"):
            # sudo: of which RW the keeper need not ask
            issue = move._as_service().origin_returned_move_id
            issued = issue.move_line_ids.lot_id
            for row in move._get_moving_rows():
                if issued and row.lot_id not in issued:
                    move._refuse_other_lot(row.lot_id.name or row.lot_name or "–", issue)
                lot = row.lot_id if issued else row.lot_id.browse()
                needed[move.picking_id, row.product_id, row.location_id, lot] += row.quantity_product_uom
        for (picking, product, place, lot), quantity in needed.items():
            there = sum(held for (product_id, place_id, lot_id, *_rest), held in on_hand.items() if (
                (product_id, place_id) == (product.id, place.id) and (not lot or lot_id == lot.id)))
            if product.uom_id.compare(there, quantity) >= 0:
                continue
            # sudo: which transfer took it, whoever may read that
            other = self.sudo().search([
                ("product_id", "=", product.id), ("location_id", "=", place.id), ("state", "=", "done"),
                # transfers, and what was counted or scrapped there
                "|", "|", ("picking_id", "=", False), ("scrap_id", "!=", False),
                ("picking_id.service_document", "=", False),
                *([("move_line_ids.lot_id", "in", lot.ids)] if lot else [])], order="id desc", limit=1)
            if other:
                raise UserError(self.env._(
                    "%(document)s: %(product)s has left %(place)s by %(transfer)s already. Bring it back there first, "
                    "or cancel the ZW.", document=picking.name,
                    product=product.display_name + (f" [{lot.name}]" if lot else ""), place=place.display_name,
                    transfer=other.picking_id.name or other.reference or "–"))
