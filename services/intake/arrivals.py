"""A mail on its way into the desk: read and stored, not yet recorded."""

import asyncio
import hashlib
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from services.intake.adapters.virus_scanner import CheckedDocuments
from services.intake.domain.active_content import PROGRAMS, has_macros
from services.intake.domain.attachments import Attachment
from services.intake.domain.normalise import ReadDocument
from services.intake.reading import ReadMail
from services.intake.store import StoredDocument
from shared.contract.contacts import Document, DocumentKind
from shared.ids import random_id

NOT_STORED: Final = "not-stored"
_PROGRAM: Final = "it is a program"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored document and the name that people see."""

    document: Document
    name: str

    def row(self, received_id: str) -> StoredDocument:
        """As it stands in the table of documents."""
        return StoredDocument(
            self.document.document_id,
            received_id,
            self.name,
            self.document.media_type,
            self.document.size,
            self.document.sha256,
            self.document.blocked,
        )


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail with what was read of it and what was stored, the original first.

    Attributes:
        place: Where it lies in the mailbox; None when it was recorded earlier already.
    """

    received_id: str
    contact_id: str
    received_at: datetime
    read: ReadMail
    documents: tuple[Kept, ...]
    place: str | None = None


async def keep(
    documents: CheckedDocuments,
    original: Attachment,
    read: tuple[ReadDocument, ...],
    earlier: dict[str, str] | None = None,
) -> tuple[Kept, ...]:
    """Store an original and what is attached to it.

    Args:
        documents: Where to.
        original: The contact as it came in.
        read: Its attachments.
        earlier: Ids of what was stored before, by digest: it is not stored again. What is stored
            now is noted there, also if something else then fails.

    Raises:
        TemporaryFault: The store or the virus scanner is away; nothing is stored unchecked.
    """
    earlier = {} if earlier is None else earlier
    kept = [
        _keep(documents, original, DocumentKind.ORIGINAL, earlier, readable=True),
        *(
            _keep(documents, each.attachment, each.kind, earlier, readable=each.readable)
            for each in read
        ),
    ]
    return tuple(await all_done(kept))


async def all_done(works: Sequence[Coroutine[Any, Any, _T]]) -> list[_T]:
    """The results of works done at the same time; a fault is raised when all of them ended."""
    results = await asyncio.gather(*works, return_exceptions=True)
    done = [result for result in results if not isinstance(result, BaseException)]
    if len(done) < len(results):
        raise next(result for result in results if isinstance(result, BaseException))
    return done


async def _keep(
    documents: CheckedDocuments,
    attachment: Attachment,
    kind: DocumentKind,
    earlier: dict[str, str],
    *,
    readable: bool,
) -> Kept:
    digest = hashlib.sha256(attachment.data).hexdigest()
    blocked = await documents.danger_in(attachment.data)
    document_id = earlier.get(digest) or await documents.put(attachment.data)
    earlier[digest] = document_id
    return _described(attachment, kind, document_id, blocked, readable=readable)


def _described(
    attachment: Attachment,
    kind: DocumentKind,
    document_id: str,
    blocked: str | None = None,
    *,
    readable: bool,
) -> Kept:
    if blocked is None and attachment.media_type in PROGRAMS:
        blocked = _PROGRAM
    document = Document(
        document_id=document_id,
        kind=kind,
        media_type=attachment.media_type,
        size=len(attachment.data),
        sha256=hashlib.sha256(attachment.data).hexdigest(),
        readable=readable,
        blocked=blocked,
        macros=has_macros(attachment.data),
    )
    return Kept(document, attachment.name)


def not_stored(original: Attachment, read: tuple[ReadDocument, ...]) -> tuple[Kept, ...]:
    """What `keep` gives, of a contact that is only looked at."""
    return (
        _described(original, DocumentKind.ORIGINAL, NOT_STORED, readable=True),
        *(
            _described(each.attachment, each.kind, NOT_STORED, readable=each.readable)
            for each in read
        ),
    )


def blocked(documents: Iterable[Kept]) -> str | None:
    """Why a person must look at a contact with these documents; None if all may be served."""
    reasons = (kept.document.blocked for kept in documents)
    return next((f"a document is never served: {reason}" for reason in reasons if reason), None)


def mail_as_document(raw: bytes) -> Attachment:
    """The original of a mail, unchanged."""
    return Attachment("mail.eml", "message/rfc822", raw)


def new_arrival(
    read: ReadMail, received_at: datetime, documents: tuple[Kept, ...], place: str
) -> Arrival:
    """An arrival with fresh ids."""
    return Arrival(random_id(), random_id(), received_at, read, documents, place)
