from odoo import api, models
from odoo.tools import ormcache


class IrSequence(models.Model):
    """RWs and ZWs get their numbers when they are validated; what core asks of their sequences before is a buffer."""

    _inherit = "ir.sequence"

    @api.model
    def _get_service_sequences(self):
        types = self.env["stock.picking.type"].with_context(active_test=False).search(
            [("service_document", "!=", False)])
        return super()._get_service_sequences() | types.sequence_id

    def _next(self, sequence_date=None):
        """Core draws a number where a transfer is made, and where its operation type changes, however it is given."""
        if self._has_service_documents():
            [name] = self.env["stock.picking"]._next_buffer_names(1)
            return name
        return super()._next(sequence_date=sequence_date)

    @ormcache("self.id")
    def _has_service_documents(self):
        """Whether RWs or ZWs are numbered by one sequence; kept in the registry's cache, since each number asks."""
        # sudo: whoever draws a number need not read operation types
        return bool(self.env["stock.picking.type"].sudo().with_context(active_test=False).search_count(
            [("sequence_id", "=", self.id), ("service_document", "!=", False)], limit=1))
