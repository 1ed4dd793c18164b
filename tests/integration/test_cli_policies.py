"""`claimsdesk policies import` on a real broker: all or nothing, and only what is news."""

import json
from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition
from typer.testing import CliRunner

from claimsdesk.main import app
from claimsdesk.topics import apply_topics
from shared.contract.catalogue import CLIENTS, POLICIES
from shared.messaging.envelope import decode

pytestmark = pytest.mark.timeout(90)
SAMPLES = Path("deploy/demo/reference.yaml")


def run(*arguments):
    return CliRunner().invoke(app, ["policies", "import", *map(str, arguments)])


def test_only_what_is_news_is_sent_and_a_wrong_file_sends_nothing(own_kafka, tmp_path):
    broker = own_kafka().bootstrap
    apply_topics(broker)

    wrong = tmp_path / "wrong.json"
    good = {"client_id": "K-9", "name": "A", "revision": 1}
    wrong.write_text(json.dumps({"clients": [good, {**good, "client_id": "K-8", "revision": 0}]}))
    refused = run(wrong, "--kafka", broker)
    assert refused.exit_code == 1
    assert f"{wrong}:1:" in refused.output
    assert "clients.1.revision: must be at least 1" in refused.output
    assert _events(broker) == []

    would = run(SAMPLES, "--kafka", broker, "--dry-run")
    assert would.output.startswith("nothing was sent")
    assert _events(broker) == []
    sent = run(SAMPLES, "--kafka", broker, "--json")
    assert sent.exit_code == 0, sent.output
    first = _events(broker)
    answer = json.loads(sent.output)
    assert answer["clients"]["new"] + answer["policies"]["new"] == len(first)
    assert answer["doubts"] == []
    assert "HH-2024-000123" in {event.key for event in first}
    assert {event.source for event in first} == {"/claimsdesk/policy-administration"}

    again = json.loads(run(SAMPLES, "--kafka", broker, "--json").output)
    assert again["policies"] == {"new": 0, "changed": 0, "unchanged": answer["policies"]["new"]}
    assert len(_events(broker)) == len(first)

    # A spreadsheet: one policy as it is known, one otherwise, one new, one of nobody known.
    csv = tmp_path / "policies.csv"
    csv.write_text(
        "policy_number;programme;holder_client_id;valid_from;sum_insured\n"
        "HH-9001;household;K-1001;01.01.2024;40.000,00\n"
        "HH-9002;household;K-1001;01.01.2024;\n",
        encoding="utf-8-sig",
    )
    assert json.loads(run(csv, "--kafka", broker, "--json").output)["policies"]["new"] == 2
    csv.write_text(
        csv.read_text(encoding="utf-8-sig").replace("40.000,00", "60.000,00")
        + "HH-9003;houshold;K-nobody;01.01.2024;\n",
        encoding="utf-8-sig",
    )
    changed = json.loads(run(csv, "--kafka", broker, "--json").output)
    assert changed["policies"] == {"new": 1, "changed": 1, "unchanged": 1}
    assert "did you mean `household`?" in changed["doubts"][0]
    assert "K-nobody" in changed["doubts"][1]
    latest = {event.key: event.body for event in _events(broker)}
    assert latest["HH-9001"].revision == 2
    assert str(latest["HH-9001"].versions[0].sum_insured) == "60000.00"

    # A revision that is known can't say something else; a bad record needs --skip-bad.
    lines = tmp_path / "policies.jsonl"
    record = latest["HH-9001"].model_dump(mode="json")
    lines.write_text(
        json.dumps({**record, "cancelled_from": "2026-01-01"})
        + "\n"
        + json.dumps({**record, "policy_number": "HH-9004"}),
        encoding="utf-8",
    )
    refused = run(lines, "--kafka", broker)
    assert refused.exit_code == 1
    assert "HH-9001: revision 2 is known and says otherwise" in refused.output
    skipped = json.loads(run(lines, "--kafka", broker, "--skip-bad", "--json").stdout)
    assert (skipped["wrong"], skipped["policies"]["new"]) == (1, 1)
    assert "HH-9004" in {event.key for event in _events(broker)}


def test_missing_topics_are_named_as_a_reason(own_kafka):
    result = run(SAMPLES, "--kafka", own_kafka().bootstrap)
    assert result.exit_code == 1
    assert "claimsdesk topics apply" in result.output


def test_waiting_needs_a_token(tmp_path):
    missing = tmp_path / "none.token"
    result = run(SAMPLES, "--wait", "--review", "http://127.0.0.1:1", "--token-file", missing)
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
        topics = (CLIENTS, POLICIES)
        consumer.assign([TopicPartition(t.name, p, 0) for t in topics for p in range(t.partitions)])
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
