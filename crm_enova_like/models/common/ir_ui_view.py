from odoo import api, models

from .named_mixin import MODULE

READERS, WORKERS = "crm_enova_like.group_reader", "crm_enova_like.group_technician,stock.group_stock_user"


class IrUiView(models.Model):
    """Whoever only reads is offered no button that changes something; the methods refuse them as well."""

    _inherit = "ir.ui.view"

    def _postprocess_access_rights(self, tree):
        model = tree.get("model_access_rights")
        tree = super()._postprocess_access_rights(tree)
        if model and self.env.registry[model]._original_module == MODULE and self._is_only_read(model):
            reading = tuple(self._get_reading_buttons())
            for node in tree.xpath("//*[@type='object'][self::button or self::a]"):
                if not (node.get("name") or "").startswith(reading):
                    node.getparent().remove(node)
        return tree

    @api.model
    def _get_reading_buttons(self):
        """What the names of buttons begin with that show or print something, and change nothing: set."""
        return {"action_view_", "action_print_"}

    def _is_only_read(self, model):
        user = self.env.user
        return user.has_group(READERS) and not user.has_groups(WORKERS) and not self.env[model].has_access("write")
