"""Faust's transport, one stream event per fetched batch of a partition.

Faust's per-event path costs four fifths of the time, and its bookkeeping of acknowledgements
commits early or never for batches. So this consumer yields each fetched batch as one message,
keeps the base class's lists empty, takes its positions from the service's database, and commits
to Kafka only what `done` says; that commit is for lag displays, never for correctness.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka.structs import OffsetAndMetadata
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

log = structlog.get_logger(__name__)

ClaimPositions = Callable[[Mapping[TP, int]], Awaitable[Mapping[TP, int]]]
"""From each assigned partition's first offset in the log: own it, and say where to go on."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive records of one partition, and how many seeks came before they were fetched."""

    topic: str
    partition: int
    records: list[Any]
    seeks_before: int


class BatchConsumer(driver.Consumer):  # type: ignore[misc]
    """One message per partition and fetch; its value is a `Batch`."""

    claim_positions: ClaimPositions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._done: dict[TP, int] = {}
        self._committed: dict[TP, int] = {}
        self.seeks: dict[TP, int] = {}

    async def perform_seek(self) -> None:
        """After every assignment: own the partitions and go to where the database says."""
        assigned = self.assignment()
        self._done = {tp: offset for tp, offset in self._done.items() if tp in assigned}
        self._committed.clear()
        if not assigned:
            return
        first_offsets = await self.earliest_offsets(*assigned)
        positions = await self.claim_positions({TP(*tp): n for tp, n in first_offsets.items()})
        for tp, offset in positions.items():
            await self.go_to(tp, offset)

    async def go_to(self, tp: TP, offset: int) -> None:
        """Fetch this partition from an offset; what was fetched before is recognised as old."""
        if tp not in self.assignment():
            return
        self.seeks[tp] = self.seeks.get(tp, 0) + 1
        await self.seek_wait({tp: offset})

    def handled_up_to(self, tp: TP, next_offset: int) -> None:
        """The database holds everything before this offset."""
        self._done[tp] = next_offset

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Any]]:  # noqa: ASYNC109
        """Yield one message per partition with its fetched batch."""
        seeks = dict(self.seeks)
        records, _ = await self._wait_next_records(timeout)
        generation = self.app.consumer_generation_id
        for tp, batch in (records or {}).items():
            if (
                self.should_stop
                or not self.flow_active
                or self.app.consumer_generation_id != generation
            ):
                return
            if batch:
                message = self._to_message(tp, batch[0])
                message.value = Batch(tp.topic, tp.partition, batch, seeks.get(TP(*tp), 0))
                yield tp, message

    def track_message(self, message: Any) -> None:
        """Nothing to track: the database knows."""

    def ack(self, message: Any) -> bool:
        """Nothing to acknowledge: the database knows."""
        return True

    async def verify_all_partitions_active(self) -> None:
        """Lag is read from the broker, not from Faust's figures."""

    async def commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:  # noqa: FBT001, FBT002
        """Tell Kafka how far the database is; a failure is only a stale lag display."""
        assigned = self.assignment()
        todo = {
            tp: offset
            for tp, offset in self._done.items()
            if tp in assigned and self._committed.get(tp) != offset
        }
        if not todo:
            return False
        try:
            await self._thread.call_thread(self._commit_in_thread, todo)
        except Exception as error:
            log.warning("offsets not committed to Kafka", reason=type(error).__name__)
            return False
        self._committed.update(todo)
        return True

    async def _commit_in_thread(self, offsets: dict[TP, int]) -> None:
        consumer = self._thread._ensure_consumer()  # noqa: SLF001 - Faust offers no other way
        await consumer.commit(
            {
                driver.ensure_aiokafka_TP(tp): OffsetAndMetadata(offset, "")
                for tp, offset in offsets.items()
            }
        )


def transport_of(app: Any, claim_positions: ClaimPositions) -> Any:
    """A Faust transport for an app whose consumers own their partitions through the database."""

    class Consumer(BatchConsumer):
        pass

    Consumer.claim_positions = staticmethod(claim_positions)

    class Transport(driver.Transport):  # type: ignore[misc]
        pass

    Transport.Consumer = Consumer
    return Transport(app.conf.broker_consumer, app)
