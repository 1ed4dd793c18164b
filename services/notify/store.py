"""Notify's queries: notices, their history, and the processes that send them.

A row is changed only after it was locked and read in the same transaction, through the pure steps
of `domain/notice.py`; so two processes never both act on what they saw before.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    bindparam,
    delete,
    exists,
    false,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.domain.notice import Notice
from services.notify.tables import automatic_answers, history, notices, senders
from services.notify.tables import metadata as metadata  # where migrations look for it
from shared.contract.contacts import Channel, Language
from shared.contract.facts import NoticeKind
from shared.contract.public import NoticeStatus
from shared.database import among, insert_new, insert_rows, locked

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
    return {row["notice_id"]: notice_of(row) for row in rows.mappings()}


async def find(connection: AsyncConnection, notice_id: str) -> Notice | None:
    """One notice, to be looked at."""
    query = select(notices).where(notices.c.notice_id == notice_id)
    row = (await connection.execute(query)).mappings().first()
    return notice_of(row) if row else None


async def listed(
    connection: AsyncConnection, *, case_id: str | None, status: NoticeStatus | None, limit: int
) -> list[Notice]:
    """The notices of a case, or with a status, in the order in which they leave."""
    order = (notices.c.created_at, notices.c.case_sequence, notices.c.position)
    query = select(notices).order_by(*order).limit(limit)
    if case_id is not None:
        query = query.where(notices.c.case_id == case_id)
    if status is not None:
        query = query.where(notices.c.status == status.value)
    return [notice_of(row) for row in (await connection.execute(query)).mappings()]


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


async def lock_answers(
    connection: AsyncConnection, day: date, recipients: Collection[str]
) -> dict[str, int]:
    """How many automatic answers each recipient got on a day, locked."""
    table = automatic_answers
    rows = [{"day": day, "recipient": each, "count": 0} for each in sorted(recipients)]
    await insert_rows(connection, table, rows, ignore_conflicts=True)
    query = (
        select(table.c.recipient, table.c.count)
        .where(table.c.day == day, among(connection, table.c.recipient, recipients))
        .order_by(table.c.recipient)
    )
    return {row.recipient: row[1] for row in await connection.execute(locked(query))}


async def save_answers(connection: AsyncConnection, day: date, counts: Mapping[str, int]) -> None:
    """Store counts that were locked in this transaction."""
    rows = [{"day": day, "recipient": who, "count": n} for who, n in sorted(counts.items())]
    await insert_rows(connection, automatic_answers, rows, update_on=("day", "recipient"))


async def forget_answers(connection: AsyncConnection, before: date) -> None:
    """Forget the counts of days that are over."""
    await connection.execute(delete(automatic_answers).where(automatic_answers.c.day < before))


async def claim(
    connection: AsyncConnection, channel: Channel, worker: str, now: datetime, limit: int
) -> list[Notice]:
    """Take due notices of a channel that no living process has; the longest due first.

    A case's notices leave one after another: what has a predecessor on its way is not due. What
    this process took already is not taken again, even if it was too busy to renew its lease.
    """
    query = (
        select(notices)
        .where(
            notices.c.channel == channel.value,
            notices.c.status == NoticeStatus.QUEUED.value,
            notices.c.next_attempt_at <= now,
            notices.c.marked == false(),
            _nobody_has_it(now),
            notices.c.worker.is_distinct_from(worker),
            ~_predecessor_is_on_its_way(),
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
    return [notice_of({**row, "worker": worker}) for row in rows]


async def next_due(connection: AsyncConnection, channel: Channel) -> datetime | None:
    """When the next notice of a channel that nobody has, and nothing precedes, is due."""
    query = (
        select(notices.c.next_attempt_at)
        .where(
            notices.c.channel == channel.value,
            notices.c.status == NoticeStatus.QUEUED.value,
            notices.c.worker.is_(None),
            ~_predecessor_is_on_its_way(),
        )
        .order_by(notices.c.next_attempt_at)
        .limit(1)
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
    return [notice_of(row) for row in rows.mappings()]


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


def _predecessor_is_on_its_way() -> ColumnElement[bool]:
    """An earlier notice of the same case is still to be sent.

    One that failed, is held, or lies at the printer is not.
    """
    before = notices.alias("before")
    place = tuple_(notices.c.case_sequence, notices.c.position)
    earlier = tuple_(before.c.case_sequence, before.c.position) < place
    return exists(
        select(before.c.notice_id).where(
            before.c.case_id == notices.c.case_id,
            before.c.status == NoticeStatus.QUEUED.value,
            before.c.next_attempt_at.is_not(None),
            earlier,
        )
    )


def _nobody_has_it(now: datetime) -> ColumnElement[bool]:
    return nobody_has(notices.c.worker, now)


def nobody_has(worker: ColumnElement[Any], now: datetime) -> ColumnElement[bool]:
    """Is what this column takes for its process free, or is that process dead?"""
    alive = select(senders.c.worker).where(senders.c.alive_until > now)
    return or_(worker.is_(None), worker.not_in(alive))


def _row(notice: Notice) -> dict[str, Any]:
    return {name: getattr(notice, name) for name in _NAMES} | {
        "kind": notice.kind.value,
        "language": notice.language.value,
        "channel": notice.channel.value,
        "status": notice.status.value,
    }


def notice_of(row: Any) -> Notice:
    """The notice of a row."""
    return Notice(
        **{
            **row,
            "kind": NoticeKind(row["kind"]),
            "language": Language(row["language"]),
            "channel": Channel(row["channel"]),
            "status": NoticeStatus(row["status"]),
        }
    )
