from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..common.spelling import clean_number, spellings


class CrmServiceScanMixin(models.AbstractModel):
    """What a scanned code is: a product, a lot or serial number, or something
    else, which is named to whoever scanned it."""

    _name = "crm.service.scan.mixin"
    _description = "Scanning of Parts"

    @api.model
    def _scan_find(self, code, company):
        """Products and lots with a code, of one company.

        :param code: what was scanned or typed
        :return: (code, products, lots); either may be empty
        :raises UserError: there is no code, or it is of no product and no lot
        """
        code, codes = clean_number(code), spellings(code)
        if not code:
            raise UserError(self.env._("Scan or type a barcode, an internal reference or a serial number."))
        mine, registers = Domain("company_id", "in", [company.id, False]), self._scan_registers()
        products = registers["product.product"].search(
            mine & (Domain("barcode", "in", codes) | Domain("default_code", "in", codes)))
        lots = registers["stock.lot"].search(mine & Domain("name", "in", codes))
        if not products and not lots:
            raise UserError(self._scan_name_other(code, company))
        return code, products, lots

    @api.model
    def _scan_registers(self):
        """The environment in which codes are looked up, always within one company.

        sudo: technicians hold no stock rights, and of what else has a code only the name is told.
        """
        return self.sudo().env

    @api.model
    def _scan_check_one(self, code, products):
        """Refuse a code that is of several products.

        :raises UserError: names them
        """
        if len(products) > 1:
            raise UserError(self.env._(
                "Several products have the code “%(code)s”: %(products)s. Scan another code of the part, "
                "or choose it by hand.", code=code, products=", ".join(products.mapped("display_name"))))

    @api.model
    def _scan_name_other(self, code, company):
        """The message for a code that is of no part."""
        registers = self._scan_registers()
        device = registers["crm.service.device"].search(
            [("company_id", "=", company.id), "|", ("identifier", "=", code), ("serial_number", "=", code)], limit=1)
        if device:
            return self.env._("“%(code)s” is the device %(device)s, not a part.", code=code, device=device.display_name)
        order = registers["crm.service.order"].search(
            [("company_id", "=", company.id), ("name", "in", spellings(code))], limit=1)
        if order:
            return self.env._("“%(code)s” is a service order, not a part.", code=code)
        place = registers["stock.location"].search(
            [("company_id", "in", [company.id, False]), ("barcode", "=", code)], limit=1)
        if place:
            return self.env._("“%(code)s” is the location %(place)s, not a part.", code=code, place=place.display_name)
        return self.env._("No product, lot or serial number has the code “%(code)s”.", code=code)

    @api.model
    def _scan_piece(self, product, left):
        """How much one scan takes, in the product's unit: a piece, or all of
        what is not counted in pieces (cable, oil)."""
        unit = self.env.ref("uom.product_uom_unit", raise_if_not_found=False)
        if unit and product.uom_id._has_common_reference(unit):
            return min(product.uom_id.round(1.0), left)
        return left
