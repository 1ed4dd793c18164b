"""What was released: each event's schemas and examples, numbered, never changed again.

A release is a promise: whoever built on it reads every later event of that type.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared.contract.catalogue import EVENT_TYPES, TOPICS_OF, Audience
from shared.publishing import FOLDER
from shared.publishing.compatibility import incompatibilities
from shared.publishing.schemas import Schema, event_example, event_schema

RELEASED: Final = Path("released")
"""Below `contract/`: what was released stands there unchanged."""


@dataclass(frozen=True, slots=True)
class Release:
    """One released version of an event."""

    event: str
    number: int
    schema: Schema
    example: Schema


def releases(folder: Path = FOLDER) -> dict[str, list[Release]]:
    """Every released version by event, the oldest first."""
    found: dict[str, list[Release]] = {}
    for path in (folder / RELEASED).glob("*/*.schema.json"):
        number = int(path.name.partition(".")[0])
        example = path.with_name(f"{number}.example.json")
        one = Release(path.parent.name, number, _json(path), _json(example))
        found.setdefault(one.event, []).append(one)
    return {event: sorted(all_, key=lambda one: one.number) for event, all_ in found.items()}


def violations(released: dict[str, list[Release]], today: dict[str, Schema]) -> list[str]:
    """What breaks a released version: the event, the field, what changed, and whom it concerns."""
    said: list[str] = []
    for event, versions in sorted(released.items()):
        if event not in today:
            said.append(f"{event}: is gone, and was released; it is read by {_readers(versions)}")
            continue
        for version in versions:
            said.extend(
                f"{event}: {one.field or 'the event'} {one.what} (released version"
                f" {version.number}): {one.harm.value}; it is read by {_readers(versions)}"
                for one in incompatibilities(version.schema, today[event])
            )
    return said


def schemas_of_today() -> dict[str, Schema]:
    """Each event's schema as the models say now."""
    return {name: event_schema(event) for name, event in EVENT_TYPES.items()}


def release(day: str, note: str, folder: Path = FOLDER) -> list[Release]:
    """Release what differs from its last released version.

    Args:
        day: The day of the release, ISO 8601.
        note: Why, in a sentence that readers understand.
        folder: Where `released/` stands.

    Returns:
        What was released now.

    Raises:
        ValueError: Something breaks a released version, or the note is empty.
    """
    if not note.strip():
        raise ValueError("a release needs a note: what is new for readers?")
    before, today = releases(folder), schemas_of_today()
    if broken := violations(before, today):
        raise ValueError("\n".join(broken))
    new = [
        Release(
            name, len(versions) + 1, _dated(schema, day, note), event_example(EVENT_TYPES[name])
        )
        for name, schema in today.items()
        if not (versions := before.get(name, [])) or undated(versions[-1].schema) != schema
    ]
    for one in new:
        place = folder / RELEASED / one.event
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{one.number}.schema.json").write_text(pretty(one.schema), encoding="utf-8")
        (place / f"{one.number}.example.json").write_text(pretty(one.example), encoding="utf-8")
    return new


def undated(schema: Schema) -> Schema:
    """A released schema without what its release added."""
    return {key: value for key, value in schema.items() if not key.startswith("x-released-")}


def _dated(schema: Schema, day: str, note: str) -> Schema:
    return {**schema, "x-released-on": day, "x-released-because": note.strip()}


def _readers(versions: Iterable[Release]) -> str:
    event = next(iter(versions)).event
    topics = TOPICS_OF.get(event, ())
    names = {reader for topic in topics for reader in topic.readers}
    told = sorted(names)
    if any(topic.audience is Audience.PUBLIC for topic in topics):
        told.append("any department that subscribed")
    return ", ".join(told) or "whoever subscribed"


def pretty(value: object) -> str:
    """JSON as it is committed."""
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _json(path: Path) -> Schema:
    content: Schema = json.loads(path.read_text(encoding="utf-8"))
    return content
