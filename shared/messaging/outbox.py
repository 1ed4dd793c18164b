"""The outbox: what a transaction decided is published after it, in order, and not forgotten.

Keys are spread over shards. A transaction writes one row per shard with all its records of that
shard, while it holds the row locks of their keys' entities. So of two rows with the same key the
later one has the higher id, and a relay that reads *rows that are there* by id (never "after the
last id that I saw", which would skip late commits) publishes in commit order per key. One relay at
a time works on a shard, under an advisory lock that is freed with its transaction; rows are deleted
only after the broker confirmed each of their records.

A relay asks the database which rows are there, and in which order. The records of a row that its
own process wrote it still has; those that another process left it reads.
"""

import asyncio
import contextlib
import random
import threading
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import structlog
from confluent_kafka import KafkaException, Producer
from sqlalchemy import Table, delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import Database, among, is_temporary
from shared.errors import TemporaryFault
from shared.messaging.envelope import OutgoingRecord
from shared.messaging.outbox_rows import Records, Written, pack, shard_of, unpack
from shared.messaging.tables import SHARDS

log = structlog.get_logger(__name__)

_LOCK_CLASS = 0x0C1A
_RECORDS_PER_PASS = 3000
_ROWS_PER_PASS = 500
_ROWS_REMEMBERED = 500
"""So many rows of its own a process keeps while the broker is away; further ones it reads back."""
_DELIVERY_SECONDS = 30
_IDLE_SECONDS = 0.5
_CONTENDED_SECONDS = 0.02


class Outbox:
    """Writes outgoing records into the transaction and relays them to the broker."""

    def __init__(self, database: Database, table: Table, bootstrap: str) -> None:
        self._database = database
        self._table = table
        self._settings = {
            "bootstrap.servers": bootstrap,
            "enable.idempotence": True,
            "linger.ms": 2,
            "delivery.report.only.error": True,
            # A dead letter is its source's record, of up to 1 MiB, with headers of ours.
            "message.max.bytes": 2_000_000,
            "message.timeout.ms": _DELIVERY_SECONDS * 1000,
            "socket.nagle.disable": True,
            "log_level": 3,
        }
        self._producer: Producer | None = None
        self._wake = asyncio.Event()
        self._contended = False
        self._remembered: dict[int, Written] = {}
        self._ending = threading.Event()

    async def add(
        self, connection: AsyncConnection, records: Iterable[OutgoingRecord]
    ) -> list[Written]:
        """Store records to be published once the transaction is committed.

        Returns:
            What `committed` wants to know then.
        """
        shards: dict[int, list[OutgoingRecord]] = {}
        for record in records:
            shards.setdefault(shard_of(record.key), []).append(record)
        if not shards:
            return []
        table = self._table
        packed = {shard: tuple(found) for shard, found in shards.items()}
        rows = [
            {"shard": shard, "size": len(found), "records": pack(found)}
            for shard, found in packed.items()
        ]
        written = await connection.execute(insert(table).returning(table.c.id, table.c.shard), rows)
        return [Written(row.id, row.shard, packed[row.shard]) for row in written]

    def committed(self, written: Sequence[Written]) -> None:
        """These rows are committed: publish them at once."""
        if not written:
            return
        if len(self._remembered) < _ROWS_REMEMBERED:
            self._remembered.update({row.id: row for row in written})
        self._wake.set()

    async def relay(self) -> None:
        """Publish for as long as the process lives; begins with what an earlier one left."""
        self._ending.clear()
        try:
            await self._relay()
        finally:
            self._ending.set()

    async def _relay(self) -> None:
        while True:
            self._wake.clear()
            try:
                published = await self._publish_some()
            except Exception as error:
                if not is_temporary(error):
                    raise
                log.warning("outbox waits", reason=type(error).__name__)
                await asyncio.sleep(1)
                continue
            if published:
                continue
            pause = _CONTENDED_SECONDS if self._contended else _IDLE_SECONDS
            # Not `wait_for`: on Python 3.11 it may swallow the cancellation that ends the relay.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    async def pending(self) -> int:
        """How many records wait to be published."""
        async with self._database.reading() as connection:
            query = select(func.coalesce(func.sum(self._table.c.size), 0))
            return int((await connection.execute(query)).scalar_one())

    async def _publish_some(self) -> int:
        if self._database.dialect == "sqlite":
            return await self._publish_alone()
        async with self._database.transaction() as connection:
            shards = await self._lock_shards(connection)
            rows = await self._rows(connection, shards) if shards else {}
            await self._publish(rows)
            await self._delete(connection, rows)
        self._forget(rows)
        return len(rows)

    async def _publish_alone(self) -> int:
        """On SQLite there is one relay, and nobody can write while a transaction is open.

        So none is while the broker is waited for: it may be away for long.
        """
        async with self._database.reading() as connection:
            rows = await self._rows(connection, range(SHARDS))
        await self._publish(rows)
        if rows:
            async with self._database.transaction() as connection:
                await self._delete(connection, rows)
        self._forget(rows)
        return len(rows)

    async def _rows(
        self, connection: AsyncConnection, shards: Collection[int]
    ) -> dict[int, Records]:
        """What waits in these shards, in order, as much as fits into a pass."""
        known = list(self._remembered.values())
        ids = await self._next_ids(connection, shards)
        self._forget_published_elsewhere(known, shards, ids)
        found = {row_id: row.records for row_id in ids if (row := self._remembered.get(row_id))}
        if foreign := [row_id for row_id in ids if row_id not in found]:
            table = self._table
            query = select(table.c.id, table.c.records).where(
                among(connection, table.c.id, foreign)
            )
            found |= {row.id: unpack(row.records) for row in await connection.execute(query)}
        return {row_id: found[row_id] for row_id in ids}

    async def _next_ids(self, connection: AsyncConnection, shards: Collection[int]) -> list[int]:
        """The ids of these rows."""
        table = self._table
        query = (
            select(table.c.id, table.c.size)
            .where(among(connection, table.c.shard, shards))
            .order_by(table.c.id)
            .limit(_ROWS_PER_PASS)
        )
        ids: list[int] = []
        records = 0
        for row in await connection.execute(query):
            if ids and records + row.size > _RECORDS_PER_PASS:
                break
            ids.append(row.id)
            records += row.size
        return ids

    def _forget_published_elsewhere(
        self, known: Sequence[Written], shards: Collection[int], ids: Sequence[int]
    ) -> None:
        """Rows of ours that are gone, although committed before we looked: another relay's work.

        Ids grow, so a row of ours beyond the pass's last one may still be waiting.
        """
        there, last = set(ids), ids[-1] if ids else None
        for row in known:
            behind = last is None or row.id <= last
            if behind and row.shard in shards and row.id not in there:
                self._remembered.pop(row.id, None)

    async def _publish(self, rows: Mapping[int, Records]) -> None:
        records = [record for found in rows.values() for record in found]
        if records and not await self._deliver(records):
            raise TemporaryFault("the broker did not confirm every record")

    async def _delete(self, connection: AsyncConnection, rows: Collection[int]) -> None:
        if rows:
            table = self._table
            await connection.execute(delete(table).where(among(connection, table.c.id, rows)))

    def _forget(self, rows: Iterable[int]) -> None:
        for row_id in rows:
            self._remembered.pop(row_id, None)

    async def _lock_shards(self, connection: AsyncConnection) -> list[int]:
        """The shards that this pass may publish; other workers' relays keep theirs."""
        wanted = list(range(SHARDS))
        if self._contended:
            wanted = random.sample(wanted, SHARDS // 2)
        query = text(
            "SELECT shard FROM unnest(CAST(:shards AS int[])) AS shard"
            " WHERE pg_try_advisory_xact_lock(:class, shard)"
        )
        result = await connection.execute(query, {"shards": wanted, "class": _LOCK_CLASS})
        shards = list(result.scalars())
        self._contended = len(shards) < len(wanted)
        return shards

    async def _deliver(self, records: Sequence[OutgoingRecord]) -> bool:
        """Produce records in order and wait; has the broker confirmed every one of them?

        Only failures are reported one by one: a flush that leaves nothing waiting and no failure
        behind is the confirmation of all.
        """
        producer = self._producer = self._producer or Producer(self._settings)
        failed: list[str] = []

        def on_failure(error: Any, _message: Any) -> None:
            failed.append(str(error))

        try:
            for record in records:
                producer.produce(
                    record.topic,
                    record.value,
                    record.key,
                    headers=list(record.headers),
                    callback=on_failure,
                )
            waiting = await asyncio.to_thread(self._flushed, producer)
        except (BufferError, KafkaException) as error:
            failed.append(str(error))
            waiting = len(producer)
        if not failed and not waiting:
            return True
        log.error("not confirmed by the broker", failed=len(failed), first=failed[:1])
        producer.purge()
        await asyncio.to_thread(producer.flush, 5)
        self._producer = None
        return False

    def _flushed(self, producer: Producer) -> int:
        """Wait for the broker's answers; how many are still missing when time or process end."""
        end = time.monotonic() + _DELIVERY_SECONDS + 5
        while (waiting := producer.flush(0.5)) and time.monotonic() < end:
            if self._ending.is_set():
                break
        return int(waiting)
