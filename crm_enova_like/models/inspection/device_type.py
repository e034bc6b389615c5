from odoo import fields, models


class CrmServiceDeviceType(models.Model):
    _inherit = "crm.service.device.type"

    regime_ids = fields.Many2many(
        "crm.service.inspection.regime", "crm_service_device_type_regime_rel", "type_id", "regime_id",
        string="Inspection Regimes", check_company=True, help="A new device of this type has these plans at once.")
