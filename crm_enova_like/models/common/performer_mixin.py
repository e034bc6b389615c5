from odoo import api, fields, models

from .mail_followers import MADE, Made


class CrmPerformerMixin(models.AbstractModel):
    """What somebody does or did: its performer follows it, and is not mailed that it is theirs."""

    _name = "crm.performer.mixin"
    _description = "Has a Performer"
    _inherit = ["mail.thread"]

    user_id = fields.Many2one(
        "res.users", string="Performer", tracking=True, index=True, check_company=True,
        domain="[('share', '=', False)]")

    @api.model_create_multi
    def create(self, vals_list):
        made = Made(self._name, len(vals_list))
        records = super(CrmPerformerMixin, self.with_context(**{MADE: made})).create(vals_list).with_env(self.env)
        made.put(self.env["mail.followers"])
        return records

    def _message_auto_subscribe_followers(self, updated_values, default_subtype_ids):
        # core would mail each assignment; the performer follows, and is not mailed that it is so
        return [
            (*entry[:2], False) for entry in
            super()._message_auto_subscribe_followers(updated_values, default_subtype_ids)]

    def _creation_message(self):
        # a cron or an e-mail speaks no language: core would name the kind in English in the user's sentence
        return super(CrmPerformerMixin, self._fallback_lang())._creation_message()
