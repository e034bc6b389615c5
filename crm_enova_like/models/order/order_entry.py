from odoo import api, models
from odoo.fields import Command


class CrmServiceOrder(models.Model):
    """What is known of an order before it is there, from its own values and those of its rows."""

    _inherit = "crm.service.order"

    @api.model
    def _prepare_first_values(self, vals):
        """What is computed once an order and its rows are there, as it will most likely be: an order that is entered so
        is not written once more. Whatever is entered, it is computed all the same.

        :param vals: of an order that is about to be made
        """
        devices = list(dict.fromkeys(
            row[2]["device_id"] for row in vals.get("device_line_ids") or ()
            if row[0] == Command.CREATE and row[2].get("device_id")))
        return {
            "main_device_id": devices[0] if devices else False, "device_count": len(devices), "has_ready": False,
            "has_warranty": False, "has_rework": False}

    @api.model
    def _add_places(self, vals_list):
        """Say of orders that are about to be made where their devices stand, as :meth:`_compute_address_id` does, which
        would make each row once more to see it.

        :param vals_list: changed in place
        """
        if self.default_get(["address_id"]):
            return
        devices = {}
        for index, vals in enumerate(vals_list):
            rows = [] if "address_id" in vals else vals.get("device_line_ids") or []
            if rows and vals.get("partner_id") and all(row[0] == Command.CREATE for row in rows):
                devices[index] = next((row[2]["device_id"] for row in rows if row[2].get("device_id")), False)
        cards = self.env["crm.service.device"].browse(filter(None, devices.values()))
        for index, device_id in devices.items():
            place = cards.browse(device_id or []).with_prefetch(cards._prefetch_ids).address_id
            vals_list[index]["address_id"] = place.id or vals_list[index]["partner_id"]
