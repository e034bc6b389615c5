from odoo import fields, models


class CrmServiceDeviceModel(models.Model):
    _inherit = "crm.service.device.model"

    regime_ids = fields.Many2many(
        "crm.service.inspection.regime", "crm_service_device_model_regime_rel", "model_id", "regime_id",
        string="Inspection Regimes", check_company=True, help="Besides those of the type.")
