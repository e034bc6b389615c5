from odoo import api, models


class CrmSortedMixin(models.AbstractModel):
    """A register that grows: its lists offer sorting by the columns that an index serves, and by no other.

    Which those are is data, not an attribute of a view: the web client asks ``fields_get``. What an export, an import
    or RPC asks for is sorted as it says.
    """

    _name = "crm.sorted.mixin"
    _description = "Sorted by Index"
    _inherit = ["crm.rollup.mixin"]

    @api.model
    def _get_sortable_fields(self):
        """Names of the fields by which the lists may be sorted: each of them begins an index."""
        return set()

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        descriptions, sortable = super().fields_get(allfields, attributes), self._get_sortable_fields()
        for name, description in descriptions.items():
            if description.get("sortable") and name not in sortable:
                description["sortable"] = False
        return descriptions
