"""People's decisions: who may decide what, and what a decision does to a case."""

from decimal import Decimal
from typing import Literal

from pydantic import ConfigDict, Field

from services.review.domain.acting import (
    TRAINEE,
    Person,
    is_current,
    is_open,
    may_have_decided,
    may_propose,
    programme_of,
    within_authority,
)
from services.review.domain.amounts import check_amounts, decided_lines, is_full
from services.review.domain.known import Known
from services.review.domain.prompts import PromptCode, with_prompt
from services.review.domain.settling import after_decision, without_proposal
from services.review.domain.subject import NOTHING
from services.review.domain.transitions import changed, notice_requested
from shared.contract.base import Body, Identifier, ShortText
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.decisions import DecidedLine, Decision, DecisionOutcome
from shared.contract.facts import Decided, Escalated, NoticeKind, Proposed
from shared.errors import Forbidden, RuleViolation
from shared.ids import derived_id

_STATE_AFTER = {
    DecisionOutcome.APPROVE: CaseState.APPROVED,
    DecisionOutcome.APPROVE_IN_PART: CaseState.PARTLY_APPROVED,
    DecisionOutcome.DENY: CaseState.DENIED,
}
_NON_COOPERATION = frozenset({"non_cooperation", "lacks_information"})
"""Reasons that say: the client did not do their part."""


class DecisionRequest(Body):
    """What a person wants to decide.

    Without `lines` the amounts are those of the assessment.
    """

    model_config = ConfigDict(extra="forbid")

    sequence: int = Field(ge=1, description="Sequence of the case file that the person read.")
    outcome: DecisionOutcome
    reasons: tuple[Identifier, ...] = Field(default=(), max_length=10)
    lines: tuple[DecidedLine, ...] | None = None
    comment: ShortText = ""


def decide(
    case: CaseFileUpdated,
    request: DecisionRequest,
    person: Person,
    known: Known,
    *,
    proposed_by: str | None = None,
) -> CaseFileUpdated:
    """Decide a claim, propose how, or hand it to a supervisor.

    A trainee's decision becomes a proposal. What goes over the person's authority becomes an
    escalation that says what they would have decided.

    Args:
        case: The case as it is.
        request: What the person wants.
        person: Who they are; only from their token.
        known: The policy and its other claims, read under the lock that decides about money.
        proposed_by: The trainee whose proposal the person confirms.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: They may not decide this case.
        RuleViolation: Nobody may decide it like that.
    """
    is_current(case, request.sequence)
    may_propose(person)
    is_open(case)
    lines, approved = ruling(case, request, person, known)
    decision = _decision(case, request, person, known, lines, approved, proposed_by)
    if TRAINEE in person.roles:
        return _proposed(case, decision, known)
    if request.outcome is DecisionOutcome.ESCALATE:
        return _escalated(case, decision, known, "by_hand", request.comment)
    if not within_authority(case, request.outcome, approved, person, known):
        return _over_authority(case, decision, known)
    after = changed(
        case,
        known.now,
        [
            Decided(decision_id=decision.decision_id),
            notice_requested(case.case_id, NoticeKind.DECISION, decision.decision_id),
        ],
        state=_STATE_AFTER[request.outcome],
        answer_by=None,
        decisions=(*case.decisions, decision),
    )
    return after_decision(after, known, person.subject)


def ruling(
    case: CaseFileUpdated, request: DecisionRequest, person: Person, known: Known
) -> tuple[tuple[DecidedLine, ...], Decimal]:
    """The amounts of a decision, once every rule but the person's limit allows it.

    Args:
        case: The case as it is.
        request: What the person wants.
        person: Who they are.
        known: The policy and its other claims.

    Returns:
        The amount of every line, and their sum.

    Raises:
        Forbidden: The person may not decide this case.
        RuleViolation: Nobody may decide it like that.
    """
    if request.outcome is DecisionOutcome.ESCALATE:
        _reasons_are_known(case, request, known)
        if case.state is CaseState.ESCALATED:
            raise RuleViolation("already_escalated", "the case is before a supervisor already")
        return (), NOTHING
    may_have_decided(case, person)
    if request.outcome is not DecisionOutcome.DENY:
        _nothing_is_missing(case)
    lines = decided_lines(case, request.outcome, request.lines)
    approved = sum((line.approved for line in lines), NOTHING)
    _is_consistent(case, request, lines, approved)
    _reasons_are_known(case, request, known)
    _client_was_warned(case, request, known)
    check_amounts(case, lines, known)
    _more_is_explained(case, request, approved)
    return lines, approved


def _nothing_is_missing(case: CaseFileUpdated) -> None:
    """No approval while something is asked for; a denial may rest on just that."""
    missing = [item for item in case.checklist if item.status == "open"]
    if missing:
        names = ", ".join(dict.fromkeys(item.item for item in missing))
        message = f"still missing: {names}; wait for it, or waive it with a reason"
        raise RuleViolation("checklist_open", message)


def _more_is_explained(case: CaseFileUpdated, request: DecisionRequest, approved: Decimal) -> None:
    """Who gives more than the assessment covers, against what a check found, says why."""
    assert case.assessment is not None
    if approved > case.assessment.covered and not request.comment.strip():
        message = f"more than the assessed {case.assessment.covered}: say why in a comment"
        raise RuleViolation("comment_missing", message)


def _reasons_are_known(case: CaseFileUpdated, request: DecisionRequest, known: Known) -> None:
    """At least one coded reason unless it is a full approval, and none without a client's text."""
    if not request.reasons and request.outcome is not DecisionOutcome.APPROVE:
        raise RuleViolation("reason_missing", "name at least one reason")
    programme = programme_of(case, known)
    reasons = programme.reasons if programme else known.programmes.desk.reasons
    for code in request.reasons:
        if code not in reasons:
            message = f"no reason {code!r} in this programme"
            raise RuleViolation("unknown_reason", message)


def _is_consistent(
    case: CaseFileUpdated,
    request: DecisionRequest,
    lines: tuple[DecidedLine, ...],
    approved: Decimal,
) -> None:
    """Do the amounts say the same as the outcome?"""
    if request.outcome is DecisionOutcome.DENY:
        if approved:
            raise RuleViolation("denied_with_amount", "a denial approves no amount")
        return
    if not approved:
        raise RuleViolation("nothing_approved", "every line is rejected: that is a denial")
    full = is_full(case, lines)
    if request.outcome is DecisionOutcome.APPROVE and not full:
        raise RuleViolation("in_part", "less than claimed: approve in part, with a reason")
    if request.outcome is DecisionOutcome.APPROVE_IN_PART and full:
        raise RuleViolation("in_full", "nothing is taken away: that is a full approval")


def _client_was_warned(case: CaseFileUpdated, request: DecisionRequest, known: Known) -> None:
    """No refusal for lack of cooperation without a written warning whose time is over.

    Nor once the client made up for it, however late. Source: SGB I §66(1) and (3), §67.
    """
    programme = programme_of(case, known)
    if programme is None or programme.non_cooperation != "warning_first":
        return
    if request.outcome is DecisionOutcome.APPROVE or not _NON_COOPERATION & set(request.reasons):
        return
    if case.warning is None:
        message = "the client was not warned in writing of what follows (SGB I §66(3))"
        raise RuleViolation("warning_missing", message)
    if known.today <= case.warning.deadline:
        message = f"the client may still answer the warning until {case.warning.deadline}"
        raise RuleViolation("warning_missing", message)
    if all(item.status != "open" for item in case.checklist):
        message = "nothing is missing any more: the client made up for it (SGB I §66(1))"
        raise RuleViolation("nothing_missing", message)


def _proposed(case: CaseFileUpdated, decision: Decision, known: Known) -> CaseFileUpdated:
    after = changed(
        case, known.now, [Proposed(decision_id=decision.decision_id)], proposal=decision
    )
    return with_prompt(after, PromptCode.PROPOSAL, known.now)


def _over_authority(case: CaseFileUpdated, decision: Decision, known: Known) -> CaseFileUpdated:
    if case.state is CaseState.ESCALATED:
        raise Forbidden("over_authority", "over one's authority; another supervisor decides it")
    wish = f"{decision.outcome} {decision.approved} {decision.currency}: {decision.comment}"
    handed_on = decision.model_copy(
        update={"outcome": DecisionOutcome.ESCALATE, "lines": (), "approved": NOTHING}
    )
    return _escalated(case, handed_on, known, "over_authority", wish[:500])


def _escalated(
    case: CaseFileUpdated,
    decision: Decision,
    known: Known,
    reason: Literal["by_hand", "over_authority"],
    comment: str,
) -> CaseFileUpdated:
    after = changed(
        case,
        known.now,
        [Escalated(reason=reason, comment=comment)],
        state=CaseState.ESCALATED,
        answer_by=None,
        decisions=(*case.decisions, decision),
    )
    return without_proposal(after, decision.by)


def _decision(
    case: CaseFileUpdated,
    request: DecisionRequest,
    person: Person,
    known: Known,
    lines: tuple[DecidedLine, ...],
    approved: Decimal,
    proposed_by: str | None,
) -> Decision:
    return Decision(
        decision_id=derived_id("decision", case.case_id, str(case.sequence + 1)),
        outcome=request.outcome,
        by=person.subject,
        by_roles=tuple(sorted(person.roles)),
        proposed_by=proposed_by,
        at=known.now,
        reasons=request.reasons,
        comment=request.comment,
        lines=lines,
        currency=case.assessment.currency if case.assessment else "EUR",
        approved=approved,
        case_sequence=case.sequence,
    )
