"""CloudEvents 1.0 in Kafka binary mode: attributes in `ce_` headers, the body as JSON.

Written by hand because this is the hot path of every service (measured: the `cloudevents`
library decodes the JSON before the model does it again, and parses times in Python). The library
is the judge in the contract tests: it reads what we write and we read what it writes.
Source: CloudEvents Kafka protocol binding 1.0.2, section 3.2.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import msgspec
from pydantic import ValidationError

from shared.contract.base import Body
from shared.contract.catalogue import EVENT_TYPES, TYPE_OF_BODY, topic_for
from shared.errors import BadEvent
from shared.ids import derived_id

Headers = tuple[tuple[str, bytes], ...]
MAX_BODY_BYTES = 900_000
"""Under the broker's 1 MiB, with room for headers; checked before anything is stored."""

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""A NUL in JSON; `\\\\u0000` is a backslash and five other signs."""

_JSON = ("content-type", b"application/json")
_SPEC = ("ce_specversion", b"1.0")


@dataclass(frozen=True, slots=True)
class Event:
    """A decoded event as a handler sees it."""

    event_id: str
    source: str
    type: str
    key: str
    body: Body
    traceparent: str = ""


class OutgoingRecord(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A record ready for the outbox: where it goes and its exact bytes."""

    topic: str
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


def encode(
    body: Body, *, source: str, cause: str, at: datetime, traceparent: str = ""
) -> OutgoingRecord:
    """The record of an event.

    Args:
        body: One of the contract's models.
        source: The service that says so, e.g. `review`.
        cause: What makes this event unique for its type and key, e.g. the case's sequence; the
            event id is derived from it, so a repeat has the same id.
        at: When it happened, UTC.
        traceparent: W3C trace context of what caused it.

    Raises:
        BadEvent: The body is larger than a record may be, or holds a NUL.
    """
    event_type = TYPE_OF_BODY[type(body)]
    key = event_type.key(body)
    value = body.__pydantic_serializer__.to_json(body, exclude_none=True)
    if len(value) > MAX_BODY_BYTES:
        message = f"{event_type.name} of {key} has {len(value)} bytes, more than a record may have"
        raise BadEvent(message)
    _refuse_nul(event_type.name, value)
    encoded_key = key.encode()
    headers: Headers = (
        *_fixed_headers(event_type.name, source),
        ("ce_id", derived_id(event_type.name, key, cause).encode()),
        ("ce_subject", encoded_key),
        ("ce_time", _rfc3339(at)),
    )
    if traceparent:
        headers = (*headers, ("ce_traceparent", traceparent.encode()))
    return OutgoingRecord(topic_for(body).name, encoded_key, value, headers)


@lru_cache(maxsize=256)
def _fixed_headers(event_type: str, source: str) -> Headers:
    """What all events of a type from one service have in common."""
    return (
        _SPEC,
        ("ce_source", f"/claimsdesk/{source}".encode()),
        ("ce_type", event_type.encode()),
        _JSON,
    )


@lru_cache(maxsize=16)
def _rfc3339(at: datetime) -> bytes:
    """All events of a transaction share its instant, so it is written once."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode()


def _refuse_nul(name: str, value: bytes) -> None:
    """No NUL in any text: PostgreSQL can't store one, and everything is stored somewhere."""
    if b"\\u0000" in value and _NUL.search(value):
        message = f"{name} holds a NUL character"
        raise BadEvent(message)


def decode(
    key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes | None]]
) -> Event:
    """The event in a record.

    Raises:
        BadEvent: It is no CloudEvent, of an unknown type, or its body does not fit its model.
    """
    try:
        # Kafka knows headers without a value; one that we need is then missing.
        named = {name.lower(): text.decode() for name, text in headers if text is not None}
    except UnicodeDecodeError as error:
        raise BadEvent("a header is not UTF-8") from error
    missing = {"ce_id", "ce_source", "ce_type", "ce_specversion"} - named.keys()
    if missing:
        message = f"no CloudEvent in binary mode: header {', '.join(sorted(missing))} is missing"
        raise BadEvent(message)
    event_type = EVENT_TYPES.get(named["ce_type"])
    if event_type is None:
        message = f"unknown event type {named['ce_type'][:100]!r}"
        raise BadEvent(message)
    if value is None:
        message = f"{event_type.name} without a body"
        raise BadEvent(message)
    _refuse_nul(event_type.name, value)
    try:
        body = event_type.body.__pydantic_validator__.validate_json(value)
    except ValidationError as error:
        places = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'body'}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_input=False)[:5]
        )
        message = f"{event_type.name} does not fit its schema: {places}"
        raise BadEvent(message) from None
    expected = event_type.key(body)
    if key is None or key.decode(errors="replace") != expected:
        message = f"{event_type.name}: the record's key is not its {event_type.key_field}"
        raise BadEvent(message)
    return Event(
        event_id=named["ce_id"],
        source=named["ce_source"],
        type=event_type.name,
        key=expected,
        body=body,
        traceparent=named.get("ce_traceparent", ""),
    )
