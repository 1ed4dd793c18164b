"""Mails become contacts: read, stored, then identified and published, one transaction a batch."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake import store
from services.intake.adapters.mailbox import MACHINE, PROCESSED, FetchedMail
from services.intake.app import App
from services.intake.arrivals import Arrival, keep, mail_as_document, new_arrival
from services.intake.deciding import decide, duplicate, known_for, publish
from services.intake.reading import ReadMail, read_mail
from services.intake.store import Received
from shared.contract.contacts import ContactReceived
from shared.messaging.processing import UnitOfWork


async def receive_mails(app: App, mails: Sequence[FetchedMail]) -> Mapping[str, str]:
    """Record a batch of mails and publish what they are; returns each uid's folder.

    A mail that was recorded before a crash, and not moved yet, is only moved.
    """
    read = {mail.uid: await read_mail(mail.raw, app.settings, app.scans) for mail in mails}
    async with app.service.database.reading() as connection:
        before = await _Before.of(connection, [(m.place, read[m.uid].fingerprint) for m in mails])
    fresh = [mail for mail in mails if not before.moved_late(mail.place, read[mail.uid])]
    arrivals = await asyncio.gather(*[_stored(app, mail, read[mail.uid]) for mail in fresh])
    if arrivals:
        async with app.service.unit_of_work() as work:
            await _record(app, work, arrivals)
            work.after_commit(app.to_examine.set)
    return {uid: MACHINE if each.machine else PROCESSED for uid, each in read.items()}


async def _stored(app: App, mail: FetchedMail, read: ReadMail) -> Arrival:
    documents = await keep(app.documents, mail_as_document(mail.raw), read.documents)
    return new_arrival(read, mail.arrived_at, documents, mail.place)


async def _record(app: App, work: UnitOfWork, arrivals: Sequence[Arrival]) -> None:
    await store.one_at_a_time(work.connection)
    keys = [(arrival.place or "", arrival.read.fingerprint) for arrival in arrivals]
    before = await _Before.of(work.connection, keys)
    known = await known_for(work.connection, [arrival.read for arrival in arrivals])
    rows: list[Received] = []
    contacts: list[ContactReceived] = []
    documents = []
    for fetched in arrivals:
        if before.moved_late(fetched.place or "", fetched.read):
            continue
        # The law and the clocks go by when the mail server got it, if its clock is right.
        arrived_at = min(fetched.received_at, work.now)
        arrival = replace(fetched, received_at=arrived_at)
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
        documents += [kept.row(arrival.received_id) for kept in arrival.documents]
        if outcome.contact is not None:
            contacts.append(outcome.contact)
        publish(work, outcome)
    await store.save_received(work.connection, rows)
    await store.save_documents(work.connection, documents)
    await store.save_contacts(work.connection, contacts)


class _Before:
    """What was recorded before of the mails at hand."""

    def __init__(self, rows: Iterable[Received]) -> None:
        self._places: set[str] = set()
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
            self._places.add(row.place)
        if row.fingerprint:
            self._first.setdefault(row.fingerprint, row)

    def moved_late(self, place: str, read: ReadMail) -> bool:
        """Is it the very mail that was recorded before, still in the inbox after a crash?

        After a mailbox was rebuilt its mails have new numbers, and the same mail is not known by
        its place any more.
        """
        if place in self._places:
            return True
        first = self._first.get(read.fingerprint)
        return first is not None and _validity(first.place) != _validity(place)

    def first_of(self, read: ReadMail) -> Received | None:
        """The first delivery of the same mail."""
        return self._first.get(read.fingerprint)


def _validity(place: str | None) -> str:
    return (place or "").partition(":")[0]
