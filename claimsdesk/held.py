"""What the topics of clients and policies hold by now: revisions, and hashes of what they say."""

import hashlib
import time
from dataclasses import dataclass
from typing import Any, Final

import orjson

from claimsdesk.errors import CommandError
from shared.contract.catalogue import CLIENTS, POLICIES

_TOPIC_TIMEOUT_S: Final = 20
_PAUSE_S: Final = 0.2
_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Held:
    """What the topics hold of a record: its revision, and a hash of what it says."""

    revision: int
    digest: bytes


Known = dict[tuple[str, str], Held]


def held_by(bootstrap: str) -> Known:
    """What the topics of clients and policies hold, by section and key.

    Raises:
        CommandError: The broker is away, or has no such topics.
    """
    from confluent_kafka import Consumer, KafkaException, TopicPartition

    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "claimsdesk-import",
            "enable.partition.eof": True,
            "enable.auto.commit": False,
            "log_level": 0,
        }
    )
    known: Known = {}
    try:
        for section, topic in (("clients", CLIENTS.name), ("policies", POLICIES.name)):
            there = consumer.list_topics(topic, _TOPIC_TIMEOUT_S).topics[topic]
            if there.error is not None:
                message = f"{topic}: {there.error.str()}. Create it with `claimsdesk topics apply`."
                raise CommandError(message)
            partitions = [TopicPartition(topic, number, 0) for number in there.partitions]
            _read_topic(consumer, partitions, section, known)
    except KafkaException as problem:
        message = f"The broker at {bootstrap} does not answer: {problem.args[0].str()}"
        raise CommandError(message) from problem
    finally:
        consumer.close()
    return known


def _read_topic(consumer: Any, partitions: list[Any], section: str, known: Known) -> None:
    """Read every record of a topic up to its end."""
    from confluent_kafka import KafkaError

    consumer.assign(partitions)
    ended: set[int] = set()
    deadline = time.monotonic() + _TOPIC_TIMEOUT_S
    while len(ended) < len(partitions):
        if time.monotonic() > deadline:
            message = f"{partitions[0].topic} did not answer within {_TOPIC_TIMEOUT_S} s"
            raise CommandError(message)
        for record in consumer.consume(_AT_ONCE, _PAUSE_S):
            deadline = time.monotonic() + _TOPIC_TIMEOUT_S
            error = record.error()
            if error is not None and error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001
                ended.add(record.partition())
            elif error is None and record.value():
                _note(known, section, record.key().decode(), orjson.loads(record.value()))


def _note(known: Known, section: str, key: str, content: dict[str, Any]) -> None:
    revision = content.pop("revision")
    held = known.get((section, key))
    if held is None or revision >= held.revision:
        known[section, key] = Held(revision, digest_of(content))


def digest_of(content: dict[str, Any]) -> bytes:
    """The hash of what a record says, its revision aside."""
    return hashlib.blake2b(
        orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=12
    ).digest()
