"""Who may decide: by role, by hand, and up to which amount."""

from decimal import Decimal

import pytest

from services.review.domain.case import escalate_overdue
from services.review.domain.decisions import decide
from services.review.domain.known import Known
from shared.contract.cases import CaseState
from shared.contract.decisions import DecisionOutcome
from shared.contract.facts import Escalated
from shared.contract.people import PersonChanged
from shared.errors import Forbidden
from tests.unit.review.desk import (
    AUDITOR,
    RITA,
    SENTA,
    SVEN,
    Somebody,
    known,
    later,
    refused,
    request,
    waiting,
)


@pytest.mark.parametrize("person", [AUDITOR, Somebody("nobody", frozenset())])
def test_who_may_not_decide_may_not_escalate_either(person: Somebody):
    case = waiting()
    for wish in (request(case, "approve"), request(case, "escalate", "further_examination")):
        with pytest.raises(Forbidden):
            decide(case, wish, person, later())


def test_who_keyed_a_claim_in_may_not_decide_it_but_hand_it_on():
    case = waiting(keyed_by="rita")
    with pytest.raises(Forbidden) as refusal:
        decide(case, request(case, "approve"), RITA, later())
    assert refusal.value.code == "keyed_in"
    handed_on = decide(case, request(case, "escalate", "further_examination"), RITA, later())
    assert handed_on.state is CaseState.ESCALATED
    assert decide(case, request(case, "approve"), SENTA, later()).state is CaseState.APPROVED


@pytest.mark.parametrize(
    ("amount", "person", "state"),
    [
        ("2550.00", RITA, CaseState.APPROVED),
        ("2550.01", RITA, CaseState.ESCALATED),
        ("2550.01", SENTA, CaseState.APPROVED),
        ("10050.00", SENTA, CaseState.APPROVED),
        ("10050.01", SENTA, CaseState.ESCALATED),
        ("49000.00", SVEN, CaseState.APPROVED),
    ],
)
def test_authority_ends_at_its_amount(amount: str, person: Somebody, state: CaseState):
    case = waiting(amount, benefit="fire")
    assert decide(case, request(case, "approve"), person, later()).state is state


@pytest.mark.parametrize(
    ("amount", "state"), [("2500.00", CaseState.DENIED), ("2500.01", CaseState.ESCALATED)]
)
def test_a_denial_counts_with_what_was_claimed(amount: str, state: CaseState):
    case = waiting(amount, benefit="fire")
    assert decide(case, request(case, "deny", "not_necessary"), RITA, later()).state is state


@pytest.mark.parametrize(
    ("amount", "state"), [("2550.00", CaseState.PARTLY_APPROVED), ("2550.01", CaseState.ESCALATED)]
)
def test_who_gives_less_than_was_assessed_decides_about_all_of_it(amount: str, state: CaseState):
    case = waiting(amount, benefit="fire")
    little = request(
        case, "approve_in_part", "amount_not_proven", lines=[{"line_id": 1, "approved": "0.01"}]
    )
    assert decide(case, little, RITA, later()).state is state


def test_a_decision_over_one_s_authority_becomes_an_escalation_with_the_proposal():
    case = waiting("3000.00", benefit="fire")
    escalated = decide(case, request(case, "approve", comment="plausibel"), RITA, later())
    assert escalated.facts == (
        Escalated(reason="over_authority", comment="approve 2950.00 EUR: plausibel"),
    )
    assert escalated.decisions[-1].outcome is DecisionOutcome.ESCALATE
    assert escalated.decisions[-1].approved == Decimal("0.00")
    decided = decide(escalated, request(escalated, "approve"), SVEN, later(2))
    assert decided.state is CaseState.APPROVED
    assert [each.outcome.value for each in decided.decisions] == ["escalate", "approve"]


def limited(person: Somebody, amount: str, programme: str = "household") -> Known:
    """What is known when somebody with a limit of their own acts."""
    colleague = PersonChanged(
        person_id=person.subject,
        name=person.subject,
        authority={programme: Decimal(amount)},
        revision=1,
    )
    return later(colleague=colleague)


@pytest.mark.parametrize(
    ("person", "own", "state"),
    [
        (RITA, "2950.00", CaseState.APPROVED),
        (RITA, "2949.99", CaseState.ESCALATED),
        (SENTA, "2949.99", CaseState.ESCALATED),
        (SENTA, "2950.00", CaseState.APPROVED),
        (SVEN, "2949.99", CaseState.ESCALATED),
    ],
)
def test_one_s_own_limit_takes_the_place_of_the_role_s(
    person: Somebody, own: str, state: CaseState
):
    case = waiting("3000.00", benefit="fire")
    decided = decide(case, request(case, "approve"), person, limited(person, own))
    assert decided.state is state


def test_a_limit_in_another_programme_changes_nothing_in_this_one():
    case = waiting("3000.00", benefit="fire")
    knowing = limited(RITA, "99999.00", "heating-aid")
    assert decide(case, request(case, "approve"), RITA, knowing).state is CaseState.ESCALATED


def test_over_the_limit_of_the_supervisor_who_has_it_another_one_decides():
    case = escalate_overdue(waiting("3000.00", benefit="fire"), later())
    assert case is not None
    refused(case, "over_authority", "approve", person=SVEN, knowing=limited(SVEN, "100.00"))
    assert decide(case, request(case, "approve"), SVEN, later()).state is CaseState.APPROVED


def test_an_escalated_case_is_decided_by_a_supervisor_only():
    case = escalate_overdue(waiting(), later())
    assert case is not None
    with pytest.raises(Forbidden):
        decide(case, request(case, "approve"), SENTA, later())
    refused(case, "already_escalated", "escalate", "further_examination")
    assert decide(case, request(case, "approve"), SVEN, later()).state is CaseState.APPROVED


def test_without_a_programme_only_a_supervisor_decides_alone():
    case = waiting(knowing=known(policy=None, client=None))
    handed_on = decide(case, request(case, "deny", "not_insured"), RITA, later(policy=None))
    assert handed_on.state is CaseState.ESCALATED
