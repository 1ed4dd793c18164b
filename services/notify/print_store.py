"""Queries about letters at the printer: batches, and addresses from which things came back."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import RowMapping, Select, false, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify import store
from services.notify.domain.batches import Batch, BatchLetter, batch_id_of, from_json, to_json
from services.notify.domain.notice import Notice
from services.notify.tables import batches, dead_addresses, notices
from shared.contract.contacts import Channel
from shared.contract.public import NoticeStatus
from shared.database import among, insert_new, insert_rows, locked


def _at_the_printer() -> Select[tuple[object, ...]]:
    return select(notices).where(
        notices.c.channel == Channel.LETTER.value,
        notices.c.status == NoticeStatus.QUEUED.value,
        notices.c.next_attempt_at.is_(None),
        notices.c.document_id.is_not(None),
    )


async def oldest_unbatched(connection: AsyncConnection) -> datetime | None:
    """Since when the longest waiting letter waits for a batch."""
    found = _at_the_printer().where(notices.c.batch_id.is_(None)).subquery()
    oldest: datetime | None = (
        await connection.execute(select(func.min(found.c.changed_at)))
    ).scalar()
    return oldest


async def unbatched(connection: AsyncConnection, until: datetime, most: int) -> list[Notice]:
    """Letters that were set until an instant and are in no batch, oldest first, locked."""
    query = (
        _at_the_printer()
        .where(notices.c.batch_id.is_(None), notices.c.changed_at <= until)
        .order_by(notices.c.changed_at, notices.c.notice_id)
        .limit(most)
    )
    rows = await connection.execute(locked(query, skip_locked=True))
    return [store.notice_of(row) for row in rows.mappings()]


async def unreported(connection: AsyncConnection, before: datetime) -> list[Notice]:
    """Letters of batches, set before an instant and not reported as posted since, locked."""
    query = (
        _at_the_printer()
        .where(notices.c.batch_id.is_not(None), notices.c.changed_at < before)
        .limit(1000)
    )
    rows = await connection.execute(locked(query, skip_locked=True))
    return [store.notice_of(row) for row in rows.mappings()]


async def open_batch(
    connection: AsyncConnection, day: date, letters: Sequence[BatchLetter], now: datetime
) -> str:
    """Store a closed batch under the day's next number, and note it at its letters."""
    while True:
        count = select(func.count()).select_from(batches).where(batches.c.day == day)
        number = ((await connection.execute(count)).scalar() or 0) + 1
        batch_id = batch_id_of(day, number)
        row = {
            "batch_id": batch_id,
            "day": day,
            "letters": to_json(letters),
            "count": len(letters),
            "sheets": sum(letter.sheets for letter in letters),
            "closed_at": now,
            "marked": False,
        }
        if await insert_new(connection, batches, "batch_id", [row]):
            break
    ids = [letter.notice_id for letter in letters]
    await connection.execute(
        update(notices).where(among(connection, notices.c.notice_id, ids)).values(batch_id=batch_id)
    )
    return batch_id


async def take_batch(connection: AsyncConnection, worker: str, now: datetime) -> Batch | None:
    """The oldest batch that was not handed over and that no other living process has."""
    query = (
        select(batches)
        .where(
            batches.c.handed_over_at.is_(None),
            or_(batches.c.worker == worker, store.nobody_has(batches.c.worker, now)),
        )
        .order_by(batches.c.closed_at)
        .limit(1)
    )
    row = (await connection.execute(locked(query, skip_locked=True))).mappings().first()
    if row is None:
        return None
    await _change(connection, row["batch_id"], worker=worker)
    letters = from_json(row["letters"])
    return Batch(row["batch_id"], row["closed_at"], letters, marked=row["marked"])


async def mark(connection: AsyncConnection, batch_id: str, worker: str) -> bool:
    """From now on the provider may have the batch; False if another process took it meanwhile."""
    result = await connection.execute(
        update(batches)
        .where(
            batches.c.batch_id == batch_id,
            batches.c.worker == worker,
            batches.c.marked == false(),
        )
        .values(marked=True)
    )
    return result.rowcount == 1


async def handed_over(connection: AsyncConnection, batch_id: str, now: datetime) -> None:
    """The provider has the batch."""
    await _change(connection, batch_id, handed_over_at=now, worker=None)


async def latest(connection: AsyncConnection, limit: int) -> Sequence[RowMapping]:
    """The latest batches, without their letters."""
    columns = [column for column in batches.c if column.name not in {"letters", "worker"}]
    query = select(*columns).order_by(batches.c.closed_at.desc()).limit(limit)
    return (await connection.execute(query)).mappings().all()


async def _change(connection: AsyncConnection, batch_id: str, **values: object) -> None:
    await connection.execute(update(batches).where(batches.c.batch_id == batch_id).values(**values))


async def remember_dead(
    connection: AsyncConnection, digests: Collection[str], at: datetime
) -> None:
    """Something came back from these addresses; they are kept as digests only."""
    rows = [{"digest": digest, "since": at} for digest in sorted(digests)]
    await insert_rows(connection, dead_addresses, rows, update_on=("digest",))


async def dead(
    connection: AsyncConnection, digests: Collection[str], after: datetime
) -> frozenset[str]:
    """Which of these addresses are known to be dead since an instant."""
    if not digests:
        return frozenset()
    query = select(dead_addresses.c.digest).where(
        among(connection, dead_addresses.c.digest, digests), dead_addresses.c.since > after
    )
    return frozenset((await connection.execute(query)).scalars())
