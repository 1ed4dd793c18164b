"""The lines of a claim: the expenses that the client names, or else what the invoices are for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.intake.domain.benefits import Keywords, propose_benefit, propose_benefits
from services.intake.domain.claim_lines import Expenses, claimed_expenses
from services.intake.domain.findings import Candidate, Findings
from services.intake.domain.invoices import InvoiceFacts
from services.intake.domain.mentions import Item
from services.intake.domain.money import joined_cents
from services.intake.domain.readable import Readable, SourceText
from services.intake.domain.references import invoice_numbers
from shared.contract.contacts import ClaimLine

MOST_LINES: Final = 200
_REPLY_PREFIX = re.compile(r"^(?:\s*(?:aw|re|wg|fwd?|antw)\s*:)+\s*", re.IGNORECASE)
_ATTACHMENT_TRUST: Final = 0.8
_WORDS_OF_INVOICE: Final = 3000


@dataclass(frozen=True, slots=True)
class Attached:
    """An attached invoice and what it says."""

    text: SourceText
    facts: InvoiceFacts


@dataclass(frozen=True, slots=True)
class Claimed:
    """The lines of a claim, in one currency, and the total that the client states."""

    lines: tuple[ClaimLine, ...] = ()
    total: Decimal | None = None
    currency: str = "EUR"


def claimed_lines(
    contact: Readable, invoices: Sequence[Attached], keywords: Keywords, found: Findings
) -> Claimed:
    """What is claimed.

    Args:
        contact: The client's texts.
        invoices: The attached invoices.
        keywords: Words per benefit, from the programmes.
        found: Takes the evidence.
    """
    words = joined_cents(contact.body) if contact.body_source == "scan" else contact.body
    expenses = Expenses() if contact.invoice else claimed_expenses(words)
    if not expenses.items:
        return _invoices_lines(contact, invoices, keywords, found)
    items = expenses.items[:MOST_LINES]
    body = SourceText(contact.body_source, contact.body)
    descriptions = [item.description or _topic(contact, item) for item in items]
    around = f"{contact.subject}\n{expenses.prose}"
    benefits = propose_benefits(descriptions, around, keywords)
    lines = []
    for number, (item, description, benefit) in enumerate(
        zip(items, descriptions, benefits, strict=True), start=1
    ):
        lines.append(
            ClaimLine(
                line_id=number,
                description=description,
                benefit=benefit,
                amount=item.amount.amount,
                invoice_number=_invoice_number(item, items, invoices, contact.body),
            )
        )
        value = f"{item.amount.amount} {item.amount.currency}"
        found.note(f"line.{number}.amount", Candidate(value, body, item.quote, item.confidence))
    _note_total(expenses, body, found)
    _note_unread(expenses, found)
    _compare(items, invoices, found)
    total = expenses.total.amount.amount if expenses.total else None
    return Claimed(tuple(lines), total, _currency([i.amount.currency for i in items], found))


def _note_total(expenses: Expenses, body: SourceText, found: Findings) -> None:
    totals = [total for total in (expenses.total, expenses.other_total) if total is not None]
    candidates = [
        Candidate(str(each.amount.amount), body, each.quote, each.confidence) for each in totals
    ]
    if expenses.other_total is not None:
        # Both are kept, whichever of them the reading is surer of.
        candidates = [Candidate(c.value, c.text, c.quote, 0.75) for c in candidates]
    found.choose("stated_total", candidates, "total")


def _note_unread(expenses: Expenses, found: Findings) -> None:
    if expenses.unread:
        found.doubt("an amount in it is in none of its lines")


def _compare(items: Sequence[Item], invoices: Sequence[Attached], found: Findings) -> None:
    """One expense for more than its electronic invoice says is looked at by a person."""
    if len(items) != 1 or len(invoices) != 1:
        return
    (item,), (invoice,) = items, invoices
    total = invoice.facts.total
    if invoice.facts.exact and total is not None and item.amount.amount > total:
        found.doubt("the attached invoice is for less than what is claimed")


def _currency(currencies: Sequence[str], found: Findings) -> str:
    if len(set(currencies)) > 1:
        found.doubt("the amounts are in more than one currency")
    return currencies[0] if currencies else "EUR"


def _invoices_lines(
    contact: Readable, invoices: Sequence[Attached], keywords: Keywords, found: Findings
) -> Claimed:
    """A claim whose text names no amount is for what its invoices are for."""
    lines: list[ClaimLine] = []
    currencies: list[str] = []
    for text, facts in ((each.text, each.facts) for each in invoices):
        if facts.total is None or facts.credit:
            continue
        description = _description(contact, facts)
        words = f"{description}\n{_topic(contact, None)}\n{contact.body}"
        lines.append(
            ClaimLine(
                line_id=len(lines) + 1,
                description=description,
                benefit=propose_benefit(words, text.text[:_WORDS_OF_INVOICE], keywords),
                amount=facts.total,
                invoice_number=_number(facts),
            )
        )
        currencies.append(facts.currency)
        sure = facts.sure if facts.exact else facts.sure * _ATTACHMENT_TRUST
        value = f"{facts.total} {facts.currency}"
        found.note(
            f"line.{len(lines)}.amount", Candidate(value, text, facts.quote, sure, facts.doubt)
        )
    return Claimed(tuple(lines), None, _currency(currencies, found))


def _description(contact: Readable, facts: InvoiceFacts) -> str:
    if len(facts.items) == 1:
        return facts.items[0].description
    return _topic(contact, None)


def _number(facts: InvoiceFacts) -> str | None:
    return facts.number[:64] if facts.number else None


def _topic(contact: Readable, item: Item | None) -> str:
    """A description for a line that has none: the mail's subject, else the client's sentence."""
    subject = _REPLY_PREFIX.sub("", contact.subject).strip()
    sentence = item.quote if item else next(iter(contact.body.strip().splitlines()), "")
    return (subject or sentence)[:200]


def _invoice_number(
    item: Item, items: Sequence[Item], invoices: Sequence[Attached], body: str
) -> str | None:
    """The invoice of a line: named on it, or the attached one with its amount."""
    named = invoice_numbers(item.quote)
    if named:
        return named[0].value[:64]
    whole = sum((other.amount.amount for other in items), Decimal())
    for facts in (each.facts for each in invoices):
        if facts.number and facts.total in {item.amount.amount, whole}:
            return _number(facts)
    # One expense and one invoice belong together even if the amounts differ.
    mentioned = invoice_numbers(body)
    if len(items) == 1 and len(mentioned) == 1:
        return mentioned[0].value[:64]
    if len(items) == 1 and len(invoices) == 1:
        return _number(invoices[0].facts)
    return None
