from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    service_device_card = fields.Boolean(
        string="Device Card on Delivery",
        help="Each delivered serial number of this product makes a device card with its owner, "
             "place, date of sale and warranty.")
    service_device_type_id = fields.Many2one(
        "crm.service.device.type", string="Device Type", check_company=True, ondelete="set null",
        index="btree_not_null")
    service_device_count = fields.Integer(compute="_compute_service_device_count")

    def _compute_service_device_count(self):
        Device = self.env["crm.service.device"]
        counts = {}
        if Device.has_access("read"):
            for product, count in Device._read_group(
                    [("product_id.product_tmpl_id", "in", self.ids)], ["product_id"], ["__count"]):
                template = product.product_tmpl_id
                counts[template] = counts.get(template, 0) + count
        for template in self:
            template.service_device_count = counts.get(template, 0)

    def action_view_service_devices(self):
        """Open the devices which are pieces of the product."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_enova_like.action_crm_service_device")
        action.update(
            domain=[("product_id.product_tmpl_id", "=", self.id)],
            context={
                "default_product_id": self.product_variant_id.id,
                "default_type_id": self.service_device_type_id.id,
            })
        return action


class ProductProduct(models.Model):
    _inherit = "product.product"

    service_device_count = fields.Integer(compute="_compute_service_device_count")

    def _compute_service_device_count(self):
        Device = self.env["crm.service.device"]
        counts = {}
        if Device.has_access("read"):
            counts = dict(Device._read_group(
                [("product_id", "in", self.ids)], ["product_id"], ["__count"]))
        for product in self:
            product.service_device_count = counts.get(product, 0)

    def action_view_service_devices(self):
        """Open the devices which are pieces of the product."""
        self.ensure_one()
        action = self.product_tmpl_id.action_view_service_devices()
        action["domain"] = [("product_id", "=", self.id)]
        action["context"]["default_product_id"] = self.id
        return action
