"""What a print provider's report may look like, and what in it counts."""

from datetime import date

import pytest

from services.notify.domain.reports import BadLine, LetterReport, UnreadableReport, read

ONE = "5a0e6f0c-9d4b-4f7e-8a51-0d3c1c1f2b3a"
TWO = "77c1d9e2-1f4b-4c7e-8a51-0d3c1c1f2b3a"
DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    "text",
    [
        f"notice_id;run;status;on;reason\n{ONE};1;posted;2026-11-24;\n",
        f"notice_id,status,on\r\n{ONE},posted,2026-11-24\r\n",
        f"notice_id;status;on\r{ONE};posted;2026-11-24\r",
        f"\ufeffOn,Status,File\n2026-11-24,POSTED,{ONE}.pdf\n",
    ],
)
def test_what_providers_write(text: str):
    assert list(read(text.encode())) == [LetterReport(2, ONE, 1, "posted", DAY)]


def test_a_letter_that_was_printed_again_and_came_back():
    text = f"file;status;on;reason\n{TWO}-2.pdf;returned;2026-11-24;unbekannt\x07 verzogen\n"
    (line,) = read(text.encode())
    assert line == LetterReport(2, TWO, 2, "returned", DAY, "unbekannt verzogen")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("nobody;posted;2026-11-24", "names no letter"),
        ("../../etc/passwd;posted;2026-11-24", "names no letter"),
        (f"{ONE};lost;2026-11-24", "neither posted nor returned"),
        (f"{ONE};posted;24.11.2026", "not written like"),
        (f"{ONE};posted;", "not written like"),
        (f"{ONE}", "neither posted nor returned"),
        ("", ""),
    ],
)
def test_a_bad_line_holds_no_other_up(line: str, problem: str):
    text = f"notice_id;status;on\n{line}\n{TWO};posted;2026-11-24\n"
    *bad, good = read(text.encode())
    assert isinstance(good, LetterReport)
    assert [isinstance(each, BadLine) and problem in each.problem for each in bad] == (
        [True] if problem else []
    )


@pytest.mark.parametrize(
    "data", [b"\xff\xfe", b"", b"name;status\n", b"notice_id;status\n", b"%PDF", b"x" * 200_000]
)
def test_what_is_no_report(data: bytes):
    with pytest.raises(UnreadableReport):
        list(read(data))
