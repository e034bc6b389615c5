from odoo import fields, models


class ProductTemplate(models.Model):
    """Products whose delivered serial numbers become device cards."""

    _name = "product.template"
    _inherit = ["product.template", "crm.service.device.counted.mixin"]

    _device_path = "product_id.product_tmpl_id"

    service_device_card = fields.Boolean(
        string="Device Card on Delivery",
        help="Each delivered serial number of this product makes a device card with its owner, "
             "place, date of sale and warranty.")
    service_device_type_id = fields.Many2one(
        "crm.service.device.type", string="Device Type", check_company=True, ondelete="set null",
        index="btree_not_null")

    def _get_device_defaults(self):
        return {
            "default_product_id": self.product_variant_id.id, "default_type_id": self.service_device_type_id.id}


class ProductProduct(models.Model):
    """One variant's devices."""

    _name = "product.product"
    _inherit = ["product.product", "crm.service.device.counted.mixin", "crm.history.mixin"]

    _device_path = "product_id"

    def _get_device_defaults(self):
        return {"default_product_id": self.id, "default_type_id": self.service_device_type_id.id}
