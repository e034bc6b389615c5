"""Barcodes as vectors: sharp on any printer, and without reportlab's renderer of pictures, which many installations
lack."""
from reportlab.graphics.barcode.code128 import Code128


def draw_code128(value):
    """A text as Code 128.

    :param value: str, may be empty
    :return: (SVG path of height 1, modules), or None where it has signs that the code lacks
    """
    if not value or not (value.isascii() and value.isprintable()):
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
