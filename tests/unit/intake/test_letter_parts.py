"""Where one letter of a scan ends and the next begins."""

import pytest

from services.intake.domain.letter_parts import SEPARATOR, LetterPart, PageMarks, split_letters
from shared.ids import derived_case_id

ONE, TWO = derived_case_id("one"), derived_case_id("two")
PAGE, BLANK = PageMarks(), PageMarks(blank=True)
SHEET = PageMarks((SEPARATOR,))
FOR_ONE, FOR_TWO = PageMarks((ONE,)), PageMarks((f"CLAIMSDESK:{TWO}",))


@pytest.mark.parametrize(
    ("pages", "letters"),
    [
        ([PAGE, PAGE], [((0, 1), None)]),
        ([PAGE, SHEET, PAGE, PAGE], [((0,), None), ((2, 3), None)]),
        ([SHEET, PAGE, SHEET], [((1,), None)]),
        ([PAGE, SHEET, SHEET, PAGE], [((0,), None), ((3,), None)]),
        ([PAGE, PageMarks(("patcht ",)), PAGE], [((0,), None), ((2,), None)]),
        ([PageMarks((SEPARATOR, SEPARATOR, ONE)), PAGE], [((1,), None)]),
        ([PAGE, BLANK, SHEET, BLANK, PAGE], [((0,), None), ((4,), None)]),
        ([PAGE, BLANK, PAGE], [((0, 1, 2), None)]),
        ([FOR_ONE, PAGE, FOR_TWO], [((0, 1), ONE), ((2,), TWO)]),
        ([PAGE, FOR_ONE], [((0,), None), ((1,), ONE)]),
        ([FOR_ONE, FOR_ONE], [((0, 1), ONE)]),
        ([FOR_ONE, SHEET, FOR_ONE], [((0,), ONE), ((2,), ONE)]),
        ([FOR_ONE, SHEET, PAGE], [((0,), ONE), ((2,), None)]),
        ([PageMarks((ONE, TWO)), PAGE], [((0, 1), None)]),
        ([PageMarks(("4006381333931", "https://example.org"))], [((0,), None)]),
        ([BLANK, BLANK], [((0, 1), None)]),
        ([SHEET], [((0,), None)]),
    ],
)
def test_a_scan_is_taken_apart_at_its_marks(pages: list[PageMarks], letters):
    expected = tuple(LetterPart(numbers, case_id) for numbers, case_id in letters)
    assert split_letters(pages) == expected


def test_a_case_number_with_a_wrong_sign_is_no_case():
    wrong = ONE[:-1] + ("2" if ONE[-1] != "2" else "3")
    assert split_letters([PageMarks((wrong,)), PAGE]) == (LetterPart((0, 1)),)
