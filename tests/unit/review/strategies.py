"""Any claim on any programme: what Hypothesis draws for the properties of review."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from services.review.domain.subject import ClaimUnderReview, PastClaim
from shared.contract.contacts import Channel, ClaimDetails, ClaimLine
from shared.contract.reference import PolicyChanged, PolicyVersion
from shared.programmes import Benefit, ProgrammeVersion
from shared.programmes.terms import (
    ArithmeticStepName,
    CoPayment,
    Deductible,
    Underinsurance,
    Words,
)
from tests.unit.review.scenarios import HOLDER, LOSS, PROGRAMMES, REPORTED, documents

HOUSEHOLD = PROGRAMMES.by_code["household"].versions[-1]
BENEFITS = ["glass", "bicycle_theft", "theft", "fire", "water_damage"]
KINDS = ["invoice", "police_report", "photo"]

cents = st.decimals("0.01", "4000.00", places=2)
limits = st.none() | st.decimals("0.00", "3000.00", places=2)
shares = st.decimals("0.01", "1.00", places=2)
amounts = st.one_of(cents, st.just(Decimal("0.00")), st.decimals("-50", "0", places=2), st.none())
days = st.dates(date(2025, 1, 1), date(2026, 6, 12))


@st.composite
def _bounds(draw: st.DrawFn) -> dict[str, Decimal | None]:
    least, most = sorted([draw(st.decimals("0.00", "300.00", places=2)) for _ in range(2)])
    return {
        "at_least": draw(st.sampled_from([None, least])),
        "at_most": draw(st.sampled_from([None, most])),
    }


@st.composite
def co_payments(draw: st.DrawFn) -> CoPayment:
    """A share, a fixed amount, or both."""
    return CoPayment.model_validate({"share": draw(shares), **draw(_bounds())})


@st.composite
def deductibles(draw: st.DrawFn) -> Deductible:
    """Nothing, an amount or a share, per claim or per year."""
    per = {"per": draw(st.sampled_from(["claim", "year"]))}
    if draw(st.booleans()):
        return Deductible.model_validate(per | {"share": draw(shares), **draw(_bounds())})
    return Deductible.model_validate(per | {"amount": draw(st.decimals("0.00", "400", places=2))})


@st.composite
def benefits(draw: st.DrawFn) -> Benefit:
    """Any terms of a benefit that decide about an amount."""
    used = draw(st.booleans())
    aging = {
        "valuation": "current",
        "useful_life_years": draw(st.integers(1, 20)),
        "residual_share": draw(st.decimals("0.00", "1.00", places=2)),
    }
    return Benefit.model_validate(
        {
            "names": Words(de="Leistung", en="Benefit"),
            "limit_per_item": draw(limits),
            "limit_per_claim": draw(limits),
            "yearly_limit": draw(limits),
            "lifetime_limit": draw(limits),
            "co_payment": draw(st.none() | co_payments()),
            **(aging if used else {}),
        }
    )


@st.composite
def programmes(draw: st.DrawFn, *, any_order: bool = True) -> ProgrammeVersion:
    """The household programme with any terms, and with the steps in any order."""
    steps = list(ArithmeticStepName)
    changes = {
        "benefits": {code: draw(benefits()) for code in BENEFITS},
        "exclusions": {},
        "deductible": draw(deductibles()),
        "underinsurance": draw(
            st.none() | st.builds(Underinsurance, waived_up_to=st.none() | limits)
        ),
        "arithmetic": tuple(draw(st.permutations(steps)) if any_order else steps),
        "benefit_year": draw(st.sampled_from(["calendar", "insurance"])),
    }
    return HOUSEHOLD.model_copy(update=changes)


@st.composite
def past_claims(draw: st.DrawFn) -> PastClaim:
    """An earlier claim on the policy."""
    return PastClaim(
        case_id=draw(st.uuids()).hex,
        date_of_loss=draw(st.none() | days),
        benefits=draw(st.dictionaries(st.sampled_from(BENEFITS), cents, max_size=2)),
        deductible=draw(st.just(Decimal("0.00")) | st.decimals("0.00", "400.00", places=2)),
    )


@st.composite
def claim_lines(draw: st.DrawFn) -> tuple[ClaimLine, ...]:
    """Lines of which some are alike, and some say nothing of their benefit or amount."""
    return tuple(
        ClaimLine(
            line_id=number,
            description=draw(st.sampled_from(["one", "two"])),
            benefit=draw(st.sampled_from([*BENEFITS, "unknown", None])),
            amount=draw(amounts),
            bought_on=draw(st.none() | st.dates(LOSS - timedelta(days=9_000), REPORTED)),
        )
        for number in range(1, draw(st.integers(0, 6)) + 1)
    )


@st.composite
def subjects(draw: st.DrawFn, *, any_order: bool = True) -> ClaimUnderReview:
    """Any claim on any of these programmes."""
    worth = st.none() | st.decimals("0.00", "9000.00", places=2)
    version = PolicyVersion(
        valid_from=draw(st.dates(date(2024, 1, 1), LOSS)),
        sum_insured=draw(worth),
        insured_value=draw(worth),
        deductible=draw(st.none() | st.decimals("0.00", "400.00", places=2)),
    )
    return ClaimUnderReview(
        claim=ClaimDetails(
            policy_number="HH-2024-000001",
            date_of_loss=draw(st.none() | st.just(LOSS) | days),
            lines=draw(claim_lines()),
        ),
        policy=PolicyChanged(
            policy_number="HH-2024-000001",
            programme="household",
            holder_client_id=HOLDER,
            versions=(version,),
            first_premium_paid_on=date(2024, 1, 1),
            revision=1,
        ),
        programme=draw(programmes(any_order=any_order)),
        past_claims=draw(st.lists(past_claims(), max_size=5)),
        documents=tuple(documents(draw(st.lists(st.sampled_from(KINDS), unique=True)))),
        client_id=draw(st.sampled_from([HOLDER, "stranger", None])),
        channel=Channel.EMAIL,
        reported_on=REPORTED,
        today=REPORTED,
    )
