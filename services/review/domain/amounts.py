"""The amounts of a person's decision: never more than claimed, than a limit, or than is left."""

from collections.abc import Collection
from decimal import Decimal

from services.review.domain.arithmetic import benefit_remainder
from services.review.domain.known import Known
from services.review.domain.subject import NOTHING
from shared.contract.assessment import AssessedLine
from shared.contract.case_file import CaseFileUpdated
from shared.contract.decisions import DecidedLine, DecisionOutcome
from shared.errors import RuleViolation
from shared.programmes import ProgrammeVersion
from shared.programmes.terms import ArithmeticStepName


def decided_lines(
    case: CaseFileUpdated, outcome: DecisionOutcome, lines: Collection[DecidedLine] | None
) -> tuple[DecidedLine, ...]:
    """An amount for every line of the claim, as the person named it or as it was assessed.

    Raises:
        RuleViolation: A line is unknown or named twice, or its amount is impossible.
    """
    assert case.assessment is not None
    assessed = {line.line_id: line for line in case.assessment.lines}
    if lines is None:
        denied = outcome is DecisionOutcome.DENY
        return tuple(
            DecidedLine(line_id=line.line_id, approved=NOTHING if denied else line.covered)
            for line in assessed.values()
        )
    named = {line.line_id: line.approved for line in lines}
    if len(named) < len(lines) or not named.keys() <= assessed.keys():
        raise RuleViolation("unknown_line", "name each line of the claim at most once")
    for line_id, amount in named.items():
        if amount < 0 or amount > assessed[line_id].claimed:
            message = f"line {line_id}: between 0 and the claimed {assessed[line_id].claimed}"
            raise RuleViolation("more_than_claimed", message)
    return tuple(
        DecidedLine(line_id=line_id, approved=named.get(line_id, NOTHING)) for line_id in assessed
    )


def is_full(case: CaseFileUpdated, lines: Collection[DecidedLine]) -> bool:
    """Is nothing taken away but the agreed deductible?"""
    assert case.assessment is not None
    approved = {line.line_id: line.approved for line in lines}
    return all(
        approved[line.line_id] >= line.claimed - _deductible(line) for line in case.assessment.lines
    )


def check_amounts(case: CaseFileUpdated, lines: Collection[DecidedLine], known: Known) -> None:
    """Hold a decision's amounts against the programme's limits and what is left of its ceilings.

    The assessment may be older than other claims' decisions, so this is decided now.

    Raises:
        RuleViolation: The policy is unknown, or an amount is more than there is.
    """
    assert case.claim is not None
    approved = sum((line.approved for line in lines), NOTHING)
    if not approved:
        return
    programme = known.programme_for(case.claim)
    if known.policy is None or programme is None:
        raise RuleViolation("policy_unknown", "nothing is paid before the policy is verified")
    if case.claim.currency != programme.currency:
        raise RuleViolation("foreign_currency", "the amounts are not in the policy's currency")
    benefit_of = {line.line_id: line.benefit for line in case.claim.lines}
    per_benefit: dict[str, Decimal] = {}
    for line in lines:
        if line.approved:
            code = benefit_of.get(line.line_id) or ""
            per_benefit[code] = per_benefit.get(code, NOTHING) + line.approved
    for code, amount in per_benefit.items():
        _check_benefit(code, amount, programme, case, known)


def _check_benefit(
    code: str, amount: Decimal, programme: ProgrammeVersion, case: CaseFileUpdated, known: Known
) -> None:
    benefit = programme.benefits.get(code)
    if benefit is None:
        message = f"benefit {code or 'unknown'!r} is none of the programme's"
        raise RuleViolation("unknown_benefit", message)
    if benefit.limit_per_claim is not None and amount > benefit.limit_per_claim:
        message = f"{code}: at most {benefit.limit_per_claim} per claim"
        raise RuleViolation("over_limit", message)
    assert known.policy is not None
    assert case.claim is not None
    remainder = benefit_remainder(
        programme, known.policy, known.past_claims, code, case.claim.date_of_loss
    )
    if remainder is not None and amount > remainder:
        message = f"{code}: {remainder} is left of the yearly limit"
        raise RuleViolation("over_ceiling", message)


def _deductible(line: AssessedLine) -> Decimal:
    return sum(
        (
            step.before - step.after
            for step in line.steps
            if step.step == ArithmeticStepName.DEDUCTIBLE
        ),
        NOTHING,
    )
