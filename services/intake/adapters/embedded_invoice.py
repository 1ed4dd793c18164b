"""The electronic invoice that a PDF carries: ZUGFeRD, Factur-X, XRechnung.

Part of the page program: PDFs are opened in its processes only.
"""

from typing import Final

import pypdfium2

_NAMES: Final = frozenset({"factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml"})
"""As the standards prescribe them, whatever their case."""
_MOST_ATTACHMENTS: Final = 100
_LARGEST_BYTES: Final = 5_000_000


def embedded_invoice(pdf: pypdfium2.PdfDocument) -> bytes | None:
    """The XML of the invoice inside a PDF; None when there is none."""
    for number in range(min(pdf.count_attachments(), _MOST_ATTACHMENTS)):
        attachment = pdf.get_attachment(number)
        if attachment.get_name().lower() in _NAMES:
            data = bytes(attachment.get_data())
            return data if len(data) <= _LARGEST_BYTES else None
    return None
