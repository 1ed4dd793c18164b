"""What a decision form is filled in with: the assessment's outcome, and whether it may be so."""

from decimal import Decimal

from services.review.domain.acting import (
    SUPERVISOR,
    Person,
    is_active,
    is_open,
    limit_of,
    may_propose,
    programme_of,
    within_authority,
)
from services.review.domain.amounts import decided_lines
from services.review.domain.decisions import DecisionRequest, ruling
from services.review.domain.known import Known
from services.review.domain.subject import NOTHING
from shared.contract.assessment import Recommendation
from shared.contract.base import Body, ComputedAmount
from shared.contract.case_file import CaseFileUpdated
from shared.contract.decisions import DecidedLine, DecisionOutcome
from shared.errors import RuleViolation

_OUTCOMES = {
    Recommendation.APPROVE: DecisionOutcome.APPROVE,
    Recommendation.APPROVE_IN_PART: DecisionOutcome.APPROVE_IN_PART,
    Recommendation.DENY: DecisionOutcome.DENY,
}


class Refusal(Body):
    """Why a decision would be refused."""

    code: str
    message: str


class RecommendedDecision(Body):
    """What the assessment recommends, and what would come of it if this person decided so."""

    sequence: int
    outcome: DecisionOutcome | None
    """None: the client is to be asked, or a person has to find out first."""
    lines: tuple[DecidedLine, ...]
    approved: ComputedAmount
    currency: str
    reasons: tuple[str, ...]
    refusal: Refusal | None
    within_authority: bool
    """False: it would go to a supervisor."""
    limit: ComputedAmount | None
    """Up to where the person decides alone; null is unlimited."""


def recommended(case: CaseFileUpdated, person: Person, known: Known) -> RecommendedDecision:
    """The decision that the assessment recommends, as this person would make it.

    Args:
        case: The case as it is.
        person: Who looks; only from their token.
        known: The policy, its other claims, and the person's own limits.

    Raises:
        RuleViolation: The case is no claim, so there is nothing to decide.
    """
    if case.assessment is None:
        raise RuleViolation("no_claim", "a service request is settled, not decided")
    outcome = _OUTCOMES.get(case.assessment.recommendation)
    lines = decided_lines(case, outcome or DecisionOutcome.APPROVE, None)
    approved = sum((line.approved for line in lines), NOTHING)
    return RecommendedDecision(
        sequence=case.sequence,
        outcome=outcome,
        lines=lines,
        approved=approved,
        currency=case.assessment.currency,
        reasons=case.assessment.reasons,
        refusal=_refusal(case, outcome, person, known) if outcome else None,
        within_authority=within_authority(
            case, outcome or DecisionOutcome.APPROVE, approved, person, known
        ),
        limit=_limit(case, person, known),
    )


def _refusal(
    case: CaseFileUpdated, outcome: DecisionOutcome, person: Person, known: Known
) -> Refusal | None:
    assert case.assessment is not None
    wish = DecisionRequest(
        sequence=case.sequence, outcome=outcome, reasons=case.assessment.reasons[:10]
    )
    try:
        is_active(known.colleague)
        may_propose(person)
        is_open(case)
        ruling(case, wish, person, known)
    except RuleViolation as refused:
        return Refusal(code=refused.code, message=str(refused))
    return None


def _limit(case: CaseFileUpdated, person: Person, known: Known) -> Decimal | None:
    programme = programme_of(case, known)
    if programme is None:
        return None if SUPERVISOR in person.roles else NOTHING
    limit = limit_of(programme, person, known.colleague)
    return limit if limit is None else max(limit, NOTHING)
