from odoo import fields, models


class CrmPerformerMixin(models.AbstractModel):
    """What somebody does or did: its performer follows it, and is not mailed that it is theirs."""

    _name = "crm.performer.mixin"
    _description = "Has a Performer"
    _inherit = ["mail.thread"]

    user_id = fields.Many2one(
        "res.users", string="Performer", tracking=True, index=True, check_company=True,
        domain="[('share', '=', False)]")

    def _message_auto_subscribe_followers(self, updated_values, default_subtype_ids):
        # core would mail each assignment; the performer follows, and is not mailed that it is so
        return [
            (*entry[:2], False) for entry in
            super()._message_auto_subscribe_followers(updated_values, default_subtype_ids)]
