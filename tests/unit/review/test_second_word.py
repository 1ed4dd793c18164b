"""A further contact that says otherwise than the claim overwrites nothing, and a person looks."""

from datetime import date
from typing import Any

import pytest

from services.review.checks import needs_person
from services.review.domain.case import add_contact
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.contacts import ClaimDetails, ClaimLine, ContactText
from tests.unit.review.desk import contact, later, opened


def waiting() -> CaseFileUpdated:
    """A stolen bicycle of 300.00 whose documents were asked for."""
    case = opened([("bicycle_theft", "300.00")], kinds=())
    assert case.state is CaseState.WAITING_FOR_CLIENT
    return case


def answered(text: str = "Anbei, wie gewünscht.", **told: Any) -> CaseFileUpdated:
    """The same after its documents came, with these words."""
    words = ContactText(subject="AW: Ihr Schaden", text=text)
    claim = ClaimDetails(**told) if told else None
    return add_contact(waiting(), contact(contact_id="reply", words=words, claim=claim), later())


def line(amount: str) -> ClaimLine:
    return ClaimLine(line_id=1, description="bicycle", amount=amount)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"date_of_loss": date(2023, 1, 1)}, "2023-01-01"),
        ({"policy_number": "HH-2019-000009"}, "HH-2019-000009"),
        ({"lines": (line("280.00"),)}, "280.00"),
        ({"lines": (line("300.00"),), "currency": "USD"}, "300.00"),
        ({"text": "Das Rad war leider unverschlossen."}, "unverschlossen"),
    ],
)
def test_what_says_otherwise_is_a_person_s(told, said):
    case = answered(**told)
    assert case.state is CaseState.WAITING_FOR_PERSON
    assert case.assessment is not None
    reasons = [
        finding.facts["reason"]
        for finding in case.assessment.findings
        if finding.code == needs_person.CODE
    ]
    assert len(reasons) == 1
    assert said in reasons[0]


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"date_of_loss": date(2026, 6, 1), "policy_number": "hh 2024 000001"},
        {"lines": (line("300.00"),)},
        {"lines": (line("100.00"), line("200.00"))},
        {"text": "Der Starkregen war es nicht, der ist bei Fahrrädern egal."},
    ],
)
def test_what_says_the_same_again_goes_straight_through(told):
    assert answered(**told).state is CaseState.APPROVED
