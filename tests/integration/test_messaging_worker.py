"""What the runtime promises, on a real broker and both databases."""

import asyncio
import time
import uuid
from collections.abc import Callable

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from tests.support.echo import (
    PARTITIONS,
    EchoWorker,
    contact,
    create_topics,
    echo_topic,
    send_contacts,
)


@pytest.fixture
def prefix(kafka: str) -> str:
    name = f"echo{uuid.uuid4().hex[:8]}"
    create_topics(kafka, name)
    return name


def read_all(bootstrap: str, topic: str) -> list:
    """Every record of a topic, per partition in order."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "reader"})
    try:
        ends = {
            partition: consumer.get_watermark_offsets(TopicPartition(topic, partition), 10)[1]
            for partition in range(PARTITIONS)
        }
        consumer.assign([TopicPartition(topic, partition, 0) for partition in ends])
        records: list = []
        while len(records) < sum(ends.values()):
            records.extend(consumer.consume(1000, 0.2))
        return records
    finally:
        consumer.close()


async def until(condition: Callable, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < end, "not in time"
        await asyncio.sleep(0.05)


async def test_each_contact_counts_once_however_often_it_is_delivered(
    kafka: str, prefix: str, database_url: str
) -> None:
    contacts = [contact(n, f"client-{n % 7}") for n in range(1000)]
    send_contacts(kafka, prefix, contacts)
    send_contacts(kafka, prefix, contacts[::3])
    async with EchoWorker(kafka, database_url, prefix).running() as echo:

        async def settled() -> bool:
            return await echo.total() >= 1000 and await echo.worker.outbox.pending() == 0

        await until(settled)
        await asyncio.sleep(0.5)
        assert await echo.total() == 1000
    published = [record.value().decode().split()[0] for record in read_all(kafka, f"{prefix}.out")]
    assert sorted(published) == sorted(body.contact_id for body in contacts)
    assert not echo.failures


async def test_what_cannot_be_handled_goes_to_the_dead_letters_and_the_rest_goes_on(
    kafka: str, prefix: str, database_url: str
) -> None:
    producer = Producer({"bootstrap.servers": kafka})
    topic = echo_topic(prefix)
    spec = [("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_source", b"/elsewhere")]
    received = ("ce_type", b"claims.contact.received.v1")
    for key, value, headers in [
        (b"no-json", b"{", [*spec, received]),
        (b"unknown-type", b"{}", [*spec, ("ce_type", b"claims.contact.received.v9")]),
        (b"no-fields", b"{}", [*spec, received]),
        (b"no-event", b"hello", []),
        (None, None, [*spec, received]),
    ]:
        producer.produce(topic.name, key=key, value=value, headers=headers)
    producer.flush(10)
    send_contacts(
        kafka,
        prefix,
        [contact(n, text={3: "poison", 5: "bad", 7: "later"}.get(n, "")) for n in range(20)],
    )
    async with EchoWorker(kafka, database_url, prefix).running() as echo:

        async def settled() -> bool:
            return await echo.total() >= 18 and await echo.worker.outbox.pending() == 0

        await until(settled)
    dead = {
        record.key() or b"": dict(record.headers())
        for record in read_all(kafka, topic.dead_letters)
    }
    reasons = {key: headers["dlt_reason"].decode() for key, headers in dead.items()}
    assert "Invalid JSON" in reasons[b"no-json"]
    assert "unknown event type" in reasons[b"unknown-type"]
    assert "Field required" in reasons[b"no-fields"]
    assert "binary mode" in reasons[b"no-event"]
    assert "without a body" in reasons[b""]
    assert reasons[b"contact-3"] == "the handler failed"
    assert dead[b"contact-3"]["dlt_exception"] == b"ZeroDivisionError"
    assert reasons[b"contact-5"] == "this contact is bad"
    assert len(dead) == 7
    assert dead[b"contact-5"]["dlt_topic"].decode() == topic.name
    assert dead[b"contact-5"]["ce_type"] == b"claims.contact.received.v1"
    assert echo.refusals == 2
    assert not echo.failures


async def test_a_program_that_fails_on_everything_stops_instead_of_setting_all_aside(
    kafka: str, prefix: str, database_url: str
) -> None:
    send_contacts(kafka, prefix, [contact(n, text="poison") for n in range(60)])
    async with EchoWorker(kafka, database_url, prefix).running() as echo:

        async def stopped() -> bool:
            return bool(echo.failures) and await echo.worker.outbox.pending() == 0

        await until(stopped)
        assert await echo.total() == 0
    # A dead letter that a busy database put off counts twice.
    assert 10 < len(read_all(kafka, echo_topic(prefix).dead_letters)) <= 20
