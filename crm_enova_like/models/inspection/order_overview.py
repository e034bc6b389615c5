from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

SOON = timedelta(days=7)


class CrmServiceOrder(models.Model):
    """The manager's number of inspections that are late."""

    _inherit = "crm.service.order"

    @api.model
    def _get_overview_tiles(self, is_open):
        Inspection = self.env["crm.service.inspection"]
        companies = Domain("company_id", "in", self.env.companies.ids)
        tiles = super()._get_overview_tiles(is_open)
        # whoever may not read inspections has no number of them
        if not Inspection.has_access("read"):
            return tiles
        soon = Inspection.search_count(
            companies & Domain([("is_open", "=", True), ("date_agreed", "=", False), ("order_id", "=", False)])
            & Domain.OR(
                of_day & Domain("due_date", ">=", today) & Domain("due_date", "<=", today + SOON)
                for today, of_day in self.env.companies._group_by_today()))
        tile = self._get_tile(
            "inspections", self.env._("Inspections past their date"), companies & Domain("is_overdue", "=", True),
            "crm.service.inspection", sequence=19, danger=True)
        tile["note"] = self.env._("due in 7 days and not agreed: %(count)s", count=soon) if soon else ""
        return [*tiles, tile]
