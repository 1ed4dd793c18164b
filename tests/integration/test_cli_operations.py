"""`claimsdesk lag`, `dlt` and `case` on a real broker; a real worker sets records aside."""

import asyncio
import json
import sys
import time
import uuid
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient
from typer.testing import CliRunner

from claimsdesk.dead_letters import plan_replay
from claimsdesk.main import app
from claimsdesk.repairing import put_back, read_letters
from claimsdesk.topic_reading import read_to_end
from claimsdesk.topics import apply_topics
from shared.contract.base import utc
from shared.contract.case_file import CaseFileUpdated
from shared.contract.catalogue import CASE_FILE, CLOCKS, CONTACTS
from shared.contract.contacts import ContactReceived
from shared.contract.departments import DepartmentTaskAnswered, DepartmentTaskRequested
from shared.contract.examples import EXAMPLES
from shared.contract.public import ClockWarned, DeliveryReported, NoticeStatusChanged
from shared.messaging.envelope import Event, encode
from shared.messaging.processing import UnitOfWork
from tests.support.echo import (
    EchoWorker,
    contact,
    create_topics,
    echo_topic,
    send_contacts,
)

pytestmark = pytest.mark.timeout(120)


def run(*arguments: object, status: int = 0) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == status, result.output
    return result.stdout


async def cli(*arguments: str, status: int = 0) -> str:
    """The command as a process: a worker that runs in ours writes to our output, too."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "claimsdesk", *arguments, stdout=PIPE, stderr=PIPE
    )
    output, errors = await process.communicate()
    assert process.returncode == status, errors.decode()
    return output.decode()


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < end, "not in time"
        await asyncio.sleep(0.05)


@pytest.fixture
def prefix(kafka: str) -> str:
    name = f"echo{uuid.uuid4().hex[:8]}"
    create_topics(kafka, name)
    return name


class Mended(EchoWorker):
    """The same worker after its fault was mended: it handles what was poison."""

    async def handle(self, work: UnitOfWork, events: list[Event]) -> None:
        await super().handle(work, [_without_poison(event) for event in events])


def _without_poison(event: Event) -> Event:
    words = event.body.words.model_copy(update={"text": ""})
    body = event.body.model_copy(update={"words": words})
    return Event(event.event_id, event.source, event.type, event.key, body)


def open_letters(bootstrap: str, prefix: str, *options: str) -> list[dict]:
    topic = echo_topic(prefix).name
    said = run("dlt", "list", topic, "--kafka", bootstrap, "--json", *options)
    return json.loads(said)["dead_letters"]


async def set_aside(bootstrap: str, database_url: str, prefix: str, poison: int) -> None:
    """Let a real worker handle what was sent, until so many dead letters are there."""
    async with EchoWorker(bootstrap, database_url, prefix).running() as echo:

        async def all_aside() -> bool:
            letters = await asyncio.to_thread(read_letters, bootstrap, echo_topic(prefix).name)
            return len(letters) == poison and await echo.worker.outbox.pending() == 0

        await until(all_aside)


def positions(bootstrap: str, prefix: str) -> dict[int, int]:
    """What the worker's group told the broker, of partitions with records."""
    with closing(KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
        group = f"claimsdesk-{prefix}-echo"
        told = admin.list_group_offsets([group])[group]
        return {p.partition: said.offset for p, said in told.items() if said.offset > 0}


def ends(bootstrap: str, topic: str) -> dict[int, int]:
    records = records_of(bootstrap, topic)
    return {r.partition(): r.offset() + 1 for r in records}


def records_of(bootstrap: str, topic: str) -> list:
    """Every record of a topic, per partition in order."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "reader", "log_level": 2})
    with closing(consumer):
        partitions = consumer.list_topics(topic, 10).topics[topic].partitions
        places = [TopicPartition(topic, number, 0) for number in partitions]
        count = sum(consumer.get_watermark_offsets(place, 10)[1] for place in places)
        consumer.assign(places)
        records: list = []
        while len(records) < count:
            records.extend(consumer.consume(1000, 0.2))
        return records


async def test_poison_is_listed_shown_and_replayed_and_counts_once_however_often(
    kafka: str, prefix: str, database_url: str
) -> None:
    topic = echo_topic(prefix)
    contacts = [contact(1, text="poison"), contact(2), contact(3, text="bad")]
    send_contacts(kafka, prefix, contacts)
    await set_aside(kafka, database_url, prefix, 2)

    reasons = {
        (group["reason"], group["exception"]): group for group in open_letters(kafka, prefix)
    }
    assert reasons.keys() == {
        ("the handler failed", "ZeroDivisionError"),
        ("this contact is bad", "BadEvent"),
    }
    place = reasons["the handler failed", "ZeroDivisionError"]["letters"][0]["place"]
    shown = await cli("dlt", "show", topic.name, place, "--kafka", kafka)
    assert "key        contact-1" in shown
    assert "ce_type: claims.contact.received.v1" in shown
    assert "poison" not in shown
    content = await cli("dlt", "show", topic.name, place, "--kafka", kafka, "--with-content")
    assert '"poison"' in content

    replay = ["dlt", "replay", topic.name, "--kafka", kafka, "--reason", "ZeroDivisionError"]
    dry = await cli(*replay, "--dry-run")
    assert "1 would go back" in dry
    before = records_of(kafka, topic.name)
    async with Mended(kafka, database_url, prefix).running() as mended:
        # As an operator whose process ended between putting back and marking.
        waiting = plan_replay(
            await asyncio.to_thread(read_letters, kafka, topic.name),
            lambda letter: letter.exception == "ZeroDivisionError",
        )
        with closing(KafkaProducer(bootstrap_servers=kafka)) as producer:
            await asyncio.to_thread(put_back, producer, waiting.keys[0])
        assert "1 went back" in await cli(*replay)
        assert "0 went back" in await cli(*replay)
        again = await cli("dlt", "replay", topic.name, place, "--kafka", kafka, status=1)
        assert again == ""
        send_contacts(kafka, prefix, [contact(4, text="")])

        async def all_handled() -> bool:
            places = await asyncio.to_thread(positions, kafka, prefix)
            return await mended.total() == 3 and bool(places) and places == ends(kafka, topic.name)

        await until(all_handled)
    assert not mended.failures
    put = records_of(kafka, topic.name)
    twice = [record for record in put if record.key() == b"contact-1"]
    assert len(twice) == 3
    assert len({(r.partition(), r.value(), tuple(r.headers())) for r in twice}) == 1
    assert len(put) == len(before) + 3
    (left,) = open_letters(kafka, prefix)
    assert left["reason"] == "this contact is bad"

    where = left["letters"][0]["place"]
    drop = ["dlt", "drop", topic.name, where, "--kafka", kafka, "--reason", "sent by a test"]
    assert "1 dropped" in await cli(*drop)
    assert open_letters(kafka, prefix) == []
    states = sorted(group["state"] for group in open_letters(kafka, prefix, "--all"))
    assert states == ["dropped", "replayed"]
    shown = await cli("dlt", "show", topic.name, where, "--kafka", kafka)
    assert "sent by a test" in shown


async def test_a_key_goes_back_whole_and_in_its_order(kafka: str, prefix: str) -> None:
    """Dead letters of one contact, thrice, as three versions of it that nobody could read."""
    topic = echo_topic(prefix)
    producer = Producer({"bootstrap.servers": kafka})
    for number, key in enumerate((b"a", b"b", b"a", b"a")):
        headers = [
            ("ce_id", str(number).encode()),
            ("dlt_topic", topic.name.encode()),
            ("dlt_partition", b"2"),
            ("dlt_offset", str(10 + number).encode()),
            ("dlt_reason", b"first" if number == 0 else b"later"),
            ("dlt_exception", b"BadEvent"),
        ]
        value = f"version {number}".encode()
        producer.produce(topic.dead_letters, value, key, partition=0, headers=headers)
    assert producer.flush(20) == 0

    arguments = ["dlt", "replay", topic.name, "--kafka", kafka]
    part = await cli(*arguments, "--reason", "later", status=1)
    assert "1 went back" in part
    assert "key a stays: 0:0 of the same key must go with it" in part
    whole = await cli(*arguments, "--key", "a")
    assert "3 went back" in whole
    records = records_of(kafka, topic.name)
    assert [(r.partition(), r.key(), r.value()) for r in records] == [
        (2, b"b", b"version 1"),
        (2, b"a", b"version 0"),
        (2, b"a", b"version 2"),
        (2, b"a", b"version 3"),
    ]
    assert [record.headers() for record in records[1:2]] == [[("ce_id", b"0")]]


def test_lag_case_and_errors_on_a_broker_of_the_desk(own_kafka) -> None:
    broker = own_kafka().bootstrap
    assert (
        "see `claimsdesk topics apply`"
        in CliRunner().invoke(app, ["lag", "--kafka", broker]).output
    )
    apply_topics(broker)
    case = send_a_case(broker)

    behind = json.loads(run("lag", "--kafka", broker, "--json"))["readers"]
    assert all(one["committed"] is None for one in behind)
    assert {one["group"] for one in behind} == {
        f"claimsdesk-{service}" for service in ("intake", "review", "escalation", "notify")
    }
    (waiting,) = [one for one in behind if one["topic"] == CONTACTS.name and one["lag"]]
    assert waiting["lag"] == 1
    assert waiting["oldest_unread_seconds"] > 0
    consumer = Consumer({"bootstrap.servers": broker, "group.id": "claimsdesk-review"})
    with closing(consumer):
        there = TopicPartition(CONTACTS.name, waiting["partition"], waiting["end"])
        consumer.commit(offsets=[there], asynchronous=False)
        consumer.commit(offsets=[TopicPartition(CLOCKS.name, 0, 0)], asynchronous=False)
    said = run("lag", "--kafka", broker)
    assert f"claimsdesk-review  {CONTACTS.name}  up to date" in said
    assert f"claimsdesk-intake  {CASE_FILE.name}  lag 1, no committed offset" in said

    told = run("case", case, "--kafka", broker, "--lang", "de")
    assert "Unterlagen angefordert bis 2026-12-07" in told
    assert "Erika" not in told
    events = json.loads(run("case", case, "--kafka", broker, "--json"))["events"]
    assert [event["type"] for event in events] == [
        "claims.contact.received.v1",
        "claims.case-file.updated.v1",
        "claims.notice.status-changed.v1",
        "claims.delivery.reported.v1",
        "departments.task.requested.v1",
        "departments.task.answered.v1",
        "claims.clock.warned.v1",
    ]
    assert "body" not in events[0]
    with_content = run("case", case, "--kafka", broker, "--with-content")
    assert "Mein Fahrrad wurde aus dem Keller gestohlen." in with_content
    unknown = CliRunner().invoke(app, ["case", "C-2222-2222-2", "--kafka", broker])
    assert unknown.exit_code == 1
    assert "no topic holds anything of C-2222-2222-2" in unknown.output


def send_a_case(broker: str) -> str:
    """The contract's example case, last things first, one of them twice, beside another case."""
    order = [
        ContactReceived,
        CaseFileUpdated,
        NoticeStatusChanged,
        DeliveryReported,
        DepartmentTaskRequested,
        DepartmentTaskAnswered,
        ClockWarned,
    ]
    start = utc(2026, 11, 23, 10)
    producer = Producer({"bootstrap.servers": broker, "enable.idempotence": True})
    for number, kind in reversed(list(enumerate(order))):
        at = start + timedelta(minutes=number)
        record = encode(EXAMPLES[kind], source="test", cause="1", at=at)
        times = 2 if kind is ClockWarned else 1
        for _ in range(times):
            producer.produce(record.topic, record.value, record.key, headers=list(record.headers))
    other = EXAMPLES[ClockWarned].model_copy(update={"case_id": "C-OTHER"})
    record = encode(other, source="test", cause="1", at=start)
    producer.produce(record.topic, record.value, record.key, headers=list(record.headers))
    assert producer.flush(20) == 0
    return str(EXAMPLES[CaseFileUpdated].case_id)


def test_without_a_broker_the_commands_say_so(monkeypatch) -> None:
    monkeypatch.setattr("claimsdesk.topic_reading._CONNECT_TIMEOUT_MS", 500)
    for arguments in (["lag"], ["dlt", "list"], ["dlt", "replay"], ["case", "C-2222-2222-2"]):
        result = CliRunner().invoke(app, [*arguments, "--kafka", "127.0.0.1:1"])
        assert result.exit_code == 1
        assert "127.0.0.1:1" in result.output
        assert "Traceback" not in result.output


def test_a_topic_that_ends_in_a_hole_is_read_to_its_end(kafka_names, kafka: str) -> None:
    """A transaction's end takes an offset that no reader ever gets."""
    topic = kafka_names.topic(partitions=2)
    producer = Producer({"bootstrap.servers": kafka, "transactional.id": topic})
    producer.init_transactions(30)
    producer.begin_transaction()
    for number in range(3):
        producer.produce(topic, str(number).encode(), b"key", partition=1)
    producer.commit_transaction(30)
    assert [record.value for record in read_to_end(kafka, [topic])] == [b"0", b"1", b"2"]
    assert list(read_to_end(kafka, ["no.such.topic"])) == []
