"""A PDF or a picture file, opened: its pages' text, how they look, and some of them as a new file.

Runs inside the page program only, in a process that holds one document.
"""

import io
from collections.abc import Sequence
from typing import Final

import pypdfium2
import pypdfium2.raw
from PIL import Image

from services.intake.adapters import page_pictures
from services.intake.adapters.embedded_invoice import embedded_invoice

_DPI: Final = 300
_LARGEST_PIXELS: Final = 40_000_000
_OBJECT_DEPTH: Final = 4
_MOST_OBJECTS: Final = 2_000
"""So many objects of a page are searched for pictures."""


class UnreadableError(Exception):
    """The file is damaged, protected, or no document."""


class OpenedPdf:
    """A PDF, read by pdfium as viewers read it."""

    def __init__(self, data: bytes) -> None:
        try:
            self._pdf = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            raise UnreadableError from error

    def __len__(self) -> int:
        return len(self._pdf)

    def text(self, number: int) -> tuple[str, float]:
        """A page's text layer, and the share of the page that pictures cover."""
        page = self._page(number)
        try:
            text = page.get_textpage().get_text_bounded()
            return text.replace("\x00", ""), _pictured(page)
        finally:
            page.close()

    def picture(self, number: int) -> Image.Image:
        """A page as it looks, grey."""
        page = self._page(number)
        try:
            width, height = page.get_size()
            scale = min(_DPI / 72, (_LARGEST_PIXELS / max(1.0, width * height)) ** 0.5)
            drawn: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
            return drawn.convert("L")
        finally:
            page.close()

    def part(self, numbers: Sequence[int]) -> bytes:
        """Some pages as a PDF of their own."""
        made = pypdfium2.PdfDocument.new()
        made.import_pages(self._pdf, list(numbers))
        target = io.BytesIO()
        made.save(target)
        return target.getvalue()

    def invoice(self) -> bytes | None:
        """The XML of an electronic invoice that it carries."""
        return embedded_invoice(self._pdf)

    def _page(self, number: int) -> pypdfium2.PdfPage:
        try:
            return self._pdf[number]
        except pypdfium2.PdfiumError as error:
            raise UnreadableError from error


def _pictured(page: pypdfium2.PdfPage) -> float:
    width, height = page.get_size()
    covered = 0.0
    objects = page.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=_OBJECT_DEPTH)
    for _, drawn in zip(range(_MOST_OBJECTS), objects, strict=False):
        left, bottom, right, top = drawn.get_bounds()
        covered += max(0.0, right - left) * max(0.0, top - bottom)
    return float(covered / max(1.0, width * height))


class OpenedPictures:
    """A picture file; a TIFF may have many pages."""

    def __init__(self, data: bytes) -> None:
        try:
            self._file = page_pictures.opened(data)
        except (OSError, ValueError, SyntaxError) as error:
            raise UnreadableError from error

    def __len__(self) -> int:
        return page_pictures.count(self._file)

    def text(self, number: int) -> tuple[str, float]:
        """No text, and all picture."""
        del number
        return "", 1.0

    def picture(self, number: int) -> Image.Image:
        """A page, grey."""
        try:
            return page_pictures.grey(page_pictures.frame(self._file, number))
        except (OSError, ValueError, SyntaxError) as error:
            raise UnreadableError from error

    def part(self, numbers: Sequence[int]) -> bytes:
        """Some pages as a TIFF of their own, without loss."""
        target = io.BytesIO()
        first, *others = [page_pictures.frame(self._file, number).copy() for number in numbers]
        compression = "group4" if first.mode == "1" else "tiff_lzw"
        first.save(target, "TIFF", save_all=True, append_images=others, compression=compression)
        return target.getvalue()

    def invoice(self) -> None:
        """None: a picture carries no file."""
