"""The second look: letters that have to be read, and mails that wait for what they refer to.

Everything here is in the database already, so a crash only means that it is looked at again.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import structlog

from services.intake import projection, store
from services.intake.app import App
from services.intake.arrivals import Arrival, keep, mail_as_document
from services.intake.deciding import Outcome, decide, known_for, publish
from services.intake.domain.identify import (
    Identified,
    Known,
    Sender,
    find_references,
    identify,
)
from services.intake.domain.normalise import Circumstances, contact_of_letter
from services.intake.reading import read_mail
from services.intake.store import Received, StoredDocument, Verdict
from shared.contract.contacts import Document, DocumentKind
from shared.database import is_temporary
from shared.errors import NotFound, TemporaryFault
from shared.messaging.processing import UnitOfWork

log = structlog.get_logger(__name__)

_WAITING_PAUSE: Final = 0.25
_IDLE_PAUSE: Final = 5.0
"""A fallback: whoever stores something to examine says so."""


async def examine_for_ever(app: App) -> None:
    """Examine what waits, until cancelled; a database that is away is waited for."""
    while True:
        app.to_examine.clear()
        try:
            waiting = await _examine_all(app)
        except Exception as error:
            if not (isinstance(error, TemporaryFault) or is_temporary(error)):
                raise
            log.warning("what waits can't be examined, trying again", reason=type(error).__name__)
            waiting = 1
        # Not `wait_for`: on Python 3.11 it may swallow the cancellation that ends the loop.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_WAITING_PAUSE if waiting else _IDLE_PAUSE):
                await app.to_examine.wait()


async def _examine_all(app: App) -> int:
    async with app.service.database.reading() as connection:
        waiting = await store.unsettled(connection)
    for row in waiting:
        await _examined(app, row)
    return len(waiting)


async def _examined(app: App, row: Received) -> None:
    """Look at one thing again; it stays as it is while what it waits for may still come."""
    async with app.service.database.reading() as connection:
        found = await store.documents_of(connection, [row.received_id])
    original = await _original(app, row)
    if row.channel == "letter":
        await _examine_letter(app, row, found.get(row.received_id, []), original)
    else:
        earlier = {each.sha256: each.document_id for each in found.get(row.received_id, [])}
        await _examine_mail(app, row, earlier, original)


async def _original(app: App, row: Received) -> bytes:
    try:
        return await app.documents.get(row.document_id or "")
    except NotFound:
        # Without it nothing can be read; a person gets the contact with that reason.
        log.error("the original is gone", received_id=row.received_id)
        return b""


async def _examine_mail(app: App, row: Received, earlier: Mapping[str, str], raw: bytes) -> None:
    assert row.contact_id is not None
    read = await read_mail(raw, app.settings, app.scans)
    documents = await keep(app.documents, mail_as_document(raw), read.documents, earlier)
    arrival = Arrival(row.received_id, row.contact_id, row.received_at, read, documents)
    async with app.service.unit_of_work() as work:
        known = await known_for(work.connection, [read])
        left = (row.examine_until or work.now) - work.now
        outcome = decide(arrival, known, app.programmes, work.now, left.total_seconds())
        if outcome.row.verdict is not None:
            await _settled(work, outcome)


async def _examine_letter(
    app: App, row: Received, stored: Sequence[StoredDocument], scan: bytes
) -> None:
    """Read a letter.

    Its sender can't be proven, so a reference in it is for a person to judge, unless the person
    who uploaded it named the case.
    """
    assert row.contact_id is not None
    media_type = stored[0].media_type if stored else ""
    read = await app.scans.read(scan, media_type)
    today = app.programmes.desk.local_day(row.received_at)
    document = _letter_document(stored, readable=read.problem is None)
    async with app.service.unit_of_work() as work:
        identified = await _letter_identified(work, row, read.text)
        contact = contact_of_letter(
            read.text,
            row.sender_name or "",
            identified,
            Circumstances(
                contact_id=row.contact_id,
                received_at=row.received_at,
                today=today,
                keywords=app.programmes.benefit_keywords(today),
                documents=document,
                needs_person=read.problem,
            ),
        )
        verdict: Verdict = "unidentified" if identified.suspicion else "contact"
        settled = replace(
            row, verdict=verdict, reason=identified.suspicion, case_id=identified.case_id
        )
        await _settled(work, Outcome(settled, contact))


async def _letter_identified(work: UnitOfWork, row: Received, text: str) -> Identified:
    if row.case_id is not None:
        return Identified(row.case_id)
    references = find_references((text,), (), "")
    named = {case for place in references.cases for case in place}
    known = Known(await projection.cases_known(work.connection, named))
    return identify(references, Sender("", authenticated=False), known)


def _letter_document(stored: Sequence[StoredDocument], *, readable: bool) -> tuple[Document, ...]:
    return tuple(
        Document(
            document_id=each.document_id,
            kind=DocumentKind.LETTER,
            media_type=each.media_type,
            size=each.size,
            sha256=each.sha256,
            readable=readable,
        )
        for each in stored
    )


async def _settled(work: UnitOfWork, outcome: Outcome) -> None:
    row = outcome.row
    assert row.verdict is not None
    first = await store.settle(
        work.connection,
        row.received_id,
        verdict=row.verdict,
        reason=row.reason,
        case_id=row.case_id,
    )
    # Another worker may have been quicker: then everything is done.
    if first:
        await store.save_contacts(work.connection, [outcome.contact] if outcome.contact else [])
        publish(work, outcome)
