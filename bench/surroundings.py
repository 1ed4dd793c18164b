"""What a benchmark stands on: broker, PostgreSQL with fsync, watched processes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psutil
import psycopg
from confluent_kafka import Consumer, ConsumerGroupState, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from sqlalchemy import make_url

from bench.assessment import FullShapeClaim, full_shape_claims
from claimsdesk.topics import apply_topics
from deploy.local.kafka import EmbeddedKafka
from deploy.local.keys import SigningKey
from shared.contract.catalogue import CONTACTS
from shared.messaging.envelope import encode
from shared.own_folder import own_folder
from tests.support.postgres import PostgresServer, running_postgres


@dataclass(frozen=True)
class Surroundings:
    """A running broker and database server, and a folder for everything else."""

    folder: Path
    bootstrap: str
    postgres: PostgresServer

    def environment(self, database_url: str, port: int) -> dict[str, str]:
        """What a service of this benchmark is told."""
        return os.environ | {
            "CLAIMSDESK_KAFKA": self.bootstrap,
            "CLAIMSDESK_DATABASE_URL": database_url,
            "CLAIMSDESK_HTTP_PORT": str(port),
            "CLAIMSDESK_JWKS_FILE": str(self.folder / "jwks.json"),
            "CLAIMSDESK_DOCUMENTS_DIR": str(self.folder / "documents"),
        }


@contextmanager
def surroundings() -> Iterator[Surroundings]:
    """Start broker and database server in a temporary folder, with all topics."""
    with (
        own_folder("bench") as folder,
        running_postgres() as server,
    ):
        broker = EmbeddedKafka(folder / "kafka")
        broker.start()
        try:
            apply_topics(broker.bootstrap)
            SigningKey(folder)
            yield Surroundings(folder, broker.bootstrap, server)
        finally:
            broker.stop()


def produce(bootstrap: str, claims: Sequence[FullShapeClaim]) -> None:
    """Put the claims' contacts on intake's topic."""
    producer = Producer(
        {"bootstrap.servers": bootstrap, "enable.idempotence": True, "log_level": 3}
    )
    for claim in claims:
        record = encode(claim.contact, source="intake", cause="1", at=claim.contact.received_at)
        producer.produce(CONTACTS.name, record.value, record.key, headers=list(record.headers))
        producer.poll(0)
    producer.flush(60)


@dataclass(frozen=True)
class Measured:
    """What handling a backlog took; CPU in milliseconds for each that was handled.

    Attributes:
        per_second: Handled in a second of the clock.
        cpu_ms_each: Of the programs and their children.
        children_ms_each: The children's part of it.
        postgres_ms_each: Of the database server; 0 where it is not on this machine.
        kafka_ms_each: Of the broker.
        machine_ms_each: Of the whole machine, whatever else runs on it.
    """

    per_second: float
    cpu_ms_each: float
    children_ms_each: float
    postgres_ms_each: float
    kafka_ms_each: float
    machine_ms_each: float

    @property
    def together_ms_each(self) -> float:
        """Of programs, database and broker together."""
        return self.cpu_ms_each + self.postgres_ms_each + self.kafka_ms_each


@dataclass(frozen=True)
class Backlog:
    """What waits for a program, and how one sees what it has handled.

    Attributes:
        size: How much waits.
        handled: How much of it is handled.
        group: The consumer group of the programs; measured from when all of them are in it.
    """

    size: int
    handled: Callable[[], int]
    group: str = ""


def drain(
    ground: Surroundings,
    programs: Sequence[tuple[Sequence[str], dict[str, str]]],
    backlog: Backlog,
) -> Measured:
    """Run programs until they have handled the backlog.

    Args:
        ground: Where they run.
        programs: Each a command line for Python, and its environment.
        backlog: What waits for them.
    """
    running = [
        psutil.Popen([sys.executable, *command], env=environment, stdout=subprocess.DEVNULL)
        for command, environment in programs
    ]
    try:
        if backlog.group:
            _wait_for_members(ground.bootstrap, backlog.group, len(running))
        before_first = backlog.handled()
        begun = _wait(running, backlog.handled, lambda count: count > before_first)
        start, before = time.perf_counter(), _cpu(ground, running)
        _wait(running, backlog.handled, lambda count: count >= backlog.size)
        seconds, after = time.perf_counter() - start, _cpu(ground, running)
        rest = backlog.size - begun
        each = [1000 * (end - begin) / rest for begin, end in zip(before, after, strict=True)]
        return Measured(rest / seconds, *each)
    finally:
        for process in running:
            if process.is_running():
                process.terminate()
        for process in running:
            process.wait(20)


def rows(connection: psycopg.Connection, query: LiteralString) -> Callable[[], int]:
    """A count that a query tells."""

    def count() -> int:
        row = connection.execute(query).fetchone()
        assert row is not None
        return int(row[0])

    return count


class PublishedRecords:
    """How many records a topic has got since this was made."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._topic = topic
        self._consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "ends"})
        known = self._consumer.list_topics(topic, 10).topics[topic]
        self._partitions = [TopicPartition(topic, number) for number in known.partitions]
        self._before = self._end()

    def __call__(self) -> int:
        """So many by now, in all partitions."""
        return self._end() - self._before

    def _end(self) -> int:
        ends = (self._consumer.get_watermark_offsets(each, 10) for each in self._partitions)
        return sum(high for _, high in ends)


def _wait_for_members(bootstrap: str, group: str, members: int) -> None:
    """Until so many programs share the partitions, and no more of them are being moved."""
    client = AdminClient({"bootstrap.servers": bootstrap, "log_level": 3})
    while True:
        found = client.describe_consumer_groups([group])[group].result()
        if found.state is ConsumerGroupState.STABLE and len(found.members) == members:
            return
        time.sleep(0.05)


def _wait(
    running: Sequence[psutil.Popen], handled: Callable[[], int], done: Callable[[int], bool]
) -> int:
    while not done(count := handled()):
        for process in running:
            if process.poll() is not None:
                message = f"a measured program ended with {process.returncode}"
                raise SystemExit(message)
        time.sleep(0.05)
    return count


def _cpu(ground: Surroundings, running: Sequence[psutil.Popen]) -> tuple[float, ...]:
    """CPU seconds so far: programs, their children, database server, broker, machine."""
    children = sum(_children(process) for process in running)
    machine = psutil.cpu_times()
    return (
        sum(_own(process) for process in running) + children,
        children,
        _of_server(make_url(ground.postgres.url).port),
        _of_server(int(ground.bootstrap.rpartition(":")[2])),
        machine.user + machine.system,
    )


def _own(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _children(process: psutil.Process) -> float:
    """CPU seconds of its children, those that have ended and those that have not."""
    ended = process.cpu_times()
    running = (child.cpu_times() for child in process.children(recursive=True))
    return (
        ended.children_user
        + ended.children_system
        + sum(sum(times[:4]) for times in running)  # with the children of each
    )


def _of_server(port: int | None) -> float:
    """CPU seconds of the process that listens on a port of this machine, and of its children."""
    for connection in psutil.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port:
            process = psutil.Process(connection.pid)
            return _own(process) + _children(process)
    return 0.0


def claims_of(count: int) -> list[FullShapeClaim]:
    """Fresh claims of full shape."""
    return list(full_shape_claims(count))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
