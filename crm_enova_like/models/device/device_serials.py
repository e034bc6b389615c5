import re

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.spelling import clean_number

MAX_NUMBERS = 1000


# what a scanner or a sheet puts between two numbers; a space is a part of many numbers
SEPARATORS = re.compile(r"[\n\r\t,;]")


class CrmServiceDevice(models.Model):
    """A pasted or scanned list of serial numbers: reading it, and finding the devices of it."""
    _inherit = "crm.service.device"

    @api.model
    def _read_serials(self, text):
        """Read a list of serial numbers, one a line or parted by a comma, semicolon or tab.

        :return: the numbers in their order, doubles among them; how many places were blank
        :raises UserError: there are too many of them
        """
        numbers, blanks = [], 0
        for piece in SEPARATORS.split((text or "").replace("\r\n", "\n").strip()):
            number = clean_number(piece)
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
        """The company's devices with these serial numbers, in whatever spelling.

        A number that no device has as its serial number may be an identifier: that is what
        a scan of our own label gives. It may be one of a card that was merged into another.

        :return: {key of the number: devices of any type, archived ones included}
        """
        keys = list({key for serial in serials if (key := self._serial_key(serial))})
        if not keys or not company:
            return {}
        self.flush_model(["company_id", "serial_key", "identifier_key"])
        # an index answers for each part
        rows = self.env.execute_query(SQL(
            """SELECT id, serial_key, 1 FROM crm_service_device
                WHERE serial_key = ANY(%(keys)s) AND company_id = %(company)s
                UNION ALL
               SELECT id, identifier_key, 3 FROM crm_service_device
                WHERE identifier_key = ANY(%(keys)s) AND company_id = %(company)s
                UNION ALL
               SELECT d.id, n.key, CASE n.kind WHEN 'serial_number' THEN 2 ELSE 4 END
                 FROM crm_service_device_number n JOIN crm_service_device d ON d.id = n.device_id
                WHERE n.key = ANY(%(keys)s) AND d.company_id = %(company)s
                ORDER BY 3, 1""", company=company.id, keys=keys))
        self.with_context(active_test=False).browse({row[0] for row in rows}).fetch(["serial_number", "identifier"])
        found, ranks = {}, {}
        for device_id, key, rank in rows:
            # serial numbers, own and former ones, come before identifiers
            if ranks.setdefault(key, rank) <= 2 < rank:
                continue
            found[key] = found.get(key, self.browse()) | self.browse(device_id)
        return found
