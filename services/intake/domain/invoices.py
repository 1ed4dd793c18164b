"""What an invoice says: read from its words here; an electronic one's XML says it exactly."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from services.intake.domain.dates import find_dates
from services.intake.domain.invoice_items import InvoiceItem, invoice_items
from services.intake.domain.money import Money, amount_at_end, find_money
from services.intake.domain.references import ibans, invoice_numbers

_STRONG_TOTAL = re.compile(
    r"zu zahlen|zahlbetrag|amount due|total due|balance due|rechnungsbetrag|invoice total"
    r"|total amount|grand total|endbetrag|gesamtbetrag|gesamtsumme|bruttobetrag|summe brutto"
    r"|gesamt\s?\(?brutto|total\s\(?(?:incl|gross)",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"\bgesamt\b|\btotal\b|\bsumme\b|\bbetrag\b|\bsum\b|\bbrutto\b|\bgross\b", re.IGNORECASE
)
_TAX = re.compile(
    r"mwst|m\.w\.st|\bust\b|u?\.?st\.?\s\d|umsatzsteuer|mehrwertsteuer|\bvat\b|\btax\b",
    re.IGNORECASE,
)
_NET = re.compile(r"netto|\bnet\b|sub-?\s?total|zwischensumme", re.IGNORECASE)
_NOT_TOTAL = re.compile(
    rf"zwischen|{_NET.pattern}|{_TAX.pattern}|ust\b|rabatt|discount|skonto", re.IGNORECASE
)
_WITH_TAX = re.compile(r"\b(?:inkl|incl|einschl|including)\b[^:€]*", re.IGNORECASE)
"""A total that says it includes the tax is a total; the tax alone is none."""
_DATE_LABEL = re.compile(
    r"(?:rechnungs?-?\s?datum|datum|invoice date|date of invoice|\bdate|dated|ausgestellt am"
    r"|issued(?: on)?|rechnung(?:\s\S{1,30}){0,3}\svom|invoice(?:\s\S{1,30}){0,3}\sof)\W*$",
    re.IGNORECASE,
)
_OTHER_DATE = re.compile(
    r"(?:liefer|leistung|fällig|due|zahlbar|bestell|delivery|order|payment|zahlung)\w*[-\s]?"
    r"(?:datum|date|bis|am|by|until)?\W*$",
    re.IGNORECASE,
)
_FIRM = re.compile(
    r"\b(?:gmbh|ag|kg|ohg|gbr|ug|e\.\s?k\.|e\.\s?kfr\.|ltd|limited|inc|llc|plc|llp|s\.?a\.?r\.?l"
    r"|b\.v\.|co\. kg|& co|meisterbetrieb|inh\.)(?!\w)",
    re.IGNORECASE,
)
_FIRM_ENDS = re.compile(r"\s*[,|•·–]\s|\s{3,}")
_LINES_OF_HEAD: Final = 12
_LONGEST_LINE: Final = 300
_ROUNDING: Final = Decimal("0.02")
"""Some programs round each line's tax for itself."""


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """What an invoice says, as far as it does.

    Attributes:
        number: The invoice's number.
        issued_on: Its date.
        seller: Who wrote it.
        currency: ISO 4217.
        items: What it lists.
        net: Total without tax.
        tax: The tax.
        total: What has to be paid, with tax.
        iban: The seller's account.
        quote: The words that the total was read from.
        credit: It is a credit note.
        exact: It was read from the XML of an electronic invoice.
        sure: How sure the total is.
        doubt: Why the amounts of an electronic invoice can't be right.
    """

    number: str | None = None
    issued_on: date | None = None
    seller: str = ""
    currency: str = "EUR"
    items: tuple[InvoiceItem, ...] = ()
    net: Decimal | None = None
    tax: Decimal | None = None
    total: Decimal | None = None
    iban: str | None = None
    quote: str = ""
    credit: bool = False
    exact: bool = False
    sure: float = 0.9
    doubt: str = ""


def doubt_about(
    total: Decimal | None, net: Decimal | None, tax: Decimal | None, *, readable: bool
) -> str:
    """Why the amounts of an electronic invoice can't be right; empty if they can.

    Args:
        total: With tax (BT-112), or the amount due where that is missing.
        net: Without tax (BT-109).
        tax: The tax (BT-110). EN 16931, BR-CO-15: the total is both together.
        readable: Whatever of these is stated is an amount.
    """
    if total is None or not readable:
        return "a total of an electronic invoice is missing or is no amount"
    if net is not None and tax is not None and abs(total - net - tax) > _ROUNDING:
        return "the total of an electronic invoice is not its net amount and tax together"
    return ""


def invoice_facts(text: str, today: date) -> InvoiceFacts:
    """What the words of an invoice say.

    The total is the amount beside the strongest word for it; an invoice without such a word is
    worth its largest amount.

    Args:
        text: The invoice's words.
        today: Day of receipt, for a date without a year.
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    numbers = invoice_numbers(text)
    accounts = [account for account in ibans(text) if not account.doubt]
    total, quote = _total(lines, text)
    net, tax = _beside(_NET, lines), _beside(_TAX, lines)
    items = invoice_items(lines, {amount for amount in (total and total.amount, net) if amount})
    listed = sum((item.amount for item in items if item.amount is not None), Decimal())
    adds_up = total is not None and listed in {total.amount, net}
    return InvoiceFacts(
        number=numbers[0].value if numbers else None,
        issued_on=_issued_on(text, today),
        seller=_seller(lines),
        currency=total.currency if total else "EUR",
        items=items,
        net=net,
        tax=tax,
        total=total.amount if total else None,
        iban=accounts[0].value if accounts else None,
        quote=quote,
        sure=0.95 if adds_up else 0.9,
    )


def words_of(facts: InvoiceFacts) -> str:
    """An electronic invoice in words, as people and the search for references read it."""
    date_and_number = f"Rechnung Nr. {facts.number or '-'} vom {facts.issued_on or '-'}"
    items = [f"{item.description}: {item.amount} {facts.currency}" for item in facts.items]
    return "\n".join([date_and_number, facts.seller, *items, f"Gesamtbetrag: {facts.quote}"])


def completed(exact: InvoiceFacts, words: InvoiceFacts) -> InvoiceFacts:
    """What the XML says, and from the words of the same file what the XML's profile leaves out."""
    return replace(
        exact,
        seller=exact.seller or words.seller,
        items=exact.items or words.items,
        iban=exact.iban or words.iban,
    )


def each_once(invoices: Sequence[InvoiceFacts]) -> list[InvoiceFacts]:
    """Invoices without repeats: one may come as a PDF and as XML, which counts then."""
    kept: list[InvoiceFacts] = []
    for invoice in sorted(invoices, key=lambda each: not each.exact):
        same = [other for other in kept if _same(invoice, other)]
        if not same:
            kept.append(invoice)
    return sorted(kept, key=list(invoices).index)


def _same(one: InvoiceFacts, other: InvoiceFacts) -> bool:
    if one.number and other.number:
        return _plain(one.number) == _plain(other.number)
    return one.exact != other.exact and one.total is not None and one.total == other.total


def _plain(number: str) -> str:
    return re.sub(r"\W", "", number).lower()


def _total(lines: Sequence[str], text: str) -> tuple[Money | None, str]:
    for cue in (_STRONG_TOTAL, _TOTAL):
        for quote, amounts in _lines_with(cue, lines, _NOT_TOTAL):
            if amounts:
                return amounts[-1], quote
    largest = max(find_money(text), key=lambda money: money.amount, default=None)
    return largest, text[largest.start : largest.end] if largest else ""


def _beside(cue: re.Pattern[str], lines: Sequence[str]) -> Decimal | None:
    """The amount beside a word; the last one, and none of a total that only includes the tax."""
    for line, amounts in _lines_with(cue, lines, None):
        if amounts and cue.search(_WITH_TAX.sub("", line)):
            return amounts[-1].amount
    return None


def _lines_with(
    cue: re.Pattern[str], lines: Sequence[str], but_not: re.Pattern[str] | None
) -> Iterator[tuple[str, list[Money]]]:
    """Lines with a word, last first, with the amounts on them or on the line below."""
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        if len(line) > _LONGEST_LINE or not cue.search(line):
            continue
        if but_not is not None and but_not.search(_WITH_TAX.sub("", line)):
            continue
        amounts = _amounts(line)
        if not amounts and index + 1 < len(lines):
            # A text layer often puts the columns of a table on lines of their own.
            amounts = _amounts(lines[index + 1])
        yield line, amounts


def _amounts(line: str) -> list[Money]:
    bare = amount_at_end(line)
    return list(find_money(line)) or ([bare] if bare else [])


def _issued_on(text: str, today: date) -> date | None:
    """The date that is called the invoice's, else the first one that is called nothing else."""
    unnamed: date | None = None
    for hit in find_dates(text, today):
        before = text[max(0, hit.start - 60) : hit.start].split("\n\n")[-1]
        if _OTHER_DATE.search(before[-30:]):
            continue
        if _DATE_LABEL.search(before):
            return hit.day
        unnamed = unnamed or (hit.day if hit.sure == 1 and hit.day <= today else None)
    return unnamed


def _seller(lines: Sequence[str]) -> str:
    for line in lines[:_LINES_OF_HEAD]:
        if len(line) <= _LONGEST_LINE and _FIRM.search(line) and not find_money(line):
            return _FIRM_ENDS.split(line)[0][:200]
    return ""
