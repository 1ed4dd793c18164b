"""What a benchmark stands on: broker, PostgreSQL with fsync, filled tables, watched processes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from confluent_kafka import Producer

from bench.assessment import FullShapeClaim, full_shape_claims
from claimsdesk.topics import apply_topics
from deploy.local.kafka import EmbeddedKafka
from deploy.local.keys import SigningKey
from services.review import store
from services.review.domain.ledger import Ledger
from shared.contract.catalogue import CONTACTS
from shared.database import Database
from shared.messaging.envelope import encode
from shared.migrations import migrate
from shared.own_folder import own_folder
from tests.support.postgres import PostgresServer, running_postgres

_CHUNK = 5000


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


async def filled_database(url: str, claims: Sequence[FullShapeClaim]) -> None:
    """A review database with the policies, clients and past claims of these claims."""
    database = Database(url)
    await migrate(database, "review")
    for start in range(0, len(claims), _CHUNK):
        chunk = claims[start : start + _CHUNK]
        async with database.transaction() as connection:
            await store.save_policies(connection, [claim.policy for claim in chunk])
            await store.save_clients(connection, [claim.client for claim in chunk])
            ledgers = [Ledger.of(claim.policy.policy_number, claim.past_claims) for claim in chunk]
            await store.save_ledgers(connection, ledgers)
    async with database.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).exec_driver_sql(
            "VACUUM ANALYZE"
        )
    await database.close()


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
    """What handling a backlog took.

    Attributes:
        per_second: Handled in a second of the clock.
        cpu_ms_each: CPU of the program and its children, milliseconds.
        children_ms_each: The children's part of it.
        machine_ms_each: CPU of the whole machine, whatever else runs on it.
    """

    per_second: float
    cpu_ms_each: float
    children_ms_each: float
    machine_ms_each: float


def drain(
    command: Sequence[str],
    environment: dict[str, str],
    dsn: str,
    backlog: int,
    handled: str = "SELECT count(*) FROM cases",
) -> Measured:
    """Run a program until it has handled the backlog and published everything.

    Args:
        command: The program, for Python.
        environment: What it is told.
        dsn: Its database, with tables.
        backlog: How much waits for it.
        handled: The query that says how much it has handled.
    """
    process = psutil.Popen([sys.executable, *command], env=environment, stdout=subprocess.DEVNULL)
    try:
        with psycopg.connect(dsn, autocommit=True) as connection:
            query = f"SELECT ({handled}), EXISTS (SELECT FROM outbox)"
            begun = _wait(connection, process, query, lambda count, outbox: count > 0)
            start, before, machine = time.perf_counter(), process.cpu_times(), _machine_cpu()
            children = -_children(process)
            _wait(connection, process, query, lambda count, outbox: count >= backlog and not outbox)
            seconds = time.perf_counter() - start
            after, rest = process.cpu_times(), backlog - begun
            children += _children(process)
            own = after.user + after.system - before.user - before.system
            return Measured(
                rest / seconds,
                1000 * (own + children) / rest,
                1000 * children / rest,
                1000 * (_machine_cpu() - machine) / rest,
            )
    finally:
        if process.is_running():
            process.terminate()
        process.wait(20)


def _wait(connection: psycopg.Connection, process: psutil.Popen, query: str, done) -> int:
    while True:
        row = connection.execute(query).fetchone()
        assert row is not None
        if done(*row):
            return row[0]
        if process.poll() is not None:
            message = f"the measured program ended with {process.returncode}"
            raise SystemExit(message)
        time.sleep(0.05)


def _children(process: psutil.Process) -> float:
    """CPU seconds of its children, those that have ended and those that have not."""
    ended = process.cpu_times()
    running = (child.cpu_times() for child in process.children(recursive=True))
    return (
        ended.children_user
        + ended.children_system
        + sum(sum(times[:4]) for times in running)  # with the children of each
    )


def _machine_cpu() -> float:
    times = psutil.cpu_times()
    return times.user + times.system


def claims_of(count: int) -> list[FullShapeClaim]:
    """Fresh claims of full shape."""
    return list(full_shape_claims(count))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
