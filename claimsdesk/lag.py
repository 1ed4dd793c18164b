"""How far a topic's readers have come, seen from outside: the broker's offsets, not their word."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec
from kafka.errors import KafkaError

from claimsdesk.errors import CommandError
from claimsdesk.topic_reading import admin_of, answering, consumer_of
from shared.contract.catalogue import TOPICS, Topic
from shared.contract.departments import Department

GROUP_PREFIX = "claimsdesk-"
"""A service reads as the consumer group `claimsdesk-<service>`."""
_POLL_S = 0.1
_OLDEST_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class ReaderLag:
    """How far one group has read one partition.

    Attributes:
        group: The consumer group, `claimsdesk-<service>` for the desk's own.
        first: Where the log begins by now.
        end: Where it ends: the offset of the next record.
        committed: The next offset that the group reads; None: it never told the broker one.
        oldest_unread_s: Seconds since the first unread record was written; None without one.
    """

    group: str
    topic: str
    partition: int
    first: int
    end: int
    committed: int | None
    oldest_unread_s: float | None = None

    @property
    def lag(self) -> int:
        """How many records are unread, as far as the broker knows."""
        return max(0, self.end - max(self.committed or 0, self.first))

    @property
    def lost(self) -> int:
        """How many records the log forgot before the group read them."""
        return 0 if self.committed is None else max(0, self.first - self.committed)


def measured(bootstrap: str) -> list[ReaderLag]:
    """The lag of every service on its topics, and of whoever else reads the desk's topics.

    Departments may read under any group's name: theirs are those that committed something.

    Raises:
        CommandError: The broker does not answer, or has none of the topics.
    """
    with (
        answering(bootstrap),
        closing(admin_of(bootstrap)) as admin,
        closing(consumer_of(bootstrap)) as consumer,
    ):
        there, ours = consumer.topics(), {topic.name for topic in TOPICS}
        if not there & ours:
            raise CommandError("No topic of the desk is there; see `claimsdesk topics apply`.")
        groups = _groups(admin)
        wanted = {
            (group, TopicPartition(name, number))
            for group, name in _expected(groups)
            if name in there
            for number in consumer.partitions_for_topic(name) or ()
        }
        wanted |= {
            (group, place)
            for group, committed in groups.items()
            for place in committed
            if place.topic in there and (place.topic in ours or group.startswith(GROUP_PREFIX))
        }
        places = sorted({place for _, place in wanted})
        firsts, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
        found = [
            ReaderLag(
                group,
                place.topic,
                place.partition,
                firsts[place],
                ends[place],
                groups.get(group, {}).get(place),
            )
            for group, place in sorted(wanted)
        ]
        return _aged(consumer, found)


def lag_lines(
    found: Sequence[ReaderLag], *, as_json: bool, in_one_line: bool = False
) -> Iterator[str]:
    """Yield the lines that say who is behind.

    Args:
        found: Sorted by group, topic and partition.
        as_json: One JSON object instead of words.
        in_one_line: That object on one line, since more follow.
    """
    if as_json:
        plain = {"readers": [_plain(each) for each in found]}
        yield json.dumps(plain, ensure_ascii=False, indent=None if in_one_line else 2)
        return
    for (group, topic), members in groupby(found, lambda each: (each.group, each.topic)):
        partitions = list(members)
        total = sum(each.lag for each in partitions)
        silent = all(each.committed is None for each in partitions)
        said = [f"lag {total}"] if total else [] if silent else ["up to date"]
        yield f"{group}  {topic}  {', '.join(said + ['no committed offset'] * silent)}"
        for each in partitions:
            if each.lag or each.lost:
                yield f"    partition {each.partition}: {_words(each)}"


def _words(each: ReaderLag) -> str:
    committed = "no committed offset" if each.committed is None else f"committed {each.committed}"
    age = "" if each.oldest_unread_s is None else f", oldest unread {_age(each.oldest_unread_s)}"
    lost = f", {each.lost} forgotten by the log unread" if each.lost else ""
    return f"end {each.end}, {committed}, lag {each.lag}{age}{lost}"


def _age(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "min"), (rest, "s"))
    told = [f"{count} {unit}" for count, unit in parts if count]
    return " ".join(told[:2]) or "0 s"


def _plain(each: ReaderLag) -> dict[str, Any]:
    return {
        "group": each.group,
        "topic": each.topic,
        "partition": each.partition,
        "first": each.first,
        "end": each.end,
        "committed": each.committed,
        "lag": each.lag,
        "lost": each.lost,
        "oldest_unread_seconds": each.oldest_unread_s,
    }


def _expected(groups: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Every service's group with its topics; a department's only if it goes by that name."""
    for topic in TOPICS:
        for reader in topic.readers:
            group = GROUP_PREFIX + reader
            if reader not in set(Department) or group in groups:
                yield group, topic.name


def _groups(admin: KafkaAdminClient) -> dict[str, dict[TopicPartition, int]]:
    """Every group on the broker with what it committed."""
    names = [group["group_id"] for group in admin.list_groups()]
    if not names:
        return {}
    return {
        group: {place: said.offset for place, said in offsets.items() if said.offset >= 0}
        for group, offsets in admin.list_group_offsets(names).items()
    }


def _aged(consumer: KafkaConsumer, found: Sequence[ReaderLag]) -> list[ReaderLag]:
    """Give each reader that is behind the age of its oldest unread record."""
    written: dict[tuple[TopicPartition, int], float] = {}
    waiting: dict[TopicPartition, list[int]] = {}
    for each in found:
        if each.lag:
            start = max(each.committed or 0, each.first)
            starts = waiting.setdefault(TopicPartition(each.topic, each.partition), [])
            if start not in starts:
                starts.append(start)
    while waiting:
        starting = {place: starts.pop() for place, starts in waiting.items()}
        for place, at in _first_records(consumer, starting).items():
            written[place, starting[place]] = at
        waiting = {place: starts for place, starts in waiting.items() if starts}
    now = datetime.now(UTC).timestamp()
    aged = []
    for each in found:
        place = TopicPartition(each.topic, each.partition)
        wrote = written.get((place, max(each.committed or 0, each.first)))
        age = None if wrote is None or not each.lag else max(0.0, now - wrote)
        aged.append(replace(each, oldest_unread_s=age))
    return aged


def _first_records(
    consumer: KafkaConsumer, starting: Mapping[TopicPartition, int]
) -> dict[TopicPartition, float]:
    """When the first record from each offset on was written; without those that don't come."""
    consumer.assign(list(starting))
    for place, offset in starting.items():
        consumer.seek(place, offset)
    found: dict[TopicPartition, float] = {}
    until = time.monotonic() + _OLDEST_TIMEOUT_S
    while len(found) < len(starting) and time.monotonic() < until:
        for place, records in consumer.poll(500).items():
            found.setdefault(place, records[0].timestamp / 1000)
            consumer.pause(place)
    return found


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
