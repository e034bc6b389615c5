import re

from reportlab.pdfbase.pdfmetrics import stringWidth

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.device.device_label import _fit
from ..common import ServiceCommon

# Code 128: the widths of bars and spaces of each value, bar first (ISO/IEC 15417); 106 stops
PATTERNS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112").split()
START_B, START_C, CODE_C, CODE_B, STOP = 104, 105, 99, 100, 106


def scan(path, modules):
    """Read a Code 128 drawing as a scanner does, by the widths of its bars and spaces."""
    bars = [(int(left), int(width)) for left, width in re.findall(r"M(\d+) 0h(\d+)v1h-\d+z", path)]
    widths = []
    for (left, width), (following, _width) in zip(bars, [*bars[1:], (modules, 0)], strict=True):
        widths += [width, following - left - width]
    widths.pop()
    text = "".join(map(str, widths))
    values = [PATTERNS.index(text[start:start + 6]) for start in range(0, len(text) - 7, 6)]
    assert PATTERNS.index(text[-7:]) == STOP
    *values, check = values
    assert check == (values[0] + sum(place * value for place, value in enumerate(values))) % 103
    letters, in_pairs = "", values[0] == START_C
    for value in values[1:]:
        if value in (CODE_B, CODE_C):
            in_pairs = value == CODE_C
        else:
            letters += f"{value:02}" if in_pairs else chr(value + 32)
    return letters


@tagged("post_install", "-at_install")
class TestDeviceLabel(ServiceCommon):
    """The sticker: what it says, and that a scan of it finds the device."""

    def _html(self, devices, report="report_device_label", user=None):
        html, _kind = self.env["ir.actions.report"].with_user(user or self.technician)._render_qweb_html(
            f"crm_enova_like.{report}", devices.ids)
        return html.decode()

    def test_barcode_holds_the_identifier(self):
        for identifier in (self.device.identifier, "KASA/00042", "X", "A-1.b_2", "123456", "ZZZ/1234567890"):
            with self.subTest(identifier):
                self.device.identifier = identifier
                self.assertEqual(scan(*self.device._get_label_barcode()), identifier)

    def test_scan_finds_the_device(self):
        scanned = scan(*self.device._get_label_barcode())
        self.assertEqual(self.env["crm.service.device"].name_search(scanned)[0][0], self.device.id)
        self.assertEqual(self.env["crm.service.device"].search([("display_name", "ilike", scanned)]), self.device)

    def test_no_barcode_that_could_not_be_read(self):
        self.device.identifier = "X" * 16
        path, module, left = self.device._get_label()["barcode"]
        self.assertEqual(module, 0.25, "two dots of a printer of 203 dpi")
        self.assertGreaterEqual(left, 4)
        self.device.identifier = "ZZZ/00001"
        self.assertEqual(self.device._get_label()["barcode"][1], 0.375)
        for identifier in ("GAŚ/00001", "X" * 17, False):
            self.device.identifier = identifier
            self.assertIsNone(self.device._get_label_barcode())
            self.assertIn("<svg", self._html(self.device), "the label is printed all the same")

    def test_qr_is_whole(self):
        path, side = self.device._get_label_qr()
        dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", path)}
        self.assertEqual(side % 4, 1)
        for left, top in ((0, 0), (side - 7, 0), (0, side - 7)):
            ring = {(left + step, top) for step in range(7)} | {(left, top + step) for step in range(7)}
            self.assertLessEqual(ring, dark, "a corner by which a scanner finds the code")
        other_path, _side = self.device2._get_label_qr()
        self.assertNotEqual(path, other_path)

    def test_what_the_label_says(self):
        self.company.phone = "+48 61 100 20 30"
        self.contractor.phone = "+48 61 555 22 33"
        self.device.model_id = self.env["crm.service.device.model"].create({
            "name": "Nano E 2", "manufacturer": "Novitus", "type_id": self.device_type.id})
        html = self._html(self.device)
        for text in (self.device.identifier, "Novitus Nano E 2", "ABC 2001", "Piekarnia Kłos, +48 61 555 22 33",
                     "+48 61 100 20 30"):
            self.assertIn(text, html)

    def test_private_person_is_not_on_the_label(self):
        person = self.env["res.partner"].create({"name": "Jan Prywatny", "phone": "+48 600 700 800"})
        device = self.env["crm.service.device"].create({
            "name": "Kettle", "type_id": self.device_type.id, "partner_id": person.id})
        html = self._html(device)
        self.assertNotIn("Prywatny", html)
        self.assertNotIn("600 700 800", html)
        self.assertIn(device.identifier, html)

    def test_many_labels_in_one_article(self):
        devices = self.env["crm.service.device"].create([
            {"name": f"M{number}", "type_id": self.device_type.id} for number in range(50)])
        html = self._html(devices)
        self.assertEqual(html.count('class="article"'), 1, "an unpatched wkhtmltopdf prints but one")
        self.assertEqual(html.count("page-break-before"), 49)
        self.assertEqual(html.count("<svg"), 50)
        html = self._html(devices, "report_device_label_sheet")
        self.assertEqual(html.count('class="article"'), 1)
        self.assertEqual(html.count("<svg"), 50)
        self.assertEqual(html.count("page-break-before"), 2, "50 labels take three sheets of 24")
        for device in devices:
            self.assertIn(device.identifier, html)

    def test_long_texts_stay_on_the_label(self):
        text, size, _bold = _fit("Gaśnica proszkowa samochodowa GP-6x ABC z wężem i wieszakiem", 3.0)
        self.assertRegex(text, "^Gaśnica proszkowa.*…$")
        self.assertLess(size, 3.0)
        text, size, _bold = _fit("Przedsiębiorstwo Przemysłu Piekarniczego Kłos", 2.6, tail="+48 61 555 22 33")
        self.assertRegex(text, r"^Przed.*…, \+48 61 555 22 33$")
        self.assertEqual(_fit("GP-6x", 3.0), ("GP-6x", 3.0, False))
        self.assertEqual(_fit(False, 3.0), ("", 3.0, False))
        self.assertEqual(_fit(False, 3.0, tail="+48"), ("+48", 3.0, False))
        # what is marked up in a name stays text
        self.device.name = "A <b>& B"
        self.assertIn("A &lt;b&gt;&amp; B", self._html(self.device))

    def test_texts_are_as_wide_as_their_font_makes_them(self):
        self.assertEqual(_fit("i" * 30, 3.0)[1], 3.0)
        self.assertLess(_fit("W" * 10, 4.0)[1], 4.0, "a third of the signs, and broader")
        name = "Novitus Nano E 2"
        self.assertGreater(_fit(name, 4.0)[1], _fit(name, 4.0, is_bold=True)[1])
        for text in (name, "W" * 60, "i" * 200, "Przedsiębiorstwo Przemysłu Piekarniczego Kłos i Wspólnicy"):
            for is_bold in (False, True):
                shown, size, _bold = _fit(text, 4.0, is_bold)
                width = stringWidth(shown, "Helvetica-Bold" if is_bold else "Helvetica", size)
                with self.subTest(text, is_bold=is_bold):
                    self.assertLessEqual(width * 1.25, 38.5001, "with room for the broader DejaVu Sans")
                    self.assertGreaterEqual(size, 4.0 * 0.72)

    def test_labels_of_orders_and_selections(self):
        order = self.make_order(self.device2, self.device)
        action = order.with_user(self.technician).action_print_device_labels()
        self.assertEqual(action["report_name"], "crm_enova_like.report_device_label")
        self.assertEqual(action["context"]["active_ids"], order.device_line_ids.device_id.ids)
        sheet = order.device_line_ids[:1].action_print_label_sheet()
        self.assertEqual(sheet["report_name"], "crm_enova_like.report_device_label_sheet")
        self.assertEqual(sheet["context"]["active_ids"], self.device2.ids)
        with self.assertRaisesRegex(UserError, "no device"):
            self.make_order().action_print_device_labels()
