"""The typesetter: letters as PDF/A-2a and PDF/UA-1, with the same bytes for the same letter."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import typst

from services.notify.domain.letter import Letter
from shared.errors import DeskError

_TEMPLATE: Final = Path(__file__).parents[1] / "templates" / "letter.typ"
_STANDARDS: Final = ("a-2a", "ua-1")


class LetterFault(DeskError):
    """A letter that can't be set, e.g. a name in a script that no font of ours can write."""


class Typesetter:
    """Sets letters one after the other, beside the event loop.

    Only the fonts inside typst are used, so a letter looks the same on every machine.
    """

    def __init__(self) -> None:
        self._compiler = typst.Compiler(_TEMPLATE, root=_TEMPLATE.parent, ignore_system_fonts=True)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="typesetter")

    async def pdf(self, letter: Letter) -> bytes:
        """The letter as PDF.

        Raises:
            LetterFault: typst refuses it; the text says why, without the letter's own words.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.set, letter)

    def set(self, letter: Letter) -> bytes:
        """The letter as PDF, made in this thread."""
        year, month, day = letter.day
        try:
            pdf: bytes = self._compiler.compile(
                format="pdf",
                sys_inputs={"letter": json.dumps(asdict(letter), ensure_ascii=False)},
                pdf_standards=list(_STANDARDS),
                timestamp=int(datetime(year, month, day, 12, tzinfo=UTC).timestamp()),
            )
        except typst.TypstError as error:
            raise LetterFault(_reason(error)) from None
        return pdf


def _reason(error: typst.TypstError) -> str:
    if "glyph" in str(error) or "font" in str(error):
        return "it has signs that none of our fonts can write"
    return f"typst: {str(error).splitlines()[0][:200]}"
