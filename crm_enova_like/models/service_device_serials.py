import re

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

MAX_NUMBERS = 1000
# what a scanner or a sheet puts between two numbers; a space is a part of many numbers
SEPARATORS = re.compile(r"[\n\r\t,;]")
SPACES = re.compile(r"\s+")


class CrmServiceDevice(models.Model):
    """A pasted or scanned list of serial numbers: reading it, and finding the devices of it."""
    _inherit = "crm.service.device"

    # finds "abc 2001" by "ABC2001": the words of _serial_key in the database
    _serial_key_idx = models.Index(
        "(company_id, upper(regexp_replace(serial_number, '\\s+', '', 'g'))) WHERE serial_number IS NOT NULL")

    @api.model
    def _serial_key(self, serial):
        """The serial number by which two of them are one: without spaces, in capitals."""
        return SPACES.sub("", serial or "").upper()

    @api.model
    def _read_serials(self, text):
        """Read a list of serial numbers, one a line or parted by a comma, semicolon or tab.

        :return: the numbers in their order, doubles among them; how many places were blank
        :raises UserError: there are too many of them
        """
        numbers, blanks = [], 0
        for piece in SEPARATORS.split((text or "").replace("\r\n", "\n").strip()):
            # a scanner may send signs that nobody sees
            number = " ".join("".join(sign if sign.isprintable() else " " for sign in piece).split())
            if number:
                numbers.append(number)
            else:
                blanks += 1
        if len(numbers) > MAX_NUMBERS:
            raise UserError(self.env._(
                "The list has %(count)s serial numbers; up to %(max)s are taken at once. Part it in two.",
                count=len(numbers), max=MAX_NUMBERS))
        return numbers, blanks if numbers else 0

    @api.model
    def _find_by_serials(self, company, serials):
        """The company's devices with these serial numbers, whatever their case and spaces.

        :return: {key of the serial number: devices of any type, archived ones included}
        """
        keys = list({self._serial_key(serial) for serial in serials})
        self.flush_model(["company_id", "serial_number"])
        rows = self.env.execute_query(SQL("""
            SELECT id FROM crm_service_device
             WHERE serial_number IS NOT NULL AND company_id = %s
               AND upper(regexp_replace(serial_number, '\\s+', '', 'g')) = ANY(%s)
             ORDER BY id
        """, company.id, keys)) if keys else []
        devices = self.with_context(active_test=False).browse(row[0] for row in rows)
        found = {}
        for device in devices:
            key = self._serial_key(device.serial_number)
            found[key] = found.get(key, self.browse()) | device.with_env(self.env)
        return found
