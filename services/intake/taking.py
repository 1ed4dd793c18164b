"""What a representative brings: the note of a call, the scan of a letter."""

import hashlib
from typing import Final

import structlog

from services.intake import projection, store
from services.intake.app import App
from services.intake.arrivals import Kept, keep
from services.intake.domain.attachments import Attachment, safe_name, true_media_type
from services.intake.domain.identify import Identified
from services.intake.domain.normalise import Circumstances, contact_of_note
from services.intake.domain.phone import PhoneNote
from services.intake.store import Received
from services.intake.views import Accepted
from shared.auth import Actor
from shared.contract.contacts import ContactReceived
from shared.errors import RuleViolation
from shared.ids import find_case_ids, random_id
from shared.messaging.processing import UnitOfWork

log = structlog.get_logger(__name__)

_LETTER_TYPES: Final = frozenset({"application/pdf", "image/png", "image/jpeg", "image/tiff"})


async def take_note(
    app: App, work: UnitOfWork, note: PhoneNote, actor: Actor, key: str | None
) -> tuple[str, bool]:
    """The contact of a note, and whether it existed already.

    Args:
        app: Intake.
        work: The transaction.
        note: What was keyed in.
        actor: Who keyed it in.
        key: The request's idempotency key; it holds for this person.

    Raises:
        RuleViolation: The key was used for another note, or the case is not known.
    """
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


def letter_scan(data: bytes, name: str, limit: int) -> Attachment:
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
    if media_type not in _LETTER_TYPES:
        message = "a letter is a PDF, PNG, JPEG or TIFF file; this is none of them"
        raise RuleViolation("file_type", message)
    return Attachment(safe_name(name, "letter"), media_type, data)


async def take_letter(
    app: App, scan: Attachment, sender_name: str, case_id: str | None, actor: Actor
) -> Accepted:
    """Store a letter, to be read in the background; the same scan again is a duplicate.

    Args:
        app: Intake.
        scan: The letter.
        sender_name: Who sent it, as the uploader says.
        case_id: The case that the uploader says it belongs to.
        actor: The uploader.

    Raises:
        RuleViolation: No such case.
    """
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
