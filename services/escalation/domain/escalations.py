"""One escalation of a case to a supervisor.

    opened ──accept──▶ accepted ──return with an instruction──▶ returned
     │  ▲ ◀──chain, or reassign──┘ │
     └──┴──the case file says decided──▶ closed

What people may do with it stands in `moves.py`; before whom it is, and when it goes one level
higher, is the chain's matter (`chain.py`). The decision itself is made in review; the escalation
ends when the case file tells of it, whoever decided, and also when nobody had accepted it yet.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from shared.contract.cases import CaseKind
from shared.contract.escalations import RaisedBecause
from shared.contract.public import EscalationReason
from shared.errors import VersionConflict


class Status(StrEnum):
    """How far an escalation is."""

    OPENED = "opened"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that became of an escalation.

    Attributes:
        what: What happened.
        at: When.
        by: Who did it; None for the desk itself.
        to: Before whom it came.
        level: At which level of the chain.
        because: Why it came before somebody.
        words: What was said with it.
    """

    what: Literal["opened", "raised", "accepted", "reassigned", "returned", "closed"]
    at: datetime
    by: str | None = None
    to: str | None = None
    level: int = 1
    because: RaisedBecause | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Escalation:
    """A case before a supervisor.

    Attributes:
        escalation_id: Its own id; a case can be escalated more than once.
        case_id: The case.
        reason: Why it was escalated.
        summary: What the supervisor reads first: history, findings, who waited for whom.
        opened_at: Since when it waits for a supervisor.
        involved: Who keyed the case in or decided it before, and so may not judge it.
        programme: The case's.
        kind: The case's.
        team: Whose chain it goes up.
        level: How far up it is, from 1.
        assigned_to: Before whom it is; None as long as nobody could be found.
        deputy_for: Whose place that person takes.
        because: Why it is before them.
        announced: Whether they were told; they are during the desk's hours only.
        since: Since when they have it, or have accepted it.
        attend_by: When it goes one level higher; None at the top.
        acts_at: When the chain looks at it next; None when nothing is left to do.
        looked_with: Version of the directory that it was last looked at with.
        version: Grows with everything that happens to it, except a look that changes nothing.
        accepted_by: The supervisor who took it.
        instruction: What the supervisor told the desk when returning it.
        ended_at: When it was returned or closed.
        steps: What became of it, in order.
    """

    escalation_id: str
    case_id: str
    reason: EscalationReason
    summary: str
    opened_at: datetime
    involved: frozenset[str]
    status: Status = Status.OPENED
    accepted_by: str | None = None
    accepted_at: datetime | None = None
    instruction: str = ""
    ended_at: datetime | None = None
    programme: str | None = None
    kind: CaseKind | None = None
    team: str | None = None
    level: int = 1
    assigned_to: str | None = None
    deputy_for: str | None = None
    because: RaisedBecause = "opened"
    announced: bool = False
    since: datetime | None = None
    attend_by: datetime | None = None
    acts_at: datetime | None = None
    looked_with: int = -1
    version: int = 1
    steps: tuple[Step, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether it still waits for a supervisor or their decision."""
        return self.status in (Status.OPENED, Status.ACCEPTED)


class IllegalTransition(VersionConflict):
    """An escalation can't do this any more: somebody was first."""

    def __init__(self, escalation: Escalation, wanted: str) -> None:
        super().__init__(escalation.version)
        by = f" by {escalation.accepted_by}" if escalation.accepted_by else ""
        which = f"the escalation of case {escalation.case_id} is {escalation.status}{by}"
        self.args = (f"{which}, it can't be {wanted} any more",)


class StaleVersion(VersionConflict):
    """Something happened to the escalation since the caller read it."""

    def __init__(self, escalation: Escalation, seen: int) -> None:
        super().__init__(escalation.version)
        last = escalation.steps[-1].what if escalation.steps else escalation.status
        which = f"the escalation of case {escalation.case_id} has changed meanwhile ({last})"
        self.args = (f"{which}: its version is {escalation.version} now, not {seen}",)
