import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

PREFIX_SHAPE = re.compile(r"^\w[\w.-]*$")
OWN_NUMBER = re.compile(r"\s*(?:numer|number|nr|no\.)(?:\b|_)", re.IGNORECASE)


class CrmServiceDeviceType(models.Model):
    """What kind of thing a device is: it numbers its devices and gives their defaults.

    A type without a company is shared; its numbers still run per company.
    """
    _name = "crm.service.device.type"
    _description = "Device Type"
    _inherit = ["crm.service.device.counted.mixin", "crm.shared.mixin", "crm.values.mixin"]
    _order = "name, id"
    _check_company_auto = True
    _device_path = "type_id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company", index="btree_not_null",
        help="Leave empty to share the type between companies.")
    prefix = fields.Char(
        required=True, default=lambda self: self.env["crm.service.device"]._default_prefix(),
        help="Devices of this type are numbered PREFIX/00001, PREFIX/00002 and so on in each "
             "company. Types with one prefix share the numbers.")
    identifier_padding = fields.Integer(
        string="Digits", default=5, help="How many digits the number in the identifier has.")
    sequence_id = fields.Many2one(
        "ir.sequence", string="Numbering", compute="_compute_sequence_id", compute_sudo=True,
        help="The numbers of the current company. Made with the first device.")
    warranty_months = fields.Integer(
        string="Warranty (months)", help="Counted from the date of sale.")
    properties_definition = fields.PropertiesDefinition("Device Properties")
    own_properties = fields.Char(
        string="Properties of One Device",
        help="Names of properties that no two devices share, parted by commas: copies of a device do not have them. "
             "Empty: those whose name begins with “Number” or “No.”.")
    model_ids = fields.One2many("crm.service.device.model", "type_id", string="Models")

    _check_months = models.Constraint(
        "CHECK (warranty_months BETWEEN 0 AND 600)",
        "A warranty has between 0 and 600 months.")
    _check_padding = models.Constraint(
        "CHECK (identifier_padding BETWEEN 1 AND 12)",
        "An identifier has between 1 and 12 digits.")

    @api.constrains("prefix")
    def _check_prefix(self):
        for device_type in self:
            if not PREFIX_SHAPE.match(device_type.prefix or ""):
                raise ValidationError(self.env._(
                    "The prefix “%(prefix)s” may hold letters, digits, dots, hyphens and "
                    "underscores only.", prefix=device_type.prefix or ""))

    @api.depends("prefix")
    @api.depends_context("company")
    def _compute_sequence_id(self):
        Device = self.env["crm.service.device"]
        sequences = Device._get_sequences(self.env.company, set(self.mapped("prefix")))
        for device_type in self:
            device_type.sequence_id = sequences.get(device_type.prefix)

    def write(self, vals):
        res = super().write(vals)
        if "identifier_padding" in vals:
            for device_type in self:
                # sudo: whoever configures types need not manage sequences
                self.env["ir.sequence"].sudo().search([
                    ("code", "=", self.env["crm.service.device"]._sequence_code(device_type.prefix)),
                    # a company's own type has no say in others' numbers, though the prefix be the same
                    *([("company_id", "=", device_type.company_id.id)] if device_type.company_id else ()),
                ]).padding = device_type.identifier_padding
        return res

    def _get_own_properties(self):
        """Which properties one device alone has: set of their technical names."""
        own = {name.strip().casefold() for name in (self.own_properties or "").split(",")} - {""}
        return {
            each["name"] for each in self.properties_definition or ()
            if ((each.get("string") or "").strip().casefold() in own if own
                else each.get("type") == "char" and OWN_NUMBER.match(each.get("string") or ""))}

    def _get_device_defaults(self):
        return {"default_type_id": self.id}
