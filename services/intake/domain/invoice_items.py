"""The positions of an invoice: rows of a table that may have lost its lines."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from services.intake.domain.money import amount_at_end, find_money
from services.intake.domain.table_rows import table_rows

_NO_ITEM = re.compile(
    r"summe|gesamt|(?:\b|sub-?\s?)total|betrag|netto|brutto|\bnet\b|\bgross\b|mwst|m\.w\.st|\bust\b|steuer|\bvat\b"
    r"|\btax\b|zu zahlen|due\b|balance|übertrag|carried|anzahlung|deposit|skonto|iban|konto\b|bic\b"
    r"|telefon|\btel\b|datum|\bdate\b|rechnung|invoice|bezahlt|\bpaid\b|\bbar\b|\bec\b|rückgeld|change"
    r"|girocard|visa\b|mastercard|zahlbar|\bsum\b",
    re.IGNORECASE,
)
_POSITION = re.compile(r"^\s*(?:pos\.?\s?)?\d{1,3}[.)]?\s+(?=\D)", re.IGNORECASE)
_COLUMNS = re.compile(
    r"(?:\s+(?:[x×à@*=]|je|\d[\d.,]*\s?(?:€|eur|%|stk|stck|st|stück|std|h|m²|m2|qm|m|km|kg|l|psch|pausch"
    r"|pcs?|x|×|tage?|days?|hours?|hrs?)?\.?|€|eur|stk\.?|stück|std\.?|psch\.?|pauschal))+\s*$",
    re.IGNORECASE,
)
_QUANTITY_BEFORE = re.compile(
    r"^\s*\d{1,4}(?:[.,]\d{1,3})?\s*(?:x|×|stk\.?|stck\.?|stück|st\.|std\.?|pcs?\.?|mal)\s+",
    re.IGNORECASE,
)
_QUANTITY_IN_AMOUNT = re.compile(r"^\d{1,3}\s(?=\d{3}[.,]\d{2}$)")
_LETTERS = re.compile(r"[A-Za-zÄÖÜäöüß]{2}")
_LONGEST_ROW: Final = 200
MOST_ITEMS: Final = 200


@dataclass(frozen=True, slots=True)
class InvoiceItem:
    """One position: what it is for and what it comes to."""

    description: str
    amount: Decimal | None


def invoice_items(lines: Sequence[str], totals: Collection[Decimal]) -> tuple[InvoiceItem, ...]:
    """The positions that an invoice lists.

    In `Scheibe 1 235,00` the 1 may be a quantity or a thousand: what adds up to a total counts.

    Args:
        lines: The invoice's lines that hold anything.
        totals: The totals that the invoice names.
    """
    plain: list[InvoiceItem] = []
    without_quantity: list[InvoiceItem] = []
    for row in table_rows("\n".join(lines)):
        item = _item(row.line)
        if item is not None:
            plain.append(item)
            without_quantity.append(_without_quantity(item, row.line))
        if len(plain) == MOST_ITEMS:
            break
    if _adds_up(without_quantity, totals) and not _adds_up(plain, totals):
        return tuple(without_quantity)
    return tuple(plain)


def _item(line: str) -> InvoiceItem | None:
    if len(line) > _LONGEST_ROW or _NO_ITEM.search(line):
        return None
    found = find_money(line)
    bare = amount_at_end(line)
    amount = found[-1] if found else bare
    if amount is None or line[amount.end :].strip(" *AB.;"):
        return None
    first = found[0].start if found else amount.start
    description = _COLUMNS.sub("", _QUANTITY_BEFORE.sub("", _POSITION.sub("", line[:first])))
    description = " ".join(description.strip(" :;,|*-–").split())
    if not _LETTERS.search(description):
        return None
    return InvoiceItem(description[:200], amount.amount)


def _without_quantity(item: InvoiceItem, line: str) -> InvoiceItem:
    found = find_money(line)
    amount = found[-1] if found else amount_at_end(line)
    if amount is None:
        return item
    figures = re.sub(r"[^\d\s.,]", "", line[amount.start : amount.end]).strip()
    rest = _QUANTITY_IN_AMOUNT.sub("", figures)
    bare = amount_at_end(rest) if rest != figures else None
    return replace(item, amount=bare.amount) if bare else item


def _adds_up(items: Sequence[InvoiceItem], totals: Collection[Decimal]) -> bool:
    return sum((item.amount or Decimal() for item in items), Decimal()) in totals
