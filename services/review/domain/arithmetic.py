"""What is covered of each line, step by step and to the cent.

A programme says in which order limits, ceilings and the deductible come. What belongs to several
lines is allocated to them pro rata, cents by largest remainder; equal remainders are told apart by
the lines' content, so that the order of lines never changes a sum.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from services.review.domain.subject import (
    NOTHING,
    ClaimUnderReview,
    PastClaim,
    policy_start,
)
from shared.contract.assessment import ArithmeticStep, AssessedLine
from shared.contract.contacts import ClaimLine
from shared.contract.reference import PolicyChanged
from shared.programmes import ProgrammeVersion
from shared.programmes.terms import ArithmeticStepName

NOT_COVERED = "not_covered"
"""The step that takes away all of a line that a check rejected or that has no known benefit."""


@dataclass(slots=True, eq=False)
class PricedLine:
    """A line on its way through the arithmetic.

    Attributes:
        line_id: The claim line.
        benefit: Its benefit code, where known.
        claimed: What the client claims; zero while the amount is missing or impossible.
        covered: What is left of it so far.
        steps: Every step that took something away.
    """

    line_id: int
    benefit: str | None
    claimed: Decimal
    covered: Decimal
    steps: list[ArithmeticStep] = field(default_factory=list)

    def lower(self, step: str, after: Decimal) -> None:
        """Note a step that leaves less."""
        if after < self.covered:
            self.steps.append(ArithmeticStep(step=step, before=self.covered, after=after))
            self.covered = after

    def taken_by(self, step: str) -> Decimal:
        """What one kind of step took away."""
        if not self.steps:
            return NOTHING
        return sum((each.before - each.after for each in self.steps if each.step == step), NOTHING)

    def assessed(self) -> AssessedLine:
        """The line as it stands in an assessment."""
        return AssessedLine(
            line_id=self.line_id,
            benefit=self.benefit,
            claimed=self.claimed,
            covered=self.covered,
            steps=tuple(self.steps),
        )


def price(
    subject: ClaimUnderReview, *, rejected: frozenset[int], all_rejected: bool
) -> list[PricedLine]:
    """Work out what is covered of each line.

    Args:
        subject: The claim under review.
        rejected: Lines that a check rejected.
        all_rejected: A check rejected the whole claim.
    """
    lines = [_line(line) for line in subject.claim.lines]
    programme = subject.programme
    for line in lines:
        unknown = programme is None or line.benefit not in programme.benefits
        if all_rejected or unknown or line.line_id in rejected:
            line.lower(NOT_COVERED, NOTHING)
    if programme is not None:
        covered = [line for line in lines if line.covered]
        for step in programme.arithmetic:
            if step is ArithmeticStepName.DEDUCTIBLE:
                _cap(step, covered, _total(covered) - programme.deductible.amount)
            elif step in {ArithmeticStepName.LIMIT_PER_CLAIM, ArithmeticStepName.YEARLY_CEILING}:
                _cap_per_benefit(step, covered, subject, programme)
    return lines


def benefit_remainder(
    programme: ProgrammeVersion,
    policy: PolicyChanged,
    past_claims: Iterable[PastClaim],
    benefit: str,
    day: date | None,
) -> Decimal | None:
    """What is left of a benefit's yearly limit in the benefit year of a day; None without a limit.

    Only net approved amounts of the policy's other claims count. Without a day nothing is known
    to be used.
    """
    limit = programme.benefits[benefit].yearly_limit
    if limit is None or day is None:
        return limit
    first, next_first = benefit_year(programme, policy, day)
    used = sum(
        (
            past.benefits.get(benefit, NOTHING)
            for past in past_claims
            if past.date_of_loss is not None and first <= past.date_of_loss < next_first
        ),
        NOTHING,
    )
    return max(limit - used, NOTHING)


def benefit_year(
    programme: ProgrammeVersion, policy: PolicyChanged, day: date
) -> tuple[date, date]:
    """First day of the benefit year that a day lies in, and first day of the next.

    A calendar year, or a year from the policy's anniversary; a policy that began on 29 February
    has its anniversary on 1 March in common years.
    """
    if programme.benefit_year == "calendar":
        return date(day.year, 1, 1), date(day.year + 1, 1, 1)
    start = policy_start(policy)
    anniversary = _anniversary(start, day.year)
    if day < anniversary:
        return _anniversary(start, day.year - 1), anniversary
    return anniversary, _anniversary(start, day.year + 1)


def allocate(total: Decimal, lines: Sequence[PricedLine]) -> list[Decimal]:
    """Share out an amount over lines pro rata to what is left of them, exact to the cent.

    Cents that do not divide go to the largest remainders; equal ones are ordered by benefit and
    amount, never by position.
    """
    cents = int(total * 100)
    weights = [int(line.covered * 100) for line in lines]
    whole = sum(weights)
    if not whole:
        return [NOTHING] * len(lines)
    shares = [weight * cents // whole for weight in weights]
    left = cents - sum(shares)
    if left:
        by_remainder = sorted(
            range(len(lines)),
            key=lambda at: (
                -(weights[at] * cents % whole),
                lines[at].benefit or "",
                -weights[at],
            ),
        )
        for at in by_remainder[:left]:
            shares[at] += 1
    return [Decimal(share).scaleb(-2) for share in shares]


def _line(line: ClaimLine) -> PricedLine:
    # Adding zero cents gives every amount two places, so that all steps read alike.
    amount = max(line.amount or NOTHING, NOTHING) + NOTHING
    return PricedLine(line.line_id, line.benefit, amount, amount)


def _cap_per_benefit(
    step: ArithmeticStepName,
    lines: Sequence[PricedLine],
    subject: ClaimUnderReview,
    programme: ProgrammeVersion,
) -> None:
    for code in {line.benefit for line in lines}:
        assert code is not None
        ceiling = _ceiling(step, subject, code, programme)
        if ceiling is not None:
            _cap(step, [line for line in lines if line.benefit == code], ceiling)


def _ceiling(
    step: ArithmeticStepName, subject: ClaimUnderReview, code: str, programme: ProgrammeVersion
) -> Decimal | None:
    if step is ArithmeticStepName.LIMIT_PER_CLAIM:
        return programme.benefits[code].limit_per_claim
    assert subject.policy is not None
    day = subject.claim.date_of_loss
    return benefit_remainder(programme, subject.policy, subject.past_claims, code, day)


def _cap(step: str, lines: Sequence[PricedLine], ceiling: Decimal) -> None:
    """Bring the lines' sum down to a ceiling."""
    if _total(lines) <= ceiling:
        return
    for line, share in zip(lines, allocate(max(ceiling, NOTHING), lines), strict=True):
        line.lower(step, share)


def _total(lines: Iterable[PricedLine]) -> Decimal:
    return sum((line.covered for line in lines), NOTHING)


def _anniversary(start: date, year: int) -> date:
    try:
        return start.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
