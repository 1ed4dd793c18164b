"""What a contact claims, read from its texts: every value with where it was read and how sure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.intake.domain.benefits import Keywords
from services.intake.domain.claimed_lines import Attached, claimed_lines
from services.intake.domain.findings import Candidate, Findings
from services.intake.domain.invoices import InvoiceFacts, completed, each_once, invoice_facts
from services.intake.domain.loss_date import dates_of_loss
from services.intake.domain.money import joined_cents
from services.intake.domain.moves import new_address, new_email_address
from services.intake.domain.readable import Readable, SourceText
from services.intake.domain.references import Reference, ibans, invoice_numbers, policy_numbers
from services.intake.domain.replaced import is_replaced
from services.intake.domain.telephones import telephone_numbers
from shared.contract.contacts import (
    ClaimDetails,
    DocumentKind,
    Evidence,
    Invoice,
    UnconfirmedDetails,
)
from shared.contract.contacts import InvoiceItem as InvoiceLine
from shared.ids import case_numbers

_ATTACHMENT_TRUST: Final = 0.8
"""What stands in a document is less sure to be about this claim than what the client writes."""
_REPLACED: Final = 0.5
"""An old account or number beside the new one."""
_MOST_INVOICES: Final = 20


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a contact states.

    Attributes:
        claim: The claim.
        evidence: Where each value was read, and how sure it is.
        invoices: What its invoices say.
        details: What it tells about its writer.
        reasons: Why a person has to look.
    """

    claim: ClaimDetails
    evidence: tuple[Evidence, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    details: UnconfirmedDetails | None = None
    reasons: tuple[str, ...] = ()


def extract(contact: Readable, keywords: Keywords, today: date) -> Extracted:
    """What a contact states, as far as it does.

    Args:
        contact: Its texts.
        keywords: Words per benefit, from the programmes.
        today: Day of receipt at the desk; "yesterday" refers to it.
    """
    contact = contact.shortened()
    found = Findings()
    _case_numbers(contact, found)
    policy_number = _policy_number(contact, found)
    day = _date_of_loss(contact, today, found)
    attached = _invoices(contact, today, found)
    claimed = claimed_lines(contact, attached, keywords, found)
    claim = ClaimDetails(
        policy_number=policy_number,
        date_of_loss=day,
        description=contact.body.strip(),
        currency=claimed.currency,
        lines=claimed.lines,
        stated_total=claimed.total,
        unconfirmed_iban=_iban(contact, found),
    )
    details = _details(contact, today, found)
    invoices = tuple(_as_stated(each) for each in attached)
    return Extracted(claim, tuple(found.evidence), invoices, details, tuple(found.reasons))


def with_moved_address(read: Extracted, contact: Readable, today: date) -> Extracted:
    """The same of a contact that is about a change of data: an address in it is the new one."""
    if read.details is not None and read.details.postal_address is not None:
        return read
    move = new_address(contact.body, today, is_change=True)
    if move is None:
        return read
    found = Findings(list(read.evidence))
    body = SourceText(contact.body_source, contact.body)
    found.note("postal_address", Candidate(move.address, body, move.quote, 0.6))
    known = read.details or UnconfirmedDetails()
    update = {"postal_address": move.address[:500], "valid_from": move.valid_from}
    details = known.model_copy(update=update)
    return replace(read, evidence=tuple(found.evidence), details=details)


def says_anything(claim: ClaimDetails) -> bool:
    """Say whether any value of a claim was found beside its words."""
    return bool(claim.policy_number or claim.date_of_loss or claim.lines or claim.unconfirmed_iban)


def _around(text: SourceText, hit: Reference) -> str:
    return text.text[max(0, hit.start - 40) : hit.end + 10]


def _candidates(text: SourceText, hits: list[Reference], trust: float = 1.0) -> Iterator[Candidate]:
    for hit in hits:
        yield Candidate(hit.value, text, _around(text, hit), hit.confidence * trust, hit.doubt)


def _case_numbers(contact: Readable, found: Findings) -> None:
    """Whether a case number counts is for the sender check; here it only shows where it stands."""
    seen = set()
    for text in contact.own_texts():
        for number in case_numbers(text.text):
            if number.case_id in seen:
                continue
            seen.add(number.case_id)
            quote = text.text[max(0, number.start - 40) : number.end + 10]
            doubt = "" if number.valid else "its check sign does not fit: it is mistyped"
            sure = 1.0 if number.valid else 0.2
            found.note("case_id", Candidate(number.case_id, text, quote, sure, doubt))
            if doubt:
                found.doubt("a case number in it is mistyped")


def _policy_number(contact: Readable, found: Findings) -> str | None:
    candidates = [
        candidate
        for texts, trust in ((contact.own_texts(), 1.0), (contact.attachments, _ATTACHMENT_TRUST))
        for text in texts
        for candidate in _candidates(text, policy_numbers(text.text), trust)
    ]
    best = found.choose("policy_number", candidates, "policy number")
    if best and best.doubt:
        found.doubt("the policy number is hard to read")
    return best.value if best else None


def _iban(contact: Readable, found: Findings) -> str | None:
    """The client's account; the one on an attached invoice is the shop's."""
    candidates = [
        candidate
        for text in contact.own_texts()
        for hit in ibans(text.text)
        for trust in [_REPLACED if is_replaced(text.text[: hit.start]) else 1.0]
        for candidate in _candidates(text, [hit], trust)
    ]
    best = found.choose("unconfirmed_iban", candidates, "bank account")
    return best.value if best else None


def _date_of_loss(contact: Readable, today: date, found: Findings) -> date | None:
    told = (
        SourceText(contact.body_source, contact.body),
        SourceText("subject", contact.subject),
    )
    reports = [t for t in contact.attachments if t.kind is DocumentKind.POLICE_REPORT]
    candidates = [
        Candidate(hit.day.isoformat(), text, hit.quote, hit.confidence * trust)
        for texts, trust in ((told, 1.0), (reports, _ATTACHMENT_TRUST))
        for text in texts
        for hit in dates_of_loss(text.text, today)
    ]
    best = found.choose("date_of_loss", candidates, "date of loss")
    return date.fromisoformat(best.value) if best else None


def _invoices(contact: Readable, today: date, found: Findings) -> list[Attached]:
    """The attached invoices, each once."""
    read = [
        (text, _facts(text, today))
        for text in (*_body_as_invoice(contact), *contact.attachments)
        if text.invoice is not None or text.kind is DocumentKind.INVOICE
    ][:_MOST_INVOICES]
    kept = each_once([facts for _, facts in read])
    attached = [Attached(text, facts) for text, facts in read if any(facts is k for k in kept)]
    for number, each in enumerate(attached, start=1):
        _note_invoice(f"invoice.{number}", each, found)
    for text in contact.own_texts():
        for candidate in _candidates(text, invoice_numbers(text.text)):
            found.note("invoice_number", candidate)
    return attached


def _body_as_invoice(contact: Readable) -> Iterator[SourceText]:
    if contact.invoice is not None:
        yield SourceText(
            contact.body_source, contact.body, DocumentKind.INVOICE, invoice=contact.invoice
        )


def _facts(text: SourceText, today: date) -> InvoiceFacts:
    words = invoice_facts(joined_cents(text.text), today)
    return completed(text.invoice, words) if text.invoice else words


def _note_invoice(name: str, each: Attached, found: Findings) -> None:
    facts = each.facts
    values = (
        ("number", facts.number, 0.9),
        ("issued_on", facts.issued_on, 0.8),
        ("total", facts.total, facts.sure),
        ("iban", facts.iban, 0.95),
    )
    for field, value, sure in values:
        if value is not None:
            is_total = field == "total"
            quote = facts.quote if is_total else str(value)
            confidence = 1.0 if facts.exact and not is_total else sure
            doubt = facts.doubt if is_total else ""
            found.note(
                f"{name}.{field}", Candidate(str(value), each.text, quote, confidence, doubt)
            )


def _as_stated(each: Attached) -> Invoice:
    facts = each.facts
    return Invoice(
        number=_short(facts),
        issued_on=facts.issued_on,
        seller=facts.seller[:500],
        currency=facts.currency,
        items=tuple(InvoiceLine(description=i.description, amount=i.amount) for i in facts.items),
        net=facts.net,
        tax=facts.tax,
        total=facts.total,
        iban=facts.iban,
        credit=facts.credit,
        exact=facts.exact,
        file=each.text.place[:500],
    )


def _short(facts: InvoiceFacts) -> str | None:
    return facts.number[:64] if facts.number else None


def _details(contact: Readable, today: date, found: Findings) -> UnconfirmedDetails | None:
    numbers: dict[str, None] = {}
    for text in contact.own_texts():
        for candidate in _candidates(text, telephone_numbers(text.text)):
            if candidate.value not in numbers:
                numbers[candidate.value] = None
                found.note("phone_number", candidate)
    body = SourceText(contact.body_source, contact.body)
    move = new_address(contact.body, today)
    if move:
        found.note("postal_address", Candidate(move.address, body, move.quote, 0.8))
    email = new_email_address(contact.body)
    if email:
        found.note("email_address", Candidate(email, body, email, 0.9))
    if not (numbers or move or email):
        return None
    return UnconfirmedDetails(
        phone_numbers=tuple(numbers),
        postal_address=move.address[:500] if move else None,
        email_address=email,
        valid_from=move.valid_from if move else None,
    )
