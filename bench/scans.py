"""Pages per minute of OCR, beside bare tesseract on the same pages.

The pages lie as scanners leave them: straight, skewed, turned, pale, at 150 to 300 dpi. Bare
tesseract gets each page as it is, with its own orientation and layout detection, as many at a time
as the desk reads, and behind other programs as the desk's. Beside the speed stands how many of the
words were read: a page that is read in no time and wrongly is no page.
"""

import asyncio
import os
import re
import shutil
import subprocess
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from services.intake.adapters.scans import ScanReader
from shared.own_folder import own_folder
from tests.support.scanned import file_of, letter_source, page, pale, photographed, skewed

_GERMAN = """
Sehr geehrte Damen und Herren, am 12.11.2026 wurde mein Fahrrad vor der Bibliothek gestohlen. Ich
habe den Diebstahl noch am selben Tag bei der Polizei angezeigt, die Vorgangsnummer lautet
261112-0815. Versicherungsnummer: HH-2024-000123. Das Fahrrad hat 450,00 EUR gekostet, das Schloss
89,90 EUR. Bitte überweisen Sie den Betrag auf mein Konto. Mit freundlichen Grüßen
"""
_ENGLISH = """
Dear Sir or Madam, a pipe burst in the kitchen and the floor was damaged by water. The invoice of
the plumber is enclosed, its number is R-2026-0042 and the amount is EUR 1,234.56. I would be
grateful for an answer within two weeks, because the kitchen can't be used at the moment.
"""
_WORDS = (_GERMAN, _ENGLISH)
_DPI = (150, 200, 300)
_LAID: Sequence[Callable[[Image.Image], Image.Image]] = (
    lambda picture: picture,
    lambda picture: skewed(picture, 3),
    lambda picture: skewed(picture, -8),
    lambda picture: skewed(picture, 180),
    lambda picture: skewed(picture, 94),
    pale,
    lambda picture: photographed(skewed(picture, 2)),
)


def main() -> None:
    """Print both speeds, and how much was read."""
    program = shutil.which("tesseract")
    if program is None:
        print("OCR: tesseract is not installed, nothing was measured")
        return
    pages = _pages()
    at_once = max(1, (os.cpu_count() or 1) - 1)
    with own_folder("bench-scans") as folder:
        desk = asyncio.run(_measured(_desk, pages))
        bare = asyncio.run(_measured(_bare(program, folder, at_once), pages))
    print(f"OCR of {len(pages)} scanned pages, {at_once} at a time, deu+eng")
    for name, (seconds, read) in (("desk", desk), ("bare tesseract", bare)):
        minute = 60 * len(pages) / seconds
        print(f"  {name:<15} {minute:6.0f} pages per minute, {read:4.0%} of their words read")


def _pages() -> list[tuple[bytes, str]]:
    """Pages as PNG files, with what stands on them."""
    found = []
    for dpi in _DPI:
        for number, laid in enumerate(_LAID):
            words = _WORDS[number % len(_WORDS)]
            found.append((file_of([laid(page(letter_source(words), dpi))], "PNG"), words))
    return found


Reader = Callable[[Sequence[bytes]], Awaitable[list[str]]]


async def _measured(read: Reader, pages: Sequence[tuple[bytes, str]]) -> tuple[float, float]:
    """Seconds for all pages, and the share of their words that was read."""
    began = time.monotonic()
    texts = await read([data for data, _ in pages])
    seconds = time.monotonic() - began
    shares = [_share(text, words) for text, (_, words) in zip(texts, pages, strict=True)]
    return seconds, sum(shares) / len(shares)


async def _desk(pages: Sequence[bytes]) -> list[str]:
    reader = ScanReader(60)
    readings = await asyncio.gather(*[reader.read(data, "image/png") for data in pages])
    return [reading.text for reading in readings]


def _bare(program: str, folder: Path, at_once: int) -> Reader:
    def one(numbered: tuple[int, bytes]) -> str:
        number, data = numbered
        picture = folder / f"{number}.png"
        picture.write_bytes(data)
        command = ["nice", program, str(picture), "stdout", "-l", "deu+eng", "--psm", "1"]
        environment = os.environ | {"OMP_THREAD_LIMIT": "1"}
        ran = subprocess.run(command, capture_output=True, check=False, env=environment)
        return ran.stdout.decode("utf-8", "replace")

    async def read(pages: Sequence[bytes]) -> list[str]:
        with ThreadPoolExecutor(at_once) as threads:
            return await asyncio.to_thread(lambda: list(threads.map(one, enumerate(pages))))

    return read


def _share(text: str, words: str) -> float:
    wanted = re.findall(r"\w+", words)
    read = set(re.findall(r"\w+", text))
    return sum(word in read for word in wanted) / len(wanted)


if __name__ == "__main__":
    main()
