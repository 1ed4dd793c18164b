"""Claims per second through review on PostgreSQL, and how long one claim takes under light load."""

import asyncio
import json
import statistics
import subprocess
import sys
import time

import psycopg
from confluent_kafka import OFFSET_END, Consumer, Producer, TopicPartition

from bench.surroundings import (
    Measured,
    Surroundings,
    claims_of,
    drain,
    filled_database,
    free_port,
    produce,
    surroundings,
)
from shared.contract.catalogue import CASE_FILE, CONTACTS
from shared.messaging.envelope import encode

BACKLOG = 20_000
LATENCY_RATE = 100
LATENCY_SECONDS = 20


def main() -> None:
    """Measure and print."""
    with surroundings() as ground:
        print(f"backlog of {BACKLOG} claims of full shape, PostgreSQL with fsync, 2 runs each")
        claims = claims_of(BACKLOG)
        produce(ground.bootstrap, claims)
        review, bare = [], []
        for _ in range(2):
            bare.append(_bare(ground, claims))
            review.append(_review(ground, claims))
        _print("bare loop", bare)
        _print("review   ", review)
        best = max(m.per_second for m in review) / max(m.per_second for m in bare)
        print(f"ratio     {best:.2f} of the bare loop")
        _latency(ground)


def _print(name: str, runs: list[Measured]) -> None:
    for run in runs:
        print(
            f"{name} {run.per_second:8.0f} claims/s"
            f" {run.cpu_ms_each:7.3f} CPU-ms/claim of the worker"
            f" {run.machine_ms_each:7.3f} of the machine"
        )


def _bare(ground: Surroundings, claims: list) -> Measured:
    url = ground.postgres.create_database()
    asyncio.run(filled_database(url, claims))
    dsn = url.replace("+asyncpg", "")
    # A group of its own per run: the bare loop begins at the start of the topic.
    group = f"bare-{time.monotonic_ns()}"
    command = ["-m", "bench.bare", ground.bootstrap, dsn, str(len(claims)), group]
    measured = drain(command, ground.environment(url, 0), dsn, len(claims))
    ground.postgres.drop_database(url)
    return measured


def _review(ground: Surroundings, claims: list) -> Measured:
    url = ground.postgres.create_database()
    asyncio.run(filled_database(url, claims))
    environment = ground.environment(url, free_port())
    measured = drain(
        ["-m", "services.review"], environment, url.replace("+asyncpg", ""), len(claims)
    )
    ground.postgres.drop_database(url)
    return measured


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
