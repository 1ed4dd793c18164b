"""Escalation without its broker: handlers and loops are called, what it would publish is read."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import httpx
from sqlalchemy import MetaData, delete, select

from deploy.local.keys import SigningKey
from services.escalation import (
    agents,
    api,
    escalation_store,
    firing,
    notices,
    raising,
    tables,
)
from services.escalation.app import App, build
from services.escalation.domain.escalations import Escalation, Status
from services.escalation.escalation_store import Wanted
from services.escalation.settings import Settings
from shared.contract.base import Body, utc
from shared.contract.case_file import CaseFileUpdated
from shared.contract.escalations import EscalationRaised
from shared.contract.people import PersonChanged, TeamChanged
from shared.contract.public import (
    ClockBreached,
    ClockWarned,
    EscalationChanged,
    NoticeStatusChanged,
)
from shared.messaging.envelope import Event, decode, encode
from shared.messaging.outbox_rows import waiting_records
from shared.messaging.tables import outbox_table
from shared.migrations import migrate
from tests.support.escalation_desk import event_of, write_rules


class Desk:
    """One worker of escalation on a database."""

    def __init__(self, app: App, key: SigningKey) -> None:
        self.app = app
        self._key = key
        self._outbox = outbox_table(MetaData())
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app.service.api(api.router(app))),
            base_url="http://escalation",
        )

    async def note(self, *files: CaseFileUpdated) -> None:
        async with self.app.service.unit_of_work() as work:
            await agents.note_case_files(self.app, work, [event_of(file) for file in files])

    async def heard(self, *statuses: NoticeStatusChanged) -> None:
        async with self.app.service.unit_of_work() as work:
            events = [_event(body, str(body.sequence)) for body in statuses]
            await notices.note_notices(self.app, work, events)

    async def staff(self, *changed: PersonChanged | TeamChanged) -> None:
        async with self.app.service.unit_of_work() as work:
            await agents.note_people(work, [_event(body, str(body.revision)) for body in changed])

    async def fire(self, at: datetime) -> None:
        while await firing.fire(self.app, at):
            pass

    async def look(self, at: datetime) -> int:
        """Look at everything whose time has come; how many escalations that were."""
        looked = 0
        while found := await raising.look_at_due(self.app, at):
            looked += found
        return looked

    async def published(self) -> list[Body]:
        """What was emitted since the last call, in order."""
        table = self._outbox
        async with self.app.service.database.transaction() as connection:
            records = await waiting_records(connection, table)
            await connection.execute(delete(table))
        return [decode(record.key, record.value, record.headers).body for record in records]

    async def told(self) -> list[str]:
        """The same in short."""
        return [in_short(body) for body in await self.published()]

    async def lines(self) -> list[tuple]:
        """The clocks as stored; which ended in time is not worth a row, but may have one."""
        async with self.app.service.database.reading() as connection:
            rows = await connection.execute(
                select(tables.clocks, tables.cases.c.fires_at, tables.cases.c.state.label("case"))
                .join(tables.cases, tables.cases.c.case_id == tables.clocks.c.case_id)
                .order_by(tables.clocks.c.case_id, tables.clocks.c.kind)
            )
            return [tuple(row) for row in rows]

    async def escalations(self, status: Status | None = None) -> list[Escalation]:
        async with self.app.service.database.reading() as connection:
            return await escalation_store.find_escalations(connection, Wanted(status=status), 1000)

    async def call(
        self, method: str, path: str, by: str, role: str = "supervisor", **body: object
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._key.token(by, by, [role])}"}
        return await self._http.request(method, path, headers=headers, json=body or None)

    async def close(self) -> None:
        await self._http.aclose()
        await self.app.service.database.close()


async def open_desk(
    database_url: str, folder: Path, clocks: Sequence[dict[str, object]], **settings: object
) -> Desk:
    """A worker with these clocks, whose desk is always open unless the settings say otherwise."""
    folder.mkdir(exist_ok=True)
    rules = write_rules(folder / "programmes", clocks)
    key = SigningKey(folder)
    app = build(
        Settings(
            database_url=database_url,
            jwks_file=key.jwks_file,
            documents_dir=folder,
            **rules | settings,
        )
    )
    await migrate(app.service.database, "escalation")
    return Desk(app, key)


def in_short(body: Body) -> str:
    if isinstance(body, EscalationChanged):
        return f"{body.case_id} {body.status} {body.reason}"
    if isinstance(body, EscalationRaised):
        return f"{body.case_id} {body.because}: {body.to} at level {body.level}"
    assert isinstance(body, (ClockWarned, ClockBreached))
    alarm = "warned" if isinstance(body, ClockWarned) else "breached"
    return f"{body.case_id} {body.clock} {body.run} {alarm}"


def _event(body: Body, cause: str) -> Event:
    record = encode(body, source="elsewhere", cause=cause, at=utc(2026, 11, 23))
    return decode(record.key, record.value, record.headers)
