"""Phone notes: numbers, check questions, and whose a note is."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from services.intake.domain.identify import KnownCase, Suspicion
from services.intake.domain.normalise import Circumstances
from services.intake.domain.phone import (
    PhoneNote,
    contact_of_note,
    identify_caller,
    normalised_number,
)
from shared.ids import derived_case_id

CASE = derived_case_id("a case")
OF_ANNA = KnownCase(client_id="K-1")
PASSED = [{"question": "date_of_birth", "result": "passed"}]
FAILED = [*PASSED, {"question": "postcode", "result": "failed"}]


def note(**fields: Any) -> PhoneNote:
    return PhoneNote.model_validate(
        {"caller_name": "Anna", "call_back_number": "030 23125 101", "text": "x", **fields}
    )


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("030 23125 101", "+493023125101"),
        ("(030) 23125-101", "+493023125101"),
        ("0049 30 23125101", "+493023125101"),
        ("+43 1 588 58 0", "+431588580"),
        ("1", None),
        ("+999 1234567", None),
        ("0" * 40, None),
    ],
)
def test_a_number_is_kept_as_it_is_dialled_from_abroad(typed: str, stored: str | None):
    assert normalised_number(typed) == stored


@pytest.mark.parametrize(
    ("asked", "identified"),
    [
        ({}, False),
        ({"check_questions": PASSED}, True),
        ({"check_questions": FAILED}, False),
        ({"check_questions": [{"question": "postcode", "result": "not_asked"}]}, False),
        ({"check_questions": PASSED, "check_questions_passed": False}, False),
        ({"check_questions": ["postcode", "last_claim"], "check_questions_passed": True}, True),
        ({"check_questions": ["postcode"]}, False),
    ],
)
def test_who_has_passed_a_question_and_failed_none_is_identified(
    asked: dict[str, Any], identified: bool
):
    assert note(**asked).caller_identified is identified


@pytest.mark.parametrize(
    "asked",
    [
        {"check_questions": FAILED, "check_questions_passed": True},
        {"check_questions": [], "check_questions_passed": True},
        {"check_questions": [{"question": "postcode", "result": "passed", "answer": "10115"}]},
        {"check_questions": [{"question": "shoe_size", "result": "passed"}]},
    ],
)
def test_a_verdict_without_its_questions_and_an_answer_are_refused(asked: dict[str, Any]):
    with pytest.raises(ValidationError, match="check_questions"):
        note(**asked)


@pytest.mark.parametrize(
    ("named", "case", "suspicion", "client"),
    [
        ({"check_questions": PASSED, "client_id": "K-1"}, None, None, "K-1"),
        ({"check_questions": PASSED, "case_id": CASE}, OF_ANNA, None, "K-1"),
        ({"check_questions": PASSED, "case_id": CASE, "client_id": "K-1"}, OF_ANNA, None, "K-1"),
        (
            {"check_questions": PASSED, "case_id": CASE, "client_id": "K-2"},
            OF_ANNA,
            Suspicion.UNKNOWN_SENDER,
            "K-2",
        ),
        ({"check_questions": PASSED, "case_id": CASE}, KnownCase(), None, None),
        ({"case_id": CASE, "client_id": "K-1"}, OF_ANNA, Suspicion.CALLER_NOT_IDENTIFIED, None),
        (
            {"case_id": CASE, "check_questions": FAILED},
            OF_ANNA,
            Suspicion.CALLER_NOT_IDENTIFIED,
            None,
        ),
        ({"client_id": "K-1"}, None, None, None),
    ],
)
def test_a_reference_counts_only_for_a_caller_who_showed_who_they_are(
    named: dict[str, Any], case: KnownCase | None, suspicion: Suspicion | None, client: str | None
):
    found = identify_caller(note(**named), case)
    assert (found.suspicion, found.client_id) == (suspicion, client)
    assert found.case_id == named.get("case_id")


def test_an_unproven_client_number_is_a_proposal_and_nothing_else():
    keyed = note(client_id="K-1")
    at = datetime(2026, 11, 20, tzinfo=UTC)
    around = Circumstances("c-1", at, date(2026, 11, 20), {})
    contact = contact_of_note(keyed, "rita", identify_caller(keyed, None), around)
    assert contact.client_id is None
    assert not contact.sender.authenticated
    assert [(each.field, each.quote) for each in contact.evidence] == [("client_id", "K-1")]


def test_a_case_number_is_taken_as_it_is_spoken():
    assert note(case_id=f" {CASE.lower().replace('-', '')} ").case_id == CASE


def test_a_note_says_for_whom_it_is_when_things_were_bought_and_what_speaks_against_it():
    keyed = note(
        client_id="K-1",
        check_questions=PASSED,
        lines=[{"description": "Koffer", "amount": "80.00", "bought_on": "2025-03-01"}],
        claimant={"name": "Luca", "date_of_birth": "2012-07-04"},
        circumstances=["unattended", "unattended"],
    )
    around = Circumstances(
        contact_id="contact-1",
        received_at=datetime(2026, 6, 1, 8, tzinfo=UTC),
        today=date(2026, 6, 1),
        keywords={},
    )
    claim = contact_of_note(keyed, "rita", identify_caller(keyed, None), around).claim
    assert claim is not None
    assert claim.lines[0].bought_on == date(2025, 3, 1)
    assert claim.claimant is not None
    assert (claim.claimant.name, claim.claimant.date_of_birth) == ("Luca", date(2012, 7, 4))
    assert claim.circumstances == ("unattended",)
