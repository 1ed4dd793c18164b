"""Tesseract, the program that reads words from a picture and says how sure it is of each."""

import asyncio
import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from services.intake.adapters.leptonica import find_library
from services.intake.domain.decoding import clean

log = structlog.get_logger(__name__)

_DPI: Final = 300
_LANGUAGES: Final = "deu+eng"
_BEHIND_OTHERS: Final = 10


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was read of a picture.

    Attributes:
        confidence: Of its words on average, 0 to 100.
        words: How many there are.
        weight: How much was read well; it tells the right way up from the wrong one.
    """

    text: str = ""
    confidence: float = 0.0
    words: int = 0
    weight: float = 0.0


class Tesseract:
    """The program, if this machine has it."""

    def __init__(self) -> None:
        self._program = shutil.which("tesseract") if find_library() else None

    @property
    def installed(self) -> bool:
        """Say whether it and the picture library that it stands on are there."""
        return self._program is not None

    async def read(self, picture: Path) -> Recognised | None:
        """The words of an upright picture; None if the program fails on it."""
        assert self._program is not None
        process = await asyncio.create_subprocess_exec(
            self._program,
            *(str(picture), str(picture.with_suffix("")), "-l", _LANGUAGES, "--psm", "3"),
            *("--dpi", str(_DPI), "txt", "tsv"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
        # Whoever waits for an answer comes before a page that is read in the background.
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, _BEHIND_OTHERS)
        try:
            if await process.wait() != 0:
                return None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        text = picture.with_suffix(".txt").read_text("utf-8", "replace")
        return _recognised(clean(text), picture.with_suffix(".tsv").read_text("utf-8", "replace"))


def turned_over(picture: Path) -> Path:
    """A grey picture in the PGM format, turned by half: its points in the reverse order."""
    data = picture.read_bytes()
    start = data.index(b"255\n") + 4
    target = picture.with_name(f"over-{picture.name}")
    target.write_bytes(data[:start] + data[start:][::-1])
    return target


def _recognised(text: str, table: str) -> Recognised:
    """A reading with its confidence, from tesseract's table of words."""
    rows = (line.split("\t") for line in table.splitlines()[1:])
    sure = [float(row[10]) for row in rows if len(row) > 11 and row[11].strip()]
    if not sure:
        return Recognised(text)
    weight = sum(max(0.0, each - 60) for each in sure)
    return Recognised(text, sum(sure) / len(sure), len(sure), weight)
