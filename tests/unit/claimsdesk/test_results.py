"""What counts as ended as expected: only what is stated is compared."""

import pytest

from claimsdesk.demo.expectations import Expected
from claimsdesk.demo.results import Result, SeenNotice, mismatches, outcome_of

RECEIPT = SeenNotice("receipt", "email", "sent")
DECISION = SeenNotice("decision", "letter", "sent")
SEEN = Result(
    contact="a",
    channel="email",
    intake="contact",
    case_id="C-2222-2222-2",
    kind="claim",
    outcome="approved",
    notices=(RECEIPT, DECISION),
)
CASES = {"first": "C-3333-3333-3", "elsewhere": None}


@pytest.mark.parametrize(
    "expected",
    [
        {},
        {"intake": "contact", "kind": "claim", "outcome": "approved"},
        {"case": "new"},
        {"notices": ["decision", "receipt"]},
        {"notices": [{"kind": "receipt", "channel": "email"}, {"kind": "decision"}]},
        {"notices": [{"kind": "decision", "channel": "letter", "status": "sent"}, "receipt"]},
    ],
)
def test_as_expected(expected):
    assert mismatches(SEEN, Expected.model_validate(expected), CASES) == []


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ({"intake": "machine"}, "intake is contact, expected machine"),
        ({"kind": "complaint"}, "kind is claim, expected complaint"),
        ({"outcome": "denied"}, "outcome is approved, expected denied"),
        ({"case": "none"}, "case is C-2222-2222-2, expected none"),
        ({"case": "first"}, "case is C-2222-2222-2, expected that of first (C-3333-3333-3)"),
        (
            {"notices": []},
            "notices are receipt by email (sent), decision by letter (sent); expected none",
        ),
        (
            {"notices": ["receipt"]},
            "notices are receipt by email (sent), decision by letter (sent); expected receipt",
        ),
        (
            {"notices": ["receipt", {"kind": "decision", "channel": "email", "status": "sent"}]},
            (
                "notices are receipt by email (sent), decision by letter (sent); "
                "expected receipt, decision by email (sent)"
            ),
        ),
    ],
)
def test_what_differs_is_said(expected, said):
    assert mismatches(SEEN, Expected.model_validate(expected), CASES) == [said]


def test_a_contact_that_should_open_a_case_but_joined_one():
    joined = Result("b", "email", case_id="C-3333-3333-3")
    assert mismatches(joined, Expected(case="new"), CASES) == [
        "case is that of first, expected a new one"
    ]
    assert mismatches(Result("b", "email"), Expected(case="new"), CASES) == [
        "case is none, expected new"
    ]


def test_a_vague_notice_does_not_take_the_place_of_an_exact_one():
    twice = Result("a", "email", notices=(RECEIPT, SeenNotice("receipt", "letter", "sent")))
    expected = {"notices": ["receipt", {"kind": "receipt", "channel": "email"}]}
    assert mismatches(twice, Expected.model_validate(expected), {}) == []


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("approved", "approved"),
        ("partly_approved", "partly_approved"),
        ("denied", "denied"),
        ("escalated", "escalated"),
        ("waiting_for_client", "waiting_for_client"),
        ("waiting_for_person", "waiting_for_person"),
        ("waiting_for_department", "waiting_for_department"),
        ("closed", "none"),
    ],
)
def test_the_outcome_follows_the_state(state, outcome):
    assert outcome_of({"state": state}) == outcome


def test_without_a_case_there_is_no_outcome():
    assert outcome_of(None) == "none"
