"""A note while it is keyed in: errors, hints, what is missing, in two languages."""

import string
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.intake.domain.identify import KnownCase
from services.intake.domain.note_checks import (
    KnownToDesk,
    Problem,
    check_draft,
    missing_in,
    read_draft,
)
from services.intake.domain.note_texts import text_of
from services.intake.domain.phone import PhoneNote
from services.intake.domain.preferred import preferred_language
from shared.contract.contacts import Language
from shared.ids import derived_case_id

CASE = derived_case_id("a case")
TODAY = date(2026, 11, 23)
KNOWN = KnownToDesk(
    cases={CASE: KnownCase(client_id="K-1")},
    clients=frozenset({"K-1", "K-2"}),
    holders={"HH-2024-000123": "K-1"},
    benefits=frozenset({"theft"}),
    circumstances=frozenset({"unlocked"}),
)
PASSED = [{"question": "date_of_birth", "result": "passed"}]


def problems(**values: Any) -> dict[tuple[str, str], Problem]:
    read = read_draft(values)
    found = (*read.problems, *check_draft(read.draft, KNOWN, TODAY))
    return {(each.field, each.code): each for each in found}


def test_an_empty_note_has_no_mistake_and_says_what_it_needs():
    read = read_draft({})
    assert check_draft(read.draft, KNOWN, TODAY) == ()
    assert missing_in(read.draft, read.problems) == ("caller_name", "call_back_number", "text")


def test_a_field_that_is_wrong_is_not_missing_too():
    read = read_draft({"caller_name": "", "call_back_number": "abc", "text": 5})
    assert missing_in(read.draft, read.problems) == ("caller_name",)


@pytest.mark.parametrize(
    ("values", "field", "code", "suggestion"),
    [
        ({"call_back_number": "12"}, "call_back_number", "phone_number", None),
        ({"case_id": "C-7K3M-9PQR-X"}, "case_id", "case_number", None),
        ({"case_id": derived_case_id("other")}, "case_id", "case_unknown", None),
        ({"date_of_loss": "12.11.2026"}, "date_of_loss", "date", "2026-11-12"),
        ({"date_of_loss": "2026-02-30"}, "date_of_loss", "date", None),
        (
            {"lines": [{"description": "Rad", "amount": "1.234,56"}]},
            "lines.0.amount",
            "amount",
            "1234.56",
        ),
        ({"stated_total": "viel"}, "stated_total", "amount", None),
        ({"lines": [{"description": ""}]}, "lines.0.description", "empty", None),
        ({"intent": "money"}, "intent", "choice", None),
        ({"currency": "€"}, "currency", "currency", None),
        ({"polcy": "x"}, "polcy", "unknown_field", None),
        ({"text": "x" * 20_001}, "text", "too_long", None),
        ({"check_questions_passed": True}, "check_questions", "check_questions", None),
    ],
)
def test_what_would_be_refused_is_an_error_with_its_place(
    values: dict[str, Any], field: str, code: str, suggestion: str | None
):
    found = problems(**values)
    assert found[field, code].level == "error"
    assert found[field, code].suggestion == suggestion


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"call_back_number": "+49 30 1"}, "call_back_number", "phone_unusual"),
        ({"client_id": "K-9", "check_questions": PASSED}, "client_id", "client_unknown"),
        ({"case_id": CASE}, "check_questions", "caller_not_identified"),
        ({"client_id": "K-1"}, "check_questions", "caller_not_identified"),
        (
            {"case_id": CASE, "client_id": "K-2", "check_questions": PASSED},
            "case_id",
            "case_of_another_client",
        ),
        ({"policy_number": "HH-2024-000999"}, "policy_number", "policy_unknown"),
        (
            {"policy_number": "HH-2024-000123", "client_id": "K-2"},
            "policy_number",
            "policy_of_another_client",
        ),
        ({"date_of_loss": "2026-11-24"}, "date_of_loss", "loss_in_future"),
        ({"date_of_loss": "2020-01-01"}, "date_of_loss", "loss_long_ago"),
        (
            {"lines": [{"description": "a", "amount": "0"}]},
            "lines.0.amount",
            "amount_not_positive",
        ),
        ({"stated_total": "450000.00"}, "stated_total", "amount_high"),
        (
            {"lines": [{"description": "a", "amount": "1"}] * 2, "stated_total": "3"},
            "stated_total",
            "total_differs",
        ),
        ({"lines": [{"description": "a", "amount": "1"}] * 2}, "lines.1", "same_line_twice"),
        ({"lines": [{"description": "a", "benefit": "ufo"}]}, "lines.0.benefit", "benefit_unknown"),
        (
            {"circumstances": ["unlocked", "unlokced"]},
            "circumstances.1",
            "circumstance_unknown",
        ),
        ({"iban": "DE89 3704 0044 0532 0130 01"}, "iban", "iban_invalid"),
    ],
)
def test_what_is_worth_asking_is_a_hint(values: dict[str, Any], field: str, code: str):
    assert problems(**values)[field, code].level == "hint"


def test_a_note_in_order_is_left_in_peace():
    found = problems(
        caller_name="Anna Schmidt",
        call_back_number="+49 30 23125 101",
        client_id="K-1",
        case_id=CASE,
        check_questions=PASSED,
        policy_number="HH-2024-000123",
        date_of_loss="2026-11-23",
        lines=[{"description": "Rad", "benefit": "theft", "amount": "450.00"}],
        stated_total="450.00",
        iban="DE89 3704 0044 0532 0130 00",
        text="Rad gestohlen",
    )
    assert found == {}


def test_a_number_typed_without_hyphens_is_understood():
    found = problems(policy_number="HH 2024 000123")
    assert found["policy_number", "policy_unknown"].suggestion == "HH-2024-000123"


def test_every_problem_has_words_in_both_languages():
    facts = {"expected": "a or b", "limit": "5", "total": "2.00 EUR"}
    for values in ({"intent": "x"}, {"text": "x" * 20_001}, {"stated_total": "0", "currency": "e"}):
        for problem in problems(**values).values():
            german = text_of(problem.code, Language.GERMAN, facts)
            assert german != text_of(problem.code, Language.ENGLISH, facts)


FIELDS = [*PhoneNote.model_fields, "polcy"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(string.printable, max_size=20)
    | st.sampled_from(["030 23125 101", "450.00", CASE, "2026-11-12", "EUR", "de", "claim"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["description", "amount", "question", "result"]), inner),
    max_leaves=6,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6))
def test_it_says_acceptable_exactly_of_what_is_accepted(values: dict[str, Any]):
    read = read_draft(values)
    found = (*read.problems, *check_draft(read.draft, KNOWN, TODAY))
    for each in found:
        assert text_of(each.code, Language.GERMAN, each.facts)
    acceptable = not missing_in(read.draft, read.problems) and not any(
        each.level == "error" for each in found
    )
    given_values = {name: value for name, value in values.items() if value is not None}
    try:
        note = PhoneNote.model_validate(given_values)
    except ValidationError:
        assert not acceptable
    else:
        assert acceptable is (note.case_id in {None, CASE})


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "de"),
        ("en", "en"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("de-AT, en;q=0.9", "de"),
        ("fr, en;q=0.5, de;q=0.7", "de"),
        ("fr", "de"),
        ("en;q=0", "de"),
        ("*;;q=x, en;q=0.1", "en"),
    ],
)
def test_the_language_with_the_highest_weight_is_taken(header: str | None, language: str):
    assert preferred_language(header) == language


def test_choices_are_listed_without_a_word_of_either_language():
    assert problems(language="fr")["language", "choice"].facts["expected"] == "'de', 'en'"
