from odoo import fields, models

from ..common.actions import open_list
from ..common.readable import STAFF


class ResPartner(models.Model):
    """A contractor's devices; what its contacts have counts as its own."""

    _inherit = "res.partner"

    service_device_ids = fields.One2many(
        "crm.service.device", "partner_id", string="Devices", groups=STAFF)
    service_device_count = fields.Integer(compute="_compute_service_device_count")

    def _compute_service_device_count(self):
        counts = self._count_with_children("crm.service.device")
        for partner in self:
            partner.service_device_count = counts.get(partner._origin.id, 0)

    def _count_with_children(self, model_name):
        """How many records of a model each contact has, its own contacts' among them.

        :param model_name: of a model with a ``partner_id``
        :return: {partner id: number}; empty for whoever may not read the model: a contact's form opens for every
            employee
        """
        counts, Model = {}, self.env[model_name]
        if not Model.has_access("read"):
            return counts
        everyone = self.with_context(active_test=False).search_fetch(
            [("id", "child_of", self.ids)], ["parent_id"])
        for partner, count in Model._read_group(
                [("partner_id", "in", everyone.ids)], ["partner_id"], ["__count"]):
            while partner:
                counts[partner.id] = counts.get(partner.id, 0) + count
                partner = partner.parent_id
        return counts

    def action_view_service_devices(self):
        """Open the devices of the contractor and of its contacts."""
        return self._open_with_children("crm_enova_like.action_crm_service_device")

    def _open_with_children(self, xml_id):
        """Open the records of an action that one contact and its contacts have."""
        self.ensure_one()
        return open_list(
            self.env, xml_id, [("partner_id", "child_of", self.id)], {"default_partner_id": self.id})
