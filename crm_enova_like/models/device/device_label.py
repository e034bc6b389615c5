from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.pdfbase.pdfmetrics import stringWidth

from odoo import models
from odoo.exceptions import UserError

from ..common.barcodes import draw_code128
from ..common.languages import find_language

# a label printer of 203 dpi has 8 dots a millimetre, and a bar of less than two dots is not read
DOTS, FEWEST, MOST = 8, 2, 3


BARCODE_WIDTH, QR_WIDTH, TEXT_WIDTH = 54.0, 18.75, 38.5    # mm


# DejaVu Sans, which stands in for Helvetica on a server without a font of its width, is so much broader
BROADEST = 1.25


SMALLEST = 0.72    # of a line's size that can still be read


def _measure(text, is_bold):
    """How wide a text may get on the label, in its font's size."""
    return stringWidth(text, "Helvetica-Bold" if is_bold else "Helvetica", BROADEST)


def _fit(text, size, is_bold=False, tail=""):
    """Shrink a text to the width of the label, and cut it where it would get too small to be read.

    :param text: may be empty
    :param size: of the font, in mm
    :param tail: what follows and is never cut, such as a phone number
    :return: (text, size in mm, bold)
    """
    text = " ".join((text or "").split())
    tail = ", " * bool(text and tail) + (tail or "")
    width, smallest = _measure(text + tail, is_bold), size * SMALLEST
    if width * smallest <= TEXT_WIDTH:
        return text + tail, min(size, TEXT_WIDTH / width if width else size), is_bold
    while text and _measure(f"{text}…{tail}", is_bold) * smallest > TEXT_WIDTH:
        text = text[:-1].rstrip()
    return f"{text}…{tail}", smallest, is_bold


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
        # the labels have no firm's layout to be set up first
        return self.env.ref(report).report_action(self, config=False)

    def _get_paper_lang(self):
        """The language of papers about one device: its owner's, else the firm's."""
        self.ensure_one()
        return find_language(self.env, self.partner_id.lang, self.company_id.sudo().partner_id.lang)

    def _get_label(self):
        """What the label of one device shows.

        :return: dict with the drawings (path, size of a module in mm, where the barcode begins)
            and the lines (text, size in mm, bold)
        """
        self.ensure_one()
        self = self.with_context(lang=find_language(self.env, self.partner_id.lang))
        company = self.company_id.sudo()
        # a private person's name and phone do not go about on a sticker
        owner = self.partner_id.commercial_partner_id.filtered("is_company")
        serial = self.serial_number and self.env._("S/N %(number)s", number=self.serial_number)
        lines = [
            _fit(self.identifier, 4.0, is_bold=True),
            _fit(self.model_id.display_name or self.name, 2.8),
            _fit(serial, 3.0, is_bold=True),
            _fit(owner.name, 2.3, tail=owner.phone),
            _fit(self.env._("Service: %(firm)s", firm=company.name), 2.3),
            _fit(company.phone, 2.5, is_bold=True),
        ]
        path, side = self._get_label_qr()
        label = {
            "qr": (path, int(QR_WIDTH * DOTS / side) / DOTS),
            "barcode": False,
            "lines": [line for line in lines if line[0]],
        }
        if barcode := self._get_label_barcode():
            path, modules = barcode
            dots = min(MOST, int(BARCODE_WIDTH * DOTS / modules))
            label["barcode"] = (path, dots / DOTS, (62.0 - modules * dots / DOTS) / 2)
        return label

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
        path, modules = draw_code128(self.identifier or "") or ("", 0)
        return (path, modules) if path and modules * FEWEST <= BARCODE_WIDTH * DOTS else None
