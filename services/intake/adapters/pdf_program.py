"""Reads one PDF in a process of its own, with an end to its memory and its time.

A small file can hold a page that takes gigabytes or hours to draw. Then this program dies, not
intake: `python -m services.intake.adapters.pdf_program text|pages FOLDER SECONDS`, the PDF on
standard input. It prints the text layer, or writes pages as grey pictures into the folder.
"""

import resource
import sys
from pathlib import Path
from typing import Final

import pypdfium2

MOST_PAGES: Final = 20
_TEXT_LIMIT: Final = 100_000
_DPI: Final = 300
_LARGEST_PIXELS: Final = 40_000_000
_MEMORY_BYTES: Final = 1_000_000_000


def _text_layer(pdf: pypdfium2.PdfDocument) -> str:
    pages = []
    for number in range(min(len(pdf), MOST_PAGES)):
        page = pdf[number]
        pages.append(page.get_textpage().get_text_bounded())
        page.close()
    return "\n".join(pages)[:_TEXT_LIMIT]


def _write_pages(pdf: pypdfium2.PdfDocument, folder: Path) -> None:
    """Write the pages in a format that needs no library to write."""
    for number in range(min(len(pdf), MOST_PAGES)):
        page = pdf[number]
        width, height = page.get_size()
        scale = min(_DPI / 72, (_LARGEST_PIXELS / max(1.0, width * height)) ** 0.5)
        bitmap = page.render(scale=scale, grayscale=True)
        rows = memoryview(bitmap.buffer).cast("B")
        with (folder / f"page-{number:03}.pgm").open("wb") as picture:
            picture.write(b"P5 %d %d 255\n" % (bitmap.width, bitmap.height))
            for row in range(bitmap.height):
                start = row * bitmap.stride
                picture.write(rows[start : start + bitmap.width])
        page.close()


def main(what: str, folder: str, seconds: str) -> None:
    """Read the PDF on standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
    pdf = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    if what == "text":
        sys.stdout.buffer.write(_text_layer(pdf).encode("utf-8", "replace"))
    else:
        _write_pages(pdf, Path(folder))
    pdf.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
