"""The typesetter: letters as PDF/A-2a and PDF/UA-1, with the same bytes for the same letter."""

import asyncio
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import typst
import zxingcpp
from pypdfium2 import PdfDocument

from services.notify.domain.letter import Letter
from shared.errors import DeskError

_TEMPLATE: Final = Path(__file__).parents[1] / "templates" / "letter.typ"
_STANDARDS: Final = ("a-2a", "ua-1")

_PICTURES: Final = re.compile(
    "[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\U000e0020-\U000e007f\u200d\u20e3\ufe0e\ufe0f]"
)
"""Pictures (emoji) that clients write; paper does without those that no font of ours has."""


class LetterFault(DeskError):
    """A letter that can't be set, e.g. a name in a script that no font of ours can write."""


@dataclass(frozen=True, slots=True)
class SetLetter:
    """A letter as PDF, and how many pages it has."""

    pdf: bytes
    pages: int


class Typesetter:
    """Sets letters one after the other, in a thread beside the event loop.

    Only the fonts inside typst are used, so a letter looks the same on every machine.
    """

    def __init__(self) -> None:
        self._compiler = typst.Compiler(_TEMPLATE, root=_TEMPLATE.parent, ignore_system_fonts=True)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="typesetter")

    async def set(self, letter: Letter) -> SetLetter:
        """The letter as PDF.

        Raises:
            LetterFault: typst refuses it; the text says why, without the letter's own words.
        """
        return await self._beside(lambda: _counted(self._compiled(letter)))

    async def counted(self, pdf: bytes) -> SetLetter:
        """A letter that was set before, with its pages counted."""
        return await self._beside(lambda: _counted(pdf))

    async def _beside(self, work: Callable[[], SetLetter]) -> SetLetter:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _compiled(self, letter: Letter) -> bytes:
        data = json.dumps(asdict(letter), ensure_ascii=False)
        try:
            return self._pdf(letter, data)
        except LetterFault:
            if (plain := _PICTURES.sub("", data)) == data:
                raise
        return self._pdf(letter, plain)

    def _pdf(self, letter: Letter, data: str) -> bytes:
        year, month, day = letter.day
        try:
            pdf = self._compiler.compile(
                format="pdf",
                sys_inputs={
                    "letter": data,
                    "code": _code(letter.reply.code) if letter.reply else "",
                },
                pdf_standards=list(_STANDARDS),
                timestamp=int(datetime(year, month, day, 12, tzinfo=UTC).timestamp()),
            )
        except typst.TypstError as error:
            raise LetterFault(_reason(error)) from None
        assert isinstance(pdf, bytes)
        return pdf


def _code(text: str) -> str:
    """A QR code as SVG, readable when a fifth of it is dirty."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, options="ecLevel=Q")
    return str(made.to_svg())


def _counted(pdf: bytes) -> SetLetter:
    with closing(PdfDocument(pdf)) as document:
        return SetLetter(pdf, len(document))


def _reason(error: typst.TypstError) -> str:
    if "address does not fit" in str(error):
        return "the address does not fit into the window"
    if "glyph" in str(error) or "font" in str(error):
        return "it has signs that none of our fonts can write"
    return f"typst: {str(error).splitlines()[0][:200]}"
