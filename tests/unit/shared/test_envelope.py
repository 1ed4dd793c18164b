"""What no handler may ever see is refused where records are decoded, with a reason."""

import json
from typing import Any

import pytest

from shared.contract.base import utc
from shared.contract.catalogue import EVENT_TYPES
from shared.contract.examples import EXAMPLES
from shared.errors import BadEvent
from shared.messaging.envelope import Event, decode, encode

CONTACT = EXAMPLES[EVENT_TYPES["claims.contact.received.v1"].body]
POLICY = EXAMPLES[EVENT_TYPES["reference.policy.changed.v1"].body]
RECORD = encode(CONTACT, source="t", cause="1", at=utc(2026, 11, 23))


def with_changes(**changes: Any) -> Event:
    value = json.dumps({**json.loads(RECORD.value), **changes}).encode()
    return decode(RECORD.key, value, RECORD.headers)


@pytest.mark.parametrize("name", ["ce_id", "ce_type", "ce_source", "ce_specversion"])
def test_a_header_without_a_value_is_a_missing_one(name: str) -> None:
    headers = [(each, None if each == name else value) for each, value in RECORD.headers]
    with pytest.raises(BadEvent, match=f"header {name} is missing"):
        decode(RECORD.key, RECORD.value, headers)


def test_a_foreign_header_without_a_value_does_no_harm() -> None:
    assert decode(RECORD.key, RECORD.value, [*RECORD.headers, ("x", None)]).body == CONTACT


@pytest.mark.parametrize(
    "at",
    ["0001-01-01T00:00:00+14:00", "1969-12-31T00:00:00Z", "9999-12-31T23:59:59-14:00"],
)
def test_an_instant_that_no_calendar_reaches_is_refused(at: str) -> None:
    with pytest.raises(BadEvent, match="received_at: Value error, not between"):
        with_changes(received_at=at)


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "9999-12-31"])
def test_a_day_that_leaves_no_room_for_periods_is_refused(day: str) -> None:
    claim = {**json.loads(RECORD.value)["claim"], "date_of_loss": day}
    with pytest.raises(BadEvent, match="date_of_loss: Value error, not between"):
        with_changes(claim=claim)


def test_a_policy_may_be_open_until_the_end_of_days() -> None:
    record = encode(POLICY, source="t", cause="1", at=utc(2026, 11, 23))
    body = json.loads(record.value)
    body["versions"][-1]["valid_to"] = "9999-12-31"
    assert decode(record.key, json.dumps(body).encode(), record.headers).key == record.key.decode()


def test_a_number_that_no_database_holds_is_refused() -> None:
    record = encode(POLICY, source="t", cause="1", at=utc(2026, 11, 23))
    value = json.dumps({**json.loads(record.value), "revision": 2**63}).encode()
    with pytest.raises(BadEvent, match="revision"):
        decode(record.key, value, record.headers)


@pytest.mark.parametrize("text", ["\0", "a\0b", "\\\0", "\\\\\0"])
def test_a_nul_neither_comes_in_nor_goes_out(text: str) -> None:
    with pytest.raises(BadEvent, match="NUL"):
        with_changes(words={"subject": text})
    words = CONTACT.model_copy(update={"intent_evidence": text})
    with pytest.raises(BadEvent, match="NUL"):
        encode(words, source="t", cause="1", at=utc(2026, 11, 23))


@pytest.mark.parametrize("text", ["\\u0000", "\\\\u0000", "\x01"])
def test_what_only_looks_like_a_nul_passes(text: str) -> None:
    event = with_changes(intent_evidence=text)
    assert json.loads(event.body.model_dump_json())["intent_evidence"] == text
