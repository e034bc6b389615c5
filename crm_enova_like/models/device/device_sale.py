from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import fields, models

# art. 43c of the Consumer Rights Act, for contracts since it came in
CONFORMITY = relativedelta(years=2)
CONFORMITY_SINCE = date(2023, 1, 1)


class CrmServiceDevice(models.Model):
    """What we owe for a device that we sold."""

    _inherit = "crm.service.device"

    bought_elsewhere = fields.Boolean(
        help="Somebody else sold it: the date of sale is theirs, and we do not answer for what they sold.")

    def _get_conformity_end(self):
        """The last day on which we answer to a consumer for one device that is not as the contract says, or False.

        Art. 43c(1) of the Consumer Rights Act: two years from the delivery, for what a consumer bought from us and
        still has. A person with a tax number bought it for a trade.
        """
        self.ensure_one()
        sold = self.date_sold
        if not sold or sold < CONFORMITY_SINCE or self.bought_elsewhere or self.ownership != "customer":
            return False
        # sudo: what kind of customer it is, of a card that the user reads
        owner = self.sudo().partner_id.commercial_partner_id
        buyer = self.sudo().sold_to_id or owner
        if not owner or owner.is_company or owner.vat or buyer.commercial_partner_id != owner:
            return False
        return sold + CONFORMITY

    def _get_claim_basis(self, day):
        """On what ground one device can be claimed that came in on a day: "warranty", "nonconformity" or False."""
        if self.warranty_end and self.warranty_end >= day:
            return "warranty"
        # asked only of what was sold so lately
        if self.date_sold and self.date_sold >= day - CONFORMITY:
            ends = self._get_conformity_end()
            return bool(ends and ends >= day) and "nonconformity"
        return False
