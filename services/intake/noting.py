"""The note of a call, as a representative keys it in, becomes a contact."""

import hashlib

import structlog

from services.intake import store
from services.intake.app import App
from services.intake.arrivals import Kept, keep
from services.intake.domain.attachments import Attachment
from services.intake.domain.identify import Identified
from services.intake.domain.normalise import Circumstances, contact_of_note
from services.intake.domain.phone import PhoneNote
from services.intake.store import Received
from services.intake.taking import must_be_known
from shared.auth import Actor
from shared.contract.contacts import ContactReceived
from shared.errors import RuleViolation
from shared.ids import random_id
from shared.messaging.processing import UnitOfWork

log = structlog.get_logger(__name__)


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
        await must_be_known(work, note.case_id)
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
