from odoo import fields, models

from ..common.readable import STAFF


class StockLot(models.Model):
    """A serial number and the card of the device that was delivered by it, one for each company."""

    _name = "stock.lot"
    _inherit = ["stock.lot", "crm.service.device.counted.mixin", "crm.history.mixin"]

    _device_path = "lot_id"

    service_device_ids = fields.One2many(
        "crm.service.device", "lot_id", string="Devices", groups=STAFF)

    def write(self, vals):
        names = {lot: lot.name for lot in self} if "name" in vals else {}
        res = super().write(vals)
        renamed = self.filtered(lambda lot: lot in names and names[lot] != lot.name)
        if renamed:
            renamed._rename_device_cards(names)
        return res

    def _rename_device_cards(self, names):
        """Give the cards of renamed serial numbers the number that is on the device.

        A card with a number that was typed keeps it.

        :param names: {lot: its former name}
        """
        # sudo: whoever keeps the stock has no rights on devices, and each company may have its card
        Device = self.env["crm.service.device"].sudo().with_context(active_test=False)
        cards = Device.search([("lot_id", "in", self.ids)]).filtered(
            lambda card: card._follows_lot(names[card.lot_id]))
        bodies = {}
        for company, own in cards.grouped("company_id").items():
            namesakes = Device._find_by_serials(company, own.lot_id.mapped("name"))
            given, renamed = set(), Device
            for card in own:
                if not card._is_number(card.lot_id.name):
                    # the stock takes what no device can have
                    continue
                key = card._serial_key(card.lot_id.name)
                taken = namesakes.get(key, Device)._filter_namesakes(key, card.type_id.id) - card
                if taken or (card.type_id, key) in given:
                    card._tell_number_taken(taken[:1])
                    continue
                given.add((card.type_id, key))
                renamed |= card
                bodies[card.id] = self.env._(
                    "The serial number %(old)s was corrected to %(new)s in the stock; the card follows.",
                    old=card.serial_number, new=card.lot_id.name)
            # one write of lots gives them all one name
            for name, alike in renamed.grouped(lambda card: card.lot_id.name).items():
                alike.write({"serial_number": name})
        Device.browse(bodies)._message_log_batch(bodies=bodies)

    def _find_device_cards(self, company):
        """Find the cards of serial numbers in a company.

        A card that was made by hand, before the delivery, is found by product or type and
        serial number, and tied to the lot.

        :return: {lot: its card}; {key of a serial number: devices that have it}, of those without a card
        """
        Device = self.env["crm.service.device"].with_context(active_test=False)
        cards = {
            device.lot_id: device for device in Device.search(
                [("company_id", "=", company.id), ("lot_id", "in", self.ids)])
        }
        missing = self.filtered(lambda lot: lot not in cards)
        namesakes = Device._find_by_serials(company, missing.mapped("name")) if missing else {}
        for lot in missing:
            key, product = Device._serial_key(lot.name), lot.product_id
            card = namesakes.get(key, Device)._filter_of_key(key).filtered(
                lambda d, product=product: not d.lot_id and (
                    d.product_id == product
                    or not d.product_id and d.type_id == product.service_device_type_id))[:1]
            if card:
                card.write({"lot_id": lot.id, "product_id": product.id})
                cards[lot] = card
        return cards, namesakes
