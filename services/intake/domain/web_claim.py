"""A claim that a client's own system sends: its fields, whose it is, and the contact it becomes."""

from collections.abc import Mapping, Sequence
from typing import Final, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.intake.domain.attachments import Attachment, safe_name, true_media_type
from services.intake.domain.extraction import says_anything
from services.intake.domain.identify import Identified, KnownCase, Suspicion
from services.intake.domain.normalise import Circumstances
from services.intake.domain.stated import Line, Stated, StatedClaim, details_of
from shared.contract.contacts import (
    Channel,
    ContactReceived,
    ContactText,
    Evidence,
    Intent,
    Sender,
)
from shared.errors import RuleViolation

MOST_DOCUMENTS: Final = 20
TYPES: Final = frozenset(
    {"application/pdf", "image/png", "image/jpeg", "image/tiff", "application/xml"}
)
"""What a document may be; `application/xml` for electronic invoices."""
_XML_BEGINNINGS: Final = (b"<?xml", b"\xef\xbb\xbf<?xml", "<?xml".encode("utf-16"))


class WebClaim(StatedClaim):
    """What a client's system says; a form on a web page is such a system.

    Attributes:
        client_id: For whom it is sent; needed unless the system acts for one client only.
        intent: A claim, or a reply if it names a case, unless said otherwise.
        sender_name: Who filled it in at the client's.
    """

    subject: Line = ""
    sender_name: Line = ""
    intent: Intent | None = Field(default=None, description="claim, or reply to a named case")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.text or self.lines or self.case_id):
            raise PydanticCustomError("no_content", "a claim needs a text or at least one line")
        return self

    @property
    def means(self) -> Intent:
        """What the client wants."""
        return self.intent or (Intent.REPLY if self.case_id else Intent.CLAIM)


class Submission(Stated):
    """A claim as it is stored: what was sent, by which system, for whom that system vouches.

    Attributes:
        client_id: The client, if the system may act for them; None vouches for nobody.
    """

    sent_by: str
    client_id: str | None
    claim: WebClaim


def checked_document(name: str, data: bytes, limit: int) -> Attachment:
    """A document of a claim, if it is one that the desk takes.

    Args:
        name: As the client's system calls it.
        data: The bytes.
        limit: At most so many bytes.

    Raises:
        RuleViolation: It is empty, too large, or by its first bytes none of `TYPES`.
    """
    shown = safe_name(name, "document")
    if not data:
        message = f"{shown}: the file is empty"
        raise RuleViolation("empty_file", message)
    if len(data) > limit:
        message = f"{shown}: the file is larger than {limit // 1_000_000} MB"
        raise RuleViolation("file_too_large", message)
    media_type = "application/xml" if data.startswith(_XML_BEGINNINGS) else true_media_type(data)
    if media_type not in TYPES:
        message = f"{shown}: a document is a PDF, PNG, JPEG, TIFF or XML file; this is none of them"
        raise RuleViolation("file_type", message)
    return Attachment(shown, media_type, data)


def identify_submission(submission: Submission, cases: Mapping[str, KnownCase]) -> Identified:
    """Whose a claim is, and to which case it belongs.

    A system vouches for the clients that it may act for, and they are known for their own cases.
    Any other case number is a stranger's.

    Args:
        submission: The claim.
        cases: The case that it names, if the desk knows it.
    """
    client_id, case_id = submission.client_id, submission.claim.case_id
    if case_id is None:
        return Identified(client_id=client_id)
    if case_id not in cases:
        return Identified(case_id, client_id, Suspicion.UNKNOWN_CASE)
    if client_id is None:
        return Identified(case_id, suspicion=Suspicion.UNAUTHENTICATED)
    if cases[case_id].client_id != client_id:
        return Identified(case_id, client_id, Suspicion.UNKNOWN_SENDER)
    return Identified(case_id, client_id)


def contact_of_submission(
    submission: Submission, identified: Identified, around: Circumstances
) -> ContactReceived:
    """The contact that a claim from a client's system is, exactly as it was stated."""
    claim = submission.claim
    details = details_of(claim)
    return ContactReceived(
        contact_id=around.contact_id,
        channel=Channel.WEB,
        received_at=around.received_at,
        language=claim.language,
        intent=claim.means,
        intent_evidence="stated",
        case_id=None if identified.suspicion else identified.case_id,
        client_id=identified.client_id,
        sender=Sender(name=claim.sender_name, authenticated=submission.client_id is not None),
        words=ContactText(subject=claim.subject, text=claim.text),
        claim=details if claim.means is Intent.CLAIM or says_anything(details) else None,
        evidence=_sent_by(submission),
        documents=around.documents,
        needs_person=around.needs_person,
    )


def _sent_by(submission: Submission) -> Sequence[Evidence]:
    return (Evidence(field="sent_by", source="form", quote=submission.sent_by, confidence=1),)
