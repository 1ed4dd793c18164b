"""The words of PDFs and pictures: the text layer where there is one, else OCR of the page.

Files are opened by the page program, each in a process of its own (`sandbox.py`); what it gives is
upright and evenly lit, and read by tesseract (`ocr.py`). A page that takes a minute, or all memory,
holds up nobody else. `docs/letters.md` tells what becomes of a scan.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

import structlog

from services.intake.adapters.ocr import Recognised, Tesseract, turned_over
from services.intake.adapters.sandbox import OpenDocument, PageAnswer, Sandbox
from services.intake.domain.decoding import clean
from services.intake.domain.letter_parts import PageMarks, split_letters
from services.intake.domain.readings import PageReading, ScanText, joined
from shared.own_folder import own_folder

log = structlog.get_logger(__name__)

OCR_OFF: Final = "OCR is not installed on this machine"
DAMAGED: Final = "the file is damaged or protected"
INSEPARABLE: Final = "the letters in this scan can't be taken apart"
PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/tiff"})
READABLE: Final = PICTURES | {"application/pdf"}
MOST_PAGES: Final = 200
"""So many pages of a scan are read; a day's post goes through in several files."""
_MOST_PICTURES_ATTACHED: Final = 20
"""So many pages of an attached document are read from their pictures."""
_TEXT_LIMIT: Final = 100_000
_READ_WELL: Final = 75.0
"""Per cent; below it a page may lie otherwise than it seems."""
_FEW_WORDS: Final = 10
"""So few may be guesses at a page that lies otherwise."""


@dataclass(frozen=True, slots=True)
class TextLayer:
    """The words that a PDF carries.

    Attributes:
        complete: No page has to be read from its picture.
        invoice: The XML of an electronic invoice inside it.
    """

    text: str = ""
    complete: bool = False
    invoice: bytes | None = None


@dataclass(frozen=True, slots=True)
class ReadLetter:
    """One letter of a scan.

    Attributes:
        reading: Its words.
        case_id: The case that a barcode on it names.
        data: Its pages as a file of their own; None if it is all there is in the scan.
        fingerprint: The same for the same pages in another file; empty without `data`.
    """

    reading: ScanText
    case_id: str | None = None
    data: bytes | None = None
    fingerprint: str = ""


class ScanReader:
    """Reads documents; whether it can do OCR depends on the machine."""

    def __init__(self, page_timeout_seconds: float) -> None:
        self._timeout = page_timeout_seconds
        self._sandbox = Sandbox(page_timeout_seconds)
        self._tesseract = Tesseract()
        processors = os.cpu_count() or 1
        self._one_page = asyncio.Semaphore(max(1, processors - 1))
        self._one_document = asyncio.Semaphore(processors)
        if not self._tesseract.installed:
            log.warning("ocr: off, tesseract is not installed: scanned letters wait for a person")

    @property
    def reads_pictures(self) -> bool:
        """Say whether OCR is installed."""
        return self._tesseract.installed

    async def text_layer(self, pdf: bytes) -> TextLayer:
        """The text layer of a PDF; empty when there is none or the file can't be read."""
        async with self._sandbox.opened(pdf, "application/pdf", Path(), background=False) as file:
            if file is None:
                return TextLayer()
            text, complete = await file.text()
            return TextLayer(clean(text)[:_TEXT_LIMIT], complete, await file.invoice())

    async def read(self, data: bytes, media_type: str) -> ScanText:
        """The words of an attached document, by its text layer or by OCR, page by page."""
        async with self._opened(data, media_type) as (file, folder):
            if file is None:
                return ScanText(problem=DAMAGED, readable=False)
            pages: list[PageReading] = []
            pictures = 0
            while len(pages) < min(file.pages, MOST_PAGES) and pictures < _MOST_PICTURES_ATTACHED:
                page, _ = await self._page(file, len(pages), folder, marks=False)
                pages.append(page)
                pictures += page.by == "ocr"
            return replace(self._joined(pages, file.pages), invoice=await file.invoice())

    async def read_letters(self, data: bytes, media_type: str) -> tuple[ReadLetter, ...]:
        """The letters of a scan, each with its words; a file that can't be opened is one."""
        async with self._opened(data, media_type) as (file, folder):
            if file is None:
                return (ReadLetter(ScanText(problem=DAMAGED, readable=False)),)
            count = min(file.pages, MOST_PAGES)
            pages = [await self._page(file, number, folder, marks=True) for number in range(count)]
            answers = [answer for _, answer in pages]
            parts = split_letters([PageMarks(each.codes, each.blank) for each in answers])
            unread = file.pages - count
            if len(parts) == 1:
                own_pages = [pages[number][0] for number in parts[0].pages]
                reading = self._joined(own_pages, len(own_pages) + unread)
                reading = replace(reading, invoice=await file.invoice())
                return (ReadLetter(reading, parts[0].case_id),)
            letters = []
            for part in parts:
                own = await file.part(part.pages)
                if own is None:
                    everything = self._joined([page for page, _ in pages], file.pages)
                    return (ReadLetter(replace(everything, problem=INSEPARABLE)),)
                last = unread if part is parts[-1] else 0
                own_pages = [pages[number][0] for number in part.pages]
                reading = self._joined(own_pages, len(own_pages) + last)
                points = "".join(answers[number].sha256 for number in part.pages)
                fingerprint = sha256(f"letter-pages{points}".encode()).hexdigest()
                letters.append(ReadLetter(reading, part.case_id, own, fingerprint))
            return tuple(letters)

    @asynccontextmanager
    async def _opened(
        self, data: bytes, media_type: str
    ) -> AsyncIterator[tuple[OpenDocument | None, Path]]:
        async with self._one_document:
            with own_folder("scan") as folder:
                if media_type not in READABLE:
                    yield None, folder
                    return
                opening = self._sandbox.opened(data, media_type, folder, background=True)
                async with opening as file:
                    yield file, folder

    async def _page(
        self, file: OpenDocument, number: int, folder: Path, *, marks: bool
    ) -> tuple[PageReading, PageAnswer]:
        answer = await file.page(number, marks=marks, ocr=self.reads_pictures)
        if answer is None:
            return PageReading("lost"), PageAnswer()
        text = clean(answer.text)
        if answer.complete:
            return PageReading("layer", text), answer
        if answer.blank or PageMarks(answer.codes).separates:
            return PageReading("blank"), answer
        if answer.picture is None:
            return PageReading("unread", text), answer
        async with self._one_page:
            best = await self._recognised(file, number, answer)
        if best is None:
            return PageReading("lost", text), answer
        return PageReading("ocr", best.text, best.confidence / 100, best.words), answer

    async def _recognised(
        self, file: OpenDocument, number: int, answer: PageAnswer
    ) -> Recognised | None:
        """The best reading of a page; one that reads badly may lie otherwise than it seems."""
        tried: list[Recognised] = []
        try:
            async with asyncio.timeout(self._timeout):
                async for reading in self._tries(file, number, answer):
                    tried.append(reading)
                    enough = 1 if answer.sure else _FEW_WORDS
                    if reading.words >= enough and reading.confidence >= _READ_WELL:
                        break
        except TimeoutError:
            log.warning("tesseract took too long for a page", seconds=self._timeout)
        return max(tried, key=lambda reading: reading.weight, default=None)

    async def _tries(
        self, file: OpenDocument, number: int, answer: PageAnswer
    ) -> AsyncIterator[Recognised]:
        async for reading in self._both_ways(answer):
            yield reading
        turned = await file.page(number, marks=False, ocr=True, other_side=True)
        if turned is not None:
            async for reading in self._both_ways(turned):
                yield reading

    async def _both_ways(self, answer: PageAnswer) -> AsyncIterator[Recognised]:
        """A picture as it lies and, unless that is sure to be upright, turned over."""
        if answer.picture is None:
            return
        picture = Path(answer.picture)
        if (reading := await self._tesseract.read(picture)) is not None:
            yield reading
        if not answer.sure:
            over = await asyncio.to_thread(turned_over, picture)
            if (reading := await self._tesseract.read(over)) is not None:
                yield reading

    def _joined(self, pages: Sequence[PageReading], of: int) -> ScanText:
        reading = joined(pages, of, why_unread=OCR_OFF)
        if reading.problem == OCR_OFF:
            log.warning("a scan waits for a person: tesseract is not installed")
        return reading
