from odoo import fields, models


class CrmServiceTag(models.Model):
    """A word by which orders are told apart, the companies' in common."""

    _name = "crm.service.tag"
    _description = "Service Tag"
    _inherit = ["crm.values.mixin"]
    _order = "name"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer()

    _name_uniq = models.Constraint("UNIQUE(name)", "A tag with this name exists already.")
