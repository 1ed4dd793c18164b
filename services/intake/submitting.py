"""Claims from clients' own systems: stored with their documents, read in the background."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

import structlog
from pydantic import BaseModel

from services.intake import projection, store
from services.intake.app import App
from services.intake.arrivals import Kept, keep
from services.intake.domain.attachments import Attachment
from services.intake.domain.normalise import ReadDocument
from services.intake.domain.web_claim import Submission, WebClaim
from services.intake.repeats import Request, answered_before, remember, request_of
from services.intake.store import Received
from shared.auth import Actor
from shared.errors import Forbidden, NotFound
from shared.ids import random_id
from shared.messaging.processing import UnitOfWork

log = structlog.get_logger(__name__)

Status = Literal["pending", "accepted", "waits_for_person", "set_aside"]
_STATUS: Final[dict[str | None, Status]] = {
    None: "pending",
    "contact": "accepted",
    "unidentified": "waits_for_person",
    "discarded": "set_aside",
}


class Submitted(BaseModel):
    """The answer to a claim: the same for its repeat."""

    contact_id: str
    received_at: datetime


class SubmittedDocument(BaseModel):
    """A document of a claim, as the desk stored it."""

    name: str
    media_type: str
    size: int
    sha256: str


class SubmissionView(BaseModel):
    """How far a claim has come: still read, accepted into a case, or waiting for a person."""

    contact_id: str
    received_at: datetime
    status: Status
    case_id: str | None
    documents: tuple[SubmittedDocument, ...]


def vouched_client(claim: WebClaim, actor: Actor) -> str | None:
    """The client for whom a system sends a claim.

    A system that acts for one client only need not name them. One that names nobody vouches for
    nobody: its claim is a stranger's.

    Raises:
        Forbidden: It may not act for the client that it names.
    """
    if claim.client_id is None:
        return next(iter(actor.clients)) if len(actor.clients) == 1 else None
    if claim.client_id not in actor.clients:
        raise Forbidden("not_your_client", "this system may not act for this client")
    return claim.client_id


async def take_claim(
    app: App, claim: WebClaim, documents: Sequence[Attachment], actor: Actor, key: str
) -> tuple[Submitted, bool]:
    """Store a claim, to be read in the background; and whether it was here before.

    Args:
        app: Intake.
        claim: What is claimed.
        documents: Its documents, checked.
        actor: The client's system.
        key: The request's idempotency key; it holds for this system.

    Raises:
        Forbidden: The system may not act for the client that it names.
        RuleViolation: The key was used with another body.
        TemporaryFault: The document store or the virus scanner is away.
    """
    client_id = vouched_client(claim, actor)
    parts = [claim.model_dump_json().encode()]
    for document in documents:
        parts += [document.name.encode(), document.data]
    request = request_of("claim", actor, key, parts)
    async with app.service.unit_of_work() as work:
        if (earlier := await _answer_again(work, request)) is not None:
            return earlier, True
    submission = Submission(sent_by=actor.subject, client_id=client_id, claim=claim)
    original = Attachment("claim.json", "application/json", submission.model_dump_json().encode())
    read = tuple(ReadDocument(document) for document in documents)
    kept = await keep(app.documents, original, read)
    async with app.service.unit_of_work() as work:
        earlier = await _answer_again(work, request)
        if earlier is None:
            submitted = await _record(app, work, request, kept, actor)
    if earlier is None:
        return submitted, False
    # The same request was quicker, between the two looks.
    for each in kept:
        await app.documents.delete(each.document.document_id)
    return earlier, True


async def _answer_again(work: UnitOfWork, request: Request) -> Submitted | None:
    contact_id = await answered_before(work, request)
    if contact_id is None:
        return None
    (row,) = await store.list_received(work.connection, contact_id=contact_id)
    return Submitted(contact_id=contact_id, received_at=row.received_at)


async def _record(
    app: App, work: UnitOfWork, request: Request, kept: Sequence[Kept], actor: Actor
) -> Submitted:
    row = Received(
        received_id=random_id(),
        channel="web",
        received_at=work.now,
        contact_id=random_id(),
        document_id=kept[0].document.document_id,
    )
    assert row.contact_id is not None
    await store.save_received(work.connection, [row])
    await store.save_documents(work.connection, [each.row(row.received_id) for each in kept])
    await remember(work, request, row.contact_id)
    work.after_commit(app.to_examine.set)
    log.info("claim sent", received_id=row.received_id, by=actor.subject)
    return Submitted(contact_id=row.contact_id, received_at=row.received_at)


async def submission_view(app: App, contact_id: str, actor: Actor) -> SubmissionView:
    """How far a claim has come, for the system that sent it.

    Raises:
        NotFound: No such claim, or another system's.
    """
    async with app.service.database.reading() as connection:
        rows = await store.list_received(connection, contact_id=contact_id)
        row = next((each for each in rows if each.channel == "web"), None)
        if row is None:
            raise NotFound("no such claim")
        documents = (await store.documents_of(connection, [row.received_id]))[row.received_id]
        cases = await projection.cases_of_contacts(connection, [contact_id])
    if (await submission_of(app, row)).sent_by != actor.subject:
        raise NotFound("no such claim")
    return SubmissionView(
        contact_id=contact_id,
        received_at=row.received_at,
        status=_STATUS.get(row.verdict, "pending"),
        case_id=cases.get(contact_id),
        documents=tuple(
            SubmittedDocument.model_validate(each, from_attributes=True)
            for each in documents
            if each.document_id != row.document_id
        ),
    )


async def submission_of(app: App, row: Received) -> Submission:
    """What was sent, from its original.

    Raises:
        NotFound: The original is gone.
    """
    original = await app.documents.get(row.document_id or "")
    return Submission.model_validate_json(original)
