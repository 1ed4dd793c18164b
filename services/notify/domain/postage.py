"""How many sheets a letter has, what it weighs, and which postage it needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Postage:
    """One class of letters, as the post sells it.

    Attributes:
        code: What the manifest calls it.
        grams: Up to this weight, envelope included.
        sheets: Up to so many A4 sheets, or the envelope does not close.
        envelope_grams: What its envelope weighs.
    """

    code: str
    grams: Decimal
    sheets: int
    envelope_grams: Decimal


@dataclass(frozen=True, slots=True)
class PostageTable:
    """The classes from a day on, lightest first, and what a sheet weighs."""

    valid_from: date
    sheet_grams: Decimal
    classes: tuple[Postage, ...]


class TooHeavy(ValueError):
    """No class of postage takes a letter of so many sheets; a person must look."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a letter is to the post."""

    sheets: int
    grams: Decimal
    postage: str


def sheets_of(pages: int, *, duplex: bool) -> int:
    """Sheets of paper that so many pages need."""
    return (pages + 1) // 2 if duplex else pages


def weigh(
    sheets: int, tables: Sequence[PostageTable], on: date, *, enclosed_grams: Decimal = Decimal(0)
) -> Weighed:
    """Weight and class of a letter.

    Args:
        sheets: Its sheets of paper.
        tables: All versions of the post's classes; the one valid on the day counts.
        on: The day of posting.
        enclosed_grams: What the provider's own enclosures weigh.

    Raises:
        TooHeavy: No class takes it.
    """
    valid = [table for table in tables if table.valid_from <= on]
    if valid:
        table = max(valid, key=lambda each: each.valid_from)
        for postage in table.classes:
            grams = sheets * table.sheet_grams + postage.envelope_grams + enclosed_grams
            if sheets <= postage.sheets and grams <= postage.grams:
                return Weighed(sheets, grams, postage.code)
    message = f"no class of postage takes {sheets} sheets"
    raise TooHeavy(message)
