"""The sheet that is laid between two letters before they are scanned together."""

from typing import Final

import typst
import zxingcpp

from services.intake.domain.letter_parts import SEPARATOR

_SHEET: Final = b"""
#let code(name, ..size) = image(bytes(sys.inputs.at(name)), format: "svg", ..size)
#set document(title: "Trennblatt / Separator sheet", date: none)
#set page(paper: "a4", margin: 20mm)
#set text(font: "Libertinus Serif", size: 12pt, lang: "de")
#set align(center)
#code("bars", width: 120mm, height: 25mm)
#v(1fr)
#text(size: 34pt, weight: "bold")[Trennblatt]
#v(4mm)
#code("square", width: 70mm)
#v(4mm)
#text(size: 34pt, weight: "bold")[Separator sheet]
#v(6mm)
Zwischen zwei Briefe legen. Dieses Blatt wird nicht Teil eines Briefes.

Lay it between two letters. This sheet becomes part of neither.
#v(1fr)
#code("bars", width: 120mm, height: 25mm)
"""


def separator_sheet() -> bytes:
    """The sheet as a PDF: the code in three places, so that one is read however it lies."""
    formats = {"bars": zxingcpp.BarcodeFormat.Code128, "square": zxingcpp.BarcodeFormat.QRCode}
    codes = {
        name: zxingcpp.create_barcode(SEPARATOR, each).to_svg() for name, each in formats.items()
    }
    pdf = typst.compile(_SHEET, sys_inputs=codes, ignore_system_fonts=True)
    assert isinstance(pdf, bytes)
    return pdf
