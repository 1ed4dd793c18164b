import pytest

from services.intake.domain.attachments import (
    Attachment,
    kind_of,
    safe_name,
    true_media_type,
    worth_keeping,
)
from shared.contract.contacts import DocumentKind
from tests.support.intake_desk import mail
from tests.support.mail_reading import parsed_mail

NAMES = {
    "Rechnung.pdf": "Rechnung.pdf",
    "Rechnung für Küche.pdf": "Rechnung für Küche.pdf",
    "../../etc/passwd": "passwd",
    "C:\\Temp\\Foto.jpg": "Foto.jpg",
    "a\r\nX-Evil: 1.pdf": "a X-Evil_ 1.pdf",
    'a"b;c|d.pdf': "a_b_c_d.pdf",
    "..": "attachment",
    "": "attachment",
    ".pdf": "pdf",
    "x" * 300 + ".pdf": "x" * 110 + ".pdf",
    "\x00Rechnung\u202efdp.exe": "Rechnungfdp.exe",
}


@pytest.mark.parametrize(("stated", "safe"), NAMES.items())
def test_names_are_for_showing_only(stated: str, safe: str):
    assert safe_name(stated) == safe


@pytest.mark.parametrize(
    ("data", "stated", "actual"),
    [
        (b"%PDF-1.7", "application/octet-stream", "application/pdf"),
        (b"\xef\xbb\xbf\n%PDF-1.4", "text/html", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/jpeg", "image/png"),
        (b"\xff\xd8\xff\xe0", "application/pdf", "image/jpeg"),
        (b"II*\x00", "x", "image/tiff"),
        (b"MZ\x90", "application/pdf", "application/x-msdownload"),
        (b"MZ\x90\0%PDF-1.7", "text/plain", "application/x-msdownload"),
        (b"MZ, Halle: Einbruch", "text/plain", "text/plain"),
        (b"\x7fELF\x02\x01", "image/png", "application/x-executable"),
        (b"\xcf\xfa\xed\xfe\x07", "application/pdf", "application/x-mach-binary"),
        (b"\xca\xfe\xba\xbe\0", "application/pdf", "application/x-mach-binary"),
        (b"#!/bin/sh\n", "text/plain", "application/x-sh"),
        (b"#!AMR\n", "audio/amr", "audio/amr"),
        (b"abc", "text/html; charset", "application/octet-stream"),
        (b"abc", "a" * 200 + "/b", "application/octet-stream"),
    ],
)
def test_the_bytes_say_what_they_are(data: bytes, stated: str, actual: str):
    assert true_media_type(data, stated) == actual


INVOICE, POLICE = DocumentKind.INVOICE, DocumentKind.POLICE_REPORT
KINDS = [
    ("Rechnung Müller (Küche).pdf", "", INVOICE),
    ("Purchase invoice ZS-25.pdf", "", INVOICE),
    ("receipt_bike.jpg", "", INVOICE),
    ("Quittung.png", "", INVOICE),
    ("Foto der Rechnung.jpg", "", INVOICE),
    ("Strafanzeige.pdf", "", POLICE),
    ("police_report.pdf", "", POLICE),
    ("crime reference.pdf", "", POLICE),
    ("scan0001.pdf", "Polizei Berlin\nStrafanzeige\nRechnung", POLICE),
    ("scan0001.pdf", "Fahrradhaus\nRechnung Nr. 4711\nDiebstahl: Polizei", INVOICE),
    ("Attest.pdf", "", DocumentKind.MEDICAL_REPORT),
    ("IMG_1234.jpg", "", DocumentKind.PHOTO),
    ("notes.pdf", "", DocumentKind.OTHER),
    ("Belegung.pdf", "", DocumentKind.OTHER),
    ("billy.pdf", "", DocumentKind.OTHER),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "kind"), KINDS)
def test_kinds(name: str, text: str, kind: DocumentKind):
    media_type = "image/jpeg" if name.endswith((".jpg", ".png")) else "application/pdf"
    assert kind_of(Attachment(name, media_type, b""), text) is kind


async def test_a_program_is_no_invoice_and_is_never_served():
    raw = mail("Anbei die Rechnung.")
    program = b"MZ\x90\0" + b"\0" * 60 + b"Rechnung"
    name = "rechnung.pdf.exe"
    raw.add_attachment(program, maintype="application", subtype="pdf", filename=name)
    contact = (await parsed_mail(raw.as_bytes())).contact
    assert contact is not None
    (_, document) = contact.documents
    assert (document.kind, document.blocked) == (DocumentKind.OTHER, "it is a program")
    assert document.media_type == "application/x-msdownload"
    assert contact.needs_person == "a document is never served: it is a program"


def test_the_logo_of_a_signature_is_not_kept():
    logo = Attachment("image001.png", "image/png", b"x" * 2000, inline=True)
    photo = Attachment("schaden.png", "image/png", b"x" * 200_000, inline=True)
    bill = Attachment("rechnung.pdf", "application/pdf", b"x", inline=True)
    assert worth_keeping([logo, photo, bill]) == [photo, bill]
