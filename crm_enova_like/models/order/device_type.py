from odoo import fields, models


class CrmServiceDeviceType(models.Model):
    """Which orders devices of a type come into."""

    _inherit = "crm.service.device.type"

    order_type_id = fields.Many2one(
        "crm.service.order.type", company_dependent=True, check_company=True,
        help="Proposed on new orders for devices of this type, in the current company.")
