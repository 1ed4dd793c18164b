"""Decisions are immutable: a case is reopened, or its decision withdrawn until it is paid."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from services.review.domain.acting import (
    Person,
    is_current,
    may_have_decided,
    may_work,
    within_authority,
)
from services.review.domain.assessment import open_questions
from services.review.domain.assessment_changes import assessment_changes
from services.review.domain.checklist import brought_up_to_date
from services.review.domain.known import Known
from services.review.domain.payments import PAYMENT_STEPS
from services.review.domain.prompts import PromptCode, without_prompt
from services.review.domain.reassessment import assessed_again
from services.review.domain.tasks import cancel_open
from services.review.domain.transitions import SETTLED, changed
from shared.contract.base import Body, Count, Day, ShortText
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import DECIDED, CaseKind, CaseState
from shared.contract.decisions import Decision, Reopening
from shared.contract.departments import TaskKind
from shared.contract.facts import Assessed, Fact, ObjectionReceived, Reopened, Withdrawn
from shared.errors import Forbidden, RuleViolation

ReopenReason = Literal["new_facts", "objection", "error", "payment_returned", "policy_corrected"]

_LOOKED_AT = (PromptCode.CONTACT_AFTER_DECISION, PromptCode.POLICY_CORRECTED)
"""Prompts that ask whether to reopen: who does has looked."""


class ReopenRequest(Body):
    """Why a person opens a settled case again."""

    sequence: Count = Field(description="Sequence of the case file that the person read.")
    reason: ReopenReason
    comment: ShortText = Field(min_length=3)
    received_on: Day | None = Field(
        default=None, description="The day on which an objection came in; its time limit counts."
    )


class WithdrawRequest(Body):
    """Why a person takes a decision back."""

    sequence: Count = Field(description="Sequence of the case file that the person read.")
    comment: ShortText = Field(min_length=3)


def reopen(
    case: CaseFileUpdated, request: ReopenRequest, person: Person, known: Known
) -> CaseFileUpdated:
    """Open a settled case again; its decisions stay in it, what they reserved is free.

    A claim is assessed again with what is known now, and waits for a person, who decides it anew.
    A payment that is on its way is called back.

    Args:
        case: The case as it is.
        request: Why.
        person: Who they are; only from their token.
        known: The policy and its other claims, read under the lock that decides about money.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: Their role does not act on cases.
        RuleViolation: The case is open, or an objection's day is missing or impossible.
    """
    is_current(case, request.sequence)
    may_work(person)
    if case.state not in SETTLED:
        raise RuleViolation("not_settled", "only a decided or closed case is opened again")
    _objection_has_its_day(case, request, known)
    facts: list[Fact] = [
        Reopened(reason=request.reason, by=person.subject, comment=request.comment)
    ]
    if request.received_on is not None:
        facts.append(ObjectionReceived(received_on=request.received_on, by=person.subject))
    changes = _assessed_anew(case, known)
    if changes:
        facts.append(Assessed())
    reopening = Reopening(
        reason=request.reason,
        by=person.subject,
        at=known.now,
        comment=request.comment,
        received_on=request.received_on,
    )
    after = changed(
        case,
        known.now,
        facts,
        state=CaseState.WAITING_FOR_PERSON,
        answer_by=None,
        reopened=reopening,
        **changes,
    )
    for code in _LOOKED_AT:
        after = without_prompt(after, code, person.subject)
    return cancel_open(after, PAYMENT_STEPS, reason="the case was opened again")


def withdraw(
    case: CaseFileUpdated, request: WithdrawRequest, person: Person, known: Known
) -> CaseFileUpdated:
    """Take the last decision back, as long as it is not paid; what it reserved is free.

    Args:
        case: The case as it is.
        request: Why.
        person: Who they are; only from their token.
        known: The programmes, and the instant.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: They could not have made the decision themselves.
        RuleViolation: The case is not decided, or its decision is paid already.
    """
    is_current(case, request.sequence)
    may_work(person)
    if case.state not in DECIDED:
        raise RuleViolation("not_decided", "there is no decision to take back")
    decision = case.decisions[-1]
    may_have_decided(case, person)
    if not within_authority(case, decision.outcome, decision.approved, person, known):
        raise Forbidden("over_authority", "who could not decide it can't take it back")
    if is_paid(case, decision):
        raise RuleViolation("paid", "the decision is paid: open the case again instead")
    told = Withdrawn(decision_id=decision.decision_id, by=person.subject, comment=request.comment)
    after = changed(case, known.now, [told], state=CaseState.WAITING_FOR_PERSON, answer_by=None)
    return cancel_open(after, PAYMENT_STEPS, reason="the decision was withdrawn")


def is_paid(case: CaseFileUpdated, decision: Decision) -> bool:
    """Was anything paid on a decision? An advance that was paid before it does not count."""
    return any(
        task.kind is TaskKind.PAY and task.status == "done" and task.requested_at >= decision.at
        for task in case.tasks
    )


def _objection_has_its_day(case: CaseFileUpdated, request: ReopenRequest, known: Known) -> None:
    if request.reason != "objection":
        if request.received_on is not None:
            raise RuleViolation("no_objection", "only an objection has a day on which it came in")
        return
    if case.state not in DECIDED:
        raise RuleViolation("not_decided", "there is no decision to object to")
    if request.received_on is None:
        raise RuleViolation("received_on_missing", "say on which day the objection came in")
    if not _decided_on(case, known) <= request.received_on <= known.today:
        raise RuleViolation("received_on", "between the day of the decision and today")


def _decided_on(case: CaseFileUpdated, known: Known) -> date:
    return known.programmes.desk.local_day(case.decisions[-1].at)


def _assessed_anew(case: CaseFileUpdated, known: Known) -> dict[str, Any]:
    """What a new assessment of the claim changes; nothing for a service request."""
    if case.kind is not CaseKind.CLAIM or case.assessment is None:
        return {}
    assessment = assessed_again(case, known)
    checklist = brought_up_to_date(
        case.checklist, open_questions(assessment.findings), contact_id=case.contact_ids[-1]
    )
    return {
        "assessment": assessment,
        "changes": assessment_changes(case.assessment, assessment),
        "checklist": checklist.items,
        "programme_version": assessment.programme_version,
    }
