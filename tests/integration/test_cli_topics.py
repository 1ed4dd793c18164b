"""`claimsdesk topics` on a real broker: applied once, repeated without effect, never narrowed."""

import time
from contextlib import closing

import pytest
from confluent_kafka import Producer
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from typer.testing import CliRunner

from claimsdesk.main import app
from claimsdesk.topics import existing_topics, plan_topics, wanted_topics
from shared.contract.catalogue import CASES, CONTACTS, POLICIES, TOPICS

pytestmark = pytest.mark.timeout(90)


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_topics_are_applied_once_and_kept_as_the_catalogue_says(own_kafka):
    broker = own_kafka().bootstrap

    dry = run("topics", "apply", "--kafka", broker, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert f"create    {CONTACTS.name} " in dry.output
    assert existing_topics(broker) == {}

    first = run("topics", "apply", "--kafka", broker)
    assert first.exit_code == 0, first.output
    assert first.output == dry.output
    there = existing_topics(broker)
    assert not plan_topics(wanted_topics(), there)
    assert there[CONTACTS.name].partitions == CONTACTS.partitions
    assert there[POLICIES.name].config["cleanup.policy"] == "compact"

    again = run("topics", "apply", "--kafka", broker)
    assert again.output == "Every topic is as the catalogue says.\n"

    with closing(KafkaAdminClient(bootstrap_servers=broker)) as admin:
        admin.create_partitions({CASES.name: CASES.partitions + 4})
        changed = {"retention.ms": "1000"}
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, CONTACTS.name, changed)])
    while existing_topics(broker)[CONTACTS.name].config["retention.ms"] != "1000":
        time.sleep(0.05)
    repaired = run("topics", "apply", "--kafka", broker)
    assert repaired.output == f"configure {CONTACTS.name}: retention.ms=2592000000\n"
    assert existing_topics(broker)[CASES.name].partitions == CASES.partitions + 4

    assert _store(broker, POLICIES.dead_letters, key=None, size=10) is None
    assert _store(broker, CONTACTS.name, key=b"k", size=1_050_000) == "MSG_SIZE_TOO_LARGE"
    assert _store(broker, CONTACTS.dead_letters, key=b"k", size=1_050_000) is None


def test_without_a_broker_the_command_says_so():
    result = run("topics", "apply", "--kafka", "127.0.0.1:1")
    assert result.exit_code == 1
    assert "127.0.0.1:1" in result.output
    assert "Traceback" not in result.output


def test_the_list_names_every_topic_and_event():
    result = run("topics", "list")
    assert result.exit_code == 0
    for topic in TOPICS:
        assert topic.name in result.output
        for event in topic.events:
            assert event.name in result.output


def _store(broker, topic, *, key, size):
    errors = []
    producer = Producer({"bootstrap.servers": broker, "message.max.bytes": 2_000_000})
    producer.produce(topic, b"x" * size, key, on_delivery=lambda error, _: errors.append(error))
    assert producer.flush(15) == 0
    return errors[0].name() if errors[0] else None
