"""What a sample contact leaves open because it is only known at run time: `{{today-5d}}`.

| placeholder | becomes |
|---|---|
| `{{today}}`, `{{today-5d}}`, `{{today+14d:%d.%m.%Y}}` | a day, `YYYY-MM-DD` by default |
| `{{case_id:NAME}}` | the case of the contact NAME |
| `{{message_id:NAME}}` | the Message-ID under which NAME was sent |
| `{{notice_message_id:NAME:KIND}}` | the Message-ID of the email that NAME's case caused |
| `{{fresh:VALUE}}` | a policy number, client id or address of the sample reference data; on a \
desk that has seen the samples before, that of a fresh copy |
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from claimsdesk.errors import CommandError

_PLACEHOLDER = re.compile(rb"\{\{([^{}\r\n]{1,200})\}\}")
_DAY = re.compile(r"today(?:(?P<days>[+-]\d{1,5})d)?(?::(?P<format>.+))?")
_REFERENCES = {"case_id": 1, "message_id": 1, "notice_message_id": 2}
"""Placeholders that name another contact, with how many values they take."""


@dataclass(frozen=True, slots=True)
class Known:
    """What placeholders are replaced by: everything that is known when a contact is sent."""

    today: date
    case_ids: Mapping[str, str] = field(default_factory=dict)
    message_ids: Mapping[str, str] = field(default_factory=dict)
    notice_message_ids: Mapping[tuple[str, str], str] = field(default_factory=dict)
    fresh: Callable[[str], str] = str


def references(raw: bytes) -> set[str]:
    """The contacts that must have been sent before this one can be filled in."""
    return {name for name, _ in _named(raw)}


def wanted_notices(raw: bytes) -> set[tuple[str, str]]:
    """The (contact, notice kind) pairs whose Message-ID is asked for."""
    return {(name, parts[2]) for name, parts in _named(raw) if parts[0] == "notice_message_id"}


def fill_in(raw: bytes, known: Known, place: str) -> bytes:
    """The contact with every placeholder replaced.

    Args:
        raw: The contact as the file has it.
        known: What is known now.
        place: The file, for error messages.

    Raises:
        CommandError: An unknown placeholder, or one whose value is not there.
    """

    def replace(match: re.Match[bytes]) -> bytes:
        text = match[1].decode("utf-8", "replace").strip()
        value = _value(text, known)
        if value is None:
            message = f"{place}: nothing is known for {{{{{text}}}}}"
            raise CommandError(message)
        return value.encode()

    return _PLACEHOLDER.sub(replace, raw)


def _named(raw: bytes) -> Iterator[tuple[str, list[str]]]:
    for match in _PLACEHOLDER.finditer(raw):
        parts = match[1].decode("utf-8", "replace").strip().split(":")
        if _REFERENCES.get(parts[0]) == len(parts) - 1:
            yield parts[1], parts


def _value(text: str, known: Known) -> str | None:
    day = _DAY.fullmatch(text)
    if day is not None:
        shifted = known.today + timedelta(days=int(day["days"] or 0))
        return shifted.strftime(day["format"] or "%Y-%m-%d")
    match text.split(":"):
        case ["case_id", name]:
            return known.case_ids.get(name)
        case ["message_id", name]:
            return known.message_ids.get(name)
        case ["notice_message_id", name, kind]:
            return known.notice_message_ids.get((name, kind))
        case ["fresh", *value]:
            return known.fresh(":".join(value))
    return None
