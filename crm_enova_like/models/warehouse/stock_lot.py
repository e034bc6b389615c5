from odoo import fields, models
from odoo.exceptions import UserError

from ..common.formats import format_day


class StockLot(models.Model):
    """A lot or serial number that a technician issues, where Odoo's *Product Expiry* gives it its dates."""

    _inherit = "stock.lot"

    def _check_service_dates(self, company):
        """Refuse to issue lots that have expired, or were to be removed from the stock by today: core reserves none of
        them, and asks a keeper who validates one by hand.

        :param self: any number of lots
        :param company: whose day is told
        :raises UserError: names the part, the lot and the day
        """
        if "expiration_date" not in self._fields:
            return
        now = fields.Datetime.now()
        for lot in self.filtered("product_id.use_expiration_date"):
            if lot.expiration_date and lot.expiration_date <= now:
                raise UserError(self.env._(
                    "Part %(part)s: lot %(lot)s expired on %(day)s. Choose another lot, or ask the warehouse keeper.",
                    part=lot.product_id.display_name, lot=lot.name,
                    day=format_day(self.env, company, lot.expiration_date)))
            if lot.removal_date and lot.removal_date <= now:
                raise UserError(self.env._(
                    "Part %(part)s: lot %(lot)s was to leave the stock by %(day)s. Choose another lot, or ask the "
                    "warehouse keeper.", part=lot.product_id.display_name, lot=lot.name,
                    day=format_day(self.env, company, lot.removal_date)))
