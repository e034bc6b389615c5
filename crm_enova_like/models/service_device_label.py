from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCodeWidget

from odoo import models
from odoo.exceptions import UserError

# a denser barcode is below what a label printer of 203 dpi prints and a scanner reads
MAX_BARCODE = 24
NARROW = set("fijlrtI.,:;|!'()[]-/ ")


def _fit(text, width, size):
    """Shrink a text to a width in mm, and cut it where it would get too small to be read.

    :return: (text, font size in mm)
    """
    text = " ".join((text or "").split())
    # widths of a broad sans serif, so that no font gets out of its place
    weight = sum(0.38 if sign in NARROW else 0.78 if sign.isupper() else 0.64 for sign in text)
    smallest = size * 0.72
    if weight * size <= width:
        return text, size
    if weight * smallest <= width:
        return text, width / weight
    return text[:max(1, int(len(text) * width / (weight * smallest)) - 1)].rstrip() + "…", smallest


class CrmServiceDevice(models.Model):
    """The sticker of a device: its numbers for the eye, a QR code and a barcode for the scanner.

    Both are drawn as vectors: sharp on a label printer, and without reportlab's
    renderer of pictures, which many installations lack.
    """
    _inherit = "crm.service.device"

    def action_print_labels(self):
        """Print labels for a label printer.

        :raises UserError: there is no device
        """
        return self._print_labels("crm_enova_like.action_report_device_label")

    def action_print_label_sheet(self):
        """Print labels on sheets of A4.

        :raises UserError: there is no device
        """
        return self._print_labels("crm_enova_like.action_report_device_label_sheet")

    def _print_labels(self, report):
        if not self:
            raise UserError(self.env._("There is no device to print a label for."))
        return self.env.ref(report).report_action(self)

    def _get_label(self):
        """What the label of one device shows.

        :return: dict with the drawings (path, size in modules) and the lines (text, size, bold)
        """
        self.ensure_one()
        self = self.with_context(lang=self.partner_id.lang or self.env.lang)
        company = self.company_id.sudo()
        # a private person's name and phone do not go about on a sticker
        owner = self.partner_id.commercial_partner_id.filtered("is_company")
        contact = ", ".join(filter(None, (owner.name, owner.phone)))
        firm = ", ".join(filter(None, (company.name, company.phone)))
        lines = [
            (self.identifier, 4.2, True),
            (self.model_id.display_name or self.name, 3.0, False),
            (self.serial_number and self.env._("S/N %(number)s", number=self.serial_number), 3.2, True),
            (contact, 2.6, False),
            (firm and self.env._("Service: %(firm)s", firm=firm), 2.6, False),
        ]
        return {
            "qr": self._get_label_qr(),
            "barcode": self._get_label_barcode(),
            "lines": [(*_fit(text, 40.0, size), bold) for text, size, bold in lines if text],
        }

    def _get_label_qr(self):
        """The identifier as a QR code: a scan into any search of devices finds it.

        :return: (SVG path, modules of a side)
        """
        widget = QrCodeWidget(self.identifier or "", barLevel="M")
        widget.qr.make()
        rows = widget.qr.modules
        path = "".join(
            f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
        return path, len(rows)

    def _get_label_barcode(self):
        """The identifier as Code 128.

        :return: (SVG path of height 1, modules), or None where it has signs that the code
            lacks or is too long to be read
        """
        value = self.identifier or ""
        if not value or len(value) > MAX_BARCODE or not (value.isascii() and value.isprintable()):
            return None
        code = Code128(value, barWidth=1, quiet=False)
        code.validate()
        code.encode()
        path, left = "", 0
        # a letter is a width, a = 1; capitals are bars
        for sign in code.decompose():
            width = ord(sign.lower()) - ord("a") + 1
            if sign.isupper():
                path += f"M{left} 0h{width}v1h-{width}z"
            left += width
        return path, left
