"""What a supervisor reads first: coded facts about the case, no personal data.

The case itself, with its texts and amounts, is review's to show.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from services.escalation.domain.clock_rules import Fact
from shared.calendar import BusinessCalendar
from shared.contract.cases import CaseState

Waiting = Literal["desk", "client"]
WaitedFor = Literal["desk", "client", "supervisor", "department"]

_LONGEST_HISTORY: Final = 50
_WAITS: Final[Mapping[WaitedFor, Waiting]] = MappingProxyType(
    {"desk": "client", "client": "desk", "supervisor": "client", "department": "client"}
)
"""Who waits while the case is with somebody: always the client, unless it is with the client."""

_WAITS_FOR_AFTER: Final[Mapping[str, WaitedFor | None]] = MappingProxyType(
    {
        "opened": "desk",
        "information_requested": "client",
        "information_received": "desk",
        "consequences_warned": "client",
        "answer_overdue": "desk",
        "departments_awaited": "department",
        "departments_answered": "desk",
        "escalated": "supervisor",
        "returned": "desk",
        "reopened": "desk",
        "withdrawn": "desk",
        "decided": None,
        "closed": None,
    }
)


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Wait(_Value):
    """A span in which somebody waited for somebody; open at its end while they still do.

    Attributes:
        waiting: Who waited: the client, or the desk itself.
        waited_for: For whom.
        since: From when.
        until: Until when; None while it lasts.
        lasted: How long, until the summary was made at the latest.
        opening_hours: How much of that the desk was open.
    """

    waiting: Waiting = "client"
    waited_for: WaitedFor
    since: datetime
    until: datetime | None = None
    lasted: timedelta = timedelta()
    opening_hours: timedelta = timedelta()


class Happened(_Value):
    """One fact of the case's history, by its code."""

    fact: str
    at: datetime


class Overdue(_Value):
    """A time limit that has passed."""

    clock: str
    run: int
    due_at: datetime


class Summary(_Value):
    """The case at the moment when it was escalated."""

    state: CaseState
    findings: tuple[str, ...] = ()
    history: tuple[Happened, ...] = ()
    waits: tuple[Wait, ...] = ()
    overdue: tuple[Overdue, ...] = ()


def summary_of(
    state: CaseState,
    findings: tuple[str, ...],
    facts: Sequence[Fact],
    overdue: tuple[Overdue, ...],
    at: datetime,
    calendar: BusinessCalendar,
) -> Summary:
    """Return the summary of a case.

    Args:
        state: Where the case stands.
        findings: The codes of its assessment's findings.
        facts: What happened to it, in order.
        overdue: The time limits that passed just now.
        at: This instant.
        calendar: The desk's.
    """
    return Summary(
        state=state,
        findings=findings,
        history=tuple(Happened(fact=fact.name, at=fact.at) for fact in facts[-_LONGEST_HISTORY:]),
        waits=tuple(_measured(wait, at, calendar) for wait in waits_of(facts)),
        overdue=overdue,
    )


def waits_of(facts: Iterable[Fact]) -> tuple[Wait, ...]:
    """Return who waited for whom, from facts in order; spans of no length are left out."""
    waits: list[Wait] = []
    for fact in facts:
        if fact.name not in _WAITS_FOR_AFTER:
            continue
        waited_for = _WAITS_FOR_AFTER[fact.name]
        current = waits[-1] if waits and waits[-1].until is None else None
        if current is not None:
            if current.waited_for == waited_for:
                continue
            del waits[-1]
            if current.since < fact.at:
                waits.append(current.model_copy(update={"until": fact.at}))
        if waited_for is not None:
            waits.append(Wait(waiting=_WAITS[waited_for], waited_for=waited_for, since=fact.at))
    return tuple(waits)


def _measured(wait: Wait, at: datetime, calendar: BusinessCalendar) -> Wait:
    until = max(wait.until or at, wait.since)
    return wait.model_copy(
        update={
            "lasted": until - wait.since,
            "opening_hours": calendar.between(wait.since, until),
        }
    )
