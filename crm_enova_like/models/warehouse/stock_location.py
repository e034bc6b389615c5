from odoo import api, fields, models
from odoo.exceptions import ValidationError


class StockLocation(models.Model):
    """Where parts go that a repair used up: a mark, of which a company may have several."""

    _inherit = "stock.location"

    service_consumption = fields.Boolean(
        help="Parts that go there are used up by service orders: a move into it is an issue, a move out of it a "
             "return.")

    @api.constrains("service_consumption", "usage", "company_id")
    def _check_service_consumption(self):
        for location in self.filtered("service_consumption"):
            if location.usage != "production" or not location.company_id:
                raise ValidationError(self.env._(
                    "Location %(location)s: parts are used up at a location of the type “Production” that belongs to "
                    "one company.", location=location.display_name))
            # sudo: what core's own ways use, whoever keeps the locations
            if location.id == self.env["ir.default"].sudo()._get(
                    "product.template", "property_stock_production", company_id=location.company_id.id):
                raise ValidationError(self.env._(
                    "Location %(location)s is where manufacturing uses parts up and makes products. Make another "
                    "location of the type “Production” for what repairs use up.", location=location.display_name))

    @api.constrains("active")
    def _check_service_active(self):
        archived = self.filtered(lambda location: not location.active and location.service_consumption)
        # sudo: which companies use them, whoever keeps the locations
        for company in self.env["res.company"].sudo().search([("service_location_id", "in", archived.ids)]):
            raise ValidationError(self.env._(
                "Location %(location)s is where %(company)s uses parts up. Choose another one in the settings first.",
                location=company.service_location_id.display_name, company=company.name))

    @api.constrains("service_consumption", "usage")
    def _check_service_use(self):
        """What went in and out of a marked location stays an issue and a return."""
        bare = self.filtered(lambda location: not location.service_consumption)
        if not bare:
            return
        # sudo: whether there are any is asked, whoever keeps the locations
        used = self.env["stock.move"].sudo()._read_group(
            [("picking_id.service_document", "=", "rw"), ("state", "!=", "cancel"), ("scrap_id", "=", False),
             ("location_dest_id", "in", bare.ids)], ["location_dest_id"])
        for [location] in used:
            raise ValidationError(self.env._(
                "Location %(location)s has taken parts of service orders and stays a place of service consumption. "
                "Choose another one in the settings for what comes.", location=location.display_name))
