"""`claimsdesk people import` on a real broker: all or nothing, and the same event twice."""

from pathlib import Path

import pytest
from confluent_kafka import Consumer
from typer.testing import CliRunner

from claimsdesk.main import app
from claimsdesk.topics import apply_topics
from shared.contract.catalogue import PEOPLE
from shared.messaging.envelope import Event, decode

pytestmark = pytest.mark.timeout(90)
SAMPLES = Path("deploy/demo/reference.yaml")


def test_the_sample_people_arrive_and_a_wrong_file_sends_nothing(own_kafka, tmp_path: Path):
    broker = own_kafka().bootstrap
    apply_topics(broker)
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        "people:\n  - {person_id: sven, name: S, revision: 1}\n"
        "  - {person_id: olga, name: O, deputy: oslo, revision: 1}\n"
    )
    refused = run(wrong, broker)
    assert refused.exit_code == 1
    assert f"{wrong}:3:32: people.1.deputy: oslo is not in this file" in refused.output
    assert events(broker) == []

    sent = run(SAMPLES, broker)
    assert (sent.exit_code, sent.output) == (0, "sent 6 people and 3 teams\n")
    assert run(SAMPLES, broker).exit_code == 0
    found = events(broker)
    assert len(found) == 2 * 9
    assert len({event.event_id for event in found}) == 9
    assert {"sven", "hanna", "team-household"} < {event.key for event in found}
    assert {event.source for event in found} == {"/claimsdesk/people-administration"}


def run(file: Path, broker: str):
    return CliRunner().invoke(app, ["people", "import", str(file), "--kafka", broker])


def events(broker: str) -> list[Event]:
    consumer = Consumer(
        {
            "bootstrap.servers": broker,
            "group.id": "test",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
    )
    ended: set[int] = set()
    found = []
    try:
        consumer.subscribe([PEOPLE.name])
        while len(ended) < PEOPLE.partitions:
            message = consumer.poll(10)
            assert message is not None, "the topic did not answer"
            if message.error():
                ended.add(message.partition())
            else:
                found.append(decode(message.key(), message.value(), message.headers()))
    finally:
        consumer.close()
    return found
