from odoo import api, models


class CrmRowsMixin(models.AbstractModel):
    """Rows of a document, which are read with it: what finds them reads them.

    Core finds the rows of a one2many by one statement, which gives their ids, and what is in them by a second one.
    """

    _name = "crm.rows.mixin"
    _description = "Read with Its Document"

    @api.model
    def _get_row_inverses(self):
        """Names of the many2one fields to documents whose rows these are: set of str."""
        return set()

    @api.model
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        inverses = self._get_row_inverses()
        if field_names and inverses.issuperset(set(field_names) - {self._active_name}) and (
                self.env.context.get("prefetch_fields", True)):
            # as reading any one of them would
            field_names = None
        return super().search_fetch(domain, field_names, offset, limit, order)
