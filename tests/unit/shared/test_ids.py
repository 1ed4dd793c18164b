"""Case numbers, however they are written, and nothing else."""

import pytest

from shared.ids import case_numbers, derived_case_id, find_case_ids

CASE = derived_case_id("a case")


@pytest.mark.parametrize(
    "between", ["-", "", "\u2010", "\u2011", "\u2013", "\u2014", "\u2212", "_", " - ", " ", "-\n"]
)
@pytest.mark.parametrize("text", ["{}", "Fall-Nr.: {}.", "({})", "Zu {}, bitte.", "x?fall={}&y=1"])
def test_a_case_number_is_found_however_it_is_written(between: str, text: str):
    written = text.format(CASE.replace("-", between).lower())
    assert find_case_ids(written) == [CASE]


@pytest.mark.parametrize(
    "text",
    [
        f"X{CASE}",
        f"{CASE}X",
        CASE.replace("-", "  "),
        CASE.replace("-", "/"),
        CASE[2:],
        CASE[:-1] + ("2" if CASE[-1] != "2" else "3"),
    ],
)
def test_what_is_no_case_number_is_not_found(text: str):
    assert find_case_ids(text) == []


def test_words_beside_a_c_are_none():
    """About one in thirty would fit the check sign."""
    words = [
        f"Vitamin C {one} {two} {end} x" for one in _WORDS for two in _WORDS for end in "ABEHU"
    ]
    assert [text for text in words if list(case_numbers(text))] == []


_WORDS = ("kann", "auch", "nach", "beta", "game", "paar", "mehr", "tage", "ware", "rate", "quer")


@pytest.mark.parametrize("between", ["-", "\u2013"])
def test_a_mistyped_number_is_told(between: str):
    wrong = CASE[:-1] + ("2" if CASE[-1] != "2" else "3")
    (number,) = case_numbers(f"Zu {wrong.replace('-', between)}.")
    assert (number.case_id, number.valid) == (wrong, False)
