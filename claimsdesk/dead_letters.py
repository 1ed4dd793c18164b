"""Records that a reader set aside: what they are, which may go back, and that they went.

A dead-letter topic tells everything itself. Beside the dead letters it holds markers, each naming a
dead letter that was replayed or dropped, so what was handled is known to everybody who may see the
topic, for as long as the dead letter itself (decision 0113).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

SUFFIX = ".dlt"
_OWN = "dlt_"
_HANDLED = "dlt_handled"
_PLACE = "dlt_place"
_WHY = "dlt_handled_reason"

Verdict = Literal["replayed", "dropped"]
Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a record stands in its topic."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.partition}:{self.offset}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """The place that `PARTITION:OFFSET` names.

        Raises:
            ValueError: It names none.
        """
        partition, colon, offset = text.partition(":")
        if not (colon and partition.isdecimal() and offset.isdecimal()):
            message = f"{text!r} is no place; wanted is PARTITION:OFFSET, such as 0:12"
            raise ValueError(message)
        return cls(int(partition), int(offset))


@dataclass(frozen=True, slots=True)
class Handling:
    """What became of a dead letter."""

    verdict: Verdict
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that a reader could not handle.

    Attributes:
        topic: The topic that it came from.
        place: Where it stands in that topic's dead-letter topic.
        source: Where it stood in its own topic; None if it does not say so.
        headers: Its own ones, without those of the dead letter.
        set_aside_at: When it came to the dead-letter topic.
        handled: What became of it; None: it still waits.
    """

    topic: str
    place: Place
    source: Place | None
    key: bytes
    value: bytes
    headers: Headers
    reason: str
    exception: str
    set_aside_at: datetime
    handled: Handling | None = None

    @property
    def key_text(self) -> str:
        """The key, for people."""
        return self.key.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A key that is not replayed, because an open dead letter of it was not chosen or has no place.

    Attributes:
        missing: Where the dead letters stand without which the others of the key stay.
    """

    topic: str
    key: bytes
    missing: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """What goes back, by key and in order, and what stays.

    Attributes:
        keys: For each key the dead letters to put back, in the order of their topic.
        copies: Further dead letters of the same records, set aside by another reader too: they are
            marked with the first.
    """

    keys: tuple[tuple[DeadLetter, ...], ...]
    copies: Mapping[tuple[str, Place], tuple[DeadLetter, ...]]
    held_back: tuple[HeldBack, ...]


def letters_in(records: Iterable[Any]) -> list[DeadLetter]:
    """The dead letters among a dead-letter topic's records, with what became of them.

    Args:
        records: Of dead-letter topics, as Kafka's client gives them.
    """
    letters: dict[tuple[str, Place], DeadLetter] = {}
    markers: dict[tuple[str, Place], Handling] = {}
    for record in records:
        # The last one counts: a record may have come with headers called like ours.
        said = {name: value or b"" for name, value in record.headers}
        topic = record.topic.removesuffix(SUFFIX)
        if marked := _marked(said):
            markers[topic, marked] = Handling(
                "dropped" if said[_HANDLED] == b"dropped" else "replayed",
                _text(said.get(_WHY, b"")),
                _instant(record.timestamp),
            )
        else:
            letter = _letter(topic, record, said)
            letters[topic, letter.place] = letter
    return [
        replace(letter, handled=markers.get((letter.topic, letter.place)))
        for letter in sorted(letters.values(), key=lambda one: (one.topic, one.place))
    ]


def marker_headers(letter: DeadLetter, verdict: Verdict, reason: str) -> Headers:
    """The headers of the marker that a dead letter was handled."""
    return (
        (_HANDLED, verdict.encode()),
        (_PLACE, str(letter.place).encode()),
        (_WHY, reason.encode()),
    )


def plan_replay(letters: Sequence[DeadLetter], chosen: Callable[[DeadLetter], bool]) -> ReplayPlan:
    """Which dead letters may go back: all open ones of a key in order, or none.

    Args:
        letters: All of their topics, also those handled and those not meant.
        chosen: Which ones are meant.
    """
    by_key: dict[tuple[str, bytes], list[DeadLetter]] = defaultdict(list)
    for letter in letters:
        if letter.handled is None:
            by_key[letter.topic, letter.key].append(letter)
    keys, held_back = [], []
    copies: dict[tuple[str, Place], tuple[DeadLetter, ...]] = {}
    for (topic, key), waiting in by_key.items():
        if not any(chosen(letter) for letter in waiting):
            continue
        records = _records_of(waiting)
        missing = tuple(
            same[0].place
            for same in records
            if same[0].source is None or not any(chosen(copy) for copy in same)
        )
        if missing:
            held_back.append(HeldBack(topic, key, missing))
            continue
        keys.append(tuple(same[0] for same in records))
        copies |= {(topic, same[0].place): tuple(same[1:]) for same in records}
    return ReplayPlan(tuple(keys), copies, tuple(held_back))


def _records_of(waiting: Sequence[DeadLetter]) -> list[list[DeadLetter]]:
    """A key's dead letters by the record that they are of, in the order of those records.

    By offset, not by when they were set aside: of two readers one may come later. Of several
    partitions (the topic was widened) that one is first from which a record was set aside first.
    """
    same: dict[Place, list[DeadLetter]] = defaultdict(list)
    first_of: dict[int, int] = {}
    for letter in waiting:
        source = letter.source or Place(-1, letter.place.offset)
        same[source].append(letter)
        first_of.setdefault(source.partition, letter.place.offset)
    in_order = sorted(same, key=lambda place: (first_of[place.partition], place.offset))
    return [same[place] for place in in_order]


def _marked(said: Mapping[str, bytes]) -> Place | None:
    """Where the dead letter stands that this record marks; None: it is a dead letter itself."""
    if _HANDLED not in said or "dlt_topic" in said:
        return None
    return _place(_text(said.get(_PLACE, b"")))


def _place(text: str) -> Place | None:
    try:
        return Place.parse(text)
    except ValueError:
        return None


def _letter(topic: str, record: Any, said: Mapping[str, bytes]) -> DeadLetter:
    partition, offset = (_text(said.get(f"{_OWN}{name}", b"")) for name in ("partition", "offset"))
    return DeadLetter(
        topic=topic,
        place=Place(record.partition, record.offset),
        source=_place(f"{partition}:{offset}"),
        key=record.key or b"",
        value=record.value or b"",
        headers=tuple(
            (name, value or b"") for name, value in record.headers if not name.startswith(_OWN)
        ),
        reason=_text(said.get("dlt_reason", b"not said")),
        exception=_text(said.get("dlt_exception", b"")),
        set_aside_at=_instant(record.timestamp),
    )


def _text(value: bytes) -> str:
    return value.decode(errors="replace")


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
