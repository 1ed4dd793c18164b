"""Mails become contacts: read, stored, then identified and published, one transaction a batch."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake import store
from services.intake.adapters.inbox import FetchedMail
from services.intake.adapters.moves import LARGE, MACHINE, PROCESSED
from services.intake.app import App
from services.intake.arrivals import Arrival, all_done, keep, mail_as_document, new_arrival
from services.intake.deciding import decide, duplicate, known_for, publish
from services.intake.domain.mail import fingerprint
from services.intake.reading import ReadMail, read_mail
from services.intake.store import Received, StoredDocument
from shared.contract.contacts import ContactReceived
from shared.messaging.processing import UnitOfWork

Stored = dict[str, dict[str, str]]
"""Documents of mails that could not be recorded yet: their ids by place and digest."""
_MACHINES: Final = frozenset({"machine", "delivery_report"})


async def receive_mails(
    app: App, mails: Sequence[FetchedMail], stored: Stored | None = None
) -> Mapping[str, str]:
    """Record a batch of mails and publish what they are; returns each uid's folder.

    A mail that was recorded before a crash, and not moved yet, is only moved.

    Args:
        app: Intake.
        mails: As they lie in the inbox.
        stored: What an earlier try has left in the document store, so that a database or a disk
            that is away for long does not fill it with copies.
    """
    stored = {} if stored is None else stored
    keys = [(mail.place, fingerprint(mail.raw)) for mail in mails]
    async with app.service.database.reading() as connection:
        before = await _Before.of(connection, keys)
    folders = {}
    fresh = []
    for mail, key in zip(mails, keys, strict=True):
        row = before.same(*key)
        if row is not None:
            folders[mail.uid] = _folder(mail, machine=row.verdict in _MACHINES)
            continue
        read = await read_mail(mail.raw, app.settings, app.scans)
        folders[mail.uid] = _folder(mail, machine=read.machine is not None)
        fresh.append((mail, read))
        # Whoever waits for an answer of the API comes in between.
        await asyncio.sleep(0)
    if fresh:
        arrivals = await all_done(
            [_stored(app, mail, read, stored.setdefault(mail.place, {})) for mail, read in fresh]
        )
        async with app.service.unit_of_work() as work:
            await _record(app, work, arrivals)
            work.after_commit(app.to_examine.set)
    for mail in mails:
        stored.pop(mail.place, None)
    return folders


def _folder(mail: FetchedMail, *, machine: bool) -> str:
    if mail.left_out:
        return LARGE
    return MACHINE if machine else PROCESSED


async def _stored(app: App, mail: FetchedMail, read: ReadMail, earlier: dict[str, str]) -> Arrival:
    original = mail_as_document(mail.raw)
    documents = await keep(app.documents, original, read.documents, earlier)
    return new_arrival(read, mail.arrived_at, documents, mail.place)


async def _record(app: App, work: UnitOfWork, arrivals: Sequence[Arrival]) -> None:
    await store.one_at_a_time(work.connection)
    keys = [(arrival.place or "", arrival.read.fingerprint) for arrival in arrivals]
    before = await _Before.of(work.connection, keys)
    known = await known_for(work.connection, [arrival.read for arrival in arrivals])
    rows: list[Received] = []
    contacts: list[ContactReceived] = []
    documents: dict[str, StoredDocument] = {}
    for fetched in arrivals:
        await asyncio.sleep(0)
        if before.same(fetched.place or "", fetched.read.fingerprint):
            continue
        # The law and the clocks go by when the mail server got it, if its clock is right.
        arrived_at = min(fetched.received_at, work.now)
        place = None if before.has_place(fetched.place or "") else fetched.place
        arrival = replace(fetched, received_at=arrived_at, place=place)
        first = before.first_of(arrival.read)
        outcome = (
            duplicate(arrival, first)
            if first
            else decide(
                arrival, known, app.programmes, work.now, app.settings.reference_wait_seconds
            )
        )
        before.note(outcome.row)
        rows.append(outcome.row)
        # What is attached twice may be stored once.
        documents |= {
            kept.document.document_id: kept.row(arrival.received_id) for kept in arrival.documents
        }
        if outcome.contact is not None:
            contacts.append(outcome.contact)
        publish(work, outcome)
    await store.save_received(work.connection, rows)
    await store.save_documents(work.connection, list(documents.values()))
    await store.save_contacts(work.connection, contacts)


class _Before:
    """What was recorded before of the mails at hand."""

    def __init__(self, rows: Iterable[Received]) -> None:
        self._at: dict[str, Received] = {}
        self._first: dict[str, Received] = {}
        for row in rows:
            self.note(row)

    @classmethod
    async def of(cls, connection: AsyncConnection, keys: Sequence[tuple[str, str]]) -> "_Before":
        places = [place for place, _ in keys]
        fingerprints = [fingerprint for _, fingerprint in keys]
        return cls(await store.received_before(connection, places, fingerprints))

    def note(self, row: Received) -> None:
        if row.place:
            self._at[row.place] = row
        if row.fingerprint:
            self._first.setdefault(row.fingerprint, row)

    def has_place(self, place: str) -> bool:
        """A server that numbers its mails anew must say so, but not all do."""
        return place in self._at

    def same(self, place: str, fingerprint: str) -> Received | None:
        """The very mail, recorded before and still in the inbox after a crash.

        After a mailbox was rebuilt its mails have new numbers, and the same mail is not known by
        its place any more.
        """
        here, first = self._at.get(place), self._first.get(fingerprint)
        if here is not None and here.fingerprint == fingerprint:
            return here
        return first if first is not None and _validity(first.place) != _validity(place) else None

    def first_of(self, read: ReadMail) -> Received | None:
        """The first delivery of the same mail."""
        return self._first.get(read.fingerprint)


def _validity(place: str | None) -> str:
    return (place or "").partition(":")[0]
