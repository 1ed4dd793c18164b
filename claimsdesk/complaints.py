"""`claimsdesk complaints report`: a year of the register as CSV, and the yearly report's figures.

The figures are those that BaFin asks for (Sammelverfügung of 20 September 2013, VA 43 - I 2512 -
2013/0007, A.2): how many in all, by branch and by reason, how far and how long they were worked on,
and how many ended at least partly well for whoever complained.
"""

import asyncio
import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from claimsdesk.demo.apis import Apis
from claimsdesk.desks import find_desk
from claimsdesk.errors import CommandError
from claimsdesk.said import counted

COLUMNS: Final = (
    "case_id",
    "received_on",
    "channel",
    "language",
    "programme",
    "category",
    "about_case",
    "result",
    "answered_on",
    "days_to_answer",
    "no_complaint",
    "reported_in",
)
"""In this order; `docs/complaints.md` says where each comes from."""

FIGURES: Final = (
    "figure",
    "value",
    "complaints",
    "open",
    "answered",
    "at_least_partly_upheld",
    "mean_days_to_answer",
    "longest_days_to_answer",
)
_COUNTED_BY: Final = ("programme", "category")

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""With these a spreadsheet begins a formula; what a person typed must never be one."""


def report(
    year: int, out: Path | None, *, desk: str | None, who: str, figures: bool, mark_reported: bool
) -> tuple[str, str]:
    """A year's complaints, or their figures.

    Args:
        year: In which they were received.
        out: The file to write; None to get its text back instead.
        desk: As `find_desk` takes it.
        who: Who asks; marking them as reported is a supervisor's.
        figures: The report's figures instead of a row for each complaint.
        mark_reported: Say in each case that it stands in the yearly report.

    Returns:
        The CSV's text if there is no file, and what was done in words.

    Raises:
        CommandError: No desk runs there, it refused, or the file can't be written.
    """
    if mark_reported and out is None:
        raise CommandError("--mark-reported needs --out: a report that nobody kept is none")
    complaints = asyncio.run(_complaints(desk, who, year))
    text = figures_csv(complaints) if figures else as_csv(complaints)
    if out is not None:
        try:
            # A byte order mark: without it a German Excel takes UTF-8 for Latin-1.
            out.write_text(text, encoding="utf-8-sig", newline="")
        except OSError as problem:
            message = f"{out} can't be written: {problem.strerror}"
            raise CommandError(message) from problem
    done = f"{counted(len(complaints), 'complaint')} of {year}"
    if mark_reported:
        in_it = [complaint["case_id"] for complaint in complaints]
        done += f", {asyncio.run(_mark(desk, who, year, in_it))} marked as reported"
    return ("" if out else text), done


def as_csv(complaints: Iterable[Mapping[str, Any]]) -> str:
    """The complaints as a spreadsheet reads them in Germany: semicolons, dates as ISO 8601."""
    rows = [[_value(complaint, column) for column in COLUMNS] for complaint in complaints]
    return _csv([COLUMNS, *rows])


def figures_csv(complaints: Iterable[Mapping[str, Any]]) -> str:
    """The yearly report's figures: for all, for each programme, for each category.

    What turned out to be no complaint is not counted.
    """
    counted = [complaint for complaint in complaints if not complaint.get("misread")]
    rows = [_figures("total", "", counted)]
    for column in _COUNTED_BY:
        for value in sorted({_value(each, column) for each in counted}):
            of_it = [each for each in counted if _value(each, column) == value]
            rows.append(_figures(column, value, of_it))
    return _csv([FIGURES, *rows])


def _figures(figure: str, value: str, complaints: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    days = [int(_days(each)) for each in complaints if _days(each)]
    upheld = sum(each["result"] in ("upheld", "partly_upheld") for each in complaints)
    return (
        figure,
        value,
        str(len(complaints)),
        str(sum(not each.get("answered_on") for each in complaints)),
        str(len(days)),
        str(upheld),
        # A German spreadsheet takes 7.7 for the seventh of July.
        f"{fmean(days):.1f}".replace(".", ",") if days else "",
        str(max(days)) if days else "",
    )


def _csv(rows: Iterable[Sequence[str]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return file.getvalue()


def _value(complaint: Mapping[str, Any], column: str) -> str:
    if column == "days_to_answer":
        return _days(complaint)
    if column == "no_complaint":
        return "yes" if complaint.get("misread") else ""
    value = complaint.get(column)
    return "" if value is None else str(value)


def _days(complaint: Mapping[str, Any]) -> str:
    received, answered = complaint["received_on"], complaint.get("answered_on")
    if not answered:
        return ""
    return str((date.fromisoformat(answered) - date.fromisoformat(received)).days)


def _harmless(value: str) -> str:
    """A value that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    return f"'{value}" if value.startswith(_FORMULA) else value


async def _complaints(desk: str | None, who: str, year: int) -> Sequence[Mapping[str, Any]]:
    async with Apis(find_desk(desk)) as apis:
        found: list[dict[str, Any]] = await apis.read(
            "review", "/complaints", {"year": str(year)}, who
        )
        return found


async def _mark(desk: str | None, who: str, year: int, case_ids: Sequence[str]) -> int:
    content = {"year": year, "case_ids": case_ids}
    async with Apis(find_desk(desk)) as apis:
        done = await apis.post("review", "/complaints/reported", who, json=content)
        return int(done["marked"])
