from odoo import models


class CrmServiceOrderDevice(models.Model):
    """A device of another contractor than the order's: whose it is, or who pays, is said while the order is open."""

    _inherit = "crm.service.order.device"

    def action_change_owner(self):
        """The device has a new owner: the order's contractor.

        :raises UserError: the order is closed; the device may have been sold since
        """
        for line in self._get_foreign():
            owner, place = line.order_id.partner_id, line.order_id.address_id
            if place.commercial_partner_id != owner.commercial_partner_id:
                # it stood at its former owner's
                place = owner
            line.device_id.write({"partner_id": owner.id, "address_id": place.id})
        return True

    def action_owner_is_contractor(self):
        """The device stays its owner's, for whom the order is; who brought it pays.

        :raises UserError: the order is closed
        """
        for line in self._get_foreign():
            payer = line.order_id.invoice_partner_id
            line.order_id.write({"partner_id": line.device_id.partner_id.id})
            line.order_id.write({"invoice_partner_id": payer.id})
        return True

    def _get_foreign(self):
        """The devices of other contractors, whose orders are all open and the user's to change."""
        self.check_access("write")
        foreign = self.filtered("is_foreign")
        foreign.order_id._check_open()
        return foreign
