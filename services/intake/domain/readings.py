"""From the pages of a document to its words, and to what a person must know about the reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from services.intake.domain.text_layers import is_text

UNREADABLE: Final = "the scan is not readable"
_LEAST_CONFIDENCE: Final = 0.45
"""Below it a reading is guesses: a photograph, handwriting, a page of noise."""
_DOUBT: Final = 0.7
_TEXT_LIMIT: Final = 100_000


@dataclass(frozen=True, slots=True)
class PageReading:
    """How one page was read.

    Attributes:
        by: Its text layer; OCR; nothing, as it is blank, OCR is missing, or a program failed.
        confidence: How sure the reading is, 0 to 1.
        words: How many words OCR found.
    """

    by: Literal["layer", "ocr", "blank", "unread", "lost"]
    text: str = ""
    confidence: float = 1.0
    words: int = 0

    @property
    def failed(self) -> bool:
        """Say whether there is something on the page that could not be read."""
        if self.by == "ocr":
            return not self.words or self.confidence < _LEAST_CONFIDENCE
        return self.by == "lost"


@dataclass(frozen=True, slots=True)
class ScanText:
    """What could be read of a document.

    Attributes:
        text: Its words, pages one after the other.
        problem: Why a person must look at it; None for one that was read well.
        confidence: How sure the reading is, 0 to 1; 1 for a text layer.
        readable: Its words could be read, all in all.
        doubt: Why its words may be wrong or not all of them, wherever they stand; a page that is a
            photograph is none.
        invoice: The XML of an electronic invoice inside it.
    """

    text: str = ""
    problem: str | None = None
    confidence: float = 1.0
    readable: bool = True
    doubt: str | None = None
    invoice: bytes | None = None


def joined(pages: Sequence[PageReading], of: int, *, why_unread: str) -> ScanText:
    """The reading of a document.

    Args:
        pages: Its pages, in order.
        of: How many it has; there may be more than were read.
        why_unread: Why nothing could be tried on pages that were not read.
    """
    good = [page for page in pages if page.text and not page.failed]
    text = "\n".join(page.text for page in good)[:_TEXT_LIMIT]
    confidence = _confidence(good)
    if not is_text(text):
        unread = any(page.by == "unread" for page in pages)
        guesses = "\n".join(page.text for page in pages)[:_TEXT_LIMIT]
        return ScanText(guesses, why_unread if unread else UNREADABLE, confidence, readable=False)
    doubt = _doubt(len(pages), of, confidence)
    return ScanText(text, _unread(pages, why_unread) or doubt, confidence, doubt=doubt)


def _confidence(pages: Sequence[PageReading]) -> float:
    """The mean over all words; a text layer's count as sure."""
    weights = [page.words or len(page.text.split()) for page in pages]
    sure = sum(page.confidence * weight for page, weight in zip(pages, weights, strict=True))
    return round(sure / total, 2) if (total := sum(weights)) else 0.0


def _unread(pages: Sequence[PageReading], why: str) -> str | None:
    """Which pages could not be read, or why nothing was tried on some."""
    failed = [number for number, page in enumerate(pages, 1) if page.failed]
    if failed:
        return f"page {', '.join(map(str, failed[:20]))} could not be read"
    return why if any(page.by == "unread" for page in pages) else None


def _doubt(read: int, of: int, confidence: float) -> str | None:
    if of > read:
        return f"only the first {read} of {of} pages were read"
    if confidence < _DOUBT:
        return f"the scan is hard to read: only {confidence:.0%} sure"
    return None
