"""Reference data from a file onto its topics: clients and policies, checked before it is sent.

A file is sent as a whole or not at all. Sending it again changes nothing: an event's id is derived
from its key and revision, and readers take the highest revision.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import ValidationError

from claimsdesk.errors import CommandError
from claimsdesk.said import counted, refusal
from shared.contract.base import Body
from shared.contract.reference import ClientChanged, PolicyChanged, PolicyVersion
from shared.plain_mistakes import plain_mistakes
from shared.written_files import Place, WrittenFile, WrittenFileError, values_in

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
        return (
            f"{counted(self.clients, 'client')} and {counted(self.policies, 'policy', 'policies')}"
        )


def read_file(path: Path) -> Reference:
    """The clients and policies in a YAML or JSON file.

    Raises:
        CommandError: The file can't be read or something in it does not fit the contract; names
            every mistake with file, line, column and field, each on its own line.
    """
    try:
        content = values_in(path)
        if not isinstance(content, dict) or not content.keys() <= _SECTIONS | _OTHERS:
            message = f"{path}: wanted are the lists `clients` and `policies`, and nothing else"
            raise CommandError(message)
        problems: list[tuple[Place, str]] = []
        clients = list(_entries(content, "clients", "client_id", ClientChanged, problems))
        policies = list(_entries(content, "policies", "policy_number", PolicyChanged, problems))
        if problems:
            # Only now: finding the places takes a second reading.
            file = WrittenFile(path)
            places = sorted(file.mistake(place, said) for place, said in problems)
            raise CommandError("\n".join(dict.fromkeys(map(str, places))))
    except WrittenFileError as error:
        raise CommandError(str(error)) from error
    return Reference(tuple(clients), tuple(policies))


def policy_mistakes(policy: PolicyChanged) -> Iterator[tuple[Place, str]]:
    """What is possible in each of a policy's versions, but not in all of them together."""
    before: PolicyVersion | None = None
    for index, version in enumerate(policy.versions):
        for name in ("sum_insured", "insured_value", "deductible"):
            if (amount := getattr(version, name)) is not None and amount < 0:
                yield ("versions", index, name), f"is below zero: {amount}"
        if version.valid_to is not None and version.valid_to < version.valid_from:
            yield ("versions", index, "valid_to"), f"is before valid_from, {version.valid_from}"
        if before is not None and version.valid_from <= before.valid_from:
            said = f"versions come oldest first; the one before is valid from {before.valid_from}"
            yield ("versions", index, "valid_from"), said
        elif before is not None and (
            before.valid_to is None or before.valid_to >= version.valid_from
        ):
            until = f"is valid to {before.valid_to}" if before.valid_to else "has no end"
            yield ("versions", index, "valid_from"), f"the version before {until}"
        before = version


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
    with Sending(source, bootstrap) as sending:
        for body, cause in events:
            sending.send(body, cause)


class Sending:
    """Sends events one after the other, however many there are, and waits for all at the end.

    Args:
        source: Who sends them.
        bootstrap: The broker, `host:port`.

    Raises:
        CommandError: The broker is away or refused an event.
    """

    def __init__(self, source: str, bootstrap: str) -> None:
        from confluent_kafka import Producer

        self._source = source
        self._bootstrap = bootstrap
        self._now = datetime.now(UTC)
        self._problems: list[str] = []
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "enable.idempotence": True,
                "client.id": f"claimsdesk-{source}",
                "message.timeout.ms": _DELIVERY_TIMEOUT_S * 1000,
                "topic.metadata.propagation.max.ms": _MISSING_TOPIC_MS,
                "log_level": 0,
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is not None:
            return
        left = self._producer.flush(_DELIVERY_TIMEOUT_S + 5)
        if self._problems or left:
            message = (
                f"The broker at {self._bootstrap} did not store {len(self._problems) + left} events"
                f"{': ' + self._problems[0] if self._problems else ''}. Is it running, and were "
                "the topics created (`claimsdesk topics apply`)? Repeat the import: what arrived "
                "is not counted twice."
            )
            raise CommandError(message)

    def send(self, body: Body, cause: str) -> None:
        """Send an event; `cause` makes it unique for its type and key, such as its revision."""
        from confluent_kafka import KafkaException

        from shared.messaging.envelope import encode

        record = encode(body, source=self._source, cause=cause, at=self._now)
        while True:
            try:
                self._producer.produce(
                    record.topic,
                    key=record.key,
                    value=record.value,
                    headers=list(record.headers),
                    on_delivery=self._noted,
                )
            except BufferError:
                self._producer.poll(_POLL_S)
                continue
            except KafkaException as problem:
                message = f"The broker at {self._bootstrap} took nothing: {problem}"
                raise CommandError(message) from problem
            self._producer.poll(0)
            return

    def _noted(self, error: Any, _message: Any) -> None:
        if error:
            self._problems.append(error.str())


def import_file(path: Path, bootstrap: str) -> Counts:
    """Check a file and send what is in it; see `read_file` and `publish` for the errors."""
    return publish(read_file(path), bootstrap)


def wait_until_known(
    policies: Mapping[str, int], url: str, token: str, *, timeout: float = 20
) -> None:
    """Wait until review answers with every policy's revision.

    Args:
        policies: The revision of each policy that was sent.
        url: Where review serves, e.g. `http://127.0.0.1:8002`.
        token: A bearer token that may read policies.
        timeout: Seconds.

    Raises:
        CommandError: Review refused, or did not know them in time.
    """
    import httpx

    deadline = time.monotonic() + timeout
    waiting = dict(policies)
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
                raise CommandError(refusal(answer))
            elif time.monotonic() > deadline:
                message = f"review did not know policy {number} within {timeout:.0f} s"
                raise CommandError(message)
            else:
                time.sleep(_POLL_S)


def _entries(
    content: Mapping[str, Any],
    section: str,
    key: str,
    model: type[B],
    problems: list[tuple[Place, str]],
) -> Iterator[B]:
    entries = content.get(section) or []
    if not isinstance(entries, list):
        problems.append(((section,), "must be a list"))
        return
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        place: Place = (section, index)
        body, wrong = built(entry, model)
        problems += [((*place, *where), said) for where, said in wrong]
        if body is None:
            continue
        identity = str(getattr(body, key))
        if identity in seen:
            problems.append(((*place, key), f"{identity} stands twice in the file"))
        seen.add(identity)
        yield body


def built(written: Any, model: type[B]) -> tuple[B | None, list[tuple[Place, str]]]:
    """A record as somebody wrote it, and every mistake in it.

    Readers ignore unknown fields, for the sake of tomorrow's events; an author's typing error must
    not pass for one.
    """
    try:
        body = model.model_validate(written)
    except ValidationError as invalid:
        return None, list(plain_mistakes(invalid, model))
    wrong: list[tuple[Place, str]] = [
        (way(name), "no such field") for name in unknown_fields(written, body.model_dump())
    ]
    if isinstance(body, PolicyChanged):
        wrong += policy_mistakes(body)
    return body, wrong


def way(field: str) -> Place:
    """The place of a field that is written `versions.0.limit`."""
    return tuple(int(part) if part.isdecimal() else part for part in field.split("."))


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
