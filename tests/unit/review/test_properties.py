"""What holds for every claim, whatever its lines, documents, programme and history."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from services.review.domain.amounts import check_amounts, decided_lines
from services.review.domain.arithmetic import deductible_of
from services.review.domain.assessment import assess
from services.review.domain.ceilings import benefit_year, borne_in_year
from services.review.domain.known import Known
from services.review.domain.priced import PricedLine, allocate
from services.review.domain.subject import NOTHING, ClaimUnderReview
from shared.contract.assessment import AssessedLine, Assessment, Recommendation
from shared.contract.contacts import ClaimLine, Document
from shared.contract.decisions import DecisionOutcome
from shared.contract.reference import PolicyChanged, PolicyVersion
from shared.programmes import Programme, Programmes
from tests.unit.review.desk import NOW, opened
from tests.unit.review.scenarios import HOLDER, PROGRAMMES
from tests.unit.review.strategies import HOUSEHOLD, cents, subjects

CENT = Decimal("0.01")


@given(subjects())
@settings(max_examples=150)
def test_never_covers_more_than_claimed_than_a_limit_or_than_the_remainder(
    subject: ClaimUnderReview,
):
    assessment = assess(subject)
    assert subject.programme is not None
    assert all(NOTHING <= line.covered <= line.claimed for line in assessment.lines)
    assert assessment.covered == sum((line.covered for line in assessment.lines), NOTHING)
    for line in assessment.lines:
        terms = subject.benefit(line.benefit)
        if terms is not None and terms.limit_per_item is not None:
            assert line.covered <= terms.limit_per_item
    for code, covered in _per_benefit(assessment).items():
        terms = subject.programme.benefits[code]
        assert terms.limit_per_claim is None or covered <= terms.limit_per_claim
        if terms.yearly_limit is not None and subject.claim.date_of_loss is not None:
            assert covered <= max(terms.yearly_limit - _used(subject, code), NOTHING)
        if terms.lifetime_limit is not None:
            ever = sum((past.benefits.get(code, NOTHING) for past in subject.past_claims), NOTHING)
            assert covered <= max(terms.lifetime_limit - ever, NOTHING)
    version = subject.pricing_version()
    if version is not None and version.sum_insured is not None:
        assert assessment.covered <= version.sum_insured


@given(subjects())
@settings(max_examples=100)
def test_who_is_underinsured_is_paid_in_proportion(subject: ClaimUnderReview):
    assert subject.programme is not None
    terms, version = subject.programme.underinsurance, subject.pricing_version()
    for line in assess(subject).lines:
        taken = [step for step in line.steps if step.step == "underinsurance"]
        if terms is None or version is None:
            assert not taken
        for step in taken:
            assert version is not None
            assert version.sum_insured is not None
            assert version.insured_value is not None
            exact = step.before * version.sum_insured / version.insured_value
            assert abs(step.after - exact) < 2 * CENT


@given(subjects())
@settings(max_examples=100)
def test_nobody_bears_more_of_a_deductible_than_was_agreed(subject: ClaimUnderReview):
    assert subject.programme is not None
    assert subject.policy is not None
    terms = deductible_of(subject, subject.programme)
    taken = sum((_taken_by("deductible", line) for line in assess(subject).lines), NOTHING)
    borne, day = NOTHING, subject.claim.date_of_loss
    if terms.per == "year":
        borne = borne_in_year(subject.programme, subject.policy, subject.past_claims, day)
    if terms.share:
        assert terms.at_most is None or taken <= max(terms.at_most - borne, NOTHING)
    else:
        assert taken <= max(terms.amount - borne, NOTHING)


@given(subjects())
@settings(max_examples=100)
def test_money_is_exact_to_the_cent(subject: ClaimUnderReview):
    for line in assess(subject).lines:
        for amount in (line.claimed, line.covered, *(step.after for step in line.steps)):
            assert amount.as_tuple().exponent == -2
        steps = sum((step.before - step.after for step in line.steps), NOTHING)
        assert steps == line.claimed - line.covered


@given(subjects(), st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_the_order_of_lines_changes_neither_a_sum_nor_what_a_line_gets(
    subject: ClaimUnderReview, random: Random
):
    shuffled = list(subject.claim.lines)
    random.shuffle(shuffled)
    renumbered = tuple(
        line.model_copy(update={"line_id": number}) for number, line in enumerate(shuffled, 1)
    )
    other = replace(subject, claim=subject.claim.model_copy(update={"lines": renumbered}))
    one, two = assess(subject), assess(other)
    assert (one.covered, one.recommendation) == (two.covered, two.recommendation)
    assert _by_content(subject, one) == _by_content(other, two)


@given(subjects(any_order=False), st.data())
@settings(max_examples=100)
def test_the_more_other_claims_used_the_less_is_covered(
    subject: ClaimUnderReview, data: st.DataObject
):
    more = [
        changed(
            past, benefits={code: used + data.draw(cents) for code, used in past.benefits.items()}
        )
        for past in subject.past_claims
    ]
    assert assess(replace(subject, past_claims=more)).covered <= assess(subject).covered


@given(subjects())
@settings(max_examples=100)
def test_what_the_arithmetic_covers_a_person_may_approve(subject: ClaimUnderReview):
    assessment = assess(subject)
    case = opened([("glass", "200.00")]).model_copy(
        update={"claim": subject.claim, "assessment": assessment}
    )
    assert subject.programme is not None
    programmes = Programmes(
        PROGRAMMES.desk,
        {"household": Programme(code="household", versions=(subject.programme,))},
    )
    known = Known(programmes, NOW, policy=subject.policy, past_claims=subject.past_claims)
    check_amounts(case, decided_lines(case, DecisionOutcome.APPROVE, None), known)


@given(subjects(), st.integers(0, 2))
@settings(max_examples=75)
def test_fewer_documents_never_lead_to_approval(subject: ClaimUnderReview, kept: int):
    fewer: Sequence[Document] = subject.documents[:kept]
    before, after = assess(subject), assess(replace(subject, documents=fewer))
    assert not (after.straight_through and not before.straight_through)
    approved = {Recommendation.APPROVE, Recommendation.APPROVE_IN_PART}
    assert not (after.recommendation in approved and before.recommendation not in approved)
    assert after.covered == before.covered


@given(subjects())
@settings(max_examples=75)
def test_straight_through_only_if_nothing_speaks_against_it_and_within_the_limit(
    subject: ClaimUnderReview,
):
    assessment = assess(subject)
    if assessment.straight_through:
        assert assessment.recommendation is Recommendation.APPROVE
        assert all(finding.severity.value == "note" for finding in assessment.findings)
        assert NOTHING < assessment.covered <= HOUSEHOLD.automatic_limit


@given(subjects())
@settings(max_examples=50)
def test_the_same_claim_is_assessed_the_same(subject: ClaimUnderReview):
    assert assess(subject) == assess(subject)


@given(st.lists(cents, min_size=1, max_size=8), st.integers(0, 100))
def test_allocation_is_exact_and_never_gives_a_line_more_than_it_has(
    shares: list[Decimal], percent: int
):
    lines = [
        PricedLine.of(ClaimLine(line_id=at, description="", benefit="glass", amount=share), None)
        for at, share in enumerate(shares, 1)
    ]
    total = (sum(shares, NOTHING) * percent / 100).quantize(CENT)
    parts = allocate(total, lines)
    assert sum(parts, NOTHING) == total
    assert all(NOTHING <= part <= line.covered for part, line in zip(parts, lines, strict=True))
    exact = [line.covered * total / sum(shares, NOTHING) for line in lines]
    assert all(abs(part - wish) < CENT for part, wish in zip(parts, exact, strict=True))


@given(st.dates(date(2020, 1, 1), date(2024, 12, 31)), st.integers(0, 2_000))
def test_a_benefit_year_holds_its_day_and_is_a_year_long(start: date, later: int):
    policy = PolicyChanged(
        policy_number="P",
        programme="household",
        holder_client_id=HOLDER,
        versions=(PolicyVersion(valid_from=start),),
        revision=1,
    )
    day = start + timedelta(days=later)
    first, next_first = benefit_year(HOUSEHOLD, policy, day)
    assert first <= day < next_first
    assert (next_first - first).days in {365, 366}


def _per_benefit(assessment: Assessment) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for line in assessment.lines:
        if line.covered:
            assert line.benefit is not None
            sums[line.benefit] = sums.get(line.benefit, NOTHING) + line.covered
    return sums


def _by_content(subject: ClaimUnderReview, assessment: Assessment) -> Counter[tuple[object, ...]]:
    """What each line gets, and by which steps, whatever its place in the claim."""
    return Counter(
        (stated.model_copy(update={"line_id": 1}), line.covered, line.steps)
        for stated, line in zip(subject.claim.lines, assessment.lines, strict=True)
    )


def _taken_by(name: str, line: AssessedLine) -> Decimal:
    taken = (step.before - step.after for step in line.steps if step.step == name)
    return sum(taken, NOTHING)


def _used(subject: ClaimUnderReview, code: str) -> Decimal:
    assert subject.policy is not None
    assert subject.programme is not None
    assert subject.claim.date_of_loss is not None
    first, after = benefit_year(subject.programme, subject.policy, subject.claim.date_of_loss)
    return sum(
        (
            past.benefits.get(code, NOTHING)
            for past in subject.past_claims
            if past.date_of_loss and first <= past.date_of_loss < after
        ),
        NOTHING,
    )
