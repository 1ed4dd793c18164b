"""The published contract is current, complete and readable by others."""

import json

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from jsonschema import Draft202012Validator

from shared.contract.base import utc
from shared.contract.catalogue import EVENT_TYPES, TOPICS, TOPICS_OF, Audience
from shared.contract.examples import EXAMPLES
from shared.errors import BadEvent
from shared.messaging.envelope import decode, encode
from shared.publishing import FOLDER
from shared.publishing.files import stale

NAMES = sorted(EVENT_TYPES)


def test_the_committed_files_are_what_the_models_say() -> None:
    assert stale() == []


@pytest.mark.parametrize("name", NAMES)
def test_each_example_fits_its_published_schema(name: str) -> None:
    schema = json.loads((FOLDER / "schemas" / f"{name}.json").read_text())
    example = json.loads((FOLDER / "examples" / f"{name}.json").read_text())
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(example)) == []


@pytest.mark.parametrize("name", NAMES)
def test_what_travels_fits_the_published_schema_too(name: str) -> None:
    schema = json.loads((FOLDER / "schemas" / f"{name}.json").read_text())
    record = encode(EXAMPLES[EVENT_TYPES[name].body], source="t", cause="1", at=utc(2026, 1, 1))
    optional = {**schema, "required": []}
    errors = list(Draft202012Validator(optional).iter_errors(json.loads(record.value)))
    assert errors == []


@pytest.mark.parametrize("name", NAMES)
def test_our_records_are_cloudevents_for_the_official_library(name: str) -> None:
    body = EXAMPLES[EVENT_TYPES[name].body]
    record = encode(body, source="review", cause="1", at=utc(2026, 11, 23, 10))
    event = from_binary(
        KafkaMessage(dict(record.headers), record.key, record.value), JSONFormat(), CloudEvent
    )
    assert event.get_type() == name
    assert event.get_source() == "/claimsdesk/review"
    assert event.get_time() == utc(2026, 11, 23, 10)
    assert event.get_subject() == record.key.decode()
    assert event.get_data() == json.loads(record.value)


@pytest.mark.parametrize("name", NAMES)
def test_we_read_what_the_official_library_writes(name: str) -> None:
    body = EXAMPLES[EVENT_TYPES[name].body]
    key = EVENT_TYPES[name].key(body)
    written = to_binary(
        CloudEvent(
            {
                "type": name,
                "source": "/elsewhere",
                "id": "e-1",
                "specversion": "1.0",
                "time": utc(2026, 11, 23, 10),
                "datacontenttype": "application/json",
                "partitionkey": key,
            },
            body.model_dump(mode="json"),
        ),
        JSONFormat(),
    )
    assert isinstance(written.key, str)
    event = decode(written.key.encode(), written.value, written.headers.items())
    assert event.body == body
    assert (event.event_id, event.source, event.key) == ("e-1", "/elsewhere", key)


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_of_today_understands_a_field_of_tomorrow(name: str) -> None:
    body = EXAMPLES[EVENT_TYPES[name].body]
    record = encode(body, source="t", cause="1", at=utc(2026, 1, 1))
    extended = json.dumps({**json.loads(record.value), "field_of_tomorrow": 1}).encode()
    assert decode(record.key, extended, record.headers).body == body


def test_a_repeat_has_the_same_event_id_and_a_change_another() -> None:
    body = EXAMPLES[EVENT_TYPES["claims.case.opened.v1"].body]
    first = encode(body, source="review", cause="1", at=utc(2026, 1, 1))
    repeat = encode(body, source="review", cause="1", at=utc(2026, 1, 2))
    change = encode(body, source="review", cause="2", at=utc(2026, 1, 1))
    ids = [dict(record.headers)["ce_id"] for record in (first, repeat, change)]
    assert ids[0] == ids[1] != ids[2]


def test_public_topics_hold_no_personal_data() -> None:
    public = [topic for topic in TOPICS if topic.audience is Audience.PUBLIC]
    assert {topic.name for topic in public} == {"claims.cases.v1", "claims.notices.v1"}
    assert not [event.name for topic in public for event in topic.events if event.personal_data]
    assert EVENT_TYPES["claims.case-file.updated.v1"].personal_data


def test_a_type_names_its_major_version_and_one_topic() -> None:
    assert all(name.rsplit(".", 1)[1].removeprefix("v").isdigit() for name in EVENT_TYPES)
    of_departments = {name for name, topics in TOPICS_OF.items() if len(topics) > 1}
    assert all(name.startswith("departments.task.") for name in of_departments)


def test_a_departments_task_travels_on_its_own_topic() -> None:
    body = EXAMPLES[EVENT_TYPES["departments.task.requested.v1"].body]
    record = encode(body, source="review", cause="1", at=utc(2026, 1, 1))
    assert record.topic == "departments.payments.tasks.v1"


def test_a_record_under_a_foreign_key_is_refused() -> None:
    body = EXAMPLES[EVENT_TYPES["claims.case.opened.v1"].body]
    record = encode(body, source="t", cause="1", at=utc(2026, 1, 1))
    with pytest.raises(BadEvent, match="key"):
        decode(b"another case", record.value, record.headers)
