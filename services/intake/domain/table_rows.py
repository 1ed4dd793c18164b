"""Tables that lost their lines: a letter read by OCR, a PDF's text layer, a mail's plain part."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from services.intake.domain.money import amount_at_end, find_money

_LETTERS = re.compile(r"[A-Za-zÄÖÜäöüß]{2}")
_SENTENCE = re.compile(r"[.!?]\s+[A-ZÄÖÜ]|[!?]$")
_LONGEST_CELL: Final = 80


@dataclass(frozen=True, slots=True)
class TableRow:
    """A line of a text; `in_table` if its neighbours end with an amount as it does."""

    line: str
    in_table: bool


def table_rows(text: str) -> list[TableRow]:
    """The lines of a text, with cells put back beside each other and tables recognised."""
    lines = _cells_joined(text.split("\n"))
    filled = [index for index, line in enumerate(lines) if line.strip()]
    like_a_row = {index for index in filled if _ends_with_amount(lines[index])}
    in_table = set()
    for one, next_one in pairwise(filled):
        if one in like_a_row and next_one in like_a_row:
            in_table |= {one, next_one}
    return [TableRow(line, index in in_table) for index, line in enumerate(lines)]


def _cells_joined(lines: Sequence[str]) -> list[str]:
    """Amounts on lines of their own go to the descriptions before them, in order.

    A text layer gives a table row by row or column by column: one description and its amount, or
    several descriptions and then as many amounts.
    """
    joined: list[str] = []
    index = 0
    while index < len(lines):
        amounts, end = _run_of_amounts(lines, index)
        places = _descriptions_before(joined, len(amounts)) if amounts else []
        if places:
            for place, amount in zip(places, amounts, strict=True):
                joined[place] = f"{joined[place].rstrip()}  {amount}"
            index = end
        else:
            # What stands behind an amount that found no description finds none either.
            following = max(end, index + 1)
            joined += lines[index:following]
            index = following
    return joined


def _run_of_amounts(lines: Sequence[str], index: int) -> tuple[list[str], int]:
    """Lines from here on that are nothing but an amount, and where they end."""
    amounts: list[str] = []
    end = index
    while index < len(lines):
        line = lines[index].strip()
        if line and not _is_amount(line):
            break
        index += 1
        if line:
            amounts.append(line)
            end = index
        elif not amounts:
            break
    return amounts, end


def _descriptions_before(lines: Sequence[str], count: int) -> list[int]:
    """The places of as many descriptions without an amount, directly before; else none."""
    places: list[int] = []
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index].strip()
        if not line:
            continue
        if len(places) == count or not _is_cell(line):
            break
        places.insert(0, index)
    return places if len(places) == count else []


def _is_amount(line: str) -> bool:
    if len(line) > 30:
        return False
    found = find_money(line)
    bare = amount_at_end(line)
    if found:
        return len(found) == 1 and not line[: found[0].start].strip() and found[0].end == len(line)
    return bare is not None and bare.start == 0


def _is_cell(line: str) -> bool:
    if len(line) > _LONGEST_CELL or not _LETTERS.search(line) or _SENTENCE.search(line):
        return False
    return not find_money(line) and amount_at_end(line) is None


def _ends_with_amount(line: str) -> bool:
    line = line.strip()
    if len(line) > 2 * _LONGEST_CELL:
        return False
    found = find_money(line)
    amount = found[-1] if found else amount_at_end(line)
    if amount is None or len(found) > 1 or amount.end < len(line.rstrip(" .;")):
        return False
    before = line[: amount.start]
    return (
        len(before) <= _LONGEST_CELL
        and bool(_LETTERS.search(before))
        and not _SENTENCE.search(before)
    )
