"""PDFs are read in a process of their own: one that eats time or memory ends alone."""

import io
import struct
import time
import zlib

import pypdfium2
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


async def test_a_page_that_eats_all_time_keeps_no_other_page_from_being_read() -> None:
    good = pdf_with(b"BT /F1 12 Tf 50 700 Td (Dear Sir or Madam, my bicycle was stolen) Tj ET")
    bomb = pdf_with(b"BT /F1 1 Tf (a) Tj ET\n" * 6_000_000)
    both = pypdfium2.PdfDocument(good)
    both.import_pages(pypdfium2.PdfDocument(bomb))
    target = io.BytesIO()
    both.save(target)
    reading = await ScanReader(3).read(target.getvalue(), "application/pdf")
    assert "my bicycle was stolen" in reading.text
    assert reading.problem == "page 2 could not be read"


async def test_a_picture_larger_than_any_page_is_not_opened() -> None:
    side = struct.pack(">II", 60_000, 60_000) + b"\x08\x00\x00\x00\x00"
    chunks = [(b"IHDR", side), (b"IDAT", zlib.compress(bytes(3_000_000), 9)), (b"IEND", b"")]
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")
        for name, data in chunks
    )
    reading = await ScanReader(20).read(png, "image/png")
    assert (reading.readable, reading.text) == (False, "")


async def test_the_page_program_is_started_again_when_it_died() -> None:
    pdf = pdf_with(b"BT /F1 12 Tf 50 700 Td (the next one is read) Tj ET")
    reader = ScanReader(20)
    assert "the next one" in (await reader.text_layer(pdf)).text
    program = reader._sandbox._program
    assert program
    program.kill()
    program.wait(10)
    assert "the next one" in (await reader.text_layer(pdf)).text
