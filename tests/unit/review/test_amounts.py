"""What a person approves is held against every limit, from both sides of it."""

from decimal import Decimal
from typing import Any

import pytest

from services.review.domain.amounts import check_amounts, is_full
from services.review.domain.assessment import assess
from services.review.domain.known import Known
from shared.contract.decisions import DecidedLine
from shared.errors import RuleViolation
from shared.programmes import Programme, Programmes
from tests.unit.review.desk import NOW, opened
from tests.unit.review.scenarios import PROGRAMMES, subject

GLASS = [["glass", "400.00"]]
INSURED = {"versions": [{"valid_from": "2024-01-01", "sum_insured": "300.00"}]}
EARLIER = [{"loss": "2024-02-01", "benefits": {"glass": "4800.00"}}]


def _check(row: dict[str, Any], *approved: str) -> None:
    """Hold a person's amounts for a row's lines against what the row says."""
    claimed = subject(row)
    assert claimed.programme is not None
    versions = Programme(code="household", versions=(claimed.programme,))
    programmes = Programmes(PROGRAMMES.desk, {"household": versions})
    known = Known(programmes, NOW, policy=claimed.policy, past_claims=claimed.past_claims)
    case = opened([("glass", "1.00")]).model_copy(
        update={"claim": claimed.claim, "assessment": assess(claimed)}
    )
    check_amounts(case, _decided(*approved), known)


def _decided(*approved: str) -> tuple[DecidedLine, ...]:
    return tuple(
        DecidedLine(line_id=number, approved=Decimal(amount))
        for number, amount in enumerate(approved, 1)
    )


@pytest.mark.parametrize(
    ("row", "most", "over", "code"),
    [
        (
            {"terms": {"glass": {"limit_per_item": "300.00"}}, "lines": GLASS},
            ["300.00"],
            ["300.01"],
            "over_item_limit",
        ),
        (
            {"terms": {"glass": {"limit_per_item": "300.00"}}, "lines": GLASS + GLASS},
            ["300.00", "300.00"],
            ["0.00", "300.01"],
            "over_item_limit",
        ),
        (
            {"terms": {"glass": {"limit_per_claim": "500.00"}}, "lines": GLASS + GLASS},
            ["300.00", "200.00"],
            ["300.00", "200.01"],
            "over_limit",
        ),
        (
            {"past": [{"loss": "2026-02-01", "benefits": {"glass": "1800.00"}}], "lines": GLASS},
            ["200.00"],
            ["200.01"],
            "over_ceiling",
        ),
        (
            {
                "terms": {"glass": {"lifetime_limit": "5000.00"}},
                "past": EARLIER,
                "lines": GLASS,
            },
            ["200.00"],
            ["200.01"],
            "over_lifetime_limit",
        ),
        (
            {"policy": INSURED, "lines": [*GLASS, ["fire", "400.00"]]},
            ["100.00", "200.00"],
            ["100.01", "200.00"],
            "over_sum_insured",
        ),
    ],
)
def test_a_person_may_go_up_to_the_limit_and_no_cent_further(
    row: dict[str, Any], most: list[str], over: list[str], code: str
):
    _check(row, *most)
    with pytest.raises(RuleViolation) as refused:
        _check(row, *over)
    assert refused.value.code == code


def test_nothing_approved_is_held_against_nothing():
    _check({"policy": INSURED, "lines": [["unknown", "400.00"]]}, "0.00")


@pytest.mark.parametrize(
    ("terms", "approved", "full"),
    [
        ({"glass": {"co_payment": {"share": "0.10"}}}, "310.00", True),
        ({"glass": {"co_payment": {"share": "0.10"}}}, "309.99", False),
        ({}, "350.00", True),
        ({}, "349.99", False),
        ({"glass": {"limit_per_item": "300.00"}}, "250.00", False),
    ],
)
def test_full_is_what_was_claimed_less_what_the_client_agreed_to_bear(
    terms: dict[str, Any], approved: str, full: bool
):
    claimed = subject({"terms": terms, "lines": GLASS})
    case = opened([("glass", "1.00")]).model_copy(update={"assessment": assess(claimed)})
    assert is_full(case, _decided(approved)) is full
