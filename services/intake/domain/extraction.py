"""What a contact claims, read from its texts: every value with where it was read and how sure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from services.intake.domain.benefits import Keywords, propose_benefit
from services.intake.domain.claim_lines import Expenses, Item, claimed_expenses
from services.intake.domain.invoices import InvoiceFacts, invoice_facts
from services.intake.domain.loss_date import date_of_loss
from services.intake.domain.references import (
    Reference,
    ibans,
    invoice_numbers,
    policy_numbers,
)
from shared.contract.contacts import ClaimDetails, ClaimLine, DocumentKind, Evidence

SourceName = Literal["subject", "body", "attachment", "header", "note", "scan"]
MOST_LINES: Final = 200
SIGNS_READ: Final = 20_000
"""Signs of each text that are searched for values."""
_REPLY_PREFIX = re.compile(r"^(?:\s*(?:aw|re|wg|fwd?|antw)\s*:)+\s*", re.IGNORECASE)
_ATTACHMENT_TRUST: Final = 0.8
"""What stands in a document is less sure to be about this claim than what the client writes."""


@dataclass(frozen=True, slots=True)
class SourceText:
    """One text to read from; `kind` is that of the document it came from."""

    source: SourceName
    text: str
    kind: DocumentKind = DocumentKind.OTHER


@dataclass(frozen=True, slots=True)
class Readable:
    """Everything of a contact that can be read.

    Attributes:
        subject: Of a mail; empty otherwise.
        body: What the client wrote, said or sent as a letter.
        body_source: How the body came: `body`, `note` or `scan`.
        signature: Below the closing: numbers there count, amounts don't.
        attachments: Texts of documents.
    """

    body: str
    subject: str = ""
    body_source: SourceName = "body"
    signature: str = ""
    attachments: Sequence[SourceText] = ()


@dataclass(slots=True)
class _Found:
    evidence: list[Evidence] = field(default_factory=list)

    def note(self, name: str, source: SourceName, quote: str, confidence: float) -> None:
        shown = " ".join(quote.split())[:200]
        self.evidence.append(
            Evidence(field=name, source=source, quote=shown, confidence=round(confidence, 2))
        )


def extract(
    contact: Readable, keywords: Keywords, today: date
) -> tuple[ClaimDetails, tuple[Evidence, ...]]:
    """The claim that a contact states, as far as it does.

    Args:
        contact: Its texts.
        keywords: Words per benefit, from the programmes.
        today: Day of receipt at the desk; "yesterday" refers to it.
    """
    contact = _shortened(contact)
    found = _Found()
    expenses = claimed_expenses(contact.body)
    invoices = [
        (text, invoice_facts(text.text))
        for text in contact.attachments
        if text.kind is DocumentKind.INVOICE
    ]
    lines, total = _lines(contact, expenses, invoices, keywords, found)
    currencies = {item.amount.currency for item in expenses.items}
    details = ClaimDetails(
        policy_number=_policy_number(contact, found),
        date_of_loss=_date_of_loss(contact, today, found),
        description=contact.body.strip(),
        currency=currencies.pop() if len(currencies) == 1 else "EUR",
        lines=lines,
        stated_total=total,
        unconfirmed_iban=_iban(contact, found),
    )
    return details, tuple(found.evidence)


def _shortened(contact: Readable) -> Readable:
    """The beginning of each text: a longer one is no claim, and would take long to read."""
    attachments = [replace(text, text=text.text[:SIGNS_READ]) for text in contact.attachments]
    return replace(
        contact,
        body=contact.body[:SIGNS_READ],
        signature=contact.signature[:SIGNS_READ],
        attachments=attachments,
    )


def says_anything(claim: ClaimDetails) -> bool:
    """Say whether any value of a claim was found beside its words."""
    return bool(claim.policy_number or claim.date_of_loss or claim.lines or claim.unconfirmed_iban)


def _own_texts(contact: Readable) -> Iterator[SourceText]:
    yield SourceText("subject", contact.subject)
    yield SourceText(contact.body_source, contact.body)
    yield SourceText(contact.body_source, contact.signature)


def _policy_number(contact: Readable, found: _Found) -> str | None:
    candidates = [
        (hit.confidence * trust, text, hit)
        for texts, trust in ((_own_texts(contact), 1.0), (contact.attachments, _ATTACHMENT_TRUST))
        for text in texts
        for hit in policy_numbers(text.text)
    ]
    return _best("policy_number", candidates, found)


def _iban(contact: Readable, found: _Found) -> str | None:
    """The client's account; the one on an attached invoice is the shop's."""
    candidates = [
        (hit.confidence, text, hit) for text in _own_texts(contact) for hit in ibans(text.text)
    ]
    return _best("unconfirmed_iban", candidates, found)


def _best(
    name: str, candidates: Iterable[tuple[float, SourceText, Reference]], found: _Found
) -> str | None:
    best = max(candidates, key=lambda candidate: candidate[0], default=None)
    if best is None:
        return None
    confidence, text, hit = best
    quote = text.text[max(0, hit.start - 40) : hit.end + 10]
    found.note(name, text.source, quote, confidence)
    return hit.value


def _date_of_loss(contact: Readable, today: date, found: _Found) -> date | None:
    told = (SourceText(contact.body_source, contact.body), SourceText("subject", contact.subject))
    reports = [t for t in contact.attachments if t.kind is DocumentKind.POLICE_REPORT]
    hits = [
        (hit.confidence * trust, text, hit)
        for texts, trust in ((told, 1.0), (reports, _ATTACHMENT_TRUST))
        for text in texts
        if (hit := date_of_loss(text.text, today))
    ]
    if not hits:
        return None
    confidence, text, hit = max(hits, key=lambda candidate: candidate[0])
    found.note("date_of_loss", text.source, hit.quote, confidence)
    return hit.day


def _lines(
    contact: Readable,
    expenses: Expenses,
    invoices: Sequence[tuple[SourceText, InvoiceFacts]],
    keywords: Keywords,
    found: _Found,
) -> tuple[tuple[ClaimLine, ...], Decimal | None]:
    items = expenses.items[:MOST_LINES]
    if not items:
        return _invoice_lines(contact, invoices, keywords, found)
    lines = []
    for number, item in enumerate(items, start=1):
        context = _context(contact, expenses, item)
        description = item.description or _topic(contact, item)
        lines.append(
            ClaimLine(
                line_id=number,
                description=description,
                benefit=propose_benefit(description, context, keywords),
                amount=item.amount.amount,
                invoice_number=_invoice_number(item, items, invoices, contact.body),
            )
        )
        found.note(f"line.{number}.amount", contact.body_source, item.quote, item.confidence)
    total = expenses.total
    if total is not None:
        found.note("stated_total", contact.body_source, total.quote, total.confidence)
    return tuple(lines), total.amount.amount if total else None


def _invoice_lines(
    contact: Readable,
    invoices: Sequence[tuple[SourceText, InvoiceFacts]],
    keywords: Keywords,
    found: _Found,
) -> tuple[tuple[ClaimLine, ...], None]:
    """A claim whose text names no amount is for what its invoices are for."""
    lines: list[ClaimLine] = []
    for text, facts in invoices:
        if facts.total is None:
            continue
        description = _topic(contact, None)
        lines.append(
            ClaimLine(
                line_id=len(lines) + 1,
                description=description,
                benefit=propose_benefit(
                    f"{description}\n{contact.body}", text.text[:3000], keywords
                ),
                amount=facts.total.amount,
                invoice_number=facts.number.value[:64] if facts.number else None,
            )
        )
        found.note(f"line.{len(lines)}.amount", text.source, facts.quote, 0.9 * _ATTACHMENT_TRUST)
    return tuple(lines), None


def _context(contact: Readable, expenses: Expenses, item: Item) -> str:
    """What is told around a line, without the words by which other lines are named."""
    context = f"{contact.subject}\n{expenses.prose}"
    own = item.description.lower()
    for other in expenses.items:
        if other is not item:
            for word in re.findall(r"\w{4,}", other.description.lower()):
                if word not in own and word not in {"gestohlen", "stolen"}:
                    context = re.sub(re.escape(word), " ", context, flags=re.IGNORECASE)
    return context


def _topic(contact: Readable, item: Item | None) -> str:
    """A description for a line that has none: the mail's subject, else the client's sentence."""
    subject = _REPLY_PREFIX.sub("", contact.subject).strip()
    sentence = item.quote if item else next(iter(contact.body.strip().splitlines()), "")
    return (subject or sentence)[:200]


def _invoice_number(
    item: Item,
    items: Sequence[Item],
    invoices: Sequence[tuple[SourceText, InvoiceFacts]],
    body: str,
) -> str | None:
    """The invoice of a line: named on it, or the attached one with its amount."""
    named = invoice_numbers(item.quote)
    if named:
        return named[0].value[:64]
    whole = sum((other.amount.amount for other in items), Decimal())
    for _, facts in invoices:
        if facts.number and facts.total and facts.total.amount in {item.amount.amount, whole}:
            return facts.number.value[:64]
    # One expense and one invoice belong together even if the amounts differ.
    mentioned = invoice_numbers(body)
    if len(items) == 1 and len(mentioned) == 1:
        return mentioned[0].value[:64]
    if len(items) == 1 and len(invoices) == 1 and invoices[0][1].number:
        return invoices[0][1].number.value[:64]
    return None
