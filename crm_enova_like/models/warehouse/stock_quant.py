from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class StockQuant(models.Model):
    _inherit = "stock.quant"

    @api.model
    def _get_gather_domain(self, product_id, location_id, lot_id=None, package_id=None, owner_id=None, strict=False):
        domain = super()._get_gather_domain(
            product_id, location_id, lot_id=lot_id, package_id=package_id, owner_id=owner_id, strict=strict)
        if self.env.context.get("service_own_goods"):
            # what others own is not used up in a repair, however free it lies there
            domain = Domain(domain) & Domain("owner_id", "in", [False, self.env.company.partner_id.id])
        return domain

    @api.model
    def _lock_for_issue(self, products, locations):
        """Lock what lies of products in locations and below them, blocking and in one order, whoever asks.

        Core's ``try_lock_for_update`` skips a locked row, and its ``lock_for_update`` refuses; here the second of two
        people waits, and Odoo runs the request again when what it read has changed. Orders' rows are locked before.

        :param products: product.product recordset, may be empty
        :param locations: stock.location recordset, may be empty
        :return: what lies there, {(product, location, lot, owner, package): quantity}, all by id; 0.0 for what is not
        """
        on_hand = defaultdict(float)
        if not products or not locations:
            return on_hand
        # what is reserved is not asked for, and may still wait to be written
        self.flush_model(["product_id", "location_id", "lot_id", "owner_id", "package_id", "quantity"])
        for *key, quantity in self.env.execute_query(SQL(
                """SELECT quant.product_id, quant.location_id, quant.lot_id, quant.owner_id, quant.package_id,
                          quant.quantity
                     FROM stock_quant quant
                     JOIN stock_location location ON location.id = quant.location_id
                    WHERE quant.product_id IN %s AND (%s)
                    ORDER BY quant.id FOR NO KEY UPDATE OF quant""",
                tuple(products.ids),
                SQL(" OR ").join(
                    SQL("location.parent_path LIKE %s", f"{location.parent_path}%") for location in locations))):
            on_hand[tuple(each or False for each in key)] += float(quantity or 0.0)
        return on_hand
