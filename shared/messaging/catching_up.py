"""Waiting until what is on a topic by now has been handled.

Order holds within one key of one topic, never across topics. Who is about to act on what another
topic tells (a mail on the known clients, a due clock on the last case file) waits here first, so a
service that was down or is new does not act on old knowledge.
"""

import asyncio

import structlog
from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec
from sqlalchemy import Table, select

from shared.contract.catalogue import Topic
from shared.database import Database
from shared.errors import TemporaryFault

log = structlog.get_logger(__name__)

_ANSWER_SECONDS = 5.0
_PAUSE = 0.05
_PATIENCE = 30.0
"""So long somebody waits without any progress; then old knowledge is better than none."""


class CatchingUp:
    """Compares a service's own positions with the ends of the logs."""

    def __init__(self, database: Database, partitions: Table, bootstrap: str) -> None:
        self._database = database
        self._partitions = partitions
        self._bootstrap = bootstrap
        self._client: AdminClient | None = None

    async def wait_for(self, topic: Topic) -> None:
        """Return when every record that is on the topic by now was handled by some worker.

        Also, with an error in the log, when nothing moved for 30 seconds.

        Raises:
            TemporaryFault: The broker is away, or has no such topic yet.
        """
        ends = await self._ends(topic)
        loop = asyncio.get_running_loop()
        last: dict[int, int] = {}
        progress_at = loop.time()
        while True:
            handled = await self._handled(topic)
            if all(handled.get(partition, 0) >= end for partition, end in ends.items()):
                return
            if handled != last:
                last, progress_at = handled, loop.time()
            elif loop.time() - progress_at > _PATIENCE:
                log.error("going on with a topic that is not handled", topic=topic.name)
                return
            await asyncio.sleep(_PAUSE)

    async def _handled(self, topic: Topic) -> dict[int, int]:
        table = self._partitions
        query = select(table.c.partition, table.c.next_offset).where(table.c.topic == topic.name)
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
            return {row.partition: row.next_offset for row in rows}

    async def _ends(self, topic: Topic) -> dict[int, int]:
        try:
            return await asyncio.to_thread(self._ask, topic)
        except (KafkaException, KeyError) as error:
            message = f"the end of {topic.name} is not known: {type(error).__name__}"
            raise TemporaryFault(message) from error

    def _ask(self, topic: Topic) -> dict[int, int]:
        client = self._client = self._client or AdminClient(
            {"bootstrap.servers": self._bootstrap, "log_level": 3}
        )
        known = client.list_topics(topic.name, timeout=_ANSWER_SECONDS).topics[topic.name]
        if known.error is not None:
            raise KafkaException(known.error)
        wanted = {
            TopicPartition(topic.name, partition): OffsetSpec.latest()
            for partition in known.partitions
        }
        answers = client.list_offsets(wanted, request_timeout=_ANSWER_SECONDS)
        return {place.partition: answer.result().offset for place, answer in answers.items()}
