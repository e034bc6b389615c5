from odoo import api, models
from odoo.tools import SQL


class StockQuant(models.Model):
    _inherit = "stock.quant"

    @api.model
    def _lock_for_issue(self, products, locations):
        """Lock what lies of products in locations and below them, blocking and in one order.

        Core's ``try_lock_for_update`` skips a locked row, and its ``lock_for_update`` refuses; here the second of two
        people waits, and Odoo runs the request again when what it read has changed. Orders' rows are locked before.

        :param products: product.product recordset, may be empty
        :param locations: stock.location recordset
        """
        if not products or not locations:
            return
        self.flush_model()
        self.env.execute_query(SQL(
            """SELECT quant.id FROM stock_quant quant
                 JOIN stock_location location ON location.id = quant.location_id
                WHERE quant.product_id IN %s AND (%s)
                ORDER BY quant.id FOR NO KEY UPDATE OF quant""",
            tuple(products.ids),
            SQL(" OR ").join(
                SQL("location.parent_path LIKE %s", f"{location.parent_path}%") for location in locations),
        ))
