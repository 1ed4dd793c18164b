"""Reference data from a file onto its topics: clients and policies, checked before it is sent.

A file is sent as a whole or not at all. Sending it again changes nothing: an event's id is derived
from its key and revision, and readers take the highest revision.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from claimsdesk.errors import CommandError
from shared.contract.base import Body
from shared.contract.reference import ClientChanged, PolicyChanged
from shared.written_files import WrittenFileError, values_in

SOURCE = "policy-administration"
_SECTIONS = frozenset({"clients", "policies"})
_OTHERS = frozenset({"people", "teams"})
"""What `claimsdesk people import` reads from the same file."""
_DELIVERY_TIMEOUT_S = 20
_MISSING_TOPIC_MS = 3_000
_POLL_S = 0.1

B = TypeVar("B", bound=Body)


@dataclass(frozen=True, slots=True)
class Reference:
    """What a file holds."""

    clients: tuple[ClientChanged, ...] = ()
    policies: tuple[PolicyChanged, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many events were sent."""

    clients: int
    policies: int

    def __str__(self) -> str:
        return f"{self.clients} clients and {self.policies} policies"


def read_file(path: Path) -> Reference:
    """The clients and policies in a YAML or JSON file.

    Raises:
        CommandError: The file can't be read or something in it does not fit the contract; names
            the file, the entry and the field, every problem on its own line.
    """
    try:
        content = values_in(path)
    except WrittenFileError as error:
        raise CommandError(str(error)) from error
    if not isinstance(content, dict) or not content.keys() <= _SECTIONS | _OTHERS:
        message = f"{path}: wanted are the lists `clients` and `policies`, and nothing else"
        raise CommandError(message)
    problems: list[str] = []
    clients = list(_entries(path, content, "clients", "client_id", ClientChanged, problems))
    policies = list(_entries(path, content, "policies", "policy_number", PolicyChanged, problems))
    if problems:
        raise CommandError("\n".join(problems))
    return Reference(tuple(clients), tuple(policies))


def publish(reference: Reference, bootstrap: str) -> Counts:
    """Send the events and wait until the broker has stored each of them.

    Raises:
        CommandError: The broker is away or refused an event.
    """
    bodies: tuple[ClientChanged | PolicyChanged, ...] = (*reference.clients, *reference.policies)
    send_events([(body, str(body.revision)) for body in bodies], source=SOURCE, bootstrap=bootstrap)
    return Counts(len(reference.clients), len(reference.policies))


def send_events(events: Sequence[tuple[Body, str]], *, source: str, bootstrap: str) -> None:
    """Send events of an administration and wait until the broker has stored each of them.

    Args:
        events: Each with what makes it unique for its type and key, such as its revision.
        source: Who sends them.
        bootstrap: The broker, `host:port`.

    Raises:
        CommandError: The broker is away or refused an event.
    """
    from confluent_kafka import KafkaException, Producer

    from shared.messaging.envelope import encode

    problems: list[str] = []
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "enable.idempotence": True,
            "client.id": f"claimsdesk-{source}",
            "message.timeout.ms": _DELIVERY_TIMEOUT_S * 1000,
            "topic.metadata.propagation.max.ms": _MISSING_TOPIC_MS,
            "log_level": 0,
        }
    )
    now = datetime.now(UTC)
    try:
        for body, cause in events:
            record = encode(body, source=source, cause=cause, at=now)
            producer.produce(
                record.topic,
                key=record.key,
                value=record.value,
                headers=list(record.headers),
                on_delivery=lambda error, _: problems.append(error.str()) if error else None,
            )
        left = producer.flush(_DELIVERY_TIMEOUT_S + 5)
    except (KafkaException, BufferError) as problem:
        message = f"The broker at {bootstrap} took nothing: {problem}"
        raise CommandError(message) from problem
    if problems or left:
        message = (
            f"The broker at {bootstrap} did not store {len(problems) + left} events"
            f"{': ' + problems[0] if problems else ''}. Is it running, and were the topics created "
            "(`claimsdesk topics apply`)? Repeat the import: what arrived is not counted twice."
        )
        raise CommandError(message)


def import_file(path: Path, bootstrap: str) -> Counts:
    """Check a file and send what is in it; see `read_file` and `publish` for the errors."""
    return publish(read_file(path), bootstrap)


def wait_until_known(
    policies: tuple[PolicyChanged, ...], url: str, token: str, *, timeout: float = 20
) -> None:
    """Wait until review answers with every policy's revision.

    Args:
        policies: What was sent.
        url: Where review serves, e.g. `http://127.0.0.1:8002`.
        token: A bearer token that may read policies.
        timeout: Seconds.

    Raises:
        CommandError: Review refused, or did not know them in time.
    """
    import httpx

    deadline = time.monotonic() + timeout
    waiting = {policy.policy_number: policy.revision for policy in policies}
    with httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=5
    ) as review:
        while waiting:
            number, revision = next(iter(waiting.items()))
            try:
                answer = review.get(f"/policies/{number}")
            except httpx.HTTPError as problem:
                message = f"review at {url} does not answer: {problem}"
                raise CommandError(message) from problem
            if answer.status_code == httpx.codes.OK and answer.json()["revision"] >= revision:
                del waiting[number]
            elif answer.status_code not in (httpx.codes.OK, httpx.codes.NOT_FOUND):
                message = f"review at {url} answered {answer.status_code}: {answer.text[:200]}"
                raise CommandError(message)
            elif time.monotonic() > deadline:
                message = f"review did not know policy {number} within {timeout:.0f} s"
                raise CommandError(message)
            else:
                time.sleep(_POLL_S)


def _entries(
    path: Path,
    content: Mapping[str, Any],
    section: str,
    key: str,
    model: type[B],
    problems: list[str],
) -> Iterator[B]:
    entries = content.get(section) or []
    if not isinstance(entries, list):
        problems.append(f"{path}: `{section}` must be a list")
        return
    seen: set[str] = set()
    for number, entry in enumerate(entries, start=1):
        name = entry.get(key) if isinstance(entry, dict) else None
        place = f"{path}: {section}, entry {number}" + (f" ({name})" if name else "")
        try:
            body = model.model_validate(entry)
        except ValidationError as invalid:
            problems += [
                f"{place}, field {'.'.join(map(str, at['loc'])) or '(whole)'}: {at['msg']}"
                for at in invalid.errors(include_url=False, include_input=False)
            ]
            continue
        # Readers ignore unknown fields, for the sake of tomorrow's events; an author's typing
        # error must not pass for one.
        unknown = list(unknown_fields(entry, body.model_dump()))
        problems += [f"{place}, field {field}: no such field" for field in unknown]
        identity = str(getattr(body, key))
        if identity in seen:
            problems.append(f"{place}: {key} stands twice in the file")
        seen.add(identity)
        yield body


def unknown_fields(given: Any, known: Any, path: str = "") -> Iterator[str]:
    """What somebody wrote that a model does not have, each as `field.of.a.field`."""
    if isinstance(given, dict) and isinstance(known, dict):
        for name, value in given.items():
            if name not in known:
                yield f"{path}{name}"
            else:
                yield from unknown_fields(value, known[name], f"{path}{name}.")
    elif isinstance(given, list) and isinstance(known, (list, tuple)):
        for index, (one, other) in enumerate(zip(given, known, strict=False)):
            yield from unknown_fields(one, other, f"{path}{index}.")
