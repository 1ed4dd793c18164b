"""Somebody who has only the page "subscribe in ten minutes" follows a claim to its end.

The programs are taken from the page as they stand and run against a real broker: one in Python
with kafka-python, one in Node with kafkajs and the published schemas.
"""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from confluent_kafka import Producer

from claimsdesk.topics import apply_topics
from deploy.local.kafka import EmbeddedKafka
from shared.contract.base import Body, utc
from shared.contract.cases import CaseKind, CaseState
from shared.contract.contacts import Channel
from shared.contract.facts import NoticeKind
from shared.contract.public import (
    CaseDecided,
    CaseOpened,
    CaseStateChanged,
    NoticeStatus,
    NoticeStatusChanged,
)
from shared.messaging.envelope import OutgoingRecord, encode
from shared.publishing import FOLDER
from tests.support import node

PAGE = FOLDER.parent / "docs" / "subscribing.md"
CASE, OTHER = "C-1001", "C-1002"
AT = utc(2026, 11, 23, 9)
SECONDS = 60


def snippet(name: str) -> str:
    """A program on the page: the block that names its file."""
    found = re.search(
        rf"^```\w+ {re.escape(name)}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL
    )
    assert found, f"{PAGE.name} has no {name}"
    return found.group(1)


def _notice(kind: NoticeKind, sequence: int, status: NoticeStatus) -> NoticeStatusChanged:
    return NoticeStatusChanged(
        notice_id=f"N-{kind}",
        case_id=CASE,
        kind=kind,
        channel=Channel.EMAIL,
        status=status,
        sequence=sequence,
        at=AT,
    )


def _state(sequence: int, state: CaseState, case_id: str = CASE) -> CaseStateChanged:
    return CaseStateChanged(
        case_id=case_id, sequence=sequence, kind=CaseKind.CLAIM, state=state, changed_at=AT
    )


A_CLAIM: list[Body] = [
    CaseOpened(
        case_id=CASE,
        sequence=1,
        kind=CaseKind.CLAIM,
        programme="household",
        state=CaseState.WAITING_FOR_CLIENT,
        opened_at=AT,
    ),
    _notice(NoticeKind.INFORMATION_REQUEST, 1, NoticeStatus.CREATED),
    _notice(NoticeKind.INFORMATION_REQUEST, 2, NoticeStatus.SENT),
    _state(2, CaseState.WAITING_FOR_PERSON),
    _state(3, CaseState.APPROVED),
    CaseDecided(case_id=CASE, sequence=4, kind=CaseKind.CLAIM, outcome="approved", decided_at=AT),
    _notice(NoticeKind.DECISION, 1, NoticeStatus.CREATED),
    _notice(NoticeKind.DECISION, 2, NoticeStatus.DELIVERED),
    _state(5, CaseState.CLOSED),
]
OF_THE_CASE = [
    f"{CASE} opened: claim",
    f"{CASE} is waiting_for_person",
    f"{CASE} is approved",
    f"{CASE} decided: approved",
    f"{CASE} is closed",
]
OF_ITS_NOTICES = [
    f"{CASE} information_request created",
    f"{CASE} information_request sent",
    f"{CASE} decision created",
    f"{CASE} decision delivered",
    f"{CASE} news_of_tomorrow created",
]
LAST = f"{OTHER} is closed"


def _records() -> list[OutgoingRecord]:
    """The claim's events, one of them twice, and what only the desk of tomorrow says."""
    records = [
        encode(body, source="review", cause=str(number), at=AT)
        for number, body in enumerate(A_CLAIM)
    ]
    repeated = records[3]
    more_fields = replace_body(records[4], field_of_tomorrow={"deep": [1]})
    notice = encode(
        _notice(NoticeKind.RECEIPT, 1, NoticeStatus.CREATED), source="notify", cause="t", at=AT
    )
    grown_list = replace_body(notice, kind="news_of_tomorrow")
    unknown_type = with_headers(records[5], ce_type="claims.case.sung-about.v1", ce_id="t-1")
    return [
        *records[:4],
        repeated,
        more_fields,
        records[5],
        unknown_type,
        *records[6:],
        grown_list,
        encode(_state(1, CaseState.CLOSED, OTHER), source="review", cause="z", at=AT),
    ]


def replace_body(record: OutgoingRecord, **fields: object) -> OutgoingRecord:
    value = json.dumps({**json.loads(record.value), **fields}).encode()
    return OutgoingRecord(record.topic, record.key, value, record.headers)


def with_headers(record: OutgoingRecord, **headers: str) -> OutgoingRecord:
    named = {**dict(record.headers), **{name: text.encode() for name, text in headers.items()}}
    return OutgoingRecord(record.topic, record.key, record.value, tuple(named.items()))


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    kafka = EmbeddedKafka(tmp_path_factory.mktemp("kafka"))
    kafka.start()
    try:
        apply_topics(kafka.bootstrap)
        producer = Producer({"bootstrap.servers": kafka.bootstrap})
        for record in _records():
            producer.produce(record.topic, record.value, record.key, headers=list(record.headers))
        assert producer.flush(20) == 0
        yield kafka.bootstrap
    finally:
        kafka.stop()


def _lines(command: list[str | Path], folder: Path, broker: str) -> list[str]:
    """What a subscriber prints until it told both the claim's end and its last notice."""
    settings = {"KAFKA_BOOTSTRAP": broker, "KAFKA_GROUP": f"insight.{uuid4().hex[:8]}"}
    errors = folder / "errors.txt"
    with errors.open("w") as complaints:
        program = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **settings},
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        )
    assert program.stdout
    too_late = threading.Timer(SECONDS, program.kill)
    too_late.start()
    lines: list[str] = []
    wanted = {*OF_THE_CASE, *OF_ITS_NOTICES, LAST}
    try:
        for line in program.stdout:
            lines.append(line.rstrip("\n"))
            if wanted <= set(lines):
                break
    finally:
        too_late.cancel()
        program.kill()
        program.wait()
        program.stdout.close()
    assert wanted <= set(lines), f"{lines}\n{errors.read_text()}"
    return lines


def _follows_the_claim(lines: list[str]) -> None:
    assert [line for line in lines if line in OF_THE_CASE] == OF_THE_CASE, lines
    assert [line for line in lines if line in OF_ITS_NOTICES] == OF_ITS_NOTICES, lines
    assert sorted(lines) == sorted([*OF_THE_CASE, *OF_ITS_NOTICES, LAST])


def test_the_pages_python_program_follows_a_claim_to_its_end(broker: str, tmp_path: Path) -> None:
    (tmp_path / "subscriber.py").write_text(snippet("subscriber.py"))
    _follows_the_claim(_lines([sys.executable, "-I", "subscriber.py"], tmp_path, broker))


def test_the_pages_node_program_follows_a_claim_with_the_schemas_only(
    broker: str, tmp_path: Path
) -> None:
    node.prepared(tmp_path)
    (tmp_path / "contract").symlink_to(FOLDER)
    (tmp_path / "subscriber.mjs").write_text(snippet("subscriber.mjs"))
    _follows_the_claim(_lines([node.PROGRAM, "subscriber.mjs"], tmp_path, broker))


def test_the_pages_programs_import_nothing_of_ours() -> None:
    python = set(re.findall(r"^(?:import|from) (\w+)", snippet("subscriber.py"), re.MULTILINE))
    assert python - set(sys.stdlib_module_names) == {"kafka"}
    imported = set(re.findall(r"from '([^']+)'", snippet("subscriber.mjs")))
    assert imported == {"node:fs", "ajv/dist/2020.js", "ajv-formats", "kafkajs"}


def test_the_page_tells_the_topics_that_are_public_and_its_links_lead_somewhere() -> None:
    text = PAGE.read_text()
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert (PAGE.parent / target).exists(), target
    assert "claims.cases.v1" in text
    assert "claims.notices.v1" in text
