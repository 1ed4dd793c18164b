"""What every change of a case must keep to, said apart from the code that makes the changes."""

from decimal import Decimal

from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import DECIDED, CaseKind, CaseState
from shared.contract.decisions import Decision, DecisionOutcome
from shared.contract.facts import Decided, PromptDone, Prompted
from tests.unit.review.desk import Somebody

WITH_CLIENT, WITH_PERSON, WITH_DEPARTMENT = (
    CaseState.WAITING_FOR_CLIENT,
    CaseState.WAITING_FOR_PERSON,
    CaseState.WAITING_FOR_DEPARTMENT,
)
OPEN = {WITH_CLIENT, WITH_PERSON, WITH_DEPARTMENT, CaseState.ESCALATED}
LEGAL = {
    WITH_CLIENT: {WITH_PERSON, WITH_DEPARTMENT, CaseState.ESCALATED, CaseState.CLOSED, *DECIDED},
    WITH_PERSON: {WITH_CLIENT, WITH_DEPARTMENT, CaseState.ESCALATED, CaseState.CLOSED, *DECIDED},
    WITH_DEPARTMENT: {WITH_CLIENT, WITH_PERSON, CaseState.ESCALATED, CaseState.CLOSED, *DECIDED},
    CaseState.ESCALATED: {WITH_PERSON, CaseState.CLOSED, *DECIDED},
    CaseState.APPROVED: {WITH_PERSON},
    CaseState.PARTLY_APPROVED: {WITH_PERSON},
    CaseState.DENIED: {WITH_PERSON},
    CaseState.CLOSED: {WITH_PERSON},
}
"""Where a case may go from where it is; staying is always legal."""

OUTCOME_OF = {
    CaseState.APPROVED: DecisionOutcome.APPROVE,
    CaseState.PARTLY_APPROVED: DecisionOutcome.APPROVE_IN_PART,
    CaseState.DENIED: DecisionOutcome.DENY,
}


def given_away(case: CaseFileUpdated) -> dict[str, Decimal]:
    """What the case's standing decision gives away per benefit."""
    if case.state not in DECIDED or case.claim is None:
        return {}
    benefit_of = {line.line_id: line.benefit for line in case.claim.lines}
    given: dict[str, Decimal] = {}
    for line in case.decisions[-1].lines:
        if line.approved:
            code = benefit_of[line.line_id] or ""
            given[code] = given.get(code, Decimal(0)) + line.approved
    return given


def check_change(
    before: CaseFileUpdated | None, after: CaseFileUpdated, person: Somebody | None
) -> None:
    decisions = before.decisions if before else ()
    assert after.decisions[: len(decisions)] == decisions
    new = after.decisions[len(decisions) :]
    assert len(new) <= 1
    if before is None:
        assert after.sequence == 1
    else:
        assert after.sequence == before.sequence + 1
        assert after.state is before.state or after.state in LEGAL[before.state]
        _check_checklist(before, after)
        _check_prompts(before, after)
    told = [fact for fact in after.facts if isinstance(fact, Decided)]
    decided = [each for each in new if each.outcome is not DecisionOutcome.ESCALATE]
    assert [fact.decision_id for fact in told] == [each.decision_id for each in decided]
    entered = after.state in DECIDED and (before is None or before.state not in DECIDED)
    assert entered == bool(decided)
    for decision in decided:
        _check_decision(before, after, decision, person)


def _check_decision(
    before: CaseFileUpdated | None,
    after: CaseFileUpdated,
    decision: Decision,
    person: Somebody | None,
) -> None:
    assert after.kind is CaseKind.CLAIM
    assert decision.approved == sum((line.approved for line in decision.lines), Decimal(0))
    if person is None:
        assert decision.by == "system"
        assert decision.outcome is DecisionOutcome.APPROVE
        assert after.assessment is not None
        assert after.assessment.straight_through
        assert before is None or not before.decisions
        return
    assert before is not None
    assert decision.by == person.subject
    assert "trainee" not in person.roles
    assert set(person.roles) & {"representative", "senior_representative", "supervisor"}
    assert person.subject not in before.keyed_by
    assert decision.proposed_by != person.subject
    assert before.state is not CaseState.ESCALATED or "supervisor" in person.roles
    if decision.outcome is not DecisionOutcome.DENY:
        assert decision.approved > 0
        limits = {"rita": Decimal(2500), "senta": Decimal(1000)}
        assert decision.approved <= limits.get(person.subject, decision.approved)
    if decision.outcome is not DecisionOutcome.APPROVE:
        assert decision.reasons
    if before.reopened and before.reopened.reason == "objection":
        deciders = {
            each.by for each in before.decisions if each.outcome is not DecisionOutcome.ESCALATE
        }
        assert person.subject not in deciders


def _check_checklist(before: CaseFileUpdated, after: CaseFileUpdated) -> None:
    """What was asked for stays on the list, and what is closed stays closed."""
    for old, new in zip(before.checklist, after.checklist[: len(before.checklist)], strict=True):
        assert (new.item, new.line_id) == (old.item, old.line_id)
        assert new == old or old.status == "open"


def _check_prompts(before: CaseFileUpdated, after: CaseFileUpdated) -> None:
    """Every prompt that comes or goes is told."""
    old = {prompt.code for prompt in before.prompts}
    new = {prompt.code for prompt in after.prompts}
    come = {fact.prompt for fact in after.facts if isinstance(fact, Prompted)}
    gone = {fact.prompt for fact in after.facts if isinstance(fact, PromptDone)}
    assert new - old <= come
    assert old - new <= gone
    assert (old | come) - gone <= new
