"""What is covered of each line, step by step and to the cent.

A programme says in which order values, limits, shares, ceilings and the deductible come. What
belongs to several lines is allocated to them pro rata, cents by largest remainder; equal remainders
are told apart by the lines' content, so that the order of lines never changes what a line gets.

Every step shows what it rests on (`basis`), so that a person can follow it in whatever language: a
limit, the limit less what is used of it, the sum insured by the insured value, the months of age by
those of a life, a share and its bounds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.review.domain.ceilings import (
    Remainder,
    approved_ever,
    borne_in_year,
    lifetime_remainder,
    yearly_remainder,
)
from services.review.domain.priced import PricedLine, cap, total
from services.review.domain.subject import NOTHING, ClaimUnderReview
from services.review.domain.valuation import current_value, to_cents
from shared.programmes import ProgrammeVersion
from shared.programmes.prepared import prepared
from shared.programmes.terms import ArithmeticStepName, Bounds, Deductible

NOT_COVERED = "not_covered"
"""The step that takes away all of a line that a check rejected or that has no known benefit."""

AGREED = frozenset({ArithmeticStepName.CO_PAYMENT.value, ArithmeticStepName.DEDUCTIBLE.value})
"""What the client agreed to bear of every claim: a full approval takes it away, too."""


@dataclass(slots=True)
class _Claim:
    """A claim on its way through the steps: the lines of which something is left so far."""

    subject: ClaimUnderReview
    programme: ProgrammeVersion
    lines: list[PricedLine]
    by_benefit: dict[str, list[PricedLine]]


_Step = Callable[[_Claim], None]


def price(
    subject: ClaimUnderReview, *, rejected: frozenset[int], all_rejected: bool
) -> list[PricedLine]:
    """Work out what is covered of each line.

    Args:
        subject: The claim under review.
        rejected: Lines that a check rejected.
        all_rejected: A check rejected the whole claim.
    """
    programme = subject.programme
    benefits = programme.benefits if programme else {}
    lines = [PricedLine.of(line, benefits.get(line.benefit or "")) for line in subject.claim.lines]
    covered: list[PricedLine] = []
    by_benefit: dict[str, list[PricedLine]] = {}
    for line in lines:
        if all_rejected or line.terms is None or line.line_id in rejected:
            line.lower(NOT_COVERED, NOTHING)
        elif line.covered:
            covered.append(line)
            by_benefit.setdefault(line.benefit or "", []).append(line)
    if programme is not None and covered:
        claim = _Claim(subject, programme, covered, by_benefit)
        for step in _steps_of(programme):
            step(claim)
    return lines


def deductible_of(subject: ClaimUnderReview, programme: ProgrammeVersion) -> Deductible:
    """The deductible that holds for a claim; a contract's own amount replaces the programme's."""
    version = subject.pricing_version()
    own = version.deductible if version else None
    if own is None:
        return programme.deductible
    return Deductible(amount=max(own, NOTHING), per=programme.deductible.per)


def _current_value(claim: _Claim) -> None:
    lost_on = claim.subject.claim.date_of_loss
    for line in claim.lines:
        if line.terms is not None and line.terms.valuation == "current":
            value, basis = current_value(line.covered, line.terms, line.stated.bought_on, lost_on)
            line.lower(ArithmeticStepName.CURRENT_VALUE, value, basis)


def _limit_per_item(claim: _Claim) -> None:
    for line in claim.lines:
        limit = line.terms.limit_per_item if line.terms else None
        if limit is not None and limit < line.covered:
            line.lower(ArithmeticStepName.LIMIT_PER_ITEM, limit, str(limit))


def _underinsurance(claim: _Claim) -> None:
    """VVG §75: in proportion of the sum insured to the insured value, if it is less."""
    terms, version = claim.programme.underinsurance, claim.subject.pricing_version()
    if terms is None or version is None:
        return
    insured, value = version.sum_insured, version.insured_value
    if insured is None or value is None or not NOTHING <= insured < value:
        return
    before = total(claim.lines)
    if terms.waived_up_to is None or before > terms.waived_up_to:
        step = ArithmeticStepName.UNDERINSURANCE
        cap(step, claim.lines, to_cents(before * insured / value), f"{insured}/{value}")


def _limit_per_claim(claim: _Claim) -> None:
    for code, lines in claim.by_benefit.items():
        limit = claim.programme.benefits[code].limit_per_claim
        if limit is not None:
            cap(ArithmeticStepName.LIMIT_PER_CLAIM, lines, limit, str(limit))


def _co_payment(claim: _Claim) -> None:
    for line in claim.lines:
        terms = line.terms.co_payment if line.terms else None
        if terms is not None:
            own = terms.bound(to_cents(line.covered * terms.share))
            step, after = ArithmeticStepName.CO_PAYMENT, max(line.covered - own, NOTHING)
            line.lower(step, after, _shown(terms.share, terms))


def _yearly_ceiling(claim: _Claim) -> None:
    subject = claim.subject
    assert subject.policy is not None
    past, day = subject.past_claims, subject.claim.date_of_loss
    for code, lines in claim.by_benefit.items():
        limit = claim.programme.benefits[code].yearly_limit
        # Mostly the limit would do for all claims of all years: then no year is worked out.
        if limit is not None and total(lines) + approved_ever(past, code) > limit:
            remainder = yearly_remainder(claim.programme, subject.policy, past, code, day)
            _cap_to(remainder, ArithmeticStepName.YEARLY_CEILING, lines)


def _lifetime_limit(claim: _Claim) -> None:
    for code, lines in claim.by_benefit.items():
        remainder = lifetime_remainder(claim.programme, claim.subject.past_claims, code)
        _cap_to(remainder, ArithmeticStepName.LIFETIME_LIMIT, lines)


def _sum_insured(claim: _Claim) -> None:
    version = claim.subject.pricing_version()
    insured = version.sum_insured if version else None
    if insured is not None:
        cap(ArithmeticStepName.SUM_INSURED, claim.lines, insured, str(insured))


def _deductible(claim: _Claim) -> None:
    subject, programme = claim.subject, claim.programme
    terms = deductible_of(subject, programme)
    if not terms:
        return
    before, borne = total(claim.lines), NOTHING
    used = ""
    if terms.per == "year":
        assert subject.policy is not None
        day = subject.claim.date_of_loss
        borne = borne_in_year(programme, subject.policy, subject.past_claims, day)
        used = f" - {borne}"
    basis = _shown(terms.share, terms, used) if terms.share else f"{terms.amount}{used}"
    own = max(_own_part(terms, before, borne), NOTHING)
    cap(ArithmeticStepName.DEDUCTIBLE, claim.lines, before - own, basis)


def _own_part(terms: Deductible, covered: Decimal, borne: Decimal) -> Decimal:
    """What the client bears of what is covered, having borne something of this year already."""
    if not terms.share:
        return terms.amount - borne
    own = to_cents(covered * terms.share)
    if terms.at_least is not None:
        own = max(own, terms.at_least - borne)
    if terms.at_most is not None:
        own = min(own, terms.at_most - borne)
    return own


def _shown(share: Decimal, bounds: Bounds, used: str = "") -> str:
    """A share with its bounds, and what is used of these."""
    parts = [str(share)] if share else []
    if bounds.at_least is not None:
        parts.append(f"≥ {bounds.at_least}{used}")
    if bounds.at_most is not None:
        parts.append(f"≤ {bounds.at_most}{used}")
    return ", ".join(parts)


def _cap_to(remainder: Remainder | None, step: str, lines: Sequence[PricedLine]) -> None:
    if remainder is not None:
        cap(step, lines, remainder.left, str(remainder))


_STEPS: dict[ArithmeticStepName, _Step] = {
    ArithmeticStepName.CURRENT_VALUE: _current_value,
    ArithmeticStepName.LIMIT_PER_ITEM: _limit_per_item,
    ArithmeticStepName.UNDERINSURANCE: _underinsurance,
    ArithmeticStepName.LIMIT_PER_CLAIM: _limit_per_claim,
    ArithmeticStepName.CO_PAYMENT: _co_payment,
    ArithmeticStepName.YEARLY_CEILING: _yearly_ceiling,
    ArithmeticStepName.LIFETIME_LIMIT: _lifetime_limit,
    ArithmeticStepName.SUM_INSURED: _sum_insured,
    ArithmeticStepName.DEDUCTIBLE: _deductible,
}


@prepared
def _steps_of(programme: ProgrammeVersion) -> tuple[_Step, ...]:
    """The steps that the programme's terms need: a term that is not set costs nothing."""
    return tuple(_STEPS[name] for name in programme.steps())
