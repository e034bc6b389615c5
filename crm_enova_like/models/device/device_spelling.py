from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..common.spelling import clean_number, is_name, number_key

NUMBERS = {"serial_number": "serial_key", "identifier": "identifier_key"}    # each with what its spellings share
DOUBLES = {"serial_number": "serial_is_double", "identifier": "identifier_is_double"}
LONGEST = 200    # signs of a number


class CrmServiceDevice(models.Model):
    """One number in any spelling: case, width, spaces, hyphens and signs that nobody sees make no other number."""

    _inherit = "crm.service.device"

    serial_key = fields.Char(
        compute="_compute_serial_key", store=True, precompute=True, index="trigram", export_string_translation=False,
        help="What all spellings of the serial number have in common.")
    identifier_key = fields.Char(
        compute="_compute_identifier_key", store=True, precompute=True, index="trigram",
        export_string_translation=False, help="What all spellings of the identifier have in common.")
    serial_is_double = fields.Boolean(
        string="Double Serial Number", readonly=True, copy=False,
        help="An older card of the same type has the serial number too, in another spelling: merge the cards, or "
             "correct the number.")
    identifier_is_double = fields.Boolean(
        string="Double Identifier", readonly=True, copy=False,
        help="An older card has the identifier too, in another spelling: merge the cards, or correct the identifier.")

    _serial_uniq = models.UniqueIndex(
        "(serial_key, company_id, COALESCE(type_id, 0)) "
        "WHERE serial_key IS NOT NULL AND serial_is_double IS NOT TRUE",
        "Another device of this type has this serial number.")
    _identifier_uniq = models.UniqueIndex(
        "(company_id, identifier_key) WHERE identifier_key IS NOT NULL AND identifier_is_double IS NOT TRUE",
        "Another device of this company has this identifier.")
    _serial_key_idx = models.Index("(serial_key, company_id) WHERE serial_key IS NOT NULL")
    _identifier_key_idx = models.Index("(identifier_key, company_id) WHERE identifier_key IS NOT NULL")
    _double_idx = models.Index("(company_id, id DESC) WHERE serial_is_double IS TRUE OR identifier_is_double IS TRUE")

    @api.model
    def _serial_key(self, serial):
        """What two spellings of one number have in common: str, empty where there is no number."""
        return number_key(serial)

    # one method each: a field is computed with its own number alone, in the same statement
    @api.depends("serial_number")
    def _compute_serial_key(self):
        for device in self:
            device.serial_key = self._serial_key(device.serial_number) or False

    @api.depends("identifier")
    def _compute_identifier_key(self):
        for device in self:
            device.identifier_key = self._serial_key(device.identifier) or False

    @api.model
    def default_get(self, fields):
        # what follows from the numbers has no defaults
        values = super().default_get([name for name in fields if name not in self._get_key_fields()])
        split = self._split_typed(values)
        return {name: value for name, value in split.items() if name in fields or name in values}

    @api.model
    def _split_typed(self, vals):
        """Values of a device made in place: what was typed to look for it is its number, or its name by its shape."""
        typed = vals.get("serial_number")
        if not self.env.context.get("device_typed") or vals.get("name") or not typed or not is_name(typed):
            return vals
        return {**vals, "serial_number": False, "name": typed}

    @api.model
    def _get_key_fields(self):
        """Names of the fields that follow from the numbers and are never typed."""
        return {*NUMBERS.values(), *DOUBLES.values(), "kept_serial_number"}

    @api.model
    def _clean_numbers(self, vals):
        """The values with clean numbers, and without what follows from them.

        :raises ValidationError: a number is too long
        """
        derived = NUMBERS.values() if self.env.su else self._get_key_fields()
        vals = {name: value for name, value in vals.items() if name not in derived}
        for name in NUMBERS.keys() & vals.keys():
            value = vals[name]
            if not isinstance(value, str):
                value = str(value) if value else ""
            number = clean_number(value)
            if number and not self._is_number(number) and self._serial_key(number):
                raise ValidationError(self.env._(
                    "%(field)s: up to %(max)s signs, and “%(begin)s…” has %(count)s.",
                    field=self._fields[name]._description_string(self.env), max=LONGEST, begin=number[:20],
                    count=len(number)))
            # what nobody can see is none
            vals[name] = number if self._serial_key(number) else False
        if isinstance(vals.get("name"), str) and not clean_number(vals["name"]):
            vals["name"] = False
        return vals

    @api.model
    def _is_number(self, text):
        """Whether a device can have this number: neither without a sign, nor with too many."""
        number = clean_number(text)
        return bool(self._serial_key(number)) and max(len(number), len(self._serial_key(number))) <= LONGEST

    def _get_wanted_numbers(self, vals):
        """What of one device is asked about with :meth:`_check_numbers_free`, before values are written.

        :return: dict of its company and type to be, and of the numbers that change or are compared with others
        """
        wanted = {
            "id": self.id, "company_id": vals.get("company_id") or self.company_id.id,
            "type_id": vals.get("type_id", self.type_id.id) or False}
        moved = wanted["company_id"] != self.company_id.id
        retyped = wanted["type_id"] != self.type_id.id
        for name, key in NUMBERS.items():
            number = vals.get(name, self[name])
            if moved or retyped and name == "serial_number" or (self._serial_key(number) or False) != self[key]:
                wanted[name] = number
        return wanted

    def _filter_renumbered(self, vals):
        """Those of the devices whose numbers change, or are compared with others, when values are written."""
        return self.filtered(lambda device: NUMBERS.keys() & device._get_wanted_numbers(vals).keys())

    def _get_resolved_doubles(self, vals):
        """What else is written to one device whose number was double, and is now found to be nobody else's."""
        return {DOUBLES[name]: False for name in NUMBERS.keys() & self._get_wanted_numbers(vals).keys()}

    @api.model
    def _note_doubles(self):
        """Put a note on the cards whose number an older card has in another spelling."""
        doubles = self.search(["|", ("serial_is_double", "=", True), ("identifier_is_double", "=", True)])
        doubles._message_log_batch(bodies={device.id: self.env._(
            "Double number: another card has the number of this one in another spelling. Merge the cards, or correct "
            "the number.") for device in doubles})

    def _filter_of_key(self, key):
        """Those of the devices that have a serial number, or had it on a card that was merged into theirs.

        :param key: of the number, by :meth:`_serial_key`
        """
        return self.filtered(lambda device: key and (device.serial_key == key or key in device.sudo().former_number_ids
                             .filtered(lambda number: number.kind == "serial_number").mapped("key")))
