from odoo import models

from .order_line import COST

READERS = "crm_enova_like.group_reader"
COST_FIELDS = {"value", "price_unit", "remaining_value", "value_manual", "standard_price"}


class StockMove(models.Model):
    """Whoever reads moves as a reader of ours, reads what they cost with that right alone."""

    _inherit = "stock.move"

    def _has_field_access(self, field, operation):
        if field.name in COST_FIELDS and not self.env.su:
            user = self.env.user
            if user.has_group(READERS) and not user.has_group(COST):
                return False
        return super()._has_field_access(field, operation)
