"""Reads a topic from its beginning, as any department could; each event once."""

from types import TracebackType
from typing import Self

from confluent_kafka import Consumer, TopicPartition

from shared.contract.base import Body
from shared.contract.catalogue import Topic
from shared.messaging.envelope import Event, decode


class TopicReader:
    """What stands on a topic: a record that a killed worker published twice has the same id."""

    def __init__(self, bootstrap: str, topic: Topic) -> None:
        self._consumer = Consumer(
            {"bootstrap.servers": bootstrap, "group.id": "reader", "log_level": 2}
        )
        self._consumer.assign([TopicPartition(topic.name, p, 0) for p in range(topic.partitions)])
        self._events: dict[str, Event] = {}
        self.repeats = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._consumer.close()

    def close(self) -> None:
        self._consumer.close()

    @property
    def events(self) -> list[Event]:
        """Everything that was read so far, in the order of its partitions."""
        while records := self._consumer.consume(1000, 0.05):
            for record in records:
                assert record.error() is None
                event = decode(record.key(), record.value(), record.headers())
                self.repeats += event.event_id in self._events
                self._events.setdefault(event.event_id, event)
        return list(self._events.values())

    def of(self, key: str) -> list[Body]:
        return [event.body for event in self.events if event.key == key]
