"""Electronic invoices for tests, written by the library that many shops use."""

import copy
from datetime import date
from typing import Any

from facturx import generate_from_binary
from facturx.generate_xml import generate_xml

IBAN = "DE02120300000000202051"
FIELDS: dict[str, Any] = {
    "BT-1": "RE-2026-0457",
    "BT-2": date(2026, 11, 2),
    "BT-3": "380",
    "BT-5": "EUR",
    "BT-9": date(2026, 11, 30),
    "BT-72": date(2026, 11, 1),
    "BT-81": "58",
    "BT-84": IBAN,
    "BT-106": "243.70",
    "BT-109": "243.70",
    "BT-110": "46.30",
    "BT-112": "290.00",
    "BT-115": "290.00",
    "BG-4": {
        "name": "Glaserei Hell GmbH",
        "city": "Leipzig",
        "postcode": "04109",
        "country_code": "DE",
        "vat_identifier": "DE123456789",
    },
    "BG-7": {"name": "Tom Beispiel", "country_code": "DE"},
    "BG-23": [{"BT-116": "243.70", "BT-117": "46.30", "BT-118": "S", "BT-119": "19.00"}],
    "BG-25": [
        {"BT-126": "1", "BT-153": "Isolierglasscheibe", "BT-131": "197.48", "BT-146": "197.48"},
        {"BT-126": "2", "BT-153": "Einbau", "BT-131": "46.22", "BT-146": "46.22"},
    ],
}


def e_invoice(flavor: str = "factur-x", level: str = "en16931", **changed: Any) -> bytes:
    """The XML of an invoice, checked against the standard's schema."""
    fields = {**copy.deepcopy(FIELDS), **changed}
    for line in fields["BG-25"]:
        line.update({"BT-129": "1", "BT-130": "C62", "BT-151": "S", "BT-152": "19.00"})
    xml: bytes = generate_xml(fields, flavor=flavor, level=level, check_schematron=False)
    return xml


def pdf_with(xml: bytes, pdf: bytes, level: str = "en16931") -> bytes:
    """A PDF/A-3 with the XML inside, as ZUGFeRD and Factur-X prescribe it."""
    made: bytes = generate_from_binary(
        pdf, xml, flavor="factur-x", level=level, check_xsd=True, check_schematron=False
    )
    return made
