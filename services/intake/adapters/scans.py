"""The words of PDFs and pictures: the text layer when there is one, else OCR with tesseract.

PDFs are read by pdfium in a process of its own (`pdf_program.py`), pictures by tesseract, so that a
page that takes a minute, or all memory, holds up nobody else.
"""

import asyncio
import contextlib
import math
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from services.intake.domain.decoding import clean

log = structlog.get_logger(__name__)

OCR_OFF: Final = "OCR is not installed on this machine"
PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/tiff"})
_PROJECT: Final = Path(__file__).parents[3]
_TEXT_LIMIT: Final = 100_000
_FEWEST_LETTERS: Final = 20
"""A page with fewer letters has no text layer worth the name: a scanner's stamp, a page number."""
_DPI: Final = 300
_LEAST_CONFIDENCE: Final = 45.0


@dataclass(frozen=True, slots=True)
class ScanText:
    """What could be read of a document.

    Attributes:
        text: Its words, pages one after the other.
        problem: Why nothing could be read; None for a readable document.
        confidence: How sure the reading is, 0 to 1; 1 for a text layer.
    """

    text: str = ""
    problem: str | None = None
    confidence: float = 1.0


class ScanReader:
    """Reads documents; whether it can do OCR depends on the machine."""

    def __init__(self, page_timeout_seconds: float) -> None:
        self._timeout = page_timeout_seconds
        self._program = shutil.which("tesseract")
        self._one_page = asyncio.Semaphore(max(1, (os.cpu_count() or 1) - 1))
        if self._program is None:
            log.warning("ocr: off, tesseract is not installed: scanned letters wait for a person")

    @property
    def reads_pictures(self) -> bool:
        """Say whether OCR is installed."""
        return self._program is not None

    async def text_layer(self, pdf: bytes) -> str:
        """The text layer of a PDF; empty when there is none or the file can't be read."""
        text = await self._pdf("text", pdf, Path())
        return clean((text or b"").decode("utf-8", "replace"))[:_TEXT_LIMIT]

    async def read(self, data: bytes, media_type: str) -> ScanText:
        """The words of a letter, by its text layer or by OCR."""
        if media_type == "application/pdf":
            text = await self.text_layer(data)
            if is_text(text):
                return ScanText(text)
        elif media_type not in PICTURES:
            return ScanText(problem="this kind of file can't be read")
        if self._program is None:
            log.warning("a scan waits for a person: tesseract is not installed")
            return ScanText(problem=OCR_OFF)
        with tempfile.TemporaryDirectory(prefix="claimsdesk-scan-") as folder:
            pages = await self._pages(data, media_type, Path(folder))
            if not pages:
                return ScanText(problem="the file is damaged or protected")
            return _joined([await self._recognised(page) for page in pages])

    async def _pages(self, data: bytes, media_type: str, folder: Path) -> list[Path]:
        if media_type == "application/pdf":
            await self._pdf("pages", data, folder)
            return sorted(folder.glob("*.pgm"))
        page = folder / "page"
        await asyncio.to_thread(page.write_bytes, data)
        return [page]

    async def _recognised(self, page: Path) -> tuple[str, float] | None:
        """One page's text and confidence; None when tesseract fails on it."""
        async with self._one_page:
            # Layout with orientation first; a page with too little text for that is read as it is.
            for layout in ("1", "3"):
                if await self._tesseract(page, layout):
                    text = clean(page.with_suffix(".txt").read_text("utf-8", "replace"))
                    table = page.with_suffix(".tsv").read_text("utf-8", "replace")
                    return text, _confidence(table)
        return None

    async def _tesseract(self, page: Path, layout: str) -> bool:
        assert self._program is not None
        process = await asyncio.create_subprocess_exec(
            self._program,
            *(str(page), str(page.with_suffix("")), "-l", "deu+eng", "--psm", layout),
            *("--dpi", str(_DPI), "txt", "tsv"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
        # Whoever waits for an answer comes before a page that is read in the background.
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, 10)
        try:
            return await asyncio.wait_for(process.wait(), self._timeout) == 0
        except TimeoutError:
            log.warning("tesseract took too long for a page", seconds=self._timeout)
            return False
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def _pdf(self, what: str, pdf: bytes, folder: Path) -> bytes | None:
        """What the PDF program printed; None when it failed, or took too much time or memory."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "services.intake.adapters.pdf_program"),
            *(what, str(folder), str(math.ceil(self._timeout))),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=_PROJECT,
        )
        try:
            async with asyncio.timeout(self._timeout):
                printed, _ = await process.communicate(pdf)
        except TimeoutError:
            printed = b""
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            log.info("a PDF can't be read", exit=process.returncode)
            return None
        return printed


def _joined(pages: list[tuple[str, float] | None]) -> ScanText:
    read = [page for page in pages if page is not None]
    text = "\n".join(page for page, _ in read)[:_TEXT_LIMIT]
    sure = [confidence for page, confidence in read if page.strip()]
    average = sum(sure) / len(sure) if sure else 0.0
    if not is_text(text) or average < _LEAST_CONFIDENCE:
        return ScanText(text, "the scan is not readable", round(average / 100, 2))
    return ScanText(text, None, round(average / 100, 2))


def is_text(text: str) -> bool:
    """Say whether a text layer or a reading is more than a stamp or a page number."""
    return sum(sign.isalpha() for sign in text) >= _FEWEST_LETTERS


def _confidence(table: str) -> float:
    """The mean confidence of a page's words, 0 to 100, from tesseract's table."""
    rows = (line.split("\t") for line in table.splitlines()[1:])
    words = [float(row[10]) for row in rows if len(row) > 11 and row[11].strip()]
    return sum(words) / len(words) if words else 0.0
