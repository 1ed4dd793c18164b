"""How far a topic's readers have come, seen from outside: the broker's offsets, not their word."""

import time
from collections.abc import Iterable
from contextlib import closing

from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec
from kafka.errors import KafkaError

from claimsdesk.errors import CommandError
from shared.contract.catalogue import Topic

GROUP_PREFIX = "claimsdesk-"
"""A service reads as the consumer group `claimsdesk-<service>`."""
_POLL_S = 0.1


def wait_until_read(bootstrap: str, topics: Iterable[Topic], *, timeout: float = 20) -> None:
    """Wait until every reader of these topics has handled what is on them now.

    Args:
        bootstrap: The broker, `host:port`.
        topics: Topics of the catalogue; their readers are named there.
        timeout: Seconds.

    Raises:
        CommandError: A reader is behind after that time, or the broker does not answer.
    """
    deadline = time.monotonic() + timeout
    try:
        with closing(KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
            waiting = {
                (reader, topic.name): _ends(admin, topic)
                for topic in topics
                for reader in topic.readers
            }
            while waiting:
                for (reader, name), ends in list(waiting.items()):
                    if _has_read(admin, reader, ends):
                        del waiting[reader, name]
                if waiting and time.monotonic() > deadline:
                    reader, name = next(iter(waiting))
                    message = f"{reader} has not read {name} to its end within {timeout:.0f} s"
                    raise CommandError(message)
                if waiting:
                    time.sleep(_POLL_S)
    except KafkaError as problem:
        message = f"The broker at {bootstrap} does not answer: {problem}"
        raise CommandError(message) from problem


def _ends(admin: KafkaAdminClient, topic: Topic) -> dict[TopicPartition, int]:
    (described,) = admin.describe_topics([topic.name])
    partitions = [
        TopicPartition(topic.name, partition["partition_index"])
        for partition in described["partitions"]
    ]
    latest = admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
    return {partition: found.offset for partition, found in latest.items() if found.offset > 0}


def _has_read(admin: KafkaAdminClient, reader: str, ends: dict[TopicPartition, int]) -> bool:
    if not ends:
        return True
    group = GROUP_PREFIX + reader
    read = admin.list_group_offsets({group: list(ends)}).get(group, {})
    return all(
        partition in read and read[partition].offset >= end for partition, end in ends.items()
    )
