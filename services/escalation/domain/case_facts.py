"""The facts that move clocks, as a case file and the notices about a case tell them.

Some count under names of their own: what a clock speaks of is not always one fact of the contract,
such as that some department's answer is awaited, or that the decision was an approval.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

from services.escalation.domain.clock_rules import Fact
from shared.contract import facts as contract
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseKind
from shared.contract.decisions import DecisionOutcome
from shared.contract.facts import NoticeKind
from shared.contract.public import NoticeStatus, NoticeStatusChanged

_AWAITED: Final = ("requested", "accepted")
"""While a task is like this, its department has the next word."""
_APPROVALS: Final = (DecisionOutcome.APPROVE, DecisionOutcome.APPROVE_IN_PART)
_OF_NOTICE: Final[Mapping[NoticeStatus, str]] = MappingProxyType(
    {
        NoticeStatus.SENT: "decision_sent",
        NoticeStatus.DELIVERED: "decision_received",
        NoticeStatus.BOUNCED: "decision_undelivered",
        NoticeStatus.RETURNED: "decision_undelivered",
    }
)


class _Named(NamedTuple):
    """A fact under the name by which it moves clocks, and the days that it speaks of."""

    name: str
    happened_on: date | None = None
    ends_on: date | None = None


def facts_of(file: CaseFileUpdated, event_id: str) -> Iterator[Fact]:
    """Yield what a case file tells, in its order.

    A case is open since its first contact was received, however long that lay before a case was
    made of it: so a time limit begins with the notice or the application (VVG §14(2), SGG §88(1)).

    Args:
        file: The case file.
        event_id: The event that brought it.
    """
    for position, told in enumerate(file.facts):
        opened = isinstance(told, contract.Opened)
        at = min(file.opened_at, file.updated_at) if opened else file.updated_at
        for named in _named(told, file):
            yield Fact(
                named.name,
                at,
                event_id,
                (file.sequence, position),
                named.happened_on,
                named.ends_on,
            )


def fact_of_notice(notice: NoticeStatusChanged, event_id: str, told_on: date) -> Fact | None:
    """Return what a notice's status means for clocks; None for one that is no decision.

    A letter is sent on the day of its posting, of which the print provider may tell days later:
    deemed service counts from posting (SGB X §37(2)).

    Args:
        notice: The notice.
        event_id: The event that told of it.
        told_on: The desk's day when notify told of it.
    """
    name = _OF_NOTICE.get(notice.status)
    if notice.kind is not NoticeKind.DECISION or name is None:
        return None
    posted_on = notice.posted_on if notice.status is NoticeStatus.SENT else None
    return Fact(name, notice.at, event_id, happened_on=posted_on or told_on)


def _named(told: contract.Fact, file: CaseFileUpdated) -> Iterator[_Named]:
    match told:
        case contract.InformationRequested() | contract.ConsequencesWarned():
            yield _Named(told.fact, ends_on=told.deadline)
        case contract.AdvanceRequested():
            yield _Named(told.fact, happened_on=told.requested_on)
        case contract.ObjectionReceived() | contract.DecisionReceived():
            yield _Named(told.fact, happened_on=told.received_on)
        case _:
            yield _Named(told.fact)
    yield from _further(told, file)


def _further(told: contract.Fact, file: CaseFileUpdated) -> Iterator[_Named]:
    """Yield the other names under which a fact counts."""
    match told:
        case contract.Opened() if file.kind is CaseKind.COMPLAINT:
            yield _Named("complaint_opened")
        case contract.KindChanged(after=CaseKind.COMPLAINT):
            yield _Named("complaint_opened")
        case contract.KindChanged(before=CaseKind.COMPLAINT):
            yield _Named("complaint_dropped")
        case contract.NoticeRequested(notice=NoticeKind.COMPLAINT_ACKNOWLEDGED):
            yield _Named("complaint_acknowledged")
        case contract.Decided() if _owed(file, told.decision_id) > (file.paid or 0):
            yield _Named("approved")
        case contract.Paid() if file.decisions and (file.paid or 0) >= file.decisions[-1].approved:
            yield _Named("paid_in_full")
        case contract.DecisionReceived(remedy_notice=False):
            yield _Named("remedy_notice_missing")
        case contract.TaskAnswered(status="returned"):
            yield _Named("payment_returned")
            yield _departments(file)
        case contract.TaskRequested() | contract.TaskAnswered() | contract.TaskCancelled():
            yield _departments(file)


def _owed(file: CaseFileUpdated, decision_id: str) -> Decimal:
    """Return what a decision approves in all."""
    return next(
        (
            decision.approved
            for decision in file.decisions
            if decision.decision_id == decision_id and decision.outcome in _APPROVALS
        ),
        Decimal(0),
    )


def _departments(file: CaseFileUpdated) -> _Named:
    """Return whether some department has the next word, and until when the first one has."""
    open_tasks = [task for task in file.tasks if task.status in _AWAITED]
    if not open_tasks:
        return _Named("departments_answered")
    days = [task.due_on for task in open_tasks if task.due_on is not None]
    return _Named("departments_awaited", ends_on=min(days, default=None))
