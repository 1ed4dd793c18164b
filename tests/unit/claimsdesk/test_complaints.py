"""The complaints report: columns, days, and nothing that a spreadsheet would run."""

import csv
import io
from datetime import date

import pytest

from claimsdesk.complaints import COLUMNS, FIGURES, as_csv, figures_csv
from services.review.domain.complaints import ComplaintRecord

COMPLAINT = {
    "case_id": "C-2345-6789-C",
    "received_on": "2026-02-27",
    "channel": "email",
    "language": "de",
    "programme": "household",
    "category": "communication",
    "result": "upheld",
    "answered_on": "2026-03-10",
    "misread": False,
}


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_a_complaint_is_one_row_with_the_days_until_its_answer():
    (row,) = rows(as_csv([COMPLAINT]))
    assert tuple(row) == COLUMNS
    assert (row["days_to_answer"], row["result"], row["no_complaint"]) == ("11", "upheld", "")
    assert (row["about_case"], row["reported_in"]) == ("", "")


def test_an_open_one_has_no_days_and_a_misread_one_says_so():
    still_open = {**COMPLAINT, "result": "open", "answered_on": None}
    misread = {**COMPLAINT, "misread": True}
    first, second = rows(as_csv([still_open, misread]))
    assert (first["days_to_answer"], first["answered_on"]) == ("", "")
    assert second["no_complaint"] == "yes"


@pytest.mark.parametrize(
    "typed", ["=HYPERLINK(A1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "a;b", 'a"b', "a\nb"]
)
def test_what_a_person_typed_stays_a_text_in_its_cell(typed: str):
    (row,) = rows(as_csv([{**COMPLAINT, "category": typed}]))
    assert row["category"].removeprefix("'") == typed
    assert not row["category"].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_every_column_is_one_of_the_register_s_or_counted_from_it():
    counted = {"days_to_answer", "no_complaint"}
    assert set(COLUMNS) - counted == set(ComplaintRecord.model_fields) - {"misread"}
    record = ComplaintRecord.model_validate(COMPLAINT)
    assert record.received_on == date(2026, 2, 27)


def test_the_report_s_figures_count_by_branch_and_by_reason():
    complaints = [
        COMPLAINT,  # upheld after 11 days
        {**COMPLAINT, "result": "partly_upheld", "answered_on": "2026-02-28"},
        {**COMPLAINT, "programme": "travel", "category": "premium", "result": "rejected"},
        {**COMPLAINT, "programme": None, "result": "open", "answered_on": None},
        {**COMPLAINT, "result": "withdrawn", "misread": True},
    ]
    lines = figures_csv(complaints).splitlines()
    assert lines == [
        ";".join(FIGURES),
        "total;;4;1;3;2;7,7;11",
        "programme;;1;1;0;0;;",
        "programme;household;2;0;2;2;6,0;11",
        "programme;travel;1;0;1;0;11,0;11",
        "category;communication;3;1;2;2;6,0;11",
        "category;premium;1;0;1;0;11,0;11",
    ]


def test_a_year_without_complaints_has_figures_too():
    assert figures_csv([]).splitlines() == [";".join(FIGURES), "total;;0;0;0;0;;"]


def test_a_complaint_is_open_until_it_is_answered_though_its_result_was_noted():
    noted = {**COMPLAINT, "result": "upheld", "answered_on": None}
    assert figures_csv([noted]).splitlines()[1] == "total;;1;1;0;1;;"
