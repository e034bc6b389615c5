from odoo import api, models


class CrmServiceOrder(models.Model):
    """Planned tasks fill the technicians' weeks, too."""

    _inherit = "crm.service.order"

    @api.model
    def _get_planned_spans(self, begin, end):
        return super()._get_planned_spans(begin, end) + self._get_spans_of(self.env["crm.task"], begin, end)
