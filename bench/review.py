"""Claims per second through review on PostgreSQL, and how long one claim takes under light load."""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import psycopg
from confluent_kafka import OFFSET_END, Consumer, Producer, TopicPartition

from bench.assessment import FullShapeClaim
from bench.filling import Large, filled_database
from bench.surroundings import (
    Backlog,
    Measured,
    PublishedRecords,
    Surroundings,
    claims_of,
    drain,
    free_port,
    produce,
    rows,
    surroundings,
)
from shared.contract.catalogue import CASE_FILE, CONTACTS
from shared.messaging.envelope import encode

BACKLOG = 20_000
LARGE = Large(policies=50_000, past_claims=20)
LATENCY_RATE = 100
LATENCY_SECONDS = 20
REVIEW_GROUP = "claimsdesk-review"


def main() -> None:
    """Measure and print."""
    with surroundings() as ground:
        print(f"backlog of {BACKLOG:,} claims of full shape, PostgreSQL with fsync, best of two")
        print("            claims/s   CPU-ms/claim: worker  PostgreSQL  Kafka  together")
        claims = claims_of(BACKLOG)
        produce(ground.bootstrap, claims)
        bare = _better("bare loop", lambda: _run(ground, claims, _bare))
        one = _better("1 worker", lambda: _run(ground, claims, _review))
        two = _better("2 workers", lambda: _run(ground, claims, _review, processes=2))
        print(f"1 worker is {one.per_second / bare.per_second:.2f} of the bare loop")
        large = _run(ground, claims, _review, processes=2, large=LARGE)
        _print("2, large", large)
        print(
            f"with {LARGE.policies:,} policies and {LARGE.policies * LARGE.past_claims:,} past"
            f" claims: {large.together_ms_each / two.together_ms_each - 1:+.0%} CPU per claim"
        )
        _latency(ground)


def _better(name: str, run: Callable[[], Measured]) -> Measured:
    best = max((run(), run()), key=lambda measured: measured.per_second)
    _print(name, best)
    return best


def _print(name: str, run: Measured) -> None:
    print(
        f"{name:<12}{run.per_second:8,.0f} {run.cpu_ms_each:21.3f} {run.postgres_ms_each:11.3f}"
        f" {run.kafka_ms_each:6.3f} {run.together_ms_each:9.3f}"
    )


Program = tuple[list[str], dict[str, str]]


def _review(ground: Surroundings, url: str) -> tuple[Program, str]:
    return (["-m", "services.review"], ground.environment(url, free_port())), REVIEW_GROUP


def _bare(ground: Surroundings, url: str) -> tuple[Program, str]:
    # A group of its own per database: the bare loop begins at the start of the topic.
    group = f"bare-{url.rpartition('/')[2]}"
    command = ["-m", "bench.bare", ground.bootstrap, url.replace("+asyncpg", ""), group]
    return (command, ground.environment(url, 0)), group


def _run(
    ground: Surroundings,
    claims: list[FullShapeClaim],
    program: Callable[[Surroundings, str], tuple[Program, str]],
    *,
    processes: int = 1,
    large: Large | None = None,
) -> Measured:
    """Work off the backlog with a database of these claims' policies, or a large one."""
    url = ground.postgres.create_database()
    try:
        asyncio.run(filled_database(url, claims, large))
        programs = [program(ground, url) for _ in range(processes)]
        published = PublishedRecords(ground.bootstrap, CASE_FILE.name)
        backlog = Backlog(len(claims), published, group=programs[0][1])
        measured = drain(ground, [each for each, _ in programs], backlog)
        with psycopg.connect(url.replace("+asyncpg", "")) as connection:
            cases = rows(connection, "SELECT count(*) FROM cases WHERE sequence = 1")()
        if cases != len(claims):
            message = f"{cases} cases instead of {len(claims)}"
            raise SystemExit(message)
        return measured
    finally:
        ground.postgres.drop_database(url)


def _latency(ground: Surroundings) -> None:
    """Contact on its topic → case file on its topic, at a steady rate."""
    claims = claims_of(LATENCY_RATE * LATENCY_SECONDS)
    url = ground.postgres.create_database()
    asyncio.run(filled_database(url, claims))
    process = subprocess.Popen(
        [sys.executable, "-m", "services.review"],
        env=ground.environment(url, free_port()),
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_caught_up(ground, url.replace("+asyncpg", ""))
        waits = _send_and_time(ground.bootstrap, claims)
    finally:
        process.terminate()
        process.wait(20)
    cuts = statistics.quantiles(waits, n=100)
    print(
        f"latency   contact to published assessment at {LATENCY_RATE}/s:"
        f" p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms ({len(waits)} claims)"
    )


def _send_and_time(bootstrap: str, claims: list) -> list[float]:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": f"l{time.monotonic_ns()}"})
    partitions = consumer.list_topics(CASE_FILE.name, 10).topics[CASE_FILE.name].partitions
    consumer.assign([TopicPartition(CASE_FILE.name, number, OFFSET_END) for number in partitions])
    consumer.poll(2)
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 0, "log_level": 3})
    sent: dict[str, float] = {}
    waits: list[float] = []
    begin = time.perf_counter()
    for number, claim in enumerate(claims):
        while (left := begin + number / LATENCY_RATE - time.perf_counter()) > 0:
            _note(consumer, sent, waits, left)
        record = encode(claim.contact, source="intake", cause="1", at=claim.contact.received_at)
        sent[claim.contact.contact_id] = time.perf_counter()
        producer.produce(CONTACTS.name, record.value, record.key, headers=list(record.headers))
        producer.poll(0)
    producer.flush(10)
    end = time.perf_counter() + 10
    while len(waits) < len(claims) and time.perf_counter() < end:
        _note(consumer, sent, waits, 0.1)
    consumer.close()
    return waits


def _note(consumer: Consumer, sent: dict, waits: list, seconds: float) -> None:
    message = consumer.poll(seconds)
    if message is not None and message.error() is None:
        contact = json.loads(message.value())["contact_ids"][0]
        if contact in sent:
            waits.append(1000 * (time.perf_counter() - sent.pop(contact)))


def _wait_caught_up(ground: Surroundings, dsn: str) -> None:
    """Until the service has worked off what earlier runs left on the topic.

    Their policies are not known to it, so their contacts wait for them for a while.
    """
    waiting = _length(ground.bootstrap, CONTACTS.name)
    positions = "SELECT coalesce(sum(next_offset), 0) FROM partitions WHERE topic = %s"
    busy = "SELECT EXISTS (SELECT FROM waiting_contacts) OR EXISTS (SELECT FROM outbox)"
    with psycopg.connect(dsn, autocommit=True) as connection:
        while True:
            time.sleep(1)
            handled = connection.execute(positions, [CONTACTS.name]).fetchone()
            still = connection.execute(busy).fetchone()
            assert handled is not None
            assert still is not None
            if handled[0] >= waiting and not still[0]:
                return


def _length(bootstrap: str, topic: str) -> int:
    """Records that a topic of this run holds."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "length"})
    try:
        partitions = consumer.list_topics(topic, 10).topics[topic].partitions
        ends = [consumer.get_watermark_offsets(TopicPartition(topic, n)) for n in partitions]
        return sum(high for _, high in ends)
    finally:
        consumer.close()


if __name__ == "__main__":
    main()
