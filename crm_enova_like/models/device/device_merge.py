from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..common.locks import lock_rows
from ..common.repoint import repoint
from ..common.state_mixin import MANAGERS
from .device_spelling import DOUBLES, NUMBERS

# what the kept card takes from the others where it has nothing itself
TAKEN = (
    "serial_number", "type_id", "model_id", "product_id", "lot_id", "partner_id", "address_id", "technician_id",
    "parent_id", "date_sold", "date_commissioned", "warranty_end", "sold_to_id", "note", "image_1920")


class CrmServiceDevice(models.Model):
    """Two cards of one device become one: its history, plans, documents and messages come together."""

    _inherit = "crm.service.device"

    def _merge_from(self, others):
        """Take over all that other cards of the same device have, and delete them. It cannot be undone.

        What the card says itself stays; what it lacks comes from the others. Their numbers stay searchable.

        :param self: the one card that is kept
        :param others: cards of the same device
        :raises AccessError: the user is no service manager, or may not change the cards
        :raises UserError: they are not one device, or a wing says why they cannot become one now
        """
        self.ensure_one()
        others = others.with_context(active_test=False) - self
        if not self.env.user.has_group(MANAGERS):
            raise AccessError(self.env._("Only a service manager merges devices."))
        if not others:
            raise UserError(self.env._("Choose at least two cards of one device."))
        (self | others).check_access("write")
        others.check_access("unlink")
        lock_rows(self | others)
        self._check_merge(others)
        vals, names = self._prepare_merged_vals(others), others.mapped("display_name")
        body = self.env._("Merged into this card: %(devices)s.", devices=self._describe_merged(others))
        numbers = self._prepare_former_numbers(others, vals)
        # sudo: what hangs on the cards comes along, whoever may see it; the right to the cards was checked
        kept, gone = self.sudo(), others.sudo()
        kept._take_over(gone)
        repoint(kept, gone)
        kept._check_parent()
        gone.unlink()
        kept.with_context(tracking_disable=True).write(vals)
        kept.env["crm.service.device.number"].create(numbers)
        kept._resolve_doubles()
        self._message_log(body=body)
        return names

    def _check_merge(self, others):
        """Whether other cards may become one with this one; each wing above adds its own.

        :raises UserError: names the cards, and says why not
        """
        cards = self | others
        if len(cards.company_id) > 1:
            raise UserError(self.env._(
                "%(devices)s belong to different companies, and stay apart.",
                devices=", ".join(cards.mapped("display_name"))))
        # sudo: a manager need not read the stock
        lots = cards.sudo().lot_id
        products = cards.sudo().product_id | lots.product_id
        if len(products) > 1:
            raise UserError(self.env._(
                "%(devices)s are of different products (%(products)s), so they are not one device. Correct the cards "
                "first, if they are.", devices=", ".join(cards.mapped("display_name")),
                products=", ".join(products.mapped("display_name"))))
        if len(lots) > 1:
            raise UserError(self.env._(
                "%(devices)s are different pieces in the stock (%(lots)s), so they are not one device. Correct the "
                "cards first, if they are.", devices=", ".join(cards.mapped("display_name")),
                lots=", ".join(lots.mapped("name"))))

    def _take_over(self, others):
        """Resolve what both have once only, before all that points at the others points at this card; each wing above
        does its own.

        :param self: the card that is kept, and others, as the system
        """
        had = {(number.kind, number.key) for number in self.former_number_ids}
        for number in others.former_number_ids:
            if (number.kind, number.key) in had:
                number.unlink()
            else:
                had.add((number.kind, number.key))
        # of a part of a part, the topmost one says what the card is a part of
        above = [card for card in self._get_ancestors() if card in others]
        if above:
            self.parent_id = above[-1].parent_id

    def _get_ancestors(self):
        """What one card is a part of, and what that is a part of, up to the top: list of cards."""
        self.ensure_one()
        ancestors, card = [], self.parent_id
        while card and card not in ancestors:
            ancestors.append(card)
            card = card.parent_id
        return ancestors

    def _prepare_merged_vals(self, others):
        """What the kept card takes from the others: the values of the first that has each."""
        vals, cards = {}, self.sudo()
        for name in TAKEN:
            if cards[name]:
                continue
            for other in others.sudo():
                if name == "technician_id" and not other[name]._get_here():
                    # nobody who left is given a device
                    continue
                # what is itself a part of one of the cards becomes a part of the kept one
                if other[name] and not (name == "parent_id" and any(
                        card in cards | others.sudo() for card in other._get_ancestors())):
                    vals[name] = self._fields[name].convert_to_write(other[name], other)
                    break
        if "partner_id" not in vals and "address_id" in vals and any(
                other.address_id.commercial_partner_id != cards.partner_id.commercial_partner_id
                for other in others.sudo() if other.address_id.id == vals["address_id"]):
            del vals["address_id"]
        if any((self | others).mapped("has_personal_data")):
            vals["has_personal_data"] = True
        if any((self | others).mapped("active")):
            vals["active"] = True
        if properties := self._merge_properties(others, vals.get("type_id") or self.type_id.id):
            vals["properties"] = properties
        return vals

    def _merge_properties(self, others, type_id):
        """Properties that the kept card lacks and another one of its type has: dict of all, or None.

        :param type_id: of the type that the kept card will have
        """
        own = {item["name"]: item for item in self.read(["properties"])[0]["properties"] or ()}
        taken = {}
        for other in others.filtered(lambda card: card.type_id.id == type_id):
            for item in other.read(["properties"])[0]["properties"] or ():
                if item.get("value") and not own.get(item["name"], {}).get("value"):
                    taken.setdefault(item["name"], self._get_property_id(item["value"]))
        if not taken:
            return None
        return {**{name: self._get_property_id(item.get("value")) for name, item in own.items()}, **taken}

    @api.model
    def _get_property_id(self, value):
        """A property's value as it is written: of a record, which is read with its name, the id."""
        if isinstance(value, (tuple, list)) and value:
            if isinstance(value[0], (tuple, list)):
                return [item[0] for item in value]
            if len(value) == 2 and isinstance(value[0], int) and isinstance(value[1], str):
                return value[0]
        return value

    def _describe_merged(self, others):
        """What the cards were that go, for the chatter of the one that stays."""
        said = []
        for other in others:
            facts = filter(None, (
                other.identifier, other.serial_number, other.name, other.type_id.display_name,
                other.partner_id.display_name))
            said.append(" – ".join(facts))
        return "; ".join(said)

    def _prepare_former_numbers(self, others, vals):
        """Values of the numbers by which the kept card is found from now on, too."""
        own = {name: self._serial_key(vals.get(name) or self[name]) for name in NUMBERS}
        had = {(number.kind, number.key) for number in self.sudo().former_number_ids | others.sudo().former_number_ids}
        vals_list = []
        for other in others:
            for name in NUMBERS:
                key = self._serial_key(other[name])
                if key and key != own[name] and (name, key) not in had:
                    had.add((name, key))
                    vals_list.append({"device_id": self.id, "kind": name, "name": other[name], "key": key})
        return vals_list

    def _resolve_doubles(self):
        """Take the mark of a double number from the cards whose namesakes are gone."""
        for name, key in NUMBERS.items():
            double = DOUBLES[name]
            marked = self.with_context(active_test=False).search([
                ("company_id", "=", self.company_id.id), (double, "=", True), (key, "=", self[key])], order="id")
            for device in marked if self[key] else ():
                domain = [("company_id", "=", device.company_id.id), (key, "=", device[key]), (double, "!=", True)]
                if name == "serial_number":
                    domain.append(("type_id", "=", device.type_id.id))
                if not device.with_context(active_test=False).search_count(domain, limit=1):
                    device.write({double: False})
