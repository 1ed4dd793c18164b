"""What people see of what came in: the shapes of intake's answers."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from services.intake.store import Received
from shared.contract.contacts import ContactReceived


class Accepted(BaseModel):
    """The answer to a phone note or a letter."""

    contact_id: str
    verdict: Literal["pending", "contact", "duplicate", "unidentified"]


class ReceivedView(BaseModel):
    """What intake made of something that came in; `pending` while it is still examined."""

    received_id: str
    channel: str
    verdict: Literal[
        "pending", "contact", "machine", "delivery_report", "duplicate", "unidentified", "split"
    ]
    reason: str | None
    contact_id: str | None
    message_id: str | None
    received_at: datetime
    case_id: str | None
    suspected_case_id: str | None
    notice_id: str | None
    duplicate_of: str | None
    part_of: str | None


class WaitingDocument(BaseModel):
    """A document of a contact in the queue."""

    document_id: str
    kind: str
    media_type: str
    size: int


class Unidentified(BaseModel):
    """A contact in the unidentified queue, with the suspicion named."""

    received_id: str
    contact_id: str
    channel: str
    received_at: datetime
    suspicion: str
    suspected_case_id: str | None
    sender_name: str
    sender_address: str
    authenticated: bool
    subject: str
    text: str
    intent: str
    documents: tuple[WaitingDocument, ...]


def view_of(row: Received) -> ReceivedView:
    """What intake made of something; a case that nobody vouches for is only suspected."""
    certain = row.verdict == "contact"
    return ReceivedView(
        received_id=row.received_id,
        channel=row.channel,
        verdict=row.verdict or "pending",
        reason=row.reason,
        contact_id=row.contact_id,
        message_id=row.message_id,
        received_at=row.received_at,
        case_id=row.case_id if certain else None,
        suspected_case_id=None if certain else row.case_id,
        notice_id=row.notice_id,
        duplicate_of=row.duplicate_of,
        part_of=row.part_of,
    )


def waiting_view(row: Received, contact: ContactReceived) -> Unidentified:
    """A contact in the queue, with the beginning of its text."""
    return Unidentified(
        received_id=row.received_id,
        contact_id=contact.contact_id,
        channel=row.channel,
        received_at=row.received_at,
        suspicion=row.reason or "",
        suspected_case_id=row.case_id,
        sender_name=contact.sender.name,
        sender_address=contact.sender.address,
        authenticated=contact.sender.authenticated,
        subject=contact.words.subject,
        text=contact.words.text[:2000],
        intent=contact.intent.value,
        documents=tuple(
            WaitingDocument.model_validate(document, from_attributes=True)
            for document in contact.documents
        ),
    )
