"""From what was received to the contact that review sees: one form for mail, letter and note."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.intake.domain.attachments import Attachment, kind_of
from services.intake.domain.benefits import Keywords
from services.intake.domain.claimed_lines import MOST_LINES
from services.intake.domain.extraction import extract, says_anything, with_moved_address
from services.intake.domain.identify import Identified
from services.intake.domain.intent import Signs, propose_intent
from services.intake.domain.invoices import InvoiceFacts
from services.intake.domain.language import language_of
from services.intake.domain.mail import ParsedMail
from services.intake.domain.quotes import Reply
from services.intake.domain.readable import SIGNS_READ, Readable, SourceText
from services.intake.domain.readings import ScanText
from shared.contract.contacts import (
    Channel,
    ClaimDetails,
    ContactReceived,
    ContactText,
    Document,
    DocumentKind,
    Evidence,
    Intent,
    Language,
    Sender,
)

_STATES_A_CLAIM: Final = frozenset({Intent.CLAIM, Intent.REPLY})
_LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """An attachment with what could be read of it.

    Attributes:
        text: Its words; empty for a picture or an unreadable file.
        readable: False if words were expected and none could be read.
        invoice: What the XML of an electronic invoice in it says.
        doubt: Why its words may be wrong or not all of them.
    """

    attachment: Attachment
    text: str = ""
    readable: bool = True
    invoice: InvoiceFacts | None = None
    doubt: str | None = None

    @property
    def kind(self) -> DocumentKind:
        """What it is, by what can be read of it."""
        return DocumentKind.INVOICE if self.invoice else kind_of(self.attachment, self.text)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a contact does not say itself.

    Attributes:
        contact_id: Its id.
        received_at: When the desk got it, UTC.
        today: That day at the desk.
        keywords: Words per benefit, from the programmes.
        documents: References to what was stored, the original first.
        needs_person: Why a person must look first.
    """

    contact_id: str
    received_at: datetime
    today: date
    keywords: Keywords
    documents: tuple[Document, ...] = ()
    needs_person: str | None = None


def contact_of_mail(
    mail: ParsedMail,
    reply: Reply,
    read: Sequence[ReadDocument],
    identified: Identified,
    around: Circumstances,
) -> ContactReceived:
    """The contact that a person's mail is."""
    readable = Readable(
        reply.text,
        subject=mail.subject,
        signature=reply.signature,
        attachments=[
            SourceText(
                "attachment",
                each.text,
                each.kind,
                each.attachment.name,
                each.invoice,
            )
            for each in read
            if each.text or each.invoice
        ],
    )
    answers = bool(mail.references) or mail.subject.lower().startswith(("re:", "aw:", "antw:"))
    return _read_contact(
        Channel.EMAIL, readable, sender_of(mail), identified, around, answers=answers
    )


def sender_of(mail: ParsedMail) -> Sender:
    """Who sent a mail, as far as the mail itself tells."""
    return Sender(
        name=mail.sender_name[:500],
        address=mail.sender_address[:500],
        authenticated=mail.authenticated,
    )


def contact_of_letter(
    read: ScanText,
    sender_name: str,
    identified: Identified,
    around: Circumstances,
    invoice: InvoiceFacts | None = None,
) -> ContactReceived:
    """The contact that a scanned letter is; without any text it waits for a person.

    No value in it is surer than the reading of its words.

    Args:
        read: Its words.
        sender_name: Who sent it, as the uploader says.
        identified: What is known about its origin.
        around: What it does not say itself.
        invoice: What the XML inside it says: then the letter is an electronic invoice.
    """
    readable = Readable(read.text, body_source="scan", invoice=invoice)
    sender = Sender(name=sender_name)
    contact = _read_contact(Channel.LETTER, readable, sender, identified, around, answers=False)
    if read.confidence == 1 or not read.text:
        return contact
    quote = f"OCR, {read.confidence:.0%} sure"
    words = Evidence(field="text", source="scan", quote=quote, confidence=read.confidence)
    values = (
        each.model_copy(update={"confidence": round(each.confidence * read.confidence, 2)})
        for each in contact.evidence
    )
    return contact.model_copy(update={"evidence": (*values, words)})


def unread_contact(
    channel: Channel, sender: Sender, identified: Identified, around: Circumstances
) -> ContactReceived:
    """A contact that our own program failed to read: its originals, for a person."""
    return ContactReceived(
        contact_id=around.contact_id,
        channel=channel,
        received_at=around.received_at,
        language=Language.GERMAN,
        intent=Intent.OTHER,
        case_id=None if identified.suspicion else identified.case_id,
        client_id=identified.client_id,
        sender=sender,
        words=ContactText(),
        documents=around.documents,
        needs_person=around.needs_person or "the desk could not read this contact",
    )


def _read_contact(
    channel: Channel,
    readable: Readable,
    sender: Sender,
    identified: Identified,
    around: Circumstances,
    *,
    answers: bool,
) -> ContactReceived:
    read = extract(readable, around.keywords, around.today)
    claim = read.claim
    proposed = propose_intent(
        readable.subject,
        readable.body,
        Signs(refers=identified.case_id is not None, answers=answers),
    )
    if proposed.intent is Intent.ACCOUNT_CHANGE:
        read = with_moved_address(read, readable, around.today)
    doubts = dict.fromkeys(readable.doubts())
    if proposed.intent in _STATES_A_CLAIM:
        doubts |= dict.fromkeys(read.reasons)
    return ContactReceived(
        contact_id=around.contact_id,
        channel=channel,
        received_at=around.received_at,
        language=language_of(f"{readable.subject}\n{readable.body}"),
        intent=proposed.intent,
        intent_evidence=proposed.evidence,
        case_id=None if identified.suspicion else identified.case_id,
        client_id=identified.client_id,
        sender=sender,
        words=ContactText(subject=readable.subject, text=readable.body),
        claim=_claim_for(proposed.intent, claim),
        evidence=read.evidence,
        invoices=read.invoices,
        unconfirmed_details=read.details,
        documents=around.documents,
        needs_person=_for_a_person(around.needs_person, _cut(readable, claim), *doubts),
    )


def _for_a_person(*reasons: str | None) -> str | None:
    """All reasons for which a person must look, on one line."""
    return "; ".join(filter(None, reasons))[:_LONGEST_REASON] or None


def _cut(readable: Readable, claim: ClaimDetails) -> str | None:
    """Say if a contact is longer than the desk reads: a person must see the rest."""
    if len(claim.lines) >= MOST_LINES or len(readable.body) > SIGNS_READ:
        return "the contact is too long to be read to its end by the desk"
    return None


def _claim_for(intent: Intent, claim: ClaimDetails) -> ClaimDetails | None:
    """What of the extracted values a contact with this intent states.

    In a question about a payment the amount is no expense and the date no date of loss.
    """
    if intent is Intent.CLAIM:
        return claim
    if intent is not Intent.REPLY:
        claim = claim.model_copy(update={"lines": (), "date_of_loss": None, "stated_total": None})
    return claim if says_anything(claim) else None
