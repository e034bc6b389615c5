from odoo import models

from ..common.values_mixin import LONGEST

OUT, BACK = "out", "back"


class StockMoveLine(models.Model):
    """The device cards of what is delivered and comes back: who has a device, and whether it was sold.

    All of this runs on rows of one company, in the rights of the system.
    """

    _inherit = "stock.move.line"

    def _get_crossing(self):
        """Whether a row brought a piece to a customer (OUT), from a customer to us (BACK), or neither (False)."""
        source, destination = self.location_id.usage, self.location_dest_id.usage
        if not self.lot_id or not self.quantity:
            return False
        if destination == "customer":
            return source != "customer" and OUT
        return source == "customer" and destination in ("internal", "transit") and BACK

    def _update_device_cards(self, company):
        """Make or update the device cards of what the rows delivered, free those of what came back."""
        cards, namesakes = self.lot_id._find_device_cards(company)
        self.filtered(lambda line: line._get_crossing() == OUT)._deliver_devices(company, cards, namesakes)
        self.filtered(lambda line: line._get_crossing() == BACK)._take_back_devices(cards)

    # WHAT A DELIVERY SELLS

    def _get_sale(self, owner, is_sold, buyer, sold_by, is_undone=False):
        """Return the move that sold the piece which this row delivers, if this delivery means a sale at all.

        What comes for repair and goes back is not sold again: what was theirs already, what goes back by a return of
        its return, and what goes without a new sale to whoever bought it. Where their sale was undone, they buy anew.

        :param owner: whom it is delivered to, as a commercial partner
        :param is_sold: whether a sale of it is known
        :param buyer: who bought it then
        :param sold_by: set of (lot, sale line) of its earlier deliveries
        :param is_undone: whether it came back from that sale for good
        """
        move, lot = self.move_id, self.lot_id
        if self._is_theirs(owner):
            return move.browse()
        if lot in move.origin_returned_move_id.move_line_ids.lot_id:
            first = move._get_first_of_returns()
            return first if not is_sold and first.location_dest_id.usage == "customer" else move.browse()
        is_new = move.sale_line_id and not move.origin_returned_move_id and (lot, move.sale_line_id) not in sold_by
        is_anew = is_undone and not move.sale_line_id and not move.origin_returned_move_id
        return move if not is_sold or is_new or is_anew or owner != buyer else move.browse()

    def _find_earlier_sales(self, cards):
        """Return {(lot, sale line)} by which devices that are sold again were delivered before.

        A piece that comes back and goes once more for the same sale line is sold once.
        """
        asked = self.filtered(lambda line: line.move_id.sale_line_id and not line.move_id.origin_returned_move_id
                              and line.lot_id in cards and cards[line.lot_id].date_sold)
        if not asked:
            return set()
        return asked.search([
            # the product is what core has an index on
            ("product_id", "in", asked.product_id.ids), ("lot_id", "in", asked.lot_id.ids), ("state", "=", "done"),
            ("quantity", ">", 0),
            ("location_dest_id.usage", "=", "customer"), ("move_id", "not in", self.move_id.ids),
            ("move_id.sale_line_id", "in", asked.move_id.sale_line_id.ids),
        ])._get_sales()

    def _find_undone_sales(self, company, cards):
        """Return the lots that go by hand, and were sold before, but came back for good: set."""
        asked = self.filtered(lambda line: not line.move_id.sale_line_id and not line.move_id.origin_returned_move_id
                              and line.lot_id in cards and cards[line.lot_id].date_sold)
        if not asked:
            return set()
        crossings = self._search_crossings(company, asked.lot_id)
        return {lot for lot, rows in crossings.items() if any(row._undoes_sale() for row in (rows - self)[-1:])}

    def _is_refund(self):
        """Whether the sales order does not count any more as delivered what this row brought back: *Update quantities
        on SO/PO* of core's return. What comes for repair is returned without that."""
        move = self.move_id
        return self._get_crossing() == BACK and bool(
            move.to_refund and move.sale_line_id and move.origin_returned_move_id)

    def _undoes_sale(self):
        """Whether what this row brought back is not billed to the customer any more, or never was."""
        sale_line = self.move_id.sale_line_id
        return self._is_refund() and sale_line.product_uom_id.compare(
            sale_line.qty_invoiced, sale_line.qty_delivered) <= 0

    def _get_sales(self):
        return {(line.lot_id, line.move_id.sale_line_id) for line in self if line.move_id.sale_line_id}

    def _is_theirs(self, owner):
        """Whether the goods of this row belong to this contractor, as the warehouse has written down."""
        return bool(owner) and self.owner_id.commercial_partner_id == owner.commercial_partner_id

    # DELIVERIES AND RETURNS

    def _deliver_devices(self, company, cards, namesakes):
        """Give delivered serial numbers their card, owner, place and date of sale.

        :param cards: {lot: its card}
        :param namesakes: {key of a serial number: devices that have it}, for those without a card
        """
        sold_by, undone = self._find_earlier_sales(cards), self._find_undone_sales(company, cards)
        changes, new = [], self.browse()
        for line in self:
            card = cards.get(line.lot_id)
            if card:
                changes.append((card, line._prepare_delivered_vals(card, sold_by, undone)))
            else:
                new |= line
        self.env["crm.service.device"]._write_alike(changes)
        if new:
            new._make_device_cards(namesakes)

    def _prepare_delivered_vals(self, card, sold_by, undone):
        owner, place = self.move_id._get_device_owner()
        vals = {"partner_id": owner.id, "address_id": place.id}
        if card.ownership == "loaner":
            # lent, not sold: it stays ours
            return vals
        buyer = card.sold_to_id or card.partner_id.commercial_partner_id
        sale = self._get_sale(owner, bool(card.date_sold), buyer, sold_by, self.lot_id in undone)
        if not sale and card.date_sold and not card.sold_to_id:
            # a card of before buyers were kept, or made by hand
            vals["sold_to_id"] = owner.id
        return {**vals, "active": True, "ownership": "customer", **self._prepare_sold_vals(owner, sale)}

    def _prepare_sold_vals(self, owner, sale):
        return {"date_sold": sale._get_device_day(), "sold_to_id": owner.id} if sale else {}

    def _make_device_cards(self, namesakes):
        """Make the cards of serial numbers delivered for the first time."""
        Device = self.env["crm.service.device"].with_context(mail_create_nosubscribe=True)
        models = self._find_device_models()
        vals_list, wanted = [], set()
        for line in self:
            vals = line._prepare_device_vals(models)
            if not Device._is_number(vals["serial_number"]):
                line.picking_id._message_log(body=self.env._(
                    "No device card was made for %(serial)s…: no device can have such a serial number.",
                    serial=line.lot_id.name[:20]))
                continue
            key = Device._serial_key(vals["serial_number"])
            taken = namesakes.get(key, Device)._filter_namesakes(key, vals["type_id"])
            if taken or (vals["type_id"], key) in wanted:
                # a delivery must not fail because of a device card
                line.picking_id._message_log(body=self.env._(
                    "No device card was made for %(serial)s: another device of the same type "
                    "has that serial number. %(device)s",
                    serial=line.lot_id.name, device=taken[:1].display_name or ""))
                continue
            wanted.add((vals["type_id"], key))
            vals_list.append(vals)
        return Device.create(vals_list)

    def _find_device_models(self):
        """Return {product: its device model} in the company of the rows."""
        models = {}
        for model in self.env["crm.service.device.model"].search([
                ("product_id", "in", self.product_id.ids), ("company_id", "in", (*self.company_id.ids, False))]):
            models.setdefault(model.product_id, model)
        return models

    def _prepare_device_vals(self, models):
        """Return the values of the card of a serial number delivered for the first time.

        :param models: {product: its device model}
        """
        lot, company = self.lot_id, self.company_id
        product = lot.product_id
        Type = self.env["crm.service.device.type"]
        model = models.get(product, self.env["crm.service.device.model"])
        device_type = product.service_device_type_id or model.type_id
        owner, place = self.move_id._get_device_owner()
        return {
            "name": product.with_context(
                lang=company.partner_id.lang, display_default_code=False).display_name[:LONGEST],
            "company_id": company.id,
            "type_id": device_type.id,
            "model_id": model.id if model.type_id in (device_type, Type) else False,
            "product_id": product.id,
            "lot_id": lot.id,
            "serial_number": lot.name,
            "ownership": "customer",
            "partner_id": owner.id,
            "address_id": place.id,
            **self._prepare_sold_vals(owner, self._get_sale(owner, False, owner.browse(), set())),
        }

    def _take_back_devices(self, cards):
        """A serial number that came back to the stock is ours again, and at nobody's place.

        Not so what a customer still owns: what the warehouse took in as theirs, and what is here for repair and not for
        a refund. Who had it, and since when, stays written: it may go back to them.
        """
        Device = self.env["crm.service.device"]
        devices = Device.union(*(cards[lot] for lot in self.lot_id if lot in cards))
        here = devices._filter_stay_theirs()
        changes = []
        for line in self:
            card = cards.get(line.lot_id)
            if not card or card in here and not line._is_refund() or (
                    card.ownership == "customer" and line._is_theirs(card.partner_id)):
                continue
            vals = {"partner_id": False, "address_id": False}
            if card.ownership != "loaner":
                vals["ownership"] = "own"
            if card.ownership == "customer" and card.date_sold and card.partner_id:
                # whoever took over the device has what is left of its warranty
                vals["sold_to_id"] = card.partner_id.commercial_partner_id.id
            changes.append((card, vals))
        Device._write_alike(changes)
