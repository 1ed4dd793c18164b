"""What a supervisor reads first: coded facts about the case, no personal data.

The case itself, with its texts and amounts, is review's to show.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from services.escalation.domain.clock_rules import Fact
from shared.contract.case_file import CaseState

WaitedFor = Literal["desk", "client", "supervisor"]

_WAITS_FOR_AFTER: Final[Mapping[str, WaitedFor | None]] = MappingProxyType(
    {
        "opened": "desk",
        "information_requested": "client",
        "information_received": "desk",
        "escalated": "supervisor",
        "returned": "desk",
        "decided": None,
        "closed": None,
    }
)


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Wait(_Value):
    """A span in which the case waited for somebody; open at its end while it still does."""

    waited_for: WaitedFor
    since: datetime
    until: datetime | None = None


class Overdue(_Value):
    """A time limit that has passed."""

    clock: str
    run: int
    due_at: datetime


class Summary(_Value):
    """The case at the moment when it was escalated."""

    state: CaseState
    findings: tuple[str, ...] = ()
    waits: tuple[Wait, ...] = ()
    overdue: tuple[Overdue, ...] = ()


def summary_of(
    state: CaseState,
    findings: tuple[str, ...],
    facts: Iterable[Fact],
    overdue: tuple[Overdue, ...],
) -> Summary:
    """Return the summary of a case.

    Args:
        state: Where the case stands.
        findings: The codes of its assessment's findings.
        facts: What happened to it, in order.
        overdue: The time limits that passed just now.
    """
    return Summary(state=state, findings=findings, waits=waits_of(facts), overdue=overdue)


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
            waits.append(Wait(waited_for=waited_for, since=fact.at))
    return tuple(waits)
