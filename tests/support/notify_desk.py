"""Notify without a broker: its tables, handlers and senders; what it would publish is read from
the outbox."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace as changed
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.local.keys import SigningKey
from services.notify import agents, store
from services.notify.app import App, build
from services.notify.domain.notice import Notice
from services.notify.domain.samples import SAMPLE_DAY, sample_case
from services.notify.printing import Printer
from services.notify.sender import Sender
from services.notify.settings import Settings
from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import Language
from shared.contract.decisions import DecisionOutcome
from shared.contract.facts import NoticeKind, NoticeRequested
from shared.contract.public import DeliveryReported, NoticeStatus, NoticeStatusChanged
from shared.ids import random_id
from shared.messaging.envelope import Event
from shared.messaging.outbox_rows import waiting_records
from shared.migrations import migrate, tables_of
from shared.programmes import load_programmes

PROGRAMMES = load_programmes()
NOTICE_KEY = "a secret of the test"

Found = TypeVar("Found")


def a_case(
    *,
    programme: str = "household",
    language: Language = Language.GERMAN,
    outcome: DecisionOutcome = DecisionOutcome.APPROVE_IN_PART,
    reasons: tuple[str, ...] | None = None,
    **fields: object,
) -> CaseFileUpdated:
    """A case that every notice can be written from, with changes."""
    version = PROGRAMMES.version_on(programme, SAMPLE_DAY)
    assert version
    case = sample_case(version, language, outcome)
    if reasons is not None:
        decision = case.decisions[-1].model_copy(update={"reasons": reasons})
        fields["decisions"] = (decision,)
    return case.model_copy(update=fields)


def without_email(case: CaseFileUpdated) -> CaseFileUpdated:
    return with_client(case, email_consent=False)


def with_client(case: CaseFileUpdated, **fields: object) -> CaseFileUpdated:
    assert case.client
    return case.model_copy(update={"client": case.client.model_copy(update=fields)})


def requesting(case: CaseFileUpdated, *kinds: NoticeKind) -> tuple[CaseFileUpdated, list[str]]:
    """The case file with requests for notices, and the notices' ids."""
    facts = tuple(
        NoticeRequested(notice_id=random_id(), notice=kind, words="Das ist unsere Antwort.")
        for kind in kinds
    )
    return case.model_copy(update={"facts": facts}), [fact.notice_id for fact in facts]


class NotifyDesk:
    """Notify on one database; `sending()` runs a process's senders."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def request(self, case: CaseFileUpdated, *kinds: NoticeKind) -> list[str]:
        """Have notices requested by a case file; their ids."""
        body, ids = requesting(case, *kinds)
        await self.read(body)
        return ids

    async def read(self, body: CaseFileUpdated | DeliveryReported) -> None:
        """Let notify's handler read an event."""
        event = Event(random_id(), "/claimsdesk/test", "test", "key", body)
        take = agents.take_reports if isinstance(body, DeliveryReported) else agents.take_requests
        async with self.app.service.unit_of_work() as work:
            await take(self.app, work, [event])

    async def notice(self, notice_id: str) -> Notice:
        found = await self._look(lambda connection: store.find(connection, notice_id))
        assert found
        return found

    async def published(self, notice_id: str) -> list[str]:
        """Channel and status of each step that notify tells everybody, in order."""
        table = tables_of("notify").tables["outbox"]
        records = await self._look(lambda connection: waiting_records(connection, table))
        bodies = [NoticeStatusChanged.model_validate_json(record.value) for record in records]
        own = [body for body in bodies if body.notice_id == notice_id]
        assert [body.sequence for body in own] == list(range(1, len(own) + 1))
        return [f"{body.channel} {body.status}" for body in own]

    async def until(
        self,
        notice_id: str,
        condition: Callable[[Notice], bool] | NoticeStatus,
        seconds: float = 15,
    ) -> Notice:
        """Wait until a notice stands as wanted."""
        end = time.monotonic() + seconds
        while True:
            notice = await self.notice(notice_id)
            met = (
                notice.status is condition
                if isinstance(condition, NoticeStatus)
                else condition(notice)
            )
            if met:
                return notice
            assert time.monotonic() < end, f"not in time: {notice.status} {notice.detail!r}"
            await asyncio.sleep(0.02)

    async def _look(self, query: Callable[[AsyncConnection], Awaitable[Found]]) -> Found:
        """Read, also while a test cuts the database's connections."""
        for _ in range(20):
            with suppress(DBAPIError):
                async with self.app.service.database.reading() as connection:
                    return await query(connection)
        raise AssertionError("the database does not come back")

    async def due_now(self, notice_id: str) -> None:
        """Let a pause be over."""
        async with self.app.service.unit_of_work() as work:
            notice = (await store.load(work.connection, [notice_id]))[notice_id]
            await store.save(work.connection, [changed(notice, next_attempt_at=work.now)])
            work.after_commit(self.app.wake)

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[Sender]:
        """A process's senders, stopped in order."""
        sender, printer = Sender(self.app), Printer(self.app)
        tasks = [asyncio.create_task(run()) for run in (sender.run, printer.run, printer.watch)]
        try:
            yield sender
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task


@asynccontextmanager
async def notify_desk(
    folder: Path, database_url: str, smtp_port: int, **settings: object
) -> AsyncIterator[NotifyDesk]:
    """Notify with empty tables."""
    app = build(
        Settings(
            kafka="127.0.0.1:1",
            database_url=database_url,
            jwks_file=SigningKey(folder).jwks_file,
            documents_dir=folder / "documents",
            smtp_host="127.0.0.1",
            smtp_port=smtp_port,
            smtp_timeout=5,
            spool_dir=folder / "spool",
            desk_address="claims@claimsdesk.example",
            notice_key=NOTICE_KEY,
            **{
                "answers_per_day": 1000,
                "print_close_after": timedelta(),
                "print_posting": "hand_over",
                **settings,
            },
        )
    )
    await migrate(app.service.database, "notify")
    try:
        yield NotifyDesk(app)
    finally:
        await app.service.database.close()
