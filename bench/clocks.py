"""A million open clocks: how late a breach is told, how soon the service is ready, its memory."""

import asyncio
import os
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import psycopg
from confluent_kafka import OFFSET_END, Consumer, Producer, TopicPartition
from sqlalchemy import text

from bench.surroundings import Surroundings, surroundings
from deploy.local.ports import free_port
from services.escalation import store
from services.escalation.app import App, build
from services.escalation.domain.cases import Case
from services.escalation.domain.timetable import reckon
from services.escalation.settings import Settings
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseKind, CaseState
from shared.contract.catalogue import CASE_FILE, CLOCKS
from shared.contract.contacts import Channel
from shared.contract.facts import Fact, InformationRequested, Opened
from shared.contract.public import ClockBreached
from shared.messaging.envelope import decode, encode
from shared.migrations import migrate

OPEN_CLOCKS = 1_000_000
_TEMPLATES = 1000
_CLOCKS_PER_CASE = 3
_RATE = 200
_SECONDS = 15
_SETTLE = timedelta(seconds=25)
_EVENTS = 20_000
_TARGET = timedelta(hours=4)
"""The shipped first response; the benchmark's desk is always open."""


def main() -> None:
    """Measure with a few clocks and with a million, and print both."""
    with surroundings() as ground:
        calendar = ground.folder / "calendar.yml"
        calendar.write_text("zone: Europe/Berlin\nhours: 24/7\n", encoding="utf-8")
        few = _measure(ground, calendar, _TEMPLATES * _CLOCKS_PER_CASE)
        many = _measure(ground, calendar, OPEN_CLOCKS)
        print(f"memory with {OPEN_CLOCKS} clocks beside the few: {many / few:.2f}")


def _measure(ground: Surroundings, calendar: Path, clocks: int) -> float:
    url = ground.postgres.create_database()
    port = free_port()
    environment = ground.environment(url, port) | {
        "CLAIMSDESK_CALENDAR_FILE": str(calendar),
        "CLAIMSDESK_LOG_FORMAT": "json",
    }
    app = _app(environment)
    first_due = asyncio.run(_fill(app, clocks))
    begun = time.perf_counter()
    process = psutil.Popen(
        [sys.executable, "-m", "services.escalation"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        _wait_ready(port, process)
        ready = time.perf_counter() - begun
        lateness = _lateness(ground.bootstrap, first_due)
        per_core, per_second = _update(
            ground.bootstrap, url.replace("+asyncpg", ""), process, str(clocks)
        )
        memory = process.memory_info().rss / 1e6
    finally:
        process.terminate()
        process.wait(20)
    ground.postgres.drop_database(url)
    cuts = statistics.quantiles(lateness, n=100)
    print(
        f"{clocks:9d} open clocks: ready in {ready:.1f} s;"
        f" told late by p50 {1000 * cuts[49]:.0f} ms, p99 {1000 * cuts[98]:.0f} ms"
        f" at {_RATE} due per second ({len(lateness)} breaches);"
        f" {per_second:.0f} case events per second, {per_core:.0f} per core; {memory:.0f} MB"
    )
    return memory


def _app(environment: dict[str, str]) -> App:
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        return build(Settings())
    finally:
        os.environ.clear()
        os.environ.update(before)


async def _fill(app: App, clocks: int) -> datetime:
    """Cases with so many open clocks, and some that fall due one after the other, soon."""
    database = app.service.database
    await migrate(database, "escalation")
    now = datetime.now(UTC)
    async with database.transaction() as connection:
        cases = [_case(f"T-{n}", now) for n in range(_TEMPLATES)]
        await _save(app, connection, cases)
        copies = clocks // _CLOCKS_PER_CASE // _TEMPLATES - 1
        for table in (store.cases, store.clocks):
            others = ", ".join(c.name for c in table.columns if c.name != "case_id")
            await connection.execute(
                text(
                    f"INSERT INTO {table.name} (case_id, {others})"
                    f" SELECT case_id || '-' || n, {others}"
                    f" FROM {table.name}, generate_series(1, :copies) AS n"
                ),
                {"copies": copies},
            )
    first_due = datetime.now(UTC) + _SETTLE
    async with database.transaction() as connection:
        due = [
            _case(f"D-{n}", first_due - _TARGET + timedelta(seconds=n / _RATE))
            for n in range(_RATE * _SECONDS)
        ]
        await _save(app, connection, due)
    async with database.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).exec_driver_sql(
            "VACUUM ANALYZE"
        )
    await database.close()
    return first_due


async def _save(app: App, connection, cases: Sequence[Case]) -> None:
    timetables = [reckon(case, {}, app.rules_of(case), app.calendar) for case in cases]
    await store.save_timetables(connection, timetables, app.reckoned_by)


def _file(case_id: str, sequence: int, at: datetime, fact: Fact) -> CaseFileUpdated:
    return CaseFileUpdated(
        case_id=case_id,
        sequence=sequence,
        kind=CaseKind.CLAIM,
        state=CaseState.WAITING_FOR_PERSON,
        opened_at=at,
        updated_at=at,
        channel=Channel.EMAIL,
        programme="household",
        programme_version="2020-01",
        facts=(fact,),
    )


def _case(case_id: str, at: datetime) -> Case:
    return Case.of(_file(case_id, 1, at, Opened(contact_id="c")), f"opened-{case_id}")


def _wait_ready(port: int, process: psutil.Popen) -> None:
    while process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5)
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    message = f"escalation ended with {process.returncode}"
    raise SystemExit(message)


def _lateness(bootstrap: str, first_due: datetime) -> list[float]:
    """Seconds from when a breach was due until a reader of the topic has it."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": f"late{time.monotonic_ns()}"})
    consumer.assign([TopicPartition(CLOCKS.name, n, OFFSET_END) for n in range(CLOCKS.partitions)])
    late: list[float] = []
    end = first_due + timedelta(seconds=_SECONDS + 10)
    while len(late) < _RATE * _SECONDS and datetime.now(UTC) < end:
        for record in consumer.consume(1000, 0.02):
            body = decode(record.key(), record.value(), record.headers()).body
            if isinstance(body, ClockBreached) and body.case_id.startswith("D-"):
                late.append((datetime.now(UTC) - body.due_at).total_seconds())
    consumer.close()
    return late


def _update(bootstrap: str, dsn: str, process: psutil.Popen, run: str) -> tuple[float, float]:
    """Case events per second of the worker's own CPU time, and per second, over a backlog."""
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 50, "log_level": 3})
    now = datetime.now(UTC)
    copies = _EVENTS // _TEMPLATES
    with psycopg.connect(dsn, autocommit=True) as connection:
        query = "SELECT coalesce(sum(next_offset), 0) FROM partitions WHERE topic = %s"

        def handled() -> int:
            row = connection.execute(query, [CASE_FILE.name]).fetchone()
            assert row is not None
            return int(row[0])

        begin = handled()
        start, cpu = time.perf_counter(), _cpu(process)
        for sequence in range(2, copies + 2):
            for n in range(_TEMPLATES):
                at = now + timedelta(milliseconds=sequence)
                fact = InformationRequested(deadline=at.date())
                body = _file(f"T-{n}", sequence, at, fact)
                record = encode(body, source="review", cause=f"{run}-{sequence}", at=at)
                producer.produce(
                    CASE_FILE.name, record.value, record.key, headers=list(record.headers)
                )
                producer.poll(0)
        producer.flush(30)
        while handled() - begin < copies * _TEMPLATES:
            assert process.is_running()
            time.sleep(0.05)
        seconds, used = time.perf_counter() - start, _cpu(process) - cpu
    return copies * _TEMPLATES / used, copies * _TEMPLATES / seconds


def _cpu(process: psutil.Popen) -> float:
    times = process.cpu_times()
    return times.user + times.system


if __name__ == "__main__":
    main()
