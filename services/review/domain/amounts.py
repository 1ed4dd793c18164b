"""The amounts of a person's decision: never more than claimed, than a limit, or than is left."""

from collections.abc import Collection
from decimal import Decimal

from services.review.domain.arithmetic import AGREED
from services.review.domain.ceilings import lifetime_remainder, yearly_remainder
from services.review.domain.known import Known
from services.review.domain.subject import NOTHING
from shared.contract.assessment import AssessedLine
from shared.contract.case_file import CaseFileUpdated
from shared.contract.decisions import DecidedLine, DecisionOutcome
from shared.errors import RuleViolation
from shared.programmes import ProgrammeVersion


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
    """Is nothing taken away but what the client agreed to bear?"""
    assert case.assessment is not None
    approved = {line.line_id: line.approved for line in lines}
    return all(
        approved[line.line_id] >= line.claimed - _agreed(line) for line in case.assessment.lines
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
    _check_sum_insured(approved, case, known)
    benefit_of = {line.line_id: line.benefit or "" for line in case.claim.lines}
    per_benefit: dict[str, list[DecidedLine]] = {}
    for line in lines:
        if line.approved:
            per_benefit.setdefault(benefit_of.get(line.line_id, ""), []).append(line)
    for code, of_benefit in per_benefit.items():
        _check_benefit(code, of_benefit, programme, case, known)


def _check_sum_insured(approved: Decimal, case: CaseFileUpdated, known: Known) -> None:
    assert known.policy is not None
    assert case.claim is not None
    version = known.policy.version_on(case.claim.date_of_loss or known.today)
    insured = version.sum_insured if version else None
    if insured is not None and approved > insured:
        raise RuleViolation("over_sum_insured", f"the sum insured is {insured}")


def _check_benefit(
    code: str,
    lines: Collection[DecidedLine],
    programme: ProgrammeVersion,
    case: CaseFileUpdated,
    known: Known,
) -> None:
    benefit = programme.benefits.get(code)
    if benefit is None:
        message = f"benefit {code or 'unknown'!r} is none of the programme's"
        raise RuleViolation("unknown_benefit", message)
    for line in lines:
        if benefit.limit_per_item is not None and line.approved > benefit.limit_per_item:
            message = f"line {line.line_id}: {code}: at most {benefit.limit_per_item} per item"
            raise RuleViolation("over_item_limit", message)
    amount = sum((line.approved for line in lines), NOTHING)
    if benefit.limit_per_claim is not None and amount > benefit.limit_per_claim:
        message = f"{code}: at most {benefit.limit_per_claim} per claim"
        raise RuleViolation("over_limit", message)
    assert known.policy is not None
    assert case.claim is not None
    day = case.claim.date_of_loss
    yearly = yearly_remainder(programme, known.policy, known.past_claims, code, day)
    if yearly is not None and amount > yearly.left:
        message = f"{code}: {yearly.left} is left of the yearly limit"
        raise RuleViolation("over_ceiling", message)
    lifetime = lifetime_remainder(programme, known.past_claims, code)
    if lifetime is not None and amount > lifetime.left:
        message = f"{code}: {lifetime.left} is left of the limit for the policy's whole life"
        raise RuleViolation("over_lifetime_limit", message)


def _agreed(line: AssessedLine) -> Decimal:
    return sum((step.before - step.after for step in line.steps if step.step in AGREED), NOTHING)
