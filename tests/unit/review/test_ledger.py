"""A policy's ledger keeps what the limits of its later claims are decided on."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.review.domain.assessment import assess
from services.review.domain.ledger import Ledger
from services.review.domain.subject import PastClaim
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.decisions import Advance, DecidedLine, Decision, DecisionOutcome
from tests.unit.review.desk import NOW, opened
from tests.unit.review.scenarios import subject

NUMBER = "HH-2024-000001"
CLAIM = PastClaim(
    "C-1",
    date(2026, 6, 1),
    {"glass": Decimal("150.00")},
    frozenset({"R-1"}),
    "DE89370400440532013000",
    is_open=False,
    deductible=Decimal("50.00"),
)


def test_what_is_stored_is_read_again():
    text = Ledger.of(NUMBER, [CLAIM]).to_json()
    assert Ledger.from_json(NUMBER, text).others("") == [CLAIM]


def test_a_row_of_before_deductibles_were_kept_has_borne_nothing():
    text = '[["C-1","2026-06-01",{"glass":"150.00"},["R-1"],null,false]]'
    (claim,) = Ledger.from_json(NUMBER, text).others("")
    assert (claim.benefits, claim.deductible) == ({"glass": Decimal("150.00")}, Decimal("0.00"))


def _borne(
    state: CaseState,
    approved: tuple[str, ...],
    reasons: tuple[str, ...] = (),
    **row: Any,
) -> str:
    """What the ledger says was borne of a claim that was decided like this."""
    claimed = subject(row)
    decision = Decision(
        decision_id="D-1",
        outcome=DecisionOutcome.APPROVE,
        by="rita",
        at=NOW,
        reasons=reasons,
        lines=tuple(
            DecidedLine(line_id=number, approved=Decimal(amount))
            for number, amount in enumerate(approved, 1)
        ),
        approved=Decimal(0),
        case_sequence=1,
    )
    case: CaseFileUpdated = opened([("glass", "1.00")]).model_copy(
        update={
            "claim": claimed.claim,
            "assessment": assess(claimed),
            "state": state,
            "decisions": (decision,),
        }
    )
    (entry,) = Ledger(NUMBER).with_case(case).others("")
    return str(entry.deductible)


TWO = [["glass", "300.00"], ["fire", "100.00"]]


@pytest.mark.parametrize(
    ("state", "approved", "borne"),
    [
        (CaseState.APPROVED, ("262.50", "87.50"), "50.00"),
        (CaseState.PARTLY_APPROVED, ("100.00", "87.50"), "50.00"),
        # A person denied one line though it is covered: nothing of it was borne.
        (CaseState.PARTLY_APPROVED, ("262.50", "0.00"), "37.50"),
        # A person let the client off a part of the deductible.
        (CaseState.APPROVED, ("300.00", "90.00"), "10.00"),
        (CaseState.DENIED, ("0.00", "0.00"), "0.00"),
        (CaseState.WAITING_FOR_PERSON, ("262.50", "87.50"), "0.00"),
    ],
)
def test_the_deductible_counts_as_far_as_it_was_borne(
    state: CaseState, approved: tuple[str, ...], borne: str
):
    assert _borne(state, approved, lines=TWO) == borne


def test_a_claim_that_the_deductible_used_up_counts_if_it_was_denied_for_that():
    eaten = {"lines": [["glass", "40.00"]]}
    assert _borne(CaseState.DENIED, ("0.00",), ("deductible",), **eaten) == "40.00"
    assert _borne(CaseState.DENIED, ("0.00",), ("not_necessary",), **eaten) == "0.00"


def test_a_reopened_claim_has_borne_nothing_until_it_is_decided_again():
    assert _borne(CaseState.WAITING_FOR_PERSON, ("262.50", "87.50"), lines=TWO) == "0.00"


def test_an_advance_keeps_its_part_of_a_ceiling_until_the_decision():
    case = opened([("glass", "600.00"), ("fire", "200.00")])
    assert case.state is CaseState.WAITING_FOR_PERSON
    (claim,) = Ledger(NUMBER).with_case(case).others("")
    assert claim.benefits == {"glass": Decimal("0.00"), "fire": Decimal("0.00")}
    granted = Advance(requested_on=NOW.date(), status="granted", amount=Decimal("200.00"))
    (claim,) = Ledger(NUMBER).with_case(case.model_copy(update={"advance": granted})).others("")
    assert claim.benefits == {"glass": Decimal("150.00"), "fire": Decimal("50.00")}
    assert claim.deductible == Decimal("0.00")
