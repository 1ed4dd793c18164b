"""`claimsdesk case`: what happened to a case, read from all topics as anybody outside could."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from claimsdesk.errors import CommandError
from claimsdesk.repairing import printable
from claimsdesk.timeline_words import words_of
from claimsdesk.topic_reading import Progress, read_to_end
from shared.contract.base import Body
from shared.contract.case_file import CaseFileUpdated
from shared.contract.catalogue import (
    ANSWERS,
    CASE_FILE,
    CLOCKS,
    CONTACTS,
    DELIVERY_REPORTS,
    NOTICES,
    TASKS,
)
from shared.contract.facts import NoticeRequested
from shared.contract.public import NoticeStatusChanged
from shared.errors import BadEvent
from shared.messaging.envelope import decode

_BY_CASE = (
    CASE_FILE.name,
    *(topic.name for topic in TASKS.values()),
    CLOCKS.name,
    NOTICES.name,
    *(topic.name for topic in ANSWERS.values()),
)
"""Topics whose records have the case's id as their key; `claims.cases.v1` repeats the case file."""

_BY_OTHER = (CONTACTS.name, DELIVERY_REPORTS.name)
"""Topics keyed by the contacts and notices that the case file names."""

_ORDER = {name: number for number, name in enumerate((CONTACTS.name, *_BY_CASE, _BY_OTHER[1]))}
"""Of what has the same time, the cause stands first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of a case.

    Attributes:
        at: When it happened, as the event says.
        topic: Where it stands.
        place: Its partition and offset, `PARTITION:OFFSET`.
        type: Its type; empty if it can't be read.
        body: None if it can't be read.
        problem: Why it can't be read.
    """

    at: datetime
    topic: str
    place: str
    type: str
    body: Body | None
    problem: str = ""


def timeline(bootstrap: str, case_id: str, progress: Progress | None = None) -> list[Entry]:
    """Every event of a case that the topics still hold, in the order of time, each once.

    Args:
        bootstrap: The broker, `host:port`.
        case_id: The case.
        progress: Hears how far a long reading is.

    Raises:
        CommandError: The broker is away, or no topic knows the case.
    """
    wanted = {case_id.encode()}
    seen: set[tuple[str, str]] = set()
    records = read_to_end(bootstrap, _BY_CASE, progress=progress, checked=False)
    entries = _entries((record for record in records if record.key in wanted), seen)
    if not entries:
        message = f"no topic holds anything of {printable(case_id)}"
        raise CommandError(message)
    named = {name.encode() for name in _named_by(entries)}
    if named:
        records = read_to_end(bootstrap, _BY_OTHER, progress=progress, checked=False)
        entries += _entries((record for record in records if record.key in named), seen)
    return sorted(entries, key=lambda entry: (entry.at, _ORDER[entry.topic]))


def timeline_lines(
    entries: Sequence[Entry],
    lang: Literal["de", "en"],
    *,
    with_content: bool,
    as_json: bool,
) -> Iterator[str]:
    """Yield the lines that tell a case's story.

    Args:
        entries: In order.
        lang: The words' language.
        with_content: Also what people wrote and the whole bodies: they hold personal data.
        as_json: One JSON object instead of words.
    """
    if as_json:
        told = [_plain(entry, lang, with_content=with_content) for entry in entries]
        yield json.dumps({"events": told}, ensure_ascii=False, indent=2)
        return
    for entry in entries:
        at = entry.at.isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")
        yield f"{at}Z  {entry.type or entry.topic}  ({entry.topic} {entry.place})"
        for line in _said(entry, lang, with_content=with_content):
            yield f"    {printable(line)}"
        if with_content and entry.body is not None:
            yield f"    {printable(entry.body.model_dump_json(exclude_none=True))}"


def _said(entry: Entry, lang: Literal["de", "en"], *, with_content: bool) -> list[str]:
    if entry.body is None:
        return [entry.problem]
    return words_of(entry.body, lang, with_content=with_content)


def _plain(entry: Entry, lang: Literal["de", "en"], *, with_content: bool) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "at": entry.at.isoformat(),
        "type": entry.type,
        "topic": entry.topic,
        "place": entry.place,
        "words": _said(entry, lang, with_content=with_content),
    }
    if with_content and entry.body is not None:
        plain["body"] = entry.body.model_dump(mode="json", exclude_none=True)
    return plain


def _entries(records: Iterable[Any], seen: set[tuple[str, str]]) -> list[Entry]:
    entries = []
    for record in records:
        place = f"{record.partition}:{record.offset}"
        at = _time_of(record)
        try:
            event = decode(record.key, record.value, record.headers)
        except BadEvent as error:
            entries.append(Entry(at, record.topic, place, "", None, str(error)))
            continue
        if (event.source, event.event_id) not in seen:
            seen.add((event.source, event.event_id))
            entries.append(Entry(at, record.topic, place, event.type, event.body))
    return entries


def _named_by(entries: Iterable[Entry]) -> Iterator[str]:
    """The ids of the case's contacts and notices."""
    for entry in entries:
        match entry.body:
            case CaseFileUpdated() as file:
                yield from file.contact_ids
                yield from (
                    fact.notice_id for fact in file.facts if isinstance(fact, NoticeRequested)
                )
            case NoticeStatusChanged() as notice:
                yield notice.notice_id


def _time_of(record: Any) -> datetime:
    """When the event happened; if it does not say so, when its record was written."""
    said = {name.lower(): value for name, value in record.headers}.get("ce_time") or b""
    try:
        at = datetime.fromisoformat(said.decode())
    except (UnicodeDecodeError, ValueError):
        return datetime.fromtimestamp(record.timestamp / 1000, UTC)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
