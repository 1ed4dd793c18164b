"""Intake for people: phone notes, letters, what came in, the unidentified queue, documents."""

import hashlib
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Depends, File, Form, Header, Query, Response, UploadFile, status
from pydantic import BaseModel

from services.intake import projection, store
from services.intake.app import App
from services.intake.arrivals import Kept, keep
from services.intake.domain.attachments import Attachment, safe_name, true_media_type
from services.intake.domain.decoding import one_line
from services.intake.domain.identify import Identified
from services.intake.domain.normalise import Circumstances, contact_of_note
from services.intake.domain.phone import PhoneNote
from services.intake.store import Received
from shared.auth import Actor, requires
from shared.contract.contacts import ContactReceived
from shared.errors import NotFound, RuleViolation
from shared.ids import find_case_ids, random_id
from shared.messaging.processing import UnitOfWork

log = structlog.get_logger(__name__)

_STAFF = ("trainee", "representative", "senior_representative", "supervisor")
Writer = Annotated[Actor, Depends(requires(*_STAFF))]
Reader = Annotated[Actor, Depends(requires(*_STAFF, "auditor", "administrator"))]

LETTER_TYPES = frozenset({"application/pdf", "image/png", "image/jpeg", "image/tiff"})


class Accepted(BaseModel):
    """The answer to a phone note or a letter."""

    contact_id: str
    verdict: Literal["pending", "contact", "duplicate"]


class ReceivedView(BaseModel):
    """What intake made of something that came in; `pending` while it is still examined."""

    received_id: str
    channel: str
    verdict: Literal[
        "pending", "contact", "machine", "delivery_report", "duplicate", "unidentified"
    ]
    reason: str | None
    contact_id: str | None
    message_id: str | None
    received_at: datetime
    case_id: str | None
    suspected_case_id: str | None
    notice_id: str | None
    duplicate_of: str | None


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


def router(app: App) -> APIRouter:
    """The routes of intake."""
    routes = APIRouter()
    database = app.service.database

    @routes.post("/phone-notes", status_code=status.HTTP_201_CREATED)
    async def take_phone_note(
        note: PhoneNote,
        actor: Writer,
        response: Response,
        idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    ) -> Accepted:
        """Take the note of a call; the same `Idempotency-Key` gives the same contact."""
        async with app.service.unit_of_work() as work:
            contact_id, repeated = await _note_once(app, work, note, actor, idempotency_key)
        if repeated:
            response.status_code = status.HTTP_200_OK
        return Accepted(contact_id=contact_id, verdict="contact")

    @routes.post("/letters", status_code=status.HTTP_202_ACCEPTED)
    async def take_letter(
        actor: Writer,
        file: Annotated[UploadFile, File(description="PDF, PNG, JPEG or TIFF")],
        sender_name: Annotated[str, Form(max_length=200)] = "",
        case_id: Annotated[
            str | None, Form(description="The case, if a person knows that it belongs there.")
        ] = None,
    ) -> Accepted:
        """Take the scan of a letter; it is read in the background, `/received` tells when."""
        data = await file.read(app.settings.upload_limit_bytes + 1)
        scan = _letter(data, file.filename or "letter", app.settings.upload_limit_bytes)
        return await _take_letter(app, scan, one_line(sender_name, 200), case_id, actor)

    @routes.get("/received")
    async def list_received(
        _reader: Reader,
        message_id: Annotated[str | None, Query(max_length=500)] = None,
        contact_id: Annotated[str | None, Query(max_length=64)] = None,
        case_id: Annotated[str | None, Query(max_length=64)] = None,
    ) -> list[ReceivedView]:
        """What intake made of a mail, a contact, or everything that belongs to a case."""
        if not (message_id or contact_id or case_id):
            message = "name a message_id, a contact_id or a case_id"
            raise RuleViolation("no_filter", message)
        async with database.reading() as connection:
            rows = await store.list_received(
                connection, message_id=message_id, contact_id=contact_id, case_id=case_id
            )
        return [_view(row) for row in rows]

    @routes.get("/unidentified")
    async def list_unidentified(
        _reader: Reader, limit: Annotated[int, Query(ge=1, le=200)] = 50
    ) -> list[Unidentified]:
        """Contacts that nobody vouches for, longest waiting first."""
        async with database.reading() as connection:
            waiting = await store.list_unidentified(connection, limit)
        return [_waiting(row, contact) for row, contact in waiting]

    @routes.get("/documents/{document_id}")
    async def get_document(document_id: str, reader: Reader) -> Response:
        """A document's bytes, never shown inside the page; who fetched it is logged."""
        async with database.reading() as connection:
            found = await store.document(connection, document_id)
        if found is None:
            message = "no such document"
            raise NotFound(message)
        data = await app.documents.get(document_id)
        log.info("document fetched", document_id=document_id, by=reader.subject)
        return Response(data, media_type=found.media_type, headers=_as_attachment(found.name))

    return routes


async def _note_once(
    app: App, work: UnitOfWork, note: PhoneNote, actor: Actor, key: str | None
) -> tuple[str, bool]:
    """The contact of a note, and whether it existed already."""
    digest = hashlib.sha256(note.model_dump_json().encode()).hexdigest()
    request_key = f"{actor.subject}\x1f{key}"
    if key is not None:
        await store.one_at_a_time(work.connection)
        earlier = await store.earlier_request(work.connection, request_key)
        if earlier is not None:
            if earlier[0] != digest:
                message = "this Idempotency-Key was used for another note"
                raise RuleViolation("idempotency_key_reused", message)
            return earlier[1], True
    if note.case_id is not None:
        await _must_be_known(work, note.case_id)
    original = Attachment("phone-note.json", "application/json", note.model_dump_json().encode())
    (kept,) = await keep(app.documents, original, ())
    contact = contact_of_note(
        note,
        actor.subject,
        Identified(note.case_id, note.client_id),
        Circumstances(
            contact_id=random_id(),
            received_at=work.now,
            today=app.programmes.desk.local_day(work.now),
            keywords={},
            documents=(kept.document,),
        ),
    )
    await _record_note(work, contact, kept)
    if key is not None:
        await store.save_request(work.connection, request_key, digest, contact.contact_id, work.now)
    return contact.contact_id, False


async def _record_note(work: UnitOfWork, contact: ContactReceived, original: Kept) -> None:
    row = Received(
        received_id=random_id(),
        channel=contact.channel.value,
        received_at=contact.received_at,
        verdict="contact",
        contact_id=contact.contact_id,
        case_id=contact.case_id,
        document_id=original.document.document_id,
    )
    await store.save_received(work.connection, [row])
    await store.save_documents(work.connection, [original.row(row.received_id)])
    await store.save_contacts(work.connection, [contact])
    work.emit(contact, cause=contact.contact_id)
    log.info("received", channel="phone", verdict="contact", contact_id=contact.contact_id)


async def _must_be_known(work: UnitOfWork, case_id: str) -> None:
    if not await projection.cases_known(work.connection, [case_id]):
        message = f"no case {case_id} is known here"
        raise RuleViolation("unknown_case", message)


def _letter(data: bytes, name: str, limit: int) -> Attachment:
    """The uploaded file, if it is one that can be a letter.

    Raises:
        RuleViolation: It is empty, too large, or no PDF and no picture.
    """
    if not data:
        raise RuleViolation("empty_file", "the file is empty")
    if len(data) > limit:
        message = f"the file is larger than {limit // 1_000_000} MB"
        raise RuleViolation("file_too_large", message)
    media_type = true_media_type(data)
    if media_type not in LETTER_TYPES:
        message = "a letter is a PDF, PNG, JPEG or TIFF file; this is none of them"
        raise RuleViolation("file_type", message)
    return Attachment(safe_name(name, "letter"), media_type, data)


async def _take_letter(
    app: App, scan: Attachment, sender_name: str, case_id: str | None, actor: Actor
) -> Accepted:
    digest = hashlib.sha256(b"letter" + scan.data).hexdigest()
    if case_id is not None and find_case_ids(case_id) != [case_id]:
        raise RuleViolation("unknown_case", "no such case number; it looks like C-7K3M-9PQR-T")
    (document,) = await keep(app.documents, scan, ())
    async with app.service.unit_of_work() as work:
        await store.one_at_a_time(work.connection)
        earlier = await store.received_before(work.connection, [], [digest])
        if case_id is not None:
            await _must_be_known(work, case_id)
        row = Received(
            received_id=random_id(),
            channel="letter",
            received_at=work.now,
            verdict="duplicate" if earlier else None,
            duplicate_of=earlier[0].received_id if earlier else None,
            contact_id=earlier[0].contact_id if earlier else random_id(),
            fingerprint=digest,
            case_id=case_id,
            document_id=document.document.document_id,
            sender_name=None if earlier else sender_name,
        )
        await store.save_received(work.connection, [row])
        await store.save_documents(work.connection, [document.row(row.received_id)])
        work.after_commit(app.to_examine.set)
    log.info("letter uploaded", received_id=row.received_id, by=actor.subject)
    assert row.contact_id is not None
    return Accepted(contact_id=row.contact_id, verdict="duplicate" if earlier else "pending")


def _view(row: Received) -> ReceivedView:
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
    )


def _waiting(row: Received, contact: ContactReceived) -> Unidentified:
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


def _as_attachment(name: str) -> dict[str, str]:
    """Headers that make a browser save a file whatever is in it."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    encoded = quote(name, safe="")
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "no-store",
    }
