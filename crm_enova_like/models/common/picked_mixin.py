from odoo import api, models


class CrmPickedMixin(models.AbstractModel):
    """Records that are chosen from a drop-down by more than their name: which of several is meant is told beside it.

    A model says what, in its ``_compute_display_name`` under ``formatted_display_name``.
    """

    _name = "crm.picked.mixin"
    _description = "Chosen by What It Is"

    @api.model
    @api.readonly
    def web_name_search(
            self, name: str, specification: dict, domain: list = None, operator: str = "ilike", limit: int = 100):
        """As core's, but what stands beside the names is found for all of them at once."""
        if specification.keys() != {"display_name"}:
            return super().web_name_search(name, specification, domain, operator, limit)
        found = self.name_search(name, domain, operator, limit)
        shown = self.with_context(formatted_display_name=True).browse([record_id for record_id, _name in found])
        return [
            {"id": record.id, "display_name": plain, "__formatted_display_name": record.display_name}
            for record, (_id, plain) in zip(shown, found, strict=True)]

    @api.model
    def _format_name(self, name, *details):
        """A name in a drop-down, with what tells it from others after it, in grey."""
        details = " – ".join(filter(None, details))
        return f"{name} \t --{details}--" if details else name
