"""The expenses that a text claims: a list of items, a total, or one amount in a sentence."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from services.intake.domain.mentions import Item, description_of, mentions
from services.intake.domain.money import Money, amount_at_end, find_money
from services.intake.domain.settled import own_things, settled, unexplained
from services.intake.domain.table_rows import TableRow, table_rows

_BULLET = re.compile(
    r"^\s*(?:[-–—*•·+]|\(?\d{1,2}[.)](?!\d)|[a-h]\)|(?:pos(?:ition)?|item)\.?\s?\d{1,2}[.:]?)\s+",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"(?:\s*[:=|→]\s*|\s+[-–—]+\s*|\t+|\s{2,}|\s?\.{3,}\s?|\s*…\s*|\s*,|\s*\($)\s*$"
)
_TOTAL = re.compile(
    r"\b(?:gesamt(?:summe|betrag|schaden|kosten|forderung|preis|wert|höhe)?|insgesamt|summe"
    r"|schaden(?:s)?(?:höhe|summe|betrag)|zusammen|total(?:betrag)?|sum|altogether|in all|overall"
    r"|macht|grand total|claim amount|amount claimed|total (?:amount|loss|cost|damage)"
    r"|forderung(?:shöhe)?|erstattungsbetrag|schaden\w* (?:beträgt|beläuft|liegt))\b"
    # alone on its line: a single thing may have its gross price, too
    r"|^(?:(?:(?:rechnungs|zahl(?:ungs)?|end)betrag|(?:rechnungs|end)summe)(?:\W{1,3}brutto)?"
    r"|brutto(?:betrag|summe)?|gross(?: amount)?|(?:amount|balance) (?:due|payable))\W*$",
    re.IGNORECASE,
)
_PART_OF_TOTAL = re.compile(
    r"zwischensumme|subtotal|sub-total|netto|\bnet\b|mwst|m\.?w\.?st|ust\b|umsatzsteuer"
    r"|mehrwertsteuer|\bvat\b|\btax\b|steuer",
    re.IGNORECASE,
)
_NO_EXPENSE = re.compile(
    r"selbstbe(?:halt|teiligung)|deductible|\bexcess\b|versicherungssumme|sum insured|deckungssumme"
    r"|prämie|premium|anzahlung|vorauszahlung|abschlag|already (?:paid|received)",
    re.IGNORECASE,
)
_NOT_CLAIMED = re.compile(
    r"selbstbe(?:halt|teiligung)|deductible|\bexcess\b|versicherungssumme|sum insured|deckungssumme"
    r"|beitrag\b|prämie|premium|\blimit\b|höchst(?:grenze|betrag)|monatlich|per month|miete\b"
    r"|\brent\b"
    r"|einkommen|income|\brente\b|gehalt|salary|bereits (?:erhalten|überwiesen|bezahlt)"
    r"|already (?:paid|received)|anzahlung|vorauszahlung|abschlag",
    re.IGNORECASE,
)
_PRICE_THEN = re.compile(
    r"neupreis|kaufpreis|neuwert|anschaffung|gekauft|gekostet|bought|purchased?|new price"
    r"|original(?:ly)? (?:price|cost)",
    re.IGNORECASE,
)
_LABEL_ONLY = re.compile(
    r"^(?:betrag|kosten|preis|wert|höhe|rechnungsbetrag|endbetrag|zu zahlen|amount|cost|costs|price"
    r"|value|schaden|damage|loss|claim|reparatur(?:kosten)?|repair(?: costs?)?|rechnung|invoice"
    r"|invoice amount|eur|euro|ca\.?|about)\W*$",
    re.IGNORECASE,
)
_ITS_PRICE = re.compile(r"^(?:kosten|preis|wert|costs?|price|value)\W*$", re.IGNORECASE)
"""A label of the thing that was lost, in a list with its accessories."""
_REPAIR = re.compile(r"repar|repair", re.IGNORECASE)
_MULTIPLE = re.compile(
    r"\b(\d{1,3})\s?(?:x|×|mal|stück|stk\.?|pcs?\.?)\s*(?:\w+\s+){0,3}(?:à|a|je|zu|at|@|each)?\s*$",
    re.IGNORECASE,
)
_EACH = re.compile(r"(?:x|×|mal|je|à|at|@|each)\s*$", re.IGNORECASE)
_AFTER_ITEM = re.compile(
    r"\W*(?:inkl|incl|brutto|laut|gem|lt\.|rechnung|invoice|beleg|receipt|siehe|see|ca\b|netto"
    r"|pro stück|each|gestohlen|stolen|beschädigt|damaged)",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[A-Za-zÄÖÜäöüß]{2}")
_NO_ITEM = re.compile(
    r"iban|bic\b|telefon|\btel\b|phone|fax|versicherungsnummer|policy number|kundennummer|datum"
    r"|\bdate\b|uhr\b|plz",
    re.IGNORECASE,
)
_SENTENCE_ENDS = re.compile(r"[.!?;]\s|\n")
_LONGEST_ITEM: Final = 160


@dataclass(frozen=True, slots=True)
class Expenses:
    """What a text claims.

    Attributes:
        items: The expenses; empty when the text names no amount.
        total: The total that the text itself states.
        other_total: Another one that does not fit to it.
        unread: Amounts that the text names and of which nothing says what they are.
        prose: The text without its item lines: what is told about the loss.
    """

    items: tuple[Item, ...] = ()
    total: Item | None = None
    prose: str = ""
    other_total: Item | None = None
    unread: tuple[Item, ...] = ()


def claimed_expenses(text: str) -> Expenses:
    """The expenses that a text claims.

    A list of items counts first. Without one, the amounts in sentences count: the stated total
    alone, or several that add up to it. A deductible, a premium or the price paid years ago is
    no expense.
    """
    items: list[Item] = []
    totals: list[Item] = []
    parts: set[Decimal] = set()
    prose: list[str] = []
    for row in table_rows(text):
        item = _item_line(row) if len(row.line) <= _LONGEST_ITEM else None
        if item is None:
            prose.append(row.line)
        elif _PART_OF_TOTAL.search(item.description) or _NO_EXPENSE.search(item.description):
            parts.add(item.amount.amount)
        elif _TOTAL.search(item.description) or _LABEL_ONLY.match(item.description):
            totals.append(item)
        else:
            items.append(item)
    told = "\n".join(prose)
    if items:
        said = [m for m in mentions(told) if not _is_explained(m)]
        items = settled(_prices(totals, items) + items, said)
        listed = sum((item.amount.amount for item in items), Decimal())
        total, other = _stated_total(totals, told, listed, parts)
        taken = {item.amount.amount for item in (*items, *totals)} | parts | {listed}
        return Expenses(tuple(items), total, told, other, unexplained(said, taken))
    return _from_prose(told, totals)


def _prices(totals: list[Item], items: list[Item]) -> list[Item]:
    """What stands in a list as "price" is the thing that the text is about.

    It is none of the expenses if it is their sum, or if the thing was repaired.
    """
    if any(_REPAIR.search(item.description) for item in items):
        return []
    listed = sum((item.amount.amount for item in items), Decimal())
    priced = [item for item in totals if _ITS_PRICE.match(item.description)]
    return [replace(item, description="") for item in priced if item.amount.amount != listed]


def _stated_total(
    totals: list[Item], told: str, listed: Decimal, parts: Collection[Decimal]
) -> tuple[Item | None, Item | None]:
    """The total beside a list, and another one that nothing in the list explains.

    Totals may differ by a tax or a deductible that the list names; then the last one counts.
    """
    named = [item for item in totals if _TOTAL.search(item.description)]
    named = named or [item for item in mentions(told) if _TOTAL.search(item.quote)]
    if not named:
        return None, None
    fitting = [item for item in named if item.amount.amount == listed]
    total = named[-1] if parts or not fitting else fitting[-1]
    explained = {Decimal(), *parts}
    others = [
        item for item in named if abs(item.amount.amount - total.amount.amount) not in explained
    ]
    return total, others[0] if others else None


def _item_line(row: TableRow) -> Item | None:
    """An item: a description and an amount at the end, or an amount and what it is for."""
    stripped = row.line.strip()
    bullet = _BULLET.match(stripped)
    body = stripped[bullet.end() :] if bullet else stripped
    amounts = find_money(body)
    amount = amounts[-1] if amounts else amount_at_end(body)
    if amount is None or _NO_ITEM.search(body[: amount.start]):
        return None
    before, after = body[: amount.start], body[amount.end :].strip(" .;,)")
    separated = row.in_table or _SEPARATOR.search(before)
    description = description_of(before)
    if not _LETTERS.search(description):
        # "450,00 EUR für das Fahrrad", "450 EUR - bicycle"
        description = description_of(re.sub(r"^(?:[-–—:]|für|for|fuer)\s+", "", after))
        if not (bullet and _LETTERS.search(description)):
            return None
    elif not _is_item(before, after, bulleted=bool(bullet), separated=bool(separated)) or (
        len(amounts) > 1 and not bullet
    ):
        return None
    if amounts:
        amount = _multiplied(before, amount, len(amounts))
    return Item(description, amount, stripped, 0.95 if bullet or separated else 0.8)


def _is_item(before: str, after: str, *, bulleted: bool, separated: bool) -> bool:
    """Say whether a line is an item of a list, and not a sentence that names an amount."""
    if not bulleted:
        return separated and len(before) <= 90 and (not after or bool(_AFTER_ITEM.match(after)))
    return separated or (len(before) <= 70 and len(after) <= 60)


def _multiplied(before: str, amount: Money, mentions: int) -> Money:
    """`2 x 50 EUR` is 100 EUR, unless the line gives the product itself."""
    match = _MULTIPLE.search(before)
    if match is None or mentions > 1 or not _EACH.search(before):
        return amount
    return Money(amount.amount * Decimal(match[1]), amount.currency, amount.start, amount.end)


def _from_prose(told: str, totals: list[Item]) -> Expenses:
    said = settled([m for m in mentions(told) if not _NOT_CLAIMED.search(m.quote)])
    named = [m for m in said if _TOTAL.search(m.quote)]
    total = next(
        iter([t for t in totals if _TOTAL.search(t.description)] or named[-1:] or totals), None
    )
    parts = [m for m in said if m is not total and m not in named]
    if total is not None:
        if len(parts) > 1 and sum(part.amount.amount for part in parts) == total.amount.amount:
            return Expenses(tuple(parts), total, told)
        # Other amounts tell about the loss (what it cost when new); the total is what is claimed.
        taken = {item.amount.amount for item in (total, *named, *totals)}
        left = unexplained([part for part in parts if not _is_explained(part)], taken)
        return Expenses((_named_by_prose(total),), total, told, unread=left)
    then = [part for part in parts if _PRICE_THEN.search(part.quote)]
    now = own_things([part for part in parts if part not in then], then, told) or then[:1]
    unique = _without_repeats(now, told)
    if len(unique) > 1:
        *rest, last = unique
        largest = max(unique, key=lambda part: part.amount.amount)
        others = sum((p.amount.amount for p in unique if p is not largest), Decimal())
        if len(unique) > 2 and others == largest.amount.amount:
            return Expenses(tuple(p for p in unique if p is not largest), largest, told)
        return Expenses((*rest, last), None, told)
    left = (
        () if len(then) < len(parts) else unexplained(then, {now[0].amount.amount} if now else ())
    )
    return Expenses(tuple(_lone(part) for part in unique), None, told, unread=left)


def _is_explained(item: Item) -> bool:
    """Say whether the words beside an amount tell that it is no expense, or a total."""
    return any(
        words.search(item.quote) for words in (_NOT_CLAIMED, _PRICE_THEN, _TOTAL, _PART_OF_TOTAL)
    )


def _without_repeats(parts: list[Item], told: str) -> list[Item]:
    """Amounts that are told once; the same one again in another sentence is the same expense."""
    kept: list[Item] = []
    for part in parts:
        same = [each for each in kept if each.amount.amount == part.amount.amount]
        if not same or not _SENTENCE_ENDS.search(told[same[-1].amount.end : part.amount.start]):
            kept.append(part)
    return kept


def _named_by_prose(item: Item) -> Item:
    """A lone amount is described by the sentence around it, a label says nothing."""
    if not _LABEL_ONLY.match(item.description) and not _TOTAL.search(item.description):
        return item
    return replace(item, description="")


def _lone(item: Item) -> Item:
    """One amount in a sentence: what it is for, if the sentence says so, or else no description.

    What stands before an amount in a sentence is rarely a name: "it cost", "I paid".
    """
    return item if item.named else replace(item, description="")
