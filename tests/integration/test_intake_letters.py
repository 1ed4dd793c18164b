"""Letters as scanners make them: lying wrong, pale, several in one scan, laid into a folder."""

import asyncio
import io
import re
import resource
import shutil
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pytest
import typst
import zxingcpp
from PIL import Image
from sqlalchemy import select

from claimsdesk.separator_sheet import separator_sheet
from services.intake import tables
from services.intake.adapters.scan_folder import ScanFolder
from services.intake.adapters.scans import ScanReader
from services.intake.examining import examine_for_ever
from services.intake.scan_station import ScanStation
from services.intake.store import Received, received_of
from services.intake.taking import letter_scan, take_scan
from shared.contract.contacts import ContactReceived, DocumentKind
from shared.ids import derived_case_id
from tests.support.intake_desk import CASE_ID, CLIENT, IntakeDesk, case_file, intake_desk
from tests.support.no_skips import missing
from tests.support.scanned import (
    file_of,
    letter_source,
    page,
    pale,
    photographed,
    separator,
    skewed,
    with_code,
)

THEFT = letter_source(
    "Sehr geehrte Damen und Herren,",
    "am 12.11.2026 wurde mein Fahrrad vor der Bibliothek gestohlen. Den Diebstahl habe ich am "
    "selben Tag bei der Polizei angezeigt. Versicherungsnummer: HH-2024-000123",
    "#list([Fahrrad (gestohlen): 450,00 EUR])",
    "Mit freundlichen Grüßen",
    "Anna Schmidt",
)
WATER = letter_source(
    "Dear Sir or Madam,",
    "on 3 November 2026 a pipe burst in the kitchen and the floor was damaged by water. My policy "
    "number is HH-2023-004711, the plumber's invoice was EUR 1,234.56.",
    "Yours faithfully,",
    "John Miller",
)
SHORT = letter_source("Kündigung", "Hiermit kündige ich den Vertrag HH-2024-000123.")
OTHER_CASE = derived_case_id("another case")


@pytest.fixture(autouse=True)
def _tesseract() -> None:
    if shutil.which("tesseract") is None:
        missing("tesseract is not installed")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[IntakeDesk]:
    async with intake_desk(tmp_path, f"sqlite+aiosqlite:///{tmp_path}/intake.db") as running:
        await running.knows(CLIENT, case_file(), case_file(OTHER_CASE))
        yield running


@pytest.fixture
async def desk_on_both(tmp_path: Path, database_url: str) -> AsyncIterator[IntakeDesk]:
    async with intake_desk(tmp_path, database_url) as running:
        await running.knows(CLIENT, case_file())
        yield running


@pytest.fixture(scope="module")
def reader() -> ScanReader:
    return ScanReader(60)


async def rows(desk: IntakeDesk) -> list[Received]:
    async with desk.app.service.database.reading() as connection:
        query = select(tables.received).order_by(tables.received.c.received_at)
        return [received_of(row) for row in await connection.execute(query)]


async def take(desk: IntakeDesk, data: bytes, **fields: Any) -> Received:
    return await take_scan(desk.app, letter_scan(data, "scan.pdf", 50_000_000), **fields)


async def all_read(desk: IntakeDesk) -> list[Received]:
    """Let everything that waits be read; all that came in."""
    async with desk.examining():
        return await settled(desk)


async def settled(desk: IntakeDesk) -> list[Received]:
    end = time.monotonic() + 90
    while True:
        found = await rows(desk)
        if all(row.verdict for row in found):
            return found
        assert time.monotonic() < end, "not in time"
        await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("kind", "media_type", "pictures"),
    [
        ("PNG", "image/png", lambda: [skewed(page(THEFT, 150), -10)]),
        ("PDF", "application/pdf", lambda: [skewed(page(THEFT), 187)]),
        ("JPEG", "image/jpeg", lambda: [photographed(skewed(page(THEFT), 84))]),
        ("TIFF", "image/tiff", lambda: [pale(page(THEFT)), page(WATER, 300).rotate(180)]),
    ],
    ids=["skewed", "on its head", "sideways in bad light", "pale, and a second page"],
)
async def test_a_page_is_read_however_it_lies(
    reader: ScanReader, kind: str, media_type: str, pictures: Callable[[], list[Any]]
):
    reading = await reader.read(file_of(pictures(), kind), media_type)
    assert reading.problem is None
    assert reading.confidence > 0.85
    for words in ("HH-2024-000123", "450,00 EUR", "12.11.2026", "Bibliothek gestohlen"):
        assert words in reading.text
    assert ("HH-2023-004711" in reading.text) == (kind == "TIFF")


async def test_a_few_words_on_their_head_are_tried_both_ways(reader: ScanReader):
    scan = file_of([page(SHORT).rotate(180)], "PNG")
    reading = await reader.read(scan, "image/png")
    assert "kündige ich den Vertrag HH-2024-000123" in reading.text


async def test_text_layer_and_scan_in_one_file_are_both_read(reader: ScanReader):
    both = pdf_of(typst.compile(THEFT.encode()), file_of([skewed(page(WATER), 3)], "PDF"))
    layer = await reader.text_layer(both)
    assert ("HH-2024-000123" in layer.text, layer.complete) == (True, False)
    reading = await reader.read(both, "application/pdf")
    assert reading.problem is None
    assert "HH-2024-000123" in reading.text
    assert "HH-2023-004711" in reading.text


async def test_a_text_layer_that_is_garbage_is_not_used(reader: ScanReader):
    layer = await reader.text_layer(garbled(THEFT))
    assert (layer.text.strip(), layer.complete) == ("", False)
    reading = await reader.read(garbled(THEFT), "application/pdf")
    assert "HH-2024-000123" in reading.text


async def test_a_photo_without_words_goes_to_a_person_with_the_picture(desk: IntakeDesk):
    scan = file_of([Image.effect_mandelbrot((450, 600), (-2, -1.5, 1, 1.5), 60)], "JPEG")
    await take(desk, scan)
    await all_read(desk)
    (contact,) = await desk.published()
    assert contact.needs_person == "the scan is not readable"
    assert not contact.documents[0].readable
    assert await desk.app.documents.get(contact.documents[0].document_id) == scan


async def test_several_letters_in_one_scan_become_a_contact_each(
    desk_on_both: IntakeDesk,
):
    desk = desk_on_both
    scan = pdf_of(
        text_pdf(THEFT), separator_sheet(), text_pdf(WATER), text_pdf(SHORT, code=CASE_ID)
    )
    taken = await take(desk, scan, sender_name="Anna Schmidt")
    found = await all_read(desk)
    (whole,) = [row for row in found if row.part_of is None]
    parts = [row for row in found if row.part_of == whole.received_id]
    parts.sort(key=lambda row: row.verdict or "")
    assert (whole.verdict, whole.reason) == ("split", "3 letters in one scan")
    assert [row.verdict for row in parts] == ["contact", "contact", "unidentified"]
    assert (parts[2].case_id, parts[2].reason) == (CASE_ID, "unauthenticated")
    theft, water = await desk.published()
    assert isinstance(theft, ContactReceived)
    assert theft.claim.policy_number == "HH-2024-000123"
    assert water.claim.policy_number == "HH-2023-004711"
    assert (theft.sender.name, theft.case_id) == ("", None)
    for contact, policy in ((theft, "HH-2024-000123"), (water, "HH-2023-004711")):
        (document,) = contact.documents
        assert (document.kind, document.readable) == (DocumentKind.LETTER, True)
        own = await desk.app.documents.get(document.document_id)
        assert policy in (await desk.app.scans.text_layer(own)).text
        assert len(pypdfium2.PdfDocument(own)) == 1
    assert await desk.app.documents.get(whole.document_id or "") == scan
    async with desk.api() as api:
        told = (await api.get("/received", params={"contact_id": taken.contact_id})).json()
    assert [row["verdict"] for row in told].count("split") == 1
    assert len(told) == 4


async def test_two_workers_or_a_crash_take_a_scan_apart_once(desk: IntakeDesk):
    await take(desk, pdf_of(text_pdf(THEFT), separator_sheet(), text_pdf(WATER)))
    async with asyncio.TaskGroup() as workers:
        tasks = [workers.create_task(examine_for_ever(desk.app)) for _ in range(3)]
        await settled(desk)
        for task in tasks:
            task.cancel()
    assert sorted(row.verdict or "" for row in await all_read(desk)) == [
        *("contact", "contact", "split")
    ]
    assert len(await desk.published()) == 2


async def test_a_letter_that_came_in_another_scan_is_a_duplicate(desk: IntakeDesk):
    first = pdf_of(text_pdf(THEFT), separator_sheet(), text_pdf(WATER))
    await take(desk, first)
    await all_read(desk)
    assert (await take(desk, first)).verdict == "duplicate"
    await take(desk, pdf_of(text_pdf(SHORT), separator_sheet(), text_pdf(WATER)))
    found = await all_read(desk)
    assert sorted(row.verdict or "" for row in found) == [
        *("contact", "contact", "contact", "duplicate", "duplicate", "split", "split")
    ]
    assert len(await desk.published()) == 3


async def test_pictures_are_taken_apart_like_pdfs(desk: IntakeDesk):
    pictures = [
        with_code(skewed(page(WATER), 4), CASE_ID),
        skewed(separator(), 93),
        page(THEFT).rotate(180),
    ]
    await take(desk, file_of(pictures, "TIFF", compression="tiff_lzw"), case_id=CASE_ID)
    found = await all_read(desk)
    assert sorted(row.verdict or "" for row in found) == ["contact", "contact", "split"]
    contacts = await desk.published()
    assert {contact.claim.policy_number for contact in contacts} == {
        *("HH-2023-004711", "HH-2024-000123")
    }
    # A person named the case for the whole scan.
    assert {contact.case_id for contact in contacts} == {CASE_ID}


async def test_the_code_of_another_case_is_for_a_person_to_judge(desk: IntakeDesk):
    await take(desk, text_pdf(SHORT, code=OTHER_CASE), case_id=CASE_ID)
    (row,) = await all_read(desk)
    assert (row.verdict, row.reason, row.case_id) == ("unidentified", "several_cases", CASE_ID)
    assert await desk.published() == []


async def test_a_scan_that_takes_long_holds_up_no_other_letter(
    desk: IntakeDesk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    slow = tmp_path / "bin" / "tesseract"
    slow.parent.mkdir()
    slow.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(slow.parent))
    object.__setattr__(desk.app, "scans", ScanReader(60))
    long = await take(desk, file_of([page(THEFT)], "PNG"))
    async with desk.examining():
        await asyncio.sleep(0.5)
        quick = await take(desk, text_pdf(WATER))
        end = time.monotonic() + 30
        while not (verdicts := {row.received_id: row.verdict for row in await rows(desk)})[
            quick.received_id
        ]:
            assert time.monotonic() < end, "not in time"
            await asyncio.sleep(0.05)
    assert verdicts == {long.received_id: None, quick.received_id: "contact"}


@asynccontextmanager
async def watched(desk: IntakeDesk, folder: Path) -> AsyncIterator[ScanStation]:
    station = ScanStation(desk.app, ScanFolder(folder, 0.3))
    running = asyncio.create_task(station.run())
    try:
        yield station
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def lies(folder: Path, *names: str) -> Callable[[], bool]:
    return lambda: sorted(path.name for path in folder.glob("*")) == sorted(names)


async def test_what_the_scan_station_lays_down_is_taken_once(desk: IntakeDesk, tmp_path: Path):
    folder = tmp_path / "scans"
    folder.mkdir()
    letter = text_pdf(THEFT)
    (folder / "tag-1.pdf").write_bytes(letter)
    (folder / "again.pdf").write_bytes(letter)
    (folder / "program.pdf").write_bytes(b"MZ a program")
    (folder / ".hidden.pdf").write_bytes(letter)
    (folder / "copying.pdf.part").write_bytes(letter)
    (folder / "link.pdf").symlink_to(tmp_path / "intake.db")
    growing = (folder / "growing.pdf").open("wb", buffering=0)
    growing.write(text_pdf(WATER)[:2000])
    async with watched(desk, folder) as station:
        await desk.until(lies(folder / "processed", "tag-1.pdf", "again.pdf"))
        await desk.until(lies(folder / "failed", "program.pdf", "program.pdf.txt"))
        await asyncio.sleep(1.5)
        assert (folder / "growing.pdf").exists()
        growing.write(text_pdf(WATER)[2000:])
        growing.close()
        (folder / "tag-1.pdf").write_bytes(text_pdf(SHORT))
        await desk.until(
            lies(folder / "processed", "tag-1.pdf", "tag-1-2.pdf", "again.pdf", "growing.pdf")
        )
        assert station.problem is None
    assert "none of them" in (folder / "failed" / "program.pdf.txt").read_text()
    assert {path.name for path in folder.iterdir() if not path.is_dir()} == {
        *(".hidden.pdf", "copying.pdf.part", "link.pdf")
    }
    found = await all_read(desk)
    verdicts = sorted(row.verdict or "" for row in found)
    assert verdicts == ["contact", "contact", "contact", "duplicate"]


async def test_a_scan_that_was_stored_before_a_crash_is_only_moved(
    desk: IntakeDesk, tmp_path: Path
):
    folder = tmp_path / "scans"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(text_pdf(THEFT))
    watch = ScanFolder(folder, 0)
    (file,) = watch.complete()
    data = watch.read(file, 10_000_000)
    assert data
    await take(desk, data, place=file.place)
    async with watched(desk, folder):
        await desk.until(lies(folder / "processed", "a.pdf"))
    assert len(await rows(desk)) == 1
    assert len([path for path in (tmp_path / "documents").rglob("*") if path.is_file()]) == 1


async def test_a_full_disk_and_a_folder_that_is_away_lose_no_scan(desk: IntakeDesk, tmp_path: Path):
    folder = tmp_path / "scans"
    async with watched(desk, folder) as station:
        await desk.until(lambda: "No such file" in (station.problem or ""))
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        folder.mkdir()
        (folder / "a.png").write_bytes(file_of([page(THEFT)], "PNG"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, before[1]))
        try:
            await desk.until(lambda: "away or full" in (station.problem or ""))
            assert (folder / "a.png").exists()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        await desk.until(lies(folder / "processed", "a.png"))
        await desk.until(lambda: station.problem is None)
    assert len(await rows(desk)) == 1


def text_pdf(source: str, code: str | None = None) -> bytes:
    """A letter with a text layer, with a barcode if one is given."""
    if code is None:
        return typst.compile(source.encode())
    drawn = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.Code128).to_svg()
    place = '#place(bottom, image(bytes(sys.inputs.code), format: "svg", width: 8cm, height: 2cm))'
    return typst.compile(f"{source}\n{place}".encode(), sys_inputs={"code": drawn})


def pdf_of(*files: bytes) -> bytes:
    """Several PDFs one after the other."""
    made = pypdfium2.PdfDocument.new()
    for file in files:
        made.import_pages(pypdfium2.PdfDocument(file))
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def garbled(source: str) -> bytes:
    """A PDF that looks right, and whose letters have no way back to text.

    The letters' codes are mapped to others, as fonts do that were cut without their table.
    """
    reader = pypdf.PdfReader(io.BytesIO(typst.compile(source.encode())))
    writer = pypdf.PdfWriter(reader)
    for each in writer.pages:
        for font in each["/Resources"]["/Font"].values():
            font = font.get_object()
            table = font["/ToUnicode"].get_object().get_data()
            shifted = re.sub(
                rb"<(\w{4})> <(\w{4})>",
                lambda match: b"<%s> <%04X>" % (match[1], int(match[2], 16) - 29 & 0xFFFF),
                table,
            )
            stream = pypdf.generic.StreamObject()
            stream.set_data(shifted)
            font[pypdf.generic.NameObject("/ToUnicode")] = writer._add_object(stream)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()
