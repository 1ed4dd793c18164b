"""Topics read from outside: from their beginning to where they ended when reading began.

Nothing here joins a consumer group or commits an offset, so looking changes nothing.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from claimsdesk.errors import CommandError

Progress = Callable[[int, int], None]
"""Hears from time to time how many records were read, of how many."""

_CONNECT_TIMEOUT_MS = 5_000
_POLL_MS = 500
_AT_ONCE = 5_000
_SILENCE_S = 30
_TOLD_EVERY_S = 2


@contextmanager
def answering(bootstrap: str) -> Iterator[None]:
    """Say in one sentence that the broker does not answer, or refuses.

    Raises:
        CommandError: In place of the client's own errors.
    """
    try:
        yield
    except KafkaError as problem:
        message = f"The broker at {bootstrap} did not do it: {problem}"
        raise CommandError(message) from problem


def topic_names(bootstrap: str) -> set[str]:
    """Every topic that the broker shows us.

    Raises:
        CommandError: No broker answers.
    """
    with answering(bootstrap), closing(consumer_of(bootstrap)) as consumer:
        return set(consumer.topics())


def read_to_end(
    bootstrap: str,
    names: Iterable[str],
    *,
    progress: Progress | None = None,
    checked: bool = True,
) -> Iterator[Any]:
    """Yield every record of the topics, in order within each partition.

    Args:
        bootstrap: The broker, `host:port`.
        names: Topics; one that the broker lacks has no records.
        progress: Hears every two seconds how far it is.
        checked: Work out each batch's checksum again: nine tenths of the time, for what is
            written elsewhere.

    Raises:
        CommandError: The broker is away, or silent for half a minute.
    """
    with answering(bootstrap), closing(consumer_of(bootstrap, checked=checked)) as consumer:
        there = consumer.topics()
        partitions = [
            TopicPartition(name, number)
            for name in names
            if name in there
            for number in sorted(consumer.partitions_for_topic(name) or ())
        ]
        if not partitions:
            return
        consumer.assign(partitions)
        first = consumer.beginning_offsets(partitions)
        ends = consumer.end_offsets(partitions)
        consumer.assign([place for place in partitions if ends[place] > first[place]])
        yield from _read(consumer, first, ends, progress)


def _read(
    consumer: KafkaConsumer,
    first: dict[TopicPartition, int],
    ends: dict[TopicPartition, int],
    progress: Progress | None,
) -> Iterator[Any]:
    total = sum(ends[place] - first[place] for place in ends)
    read = 0
    heard = told = time.monotonic()
    open_partitions = set(consumer.assignment())
    for place in open_partitions:
        consumer.seek(place, first[place])
    while open_partitions:
        records = consumer.poll(_POLL_MS, max_records=_AT_ONCE)
        now = time.monotonic()
        for place, batch in records.items():
            wanted = [record for record in batch if record.offset < ends[place]]
            read += len(wanted)
            yield from wanted
        # Not by the last record: compaction and transactions leave holes, also at the end.
        done = {place for place in open_partitions if consumer.position(place) >= ends[place]}
        if done:
            open_partitions -= done
            consumer.pause(*done)
        if records or done:
            heard = now
        elif now - heard > _SILENCE_S:
            message = f"nothing came from {next(iter(open_partitions)).topic} for {_SILENCE_S} s"
            raise CommandError(message)
        if progress is not None and now - told > _TOLD_EVERY_S:
            told = now
            progress(read, total)


def admin_of(bootstrap: str) -> KafkaAdminClient:
    """A client that asks for groups and their offsets."""
    return KafkaAdminClient(
        bootstrap_servers=bootstrap,
        client_id="claimsdesk-operations",
        bootstrap_timeout_ms=_CONNECT_TIMEOUT_MS,
    )


def consumer_of(bootstrap: str, *, checked: bool = False) -> KafkaConsumer:
    """A consumer without a group, so that nothing it reads is noted anywhere."""
    return KafkaConsumer(
        bootstrap_servers=bootstrap,
        client_id="claimsdesk-operations",
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        bootstrap_timeout_ms=_CONNECT_TIMEOUT_MS,
        allow_auto_create_topics=False,
        check_crcs=checked,
    )
