from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError

from .stock_move_line import OUT

# what of a row tells which piece went where, and whose it is
CROSSING_FIELDS = {"lot_id", "quant_id", "quantity", "product_uom_id", "location_id", "location_dest_id", "owner_id"}
# a card may be made a little before its delivery is written down: at the start of the same transaction
SAME_DELIVERY = timedelta(minutes=10)


class StockMoveLine(models.Model):
    """Rows of done transfers that are corrected or added: the device cards follow.

    What counts is what the transfers say now. A device is where its last crossing to or from a customer brought it.
    """

    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._follow_corrections({})
        return lines

    def write(self, vals):
        before = self._read_crossings() if CROSSING_FIELDS & vals.keys() else {}
        res = super().write(vals)
        if before:
            self._follow_corrections(before)
        return res

    def _read_crossings(self):
        """Return {row: (lot, crossing, owner)} of rows of done transfers whose pieces have device cards."""
        # sudo: whoever corrects a transfer may not see every place of it
        rows = self._filter_pieces_with_cards().sudo()
        return {line: (line.lot_id, line._get_crossing(), line.owner_id) for line in rows}

    def _filter_pieces_with_cards(self):
        """Those of the rows that are done, of goods whose pieces have device cards."""
        return self.filtered(lambda line: line.state == "done" and line.product_id.tracking == "serial"
                             and line.product_id.service_device_card)

    def _follow_corrections(self, before):
        """Let the device cards follow what was corrected or added.

        :param before: what :meth:`_read_crossings` said; nothing for new rows
        """
        # sudo: as for deliveries, whoever corrects them need not have rights on devices
        after = self.sudo()._read_crossings()
        changed = self.sudo().browse(
            line.id for line, now in after.items()
            if now != before.get(line) and (now[1] or line in before and before[line][1]))
        for company, lines in changed.grouped("company_id").items():
            try:
                with self.env.cr.savepoint():
                    lines.with_company(company)._correct_device_cards(company, before)
            except UserError:
                lines._tell_not_followed()

    def _tell_not_followed(self):
        """A correction must not fail because of a device card, nor tell of devices whom they do not concern."""
        for picking, lines in self.grouped("picking_id").items():
            picking._message_log(body=self.env._(
                "The device cards could not follow the correction of %(serials)s. Check them by hand.",
                serials=", ".join(lines.lot_id.mapped("name"))))

    def _correct_device_cards(self, company, before):
        """Set the cards of all pieces that the rows named before or name now; make those that are missing.

        :param self: corrected rows of one company
        """
        none = (self.lot_id.browse(), False, self.owner_id.browse())
        lots = self.lot_id.union(*(before.get(line, none)[0] for line in self)).with_env(self.env)
        crossings = self._search_crossings(company, lots)
        cards, namesakes = lots._find_device_cards(company)
        said, along = {}, self.browse()
        for line in self:
            for lot in line.lot_id | before.get(line, none)[0].with_env(self.env):
                said[lot] = self.env._(
                    "%(transfer)s was corrected: the card follows what was delivered and returned under "
                    "%(serial)s.", transfer=line.reference or line.move_id.display_name, serial=lot.name)
            old, crossing, _owner = before.get(line, none)
            if crossing == OUT and line._get_crossing() == OUT and not crossings.get(old) and (
                    line._take_card_along(old, cards, namesakes)):
                along |= line
        changes, new = [], self.browse()
        devices = self.env["crm.service.device"].union(*cards.values())
        here = devices._filter_stay_theirs()
        for lot in lots:
            rows = crossings.get(lot, self.browse())
            if rows[-1:] & along:
                # what this delivery gave it, and what was changed by hand since, is on the card
                continue
            if lot in cards:
                card = cards[lot]
                vals = rows._prepare_corrected_vals(card, card in here, self)
                changes.append((card, card._get_changed(vals)))
            elif rows and rows[-1]._get_crossing() == OUT:
                new |= rows[-1]
        changes = [(card, vals) for card, vals in changes if vals]
        devices._write_alike(changes)
        told = devices.browse(card.id for card, _vals in changes)
        if new:
            told |= new._make_device_cards(namesakes)
        if told:
            told._message_log_batch(bodies={card.id: said[card.lot_id] for card in told})

    # THE CONTRACTOR OF A DONE DELIVERY

    def _read_said_by_crossings(self):
        """Return {card: what its crossings say of it} of the pieces of rows, which may be of several companies."""
        said = {}
        for company, lines in self.grouped("company_id").items():
            lines = lines.with_company(company)
            cards, _namesakes = lines.lot_id._find_device_cards(company)
            devices = self.env["crm.service.device"].union(*cards.values())
            here = devices._filter_stay_theirs()
            for lot, rows in lines._search_crossings(company, lines.lot_id).items():
                if lot in cards:
                    said[cards[lot]] = rows._prepare_corrected_vals(cards[lot], cards[lot] in here, lines)
        return said

    def _follow_partners(self, before):
        """Let the cards of what went to the wrong contractor go to the right one.

        A card that is not as the delivery made it any more keeps whose it is, and so does what was changed by hand.

        :param before: what :meth:`_read_said_by_crossings` said
        """
        try:
            with self.env.cr.savepoint():
                self._write_followed(before)
        except UserError:
            self._tell_not_followed()

    def _write_followed(self, before):
        changes = []
        for card, vals in self._read_said_by_crossings().items():
            old = before.get(card, {})
            moved = {name: value for name, value in vals.items() if name not in old or old[name] != value}
            by_hand = moved.keys() & card._get_changed(old)
            if not {"partner_id", "address_id"} & by_hand:
                changes.append((card, {name: value for name, value in moved.items() if name not in by_hand}))
        changes = [(card, vals) for card, vals in changes if vals]
        devices = self.env["crm.service.device"].union(*(card for card, _vals in changes))
        devices._write_alike(changes)
        said = {lot: line.reference or line.move_id.display_name for line in self for lot in line.lot_id}
        devices._message_log_batch(bodies={card.id: self.env._(
            "The contractor of %(transfer)s was corrected: the card follows.", transfer=said[card.lot_id])
            for card in devices})

    def _search_crossings(self, company, lots):
        """Return {lot: rows in which it went to or came back from a customer, in the order of time}."""
        rows = self.search([
            # the product is what core has an index on
            ("company_id", "=", company.id), ("product_id", "in", lots.product_id.ids), ("lot_id", "in", lots.ids),
            ("state", "=", "done"), ("quantity", ">", 0),
            "|", ("location_id.usage", "=", "customer"), ("location_dest_id.usage", "=", "customer"),
        ]).filtered(lambda line: line._get_crossing())
        return rows.sorted(
            lambda line: (line.picking_id.date_done or line.move_id.date, line.id)).grouped("lot_id")

    def _take_card_along(self, old, cards, namesakes):
        """The card that this very delivery made under a wrong number is the card of what was delivered.

        So what was done to the device since stays with it.

        :param old: the wrong lot, which never went to a customer
        :param cards: {lot: its card}; corrected in place
        :return: whether it was so
        """
        lot, card = self.lot_id, cards.get(old)
        if not card or lot in cards or card.create_date < self.move_id.date - SAME_DELIVERY:
            return False
        key = card._serial_key(lot.name)
        if namesakes.get(key, card.browse())._filter_namesakes(key, card.type_id.id) - card:
            return False
        card.write({"lot_id": lot.id, "serial_number": lot.name})
        cards[lot] = cards.pop(old)
        card._message_log(body=self.env._(
            "%(transfer)s was corrected from serial number %(old)s to %(new)s: this is the card of the device that "
            "was delivered, so it has the right number now.",
            transfer=self.reference or self.move_id.display_name, old=old.name, new=lot.name))
        return True

    def _prepare_corrected_vals(self, card, is_here, corrected):
        """Return what its crossings say of a device: whose it is, where, and since when.

        :param self: its crossings, in the order of time
        :param is_here: whether it is here for repair
        :param corrected: the rows that were corrected
        """
        owner = place = buyer = self.env["res.partner"]
        sale, sold_in, sold_by, is_undone = self.env["stock.move"], self.browse(), set(), False
        for line in self:
            if line._get_crossing() == OUT:
                owner, place = line.move_id._get_device_owner()
                sold = line._get_sale(owner, bool(sale), buyer, sold_by, is_undone)
                if sold:
                    sale, sold_in, buyer = sold, line, owner
                sold_by |= line._get_sales()
            elif not line._is_theirs(owner) and (line._is_refund() or not is_here):
                owner = place = owner.browse()
            is_undone = line._undoes_sale()
        vals = {"partner_id": owner.id, "address_id": place.id}
        if card.ownership == "loaner":
            return vals
        at_customer = self and (self[-1]._get_crossing() == OUT or owner)
        vals["ownership"] = "customer" if at_customer else "own"
        if self and self[-1]._get_crossing() == OUT:
            vals["active"] = True
        days = {line.move_id._get_device_day() for line in corrected}
        if self and card.date_sold and card.date_sold not in days and not sold_in & corrected and (
                not sale or card.sold_to_id == buyer):
            # another sale than the corrected one: whatever its card says of it stays
            return vals
        if sale:
            return {**vals, **self._prepare_sold_vals(buyer, sale)}
        return {**vals, "date_sold": False, "warranty_end": False, "sold_to_id": False}
