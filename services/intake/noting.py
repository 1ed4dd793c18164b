"""The note of a call, as a representative keys it in, becomes a contact."""

import hashlib
from typing import Literal

from services.intake import projection, store
from services.intake.app import App
from services.intake.arrivals import Kept
from services.intake.deciding import Outcome, publish
from services.intake.domain.identify import KnownCase
from services.intake.domain.normalise import Circumstances
from services.intake.domain.phone import PhoneNote, contact_of_note, identify_caller
from services.intake.repeats import Request, answered_before, remember, request_of
from services.intake.store import Received
from services.intake.taking import must_be_known
from services.intake.views import Accepted
from shared.auth import Actor
from shared.contract.contacts import Document, DocumentKind
from shared.errors import BadEvent, RuleViolation
from shared.ids import random_id
from shared.messaging.processing import UnitOfWork


async def take_note(
    app: App, note: PhoneNote, actor: Actor, key: str | None
) -> tuple[Accepted, bool]:
    """The contact of a note, and whether it existed already.

    Args:
        app: Intake.
        note: What was keyed in.
        actor: Who keyed it in.
        key: The request's idempotency key; it holds for this person.

    Raises:
        RuleViolation: The key was used for another note, or the case is not known.
        TemporaryFault: The document store is away.
    """
    body = note.model_dump_json().encode()
    request = request_of("note", actor, key, [body]) if key is not None else None
    # Stored before the transaction: nobody else may have to wait for the document store.
    original = await _stored(app, body)
    try:
        async with app.service.unit_of_work() as work:
            earlier = await answered_before(work, request) if request is not None else None
            if earlier is None:
                return await _record(app, work, note, actor, original, request), False
            accepted = await _answer_again(work, earlier)
    except (RuleViolation, BadEvent):
        await app.documents.delete(original.document.document_id)
        raise
    await app.documents.delete(original.document.document_id)
    return accepted, True


async def _stored(app: App, body: bytes) -> Kept:
    """The note as it was keyed in; a call can't be repeated, so no virus scanner is waited for."""
    document = Document(
        document_id=await app.documents.put(body),
        kind=DocumentKind.ORIGINAL,
        media_type="application/json",
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
    )
    return Kept(document, "phone-note.json")


async def _record(
    app: App,
    work: UnitOfWork,
    note: PhoneNote,
    actor: Actor,
    original: Kept,
    request: Request | None,
) -> Accepted:
    outcome = _outcome(app, work, note, actor, await _case(work, note), original)
    assert outcome.contact is not None
    await store.save_received(work.connection, [outcome.row])
    await store.save_documents(work.connection, [original.row(outcome.row.received_id)])
    await store.save_contacts(work.connection, [outcome.contact])
    publish(work, outcome)
    if request is not None:
        await remember(work, request, outcome.contact.contact_id)
    return _accepted(outcome.row)


async def _case(work: UnitOfWork, note: PhoneNote) -> KnownCase | None:
    if note.case_id is None:
        return None
    await must_be_known(work, note.case_id)
    return (await projection.cases_known(work.connection, [note.case_id]))[note.case_id]


def _outcome(
    app: App,
    work: UnitOfWork,
    note: PhoneNote,
    actor: Actor,
    case: KnownCase | None,
    original: Kept,
) -> Outcome:
    identified = identify_caller(note, case)
    around = Circumstances(
        contact_id=random_id(),
        received_at=work.now,
        today=app.programmes.desk.local_day(work.now),
        keywords={},
        documents=(original.document,),
    )
    row = Received(
        received_id=random_id(),
        channel="phone",
        received_at=work.now,
        verdict="unidentified" if identified.suspicion else "contact",
        reason=identified.suspicion,
        contact_id=around.contact_id,
        case_id=identified.case_id,
        document_id=original.document.document_id,
    )
    return Outcome(row, contact_of_note(note, actor.subject, identified, around))


async def _answer_again(work: UnitOfWork, contact_id: str) -> Accepted:
    (row,) = await store.list_received(work.connection, contact_id=contact_id)
    return _accepted(row)


def _accepted(row: Received) -> Accepted:
    verdict: Literal["contact", "unidentified"] = (
        "unidentified" if row.verdict == "unidentified" else "contact"
    )
    assert row.contact_id is not None
    return Accepted(contact_id=row.contact_id, verdict=verdict)
