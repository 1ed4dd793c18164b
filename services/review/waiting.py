"""Contacts that came before the policy or the client that they are about.

Order holds within one key of one topic, never across topics: a mail may overtake the policy that
it names. Such a contact waits in a table, with a limit, and is reviewed as soon as what it names
is known, or after the limit without it. What belongs to the same case waits behind it. It is taken
out of the table in the transaction that reviews it, so a kill anywhere loses and repeats nothing.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

import structlog
from prometheus_client import Counter

from services.review import waiting_store as store
from services.review.app import App
from services.review.reviewing import review
from services.review.touched import Touched
from services.review.waiting_store import Unknown, WaitingContact
from shared.contract.catalogue import CLIENTS, CONTACTS, POLICIES, TYPE_OF_BODY
from shared.contract.contacts import ContactReceived
from shared.database import is_temporary
from shared.errors import BadEvent
from shared.messaging.envelope import Event, OutgoingRecord
from shared.messaging.processing import DEAD, UnitOfWork

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 100
_LOOK_SECONDS: Final = 0.5
_FAULT_SECONDS: Final = 1.0

WAITED = Counter(
    "claimsdesk_contacts_waited_total",
    "Contacts that waited for their policy or client, by whether it came",
    ["ended"],
)


class WaitingContacts:
    """Keeps contacts that came too early, and has them reviewed; one per process."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._longest = app.unknown_policy_wait
        self._news = asyncio.Event()

    def register(self) -> None:
        """Follow the waiting contacts as long as the service lives."""
        background = self._app.service.background
        background("contacts whose policy came", self._release_arrived)
        background("contacts that waited long enough", self._release_expired)

    def look(self) -> None:
        """Somebody may wait no longer: a policy or a client came, or a contact began to wait."""
        self._news.set()

    async def keep(
        self, work: UnitOfWork, events: Sequence[Event], early: Mapping[str, Unknown]
    ) -> None:
        """Let these of the contacts wait.

        Args:
            work: The transaction in which they were read.
            events: All contacts of the batch.
            early: By contact id, what each of the early ones waits for.
        """
        waiting = [
            WaitingContact(contact, event.event_id, event.source)
            for event in events
            if isinstance(contact := event.body, ContactReceived) and contact.contact_id in early
        ]
        for each in waiting:
            log.info("a contact waits for its policy", contact_id=each.contact.contact_id)
        await store.keep(work.connection, waiting, early, work.now + self._longest)
        work.after_commit(self.look)

    async def _release_arrived(self) -> None:
        while True:
            self._news.clear()
            await _patiently(self.review_arrived)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._news.wait()

    async def _release_expired(self) -> None:
        while True:
            await _patiently(self.review_expired)
            await asyncio.sleep(_LOOK_SECONDS)

    async def review_arrived(self) -> None:
        """Review all those for whom what they name is known by now."""
        while numbers := await self._numbers(None):
            await self._review(numbers, "arrived")

    async def review_expired(self) -> None:
        """Review those whose time is over, on all that was told until now."""
        async with self._app.service.database.reading() as connection:
            if not await store.anybody_waits(connection):
                return
        async with self._app.service.unit_of_work() as work:
            now = work.now
        if not await self._numbers(now):
            return
        await self._app.service.caught_up(POLICIES, CLIENTS)
        await self.review_arrived()
        while numbers := await self._numbers(now):
            await self._review(numbers, "expired")

    async def _numbers(self, expired_at: datetime | None) -> list[int]:
        async with self._app.service.database.reading() as connection:
            return await store.next_numbers(connection, expired_at, _AT_ONCE)

    async def _review(self, numbers: Sequence[int], ended: Literal["arrived", "expired"]) -> None:
        """Review waiting contacts together; on a fault in halves, until one stands alone."""
        try:
            await self._take(numbers, ended)
        except Exception as error:
            if is_temporary(error):
                raise
            if len(numbers) == 1:
                await self._set_aside(numbers[0], error)
                return
            middle = len(numbers) // 2
            await self._review(numbers[:middle], ended)
            await self._review(numbers[middle:], ended)

    async def _take(self, numbers: Sequence[int], ended: str) -> None:
        async with self._app.service.unit_of_work() as work:
            taken = await store.take(work.connection, numbers)
            contacts = [each.contact for each in taken]
            touched = await Touched.by(work.connection, contacts)
            await review(work, self._app.programmes, touched, contacts)
        WAITED.labels(ended).inc(len(taken))
        # Whoever waited behind them for the same case is next.
        self.look()

    async def _set_aside(self, number: int, error: Exception) -> None:
        """What can't be reviewed goes to the dead letters, as if it had never waited."""
        if not isinstance(error, BadEvent):
            log.error("a contact that waited could not be handled", exc_info=error)
        async with self._app.service.unit_of_work() as work:
            taken = await store.take(work.connection, [number])
            work.records.extend(_dead_letter(each, error) for each in taken)
        DEAD.labels(CONTACTS.name).inc(len(taken))


def _dead_letter(waited: WaitingContact, error: Exception) -> OutgoingRecord:
    key = waited.contact.contact_id.encode()
    headers = {
        "ce_specversion": "1.0",
        "ce_id": waited.event_id,
        "ce_source": waited.source,
        "ce_type": TYPE_OF_BODY[ContactReceived].name,
        "ce_subject": waited.contact.contact_id,
        "content-type": "application/json",
        "dlt_topic": CONTACTS.name,
        # Our own words only: a foreign error's text may quote personal data.
        "dlt_reason": str(error) if isinstance(error, BadEvent) else "the handler failed",
        "dlt_exception": type(error).__name__,
    }
    return OutgoingRecord(
        CONTACTS.dead_letters,
        key,
        waited.contact.model_dump_json(exclude_none=True).encode(),
        tuple((name, text.encode()) for name, text in headers.items()),
    )


async def _patiently(act: Callable[[], Awaitable[None]]) -> None:
    """Act; while database or broker are away, everybody waits on."""
    try:
        await act()
    except Exception as error:
        if not is_temporary(error):
            raise
        log.warning("waiting contacts wait on", reason=type(error).__name__)
        await asyncio.sleep(_FAULT_SECONDS)
