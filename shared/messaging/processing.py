"""From a fetched batch to a committed transaction: inbox, state and outbox, together or not at all.

Rules (each is a test in `tests/integration/test_messaging_*.py`):
- the transaction locks the partition's row and goes on only if this process still owns the
  partition (epoch) and the batch begins exactly where the last one ended (offset);
- a record that can't be decoded or handled goes to the dead-letter topic alone, through the
  outbox of the same transaction, and the rest of its batch counts;
- a temporary fault is tried again with the same batch, for ever, with growing pauses;
- any other fault is isolated by halving the batch; many in a row mean that the program is at fault,
  not the data, so the process ends and its supervisor starts it again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog
from faust.types import TP
from prometheus_client import Counter, Histogram
from sqlalchemy import Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contract.base import Body
from shared.contract.catalogue import Topic
from shared.database import Database, insert_new, insert_rows, is_temporary, locked
from shared.errors import BadEvent
from shared.ids import inbox_key
from shared.messaging.consumer import Batch
from shared.messaging.envelope import Event, OutgoingRecord, decode, encode
from shared.messaging.outbox import Outbox

log = structlog.get_logger(__name__)

_LONGEST_PAUSE = 10.0
_FAULTS_IN_A_ROW = 20

HANDLED = Counter("claimsdesk_events_handled_total", "Events handled", ["topic"])
REPEATED = Counter("claimsdesk_events_repeated_total", "Events seen before", ["topic"])
DEAD = Counter("claimsdesk_dead_letters_total", "Records set aside", ["topic"])
LOST = Counter("claimsdesk_offsets_lost_total", "Offsets that the log no longer held", ["topic"])
SECONDS = Histogram("claimsdesk_batch_seconds", "Time to handle a batch", ["topic"])


@dataclass
class UnitOfWork:
    """One transaction: its connection, its instant, and what it will publish."""

    connection: AsyncConnection
    source: str
    now: datetime
    records: list[OutgoingRecord] = field(default_factory=list)
    callbacks: list[Callable[[], None]] = field(default_factory=list)

    def emit(self, body: Body, *, cause: str, traceparent: str = "") -> OutgoingRecord:
        """Publish an event once the transaction is committed; returns its record.

        Args:
            body: One of the contract's models.
            cause: What makes the event unique for its type and key; a repeat has the same id.
            traceparent: W3C trace context.
        """
        record = encode(body, source=self.source, cause=cause, at=self.now, traceparent=traceparent)
        self.records.append(record)
        return record

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call this once the transaction is committed."""
        self.callbacks.append(callback)


Handler = Callable[[UnitOfWork, Sequence[Event]], Awaitable[None]]


class OwnershipLost(Exception):
    """Another worker owns the partition now; the batch is its business."""


class OutOfPlace(Exception):
    """The batch does not begin where the last one ended."""

    def __init__(self, expected: int) -> None:
        super().__init__(f"expected offset {expected}")
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Incoming:
    """A decoded record beside its raw one, which a dead letter needs."""

    record: Any
    event: Event


class Processor:
    """Handles the batches of one service."""

    def __init__(
        self, name: str, database: Database, outbox: Outbox, inbox: Table, partitions: Table
    ) -> None:
        self._name = name
        self._database = database
        self._outbox = outbox
        self._inbox = inbox
        self._partitions = partitions
        self._epochs: dict[TP, int] = {}
        self._gap_seen: dict[TP, tuple[int, int]] = {}
        self._faults_in_a_row = 0

    async def claim(self, first_offsets: Mapping[TP, int]) -> dict[TP, int]:
        """Take ownership of partitions and return where each goes on.

        A former owner's transaction in flight ends before this one reads its row, or fails
        afterwards because the epoch has moved.
        """
        table = self._partitions
        positions: dict[TP, int] = {}
        async with self._database.transaction() as connection:
            await insert_rows(
                connection,
                table,
                [
                    {"topic": tp.topic, "partition": tp.partition, "next_offset": n, "epoch": 0}
                    for tp, n in first_offsets.items()
                ],
                ignore_conflicts=True,
            )
            for tp in sorted(first_offsets):
                where = (table.c.topic == tp.topic, table.c.partition == tp.partition)
                row = (await connection.execute(locked(select(table).where(*where)))).one()
                next_offset = max(row.next_offset, first_offsets[tp])
                if next_offset > row.next_offset:
                    LOST.labels(tp.topic).inc(next_offset - row.next_offset)
                    log.error(
                        "the log begins after what was handled: records are lost",
                        topic=tp.topic,
                        partition=tp.partition,
                        handled=row.next_offset,
                        first=next_offset,
                    )
                await connection.execute(
                    update(table).where(*where).values(epoch=row.epoch + 1, next_offset=next_offset)
                )
                self._epochs[tp] = row.epoch + 1
                positions[tp] = next_offset
        return positions

    async def handle(
        self,
        topic: Topic,
        batch: Batch,
        handler: Handler,
        go_to: Callable[[TP, int], Awaitable[None]],
    ) -> int | None:
        """Handle a batch; the next offset, or None if the batch was not ours or not next."""
        tp = TP(batch.topic, batch.partition)
        pause = 0.1
        while True:
            try:
                with SECONDS.labels(topic.name).time():
                    return await self._handle_or_isolate(topic, tp, batch.records, handler)
            except OwnershipLost:
                log.info("partition moved to another worker", topic=topic.name)
                return None
            except OutOfPlace as gap:
                first = batch.records[0].offset
                if self._is_real_gap(tp, gap.expected, batch):
                    await self._step_over(topic, tp, gap.expected, first)
                    continue
                self._gap_seen[tp] = (gap.expected, batch.seeks_before)
                await go_to(tp, gap.expected)
                return None
            except Exception as error:
                if not is_temporary(error):
                    raise
                log.warning("try again", topic=topic.name, reason=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    def _is_real_gap(self, tp: TP, expected: int, batch: Batch) -> bool:
        """Seen at the same place before, and this batch was fetched after that seek."""
        seen = self._gap_seen.get(tp)
        return seen is not None and seen[0] == expected and batch.seeks_before > seen[1]

    async def _step_over(self, topic: Topic, tp: TP, expected: int, first: int) -> None:
        """Transaction markers and retention leave holes in a log: go on after them."""
        log.info("gap in the log", topic=topic.name, partition=tp.partition, size=first - expected)
        table = self._partitions
        async with self._database.transaction() as connection:
            await connection.execute(
                update(table)
                .where(
                    table.c.topic == tp.topic,
                    table.c.partition == tp.partition,
                    table.c.next_offset == expected,
                    table.c.epoch == self._epochs.get(tp),
                )
                .values(next_offset=first)
            )

    async def _handle_or_isolate(
        self, topic: Topic, tp: TP, records: Sequence[Any], handler: Handler
    ) -> int:
        """Handle records together; on a fault in halves, until what is at fault stands alone."""
        try:
            return await self._transaction(topic, tp, records, handler)
        except (OwnershipLost, OutOfPlace):
            raise
        except Exception as error:
            if is_temporary(error):
                raise
            fault = error
        if len(records) == 1:
            self._count_fault(fault)
            return await self._transaction(topic, tp, records, handler, dead=fault)
        middle = len(records) // 2
        await self._handle_or_isolate(topic, tp, records[:middle], handler)
        return await self._handle_or_isolate(topic, tp, records[middle:], handler)

    def _count_fault(self, error: Exception) -> None:
        if isinstance(error, BadEvent):
            return
        log.error("a record could not be handled", exc_info=error)
        self._faults_in_a_row += 1
        if self._faults_in_a_row > _FAULTS_IN_A_ROW:
            raise error

    async def _transaction(
        self,
        topic: Topic,
        tp: TP,
        records: Sequence[Any],
        handler: Handler,
        dead: Exception | None = None,
    ) -> int:
        async with self._database.transaction() as connection:
            expected = await self._lock_partition(connection, tp)
            if records[0].offset > expected:
                raise OutOfPlace(expected)
            records = [record for record in records if record.offset >= expected]
            if not records:
                return expected
            work = UnitOfWork(connection, self._name, datetime.now(UTC))
            if dead is None:
                await self._handle_new(work, topic, records, handler)
            else:
                work.records.extend(dead_letter(topic, record, dead) for record in records)
            written = await self._outbox.add(connection, work.records)
            next_offset = int(records[-1].offset) + 1
            table = self._partitions
            await connection.execute(
                update(table)
                .where(table.c.topic == tp.topic, table.c.partition == tp.partition)
                .values(next_offset=next_offset)
            )
        if dead is None:
            self._faults_in_a_row = 0
        else:
            DEAD.labels(topic.name).inc(len(records))
        self._outbox.committed(written)
        for callback in work.callbacks:
            callback()
        return next_offset

    async def _lock_partition(self, connection: AsyncConnection, tp: TP) -> int:
        table = self._partitions
        query = select(table.c.next_offset, table.c.epoch).where(
            table.c.topic == tp.topic, table.c.partition == tp.partition
        )
        row = (await connection.execute(locked(query))).one()
        if row.epoch != self._epochs.get(tp):
            raise OwnershipLost
        return int(row.next_offset)

    async def _handle_new(
        self, work: UnitOfWork, topic: Topic, records: Sequence[Any], handler: Handler
    ) -> None:
        incoming: dict[bytes, Incoming] = {}
        for record in records:
            try:
                event = decode(record.key, record.value, record.headers)
            except BadEvent as error:
                work.records.append(dead_letter(topic, record, error))
                DEAD.labels(topic.name).inc()
                continue
            incoming.setdefault(inbox_key(event.source, event.event_id), Incoming(record, event))
        fresh = await insert_new(
            work.connection,
            self._inbox,
            "key",
            [{"key": key, "received_at": work.now} for key in incoming],
        )
        events = [item.event for key, item in incoming.items() if key in fresh]
        HANDLED.labels(topic.name).inc(len(events))
        REPEATED.labels(topic.name).inc(len(incoming) - len(events))
        if events:
            await handler(work, events)


def dead_letter(topic: Topic, record: Any, error: Exception) -> OutgoingRecord:
    """The record as it came, with where it came from and why it was set aside."""
    headers = (
        *((str(name), bytes(value or b"")) for name, value in record.headers),
        ("dlt_topic", topic.name.encode()),
        ("dlt_partition", str(record.partition).encode()),
        ("dlt_offset", str(record.offset).encode()),
        ("dlt_reason", _reason(error).encode()),
        ("dlt_exception", type(error).__name__.encode()),
    )
    return OutgoingRecord(topic.dead_letters, record.key or b"", record.value or b"", headers)


def _reason(error: Exception) -> str:
    """Our own words only: a foreign error's text may quote personal data."""
    return str(error)[:1000] if isinstance(error, BadEvent) else "the handler failed"
