from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.locks import execute_lock
from .stock_work import get_work

# what changes of a quant while it stays the one that it is
QUANTITIES = {"quantity", "reserved_quantity"}


class StockQuant(models.Model):
    """Quants from which parts of orders are taken: locked once, and found once where much is done in one go."""

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
        on_hand, work = defaultdict(float), get_work(self.env)
        if not products or not locations:
            return on_hand
        if work and all(
                any(product_id == product.id and location.parent_path.startswith(path)
                    for product_id, path in work.covered)
                for product in products for location in locations):
            on_hand.update(work.on_hand)
            return on_hand
        # what is reserved is not asked for, and may still wait to be written
        self.flush_model(["product_id", "location_id", "lot_id", "owner_id", "package_id", "quantity"])
        locked = []
        for quant_id, *key, quantity in execute_lock(self.env, SQL(
                """SELECT quant.id, quant.product_id, quant.location_id, quant.lot_id, quant.owner_id, quant.package_id,
                          quant.quantity
                     FROM stock_quant quant
                     JOIN stock_location location ON location.id = quant.location_id
                    WHERE quant.product_id IN %s AND (%s)
                    ORDER BY quant.id FOR NO KEY UPDATE OF quant""",
                tuple(products.ids),
                SQL(" OR ").join(
                    SQL("location.parent_path LIKE %s", f"{location.parent_path}%") for location in locations)),
                self._table, products.ids):
            locked.append(quant_id)
            on_hand[tuple(each or False for each in key)] += float(quantity or 0.0)
        if work:
            work.locked.update(locked)
            work.on_hand.update(on_hand)
            work.covered.update(
                (product.id, location.parent_path) for product in products for location in locations)
        return on_hand

    # WHAT IS KNOWN WHILE MUCH IS DONE IN ONE GO

    def try_lock_for_update(self, *, allow_referencing=False, limit=None):
        work = get_work(self.env)
        if work and allow_referencing and limit and work.locked.issuperset(self.ids[:limit]):
            return self[:limit]
        return super().try_lock_for_update(allow_referencing=allow_referencing, limit=limit)

    def _gather(self, product_id, location_id, lot_id=None, package_id=None, owner_id=None, strict=False, qty=0):
        work = get_work(self.env)
        strategy = work and self._get_removal_strategy(product_id, location_id)
        # core's own list, and what depends on the quantity, are not found twice
        if not work or strategy == "least_packages" or self.env.context.get("quants_cache") is not None:
            return super()._gather(
                product_id, location_id, lot_id=lot_id, package_id=package_id, owner_id=owner_id, strict=strict,
                qty=qty)
        domain = self._get_gather_domain(product_id, location_id, lot_id, package_id, owner_id, strict)
        place = (
            strategy, product_id.id, location_id.id, self.env.context.get("with_expiration"),
            self.env.su or (self.env.uid, *self.env.companies.ids))
        key = place, repr(domain)
        if key not in work.gathered:
            wide = work.gathered.get(place) if strict and not owner_id else None
            if wide is not None:
                # they are among those that lie there and below
                found = self.browse(wide).filtered_domain(domain)
            else:
                found = super()._gather(
                    product_id, location_id, lot_id=lot_id, package_id=package_id, owner_id=owner_id, strict=strict,
                    qty=qty)
            work.gathered[key] = found.ids
            if not strict and not lot_id and not package_id and not owner_id:
                work.gathered[place] = found.ids
        return self.browse(work.gathered[key])

    @api.model_create_multi
    def create(self, vals_list):
        quants = super().create(vals_list)
        work = get_work(self.env)
        if work:
            work.forget_quants()
        return quants

    def write(self, vals):
        work = get_work(self.env)
        if work and any(
                vals["in_date"] != quant.in_date if name == "in_date" else True
                for quant in self for name in vals.keys() - QUANTITIES):
            work.forget_quants()
        elif work and "quantity" in vals:
            work.forget_quantities()
        return super().write(vals)

    def unlink(self):
        result = super().unlink()
        work = get_work(self.env)
        if work:
            work.forget_quants()
        return result
