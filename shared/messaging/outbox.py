"""The outbox: what a transaction decided is published after it, in order, and not forgotten.

Rows are written in the transaction that changed the state, while it holds the row lock of the
key's entity. So within one key the ids grow in commit order, and a relay that reads *rows that
are there* by id (never "after the last id that I saw", which would skip late commits) publishes
in commit order. One relay at a time works on a shard of keys, under an advisory lock that is
freed with its transaction; rows are deleted only after the broker confirmed each of them.
"""

import asyncio
import contextlib
import hashlib
import random
import threading
import time
from collections.abc import Collection, Sequence
from typing import Any

import orjson
import structlog
from confluent_kafka import KafkaException, Producer
from sqlalchemy import Table, delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import Database, among, insert_rows, is_temporary
from shared.errors import TemporaryFault
from shared.messaging.envelope import Headers, OutgoingRecord
from shared.messaging.tables import SHARDS

log = structlog.get_logger(__name__)

_LOCK_CLASS = 0x0C1A
_ROWS_PER_PASS = 3000
_DELIVERY_SECONDS = 30
_IDLE_SECONDS = 0.5
_CONTENDED_SECONDS = 0.02


def _shard_of(key: bytes) -> int:
    return hashlib.blake2b(key, digest_size=1).digest()[0] % SHARDS


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
        self._ending = threading.Event()

    async def add(self, connection: AsyncConnection, records: Sequence[OutgoingRecord]) -> None:
        """Store records to be published once the transaction is committed."""
        rows = [
            {
                "shard": _shard_of(record.key),
                "topic": record.topic,
                "key": record.key,
                "value": record.value,
                "headers": _stored(record.headers),
            }
            for record in records
        ]
        await insert_rows(connection, self._table, rows)

    def wake(self) -> None:
        """Something was committed: publish at once."""
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
            query = select(func.count()).select_from(self._table)
            return int((await connection.execute(query)).scalar_one())

    async def _publish_some(self) -> int:
        if self._database.dialect == "sqlite":
            return await self._publish_alone()
        async with self._database.transaction() as connection:
            shards = await self._lock_shards(connection)
            rows = await self._rows(connection, shards) if shards else []
            await self._published(rows)
            await self._forget(connection, rows)
        return len(rows)

    async def _publish_alone(self) -> int:
        """On SQLite there is one relay, and nobody can write while a transaction is open.

        So none is while the broker is waited for: it may be away for long.
        """
        async with self._database.reading() as connection:
            rows = await self._rows(connection, range(SHARDS))
        await self._published(rows)
        if rows:
            async with self._database.transaction() as connection:
                await self._forget(connection, rows)
        return len(rows)

    async def _rows(self, connection: AsyncConnection, shards: Collection[int]) -> Sequence[Any]:
        table = self._table
        query = (
            select(table.c.id, table.c.topic, table.c.key, table.c.value, table.c.headers)
            .where(among(connection, table.c.shard, shards))
            .order_by(table.c.id)
            .limit(_ROWS_PER_PASS)
        )
        return (await connection.execute(query)).all()

    async def _published(self, rows: Sequence[Any]) -> None:
        if rows and not await asyncio.to_thread(self._deliver, rows):
            raise TemporaryFault("the broker did not confirm every record")

    async def _forget(self, connection: AsyncConnection, rows: Sequence[Any]) -> None:
        if rows:
            ids = [row.id for row in rows]
            table = self._table
            await connection.execute(delete(table).where(among(connection, table.c.id, ids)))

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

    def _deliver(self, rows: Sequence[Any]) -> bool:
        """Produce the rows in order and wait; has the broker confirmed every one of them?

        Only failures are reported one by one: a flush that leaves nothing waiting and no failure
        behind is the confirmation of all.
        """
        producer = self._producer = self._producer or Producer(self._settings)
        failed: list[str] = []

        def on_failure(error: Any, _message: Any) -> None:
            failed.append(str(error))

        try:
            for row in rows:
                producer.produce(
                    row.topic, row.value, row.key, headers=_sent(row.headers), callback=on_failure
                )
            waiting = self._flushed(producer)
        except (BufferError, KafkaException) as error:
            failed.append(str(error))
            waiting = len(producer)
        if not failed and not waiting:
            return True
        log.error("not confirmed by the broker", failed=len(failed), first=failed[:1])
        producer.purge()
        producer.flush(5)
        self._producer = None
        return False

    def _flushed(self, producer: Producer) -> int:
        """Wait for the broker's answers; how many are still missing when time or process end."""
        end = time.monotonic() + _DELIVERY_SECONDS + 5
        while (waiting := producer.flush(0.5)) and time.monotonic() < end:
            if self._ending.is_set():
                break
        return int(waiting)


def _stored(headers: Headers) -> str:
    """Headers as JSON: an object of UTF-8 texts, or pairs of Latin-1 texts for any bytes."""
    try:
        named = {name: value.decode() for name, value in headers}
    except UnicodeDecodeError:
        named = {}
    if len(named) == len(headers):
        return orjson.dumps(named).decode()
    return orjson.dumps([(name, value.decode("latin-1")) for name, value in headers]).decode()


def _sent(stored: str) -> dict[str, str] | list[tuple[str, bytes]]:
    """Stored headers as the producer takes them."""
    headers: dict[str, str] | list[list[str]] = orjson.loads(stored)
    if isinstance(headers, dict):
        return headers
    return [(name, value.encode("latin-1")) for name, value in headers]
