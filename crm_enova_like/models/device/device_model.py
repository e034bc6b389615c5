from odoo import api, fields, models


class CrmServiceDeviceModel(models.Model):
    """A maker's model: narrower than the type, and its terms come before the type's."""
    _name = "crm.service.device.model"
    _description = "Device Model"
    _inherit = ["crm.service.device.counted.mixin", "crm.shared.mixin", "crm.values.mixin"]
    _order = "name, id"
    _rec_names_search = ["name", "manufacturer"]
    _check_company_auto = True
    _device_path = "model_id"

    name = fields.Char(required=True, index="trigram")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index="btree_not_null",
        help="Leave empty to share the model between companies.")
    type_id = fields.Many2one(
        "crm.service.device.type", index="btree_not_null", ondelete="restrict",
        check_company=True)
    manufacturer_id = fields.Many2one(
        "res.partner", string="Manufacturer (contact)", index="btree_not_null", check_company=True)
    manufacturer = fields.Char(
        compute="_compute_manufacturer", store=True, readonly=False, precompute=True)
    product_id = fields.Many2one(
        "product.product", index="btree_not_null", check_company=True,
        help="The product under which this model is sold. Its delivered serial numbers become "
             "devices of this model.")
    warranty_months = fields.Integer(
        string="Warranty (months)", help="0: as the type says.")

    _check_months = models.Constraint(
        "CHECK (warranty_months BETWEEN 0 AND 600)",
        "A warranty has between 0 and 600 months.")

    @api.depends("manufacturer_id")
    def _compute_manufacturer(self):
        for model in self:
            model.manufacturer = model.manufacturer_id.name or model.manufacturer

    @api.depends("name", "manufacturer")
    def _compute_display_name(self):
        for model in self:
            maker, name = model.manufacturer or "", model.name or ""
            shown = name if name.lower().startswith(maker.lower()) else f"{maker} {name}"
            model.display_name = shown.strip()

    def _get_device_defaults(self):
        return {"default_model_id": self.id, "default_type_id": self.type_id.id}
