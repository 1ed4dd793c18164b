"""A Faust worker of one service: agents that hand batches to the processor, and the relay."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

import faust
import structlog
from faust.contrib.asgi import faust_app_running
from faust.types import TP
from sqlalchemy import MetaData

from shared.contract.catalogue import Topic
from shared.database import Database, is_temporary
from shared.messaging.catching_up import CatchingUp
from shared.messaging.consumer import Batch, transport_of
from shared.messaging.outbox import Outbox
from shared.messaging.processing import Handler, Processor

log = structlog.get_logger(__name__)

_FETCH_BYTES = 8 * 1024 * 1024
"""Of one partition at once: with less, a backlog comes in batches of half the size allowed."""
_PARTITIONS_AT_A_TIME = 3
"""So many transactions run side by side: while one waits for its commit, the next decodes."""


class Worker:
    """Subscribes a service to topics and publishes what it emits."""

    def __init__(
        self,
        name: str,
        bootstrap: str,
        database: Database,
        metadata: MetaData,
        batch_records: int,
        fail: Callable[[BaseException], None],
    ) -> None:
        self.name = name
        tables = metadata.tables
        self.outbox = Outbox(database, tables["outbox"], bootstrap)
        self._processor = Processor(
            name, database, self.outbox, tables["inbox"], tables["partitions"]
        )
        self.catching_up = CatchingUp(database, tables["partitions"], bootstrap)
        self._bootstrap = bootstrap
        self._batch_records = batch_records
        self._fail = fail
        self._handlers: list[tuple[Topic, Handler, Sequence[Topic]]] = []
        self._queues: dict[TP, asyncio.Queue[Batch]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._side_by_side = asyncio.Semaphore(_PARTITIONS_AT_A_TIME)
        self._app: faust.App | None = None

    def subscribe(self, topic: Topic, handler: Handler, after: Sequence[Topic] = ()) -> None:
        """Call the handler with the new events of a topic, batch by batch, in order per key.

        Args:
            topic: Where the events come from.
            handler: What they do.
            after: Topics that are read to their ends first, each time the process starts.
        """
        if self.name not in topic.readers:
            message = f"{self.name} is not among the readers of {topic.name} in the catalogue"
            raise ValueError(message)
        self._handlers.append((topic, handler, after))

    @property
    def crashed(self) -> bool:
        """Did Faust stop by itself?"""
        return self._app is not None and bool(self._app.crashed)

    @property
    def assigned(self) -> bool:
        """Has the group given this worker its partitions, or is there nothing to subscribe to?"""
        if not self._handlers:
            return True
        app = self._app
        return app is not None and app.started and not app.rebalancing and not app.unassigned

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Consume and publish until the end of the block."""
        self._start("outbox relay", self.outbox.relay())
        try:
            if not self._handlers:
                yield
                return
            self._app = self._faust_app()
            async with faust_app_running(self._app, stop_timeout=15):
                yield
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _faust_app(self) -> faust.App:
        app = faust.App(
            f"claimsdesk-{self.name}",
            broker=f"kafka://{self._bootstrap.replace(',', ';')}",
            datadir=tempfile.gettempdir(),
            web_enabled=False,
            topic_allow_declare=False,
            topic_disable_leader=True,
            consumer_auto_offset_reset="earliest",
            broker_max_poll_records=self._batch_records,
            consumer_max_fetch_size=_FETCH_BYTES,
            broker_session_timeout=10,
            broker_heartbeat_interval=2,
            broker_commit_interval=1.0,
            stream_buffer_maxsize=2,
            stream_wait_empty=False,
            table_standby_replicas=0,
        )
        app.transport = transport_of(app, self._processor.claim)
        for topic, handler, after in self._handlers:
            source = app.topic(
                topic.name,
                key_type=bytes,
                value_type=bytes,
                key_serializer="raw",
                value_serializer="raw",
            )
            app.agent(source, name=f"{self.name}.{topic.name}")(
                self._agent(app, topic, handler, after)
            )
        return app

    def _agent(
        self, app: faust.App, topic: Topic, handler: Handler, after: Sequence[Topic]
    ) -> Callable[..., object]:
        first = self._start(f"before {topic.name}", self._read_first(after))

        async def agent(stream: faust.StreamT[bytes]) -> None:
            async for event in stream.events():
                await first
                batch: Batch = event.value
                await self._queue_of(app, topic, handler, batch).put(batch)

        return agent

    async def _read_first(self, topics: Sequence[Topic]) -> None:
        for topic in topics:
            while True:
                try:
                    await self.catching_up.wait_for(topic)
                    break
                except Exception as error:
                    if not is_temporary(error):
                        raise
                    log.warning("try again", topic=topic.name, reason=type(error).__name__)
                    await asyncio.sleep(1)

    def _queue_of(
        self, app: faust.App, topic: Topic, handler: Handler, batch: Batch
    ) -> asyncio.Queue[Batch]:
        tp = TP(batch.topic, batch.partition)
        queue = self._queues.get(tp)
        if queue is None:
            queue = self._queues[tp] = asyncio.Queue(maxsize=1)
            self._start(f"{tp.topic}-{tp.partition}", self._partition(app, topic, handler, queue))
        return queue

    async def _partition(
        self, app: faust.App, topic: Topic, handler: Handler, queue: asyncio.Queue[Batch]
    ) -> None:
        """One partition's batches, strictly one after another."""
        while True:
            batch = await queue.get()
            async with self._side_by_side:
                done = await self._processor.handle(topic, batch, handler, app.consumer.go_to)
            if done is not None:
                app.consumer.handled_up_to(TP(batch.topic, batch.partition), done)

    def _start(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("stopped by a fault", task=task.get_name(), exc_info=error)
            self._fail(error)
