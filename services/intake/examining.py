"""The second look: letters that have to be read, and mails that wait for what they refer to.

Everything here is in the database already, so a crash only means that it is looked at again.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Final

import structlog

from services.intake import store
from services.intake.app import App
from services.intake.arrivals import Arrival, keep, mail_as_document
from services.intake.deciding import decide, known_for
from services.intake.examining_claims import examine_claim
from services.intake.letters import examine_letters
from services.intake.reading import read_mail
from services.intake.settling import settle
from services.intake.store import Received, StoredDocument
from shared.database import is_temporary
from shared.errors import NotFound

log = structlog.get_logger(__name__)

_MOST_AT_ONCE: Final = 4
"""So many files are held in memory while they are read; a day's scan may have 200 MB."""
_WAITING_PAUSE: Final = 0.25
_IDLE_PAUSE: Final = 5.0
"""A fallback: whoever stores something to examine says so."""


async def examine_for_ever(app: App) -> None:
    """Examine what waits, until cancelled.

    Reading scans takes seconds, a day's post in one scan minutes, and must hold up neither a reply
    that waits for its case nor all other letters.
    """
    taken: set[str] = set()
    async with asyncio.TaskGroup() as loops:
        loops.create_task(_repeat(app, _examine_references, _WAITING_PAUSE))
        for _ in range(_MOST_AT_ONCE):
            loops.create_task(_repeat(app, partial(_read_next, taken=taken), _IDLE_PAUSE))


async def _repeat(app: App, work: Callable[[App], Awaitable[int]], pause_of_waiting: float) -> None:
    """Do some work whenever there may be some; a database that is away is waited for."""
    wake = app.to_examine.subscribe()
    while True:
        wake.clear()
        try:
            waiting = await work(app)
        except Exception as error:
            if not is_temporary(error):
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


async def _read_next(app: App, taken: set[str]) -> int:
    """Read the oldest that waits and that no other reader of this process has taken."""
    async with app.service.database.reading() as connection:
        waiting = await store.waiting_to_be_read(connection)
    row = next((each for each in waiting if each.received_id not in taken), None)
    if row is None:
        return 0
    taken.add(row.received_id)
    try:
        await _read_one(app, row)
    except Exception:
        # What can't be read now must not keep every reader from all that came after it.
        asyncio.get_running_loop().call_later(_IDLE_PAUSE, taken.discard, row.received_id)
        raise
    taken.discard(row.received_id)
    app.to_examine.set()
    return 1


async def _read_one(app: App, row: Received) -> None:
    if row.channel == "web":
        await examine_claim(app, row)
        return
    original = await _original(app, row)
    if row.channel == "letter":
        (stored,) = await _documents_of(app, row)
        await examine_letters(app, row, original, stored)
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
            await settle(work, outcome)
        elif outcome.row.examine_until is None:
            await store.hand_to_reading(work.connection, row.received_id)
            work.after_commit(app.to_examine.set)


async def _documents_of(app: App, row: Received) -> list[StoredDocument]:
    async with app.service.database.reading() as connection:
        found = await store.documents_of(connection, [row.received_id])
    return found.get(row.received_id, [])
