from odoo import fields, models


class CrmServiceDevice(models.Model):
    """What the stock knows of a device: by which serial number it was delivered, and who bought it."""

    _inherit = "crm.service.device"

    sold_to_id = fields.Many2one(
        "res.partner", string="Sold to", readonly=True, index="btree_not_null", check_company=True, tracking=True,
        ondelete="restrict",
        help="Who bought it from us, by the delivery. Its date of sale and warranty stay while it comes for repair and "
             "goes back to them.")

    kept_serial_number = fields.Char(
        readonly=True, copy=False,
        help="The number that the card kept when its piece was given one in the stock that another device has. While "
             "it is the card's still, the card follows the next correction.")

    def _get_here_for_repair(self):
        """Those of the devices that are here only to be repaired: what comes back into the stock stays its owner's.
        A wing above that takes devices in adds its own."""
        return self.browse()

    def _filter_stay_theirs(self):
        """Those of the devices that stay their customers' while they are here."""
        return self.filtered(lambda card: card.ownership == "customer")._get_here_for_repair()

    def _filter_namesakes(self, key, type_id):
        """Those of one type whose serial number is this.

        :param key: of the number, by :meth:`_serial_key`
        """
        return self._filter_of_key(key).filtered(lambda device: device.type_id.id == (type_id or False))

    def _write_alike(self, changes):
        """Write what devices have in common at once.

        :param changes: list of (device, values)
        """
        alike = {}
        for device, vals in changes:
            alike.setdefault(repr(sorted(vals.items())), (vals, []))[1].append(device.id)
        for vals, ids in alike.values():
            self.browse(ids).write(vals)

    def _get_changed(self, vals):
        """Return those of the values that one device does not have yet."""
        self.ensure_one()
        return {
            name: value for name, value in vals.items()
            if self._fields[name].convert_to_write(self[name], self) != value}

    def _tell_number_taken(self, other):
        """The lot of this card was renamed, but its new number is another device's already.

        :param other: that device; whoever keeps the stock is not told which it is
        """
        lot = self.lot_id
        lot._message_log(body=self.env._(
            "The device card keeps the number %(old)s: another device of its type has %(new)s.",
            old=self.serial_number, new=lot.name))
        self._message_log(body=self.env._(
            "The serial number in the stock is %(new)s now. This card keeps %(old)s, since another device of its type "
            "has that number. %(device)s",
            new=lot.name, old=self.serial_number, device=other.display_name or ""))
        self.kept_serial_number = self.serial_number

    def _follows_lot(self, name):
        """Whether the number of one card is its lot's: the one that the lot had, or one that it only kept because the
        lot's was taken. Another one was typed.

        :param name: what the lot was named
        """
        key = self.serial_key or ""
        return key == self._serial_key(name) or bool(key) and key == self._serial_key(self.kept_serial_number)
