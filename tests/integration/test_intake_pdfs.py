"""PDFs are read in a process of their own: one that eats time or memory ends alone."""

import time
import zlib

import pytest

from services.intake.adapters.scans import ScanReader


def pdf_with(content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
            b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>"
        ),
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed),
    ]
    parts = [b"%PDF-1.4\n"]
    for number, body in enumerate(objects, 1):
        parts.append(b"%d 0 obj%s endobj\n" % (number, body))
    return b"".join(parts) + b"trailer<</Root 1 0 R>>\n%%EOF\n"


async def test_the_text_layer_is_read() -> None:
    pdf = pdf_with(b"BT /F1 12 Tf 50 700 Td (Invoice number R-77 over 120.00 EUR) Tj ET")
    assert "R-77 over 120.00 EUR" in (await ScanReader(20).text_layer(pdf)).text


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 and nothing else"])
async def test_a_broken_file_is_no_text(content: bytes) -> None:
    assert (await ScanReader(20).text_layer(content)).text == ""


async def test_a_page_of_millions_of_words_ends_alone() -> None:
    words = b"BT /F1 1 Tf (a) Tj ET\n" * 6_000_000
    bomb = pdf_with(words)
    assert len(bomb) < 1_000_000
    begun = time.monotonic()
    reader = ScanReader(10)
    assert (await reader.text_layer(bomb)).text == ""
    assert time.monotonic() - begun < 20
    pdf = pdf_with(b"BT /F1 12 Tf 50 700 Td (the next one is read) Tj ET")
    assert "the next one" in (await reader.text_layer(pdf)).text
