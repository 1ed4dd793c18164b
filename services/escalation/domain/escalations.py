"""One escalation of a case to a supervisor.

    opened ──accept──▶ accepted ──return with an instruction──▶ returned
       └──────────────┴──the case file says decided──▶ closed

The decision itself is made in review; the escalation ends when the case file tells of it, whoever
decided, and also when nobody had accepted it yet.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.contract.public import EscalationReason
from shared.errors import Forbidden, RuleViolation


class Status(StrEnum):
    """How far an escalation is."""

    OPENED = "opened"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    CLOSED = "closed"


class IllegalTransition(RuleViolation):
    """An escalation can't do this from where it stands."""

    def __init__(self, escalation: "Escalation", wanted: Status) -> None:
        super().__init__(
            "escalation_status",
            f"the escalation of case {escalation.case_id} is {escalation.status}, "
            f"it can't become {wanted}",
        )


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
        accepted_by: The supervisor who took it.
        instruction: What the supervisor told the desk when returning it.
        ended_at: When it was returned or closed.
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

    @property
    def pending(self) -> bool:
        """Whether it still waits for a supervisor or their decision."""
        return self.status in (Status.OPENED, Status.ACCEPTED)


def accept(escalation: Escalation, by: str, at: datetime) -> Escalation:
    """Return the escalation taken on by a supervisor.

    Raises:
        IllegalTransition: It was accepted already, or has ended.
        Forbidden: The supervisor keyed the case in or decided it before.
    """
    if escalation.status is not Status.OPENED:
        raise IllegalTransition(escalation, Status.ACCEPTED)
    if by in escalation.involved:
        msg = "whoever keyed in or decided a case before can't accept its escalation"
        raise Forbidden("four_eyes", msg)
    return replace(escalation, status=Status.ACCEPTED, accepted_by=by, accepted_at=at)


def give_back(escalation: Escalation, by: str, instruction: str, at: datetime) -> Escalation:
    """Return the escalation given back to the desk with an instruction.

    Raises:
        IllegalTransition: Nobody accepted it yet, or it has ended.
        Forbidden: Somebody else accepted it.
        RuleViolation: There is no instruction.
    """
    if escalation.status is not Status.ACCEPTED:
        raise IllegalTransition(escalation, Status.RETURNED)
    if by != escalation.accepted_by:
        raise Forbidden("not_yours", "only the supervisor who accepted it can return a case")
    if not instruction.strip():
        raise RuleViolation("no_instruction", "a case is returned with an instruction")
    return replace(escalation, status=Status.RETURNED, instruction=instruction.strip(), ended_at=at)


def close(escalation: Escalation, at: datetime) -> Escalation:
    """Return the escalation ended by the case's decision.

    Raises:
        IllegalTransition: It has ended before.
    """
    if not escalation.pending:
        raise IllegalTransition(escalation, Status.CLOSED)
    return replace(escalation, status=Status.CLOSED, ended_at=at)
