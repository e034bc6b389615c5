from odoo import api, models
from odoo.fields import Domain

from ..common.queries import join_required


class CrmServiceDevice(models.Model):
    """Devices by their contractors' names, a page at a time."""

    _inherit = "crm.service.device"

    @api.model
    def _get_sortable_fields(self):
        return super()._get_sortable_fields() | {"identifier", "serial_number", "name", "partner_id", "warranty_end"}

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, **options):
        """As core's; a page by contractor alone begins with the contractors, in the order of their names.

        Core joins all devices with all contractors and sorts them, for the sake of the devices without one. They stand
        where PostgreSQL has what is empty: behind the others, or before them in descending order.
        """
        column, _space, direction = (order or "").strip().lower().partition(" ")
        if column != "partner_id" or direction not in ("", "asc", "desc") or not limit:
            return super()._search(domain, offset, limit, order, **options)
        without, domain, ids, offset = Domain("partner_id", "=", False), Domain(domain), [], offset or 0
        for part in ((without, ~without) if direction == "desc" else (~without, without)):
            if len(ids) < offset + limit:
                query = super()._search(domain & part, 0, offset + limit - len(ids), order, **options)
                if part != without:
                    join_required(query, self._table, "partner_id")
                ids += query.get_result_ids()
        return self.browse(ids[offset:])._as_query()
