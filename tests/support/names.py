"""Names of a test's own on a broker that all tests share."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from uuid import uuid4

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

TOPIC_SECONDS = 15


class KafkaNames:
    """Topics and consumer groups that no other test uses."""

    def __init__(self, bootstrap: str) -> None:
        self.prefix = f"test-{uuid4().hex[:12]}"
        self._created: list[str] = []
        # Kept: futures of a client that is gone are cancelled.
        self._admin = AdminClient({"bootstrap.servers": bootstrap})

    def group(self, name: str = "group") -> str:
        """Return the id of a consumer group."""
        return f"{self.prefix}.{name}"

    def topic(self, name: str = "topic", *, partitions: int = 1) -> str:
        """Create a topic and return its full name."""
        full_name = f"{self.prefix}.{name}"
        self._wait(self._admin.create_topics([NewTopic(full_name, partitions, 1)]))
        self._created.append(full_name)
        return full_name

    def clear(self) -> None:
        """Delete the topics again; a broker that is gone has taken them with it."""
        if self._created:
            with suppress(KafkaException):
                self._wait(self._admin.delete_topics(self._created))
            self._created.clear()

    @staticmethod
    def _wait(futures: dict[str, Future[None]]) -> None:
        for future in futures.values():
            future.result(TOPIC_SECONDS)


@contextmanager
def own_names(bootstrap: str) -> Iterator[KafkaNames]:
    """Give names of one's own, and delete the topics under them at the end."""
    names = KafkaNames(bootstrap)
    try:
        yield names
    finally:
        names.clear()
