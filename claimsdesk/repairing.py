"""`claimsdesk dlt`: dead letters on a broker are read, put back, and marked."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from typing import Any

from kafka import KafkaProducer

from claimsdesk.dead_letters import (
    SUFFIX,
    DeadLetter,
    Place,
    ReplayPlan,
    Verdict,
    letters_in,
    marker_headers,
    plan_replay,
)
from claimsdesk.errors import CommandError
from claimsdesk.topic_reading import answering, read_to_end, topic_names
from shared.contract.catalogue import TOPICS

_DELIVERY_S = 30
_MAX_REQUEST_BYTES = 1_200_000
"""A dead letter may be larger than its source record; see `claimsdesk/topics.py`."""

_KEYS_SHOWN = 5


def read_letters(bootstrap: str, topic: str | None) -> list[DeadLetter]:
    """The dead letters of a topic, or of all topics.

    Args:
        bootstrap: The broker, `host:port`.
        topic: The source topic or its dead-letter topic; None: all of the catalogue.

    Raises:
        CommandError: The broker is away, or has no such dead-letter topic.
    """
    if topic is None:
        wanted = [each.dead_letters for each in TOPICS]
    else:
        wanted = [topic.removesuffix(SUFFIX) + SUFFIX]
        if wanted[0] not in topic_names(bootstrap):
            message = f"{bootstrap} has no dead-letter topic {wanted[0]}, or you may not see it"
            raise CommandError(message)
    return letters_in(read_to_end(bootstrap, wanted))


def choosing(
    reason: str | None, key: str | None, places: Iterable[Place]
) -> Callable[[DeadLetter], bool]:
    """Which dead letters a person means: those for which everything that they said holds.

    Args:
        reason: Part of the reason, or the exception's name.
        key: The record's key.
        places: In the dead-letter topic; none: all.
    """
    wanted = frozenset(places)

    def chosen(letter: DeadLetter) -> bool:
        return (
            (not wanted or letter.place in wanted)
            and (key is None or letter.key == key.encode())
            and (reason is None or reason in letter.reason or reason == letter.exception)
        )

    return chosen


def the_open(letters: Sequence[DeadLetter], places: Iterable[Place]) -> None:
    """Refuse places where nothing waits.

    Raises:
        CommandError: No dead letter stands there, or it was handled.
    """
    by_place = {letter.place: letter for letter in letters}
    for place in places:
        letter = by_place.get(place)
        if letter is None:
            message = f"no dead letter stands at {place}"
            raise CommandError(message)
        if letter.handled is not None:
            message = f"{place} was {letter.handled.verdict} at {_time(letter.handled.at)}"
            raise CommandError(message)


def replay(bootstrap: str, plan: ReplayPlan) -> int:
    """Put back what the plan says, each key in order, and mark it; how many records that were.

    A key is marked once the broker has confirmed all its records: who ends in between repeats
    them, with the same event ids, by which readers know them.

    Raises:
        CommandError: The broker is away or refuses a record; what was marked until then stays.
    """
    done = 0
    with answering(bootstrap), closing(_producer(bootstrap)) as producer:
        for letters in plan.keys:
            put_back(producer, letters)
            copies = [copy for one in letters for copy in plan.copies[one.topic, one.place]]
            mark(producer, [*letters, *copies], "replayed", "")
            done += len(letters)
    return done


def put_back(producer: KafkaProducer, letters: Sequence[DeadLetter]) -> None:
    """Put records where they came from: same partition, key, value and own headers."""
    _confirmed(
        producer.send(
            letter.topic,
            key=letter.key,
            value=letter.value,
            headers=list(letter.headers),
            # The partition is told: another client's partitioner would choose another one.
            partition=letter.source.partition if letter.source else None,
        )
        for letter in letters
    )


def mark(
    producer: KafkaProducer, letters: Sequence[DeadLetter], verdict: Verdict, reason: str
) -> None:
    """Note beside dead letters that they were handled."""
    _confirmed(
        producer.send(
            letter.topic + SUFFIX,
            key=letter.key,
            value=b"",
            headers=list(marker_headers(letter, verdict, reason)),
            partition=letter.place.partition,
        )
        for letter in letters
    )


def drop(bootstrap: str, letters: Sequence[DeadLetter], reason: str) -> None:
    """Mark dead letters as not wanted any more; they stay where they are.

    Raises:
        CommandError: The broker is away.
    """
    with answering(bootstrap), closing(_producer(bootstrap)) as producer:
        mark(producer, letters, "dropped", reason)


def planned(
    bootstrap: str, topic: str | None, reason: str | None, key: str | None, places: Sequence[Place]
) -> ReplayPlan:
    """What a replay of the dead letters that a person means would do.

    Raises:
        CommandError: The broker is away, or nothing waits at a place that was named.
    """
    letters = read_letters(bootstrap, topic)
    the_open(letters, places)
    return plan_replay(letters, choosing(reason, key, places))


def plan_lines(plan: ReplayPlan) -> Iterator[str]:
    """Yield what goes back and what stays, in words."""
    for letters in plan.keys:
        for letter in letters:
            yield f"{letter.topic}  {letter.place}  key {printable(letter.key_text)}"
    for held in plan.held_back:
        missing = ", ".join(map(str, held.missing))
        key = printable(held.key.decode(errors="replace"))
        yield (
            f"{held.topic}  key {key} stays: {missing} of the same key must go with it "
            "(all of a key in their order, or none); drop what shall never go"
        )


def listed(letters: Sequence[DeadLetter]) -> list[dict[str, Any]]:
    """Dead letters counted by topic, reason, exception and what became of them."""

    def kind(letter: DeadLetter) -> tuple[str, str, str, str]:
        verdict = letter.handled.verdict if letter.handled else "open"
        return letter.topic, letter.reason, letter.exception, verdict

    groups = []
    for (topic, reason, exception, verdict), group in groupby(sorted(letters, key=kind), kind):
        members = sorted(group, key=lambda letter: letter.place)
        groups.append(
            {
                "topic": topic,
                "reason": reason,
                "exception": exception,
                "state": verdict,
                "count": len(members),
                "first": _time(min(letter.set_aside_at for letter in members)),
                "last": _time(max(letter.set_aside_at for letter in members)),
                "letters": [
                    {"place": str(letter.place), "key": letter.key_text} for letter in members
                ],
            }
        )
    return groups


def list_lines(groups: Sequence[dict[str, Any]], *, as_json: bool) -> Iterator[str]:
    """Yield the lines that show what was set aside."""
    if as_json:
        yield json.dumps({"dead_letters": groups}, ensure_ascii=False, indent=2)
        return
    if not groups:
        yield "No dead letters wait."
    for group in groups:
        state = "" if group["state"] == "open" else f" ({group['state']})"
        yield f"{group['topic']}: {group['count']} × {printable(group['reason'])}{state}"
        yield f"  {printable(group['exception'])}, from {group['first']} to {group['last']}"
        for letter in group["letters"][:_KEYS_SHOWN]:
            yield f"  {letter['place']}  key {printable(letter['key'])}"
        if (more := group["count"] - _KEYS_SHOWN) > 0:
            yield f"  and {more} more (--json shows all)"


def shown(letter: DeadLetter, *, with_content: bool) -> Iterator[str]:
    """Yield the lines that show one dead letter.

    Args:
        letter: The dead letter.
        with_content: Show its body and foreign headers too, which may hold personal data.
    """
    yield f"topic      {letter.topic}"
    yield f"source     {letter.source or 'not said'}"
    yield f"dead       {letter.place} since {_time(letter.set_aside_at)}"
    yield f"key        {printable(letter.key_text)}"
    yield f"reason     {printable(letter.reason)}"
    yield f"exception  {printable(letter.exception)}"
    if letter.handled:
        why = f": {printable(letter.handled.reason)}" if letter.handled.reason else ""
        yield f"handled    {letter.handled.verdict} at {_time(letter.handled.at)}{why}"
    for name, value in letter.headers:
        known = name.startswith("ce_") or name == "content-type"
        said = printable(value.decode(errors="replace"))
        yield f"header     {printable(name)}: {said if known or with_content else '…'}"
    if with_content:
        yield printable(letter.value.decode(errors="replace"))
    else:
        yield f"body       {len(letter.value)} bytes; --with-content shows it (personal data)"


def printable(text: str) -> str:
    """Text of others for a terminal: what could steer it is shown, not sent."""
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )


def _producer(bootstrap: str) -> KafkaProducer:
    return KafkaProducer(
        bootstrap_servers=bootstrap,
        client_id="claimsdesk-operations",
        acks="all",
        enable_idempotence=True,
        max_request_size=_MAX_REQUEST_BYTES,
    )


def _confirmed(sent: Iterable[Any]) -> None:
    for future in list(sent):
        future.get(timeout=_DELIVERY_S)


def _time(at: Any) -> str:
    return str(at.isoformat(timespec="seconds"))
