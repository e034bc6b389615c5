from odoo import models

ROOT = "crm_enova_like.menu_root"


class IrUiMenu(models.Model):
    """The app's icon, and its name in the bar, open the screen on which the user begins."""

    _inherit = "ir.ui.menu"

    def load_web_menus(self, debug):
        menus = super().load_web_menus(debug)
        app = menus.get(self.env["ir.model.data"]._xmlid_to_res_id(ROOT, raise_if_not_found=False))
        # sudo: what an action is called in the address bar
        action = self.env.user._get_start_action().sudo() if app else None
        if action:
            app.update(actionID=action.id, actionModel=action.type, actionPath=action.path)
        return menus
