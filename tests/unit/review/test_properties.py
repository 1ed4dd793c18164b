"""What holds for every claim, whatever its lines, documents, programme and history."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from services.review.domain.assessment import assess
from services.review.domain.ceilings import benefit_year
from services.review.domain.priced import PricedLine, allocate
from services.review.domain.subject import NOTHING, ClaimUnderReview, PastClaim
from shared.contract.assessment import Assessment, Recommendation
from shared.contract.contacts import Channel, ClaimDetails, ClaimLine, Document
from shared.contract.reference import PolicyChanged, PolicyVersion
from shared.programmes import ProgrammeVersion
from shared.programmes.terms import ArithmeticStepName, Deductible
from tests.unit.review.scenarios import HOLDER, LOSS, PROGRAMMES, REPORTED, documents

HOUSEHOLD = PROGRAMMES.by_code["household"].versions[-1]
BENEFITS = ["glass", "bicycle_theft", "theft", "fire", "water_damage"]
KINDS = ["invoice", "police_report", "photo"]

cents = st.decimals("0.01", "4000.00", places=2)
amounts = st.one_of(cents, st.just(Decimal("0.00")), st.decimals("-50", "0", places=2), st.none())
claim_lines = st.lists(
    st.tuples(st.sampled_from([*BENEFITS, "unknown", None]), amounts), max_size=6
)
days = st.dates(date(2025, 1, 1), date(2026, 6, 12))


@st.composite
def programmes(draw: st.DrawFn) -> ProgrammeVersion:
    """The household programme with other limits, deductibles and orders of steps."""
    limits = st.none() | st.decimals("0.00", "3000.00", places=2)
    return HOUSEHOLD.model_copy(
        update={
            "benefits": {
                code: benefit.model_copy(
                    update={"limit_per_claim": draw(limits), "yearly_limit": draw(limits)}
                )
                for code, benefit in HOUSEHOLD.benefits.items()
            },
            "deductible": Deductible(amount=draw(st.decimals("0.00", "400.00", places=2))),
            "arithmetic": tuple(draw(st.permutations(list(ArithmeticStepName)))),
            "benefit_year": draw(st.sampled_from(["calendar", "insurance"])),
        }
    )


@st.composite
def past_claims(draw: st.DrawFn) -> PastClaim:
    """An earlier claim on the policy."""
    return PastClaim(
        case_id=draw(st.uuids()).hex,
        policy_number="HH-2024-000001",
        date_of_loss=draw(st.none() | days),
        benefits=draw(st.dictionaries(st.sampled_from(BENEFITS), cents, max_size=2)),
    )


@st.composite
def subjects(draw: st.DrawFn) -> ClaimUnderReview:
    """Any claim on the household programme's variations."""
    lines = tuple(
        ClaimLine(line_id=number, description=f"item {number}", benefit=benefit, amount=amount)
        for number, (benefit, amount) in enumerate(draw(claim_lines), 1)
    )
    return ClaimUnderReview(
        claim=ClaimDetails(
            policy_number="HH-2024-000001",
            date_of_loss=draw(st.none() | st.just(LOSS) | days),
            lines=lines,
        ),
        policy=PolicyChanged(
            policy_number="HH-2024-000001",
            programme="household",
            holder_client_id=HOLDER,
            versions=(PolicyVersion(valid_from=draw(st.dates(date(2024, 1, 1), LOSS))),),
            first_premium_paid_on=date(2024, 1, 1),
            revision=1,
        ),
        programme=draw(programmes()),
        past_claims=draw(st.lists(past_claims(), max_size=5)),
        documents=tuple(documents(draw(st.lists(st.sampled_from(KINDS), unique=True)))),
        client_id=draw(st.sampled_from([HOLDER, "stranger", None])),
        channel=Channel.EMAIL,
        reported_on=REPORTED,
        today=REPORTED,
    )


@given(subjects())
@settings(max_examples=150)
def test_never_covers_more_than_claimed_than_the_limit_or_than_the_remainder(
    subject: ClaimUnderReview,
):
    assessment = assess(subject)
    assert all(NOTHING <= line.covered <= line.claimed for line in assessment.lines)
    assert assessment.covered == sum((line.covered for line in assessment.lines), NOTHING)
    for code, covered in _per_benefit(assessment).items():
        assert subject.programme is not None
        benefit = subject.programme.benefits[code]
        assert benefit.limit_per_claim is None or covered <= benefit.limit_per_claim
        if benefit.yearly_limit is not None and subject.claim.date_of_loss is not None:
            assert covered <= max(benefit.yearly_limit - _used(subject, code), NOTHING)


@given(subjects())
@settings(max_examples=100)
def test_money_is_exact_to_the_cent(subject: ClaimUnderReview):
    for line in assess(subject).lines:
        for amount in (line.claimed, line.covered, *(step.after for step in line.steps)):
            assert amount.as_tuple().exponent == -2


@given(subjects(), st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_the_order_of_lines_changes_no_sum(subject: ClaimUnderReview, random: object):
    shuffled = list(subject.claim.lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    renumbered = tuple(
        line.model_copy(update={"line_id": number}) for number, line in enumerate(shuffled, 1)
    )
    other = replace(subject, claim=subject.claim.model_copy(update={"lines": renumbered}))
    one, two = assess(subject), assess(other)
    assert (one.covered, one.recommendation) == (two.covered, two.recommendation)
    assert _per_benefit(one) == _per_benefit(two)


@given(subjects(), st.integers(0, 2))
@settings(max_examples=150)
def test_fewer_documents_never_lead_to_approval(subject: ClaimUnderReview, kept: int):
    fewer: Sequence[Document] = subject.documents[:kept]
    before, after = assess(subject), assess(replace(subject, documents=fewer))
    assert not (after.straight_through and not before.straight_through)
    approved = {Recommendation.APPROVE, Recommendation.APPROVE_IN_PART}
    assert not (after.recommendation in approved and before.recommendation not in approved)
    assert after.covered == before.covered


@given(subjects())
@settings(max_examples=150)
def test_straight_through_only_without_any_finding_and_within_the_limit(
    subject: ClaimUnderReview,
):
    assessment = assess(subject)
    if assessment.straight_through:
        assert assessment.recommendation is Recommendation.APPROVE
        assert not assessment.findings
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
        PricedLine.of(
            ClaimLine(line_id=number, description="", benefit="glass", amount=share), None
        )
        for number, share in enumerate(shares, 1)
    ]
    total = (sum(shares, NOTHING) * percent / 100).quantize(Decimal("0.01"))
    parts = allocate(total, lines)
    assert sum(parts, NOTHING) == total
    assert all(NOTHING <= part <= line.covered for part, line in zip(parts, lines, strict=True))
    exact = [line.covered * total / sum(shares, NOTHING) for line in lines]
    assert all(abs(part - wish) < Decimal("0.01") for part, wish in zip(parts, exact, strict=True))


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
