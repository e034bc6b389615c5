from odoo import models

from .named_mixin import MODULE

READERS, WORKERS = "crm_enova_like.group_reader", "crm_enova_like.group_technician,stock.group_stock_user"
# what the names of buttons begin with that only show something
READING = ("action_view_", "action_print_", "action_open_service_order", "action_open_details")


class IrUiView(models.Model):
    """Whoever only reads is offered no button that changes something; the methods refuse them as well."""

    _inherit = "ir.ui.view"

    def _postprocess_access_rights(self, tree):
        model = tree.get("model_access_rights")
        tree = super()._postprocess_access_rights(tree)
        if model and self.env.registry[model]._original_module == MODULE and self._is_only_read(model):
            for node in tree.xpath("//*[@type='object'][self::button or self::a]"):
                if not (node.get("name") or "").startswith(READING):
                    node.getparent().remove(node)
        return tree

    def _is_only_read(self, model):
        user = self.env.user
        return user.has_group(READERS) and not user.has_groups(WORKERS) and not self.env[model].has_access("write")
