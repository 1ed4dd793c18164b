"""Whom a claim waits for after an assessment: its client, a person, or nobody any more."""

from dataclasses import dataclass
from typing import Any

from services.review.domain.checklist import Checklist
from services.review.domain.known import Known
from services.review.domain.missing import warning_in_request
from services.review.domain.transitions import SYSTEM, notice_requested
from shared.contract.assessment import Assessment, Recommendation
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.decisions import DecidedLine, Decision, DecisionOutcome
from shared.contract.facts import (
    Decided,
    Fact,
    InformationReceived,
    InformationRequested,
    NoticeKind,
)
from shared.ids import derived_id
from shared.programmes import ProgrammeVersion


@dataclass(frozen=True, slots=True)
class Step:
    """A case on its way to its next sequence, and the facts that lead there."""

    case: CaseFileUpdated
    sequence: int
    programme: ProgrammeVersion | None
    known: Known
    facts: list[Fact]


def next_step(step: Step, assessment: Assessment, checklist: Checklist) -> dict[str, Any]:
    """Whom the claim waits for now, or its approval; adds the facts that say so.

    What a person escalated or decided once is a person's: the desk approves no such claim alone.
    """
    opening = step.sequence == 1
    if not opening and step.case.state is not CaseState.WAITING_FOR_CLIENT:
        return {}
    asks = assessment.recommendation is Recommendation.ASK_CLIENT and checklist.is_open
    if asks and checklist.newly_open:
        return ask(step)
    if asks and checklist.newly_closed:
        return {}
    if not opening:
        step.facts.append(InformationReceived())
    if assessment.straight_through and not step.case.decisions:
        return _approve(step, assessment)
    return {"state": CaseState.WAITING_FOR_PERSON, "answer_by": None}


def ask(step: Step) -> dict[str, Any]:
    """Ask the client for everything on the checklist, with one deadline."""
    desk = step.known.programmes.desk
    days = step.programme.answer_days if step.programme else desk.answer_days
    deadline = desk.answer_by(step.known.today, days)
    request = notice_requested(
        step.case.case_id, NoticeKind.INFORMATION_REQUEST, str(step.sequence)
    )
    step.facts.extend([InformationRequested(deadline=deadline), request])
    return {
        "state": CaseState.WAITING_FOR_CLIENT,
        "answer_by": deadline,
        "warning": warning_in_request(
            step.programme, step.known.today, deadline, request.notice_id
        ),
    }


def _approve(step: Step, assessment: Assessment) -> dict[str, Any]:
    """Approve straight through what the assessment covers."""
    case_id = step.case.case_id
    decision = Decision(
        decision_id=derived_id("decision", case_id, str(step.sequence)),
        outcome=DecisionOutcome.APPROVE,
        by=SYSTEM,
        at=step.known.now,
        lines=tuple(
            [DecidedLine(line_id=each.line_id, approved=each.covered) for each in assessment.lines]
        ),
        currency=assessment.currency,
        approved=assessment.covered,
        case_sequence=step.sequence,
    )
    step.facts.extend(
        [
            Decided(decision_id=decision.decision_id),
            notice_requested(case_id, NoticeKind.DECISION, decision.decision_id),
        ]
    )
    return {
        "state": CaseState.APPROVED,
        "answer_by": None,
        "decisions": (*step.case.decisions, decision),
    }
