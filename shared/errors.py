"""The desk's errors.

DeskError
├── BadEvent            a record that can never be handled: dead letter
├── TemporaryFault      try again: a database, broker or server is away
├── RuleViolation       a person asked for something that the rules forbid (HTTP 422)
│   └── Forbidden       … for this person (HTTP 403)
├── NotFound            no such case, notice or document (HTTP 404)
└── VersionConflict     someone else changed it first (HTTP 409)
"""

from collections.abc import Mapping, Sequence
from typing import Any


class DeskError(Exception):
    """The base of every error that the desk raises on purpose."""


class BadEvent(DeskError):
    """A record that can never be handled; it goes to the dead-letter topic with this reason."""


class TemporaryFault(DeskError):
    """Something needed is away for now; the same work is tried again."""


class RuleViolation(DeskError):
    """A request that the desk's rules forbid; the text says which rule."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Forbidden(RuleViolation):
    """A request that this person may not make: role, authority or four-eyes rule."""


class NotFound(DeskError):
    """No such thing, or not for this person."""


class VersionConflict(DeskError):
    """What the caller read has changed since.

    Attributes:
        current: Its sequence now.
        read: The sequence that the caller read, where that is known.
        changes: What happened in between, ready to be told as JSON; filled in where it is known.
    """

    def __init__(
        self, current: int, what: str = "the case has changed meanwhile", *, read: int | None = None
    ) -> None:
        super().__init__(f"{what}; its sequence is now {current}")
        self.current = current
        self.read = read
        self.changes: Sequence[Mapping[str, Any]] | None = None
