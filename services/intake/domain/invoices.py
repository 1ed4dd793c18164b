"""What the text of an invoice says: its number and its total."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.intake.domain.money import Money, amount_at_end, find_money
from services.intake.domain.references import Reference, invoice_numbers

_STRONG_TOTAL = re.compile(
    r"zu zahlen|zahlbetrag|amount due|total due|balance due|rechnungsbetrag|invoice total"
    r"|total amount|grand total|endbetrag|gesamtbetrag|gesamtsumme|bruttobetrag|summe brutto"
    r"|gesamt\s?\(?brutto|total\s\(?(?:incl|gross)",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"\bgesamt\b|\btotal\b|\bsumme\b|\bbetrag\b|\bsum\b|\bbrutto\b|\bgross\b", re.IGNORECASE
)
_NOT_TOTAL = re.compile(
    r"zwischen|sub-?\s?total|netto|\bnet\b|mwst|ust\b|umsatzsteuer|mehrwertsteuer|\bvat\b|\btax\b"
    r"|rabatt|discount|skonto",
    re.IGNORECASE,
)
_WITH_TAX = re.compile(r"\b(?:inkl|incl|einschl|including)\b[^:€]*", re.IGNORECASE)
"""A total that says it includes the tax is a total; the tax alone is none."""


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """An invoice as far as its text tells."""

    number: Reference | None
    total: Money | None
    quote: str


def invoice_facts(text: str) -> InvoiceFacts:
    """Number and total of an invoice.

    The total is the amount beside the strongest word for it; an invoice without such a word is
    worth its largest amount.
    """
    numbers = invoice_numbers(text)
    for cue in (_STRONG_TOTAL, _TOTAL):
        for quote, amounts in _lines_with(cue, text):
            if amounts:
                return InvoiceFacts(numbers[0] if numbers else None, amounts[-1], quote)
    largest = max(find_money(text), key=lambda money: money.amount, default=None)
    quote = text[largest.start : largest.end] if largest else ""
    return InvoiceFacts(numbers[0] if numbers else None, largest, quote)


def _lines_with(cue: re.Pattern[str], text: str) -> Iterator[tuple[str, list[Money]]]:
    """Lines that name a total, last first, with the amounts on them or on the line below."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        if len(line) > 300 or not cue.search(line) or _NOT_TOTAL.search(_WITH_TAX.sub("", line)):
            continue
        amounts = _amounts(line)
        if not amounts and index + 1 < len(lines):
            # A text layer often puts the columns of a table on lines of their own.
            amounts = _amounts(lines[index + 1])
        yield line, amounts


def _amounts(line: str) -> list[Money]:
    found = find_money(line)
    bare = amount_at_end(line)
    return found or ([bare] if bare else [])
