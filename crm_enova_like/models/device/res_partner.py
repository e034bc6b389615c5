from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    service_device_ids = fields.One2many(
        "crm.service.device", "partner_id", string="Devices", groups="crm_enova_like.group_technician")
    service_order_ids = fields.One2many(
        "crm.service.order", "partner_id", string="Service Orders", groups="crm_enova_like.group_technician")
    service_device_count = fields.Integer(compute="_compute_service_counts")
    service_order_count = fields.Integer(compute="_compute_service_counts")

    def _compute_service_counts(self):
        devices = self._count_with_children("crm.service.device")
        orders = self._count_with_children("crm.service.order")
        for partner in self:
            partner.service_device_count = devices.get(partner._origin.id, 0)
            partner.service_order_count = orders.get(partner._origin.id, 0)

    def _count_with_children(self, model_name):
        """Return {partner id: how many records of the model it and its contacts have}.

        Empty for whoever may not read the model: a contact's form opens for every employee.
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
        return self._get_service_action("crm_enova_like.action_crm_service_device")

    def action_view_service_orders(self):
        """Open the service orders of the contractor and of its contacts."""
        return self._get_service_action("crm_enova_like.action_crm_service_order")

    def _get_service_action(self, xml_id):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        action.update(
            domain=[("partner_id", "child_of", self.id)], context={"default_partner_id": self.id})
        return action
