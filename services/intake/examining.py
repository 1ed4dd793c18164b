"""The second look: letters that have to be read, and mails that wait for what they refer to.

Everything here is in the database already, so a crash only means that it is looked at again.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

import structlog

from services.intake import projection, store
from services.intake.adapters.scans import ScanText
from services.intake.app import App
from services.intake.arrivals import Arrival, keep, mail_as_document
from services.intake.deciding import Outcome, decide, known_for, publish
from services.intake.domain.identify import (
    Author,
    Identified,
    Known,
    find_references,
    identify,
)
from services.intake.domain.normalise import Circumstances, contact_of_letter, unread_contact
from services.intake.reading import log_unreadable, read_mail
from services.intake.store import Received, StoredDocument, Verdict
from shared.contract.contacts import Channel, Document, DocumentKind, Sender
from shared.database import is_temporary
from shared.errors import NotFound, TemporaryFault
from shared.messaging.processing import UnitOfWork

log = structlog.get_logger(__name__)

_WAITING_PAUSE: Final = 0.25
_IDLE_PAUSE: Final = 5.0
"""A fallback: whoever stores something to examine says so."""


async def examine_for_ever(app: App) -> None:
    """Examine what waits, until cancelled.

    Reading scans takes seconds and must not hold up a reply that waits for its case.
    """
    async with asyncio.TaskGroup() as both:
        both.create_task(_repeat(app, _examine_references, _WAITING_PAUSE))
        both.create_task(_repeat(app, _read_scans, _IDLE_PAUSE))


async def _repeat(app: App, work: Callable[[App], Awaitable[int]], pause_of_waiting: float) -> None:
    """Do some work whenever there may be some; a database that is away is waited for."""
    wake = app.to_examine.subscribe()
    while True:
        wake.clear()
        try:
            waiting = await work(app)
        except Exception as error:
            if not (isinstance(error, TemporaryFault) or is_temporary(error)):
                raise
            log.warning("what waits can't be examined, trying again", reason=type(error).__name__)
            waiting = 1
        # Not `wait_for`: on Python 3.11 it may swallow the cancellation that ends the loop.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause_of_waiting if waiting else _IDLE_PAUSE):
                await wake.wait()


async def _examine_references(app: App) -> int:
    async with app.service.database.reading() as connection:
        waiting = await store.waiting_for_reference(connection)
    for row in waiting:
        await _examine_mail(app, row, await _original(app, row), pictures=False)
    return len(waiting)


async def _read_scans(app: App) -> int:
    async with app.service.database.reading() as connection:
        waiting = await store.waiting_to_be_read(connection)
    results = await asyncio.gather(
        *[_read_one(app, row) for row in waiting], return_exceptions=True
    )
    for error in results:
        if error is not None:
            raise error
    # More than one round holds may be waiting.
    if waiting:
        app.to_examine.set()
    return len(waiting)


async def _read_one(app: App, row: Received) -> None:
    original = await _original(app, row)
    if row.channel == "letter":
        await _examine_letter(app, row, original)
    else:
        await _examine_mail(app, row, original, pictures=True)


async def _original(app: App, row: Received) -> bytes:
    try:
        return await app.documents.get(row.document_id or "")
    except NotFound:
        # Without it nothing can be read; a person gets the contact with that reason.
        log.error("the original is gone", received_id=row.received_id)
        return b""


async def _examine_mail(app: App, row: Received, raw: bytes, *, pictures: bool) -> None:
    assert row.contact_id is not None
    read = await read_mail(raw, app.settings, app.scans, pictures=pictures)
    if pictures:
        read = replace(read, scans=False)
    earlier = {each.sha256: each.document_id for each in await _documents_of(app, row)}
    documents = await keep(app.documents, mail_as_document(raw), read.documents, earlier)
    arrival = Arrival(row.received_id, row.contact_id, row.received_at, read, documents)
    async with app.service.unit_of_work() as work:
        known = await known_for(work.connection, [read])
        left = (row.examine_until or work.now) - work.now
        outcome = decide(arrival, known, app.programmes, work.now, left.total_seconds())
        if outcome.row.verdict is not None:
            await _settled(work, outcome)
        elif outcome.row.examine_until is None:
            await store.hand_to_reading(work.connection, row.received_id)
            work.after_commit(app.to_examine.set)


async def _documents_of(app: App, row: Received) -> list[StoredDocument]:
    async with app.service.database.reading() as connection:
        found = await store.documents_of(connection, [row.received_id])
    return found.get(row.received_id, [])


async def _examine_letter(app: App, row: Received, scan: bytes) -> None:
    """Read a letter.

    Its sender can't be proven, so a reference in it is for a person to judge, unless the person
    who uploaded it named the case.
    """
    assert row.contact_id is not None
    stored = await _documents_of(app, row)
    media_type = stored[0].media_type if stored else ""
    read = await _scan_text(app, scan, media_type)
    today = app.programmes.desk.local_day(row.received_at)
    document = _letter_document(stored, readable=read.problem is None)
    around = Circumstances(
        contact_id=row.contact_id,
        received_at=row.received_at,
        today=today,
        keywords=app.programmes.benefit_keywords(today),
        documents=document,
        needs_person=read.problem,
    )
    async with app.service.unit_of_work() as work:
        identified = await _letter_identified(work, row, read.text)
        name = row.sender_name or ""
        try:
            contact = contact_of_letter(read.text, name, identified, around)
        except Exception as error:
            log_unreadable(error)
            contact = unread_contact(Channel.LETTER, Sender(name=name), identified, around)
        verdict: Verdict = "unidentified" if identified.suspicion else "contact"
        settled = replace(
            row, verdict=verdict, reason=identified.suspicion, case_id=identified.case_id
        )
        await _settled(work, Outcome(settled, contact))


async def _scan_text(app: App, scan: bytes, media_type: str) -> ScanText:
    """The words of a scan; one on which our program fails is for a person, not for another try."""
    try:
        return await app.scans.read(scan, media_type)
    except Exception as error:
        if isinstance(error, OSError):
            raise
        log_unreadable(error)
        return ScanText(problem="the desk could not read this scan")


async def _letter_identified(work: UnitOfWork, row: Received, text: str) -> Identified:
    if row.case_id is not None:
        return Identified(row.case_id)
    references = find_references((text,), (), "")
    named = {case for place in references.cases for case in place}
    known = Known(await projection.cases_known(work.connection, named))
    return identify(references, Author("", authenticated=False), known)


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
