"""Several letters in one scan: where one ends and the next begins, and which case it answers.

A sheet with the separator's barcode stands between two letters and belongs to neither. A page with
the barcode of a case is the first page of an answer to one of our letters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared.ids import find_case_ids

SEPARATOR: Final = "CLAIMSDESK-SEPARATOR"
_SEPARATORS: Final = frozenset({SEPARATOR, "PATCHT"})
"""Ours, and what scan stations print on theirs."""


@dataclass(frozen=True, slots=True)
class PageMarks:
    """What tells one letter from the next.

    Attributes:
        codes: What the page's barcodes say.
        blank: There is nothing on it.
    """

    codes: tuple[str, ...] = ()
    blank: bool = False

    @property
    def separates(self) -> bool:
        """Say whether it is a separator sheet."""
        return any(code.strip().upper() in _SEPARATORS for code in self.codes)

    @property
    def case_id(self) -> str | None:
        """The case that a barcode of the page names; None if none or several."""
        named = {case_id for code in self.codes for case_id in find_case_ids(code)}
        return named.pop() if len(named) == 1 else None


@dataclass(frozen=True, slots=True)
class LetterPart:
    """One letter of a scan.

    Attributes:
        pages: Their numbers, from 0.
        case_id: The case that its barcode names; whether it may is for the sender check.
    """

    pages: tuple[int, ...]
    case_id: str | None = None


def split_letters(pages: Sequence[PageMarks]) -> tuple[LetterPart, ...]:
    """The letters of a scan, in order; a scan without any mark is one letter.

    Blank pages at the end of a letter go: they are the backs of its last sheet and of separators.
    A scan of nothing but blank pages is one letter, for a person to look at.
    """
    letters: list[LetterPart] = []
    current: list[int] = []
    case_id: str | None = None

    def finish() -> None:
        while current and pages[current[-1]].blank:
            current.pop()
        if current:
            letters.append(LetterPart(tuple(current), case_id))
        current.clear()

    for number, page in enumerate(pages):
        if page.separates:
            finish()
            case_id = None
        elif page.case_id is not None and page.case_id != case_id:
            finish()
            case_id = page.case_id
            current.append(number)
        elif current or not page.blank:
            current.append(number)
    finish()
    return tuple(letters) or (LetterPart(tuple(range(len(pages)))),)
