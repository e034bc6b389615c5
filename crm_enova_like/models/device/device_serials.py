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

        A number that no device has as its serial number may be an identifier: that is what
        a scan of our own label gives.

        :return: {key of the number: devices of any type, archived ones included}
        """
        keys = list({self._serial_key(serial) for serial in serials})
        self.flush_model(["company_id", "serial_number", "identifier"])
        # two indexes answer, one for each part
        rows = self.env.execute_query(SQL("""
            SELECT id, TRUE FROM crm_service_device
             WHERE serial_number IS NOT NULL AND company_id = %(company)s
               AND upper(regexp_replace(serial_number, '\\s+', '', 'g')) = ANY(%(keys)s)
             UNION ALL
            SELECT id, FALSE FROM crm_service_device
             WHERE company_id = %(company)s AND identifier = ANY(%(identifiers)s)
             ORDER BY 2 DESC, 1
        """, company=company.id, keys=keys, identifiers=[*serials, *keys])) if keys else []
        self.with_context(active_test=False).browse({row[0] for row in rows}).fetch(["serial_number", "identifier"])
        by_serial, by_identifier = {}, {}
        for device_id, is_serial in rows:
            device = self.browse(device_id)
            found, number = (by_serial, device.serial_number) if is_serial else (by_identifier, device.identifier)
            key = self._serial_key(number)
            found[key] = found.get(key, self.browse()) | device
        return {**by_identifier, **by_serial}
