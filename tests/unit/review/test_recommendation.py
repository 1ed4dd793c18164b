"""What a decision form is filled in with."""

from decimal import Decimal

import pytest

from services.review.domain.decisions import decide
from services.review.domain.recommendation import recommended
from shared.contract.contacts import Intent
from shared.contract.decisions import DecisionOutcome
from shared.contract.people import PersonChanged
from shared.errors import RuleViolation
from tests.unit.review.desk import (
    AUDITOR,
    RITA,
    SVEN,
    TINA,
    known,
    later,
    opened,
    request,
)


def test_a_full_approval_within_one_s_authority():
    case = opened([("glass", "1000.00")])
    wish = recommended(case, RITA, later())
    assert (wish.outcome, wish.approved) == (DecisionOutcome.APPROVE, Decimal("950.00"))
    assert [(line.line_id, line.approved) for line in wish.lines] == [(1, Decimal("950.00"))]
    assert (wish.refusal, wish.within_authority, wish.limit) == (None, True, Decimal("2500.00"))
    assert wish.sequence == case.sequence


def test_what_is_recommended_can_be_decided_like_that():
    case = opened([("bicycle_theft", "1600.00")])
    wish = recommended(case, RITA, later())
    assert wish.outcome is DecisionOutcome.APPROVE_IN_PART
    assert wish.refusal is None
    decided = decide(case, request(case, wish.outcome, *wish.reasons), RITA, later())
    assert decided.decisions[-1].approved == wish.approved == Decimal("1450.00")


def test_over_one_s_authority_it_says_so():
    case = opened([("fire", "3000.00")])
    wish = recommended(case, RITA, later())
    assert (wish.within_authority, wish.refusal) == (False, None)
    senior = PersonChanged(
        person_id="rita", name="Rita", authority={"household": Decimal(3000)}, revision=1
    )
    own = recommended(case, RITA, later(colleague=senior))
    assert (own.within_authority, own.limit) == (True, Decimal(3000))
    assert recommended(case, SVEN, later()).limit is None


@pytest.mark.parametrize(
    ("person", "keyed_by", "code"),
    [(RITA, "rita", "keyed_in"), (AUDITOR, None, "role")],
)
def test_who_may_not_decide_hears_why(person: object, keyed_by: str | None, code: str):
    case = opened([("glass", "1000.00")], keyed_by=keyed_by)
    refusal = recommended(case, person, later()).refusal
    assert refusal is not None
    assert refusal.code == code


def test_a_trainee_may_propose_what_is_recommended():
    case = opened([("glass", "1000.00")])
    assert recommended(case, TINA, later()).refusal is None


def test_a_decided_case_says_so():
    case = opened([("glass", "200.00")])
    refusal = recommended(case, RITA, later()).refusal
    assert refusal is not None
    assert refusal.code == "already_decided"


def test_a_claim_that_waits_for_its_client_has_no_outcome_yet():
    case = opened([("glass", "200.00")], kinds=())
    wish = recommended(case, RITA, later())
    assert (wish.outcome, wish.refusal) == (None, None)


def test_without_a_programme_only_a_supervisor_decides_alone():
    case = opened([("glass", "200.00")], knowing=known(policy=None, client=None))
    nobody = later(policy=None)
    assert recommended(case, RITA, nobody).limit == 0
    assert recommended(case, SVEN, nobody).limit is None


def test_of_a_service_request_nothing_is_recommended():
    with pytest.raises(RuleViolation) as refusal:
        recommended(opened([], intent=Intent.OTHER), RITA, later())
    assert refusal.value.code == "no_claim"
