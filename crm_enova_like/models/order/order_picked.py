from odoo import api, models
from odoo.fields import Domain

from ..common.readable import readable


class CrmServiceOrder(models.Model):
    """Which order is meant, where one is chosen: its number, its device and its contractor, the current ones first."""

    _name = "crm.service.order"
    _inherit = ["crm.service.order", "crm.picked.mixin"]

    @api.depends("main_device_id", "device_count", "partner_id")
    @api.depends_context("formatted_display_name")
    def _compute_display_name(self):
        super()._compute_display_name()
        if not self.env.context.get("formatted_display_name"):
            return
        # of what is out of sight, a list of names tells nothing
        devices = readable(self.main_device_id)
        # one name alone: what a picker of contractors shows beside theirs is none of this one's
        partners = readable(self.partner_id).with_context(formatted_display_name=False)
        names = {partner.id: partner.display_name for partner in partners}
        for order in self:
            device = (order.main_device_id & devices).name
            more = f" (+{order.device_count - 1})" if device and order.device_count > 1 else ""
            order.display_name = self._format_name(
                order.name, device and device + more, names.get(order.partner_id.id))

    @api.model
    def name_search(self, name: str = "", domain: list = None, operator: str = "ilike", limit: int = 100):
        """As core's, but current orders come first, and of them the newest."""
        domain = Domain(domain or Domain.TRUE)
        found = super().name_search(name, domain & Domain("is_open", "=", True), operator, limit)
        rest = limit - len(found) if limit else limit
        if rest or not limit:
            found += super().name_search(name, domain & Domain("is_open", "!=", True), operator, rest)
        return found
