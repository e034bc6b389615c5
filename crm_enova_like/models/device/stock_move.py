from odoo import models


class StockMove(models.Model):
    """Device cards follow the serial numbers which are delivered and come back."""
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        serials = moves.filtered(
            lambda move: move.state == "done" and move.product_id.tracking == "serial"
            and move.product_id.service_device_card)
        if serials:
            # sudo: whoever delivers goods need not have rights on devices
            serials.sudo()._update_device_cards()
        return moves

    def _update_device_cards(self):
        """Make or update the device cards of delivered serial numbers; free returned ones."""
        for company, moves in self.grouped("company_id").items():
            moves = moves.with_company(company)
            outgoing = moves.filtered(
                lambda m: m.location_dest_id.usage == "customer"
                and m.location_id.usage != "customer")
            returned = moves.filtered(
                lambda m: m.location_id.usage == "customer"
                and m.location_dest_id.usage in ("internal", "transit"))
            devices = moves._find_device_cards(company)
            outgoing._deliver_devices(devices)
            returned._take_back_devices(devices)

    def _find_device_cards(self, company):
        """Return {lot: its card in the company}.

        A card that was made by hand, before the delivery, is found by product or type and
        serial number, and tied to the lot.
        """
        lots = self.move_line_ids.lot_id
        Device = self.env["crm.service.device"].with_context(active_test=False)
        cards = {
            device.lot_id: device for device in Device.search(
                [("company_id", "=", company.id), ("lot_id", "in", lots.ids)])
        }
        missing = lots.filtered(lambda lot: lot not in cards)
        if missing:
            by_hand = Device.search([
                ("company_id", "=", company.id), ("lot_id", "=", False),
                ("serial_number", "in", missing.mapped("name")),
            ])
            for lot in missing:
                product = lot.product_id
                card = by_hand.filtered(
                    lambda d, lot=lot, product=product: d.serial_number == lot.name and (
                        d.product_id == product
                        or not d.product_id and d.type_id == product.service_device_type_id))[:1]
                if card:
                    card.write({"lot_id": lot.id, "product_id": product.id})
                    cards[lot] = card
        return cards

    def _deliver_devices(self, devices):
        """Give delivered serial numbers their card, owner, place and date of sale."""
        Device = self.env["crm.service.device"].with_context(mail_create_nosubscribe=True)
        vals_list, wanted = [], set()
        for move in self:
            for lot in move.move_line_ids.filtered("quantity").lot_id:
                card = devices.get(lot)
                if card:
                    card.write(move._prepare_delivered_vals(card))
                    continue
                vals = move._prepare_device_vals(lot)
                key = (vals["type_id"], vals["serial_number"].upper())
                taken = Device._find_by_serial(
                    move.company_id, Device.type_id.browse(vals["type_id"]), lot.name)
                if taken or key in wanted:
                    # a delivery must not fail because of a device card
                    move.picking_id._message_log(body=self.env._(
                        "No device card was made for %(serial)s: another device of the same type "
                        "has that serial number. %(device)s",
                        serial=lot.name, device=taken.display_name or ""))
                    continue
                wanted.add(key)
                vals_list.append(vals)
        Device.create(vals_list)

    def _get_device_owner(self):
        """Return (contractor, place) of what this move delivers."""
        place = self.picking_id.partner_id or self.partner_id
        return place.commercial_partner_id, place

    def _prepare_delivered_vals(self, device):
        owner, place = self._get_device_owner()
        if device.ownership == "loaner":
            # lent, not sold: it stays ours
            return {"partner_id": owner.id, "address_id": place.id}
        vals = {
            "active": True, "ownership": "customer", "partner_id": owner.id,
            "address_id": place.id,
        }
        if owner != device.partner_id or not device.date_sold:
            vals["date_sold"] = self.company_id._service_date(self.date)
        return vals

    def _prepare_device_vals(self, lot):
        """Return the values of the card of a serial number delivered for the first time."""
        product, company = lot.product_id, self.company_id
        Type = self.env["crm.service.device.type"]
        model = self.env["crm.service.device.model"].search(
            [("product_id", "=", product.id), ("company_id", "in", (company.id, False))], limit=1)
        device_type = product.service_device_type_id or model.type_id
        owner, place = self._get_device_owner()
        return {
            "name": product.with_context(
                lang=company.partner_id.lang, display_default_code=False).display_name,
            "company_id": company.id,
            "type_id": device_type.id,
            "model_id": model.id if model.type_id in (device_type, Type) else False,
            "product_id": product.id,
            "lot_id": lot.id,
            "serial_number": lot.name,
            "ownership": "customer",
            "partner_id": owner.id,
            "address_id": place.id,
            "date_sold": company._service_date(self.date),
        }

    def _take_back_devices(self, devices):
        """A serial number that came back to the stock is ours again, and at nobody's place."""
        for lot in self.move_line_ids.filtered("quantity").lot_id:
            device = devices.get(lot)
            if device:
                device.write({
                    "ownership": "loaner" if device.ownership == "loaner" else "own",
                    "partner_id": False, "address_id": False,
                })
