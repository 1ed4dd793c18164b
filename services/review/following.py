"""What review does with what escalation tells: escalations, and time limits that pass."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Final

from services.review import store
from services.review.domain.advances import with_interim_payment
from services.review.domain.case import escalate_overdue, return_case
from services.review.domain.known import Known
from services.review.domain.missing import deadline_passed, reminded
from services.review.domain.prompts import PromptCode, with_prompt
from services.review.domain.transitions import changed
from services.review.publication import publish
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.public import ClockBreached, ClockWarned, EscalationChanged, EscalationReason
from shared.messaging.envelope import Event
from shared.messaging.processing import Handler, UnitOfWork
from shared.programmes import Programmes

_Alarm = ClockWarned | ClockBreached
_Following = Callable[[CaseFileUpdated, _Alarm, Known], CaseFileUpdated | None]


def on_clocks(programmes: Programmes) -> Handler:
    """Follow what escalation says, one transaction per batch."""

    async def handle(work: UnitOfWork, events: Sequence[Event]) -> None:
        told = [
            event.body
            for event in events
            if isinstance(event.body, EscalationChanged)
            or (
                isinstance(event.body, _Alarm) and (type(event.body), event.body.clock) in _FOLLOWED
            )
        ]
        cases = await store.load_cases(work.connection, {each.case_id for each in told}, lock=True)
        known = Known(programmes, work.now)
        changes: list[store.StoredCase] = []
        for each in told:
            case = cases.get(each.case_id)
            after = _followed(case, each, known) if case else None
            if after is not None:
                cases[after.case_id] = after
                changes.append(publish(work, case, after))
        await store.save_cases(work.connection, changes, {})

    return handle


def _followed(
    case: CaseFileUpdated, told: EscalationChanged | _Alarm, known: Known
) -> CaseFileUpdated | None:
    """The case after what it was told of; None if that changes nothing."""
    if not isinstance(told, EscalationChanged):
        return _FOLLOWED[type(told), told.clock](case, told, known)
    if told.status == "opened" and told.reason is EscalationReason.OVERDUE:
        return escalate_overdue(case, known)
    if told.status == "returned" and case.state is CaseState.ESCALATED:
        return return_case(case, told.instruction, told.by or "", known)
    return None


def _prompt(
    code: PromptCode, case: CaseFileUpdated, alarm: _Alarm, known: Known
) -> CaseFileUpdated | None:
    """The case with the request that a person look at a time limit that passed."""
    after = with_prompt(
        changed(case, known.now, ()), code, known.now, due_on=_day(alarm.due_at, known)
    )
    return after if after.facts else None


def _day(at: datetime, known: Known) -> str:
    return known.programmes.desk.local_day(at).isoformat()


_FOLLOWED: Final[Mapping[tuple[type[_Alarm], str], _Following]] = MappingProxyType(
    {
        (ClockWarned, "client_answer"): lambda case, alarm, known: reminded(
            case, alarm.deadline, known
        ),
        (ClockBreached, "client_answer"): lambda case, alarm, known: deadline_passed(
            case, alarm.deadline, known
        ),
        (ClockBreached, "interim_payment"): lambda case, _, known: with_interim_payment(
            case, known
        ),
        (ClockBreached, "payment"): partial(_prompt, PromptCode.PAYMENT_OVERDUE),
        (ClockBreached, "department_answer"): partial(_prompt, PromptCode.DEPARTMENT_OVERDUE),
        (ClockWarned, "complaint_report"): partial(_prompt, PromptCode.COMPLAINT_REPORT),
    }
)
"""What a time limit that comes near or has passed does to its case, beside an escalation."""
