"""Notify's tables and queries: notices, their history, and the processes that send them.

A row is changed only after it was locked and read in the same transaction, through the pure steps
of `domain/notice.py`; so two processes never both act on what they saw before.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    RowMapping,
    Table,
    Text,
    bindparam,
    delete,
    false,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.domain.notice import Notice
from shared.contract.case_file import NoticeKind
from shared.contract.contacts import Channel, Language
from shared.contract.public import NoticeStatus
from shared.database import UtcDateTime, among, insert_new, insert_rows, locked

metadata = MetaData()

notices = Table(
    "notices",
    metadata,
    Column("notice_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("run", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("letter_day", Date, nullable=False),
    Column("next_attempt_at", UtcDateTime),
    Column("worker", Text),
    Column("marked", Boolean, nullable=False),
    Column("detail", Text, nullable=False),
    Column("case_file", Text),
    Column("document_id", Text),
    Index("notices_due", "channel", "next_attempt_at"),
    Index("notices_changed", "status", "changed_at"),
)
history = Table(
    "notice_history",
    metadata,
    Column("notice_id", Text, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("detail", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("document_id", Text),
)
senders = Table(
    "senders",
    metadata,
    Column("worker", Text, primary_key=True),
    Column("alive_until", UtcDateTime, nullable=False),
)

_NAMES = tuple(field.name for field in fields(Notice))


async def add(connection: AsyncConnection, fresh: Sequence[Notice]) -> list[Notice]:
    """Insert notices that are not there yet, and return those."""
    new = await insert_new(connection, notices, "notice_id", [_row(notice) for notice in fresh])
    return [notice for notice in fresh if notice.notice_id in new]


async def load(connection: AsyncConnection, notice_ids: Collection[str]) -> dict[str, Notice]:
    """The notices with these ids, locked until the end of the transaction."""
    query = (
        select(notices)
        .where(among(connection, notices.c.notice_id, notice_ids))
        .order_by(notices.c.notice_id)
    )
    rows = await connection.execute(locked(query))
    return {row["notice_id"]: _notice(row) for row in rows.mappings()}


async def find(connection: AsyncConnection, notice_id: str) -> Notice | None:
    """One notice, to be looked at."""
    query = select(notices).where(notices.c.notice_id == notice_id)
    row = (await connection.execute(query)).mappings().first()
    return _notice(row) if row else None


async def of_case(connection: AsyncConnection, case_id: str) -> list[Notice]:
    """A case's notices, oldest first."""
    query = select(notices).where(notices.c.case_id == case_id).order_by(notices.c.created_at)
    return [_notice(row) for row in (await connection.execute(query)).mappings()]


async def save(connection: AsyncConnection, changed: Sequence[Notice]) -> None:
    """Store notices that were locked in this transaction."""
    if not changed:
        return
    columns: dict[str, Any] = {
        name: bindparam(f"new_{name}") for name in _NAMES if name != "notice_id"
    }
    statement = update(notices).where(notices.c.notice_id == bindparam("key")).values(**columns)
    await connection.execute(
        statement,
        [
            {
                "key": notice.notice_id,
                **{f"new_{name}": value for name, value in _row(notice).items()},
            }
            for notice in changed
        ],
    )


async def remember(connection: AsyncConnection, steps: Iterable[Notice], by: str) -> None:
    """Write steps into the notices' history; `by` is a person, or empty for the desk itself."""
    rows = [
        {
            "notice_id": step.notice_id,
            "sequence": step.sequence,
            "channel": step.channel.value,
            "status": step.status.value,
            "at": step.changed_at,
            "detail": step.detail,
            "by": by,
            "document_id": step.document_id,
        }
        for step in steps
    ]
    await insert_rows(connection, history, rows, ignore_conflicts=True)


async def history_of(connection: AsyncConnection, notice_id: str) -> Sequence[RowMapping]:
    """Every public step of a notice, oldest first."""
    query = select(history).where(history.c.notice_id == notice_id).order_by(history.c.sequence)
    return (await connection.execute(query)).mappings().all()


async def claim(
    connection: AsyncConnection, channel: Channel, worker: str, now: datetime, limit: int
) -> list[Notice]:
    """Take due notices of a channel that no living process has; the longest due first."""
    query = (
        select(notices)
        .where(
            notices.c.channel == channel.value,
            notices.c.status == NoticeStatus.QUEUED.value,
            notices.c.next_attempt_at <= now,
            notices.c.marked == false(),
            _nobody_has_it(now),
        )
        .order_by(notices.c.next_attempt_at)
        .limit(limit)
    )
    rows = (await connection.execute(locked(query, skip_locked=True))).mappings().all()
    if rows:
        ids = [row["notice_id"] for row in rows]
        await connection.execute(
            update(notices).where(among(connection, notices.c.notice_id, ids)).values(worker=worker)
        )
    return [_notice({**row, "worker": worker}) for row in rows]


async def next_due(connection: AsyncConnection, channel: Channel) -> datetime | None:
    """When the next notice of a channel that nobody has is due."""
    query = select(func.min(notices.c.next_attempt_at)).where(
        notices.c.channel == channel.value,
        notices.c.status == NoticeStatus.QUEUED.value,
        notices.c.worker.is_(None),
    )
    due: datetime | None = (await connection.execute(query)).scalar()
    return due


async def left_behind(connection: AsyncConnection, now: datetime) -> list[Notice]:
    """Marked notices whose process is gone, locked."""
    query = select(notices).where(
        notices.c.status == NoticeStatus.QUEUED.value,
        notices.c.marked == true(),
        _nobody_has_it(now),
    )
    rows = await connection.execute(locked(query, skip_locked=True))
    return [_notice(row) for row in rows.mappings()]


async def stay_alive(connection: AsyncConnection, worker: str, until: datetime) -> None:
    """Renew the lease of this process, and forget processes that are long gone."""
    await insert_rows(
        connection, senders, [{"worker": worker, "alive_until": until}], update_on=("worker",)
    )
    await connection.execute(
        delete(senders).where(senders.c.alive_until < until - timedelta(hours=1))
    )


async def forget_sender(connection: AsyncConnection, worker: str | None) -> None:
    """End the lease of a process, or of all of them."""
    statement = delete(senders)
    await connection.execute(statement.where(senders.c.worker == worker) if worker else statement)


async def drop_case_files(connection: AsyncConnection, before: datetime) -> None:
    """Forget what notices were rendered from, where no bounce is to be expected any more."""
    settled = (NoticeStatus.SENT.value, NoticeStatus.DELIVERED.value)
    await connection.execute(
        update(notices)
        .where(
            notices.c.status.in_(settled),
            notices.c.changed_at < before,
            notices.c.case_file.is_not(None),
        )
        .values(case_file=None)
    )


def _nobody_has_it(now: datetime) -> Any:
    alive = select(senders.c.worker).where(senders.c.alive_until > now)
    return or_(notices.c.worker.is_(None), notices.c.worker.not_in(alive))


def _row(notice: Notice) -> dict[str, Any]:
    return {name: getattr(notice, name) for name in _NAMES} | {
        "kind": notice.kind.value,
        "language": notice.language.value,
        "channel": notice.channel.value,
        "status": notice.status.value,
    }


def _notice(row: Any) -> Notice:
    return Notice(
        **{
            **row,
            "kind": NoticeKind(row["kind"]),
            "language": Language(row["language"]),
            "channel": Channel(row["channel"]),
            "status": NoticeStatus(row["status"]),
        }
    )
