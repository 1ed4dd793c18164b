"""Where a topic's log ends just now, as the broker says."""

import asyncio

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from shared.contract.catalogue import Topic
from shared.errors import TemporaryFault

_SECONDS = 5.0


class LogEnd:
    """Asks the broker for the end offsets of one topic."""

    def __init__(self, bootstrap: str, topic: Topic) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._client: AdminClient | None = None

    async def offsets(self) -> dict[int, int]:
        """Return, for each partition, the offset that its next record will have.

        Raises:
            TemporaryFault: The broker is away, or has no such topic yet.
        """
        try:
            return await asyncio.to_thread(self._ask)
        except (KafkaException, KeyError) as error:
            message = f"the end of {self._topic.name} is not known: {type(error).__name__}"
            raise TemporaryFault(message) from error

    def _ask(self) -> dict[int, int]:
        client = self._client = self._client or AdminClient(
            {"bootstrap.servers": self._bootstrap, "log_level": 3}
        )
        known = client.list_topics(self._topic.name, timeout=_SECONDS).topics[self._topic.name]
        if known.error is not None:
            raise KafkaException(known.error)
        wanted = {
            TopicPartition(self._topic.name, partition): OffsetSpec.latest()
            for partition in known.partitions
        }
        answers = client.list_offsets(wanted, request_timeout=_SECONDS)
        return {place.partition: answer.result().offset for place, answer in answers.items()}
