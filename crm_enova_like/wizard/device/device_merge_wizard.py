from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.common.actions import open_records


class CrmServiceDeviceMergeWizard(models.TransientModel):
    """Several cards of one device, side by side, and which of them is kept."""

    _name = "crm.service.device.merge.wizard"
    _description = "Merge Devices"

    device_ids = fields.Many2many(
        "crm.service.device", "crm_service_device_merge_rel", "wizard_id", "device_id", string="Cards of One Device",
        context={"active_test": False})
    kept_id = fields.Many2one(
        "crm.service.device", string="Card to Keep", compute="_compute_kept_id", store=True, readonly=False,
        ondelete="cascade", domain="[('id', 'in', device_ids), ('active', 'in', (True, False))]",
        help="What this card says stays; what it lacks comes from the others.")

    @api.model
    def default_get(self, fields_list):
        """The cards that are ticked in the list."""
        values, context = super().default_get(fields_list), self.env.context
        if "device_ids" in fields_list and not values.get("device_ids") and (
                context.get("active_model") == "crm.service.device"):
            values["device_ids"] = [(6, 0, context.get("active_ids") or [])]
        return values

    @api.depends("device_ids")
    def _compute_kept_id(self):
        """The card with the longest history, then the oldest."""
        for wizard in self:
            if wizard.kept_id not in wizard.device_ids:
                wizard.kept_id = wizard.device_ids.sorted(
                    lambda card: (not card.active, -len(card._get_with_history()), card._origin.id))[:1]

    def action_merge(self):
        """Merge the cards, and open the one that is kept.

        :raises UserError: it is not said which card is kept, or they cannot become one
        """
        self.ensure_one()
        kept = self.kept_id
        if kept not in self.device_ids:
            raise UserError(self.env._("Choose which of the cards is kept."))
        kept._merge_from(self.device_ids - kept)
        return open_records(kept, "crm_enova_like.action_crm_service_device")
