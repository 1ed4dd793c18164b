"""`claimsdesk policies import` on a real broker: all or nothing, and the same event twice."""

import json
from pathlib import Path

import pytest
from confluent_kafka import Consumer
from typer.testing import CliRunner

from claimsdesk.main import app
from claimsdesk.topics import apply_topics
from shared.contract.catalogue import CLIENTS, POLICIES
from shared.messaging.envelope import decode

pytestmark = pytest.mark.timeout(90)
SAMPLES = Path("deploy/demo/reference.yaml")


def run(*arguments):
    return CliRunner().invoke(app, ["policies", "import", *map(str, arguments)])


def test_the_samples_arrive_and_a_wrong_file_sends_nothing(own_kafka, tmp_path):
    broker = own_kafka().bootstrap
    apply_topics(broker)

    wrong = tmp_path / "wrong.json"
    good = {"client_id": "K-9", "name": "A", "revision": 1}
    wrong.write_text(json.dumps({"clients": [good, {**good, "client_id": "K-8", "revision": 0}]}))
    refused = run(wrong, "--kafka", broker)
    assert refused.exit_code == 1
    assert f"{wrong}: clients, entry 2 (K-8), field revision" in refused.output
    assert _events(broker) == []

    sent = run(SAMPLES, "--kafka", broker)
    assert sent.exit_code == 0, sent.output
    first = _events(broker)
    assert sent.output == (
        f"sent {sum(e.type.startswith('reference.client') for e in first)} clients and "
        f"{sum(e.type.startswith('reference.policy') for e in first)} policies\n"
    )
    assert "HH-2024-000123" in {event.key for event in first}
    assert {event.source for event in first} == {"/claimsdesk/policy-administration"}

    assert run(SAMPLES, "--kafka", broker).exit_code == 0
    both = _events(broker)
    assert len(both) == 2 * len(first)
    assert {event.event_id for event in both} == {event.event_id for event in first}


def test_missing_topics_are_named_as_a_reason(own_kafka):
    result = run(SAMPLES, "--kafka", own_kafka().bootstrap)
    assert result.exit_code == 1
    assert "claimsdesk topics apply" in result.output


def test_waiting_needs_a_token(tmp_path):
    missing = tmp_path / "none.token"
    result = run(SAMPLES, "--wait", "http://127.0.0.1:1", "--token-file", missing)
    assert result.exit_code == 1
    assert "none.token is not there" in result.output


def _events(broker):
    """Everything on the reference topics."""
    consumer = Consumer(
        {
            "bootstrap.servers": broker,
            "group.id": "test",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
    )
    ended, events = set(), []
    try:
        consumer.subscribe([CLIENTS.name, POLICIES.name])
        while len(ended) < CLIENTS.partitions + POLICIES.partitions:
            message = consumer.poll(10)
            assert message is not None, "the topics did not answer"
            if message.error():
                ended.add((message.topic(), message.partition()))
            else:
                events.append(decode(message.key(), message.value(), message.headers()))
    finally:
        consumer.close()
    return events
