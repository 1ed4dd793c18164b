"""Amounts in sentences, each with the words around it."""

import re
from dataclasses import dataclass
from typing import Final

from services.intake.domain.money import Money, find_money

_CLAUSE = re.compile(
    r"(?<!\d)(?<!\bca)(?<!\bNr)[.!?;]\s|\n|(?<=[\w)€])[,:]\s|\s(?:und|and|sowie|plus)\s"
)
_SENTENCE = re.compile(r"(?<!\d)(?<!\bca)(?<!\bNr)[.!?;]\s|\n|(?<=[\w)€]),\s|\s(?:und|and|sowie)\s")
_PRODUCT_FOLLOWS = re.compile(r"\s*=\s*\D{0,5}\d")
_PRODUCT = re.compile(r"\d{1,3}\s?[x×]\s?\D{0,4}[\d.,]+\s?\D{0,5}=\s*$", re.IGNORECASE)


_TRAILING = re.compile(
    r"[\s(]+(?:für|zu|kostet|costs?|je|à|ca\.?|circa|about|von|over|über|worth|x)\s*$",
    re.IGNORECASE,
)
_FOR = re.compile(r"^\W{0,3}(?:für|fuer|for)\s+(.{2,100})", re.IGNORECASE | re.DOTALL)
_RESULT = re.compile(r"=\s*\D{0,5}$")
_NEW_SENTENCE = re.compile(r"(?<!\d)(?<!\bca)(?<!\bNr)[.!?]\s|;\s|\n")
_MOST: Final = 300
"""More amounts than a claim can have lines."""
_WIDEST_SUM: Final = 60
_TAX_NAME = r"(?:mwst|m\.w\.st|ust|umsatzsteuer|mehrwertsteuer|vat|tax)\b"
_TAX_BEFORE = re.compile(
    rf"(?:{_TAX_NAME}\.?\s?(?:\(?\d{{1,2}}(?:[.,]\d)?\s?%\)?)?\s?(?:von|of|in höhe von|:)?"
    r"|(?:inkl|incl)(?:\.|usive)?|darin(?: enthalten)?|enthaltene[rn]?)\s*\(?$",
    re.IGNORECASE,
)
_TAX_AFTER = re.compile(rf"\s?\(?(?:\d{{1,2}}\s?%\s)?{_TAX_NAME}", re.IGNORECASE)
_COUNTS: Final = {
    word: number
    for number, words in enumerate(
        (("zwei", "two"), ("drei", "three"), ("vier", "four"), ("fünf", "five"), ("sechs", "six")),
        start=2,
    )
    for word in words
}
_COUNTED = re.compile(
    rf"\b(\d{{1,2}}|{'|'.join(_COUNTS)})\s?(?:x|×|mal|stück|stk\.?)?\s(?:[\w-]+\s){{1,3}}"
    r"(?:at|à|a|je|zu je|for|für je|\()?\s*$",
    re.IGNORECASE,
)
_APIECE = re.compile(r"\s?\(?(?:each|apiece|a piece|pro stück|je stück|das stück)\b", re.IGNORECASE)
_PER_PIECE = re.compile(r"\b(?:je|à)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """One claimed expense as it stands in the text; `named` if the text says what it is for."""

    description: str
    amount: Money
    quote: str
    confidence: float
    named: bool = True


def mentions(told: str) -> list[Item]:
    """Every amount in sentences, with the clause around it; taxes and the parts of a sum are none.

    "310 EUR plus 19 % VAT = 368,90 EUR" names one amount.
    """
    found: list[Item] = []
    for amount in find_money(told)[:_MOST]:
        if _PRODUCT_FOLLOWS.match(told, amount.end) or _is_tax(told, amount):
            continue
        begin = max(0, amount.start - 160)
        if _RESULT.search(told[begin : amount.start]):
            while found and _is_summand(told, found[-1].amount.end, amount.start):
                found.pop()
        breaks = [m.end() for m in _CLAUSE.finditer(told, begin, amount.start)]
        start = breaks[-1] if breaks else begin
        after = _CLAUSE.search(told, amount.end, min(len(told), amount.end + 100))
        end = after.start() if after else min(len(told), amount.end + 100)
        said = [m.end() for m in _SENTENCE.finditer(told, begin, amount.start)]
        quote = " ".join(told[said[-1] if said else begin : end].split())
        purpose = _FOR.match(told[amount.end : end])
        description = description_of(purpose[1] if purpose else told[start : amount.start])
        total = _each(told[start : amount.start], told[amount.end : end], amount)
        found.append(Item(description, total, quote, 0.75, named=bool(purpose)))
    return found


def _is_summand(told: str, end: int, start: int) -> bool:
    """Say whether an amount that ends there is a part of the sum that begins later."""
    return start - end <= _WIDEST_SUM and not _NEW_SENTENCE.search(told, end, start)


def _is_tax(told: str, amount: Money) -> bool:
    before, after = told[max(0, amount.start - 40) : amount.start], told[amount.end :][:40]
    return bool(_TAX_BEFORE.search(before) and not _RESULT.search(before)) or bool(
        _TAX_AFTER.match(after)
    )


def _each(before: str, after: str, amount: Money) -> Money:
    """`2 bicycles at EUR 600 each` are EUR 1,200."""
    match = _COUNTED.search(before)
    if match is None or not (_APIECE.match(after) or _PER_PIECE.search(before)):
        return amount
    count = _COUNTS.get(match[1].lower()) or int(match[1])
    return Money(amount.amount * count, amount.currency, amount.start, amount.end)


def description_of(words: str) -> str:
    """What stands before an amount, without the signs and words that only lead to it."""
    words = _PRODUCT.sub("", words)
    words = re.sub(r"[\s:=|→.…,–—-]+$", "", words)
    words = _TRAILING.sub("", words)
    return " ".join(words.strip(" :;,|*([").split())[:200]
