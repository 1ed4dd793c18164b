"""What a benchmark stands on: broker, PostgreSQL with fsync, filled tables, watched processes."""

import os
import subprocess
import sys
import tempfile
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
        tempfile.TemporaryDirectory(prefix="claimsdesk-bench-") as name,
        running_postgres() as server,
    ):
        folder = Path(name)
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
    """What handling a backlog took."""

    claims_per_second: float
    cpu_ms_per_claim: float
    machine_ms_per_claim: float


def drain(command: Sequence[str], environment: dict[str, str], dsn: str, claims: int) -> Measured:
    """Run a program until it has handled the backlog and published everything."""
    process = psutil.Popen([sys.executable, *command], env=environment, stdout=subprocess.DEVNULL)
    try:
        with psycopg.connect(dsn, autocommit=True) as connection:
            begun = _wait(connection, process, lambda cases, outbox: cases > 0)
            start, cpu, machine = time.perf_counter(), _cpu(process), _machine_cpu()
            _wait(connection, process, lambda cases, outbox: cases >= claims and not outbox)
            seconds = time.perf_counter() - start
            rest = claims - begun
            return Measured(
                rest / seconds,
                1000 * (_cpu(process) - cpu) / rest,
                1000 * (_machine_cpu() - machine) / rest,
            )
    finally:
        if process.is_running():
            process.terminate()
        process.wait(20)


def _wait(connection: psycopg.Connection, process: psutil.Popen, done) -> int:
    while True:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM cases), EXISTS (SELECT FROM outbox)"
        ).fetchone()
        assert row is not None
        if done(*row):
            return row[0]
        if process.poll() is not None:
            message = f"the measured program ended with {process.returncode}"
            raise SystemExit(message)
        time.sleep(0.05)


def _cpu(process: psutil.Popen) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _machine_cpu() -> float:
    times = psutil.cpu_times()
    return times.user + times.system


def claims_of(count: int) -> list[FullShapeClaim]:
    """Fresh claims of full shape."""
    return list(full_shape_claims(count))
