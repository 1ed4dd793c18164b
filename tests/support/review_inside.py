"""Review in the test's own process on a real database: its agents and its HTTP side, no broker."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from deploy.local.keys import SigningKey
from services.review import agents, api, people, store
from services.review.app import App, build
from services.review.following import on_clocks
from services.review.settings import Settings
from services.review.waiting import WaitingContacts
from shared.contract.base import Body
from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import ContactReceived
from shared.contract.people import PersonChanged
from shared.contract.public import ClockBreached, ClockWarned, EscalationChanged
from shared.contract.reference import ClientChanged, PolicyChanged
from shared.messaging.envelope import OutgoingRecord
from shared.messaging.outbox_rows import waiting_records
from shared.migrations import migrate, tables_of
from tests.support.review_desk import event_of, policy_number


class ReviewInside:
    """What a test does with review: tell it something, ask it as a person."""

    def __init__(self, app: App, key: SigningKey) -> None:
        self.app = app
        self._key = key
        self._waiting = WaitingContacts(app)
        transport = httpx.ASGITransport(app.service.api(api.router(app)))
        self._http = httpx.AsyncClient(transport=transport, base_url="http://review")

    async def tell(self, *bodies: Body) -> list[Body]:
        """Let review read these in one transaction each kind; what it publishes then."""
        published: list[Body] = []
        handlers = {
            ClientChanged: agents.on_clients(self.app.programmes, self._waiting),
            PolicyChanged: agents.on_policies(self.app.programmes, self._waiting),
            ContactReceived: self._contacts,
            ClockWarned | ClockBreached | EscalationChanged: on_clocks(self.app.programmes),
            PersonChanged: people.take_people,
        }
        for kind, handle in handlers.items():
            events = [event_of(body) for body in bodies if isinstance(body, kind)]
            if not events:
                continue
            async with self.app.service.unit_of_work() as work:
                await handle(work, events)
                published += [record.value for record in work.records]
        return published

    async def _contacts(self, work: Any, events: Sequence[Any]) -> None:
        await agents.take_contacts(self.app.programmes, self._waiting, work, events)

    async def case_of(self, contact_id: str) -> dict[str, Any]:
        (case,) = (await self.ask("GET", f"/cases?contact_id={contact_id}")).json()
        return case

    async def case(self, case_id: str) -> CaseFileUpdated:
        async with self.app.service.database.reading() as connection:
            return (await store.load_cases(connection, [case_id], lock=False))[case_id]

    async def ask(
        self, method: str, path: str, role: str = "representative", who: str = "rita", **body: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._key.token(who, who.title(), [role])}"}
        return await self._http.request(method, path, headers=headers, json=body or None)


@asynccontextmanager
async def review_app(
    database_url: str, folder: Path, programmes_dir: Path | None = None
) -> AsyncIterator[tuple[App, SigningKey]]:
    """Review on a database, and the key of its tokens."""
    key = SigningKey(folder)
    app = build(
        Settings(
            kafka="127.0.0.1:1",
            database_url=database_url,
            jwks_file=key.jwks_file,
            documents_dir=folder,
            programmes_dir=programmes_dir,
        )
    )
    await migrate(app.service.database, "review")
    try:
        yield app, key
    finally:
        await app.service.database.close()


@asynccontextmanager
async def review_inside(
    database_url: str, folder: Path, programmes_dir: Path | None = None
) -> AsyncIterator[ReviewInside]:
    """Review on a database of its own; again on the same one it knows what it knew."""
    async with review_app(database_url, folder, programmes_dir) as (app, key):
        yield ReviewInside(app, key)


async def published(app: App, topic: str) -> list[OutgoingRecord]:
    """The records that wait in the outbox for a topic, in order."""
    table = tables_of("review").tables["outbox"]
    async with app.service.database.reading() as connection:
        records = await waiting_records(connection, table)
    return [record for record in records if record.topic == topic]


async def claims_on(app: App, number: int) -> int:
    """How many claims count on a policy."""
    async with app.service.unit_of_work() as work:
        ledgers = await store.lock_ledgers(work.connection, [policy_number(number)])
    return len(ledgers[policy_number(number)].claims)
