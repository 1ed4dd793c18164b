"""People's decisions: who may decide what, and what a decision does to a case."""

from decimal import Decimal

from pydantic import ConfigDict, Field

from services.review.domain.acting import SUPERVISOR, Person, may_act, supervisor_if_escalated
from services.review.domain.amounts import check_amounts, decided_lines, is_full
from services.review.domain.known import Known
from services.review.domain.subject import NOTHING
from services.review.domain.transitions import changed, notice_requested
from shared.contract.base import Body, Identifier, ShortText
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseKind, CaseState
from shared.contract.decisions import DecidedLine, Decision, DecisionOutcome
from shared.contract.facts import Closed, Decided, Escalated, NoticeKind
from shared.errors import Forbidden, RuleViolation
from shared.ids import derived_id

_STATE_AFTER = {
    DecisionOutcome.APPROVE: CaseState.APPROVED,
    DecisionOutcome.APPROVE_IN_PART: CaseState.PARTLY_APPROVED,
    DecisionOutcome.DENY: CaseState.DENIED,
}


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
    case: CaseFileUpdated, request: DecisionRequest, person: Person, known: Known
) -> CaseFileUpdated:
    """Decide a claim, or hand it to a supervisor.

    What goes over the person's authority becomes an escalation with their proposal.

    Args:
        case: The case as it is.
        request: What the person wants.
        person: Who they are; only from their token.
        known: The policy and its other claims, read under the lock that decides about money.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: They may not decide this case.
        RuleViolation: Nobody may decide it like that.
    """
    may_act(case, request.sequence, person)
    if request.outcome is DecisionOutcome.ESCALATE:
        _reasons_are_known(case, request, known)
        return _escalated(case, request, person, known, "by_hand", request.comment)
    _may_decide(case, person)
    if request.outcome is not DecisionOutcome.DENY:
        _nothing_is_missing(case)
    lines = decided_lines(case, request.outcome, request.lines)
    approved = sum((line.approved for line in lines), NOTHING)
    _is_consistent(case, request, lines, approved)
    _reasons_are_known(case, request, known)
    check_amounts(case, lines, known)
    if not _within_authority(case, request.outcome, approved, person, known):
        proposal = f"{request.outcome} {approved} {_currency(case)}: {request.comment}"
        return _escalated(case, request, person, known, "over_authority", proposal[:500])
    decision = _decision(case, request, person, known, lines, approved)
    return changed(
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


def close_request(
    case: CaseFileUpdated, sequence: int, comment: str, person: Person, known: Known
) -> CaseFileUpdated:
    """Settle a service request.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: They may not act on this case.
        RuleViolation: It is a claim, which ends with a decision, or settled already.
    """
    may_act(case, sequence, person)
    if case.kind is CaseKind.CLAIM:
        raise RuleViolation("is_claim", "a claim ends with a decision")
    supervisor_if_escalated(case, person)
    return changed(
        case, known.now, [Closed(comment=comment)], state=CaseState.CLOSED, answer_by=None
    )


def _may_decide(case: CaseFileUpdated, person: Person) -> None:
    """What holds for a decision beyond handing the case on."""
    if case.kind is not CaseKind.CLAIM:
        raise RuleViolation("no_claim", "a service request is settled, not decided")
    if person.subject in case.keyed_by:
        raise Forbidden("keyed_in", "who keyed a claim in may not decide it")
    supervisor_if_escalated(case, person)


def _nothing_is_missing(case: CaseFileUpdated) -> None:
    """No approval while something is asked for; a denial may rest on just that."""
    missing = [item for item in case.checklist if item.status == "open"]
    if missing:
        names = ", ".join(dict.fromkeys(item.item for item in missing))
        message = f"still missing: {names}; wait for it, or waive it with a reason"
        raise RuleViolation("checklist_open", message)


def _reasons_are_known(case: CaseFileUpdated, request: DecisionRequest, known: Known) -> None:
    """At least one coded reason unless it is a full approval, and none without a client's text."""
    if not request.reasons and request.outcome is not DecisionOutcome.APPROVE:
        raise RuleViolation("reason_missing", "name at least one reason")
    programme = None
    if case.programme and case.programme_version:
        programme = known.programmes.version(case.programme, case.programme_version)
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


def _within_authority(
    case: CaseFileUpdated,
    outcome: DecisionOutcome,
    approved: Decimal,
    person: Person,
    known: Known,
) -> bool:
    """May this person decide alone? A denial counts with what the client claimed."""
    assert case.assessment is not None
    amount = case.assessment.claimed if outcome is DecisionOutcome.DENY else approved
    programme = None
    if case.programme and case.programme_version:
        programme = known.programmes.version(case.programme, case.programme_version)
    if programme is None:
        return SUPERVISOR in person.roles
    limit = programme.authority_of(person.roles)
    return limit is None or amount <= limit


def _escalated(
    case: CaseFileUpdated,
    request: DecisionRequest,
    person: Person,
    known: Known,
    reason: str,
    comment: str,
) -> CaseFileUpdated:
    if case.state is CaseState.ESCALATED:
        raise RuleViolation("already_escalated", "the case is before a supervisor already")
    decision = _decision(case, request, person, known, (), NOTHING, DecisionOutcome.ESCALATE)
    return changed(
        case,
        known.now,
        [Escalated.model_validate({"reason": reason, "comment": comment})],
        state=CaseState.ESCALATED,
        answer_by=None,
        decisions=(*case.decisions, decision),
    )


def _decision(
    case: CaseFileUpdated,
    request: DecisionRequest,
    person: Person,
    known: Known,
    lines: tuple[DecidedLine, ...],
    approved: Decimal,
    outcome: DecisionOutcome | None = None,
) -> Decision:
    return Decision(
        decision_id=derived_id("decision", case.case_id, str(case.sequence + 1)),
        outcome=outcome or request.outcome,
        by=person.subject,
        by_roles=tuple(sorted(person.roles)),
        at=known.now,
        reasons=request.reasons,
        comment=request.comment,
        lines=lines,
        currency=_currency(case),
        approved=approved,
        case_sequence=case.sequence,
    )


def _currency(case: CaseFileUpdated) -> str:
    return case.assessment.currency if case.assessment else "EUR"
