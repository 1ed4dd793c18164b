"""Parsing with an end to it: a mail of 25 MB must not take minutes or gigabytes.

The standard library splits parameters in quadratic time and makes an object of every line.
"""

from collections.abc import Sequence
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import Compat32
from typing import Final

_LONGEST_HEADER: Final = 32_000
_MOST_HEADERS: Final = 20_000
"""In all parts together."""
_MOST_LINES: Final = 1_000_000
"""25 MB of a picture have 350,000."""
_READ_OF_TOO_MANY: Final = 5_000_000
_HEAD: Final = 64_000
TOO_LONG: Final = "the mail has more lines or parts than are read"


class _TooManyHeaders(Exception):
    """No program writes so many."""


class _Bounded(Compat32):
    """The compatible way of parsing, with long headers cut; one instance per mail."""

    seen = 0

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        count = self.seen + 1
        # Policies are frozen for everybody else; this one counts what it has done.
        object.__setattr__(self, "seen", count)
        if count > _MOST_HEADERS:
            raise _TooManyHeaders
        name, value = super().header_source_parse(list(sourcelines))
        return name, value[:_LONGEST_HEADER]


def parsed(raw: bytes) -> tuple[Message, str | None]:
    """The mail as the library sees it, and why a person must look at the original.

    Raises:
        Exception: Whatever the library raises on bytes that it can't parse.
    """
    too_many = raw.count(b"\n") > _MOST_LINES
    problem = TOO_LONG if too_many else None
    try:
        readable = raw[:_READ_OF_TOO_MANY] if too_many else raw
        return message_from_bytes(readable, policy=_Bounded()), problem
    except (RecursionError, _TooManyHeaders):
        # At least the beginning tells who it is from.
        return BytesHeaderParser(policy=_Bounded()).parsebytes(raw[:_HEAD]), TOO_LONG
